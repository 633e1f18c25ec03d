internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// What differs between this run and the newest one of its baseline? Two runs side by side, tests and
/// values: no judgement, which needs more than two.
struct ComparePage {
  private static let biggestCount = 10
  private static let pairLimit = 300
  private static let outcomeLimit = 100

  private struct Pair {
    var index: Int
    var old: Double
    var new: Double
    /// Percent.
    var change: Double
    var isWorse: Bool
  }

  private let context: SiteContext
  private let other: Int
  private let current: Int

  init?(_ context: SiteContext) {
    guard let other = context.comparedRun, let current = context.currentRun else { return nil }
    self.context = context
    self.other = other
    self.current = current
  }

  /// The newest run of the baseline's branch before this one; nil where there is none.
  static func otherRun(_ report: Report) -> Int? {
    guard report.baseline.status != .none, report.runs.count > 1 else { return nil }
    let earlier = report.runs.indices.dropLast()
    if let commit = report.baseline.newestCommit,
      let run = earlier.last(where: { report.runs[$0].commit == commit })
    {
      return run
    }
    return earlier.last { run in
      report.baseline.branch.map { $0 == report.runs[run].branch } ?? true
    }
  }

  private var words: Words { context.words }

  func render() throws(Problem) -> SiteFile {
    let report = context.report
    var pairs: [Pair] = []
    var onlyNew: [Int] = []
    var onlyOld: [Int] = []
    for (index, series) in report.series.enumerated() {
      let old = series.points.last { $0.run == other }?.value
      let new = series.points.last { $0.run == current }?.value ?? series.value
      switch (old, new) {
      case (let old?, let new?): pairs.append(pair(index, old: old, new: new))
      case (nil, .some): onlyNew.append(index)
      case (.some, nil): onlyOld.append(index)
      case (nil, nil): break
      }
    }
    let ranked = pairs.sorted {
      (abs($1.change), $0.index) < (abs($0.change), $1.index)
    }
    let worse = ranked.filter { $0.isWorse && $0.change != 0 }
    let better = ranked.filter { !$0.isWorse && $0.change != 0 }
    let both = report.tests.count { $0.outcome != nil && oldOutcome($0) != nil }
    let otherwise = report.tests.indices.filter { index in
      guard let old = oldOutcome(report.tests[index]), let new = report.tests[index].outcome
      else { return false }
      return old != new
    }.sorted { (report.tests[$0].state.rank, $0) < (report.tests[$1].state.rank, $1) }
    let title = words.text("nav.compare")
    return try context.page(
      "compare", path: "compare.html", title: title, tab: .compare,
      [
        "heading": .text(title),
        "lead": .text(
          [
            testsLead(both: both, changed: otherwise.count),
            pairs.isEmpty && both > 0
              ? nil
              : words.count(
                "compare.lead", pairs.count,
                [
                  "worse": words.numbers.count(worse.count),
                  "better": words.numbers.count(better.count),
                ]),
          ].compactMap { $0 }.joined(separator: " ")),
        "judgement": report.series.isEmpty ? .empty : judgement,
        "outcomes": .list(otherwise.prefix(ComparePage.outcomeLimit).map(outcomes)),
        "outcomes_cut": cut(otherwise.count, ComparePage.outcomeLimit),
        "sides": .list([side(other, "compare.before"), side(current, "compare.after")]),
        "worse": .list(worse.prefix(ComparePage.biggestCount).map(values)),
        "better": .list(better.prefix(ComparePage.biggestCount).map(values)),
        "has_worse": .flag(!worse.isEmpty), "has_better": .flag(!better.isEmpty),
        "only_new": .list(onlyNew.prefix(100).map(name)),
        "only_old": .list(onlyOld.prefix(100).map(name)),
        "environment": .list(report.environmentChanges.prefix(50).map(context.environmentChange)),
        "all": .list(ranked.prefix(ComparePage.pairLimit).map(values)),
        "all_title": .text(words.count("compare.all", pairs.count)),
        "cut": cut(pairs.count, ComparePage.pairLimit),
      ])
  }

  private func cut(_ total: Int, _ limit: Int) -> Value {
    guard total > limit else { return .empty }
    return .text(
      words.text(
        "cut.showing", ["shown": words.numbers.count(limit), "total": words.numbers.count(total)]))
  }

  /// How a test ended in the other run; nil where it did not run there, or that is too long ago.
  private func oldOutcome(_ test: TestResult) -> Outcome? {
    let place = test.history.count - 1 - (current - other)
    return test.history.indices.contains(place) ? test.history[place] : nil
  }

  private func testsLead(both: Int, changed: Int) -> String? {
    guard both > 0 else { return nil }
    return words.count("compare.tests", both, ["changed": words.numbers.count(changed)])
  }

  private func outcomes(_ index: Int) -> Value {
    let test = context.report.tests[index]
    return [
      "name": .text(context.testName(test)), "where": .text(context.testPlace(test)),
      "href": Value(context.testAddresses[index]),
      "old": oldOutcome(test).map { .object($0.mark.values(words)) } ?? .empty,
      "new": test.outcome.map { .object($0.mark.values(words)) } ?? .empty,
    ]
  }

  /// What the whole baseline says, which the two runs alone cannot.
  private var judgement: Value {
    let totals = context.report.seriesTotals
    return words.html(
      "compare.judgement",
      [
        "runs": .text(words.count("runs", context.report.baseline.runs)),
        "regressed": .text(words.count("short.regressed", totals.regressed)),
        "suspected": .text(words.count("short.suspected", totals.suspected)),
        "improved": .text(words.count("short.improved", totals.improved)),
      ])
  }

  private func pair(_ index: Int, old: Double, new: Double) -> Pair {
    let change = old == 0 ? 0 : (new - old) / abs(old) * 100
    let isHigher = change > 0
    return Pair(
      index: index, old: old, new: new, change: change,
      isWorse: isHigher == (context.report.series[index].direction == .lower))
  }

  private func values(_ pair: Pair) -> Value {
    let series = context.report.series[pair.index]
    let scale = ValueScale(series, numbers: words.numbers)
    return [
      "name": context.breakable(context.seriesName(series)),
      "where": .text(context.seriesPlace(series)),
      "href": .text(context.seriesPaths[pair.index]), "old": .text(scale.text(pair.old)),
      "new": .text(scale.text(pair.new)), "change": .text(words.numbers.percentChange(pair.change)),
      "tone": .text(series.state.mark.tone), "glyph": .text(series.state.mark.glyph),
      "state": .text(words.text(series.state.mark.key)),
    ]
  }

  private func name(_ index: Int) -> Value {
    [
      "name": .text(context.seriesName(context.report.series[index])),
      "href": .text(context.seriesPaths[index]),
    ]
  }

  private func side(_ run: Int, _ key: String) -> Value {
    let window = context.report.runs[run]
    return [
      "name": .text(words.text(key)), "commit": context.commit(window.commit),
      "time": context.time(window.time), "href": Value(context.runAddress(run)),
      "branch": Value(window.branch.map(context.name)),
    ]
  }
}
