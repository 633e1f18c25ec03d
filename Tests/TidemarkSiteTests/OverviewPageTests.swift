import Testing
import TidemarkModel
import TidemarkReport

@testable import TidemarkSite

/// The states that are not success: each has a sentence in the first screen, and never a tick.
@Suite struct OverviewPageTests {
  private func overview(_ report: Report) throws -> String {
    let context = try SiteContext(report: report, theme: Theme(), options: SiteOptions())
    return try String(decoding: OverviewPage(context).render().bytes, as: UTF8.self)
  }

  /// The page's text up to its first section.
  private func firstScreen(_ report: Report) throws -> String {
    let page = try overview(report)
    let main = page.split(separator: "<main id=\"main\">").last ?? ""
    let head = main.split(separator: "<section>").first ?? ""
    return String(head.replacing(/<[^>]*>/, with: "").replacing(/\s+/, with: " "))
  }

  @Test("a failing run says what failed, counted")
  func failing() throws {
    let text = try firstScreen(SampleReports.rich())
    #expect(text.contains("✗ Fail 3 tests newly failing and 2 series regressed."))
    #expect(text.contains("Judged against 39 runs of main, the newest 6 h old"))
    #expect(text.contains("2 of 4 files could not be read."))
    #expect(text.contains("5 tests failed") && text.contains("1 suspected"))
  }

  @Test("a first run says that there is nothing to compare with, and when there will be")
  func firstRun() throws {
    let text = try firstScreen(SampleReports.firstRun())
    #expect(text.contains("? Not judged First run: nothing to compare with yet."))
    #expect(text.contains("starts after 5 runs (you have 1)"))
    #expect(!text.contains("✓"))
  }

  @Test("a run of which nothing was read names the files and a remedy, without a tick")
  func nothingRead() throws {
    let text = try firstScreen(SampleReports.nothingRead())
    #expect(text.contains("✗ Not judged No result was read."))
    #expect(text.contains("3 files matched; none gave a result:"))
    #expect(text.contains("out/log-2.txt") && text.contains("tidemark formats"))
    #expect(!text.contains("✓") && !text.contains("tests failed"))
    var none = SampleReports.nothingRead()
    none.inputs = []
    #expect(try firstScreen(none).contains("No input matched."))
  }

  @Test("an old baseline is no verdict, and has the command that renews it")
  func stale() throws {
    let text = try firstScreen(SampleReports.stale())
    #expect(text.contains("? Not judged The newest baseline is 41 days old."))
    #expect(text.contains("git switch main"))
    #expect(!text.contains("✓"))
  }

  @Test("a fine run says so in one sentence, with the smallest change that would have shown")
  func fine() throws {
    let report = SampleReports.allFine()
    #expect(
      try firstScreen(report).contains(
        "✓ Pass All 204 tests passed; no series moved beyond its noise. Smallest change that would show: 3.8 % (median)."
      ))
    #expect(try overview(report).contains("The least certain series"))
  }

  @Test("a run without tests has no nought for them")
  func noTests() throws {
    var report = SampleReports.allFine()
    report.tests = []
    SampleReports.total(&report)
    let text = try firstScreen(report)
    #expect(text.contains("– tests failed"))
    #expect(!text.contains("tests passed"))
  }

  @Test("a failed test without a baseline fails the run by itself")
  func failedWithoutBaseline() throws {
    var report = SampleReports.firstRun()
    report.tests[0].outcome = .failed
    report.verdict = .fail
    SampleReports.total(&report)
    let text = try firstScreen(report)
    #expect(text.contains("✗ Fail 1 test failed."))
    #expect(text.contains("starts after 5 runs"))
  }

  @Test("of tests and series at most five stand in front, of both kinds")
  func worst() throws {
    let page = try overview(SampleReports.large())
    let list = page.split(separator: "<ol class=\"items\">").last?.split(separator: "</ol>").first
    let items = try #require(list).split(separator: "<li>").dropFirst()
    #expect(items.count == 5)
    #expect(items.count { $0.contains("newly failing") } == 3)
    #expect(items.count { $0.contains("regressed") } == 2)
  }
}
