internal import TidemarkModel

/// Values with how often each was measured: what a histogram keeps of many measurements.
struct CountedValues {
  /// In the order of the values once ``sort()`` has run, or as they were added.
  private var steps: [(value: Double, count: Int)] = []
  private(set) var total = 0

  /// More than these are no measurements.
  private static let countLimit = 1 << 40

  mutating func append(_ value: Double, count: Int) {
    guard value.isFinite, count > 0, count < CountedValues.countLimit,
      total < CountedValues.countLimit
    else { return }
    steps.append((value, count))
    total += count
  }

  /// Puts the values in order, which ``value(at:)`` and ``samples`` take for granted.
  mutating func sort() { steps.sort { $0.value < $1.value } }

  /// The value that this share of all does not exceed; nil of none.
  func value(at share: Double) -> Double? {
    let rank = rank(of: share)
    var seen = 0
    for step in steps {
      seen += step.count
      if seen >= rank { return step.value }
    }
    return steps.last?.value
  }

  var samples: Samples? {
    if total <= Samples.limit {
      return Samples(steps.flatMap { Array(repeating: $0.value, count: $0.count) })
    }
    let shares = (0..<Samples.limit).map { (Double($0) + 0.5) / Double(Samples.limit) }
    return Samples(values: values(at: shares), count: total)
  }

  /// As ``value(at:)``, of shares that rise: the steps are gone through once.
  private func values(at shares: [Double]) -> [Double] {
    var values: [Double] = []
    var index = 0
    var seen = steps.first?.count ?? 0
    for share in shares {
      while index + 1 < steps.count, seen < rank(of: share) {
        index += 1
        seen += steps[index].count
      }
      if index < steps.count { values.append(steps[index].value) }
    }
    return values
  }

  private func rank(of share: Double) -> Int { max(1, Int((share * Double(total)).rounded(.up))) }

  /// Of the mean, from the sample's deviation; 0 of fewer than two.
  var standardError: Double {
    guard total > 1 else { return 0 }
    let count = Double(total)
    let mean = steps.reduce(0) { $0 + $1.value * Double($1.count) } / count
    let squares = steps.reduce(0) {
      $0 + ($1.value - mean) * ($1.value - mean) * Double($1.count)
    }
    return (squares / (count - 1) / count).squareRoot()
  }
}
