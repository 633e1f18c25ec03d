internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// When did it change, by how much, whose commit? One sentence, the chart, the suspects; then how
/// it was judged and all its points.
struct SeriesPage {
  /// Rows of the table of points: with as many linked points in the chart a page keeps its weight.
  private static let rowLimit = 400

  private let context: SiteContext
  private let index: Int
  private let series: SeriesChange
  private let path: String
  private let scale: ValueScale

  init(_ context: SiteContext, index: Int) {
    self.context = context
    self.index = index
    series = context.report.series[index]
    path = context.seriesPaths[index]
    scale = ValueScale(series, numbers: context.words.numbers)
  }

  private var words: Words { context.words }

  func render() throws(Problem) -> SiteFile {
    var values = context.values(series, path: path)
    let notes = notes
    let chart = SeriesChart(
      series: series, runs: context.report.runs, days: context.runDays,
      beginnings: context.pointBeginnings, scale: scale, words: words,
      notes: notes.enumerated().map { .init(run: $0.element.run, number: $0.offset + 1) },
      hasEnvironmentChange: !environmentChanges.isEmpty)
    values["wide"] = chart.render(.wide, id: "chart-wide", sentence: "answer")
    values["narrow"] = chart.render(.narrow, id: "chart-narrow", sentence: "answer")
    values["caption"] = caption(chart)
    values["notes"] = .list(
      notes.enumerated().map { index, note in
        [
          "number": .text("\(index + 1)"), "commit": context.commit(note.annotation.commit),
          "text": context.note(note.annotation),
        ]
      })
    values["environment"] = .list(environmentChanges)
    values["suspects"] = .list(series.suspects.prefix(20).map(context.suspect))
    values["range"] = range
    if let side = context.sides.of(series: index) {
      values["sides"] = .list(side.members.map(sideRow))
      values["sides_sentence"] = Value(context.sentence(series: side))
    }
    values["from_to"] = fromTo
    values["bisect"] = Value(context.report.bisection.command(for: series))
    values["explanation"] = context.prose(series.explanation)
    let pair = BeforeAfter(series: series, scale: scale, words: words)
    values["pair_wide"] = pair.render(width: 720, css: "wide")
    values["pair_narrow"] = pair.render(width: 340, css: "narrow")
    values["judged"] = .list(judged)
    values["again"] = .text(again)
    values["accept"] = accept
    values["points"] = points()
    values["points_title"] = .text(words.count("table.title", series.points.count))
    if series.points.count > SeriesPage.rowLimit {
      values["cut"] = .text(
        words.text(
          "cut.newest",
          [
            "shown": words.numbers.count(SeriesPage.rowLimit),
            "total": words.numbers.count(series.points.count),
          ]))
    }
    values["value_heading"] = .text(
      scale.unit.isEmpty
        ? words.text("column.value") : words.text("column.value_in", ["unit": scale.unit]))
    return try context.page(
      "series", path: path, title: context.seriesName(series), tab: .benchmarks, values)
  }

  /// The same metric under other labels.
  private func sideRow(_ member: SideBySide.Member) -> Value {
    let other = context.report.series[member.index]
    var values = other.state.mark.values(words)
    values["label"] = .text(context.label(of: member))
    values["value"] = Value(other.value.map(ValueScale(other, numbers: words.numbers).text))
    values["effect"] = Value(context.effect(other))
    values["detectable"] = Value(other.minimumDetectablePercent.map(words.numbers.percentSize))
    values["spark"] = Sparkline.render(other, runCount: context.report.runs.count)
    values["here"] = .flag(member.index == index)
    values["href"] = .text("../\(context.seriesPaths[member.index])")
    return .object(values)
  }

  /// `Was 12.4 ms over 34 runs, is 13.9 ms over the newest 7.`
  private var fromTo: Value {
    guard [.regressed, .suspected, .improved].contains(series.state),
      let baseline = series.baseline
    else { return .empty }
    let after = series.regimes.count > 1 ? series.regimes.last : nil
    guard let now = after?.level ?? series.value else { return .empty }
    return .text(
      words.text(
        "series.from_to",
        [
          "old": scale.text(baseline.value), "runs": words.count("runs", baseline.runs),
          "new": scale.text(now),
          "newer": words.count("runs", after.map { $0.last - $0.first + 1 } ?? 1),
        ]))
  }

  private func caption(_ chart: SeriesChart) -> Value {
    guard !chart.isEmpty else { return .empty }
    var sentences = [words.text(series.regimes.isEmpty ? "caption.plain" : "caption.band")]
    if let start = chart.axisStart {
      sentences.append(words.text("caption.cut_axis", ["value": start]))
    }
    if chart.runsPerMark > 1 { sentences.append(words.count("caption.grouped", chart.runsPerMark)) }
    return .text(sentences.joined(separator: " "))
  }

  /// The commits between the last run before the change and the first run of the new level.
  private var range: Value {
    guard let point = series.changePoint, let previous = point.previousCommit, point.commit != nil
    else { return .empty }
    return words.html(
      "series.range",
      ["from": context.commit(previous), "to": context.commit(point.commit)])
  }

  private var environmentChanges: [Value] {
    context.report.environmentChanges.filter { $0.job == series.job }
      .map(context.environmentChange)
  }

  /// What people have written of this series' runs and what they have accepted, oldest first.
  private var notes: [(run: Int, annotation: Annotation)] {
    guard let first = series.points.first?.run else { return [] }
    let accepted = context.report.acceptances.filter { $0.id == series.id && $0.index >= first }
    var notes = accepted.map { acceptance in
      (
        run: acceptance.index,
        annotation: Annotation(
          commit: acceptance.commit ?? "", markdown: Markdown.text(acceptance.sentence))
      )
    }
    for annotation in context.report.annotations {
      let isOurs = annotation.series.contains { Glob($0).matches(series.identity.name) }
      guard isOurs || annotation.series.isEmpty else { continue }
      let run = context.report.runs.firstIndex { run in
        !annotation.commit.isEmpty && run.commit?.hasPrefix(annotation.commit) == true
      }
      // A note that accepts stands here already, as the reason.
      guard let run, run >= first,
        !accepted.contains(where: { $0.index == run && $0.reason == annotation.markdown })
      else { continue }
      notes.append((run, annotation))
    }
    return notes.enumerated()
      .sorted { ($0.element.run, $0.offset) < ($1.element.run, $1.offset) }.map(\.element)
  }

  /// The command that judges the same values again, by the file for programs beside the page.
  private var again: String {
    "jq -c '.series[] | select(.page == \"\(path)\") | {id, direction, unit, values: .points.values}' "
      + "api/\(SiteAPI.fileName(context, series: index)) | tidemark detect"
  }

  /// The command that makes the new level the baseline.
  private var accept: Value {
    guard [.regressed, .suspected, .improved].contains(series.state) else { return .empty }
    return .text("tidemark accept \(series.id) --reason \"\(words.text("series.accept_reason"))\"")
  }

  /// How it was judged: pairs of a term and its text.
  private var judged: [Value] {
    var pairs: [(String, String)] = []
    func add(_ key: String, _ text: String?) {
      if let text { pairs.append((words.text(key), text)) }
    }
    add("judged.value", series.value.map(scale.text))
    add(
      "judged.baseline",
      series.baseline.map {
        words.text(
          $0.low == $0.high ? "judged.baseline_flat" : "judged.baseline_text",
          [
            "value": scale.text($0.value), "low": scale.number($0.low),
            "high": scale.text($0.high), "runs": words.count("runs", $0.runs),
          ])
      })
    add("judged.change", context.effect(series))
    add("judged.q", series.q.map(words.numbers.probability))
    add("judged.p", series.p.map(words.numbers.probability))
    add("judged.n", series.n.map(words.numbers.count))
    add("judged.noise", series.noisePercent.map(words.numbers.percentSize))
    add("judged.floor", series.effectFloorPercent.map(words.numbers.percentSize))
    add("judged.detectable", series.minimumDetectablePercent.map(words.numbers.percentSize))
    add("judged.window", series.window > 0 ? words.count("runs", series.window) : nil)
    add("judged.needed", series.runsNeeded.map { words.count("runs", $0) })
    add("judged.owner", series.owner.map(context.name))
    add("judged.id", series.id.description)
    return pairs.map { ["term": .text($0.0), "text": .text($0.1)] }
  }

  /// The rows of the table, the newest first. What a row says of its run is rendered once for all series; the numbers,
  /// twenty thousand for a hundred series, are put behind it as they are.
  private func points() -> Value {
    var rows: [UInt8] = []
    rows.reserveCapacity(min(series.points.count, SeriesPage.rowLimit) * 300)
    let begins = HTML.escaped(words.text("series.begins"))
    let starts = Set(series.changePoints.compactMap(\.index))
    for point in series.points.suffix(SeriesPage.rowLimit).reversed()
    where context.pointRows.indices.contains(point.run) {
      let level = series.level(at: point.run)
      let change = level.flatMap { $0 == 0 ? nil : (point.value - $0) / abs($0) * 100 }
      rows += context.pointRows[point.run]
      rows.append("<td class=\"num\">")
      scale.append(number: point.value, to: &rows)
      rows.append("</td><td class=\"num\">")
      if let change { words.numbers.append(percentChange: change, to: &rows) }
      rows.append("</td><td class=\"nowrap\">")
      if starts.contains(point.run) { rows += begins.utf8 }
      rows.append("</td></tr>\n")
    }
    return .html(rows)
  }
}

extension SiteContext {
  func suspect(_ suspect: Suspect) -> Value {
    [
      "commit": commit(suspect.commit), "author": Value(suspect.author.map(name)),
      "subject": Value(suspect.subject.map { SafeText.middleCut(SafeText.oneLine($0), to: 200) }),
      "paths": Value(touched(suspect)),
    ]
  }

  /// `parser/fast.swift, parser/lexer.swift and 3 more`: what is named like the change, else the first.
  private func touched(_ suspect: Suspect) -> String? {
    let shown = suspect.paths.prefix(max(min(suspect.related, 3), 1)).map(name)
    guard !shown.isEmpty else { return nil }
    return words.text(
      suspect.related > 0 ? "suspect.related" : "suspect.paths",
      ["paths": shown.joined(separator: ", ")])
  }

  func environmentChange(_ change: EnvironmentChange) -> Value {
    [
      "job": .text(name(change.job)), "key": .text(name(change.key)),
      "from": .text(change.from.map(name) ?? words.text("name.none")),
      "to": .text(change.to.map(name) ?? words.text("name.none")),
    ]
  }

  func note(_ annotation: Annotation) -> Value {
    .html(Array(Markdown.renderSafeHTML(annotation.markdown).utf8))
  }
}
