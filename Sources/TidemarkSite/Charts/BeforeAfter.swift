internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Two strips of points, before and after a change, on one scale, each with its level and noise
/// band. Points, never bars from a cut axis.
struct BeforeAfter {
  let series: SeriesChange
  let scale: ValueScale
  let words: Words

  /// The regimes on both sides of the newest change; nil where there is only one level.
  private var sides: (before: Regime, after: Regime)? {
    guard series.regimes.count > 1 else { return nil }
    return (series.regimes[series.regimes.count - 2], series.regimes[series.regimes.count - 1])
  }

  /// - Parameter width: Of the view box; text stays 13 px at this width.
  func render(width: Double, css: String) -> Value {
    guard let sides else { return .empty }
    let before = values(sides.before)
    let after = values(sides.after)
    guard !before.isEmpty, !after.isEmpty else { return .empty }
    let left = 12.0
    let bounds = [sides.before.low, sides.before.high, sides.after.low, sides.after.high]
    let axis = Scale(before + after + bounds, bottom: left, top: width - left, fromZero: false)
    var svg = SVG()
    svg.raw(
      "<svg class=\"chart pair \(css)\" viewBox=\"0 0 \(SVG.number(width)) 128\" role=\"img\" aria-label=\""
    )
    svg.text(
      words.text(
        "pair.label",
        ["before": scale.text(sides.before.level), "after": scale.text(sides.after.level)]))
    svg.raw("\">")
    row(&svg, "pair.before", before, sides.before, axis, y: 40, width: width)
    row(&svg, "pair.after", after, sides.after, axis, y: 104, width: width)
    svg.raw("</svg>")
    return .html(svg.bytes)
  }

  private func row(
    _ svg: inout SVG, _ key: String, _ values: [Double], _ regime: Regime, _ axis: Scale,
    y: Double, width: Double
  ) {
    let low = axis.y(regime.low)
    let high = axis.y(regime.high)
    svg.label("tick", 0, y - 24, words.count(key, values.count), anchor: "start")
    svg.label("tick strong", width, y - 24, scale.text(regime.level), anchor: "end")
    svg.rectangle("band", x: low, y: y - 12, width: max(high - low, 1), height: 24)
    svg.line("edge", low, y - 12, low, y + 12)
    svg.line("edge", high, y - 12, high, y + 12)
    svg.line("level", axis.y(regime.level), y - 15, axis.y(regime.level), y + 15)
    for (index, value) in values.enumerated() {
      // Three heights in turn keep equal values apart, the same in every run.
      svg.circle("point", axis.y(value), y + Double(index % 3 - 1) * 6, radius: "2.5")
    }
  }

  private func values(_ regime: Regime) -> [Double] {
    guard regime.first >= 0, regime.first <= regime.last, regime.last < series.points.count else {
      return []
    }
    return series.points[regime.first...regime.last].map(\.value).filter(\.isFinite)
  }
}
