internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// What did a run contain, and what was not read? In full for the report's own run, in short for
/// the others of the window.
struct RunPages {
  private static let inputLimit = 300
  private static let valueLimit = 300

  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  private var words: Words { context.words }
  private var report: Report { context.report }

  func render() throws(Problem) -> [SiteFile] {
    var files: [SiteFile] = []
    for index in report.runs.indices {
      guard let path = context.runPlaces.pages[index] else { continue }
      files.append(try render(index, path: path))
    }
    return files
  }

  private func render(_ index: Int, path: String) throws(Problem) -> SiteFile {
    let run = report.runs[index]
    let isCurrent = index == context.currentRun
    let title = words.text("run.title", ["run": context.name(run.id)])
    let failed = run.counts.failed + run.counts.errored
    var parts = [words.count("tests", run.counts.total)]
    if run.counts.total > 0 {
      parts.append(words.count("strip.failed", failed))
      if run.counts.skipped > 0 { parts.append(words.count("strip.skipped", run.counts.skipped)) }
    }
    parts.append(words.count("series", run.seriesCount))
    let mark = run.verdict?.mark
    var values: [String: Value] = [
      "heading": .text(title),
      "lead": .text(words.text("sentence", ["text": words.joined(parts)])),
      "glyph": Value(mark?.glyph), "tone": .text(mark?.tone ?? "muted"),
      "state": .text(mark.map { words.text($0.key) } ?? words.text("verdict.unknown")),
      "time": context.time(run.time), "commit": context.commit(run.commit),
      "branch": Value(run.branch), "url": context.link(run.url),
      "run_id": .text(context.name(run.id)),
      "begins": .list(changes(at: index)),
      "previous": neighbour(index - 1), "next": neighbour(index + 1),
    ]
    if isCurrent {
      values["run_id"] = .text(context.name(report.run.id))
      for (key, value) in full { values[key] = value }
    }
    return try context.page(
      isCurrent ? "run" : "run_short", path: path, title: title, tab: .runs,
      run: isCurrent ? nil : index, values)
  }

  private func neighbour(_ index: Int) -> Value {
    guard report.runs.indices.contains(index), let address = context.runAddress(index) else {
      return .empty
    }
    return ["href": .text("../\(address)"), "commit": context.runCommits[index]]
  }

  /// The changes whose first run it is.
  private func changes(at run: Int) -> [Value] {
    let series = (context.runPlaces.series[run] ?? []).prefix(100).map { index -> Value in
      let series = report.series[index]
      let change = series.changePoints.last { $0.index == run }
      let mark =
        change?.isConfirmed == false
        ? SeriesState.suspected.mark
        : (change?.isWorse ?? true) ? SeriesState.regressed.mark : SeriesState.improved.mark
      var values = mark.values(words)
      values["name"] = .text(context.seriesName(series))
      values["href"] = .text("../\(context.seriesPaths[index])")
      values["effect"] = Value(
        change?.changePercent.map {
          words.text(series.changeKey($0), ["size": words.numbers.percentSize($0)])
        })
      return .object(values)
    }
    let tests = (context.runPlaces.tests[run] ?? []).prefix(100).map { index -> Value in
      var values = report.tests[index].state.mark.values(words)
      values["name"] = .text(context.testName(report.tests[index]))
      values["href"] = Value(context.testAddresses[index].map { "../\($0)" })
      return .object(values)
    }
    return tests + series
  }

  // MARK: The report's own run

  private var full: [String: Value] {
    let unread = context.unreadInputs
    return [
      "attempt": report.run.attempt > 1 ? .text("\(report.run.attempt)") : .empty,
      "pull_request": Value(report.run.pullRequest), "base": Value(report.run.base),
      "labels": Value(
        report.run.labels.isEmpty ? nil : context.name(report.run.labels.description)),
      "inputs_lead": .text(inputsLead(unread.count)),
      "unread": .list(unread.prefix(RunPages.inputLimit).map { .object(context.unreadInput($0)) }),
      "inputs": .list(report.inputs.prefix(RunPages.inputLimit).map(input)),
      "has_inputs": .flag(!report.inputs.isEmpty),
      "inputs_cut": cut(report.inputs.count, RunPages.inputLimit),
      "problems": .list(problems),
      "jobs": .list(report.jobs.prefix(100).map(job)),
      "values": .list(measured.prefix(RunPages.valueLimit).map(value)),
      "values_title": .text(words.count("run.values", measured.count)),
      "values_cut": cut(measured.count, RunPages.valueLimit),
      "suites": Value(context.suitesAddress.map { "../\($0)" }),
      "tests_title": Value(
        report.tests.isEmpty ? nil : words.count("run.tests", report.testTotals.counts.total)),
    ]
  }

  private func cut(_ total: Int, _ limit: Int) -> Value {
    guard total > limit else { return .empty }
    return .text(
      words.text(
        "cut.showing", ["shown": words.numbers.count(limit), "total": words.numbers.count(total)]))
  }

  private func inputsLead(_ unread: Int) -> String {
    if context.options.source == .history { return words.text("run.inputs_stored") }
    return unread == 0
      ? words.count("run.inputs_read", report.inputs.count)
      : words.count("partly", unread, ["total": words.numbers.count(report.inputs.count)])
  }

  private func input(_ input: InputRecord) -> Value {
    let mark: StateMark =
      switch input.status {
      case .read: StateMark(glyph: "✓", tone: "plain", key: "input.read")
      case .failed: StateMark(glyph: "✗", tone: "worse", key: "input.failed")
      case .unrecognised: StateMark(glyph: "?", tone: "suspect", key: "input.not_recognised")
      }
    var values = mark.values(words)
    values["path"] = .text(context.name(input.path))
    values["format"] = .text(input.format ?? "–")
    values["tests"] = .text(words.numbers.count(input.counts.total))
    values["series"] = .text(words.numbers.count(input.series))
    return .object(values)
  }

  private var problems: [Value] {
    report.inputs.flatMap { input in input.problems.map { (input.path, $0) } }
      .sorted { $0.1.isBlocking && !$1.1.isBlocking }
      .prefix(100)
      .map { path, problem in
        [
          "path": .text(context.name(problem.path ?? path)),
          "line": Value(problem.line.map(words.numbers.count)),
          "message": .text(SafeText.middleCut(SafeText.oneLine(problem.message), to: 400)),
          "code": .text(problem.code.rawValue), "blocking": .flag(problem.isBlocking),
        ]
      }
  }

  private func job(_ job: Job) -> Value {
    let facts = job.environment.keys.sorted(by: utf8Precedes).prefix(60).map { key -> Value in
      ["key": .text(context.name(key)), "value": .text(context.name(job.environment[key] ?? ""))]
    }
    return [
      "name": .text(context.name(job.name)), "url": context.link(job.url),
      "facts": .list(Array(facts)),
    ]
  }

  private var measured: [Int] { report.series.indices.filter { report.series[$0].value != nil } }

  private func value(_ index: Int) -> Value {
    let series = report.series[index]
    return [
      "name": .text(context.seriesName(series)), "href": .text("../\(context.seriesPaths[index])"),
      "where": .text(context.seriesPlace(series)),
      "value": Value(series.value.map(ValueScale(series, numbers: words.numbers).text)),
      "n": .text(series.n.map(words.numbers.count) ?? "–"),
    ]
  }
}
