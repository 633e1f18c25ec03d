internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// The history of one series: x is the runs in order (not time: gaps are honest), y the value.
///
/// Layers, back to front: noise band and level of each regime, points, change points, this run,
/// runs without a value, changes of the environment, notes.
struct SeriesChart {
  struct Layout {
    var css: String
    var width: Double
    var height: Double
    /// Where the plot lies in the view box.
    var left: Double
    var right: Double
    var top: Double
    var bottom: Double
    var dayLabels: Int
    /// Links are for the mouse: a chart for small screens has none.
    var hasLinks: Bool

    static let wide = Layout(
      css: "wide", width: 720, height: 280, left: 62, right: 704, top: 40, bottom: 226,
      dayLabels: 7, hasLinks: true)
    static let narrow = Layout(
      css: "narrow", width: 340, height: 240, left: 48, right: 330, top: 40, bottom: 186,
      dayLabels: 3, hasLinks: false)
  }

  /// A number that stands for a note under the chart.
  struct Note {
    var run: Int
    var number: Int
  }

  /// More points than this are drawn as medians of several runs.
  static let pointLimit = 400
  private static let sampleLimit = 60

  let series: SeriesChange
  let runs: [WindowRun]
  /// The day of each run, for the labels of the axis.
  let days: [String]
  /// The beginning of each run's point, up to the value in its title.
  let beginnings: [[UInt8]]
  let scale: ValueScale
  let words: Words
  let notes: [Note]
  let hasEnvironmentChange: Bool
  /// How many runs one mark stands for.
  let runsPerMark: Int

  private let firstRun: Int
  private let points: [SeriesPoint]

  init(
    series: SeriesChange, runs: [WindowRun], days: [String], beginnings: [[UInt8]],
    scale: ValueScale, words: Words, notes: [Note], hasEnvironmentChange: Bool
  ) {
    self.series = series
    self.runs = runs
    self.days = days
    self.beginnings = beginnings
    self.scale = scale
    self.words = words
    self.notes = notes
    self.hasEnvironmentChange = hasEnvironmentChange
    points = series.points.filter { runs.indices.contains($0.run) && $0.value.isFinite }
    firstRun = points.first?.run ?? 0
    runsPerMark = (points.count + SeriesChart.pointLimit - 1) / SeriesChart.pointLimit
  }

  var isEmpty: Bool { points.isEmpty }

  /// The y axis of `layout`.
  private func axis(_ layout: Layout) -> Scale {
    var values = points.map { $0.value * scale.factor }
    for regime in series.regimes {
      values += [regime.low * scale.factor, regime.high * scale.factor]
    }
    return Scale(values, bottom: layout.bottom, top: layout.top)
  }

  /// The text of the value where the axis begins, if that is not zero.
  var axisStart: String? {
    let axis = axis(.wide)
    return axis.startsAtZero ? nil : scale.text(axis.low / scale.factor)
  }

  /// - Parameters:
  ///   - id: Of the chart's title, once a page.
  ///   - sentence: The id of the sentence that says what the chart shows.
  func render(_ layout: Layout, id: String, sentence: String) -> Value {
    guard !points.isEmpty else { return .empty }
    let axis = axis(layout)
    let layout = fitted(layout, to: axis)
    var svg = SVG()
    svg.reserve(points.count * (layout.hasLinks ? 260 : 40) + 4000)
    svg.raw(
      "<svg class=\"chart \(layout.css)\" viewBox=\"0 0 \(SVG.number(layout.width)) \(SVG.number(layout.height))\" aria-labelledby=\"\(id) \(sentence)\"><title id=\"\(id)\">"
    )
    svg.text(words.text("chart.title", ["unit": scale.unit]))
    svg.raw("</title>")
    grid(&svg, axis, layout)
    bands(&svg, axis, layout)
    svg.path("line", line(axis, layout))
    if points.count < SeriesChart.sampleLimit { spread(&svg, axis, layout) }
    marks(&svg, axis, layout)
    changes(&svg, axis, layout)
    below(&svg, axis, layout)
    svg.raw("</svg>")
    return .html(svg.bytes)
  }

  /// The layout with room for the axis' longest label: a digit of 13 px is at most 8 wide.
  private func fitted(_ layout: Layout, to axis: Scale) -> Layout {
    let longest = Scale.labels(axis.ticks()).map(\.count).max() ?? 0
    var fitted = layout
    fitted.left = min(max(layout.left, Double(longest) * 8 + 10), layout.right / 2)
    return fitted
  }

  private func x(_ run: Int, _ layout: Layout) -> Double {
    let count = max(runs.count - 1 - firstRun, 1)
    return layout.left + 8 + (layout.right - layout.left - 16) * Double(run - firstRun)
      / Double(count)
  }

  private func y(_ value: Double, _ axis: Scale) -> Double { axis.y(value * scale.factor) }

  // MARK: Layers

  private func grid(_ svg: inout SVG, _ axis: Scale, _ layout: Layout) {
    let ticks = axis.ticks()
    for (tick, label) in zip(ticks, Scale.labels(ticks, numbers: words.numbers)) {
      let y = axis.y(tick)
      svg.line("hair", layout.left, y, layout.right, y)
      svg.label("tick", layout.left - 8, y + 4.5, label, anchor: "end")
    }
    let better = words.text(
      series.direction == .lower ? "chart.lower_is_better" : "chart.higher_is_better",
      ["unit": scale.unit])
    svg.label("tick", 0, 14, better, anchor: "start")
    svg.line("axis", layout.left, layout.bottom, layout.right, layout.bottom)
    days(&svg, layout)
  }

  /// Labels the first run of a day, as many as fit.
  private func days(_ svg: inout SVG, _ layout: Layout) {
    var last = -Double.infinity
    var previous = ""
    let gap = (layout.right - layout.left) / Double(layout.dayLabels)
    for run in firstRun..<runs.count {
      let day = days[run]
      defer { previous = day }
      let x = x(run, layout)
      guard day != previous, x - last >= gap, x <= layout.right - 14 else { continue }
      svg.line("axis", x, layout.bottom, x, layout.bottom + 4)
      svg.label("tick", x, layout.bottom + 30, day, anchor: "middle")
      last = x
    }
  }

  private func bands(_ svg: inout SVG, _ axis: Scale, _ layout: Layout) {
    var levels: [UInt8] = []
    for regime in series.regimes {
      guard let (start, end) = ends(regime, layout) else { continue }
      let top = y(regime.high, axis)
      let bottom = y(regime.low, axis)
      svg.rectangle("band", x: start, y: top, width: end - start, height: max(bottom - top, 0.5))
      svg.line("edge", start, top, end, top)
      svg.line("edge", start, bottom, end, bottom)
      levels.append(levels.isEmpty ? "M" : "L", start, y(regime.level, axis))
      levels.append("H")
      levels.append(coordinate: end)
    }
    svg.path("level", levels)
  }

  /// From where to where a regime is drawn: half-way to its neighbours.
  private func ends(_ regime: Regime, _ layout: Layout) -> (Double, Double)? {
    let all = series.points
    guard all.indices.contains(regime.first), all.indices.contains(regime.last),
      regime.first <= regime.last
    else { return nil }
    func between(_ first: Int, _ second: Int) -> Double {
      (x(all[first].run, layout) + x(all[second].run, layout)) / 2
    }
    let start =
      regime.first > 0 ? between(regime.first - 1, regime.first) : x(all[0].run, layout) - 8
    let end =
      regime.last + 1 < all.count
      ? between(regime.last, regime.last + 1) : x(all[regime.last].run, layout) + 8
    return (max(start, layout.left), min(end, layout.right))
  }

  /// Joins the points of neighbouring runs; a run without a value breaks it.
  private func line(_ axis: Scale, _ layout: Layout) -> [UInt8] {
    guard runsPerMark == 1 else { return [] }
    var commands: [UInt8] = []
    commands.reserveCapacity(points.count * 12)
    var previous = -2
    for point in points {
      commands.append(
        previous == point.run - 1 ? "L" : "M", x(point.run, layout), y(point.value, axis))
      previous = point.run
    }
    return commands
  }

  /// The samples of each run as ticks; where there are none, its interval.
  private func spread(_ svg: inout SVG, _ axis: Scale, _ layout: Layout) {
    var samples: [UInt8] = []
    var intervals: [UInt8] = []
    for point in points {
      let x = x(point.run, layout)
      for sample in point.samples.prefix(Samples.limit) where sample.isFinite {
        samples.append("M", x - 2, y(sample, axis))
        samples.append("h4")
      }
      if point.samples.isEmpty, let low = point.low, let high = point.high {
        intervals.append("M", x, y(low, axis))
        intervals.append("V")
        intervals.append(coordinate: y(high, axis))
      }
    }
    svg.path("samples", samples)
    svg.path("interval", intervals)
  }

  private func marks(_ svg: inout SVG, _ axis: Scale, _ layout: Layout) {
    if runsPerMark == 1, !layout.hasLinks {
      dots(&svg, axis, layout)
    } else {
      svg.raw("<g class=\"points\" aria-hidden=\"true\">")
      if runsPerMark > 1 {
        groupedMarks(&svg, axis, layout)
      } else {
        for (index, point) in points.enumerated() {
          let isLast = index == points.count - 1 && point.run == runs.count - 1
          mark(&svg, point, isLast: isLast, axis, layout)
        }
      }
      svg.raw("</g>")
    }
    guard let last = points.last, last.run == runs.count - 1 else { return }
    svg.raw("<circle class=\"ring \(series.state.mark.tone)\" cx=\"")
    svg.coordinate(x(last.run, layout))
    svg.raw("\" cy=\"")
    svg.coordinate(y(last.value, axis))
    svg.raw("\" r=\"6\"/>")
  }

  /// Points without links, as one path of round ends.
  private func dots(_ svg: inout SVG, _ axis: Scale, _ layout: Layout) {
    var commands: [UInt8] = []
    commands.reserveCapacity(points.count * 14)
    for point in points {
      commands.append("M", x(point.run, layout), y(point.value, axis))
      commands.append("h0")
    }
    svg.raw("<g class=\"dots\" stroke-width=\"5\" stroke-linecap=\"round\">")
    svg.path("dot", commands)
    svg.raw("</g>")
  }

  /// A point whose title says `2026-11-23 13:08 UTC · 9fceb02 · 12.4 ms (+3.1 %)`, and the state of
  /// this run's.
  private func mark(
    _ svg: inout SVG, _ point: SeriesPoint, isLast: Bool, _ axis: Scale, _ layout: Layout
  ) {
    svg.raw(beginnings[point.run])
    svg.value(point.value, scale)
    if let level = series.level(at: point.run), level != 0 {
      svg.raw(" (")
      svg.percentChange((point.value - level) / abs(level) * 100, words.numbers)
      svg.raw(")")
    }
    if isLast { svg.text(" · " + words.text(series.state.mark.key)) }
    svg.raw("</title>")
    svg.circle("point", x(point.run, layout), y(point.value, axis), radius: "2.5")
    svg.raw("</a>")
  }

  private func groupedMarks(_ svg: inout SVG, _ axis: Scale, _ layout: Layout) {
    for start in stride(from: 0, to: points.count, by: runsPerMark) {
      let group = points[start..<min(start + runsPerMark, points.count)]
      let values = group.map(\.value).sorted()
      let middle = group[start + group.count / 2]
      let x = x(middle.run, layout)
      svg.line("interval", x, y(values[0], axis), x, y(values[values.count - 1], axis))
      svg.circle("point", x, y(values[values.count / 2], axis), radius: "2.5")
    }
  }

  private func changes(_ svg: inout SVG, _ axis: Scale, _ layout: Layout) {
    var rowEnds = [-Double.infinity, -Double.infinity]
    for change in series.changePoints {
      guard let run = change.index, run > firstRun, run < runs.count else { continue }
      let x = (self.x(run, layout) + self.x(run - 1, layout)) / 2
      let tone = !change.isConfirmed ? "suspect" : change.isWorse ? "worse" : "better"
      let glyph = !change.isConfirmed ? "△" : change.isWorse ? "▲" : "▼"
      svg.line("change \(tone)", x, layout.top - 4, x, layout.bottom)
      let text = [glyph, change.changePercent.map(words.numbers.percentChange)].compactMap { $0 }
        .joined(separator: " ")
      let width = Double(text.count) * 7.5
      let start = min(max(x - width / 2, layout.left), layout.right - width)
      // Two rows of labels; a third neighbour keeps its line and loses its text.
      guard let row = rowEnds.indices.first(where: { start > rowEnds[$0] }) else { continue }
      rowEnds[row] = start + width + 8
      svg.label(
        "tick \(tone) strong", start, layout.top - 7 - Double(row) * 15, text, anchor: "start")
    }
  }

  /// What stands at and under the axis: runs without a value, the environment, notes.
  private func below(_ svg: inout SVG, _ axis: Scale, _ layout: Layout) {
    let measured = Set(points.map(\.run))
    var missing: [UInt8] = []
    for run in firstRun..<runs.count where !measured.contains(run) {
      missing.append("M", x(run, layout) - 2.5, layout.bottom - 6)
      missing.append("h5v5h-5z")
    }
    svg.path("missing", missing)
    if hasEnvironmentChange {
      svg.label(
        "tick suspect", x(runs.count - 1, layout), layout.bottom + 16, "⚙\u{FE0E}", anchor: "middle"
      )
    }
    for note in notes where note.run >= firstRun {
      svg.label(
        "tick strong", x(note.run, layout), layout.bottom + 46, "\(note.number)", anchor: "middle")
    }
  }
}

extension SeriesChange {
  /// The level that a run's value is shown against: its regime's, else the baseline's.
  func level(at run: Int) -> Double? {
    guard
      let index = regimes.firstIndex(where: { regime in
        points.indices.contains(regime.first) && points.indices.contains(regime.last)
          && points[regime.first].run <= run && run <= points[regime.last].run
      })
    else { return baseline?.value }
    return regimes[index].level
  }
}

/// The first 7 digits of a commit, as people write it; other names are shortened in the middle.
func shortCommit(_ commit: String) -> String {
  let isHash =
    commit.utf8.count >= 7
    && commit.utf8.allSatisfy {
      (48...57).contains($0) || (97...102).contains($0)
    }
  return isHash ? String(commit.prefix(7)) : SafeText.middleCut(SafeText.oneLine(commit), to: 24)
}
