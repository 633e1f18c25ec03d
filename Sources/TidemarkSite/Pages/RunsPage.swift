internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// What ran when, and what became of it? The window's runs, newest first.
struct RunsPage {
  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  func render() throws(Problem) -> [SiteFile] {
    let words = context.words
    let runs = context.report.runs
    var rows: [[UInt8]] = []
    for index in runs.indices.reversed() { rows.append(try row(index)) }
    let pages = Pager.pages([rows.map(\.count)])
    var files: [SiteFile] = []
    for (number, page) in pages.enumerated() {
      var title = words.text("nav.runs")
      if number > 0 { title = words.text("page.number", ["title": title, "n": "\(number + 1)"]) }
      let range = page.first?.rows ?? 0..<0
      files.append(
        try context.page(
          "runs", path: Pager.path("runs", page: number), title: title, tab: .runs,
          [
            "heading": .text(title), "lead": .text(lead), "streak": streak,
            "cut": context.cut(
              shown: range.count, total: rows.count, name: "runs", page: number,
              pages: pages.count),
            "has_rows": .flag(!range.isEmpty), "rows": .html(Array(rows[range].joined())),
          ]))
    }
    return files
  }

  private func row(_ index: Int) throws(Problem) -> [UInt8] {
    let words = context.words
    let run = context.report.runs[index]
    let mark = run.verdict?.mark
    let failed = run.counts.failed + run.counts.errored
    return try context.theme.rendered(
      "run_row",
      [
        "time": context.time(run.time), "href": Value(context.runPaths[index]),
        "commit": context.commit(run.commit), "branch": Value(run.branch.map(context.name)),
        "glyph": Value(mark?.glyph), "tone": .text(mark?.tone ?? "muted"),
        "state": .text(words.text(mark?.key ?? "verdict.unknown")),
        "tests": .text(context.words.numbers.count(run.counts.total)),
        "failed": .text(context.words.numbers.count(failed)), "fails": .flag(failed > 0),
        "series": .text(context.words.numbers.count(run.seriesCount)),
        "current": .flag(index == context.currentRun), "t": words.tree,
      ])
  }

  /// Since when every run has failed, or how long none has.
  private var streak: Value {
    let runs = context.report.runs
    guard let last = runs.last?.verdict, runs.count > 1 else { return .empty }
    let isFailing = last == .fail
    let count = runs.reversed().prefix { $0.verdict != nil && ($0.verdict == .fail) == isFailing }
      .count
    guard count > 1, count < runs.count else { return .empty }
    return context.words.html(
      isFailing ? "runs.streak_fail" : "runs.streak_good",
      [
        "n": .text(context.words.numbers.count(count)),
        "commit": context.commit(runs[runs.count - count].commit),
      ])
  }

  private var lead: String {
    let words = context.words
    let runs = context.report.runs
    guard let first = runs.first, let last = runs.last, runs.count > 1 else {
      return words.text(runs.isEmpty ? "runs.none" : "runs.only")
    }
    let failing = runs.count { $0.verdict == .fail }
    let judged = runs.count { $0.verdict != nil }
    let span = words.age(seconds: last.time.seconds(since: first.time))
    return judged == 0
      ? words.count("runs.lead_unjudged", runs.count, ["span": span])
      : words.count(
        "runs.lead", runs.count, ["span": span, "failing": context.words.numbers.count(failing)])
  }
}
