import Testing
import TidemarkModel
import TidemarkReport
import TidemarkSyntax

@testable import TidemarkSite

@Suite struct SeriesPageTests {
  private func page(
    _ name: String, _ change: (inout SeriesChange) -> Void = { _ in }
  ) throws -> String {
    var report = SampleReports.rich()
    let index = try #require(report.series.firstIndex { $0.identity.name == name })
    change(&report.series[index])
    var context = try SiteContext(report: report, theme: Theme(), options: SiteOptions())
    try context.place(RunsPage(context))
    return try String(decoding: SeriesPage(context, index: index).render().bytes, as: UTF8.self)
  }

  private func answer(
    _ name: String, _ change: (inout SeriesChange) -> Void = { _ in }
  ) throws -> String {
    let page = try page(name, change)
    let lead = page.split(separator: "id=\"answer\">").last?.split(separator: "</p>").first ?? ""
    return String(lead.replacing(/<[^>]*>/, with: "")).replacing("\u{A0}", with: " ")
  }

  @Test("a regression is one sentence: how much, since when, how sure")
  func regressed() throws {
    let commit = SampleReports.commit(36).prefix(7)
    #expect(
      try answer("parse/large_document")
        == "▲ regressed 12.5 % slower (11.3 to 13.7) since \(commit), 3 runs ago; q &lt; 0.001.")
  }

  @Test("what is not success has its own sentence")
  func others() throws {
    #expect(try answer("open/warm") == "▢ missing In the last 39 runs, not in this one.")
    #expect(
      try answer("open/cold")
        == "? insufficient data Needs 14 runs to see a change of 5.0 % (has 6).")
    #expect(try answer("open/new_path").hasPrefix("◆ new In this run:"))
    #expect(
      try answer("serve </a><script>alert(1)</script>").contains(
        "△ suspected Perhaps 7.1 % lower (5.3 to 8.9) since"))
    #expect(try answer("lex/unicode").contains("○ unchanged At 3."))
  }

  @Test("a chart says where its axis starts, breaks at a missing run and rings this run")
  func chart() throws {
    let page = try page("parse/large_document")
    #expect(page.contains("The axis starts at 10.8\u{A0}ms, not at zero."))
    let line = try #require(page.firstMatch(of: /class="line" d="([^"]*)"/))
    #expect(line.1.split(separator: "M").count == 3, "two gaps make three lines")
    #expect(page.matches(of: /class="ring worse"/).count == 2)
    let missing = try #require(page.firstMatch(of: /class="missing" d="([^"]*)"/))
    #expect(missing.1.split(separator: "M").count == 3)
    #expect(page.matches(of: /<a href="\.\.\/runs\/[0-9a-f]{16}\.html" tabindex="-1">/).count == 37)
    #expect(page.contains("11.2\u{A0}ms") && page.contains(" · regressed</title>"))
  }

  @Test("a series that is not measured now has no ring")
  func noRing() throws {
    #expect(!(try page("open/warm").contains("class=\"ring")))
  }

  @Test("beyond 400 points one mark stands for several runs, and the caption says how many")
  func grouped() throws {
    var report = SampleReports.rich()
    report.runs = SampleReports.runs(1000)
    report.clusters = []
    report.series = [
      SampleReports.series(
        1, name: "long", levels: [(0, 5)], noise: 0.02, runs: report.runs, state: .unchanged)
    ]
    var context = try SiteContext(report: report, theme: Theme(), options: SiteOptions())
    try context.place(RunsPage(context))
    let page = try SeriesPage(context, index: 0).render()
    let text = String(decoding: page.bytes, as: UTF8.self)
    #expect(text.contains("Each point is the median of 3 runs"))
    #expect(text.matches(of: /class="point"/).count == 2 * 334)
    #expect(page.bytes.count < 250_000)
  }

  @Test("an outcome strip tells its story in words too")
  func strip() throws {
    let words = try Theme().words
    let strip = OutcomeStrip.render([.passed, .failed, nil, .skipped, .errored], words: words)
    guard case .html(let bytes) = strip else {
      Issue.record("no strip")
      return
    }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.contains("aria-label=\"Last 5 runs: 1 passed, 2 failed and 1 skipped\""))
    #expect(!OutcomeStrip.render([nil, nil], words: words).isTruthy)
  }
}
