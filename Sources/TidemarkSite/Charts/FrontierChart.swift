private import Glibc
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Models by score and cost: filled points are on the frontier, where no model scores better for
/// less; the stepped line joins them, hollow ones are behind it.
struct FrontierChart {
  let frontier: ModelOverview.Frontier
  let words: Words
  /// How a name shows.
  let name: (String) -> String
  /// The units of the two means, and the names of their metrics.
  let score: (scale: ValueScale, metric: String)
  let cost: (scale: ValueScale, metric: String)

  /// Costs further apart than this are drawn on a scale of their logarithms.
  private static let logarithmicSpread = 20.0

  private var best: [ModelOverview.Frontier.Point] { frontier.points.filter(\.isBest) }

  /// What the chart shows, in words.
  var sentence: String {
    let models =
      best.prefix(6).map { name($0.model) }
      + (best.count > 6 ? [words.count("more", best.count - 6)] : [])
    return words.count(
      best.count == frontier.points.count ? "grid.frontier_all" : "grid.frontier", best.count,
      [
        "models": words.joined(models), "score": name(score.metric), "cost": name(cost.metric),
      ])
  }

  private var isLogarithmic: Bool {
    guard let least = frontier.points.map(\.cost).min(),
      let most = frontier.points.map(\.cost).max()
    else { return false }
    return least > 0 && most / least > FrontierChart.logarithmicSpread
  }

  /// - Parameter width: Of the view box; text stays 13 px at this width.
  func render(width: Double, css: String) -> Value {
    let height = width > 500 ? 300.0 : 260
    let isLogarithmic = isLogarithmic
    func along(_ cost: Double) -> Double {
      isLogarithmic ? log10(cost) : cost * self.cost.scale.factor
    }
    let yAxis = Scale(
      frontier.points.map { $0.score * score.scale.factor }, bottom: height - 46, top: 42,
      fromZero: false)
    let labels = Scale.labels(yAxis.ticks(), numbers: words.numbers)
    let left = min(max(Double(labels.map(\.count).max() ?? 0) * 8 + 10, 40), width / 3)
    let xAxis = Scale(
      frontier.points.map { along($0.cost) }, bottom: left + 12, top: width - 16, fromZero: false)
    var svg = SVG()
    svg.raw(
      "<svg class=\"chart frontier \(css)\" viewBox=\"0 0 \(SVG.number(width)) \(SVG.number(height))\" role=\"img\" aria-label=\""
    )
    svg.text(sentence)
    svg.raw("\">")
    for (tick, label) in zip(yAxis.ticks(), labels) {
      svg.line("hair", left, yAxis.y(tick), width, yAxis.y(tick))
      svg.label("tick", left - 8, yAxis.y(tick) + 4.5, label, anchor: "end")
    }
    svg.line("axis", left, height - 46, width, height - 46)
    for (tick, label) in costTicks(xAxis) {
      let x = xAxis.y(tick)
      svg.line("axis", x, height - 46, x, height - 42)
      svg.label("tick", x, height - 28, label, anchor: "middle")
    }
    svg.label("tick", 0, 14, title(score, "grid.score_axis"), anchor: "start")
    svg.label("tick", width, height - 8, title(cost, "grid.cost_axis"), anchor: "end")
    func place(_ point: ModelOverview.Frontier.Point) -> (x: Double, y: Double) {
      (xAxis.y(along(point.cost)), yAxis.y(point.score * score.scale.factor))
    }
    var steps = ""
    for point in best {
      let place = place(point)
      steps +=
        steps.isEmpty
        ? "M\(SVG.number(place.x)) \(SVG.number(place.y))"
        : "H\(SVG.number(place.x))V\(SVG.number(place.y))"
    }
    svg.path("step", steps.isEmpty ? "" : steps + "H\(SVG.number(width - 4))")
    for point in frontier.points {
      let place = place(point)
      svg.circle(
        point.isBest ? "best" : "behind", place.x, place.y, radius: point.isBest ? "5" : "4")
    }
    names(&svg, width: width, height: height, place)
    svg.raw("</svg>")
    return .html(svg.bytes)
  }

  private func title(_ side: (scale: ValueScale, metric: String), _ key: String) -> String {
    let unit = side.scale.unit.isEmpty ? "" : " (\(side.scale.unit))"
    return words.text(key, ["metric": SafeText.middleCut(name(side.metric), to: 24) + unit])
  }

  private func costTicks(_ axis: Scale) -> [(Double, String)] {
    guard isLogarithmic else {
      let ticks = axis.ticks(atMost: 5)
      return Array(zip(ticks, Scale.labels(ticks, numbers: words.numbers)))
    }
    var ticks: [(Double, String)] = []
    for power in Int(
      axis.low.rounded(.down))...max(Int(axis.high.rounded(.up)), Int(axis.low.rounded(.down)))
    {
      let tick = Double(power)
      guard tick >= axis.low, tick <= axis.high, ticks.count < 6 else { continue }
      ticks.append((tick, words.numbers.significant(pow(10, tick) * cost.scale.factor)))
    }
    return ticks
  }

  /// The models' names beside their points, on the side with more room; one that would lie on another
  /// is moved down or up, and left out where that does not help.
  private func names(
    _ svg: inout SVG, width: Double, height: Double,
    _ place: (ModelOverview.Frontier.Point) -> (x: Double, y: Double)
  ) {
    var taken: [(left: Double, right: Double, y: Double)] = []
    let ordered = best + frontier.points.filter { !$0.isBest }
    for point in ordered {
      let (x, y) = place(point)
      let text = SafeText.middleCut(name(point.model), to: width > 500 ? 36 : 18)
      // The widest of the common system fonts; those on the frontier are bold.
      let size = Double(text.count) * (point.isBest ? 9 : 8)
      let isLeft = x + 10 + size > width
      let start = max(isLeft ? x - 10 - size : x + 10, 0)
      // Beside the stepped line, which leaves a point to the right.
      let free = (point.isBest ? [-9, 18, -24, 32] : [4.5, 18, -10, 32, -24]).first { shift in
        let line = y + shift
        return line > 24 && line < height - 50
          && !taken.contains {
            abs($0.y - line) < 14 && $0.left < start + size && start < $0.right
          }
      }
      guard let free else { continue }
      taken.append((start, start + size, y + free))
      svg.label(
        point.isBest ? "tick strong" : "tick", isLeft ? x - 10 : x + 10, y + free, text,
        anchor: isLeft ? "end" : "start")
    }
  }
}
