internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// What ran when, and what became of it? The window's runs, newest first.
struct RunsPage {
  private let context: SiteContext
  private let rows: [[UInt8]]
  private let pages: [Range<Int>]
  /// Where each run without a page of its own stands, by its place in the window.
  let addresses: [Int: String]

  init(_ context: SiteContext) throws(Problem) {
    self.context = context
    let runs = context.report.runs
    var anchors: [Int: String] = [:]
    var seen: Set<Identifier> = []
    for index in runs.indices where seen.insert(runs[index].identifier).inserted {
      if context.runPlaces.pages[index] == nil { anchors[index] = "r-\(runs[index].identifier)" }
    }
    var rows: [[UInt8]] = []
    for index in runs.indices.reversed() {
      rows.append(try RunsPage.row(context, index, anchor: anchors[index]))
    }
    pages = Pager.pages([rows.map(\.count)]).map { $0.first?.rows ?? 0..<0 }
    self.rows = rows
    var addresses: [Int: String] = [:]
    for (number, range) in pages.enumerated() {
      for row in range {
        let index = runs.count - 1 - row
        if let anchor = anchors[index] {
          addresses[index] = "\(Pager.path("runs", page: number))#\(anchor)"
        }
      }
    }
    self.addresses = addresses
  }

  func render() throws(Problem) -> [SiteFile] {
    let words = context.words
    let (lead, streak) = (lead, streak)
    var files: [SiteFile] = []
    for (number, range) in pages.enumerated() {
      var title = words.text("nav.runs")
      if number > 0 { title = words.text("page.number", ["title": title, "n": "\(number + 1)"]) }
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

  private static func row(
    _ context: SiteContext, _ index: Int, anchor: String?
  ) throws(Problem) -> [UInt8] {
    let words = context.words
    let run = context.report.runs[index]
    let mark = run.verdict?.mark
    let failed = run.counts.failed + run.counts.errored
    return try context.theme.rendered(
      "run_row",
      [
        "time": context.runTimes[index], "href": Value(context.runPlaces.pages[index]),
        "anchor": Value(anchor), "run": .text(context.name(run.id)), "url": context.link(run.url),
        "commit": context.runCommits[index], "branch": Value(run.branch.map(context.name)),
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
