internal import TidemarkReport
private import TidemarkSyntax

/// A word-sized line of a series' last values over the band of its noise.
struct Sparkline: Hashable, Sendable {
  private static let width = 120.0
  private static let height = 24.0
  private static let margin = 3.0

  private let values: [Double]
  private let band: ClosedRange<Double>?

  /// Nil for fewer than two values.
  init?(_ series: SeriesChange) {
    let last = series.points.suffix(30).map(\.value).filter(\.isFinite)
    guard last.count >= 2 else { return nil }
    values = last
    if let baseline = series.baseline, baseline.low <= baseline.high {
      band = baseline.low...baseline.high
    } else {
      band = nil
    }
  }

  /// Inline SVG with presentation attributes and classes only: a content security policy without
  /// inline styles takes it.
  var svg: String {
    let all = values + [band?.lowerBound, band?.upperBound].compactMap { $0 }
    let low = all.min() ?? 0
    let span = (all.max() ?? 0) - low
    func y(_ value: Double) -> Double {
      let share = span > 0 && span.isFinite ? (value - low) / span : 0.5
      return Self.height - Self.margin - share * (Self.height - 2 * Self.margin)
    }
    func x(_ index: Int) -> Double {
      Self.margin + Double(index) / Double(values.count - 1) * (Self.width - 2 * Self.margin)
    }
    var svg =
      "<svg class=\"spark\" viewBox=\"0 0 120 24\" width=\"120\" height=\"24\" aria-hidden=\"true\">"
    if let band {
      let top = y(band.upperBound)
      svg +=
        "<rect class=\"band\" x=\"0\" y=\"\(text(top))\" width=\"120\" height=\"\(text(max(y(band.lowerBound) - top, 1)))\"/>"
    }
    let points = values.enumerated().map { "\(text(x($0.offset))),\(text(y($0.element)))" }
    svg += "<polyline class=\"line\" fill=\"none\" points=\"\(points.joined(separator: " "))\"/>"
    if let last = values.last {
      svg +=
        "<circle class=\"last\" cx=\"\(text(x(values.count - 1)))\" cy=\"\(text(y(last)))\" r=\"2.5\"/>"
    }
    return svg + "</svg>"
  }

  private func text(_ number: Double) -> String { NumberText.decimal(number, digits: 1) }
}
