import Testing
import TidemarkModel

@testable import TidemarkFormats

/// What a fixture must be read as.
private struct Expected: Sendable {
  var path: String
  var format: String
  var passed = 0
  var failed = 0
  var errored = 0
  var skipped = 0
  var names: [String] = []
  var blocking = 0
}

/// Files that the real tools wrote; see fixtures/README.md.
@Suite struct JSONFixturesTests {
  @Test(
    "a tool's file is recognised by its content and has what its sample has",
    arguments: [
      Expected(
        path: "hyperfine/parameters.json", format: "hyperfine",
        names: ["seq 1 {n=1}", "seq 2 {n=2}"]),
      Expected(path: "hyperfine/failing-command.json", format: "hyperfine", names: ["false"]),
      Expected(
        path: "pytest-benchmark/rounds-saved.json", format: "pytest-benchmark",
        names: ["test_bench.py::test_sum[10]", "test_bench.py::test_sum[20]"]),
      Expected(path: "pyperf/timeit.json", format: "pyperf", names: ["timeit"]),
      Expected(path: "ctrf/pytest.json", format: "ctrf", passed: 2, failed: 3, skipped: 1),
      Expected(path: "allure/pytest-passed-result.json", format: "allure", passed: 1),
      Expected(path: "allure/pytest-failed-result.json", format: "allure", failed: 1),
      Expected(path: "allure/pytest-broken-result.json", format: "allure", errored: 1),
      Expected(path: "allure/pytest-skipped-result.json", format: "allure", skipped: 1),
      Expected(path: "allure/pytest-container.json", format: "allure"),
      Expected(path: "cucumber/behave.json", format: "cucumber", passed: 1, failed: 1, errored: 1),
    ])
  private func fixture(expected: Expected) throws {
    let onDisk = InputFile(path: "fixtures/" + expected.path)
    // Under another name: the name must not decide.
    let (bytes, size) = try onDisk.contents()
    let file = InputFile(path: "x", bytes: Array(bytes[..<size]))
    let head = Head(raw: Array(bytes.prefix(Head.limit)), isWhole: size <= Head.limit)
    let takers = formats.filter { $0.recognises(head) == .yes }
    #expect(takers.map { $0.name } == [expected.format])
    let format = try #require(takers.first)
    let results = try format.read(file)
    func count(_ outcome: Outcome) -> Int { results.tests.count { $0.outcome == outcome } }
    #expect(count(.passed) == expected.passed)
    #expect(count(.failed) == expected.failed)
    #expect(count(.errored) == expected.errored)
    #expect(count(.skipped) == expected.skipped)
    let names = results.measurements.filter { $0.isPrimary }.map {
      $0.name + ($0.parameters.isEmpty ? "" : " {\($0.parameters)}")
    }
    #expect(names == expected.names)
    #expect(results.problems.count { $0.isBlocking } == expected.blocking)
    for test in results.tests where test.outcome != .passed {
      #expect(results.detail(of: test)?.message?.isEmpty == false)
    }
  }
}
