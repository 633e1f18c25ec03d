internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Reports for the tests of publishing.
enum SampleReport {
  static let commit = String(repeating: "a", count: 39) + "1"

  /// - Parameters:
  ///   - failing: How many tests fail newly.
  ///   - regressed: How many series are worse.
  ///   - calm: How many series are as they were, with the ids that follow.
  static func report(
    failing: Int = 1, regressed: Int = 1, calm: Int = 1, commit: String? = SampleReport.commit,
    name: (Int) -> String = { "test \($0)" }, pullRequest: String? = nil,
    branch: String = "feature"
  ) -> Report {
    var report = Report(
      run: RunHeader(
        id: "1", attempt: 1, time: Timestamp(millisecondsSince1970: 1_795_000_000_000),
        commit: commit, branch: branch, base: "main", pullRequest: pullRequest),
      generator: Generator(version: "0.1.0"))
    report.jobs = [Job(name: "build", url: "https://ci.example.org/1")]
    report.verdict = failing + regressed > 0 ? .fail : .pass
    report.baseline = Baseline(
      status: .ok, runs: 20, branch: "main", message: "against 20 runs of main")
    report.links.site = "https://example.org/site/"
    report.runs = [
      WindowRun(
        id: "0", identifier: Identifier(bits: 0), time: report.run.time, commit: "before"),
      WindowRun(id: "1", identifier: Identifier(bits: 1), time: report.run.time, commit: commit),
    ]
    report.tests = (0..<failing).map { test($0, name: name($0)) }
    report.series =
      (0..<regressed).map { series($0, .regressed) }
      + (regressed..<(regressed + calm)).map { series($0, .unchanged) }
    report.testTotals.counts.passed = 10
    report.testTotals.counts.failed = failing
    report.testTotals.newlyFailing = failing
    report.seriesTotals.series = regressed + calm
    report.seriesTotals.regressed = regressed
    report.seriesTotals.unchanged = calm
    if failing > 0 { report.reasons.append(Reason(.newlyFailing, "\(failing) newly failing")) }
    return report
  }

  private static func test(_ index: Int, name: String) -> TestResult {
    var detail = TestDetail(message: "expected \(index)")
    detail.file = "Sources/File\(index).swift"
    detail.line = index + 1
    var test = TestResult(
      id: Identifier(bits: UInt64(index) + 1000),
      identity: TestIdentity(suite: ["Suite"], className: "Class", name: name), job: "build",
      state: .newlyFailing, outcome: .failed, detail: detail)
    test.since = ChangePoint(index: 1, run: "1", commit: commit, time: nil)
    return test
  }

  private static func series(_ index: Int, _ state: SeriesState) -> SeriesChange {
    var series = SeriesChange(
      id: Identifier(bits: UInt64(index) + 1),
      identity: SeriesIdentity(name: "parse \(index)", metric: "time", quantity: .time),
      unit: Unit(parsing: "ms"), direction: .lower, job: "build", state: state, value: 12)
    series.baseline = SeriesBaseline(value: 10, low: 9, high: 11, runs: 20)
    if state == .regressed {
      series.changePercent = 20
      series.changePoint = ChangePoint(index: 1, run: "1", commit: commit, time: nil)
    }
    return series
  }

  static func bytes(_ report: Report) -> [UInt8] { ReportJSON.encode(report).bytes }
}
