internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// A word-sized line of the last 30 runs: the noise band as a rectangle, no axes, the last point
/// as the sign of the state. The value stands beside it as text, so it is hidden from readers.
enum Sparkline {
  private static let runLimit = 30
  private static let width = 120.0
  private static let height = 24.0

  static func render(_ series: SeriesChange, runCount: Int) -> Value {
    let first = max(runCount - runLimit, 0)
    let points = series.points.filter { $0.run >= first && $0.run < runCount && $0.value.isFinite }
    guard points.count > 1 else { return .empty }
    let band = series.baseline.map { [$0.low, $0.high] } ?? []
    // The band gives the scale a floor, so that noise looks like noise; but a far band may not
    // press the line flat.
    let scale = Scale(points.map(\.value) + band, bottom: height - 4, top: 4, fromZero: false)
    func x(_ run: Int) -> Double {
      4 + (width - 14) * Double(run - first) / Double(max(runCount - 1 - first, 1))
    }
    var svg = SVG()
    svg.raw(
      "<svg class=\"spark\" viewBox=\"0 0 120 24\" width=\"120\" height=\"24\" aria-hidden=\"true\">"
    )
    if let baseline = series.baseline {
      let top = scale.y(baseline.high)
      svg.rectangle(
        "band", x: 0, y: top, width: width, height: max(scale.y(baseline.low) - top, 1))
    }
    var commands: [UInt8] = []
    var previous: Int?
    for point in points {
      let isNext = previous == point.run - 1
      commands.append(isNext ? "L" : "M", x(point.run), scale.y(point.value))
      if !isNext { commands.append("h.1") }
      previous = point.run
    }
    svg.path("line", commands)
    if let last = points.last, last.run == runCount - 1 {
      let mark = series.state.mark
      svg.label(
        "mark \(mark.tone)", x(last.run) + 1, min(max(scale.y(last.value) + 4, 11), 22),
        mark.glyph, anchor: "middle")
    }
    svg.raw("</svg>")
    return .html(svg.bytes)
  }
}

extension Scale {
  /// As the other one, but never from zero.
  init(_ values: [Double], bottom: Double, top: Double, fromZero: Bool) {
    let finite = values.filter(\.isFinite)
    guard !fromZero, let least = finite.min(), let most = finite.max() else {
      self.init(values, bottom: bottom, top: top)
      return
    }
    self.init(low: least, high: most, bottom: bottom, top: top)
  }

  private init(low: Double, high: Double, bottom: Double, top: Double) {
    self.low = low
    self.high = high
    self.bottom = bottom
    self.top = top
    startsAtZero = low == 0
  }
}
