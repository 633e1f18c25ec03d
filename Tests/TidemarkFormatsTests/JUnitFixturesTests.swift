import FoundationEssentials
import Testing
import TidemarkModel

@testable import TidemarkFormats

/// The counts that a fixture's sample was written to give.
private struct Expected: Decodable {
  var total: Int
  var passed: Int
  var failed: Int
  var errored: Int
  var skipped: Int
  var duration_s: Double?
  var repeats_are_attempts: Bool?
}

private let folder = "fixtures/junit"

private let fixtures: [String] = {
  let here = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  let names = try? FileManager.default.contentsOfDirectory(atPath: "/\(here)/\(folder)")
  return (names ?? []).filter { $0.hasSuffix(".xml") }.sorted().map { "/\(here)/\(folder)/\($0)" }
}()

@Suite struct JUnitFixturesTests {
  @Test("there are fixtures of a dozen tools")
  func present() {
    #expect(fixtures.count >= 12)
  }

  @Test("a tool's file has the counts that its sample gives", arguments: fixtures)
  func counts(path: String) throws {
    let data = try Data(contentsOf: URL(filePath: path.dropLast(4) + ".expected.json"))
    let expected = try JSONDecoder().decode(Expected.self, from: data)
    let results = try JUnit.read(InputFile(path: path))
    var counts = OutcomeCounts()
    for test in results.tests { counts.add(test.outcome) }
    #expect(
      [counts.total, counts.passed, counts.failed, counts.errored, counts.skipped]
        == [expected.total, expected.passed, expected.failed, expected.errored, expected.skipped])
    if let seconds = expected.duration_s {
      let sum = results.tests.compactMap(\.duration).reduce(0, +)
      #expect(abs(sum - seconds) <= 0.000_001)
    }
    let joins = results.suites.contains { $0.repeatsAreAttempts }
    #expect(joins == (expected.repeats_are_attempts ?? false))
    #expect(results.problems.allSatisfy { !$0.isBlocking })
  }

  @Test("a tool's failure says what failed", arguments: fixtures)
  func messages(path: String) throws {
    let results = try JUnit.read(InputFile(path: path))
    for test in results.tests where test.outcome.isFailure {
      // CTest writes an empty message and no output for `false`.
      if path.hasSuffix("/ctest.xml") { continue }
      let message = results.detail(of: test)?.message ?? ""
      #expect(!message.isEmpty, "\(results.text.string(test.name))")
    }
  }
}
