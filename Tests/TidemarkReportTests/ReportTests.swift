import Testing
import TidemarkModel
import TidemarkReport

private func test(_ name: String, _ state: TestState) -> TestResult {
  TestResult(
    id: Identifier(bits: UInt64(name.utf8.first ?? 0)),
    identity: TestIdentity(suite: ["S"], className: "", name: name), job: "test", state: state,
    outcome: .passed)
}

@Suite struct ReportTests {
  private func report(_ tests: [TestResult], _ status: Baseline.Status = .ok) -> Report {
    var report = Report(
      run: RunHeader(id: "1", time: Timestamp(millisecondsSince1970: 0)),
      generator: Generator(version: "0"))
    report.tests = tests
    report.baseline = Baseline(status: status)
    return report
  }

  @Test("changes leave the passing tests out and begin with the worst")
  func changes() {
    let report = report([
      test("a", .passing), test("b", .new), test("c", .fixed), test("d", .flaky),
      test("e", .newlyFailing), test("f", .stillFailing), test("g", .removed),
    ])
    #expect(report.testChanges.map(\.state.rank) == report.testChanges.map(\.state.rank).sorted())
    #expect(report.testChanges.first?.state == .newlyFailing)
    #expect(!report.testChanges.contains { $0.state == .passing })
  }

  @Test("without a baseline a new test that passes is no change")
  func firstRun() {
    #expect(report([test("b", .new), test("e", .newlyFailing)], .none).testChanges.count == 1)
    #expect(report([test("b", .new)], .ok).testChanges.count == 1)
  }

  @Test("a new report claims nothing: it is unjudged and without baseline")
  func empty() {
    let report = Report(
      run: RunHeader(id: "1", time: Timestamp(millisecondsSince1970: 0)),
      generator: Generator(version: "0"))
    #expect(report.verdict == .unjudged)
    #expect(report.baseline.status == .none)
  }

  @Test("report.json begins with its schema and holds no number that is not finite")
  func json() {
    var report = report([test("e", .newlyFailing)])
    report.testTotals.duration = .nan
    let text = String(decoding: ReportJSON.encode(report).bytes, as: UTF8.self)
    #expect(text.hasPrefix(#"{"schema":"tidemark.report/1""#))
    #expect(!text.lowercased().contains("nan"))
  }

  @Test(
    "worse is worse whichever way the metric runs",
    arguments: [
      (Direction.lower, 5.0, true), (.lower, -5.0, false), (.higher, 5.0, false),
      (.higher, -5.0, true),
    ])
  func worse(direction: Direction, change: Double, isWorse: Bool) {
    var series = SeriesChange(
      id: Identifier(bits: 1),
      identity: SeriesIdentity(name: "fib", metric: "time", quantity: .time),
      unit: Unit(text: "ns", quantity: .time, scale: 1e-9), direction: direction, job: "bench",
      state: .regressed, value: 1)
    series.changePercent = change
    #expect(series.isWorse == isWorse)
  }
}
