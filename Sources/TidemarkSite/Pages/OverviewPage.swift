internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Is this run fine; if not, what is worst?
struct OverviewPage {
  private static let worstCount = 5
  /// Baselines of fewer runs are partial: changes are not yet told from noise.
  private static let runsForDetection = 5

  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  private var words: Words { context.words }
  private var report: Report { context.report }

  func render() throws(Problem) -> SiteFile {
    let mark = report.verdict.mark
    let worst = worst
    return try context.page(
      "overview", path: "index.html", title: words.text(mark.key), tab: .overview,
      [
        "glyph": .text(context.nothingRead ? "✗" : mark.glyph),
        "tone": .text(context.nothingRead ? "worse" : mark.tone),
        "verdict": .text(words.text(mark.key)), "sentence": context.prose(sentence),
        "aside": Value(aside),
        "advice": advice, "unread": unread, "partly": partlyRead,
        "baseline": baseline,
        "stored": context.options.source == .history && !context.hasNoRun
          ? .text(words.text("overview.stored")) : .empty,
        "compare": .flag(context.comparedRun != nil),
        "reasons": .list(reasons), "figures": .list(context.nothingRead ? [] : figures),
        "worst": .list(worst), "worst_title": .text(words.count("overview.worst", worst.count)),
        "other_tests": otherTests, "other_series": otherSeries,
        "least": .list(worst.isEmpty ? quiet : []),
        "least_title": .text(
          words.text(report.verdict == .pass ? "overview.least" : "overview.values")),
        "clusters": .list(clusters),
        "environment": .list(report.environmentChanges.prefix(50).map(context.environmentChange)),
        "gate": .list(gate), "jobs": .list(jobs), "notes": .list(notes),
        "has_run": .flag(!context.hasNoRun),
        "run": Value(context.currentRun.flatMap { context.runAddress($0) }),
        "url": context.link(report.run.url),
      ])
  }

  // MARK: The answer

  private var sentence: String {
    let totals = report.testTotals
    if context.hasNoRun { return words.text("overview.no_run") }
    if context.nothingRead { return words.text("overview.nothing_read") }
    switch report.verdict {
    case .fail: return failure
    case .unjudged:
      if report.baseline.status == .none {
        return report.runs.count > 1
          ? words.text("overview.no_baseline", ["what": report.baseline.message])
          : words.text("overview.first_run")
      }
      if report.baseline.status == .stale {
        return words.text("overview.stale", ["age": context.baselineAge ?? "–"])
      }
      return report.reasons.first?.message ?? words.text("overview.unjudged")
    case .pass:
      var parts: [String] = []
      let failed = totals.counts.failed + totals.counts.errored
      if totals.counts.total > 0 {
        parts.append(
          failed == 0
            ? words.count("overview.all_passed", totals.counts.total)
            : words.count("overview.none_newly", failed))
      }
      if !report.series.isEmpty {
        parts.append(
          report.seriesTotals.suspected > 0
            ? words.count("overview.suspected", report.seriesTotals.suspected)
            : words.text(
              report.seriesTotals.judged > 0 ? "overview.still" : "overview.none_judged"))
      }
      return words.text(
        "sentence", ["text": parts.joined(separator: words.text("clause.separator"))])
    }
  }

  /// How large a change would have been seen, where none was.
  private var aside: String? {
    guard report.verdict == .pass, report.seriesTotals.suspected == 0,
      let size = context.medianDetectable
    else { return nil }
    return words.text("overview.aside", ["size": words.numbers.percentSize(size)])
  }

  /// What the run was held against; nothing where the sentence says it.
  private var baseline: Value {
    let baseline = report.baseline
    if context.nothingRead || baseline.status == .none { return .empty }
    guard baseline.status == .stale, let age = context.baselineAge else {
      return words.html("overview.judged", ["baseline": context.baselineSentence])
    }
    return .text(
      words.text(
        "overview.stale_baseline",
        [
          "runs": words.count("runs", baseline.runs), "age": age,
          "branch": baseline.branch ?? words.text("baseline.branch"),
        ]))
  }

  /// What failed, counted; else the weightiest reason.
  private var failure: String {
    var parts: [String] = []
    if report.testTotals.newlyFailing > 0 {
      parts.append(words.count("lead.newly_failing", report.testTotals.newlyFailing))
    }
    if report.seriesTotals.regressed > 0 {
      parts.append(words.count("lead.regressed", report.seriesTotals.regressed))
    }
    let failed = report.testTotals.counts.failed + report.testTotals.counts.errored
    if parts.isEmpty, report.baseline.status == .none, failed > 0 {
      parts.append(words.count("lead.failed", failed))
    }
    guard parts.isEmpty else { return words.text("sentence", ["text": words.joined(parts)]) }
    return report.reasons.first?.message ?? words.text("overview.failed")
  }

  /// What to do where there is no judgement.
  private var advice: Value {
    guard !context.nothingRead else { return .empty }
    switch report.baseline.status {
    case .none:
      let needed = words.numbers.count(OverviewPage.runsForDetection)
      let has = max(report.runs.count, 1)
      // Where there are enough runs, they are not such as this one can be held against.
      return [
        "tone": "plain",
        "text": .text(
          has < OverviewPage.runsForDetection
            ? words.text(
              "advice.first_run", ["needed": needed, "has": words.numbers.count(has)])
            : words.text("advice.no_baseline", ["needed": needed])),
      ]
    case .stale:
      return [
        "tone": "suspect",
        "text": .text(words.text("advice.stale")),
        "command": .text(
          words.text("advice.stale_command", ["branch": report.baseline.branch ?? "main"])),
      ]
    case .partial:
      guard report.baseline.runs < OverviewPage.runsForDetection else { return .empty }
      return [
        "tone": "plain",
        "text": .text(
          words.text(
            "advice.partial",
            [
              "needed": words.numbers.count(OverviewPage.runsForDetection),
              "has": words.numbers.count(report.baseline.runs),
            ])),
      ]
    case .ok: return .empty
    }
  }

  /// The files of a run of which nothing could be read.
  private var unread: Value {
    guard context.nothingRead else { return .empty }
    if context.hasNoRun { return ["sentence": .text(words.text("unread.no_run"))] }
    let files = context.unreadInputs
    let total = report.inputs.count
    // One remedy for all is said once.
    let remedies = Set(files.map { $0.error?.remedy ?? ($0.error == nil ? "" : $0.path) })
    let isCommon = files.count > 1 && remedies.count == 1
    return [
      "sentence": .text(
        total == 0
          ? words.text("unread.none_matched") : words.count("unread.matched", total)),
      "files": .list(
        files.prefix(20).map { file in
          var values = context.unreadInput(file)
          if isCommon { values["remedy"] = .empty }
          return .object(values)
        }),
      "has_files": .flag(!files.isEmpty),
      "common": isCommon
        ? files.first.flatMap { context.unreadInput($0)["remedy"] } ?? .empty : .empty,
      "more": Value(
        files.count > 20 ? words.count("unread.more", files.count - 20) : nil),
    ]
  }

  private var partlyRead: Value {
    let failed = context.unreadInputs.count
    guard failed > 0, !context.nothingRead else { return .empty }
    return [
      "sentence": .text(
        words.count("partly", failed, ["total": words.numbers.count(report.inputs.count)])),
      "href": Value(context.currentRun.flatMap { context.runAddress($0) }.map { "\($0)#inputs" }),
    ]
  }

  /// The reasons that the sentence does not say already.
  private var reasons: [Value] {
    let said: Set<Reason.Code> =
      context.nothingRead && !context.hasNoRun
      ? [.nothingRead, .inputFailed, .inputUnrecognised, .baselineNone]
      : [.newlyFailing, .regressed, .baselineNone, .inputFailed, .suspected]
    return report.reasons.filter { !said.contains($0.code) && $0.message != sentence }
      .map { .object(["message": context.prose($0.message)]) }
  }

  private var figures: [Value] {
    let tests = report.testTotals
    let failed = tests.counts.failed + tests.counts.errored
    let hasTests = !report.tests.isEmpty
    let hasSeries = !report.series.isEmpty
    let isUnjudged = report.verdict == .unjudged || report.baseline.status == .none
    let rows: [(Int, String, String, String?)] = [
      (failed, "figure.failed", "worse", hasTests ? "tests.html" : nil),
      (tests.newlyFailing, "figure.newly_failing", "worse", hasTests ? "tests.html" : nil),
      (
        report.seriesTotals.regressed, "figure.regressed", "worse",
        hasSeries ? "benchmarks.html" : nil
      ),
      (
        report.seriesTotals.suspected, "figure.suspected", "suspect",
        hasSeries ? "benchmarks.html" : nil
      ),
    ]
    return rows.map { count, key, tone, href in
      // No nought where nothing of the kind was looked at, or nothing could be judged.
      let isUnknown = href == nil || (count == 0 && isUnjudged && key != "figure.failed")
      let figure = isUnknown ? "–" : words.numbers.count(count)
      return [
        "figure": .text(figure), "name": .text(words.text(key)),
        "tone": .text(count > 0 ? tone : "muted"), "href": Value(href),
      ]
    }
  }

  // MARK: What is worst

  /// The worst changes: newly failing tests and regressed series, then what is only suspected; of
  /// both kinds, if there are both.
  private var worst: [Value] {
    let tests = report.tests.indices.filter { report.tests[$0].state == .newlyFailing }
    let series = report.series.indices
      .filter { report.series[$0].state == .regressed || report.series[$0].state == .suspected }
      .sorted { (report.series[$0].state.rank, $0) < (report.series[$1].state.rank, $1) }
    let testCount = min(tests.count, max(OverviewPage.worstCount - series.count, 3))
    let seriesCount = min(series.count, OverviewPage.worstCount - testCount)
    return tests.prefix(testCount).map { item(test: $0) }
      + series.prefix(seriesCount).map(seriesItem)
  }

  private func item(test index: Int) -> Value {
    var values = context.values(report.tests[index])
    values["href"] = Value(context.testAddresses[index])
    values["text"] = .empty
    values["sides"] = Value(context.sides.of(test: index).flatMap(context.sentence(tests:)))
    return .object(values)
  }

  private func seriesItem(_ index: Int) -> Value {
    var values = context.values(report.series[index], path: context.seriesPaths[index])
    values["isSeries"] = true
    values["sides"] = Value(context.sides.of(series: index).flatMap(context.sentence(series:)))
    return .object(values)
  }

  /// What else changed, and is no cause for alarm.
  private var otherTests: Value {
    let tests = report.testTotals
    return sentence([
      (tests.stillFailing, "lead.still_failing"), (tests.flaky, "lead.flaky"),
      (tests.fixed, "lead.fixed"), (tests.quarantined, "lead.quarantined"),
      (tests.removed, "lead.removed"), (tests.new, "short.new"),
    ])
  }

  private var otherSeries: Value {
    let series = report.seriesTotals
    return sentence([
      (series.missing, "short.missing"), (series.improved, "short.improved"),
      (series.new, "short.new"), (series.insufficientData, "short.insufficient"),
    ])
  }

  private func sentence(_ counts: [(Int, String)]) -> Value {
    let parts = counts.filter { $0.0 > 0 }.map { words.count($0.1, $0.0) }
    return parts.isEmpty ? .empty : .text(words.text("sentence", ["text": words.joined(parts)]))
  }

  /// Where nothing is wrong, the series of which that is least certain; where nothing is judged,
  /// the first values.
  private var quiet: [Value] {
    guard report.verdict != .pass else { return leastCertain }
    return report.series.indices.lazy.filter { report.series[$0].value != nil }
      .prefix(OverviewPage.worstCount).map(seriesItem)
  }

  private var leastCertain: [Value] {
    report.series.indices
      .filter { report.series[$0].minimumDetectablePercent?.isFinite == true }
      .sorted {
        let first = report.series[$0].minimumDetectablePercent ?? 0
        let second = report.series[$1].minimumDetectablePercent ?? 0
        return (second, $0) < (first, $1)
      }
      .prefix(OverviewPage.worstCount)
      .map { index in
        var values = context.values(report.series[index], path: context.seriesPaths[index])
        values["isSeries"] = true
        values["effect"] = Value(
          report.series[index].minimumDetectablePercent.map {
            words.text("overview.detectable", ["size": words.numbers.percentSize($0)])
          })
        values["since"] = .empty
        return .object(values)
      }
  }

  // MARK: Below

  private var clusters: [Value] {
    report.clusters.prefix(20).map { cluster in
      let members =
        cluster.tests.compactMap { id -> Value? in
          guard let index = context.testIndex(id) else { return nil }
          return [
            "name": .text(context.testName(report.tests[index])),
            "href": Value(context.testAddresses[index]),
          ]
        }
        + cluster.series.compactMap { id -> Value? in
          guard let index = context.seriesIndex(id) else { return nil }
          return [
            "name": .text(context.seriesName(report.series[index])),
            "href": .text(context.seriesPaths[index]),
          ]
        }
      let known = ["commit", "machine", "message"].contains(cluster.kind)
      let sentence = words.html(
        known ? "cluster.\(cluster.kind)" : "cluster.other",
        [
          "changes": .text(words.count("changes", members.count)),
          "commit": context.commit(cluster.changePoint?.commit),
        ])
      return [
        "message": Value(
          cluster.kind == "message"
            ? cluster.tests.first.flatMap(context.testIndex)
              .flatMap { context.firstLine(report.tests[$0].detail) } : nil),
        "sentence": sentence, "members": .list(Array(members.prefix(8))),
        "more": Value(
          members.count > 8 ? words.count("more", members.count - 8) : nil),
        "has_suspects": .flag(!cluster.suspects.isEmpty),
        "suspects": .list(cluster.suspects.prefix(5).map(context.suspect)),
      ]
    }
  }

  private var gate: [Value] {
    report.gate.map { result in
      [
        "rule": .text(context.name(result.rule)), "message": context.prose(result.message),
        "glyph": .text(result.failed ? "✗" : "✓"),
        "tone": .text(result.failed ? "worse" : "plain"),
        "state": .text(words.text(result.failed ? "gate.failed" : "gate.passed")),
      ]
    }
  }

  private var jobs: [Value] {
    report.jobs.prefix(100).map { job in
      ["name": .text(context.name(job.name)), "url": context.link(job.url)]
    }
  }

  private var notes: [Value] {
    report.annotations.prefix(50).map { annotation in
      ["commit": context.commit(annotation.commit), "text": context.note(annotation)]
    }
  }
}

extension SiteContext {
  /// A file that was not read, and what to do about it.
  func unreadInput(_ input: InputRecord) -> [String: Value] {
    var problem = input.error
    problem?.path = nil
    return [
      "path": .text(name(input.path)),
      "what": .text(
        problem.map { SafeText.middleCut(SafeText.oneLine($0.what), to: 400) }
          ?? words.text("input.unrecognised")),
      "line": Value(problem?.line.map(words.numbers.count)),
      "remedy": Value(
        problem.map { $0.remedy.map { SafeText.middleCut(SafeText.oneLine($0), to: 400) } }
          ?? words.text("input.remedy")),
    ]
  }
}
