private import Glibc

/// Maps values to the height of a chart, and chooses the ticks.
///
/// Halves are computed with, so that no difference of two finite values overflows.
struct Scale {
  let low: Double
  let high: Double
  /// The y of ``low`` and of ``high``.
  let bottom: Double
  let top: Double
  /// Whether the axis begins at zero; else the chart must say where.
  let startsAtZero: Bool

  /// - Parameter values: All that must fit in; those that are not finite are left out. It starts at
  ///   zero where the data fill half the height then.
  init(_ values: some Sequence<Double>, bottom: Double, top: Double) {
    self.bottom = bottom
    self.top = top
    var least = Double.infinity
    var most = -Double.infinity
    for value in values where value.isFinite {
      least = min(least, value)
      most = max(most, value)
    }
    if least > most { (least, most) = (0, 1) }
    if least >= 0, most / 2 - least / 2 >= most / 4, most > 0 {
      low = 0
      high = most * 1.04 < .infinity ? most * 1.04 : most
      startsAtZero = true
      return
    }
    startsAtZero = false
    let smallest = max(abs(least), abs(most)) * 1e-6
    let margin = max((most / 2 - least / 2) * 0.16, max(smallest, 1e-300))
    low = least - margin > -.infinity ? least - margin : least
    high = most + margin < .infinity ? most + margin : most
  }

  func y(_ value: Double) -> Double {
    let span = high / 2 - low / 2
    guard span > 0, value.isFinite else { return bottom }
    let share = (value / 2 - low / 2) / span
    return bottom + (top - bottom) * min(max(share, -0.02), 1.02)
  }

  /// 3 to 6 values on steps of 1, 2 or 5 times a power of ten.
  func ticks(atMost limit: Int = 6) -> [Double] {
    let half = (high / 2 - low / 2) / Double(max(limit - 1, 2))
    guard half > 0, half.isFinite else { return [] }
    let power = pow(10, log10(half * 2).rounded(.down))
    guard power > 0, power.isFinite else { return [] }
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 / 2 >= half * 0.999 } ?? 10 * power
    var ticks: [Double] = []
    let first = (low / step).rounded(.up)
    for index in 0..<(limit + 1) {
      let tick = (first + Double(index)) * step
      guard tick <= high, tick.isFinite else { break }
      if ticks.last != tick { ticks.append(tick) }
    }
    return ticks
  }

  /// The ticks as text, all with the same number of digits.
  static func labels(_ ticks: [Double], numbers: Numbers = Numbers()) -> [String] {
    guard ticks.count > 1 else { return ticks.map { numbers.significant($0) } }
    let step = abs(ticks[1] - ticks[0])
    let digits = step > 0 && step.isFinite ? Int(min(max(-log10(step).rounded(.down), 0), 9)) : 0
    let needed = (0...digits).first { count in
      let factor = pow(10, Double(count))
      return ticks.allSatisfy { abs(($0 * factor).rounded() - $0 * factor) < 1e-6 * factor * step }
    }
    return ticks.map { tick in
      abs(tick) >= 1e15
        ? numbers.significant(tick) : numbers.grouped(tick, digits: needed ?? digits)
    }
  }
}
