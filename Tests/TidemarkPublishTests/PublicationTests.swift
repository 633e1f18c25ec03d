internal import Testing
internal import TidemarkModel
internal import TidemarkReport

@testable internal import TidemarkPublish

@Suite struct PublicationTests {
  private func run(_ change: (inout TestedRun) -> Void = { _ in }) -> TestedRun {
    var run = TestedRun()
    run.commit = SampleReport.commit
    run.runID = "77"
    run.attempt = 3
    run.pullRequest = "7"
    change(&run)
    return run
  }

  private func publication(
    _ report: Report, _ run: TestedRun
  ) throws(Failure) -> Publication {
    try Publication(report, key: "main", facts: run, folder: ".")
  }

  @Test("run, attempt and commit of the comment are the platform's, not the report's")
  func facts() throws {
    var report = SampleReport.report()
    report.run.id = "999999"
    report.run.attempt = 99
    let body = try publication(report, run()).comment()
    #expect(
      body.hasPrefix(
        "<!-- tidemark:main v1 -->\n<!-- tidemark:meta {\"sha\":\"\(SampleReport.commit)\","
          + "\"run\":77,\"attempt\":3} -->\n"))
  }

  @Test("a report of another commit is refused, one whose commit is cut short is not")
  func commits() throws {
    #expect(throws: Failure.self) {
      try publication(SampleReport.report(), run { $0.commit = String(repeating: "b", count: 40) })
    }
    let short = SampleReport.report(commit: String(SampleReport.commit.prefix(12)))
    #expect(try publication(short, run()).report.run.commit == SampleReport.commit)
    #expect(throws: Failure.self) {
      try publication(SampleReport.report(commit: "a"), run())
    }
  }

  @Test("a report that names another pull request is refused")
  func pullRequests() {
    #expect(throws: Failure.self) {
      try publication(SampleReport.report(pullRequest: "8"), run())
    }
    #expect(throws: Never.self) {
      try publication(SampleReport.report(pullRequest: "mallory:patch"), run())
    }
  }

  @Test("a stranger's report does not choose where the comment's links lead")
  func links() throws {
    var report = SampleReport.report()
    report.links.site = "https://evil.example/"
    let body = try publication(report, run { $0.isFork = true }).comment()
    #expect(!body.contains("evil.example"))
    let own = try publication(report, run { $0.siteURL = "https://pages.example/" }).comment()
    #expect(!own.contains("evil.example") && own.contains("https://pages.example/"))
  }

  @Test(
    "an address that no platform would take is none",
    arguments: [
      ("javascript:alert(1)", nil), ("https://h/a b\n", "https://h/a%20b%0A"), ("/x", nil),
      ("https://" + String(repeating: "a", count: 3000), nil), ("http://h", "http://h"),
    ] as [(String, String?)])
  func address(site: String, expected: String?) throws {
    var report = SampleReport.report()
    report.links.site = site
    #expect(try publication(report, run()).address == expected)
  }

  @Test(
    "a run is newer by number, then by attempt, and by nothing else",
    arguments: [
      ("12", 1, "9", 1, true), ("9", 1, "12", 1, false), ("12", 2, "12", 1, true),
      ("12", 1, "12", 1, false), ("job#12", 1, "job#9", 1, true), ("job#12", 1, "x#9", 1, false),
      ("abc", 1, "abd", 1, false), ("99999999999999999999999", 1, "1", 1, false),
    ])
  func order(run: String, attempt: Int, other: String, otherAttempt: Int, isNewer: Bool) {
    let mark = RunMark(sha: nil, run: run, attempt: attempt)
    #expect(mark.isNewer(than: RunMark(sha: nil, run: other, attempt: otherAttempt)) == isNewer)
  }

  @Test(
    "only a meta line in the second line is one",
    arguments: [
      ("<!-- tidemark:main v1 -->\n<!-- tidemark:meta {\"run\":5,\"attempt\":2} -->\n", "5"),
      ("<!-- tidemark:main v1 -->\r\n<!-- tidemark:meta {\"run\":\"a#5\"} -->\r\nx", "a#5"),
      ("x\n\n<!-- tidemark:meta {\"run\":5} -->", nil),
      ("x\n<!-- tidemark:meta {\"run\": -->", nil),
      ("x\n<!-- tidemark:meta {} -->", nil), ("", nil),
    ])
  func meta(body: String, run: String?) { #expect(RunMark(inBody: body)?.run == run) }
}
