internal import TidemarkReport
internal import TidemarkSyntax

/// The whole course of a series in a small frame, one of many side by side: noise band, line, and the sign of
/// its state at the end. Of many runs a mark is the median of several. What it shows stands beside
/// it as text, so it is hidden from readers.
enum SmallMultiple {
  private static let markLimit = 48
  private static let width = 240.0
  private static let height = 48.0

  static func render(_ series: SeriesChange, runCount: Int) -> Value {
    let points = series.points.filter { $0.run < runCount && $0.value.isFinite }
    guard points.count > 1, let first = points.first?.run else { return .empty }
    let marks = marks(points)
    let band = series.regimes.last.map { ($0.low, $0.high) }
    let scale = Scale(
      marks.map(\.value) + (band.map { [$0.0, $0.1] } ?? []), bottom: height - 4, top: 4,
      fromZero: false)
    let span = Double(max(runCount - 1 - first, 1))
    func x(_ run: Double) -> Double { 4 + (width - 16) * (run - Double(first)) / span }
    var svg = SVG()
    svg.reserve(1200)
    svg.raw("<svg class=\"multiple\" viewBox=\"0 0 240 48\" aria-hidden=\"true\">")
    if let band {
      let top = scale.y(band.1)
      svg.rectangle(
        "band", x: 0, y: top, width: width, height: max(scale.y(band.0) - top, 1))
    }
    var commands: [UInt8] = []
    commands.reserveCapacity(marks.count * 12)
    for (index, mark) in marks.enumerated() {
      commands.append(index == 0 || mark.isAfterGap ? "M" : "L", x(mark.run), scale.y(mark.value))
      if mark.isAfterGap { commands.append("h.1") }
    }
    svg.path("line", commands)
    if let last = points.last, last.run == runCount - 1, let value = marks.last?.value {
      let mark = series.state.mark
      svg.label(
        "mark \(mark.tone)", x(Double(last.run)) + 3, min(max(scale.y(value) + 4, 11), 46),
        mark.glyph, anchor: "middle")
    }
    svg.raw("</svg>")
    return .html(svg.bytes)
  }

  private struct Mark {
    var run: Double
    var value: Double
    var isAfterGap: Bool
  }

  private static func marks(_ points: [SeriesPoint]) -> [Mark] {
    let size = (points.count + markLimit - 1) / markLimit
    var marks: [Mark] = []
    var values: [Double] = []
    var previous: Int?
    for start in stride(from: 0, to: points.count, by: size) {
      let group = points[start..<min(start + size, points.count)]
      values.removeAll(keepingCapacity: true)
      for point in group { values.append(point.value) }
      values.sort()
      let run = points[start].run
      let last = points[group.endIndex - 1].run
      marks.append(
        Mark(
          run: Double(run) / 2 + Double(last) / 2, value: values[values.count / 2],
          isAfterGap: previous.map { run - $0 > size } ?? false))
      previous = last
    }
    return marks
  }
}
