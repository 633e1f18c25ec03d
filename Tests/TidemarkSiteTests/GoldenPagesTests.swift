import Testing
import TidemarkModel
import TidemarkReport

@testable import TidemarkSite

@Suite struct GoldenPagesTests {
  @Test(
    "a page is, byte for byte, what was read and kept",
    arguments: [
      ("rich", "index.html"), ("rich", "tests.html"), ("rich", "benchmarks.html"),
      ("rich", "grid.html"), ("rich", "health.html"), ("first", "index.html"),
      ("nothing", "index.html"), ("stale", "index.html"), ("fine", "index.html"),
    ])
  func pages(sample: String, path: String) throws {
    let reports: [String: () -> Report] = [
      "rich": SampleReports.rich, "first": SampleReports.firstRun,
      "nothing": SampleReports.nothingRead, "stale": SampleReports.stale,
      "fine": SampleReports.allFine,
    ]
    let make = try #require(reports[sample])
    let report = make()
    let files = try Site.render(
      report: report, theme: Theme(), options: SiteOptions(project: "acme/parser"))
    try expectGolden(#require(files.first { $0.path == path }).bytes, "\(sample)/\(path)")
  }

  @Test("the page of a series with a step is what was read and kept")
  func series() throws {
    let report = SampleReports.rich()
    let one = try #require(
      report.series.firstIndex { $0.identity.name == "parse/large_document" })
    let files = try Site.render(report: report, theme: Theme())
    let page = try #require(files.first { $0.path == "series/\(report.series[one].id).html" })
    try expectGolden(page.bytes, "rich/series.html")
  }
}
