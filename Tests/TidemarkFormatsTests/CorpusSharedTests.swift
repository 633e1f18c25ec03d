import FoundationEssentials
import Testing
import TidemarkModel

@testable import TidemarkFormats

#if canImport(Glibc)
  import Glibc
#endif

/// The folder of files that real tools wrote, where one is given.
private let shared: String? = getenv("TM_SHARED").map { String(cString: $0) }

private func rows(_ file: String) -> [[String]] {
  guard let shared, let data = try? Data(contentsOf: URL(filePath: "\(shared)/\(file)")) else {
    return []
  }
  return String(decoding: data, as: UTF8.self).split(separator: "\n").dropFirst()
    .map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
}

/// What a row says of the tests in a file; a count that it leaves out is not compared.
private struct ExpectedTests: Decodable {
  var error: Bool?
  var tests: Int?
  var failed: Int?
  var errored: Int?
  var skipped: Int?
  var passed: Int?
  var undefined: Int?
  var duration_s: Double?
  var flaky: Int?
  var rerun: Int?
  var suite_level_errors: Int?
  var suite_errors: Int?
  var leaf_tests: Int?
  var tolerant: Counts?

  struct Counts: Decodable {
    var tests: Int
    var failed: Int
    var errored: Int
    var skipped: Int
    var passed: Int
    var duration_s: Double?
  }

  init?(_ json: String) {
    guard let value = try? JSONDecoder().decode(ExpectedTests.self, from: Data(json.utf8)) else {
      return nil
    }
    self = value
    if let tolerant {
      (tests, failed, errored) = (tolerant.tests, tolerant.failed, tolerant.errored)
      (skipped, passed, duration_s) = (tolerant.skipped, tolerant.passed, tolerant.duration_s)
    }
  }
}

/// A file's own counts, as `inspect` gives them.
private struct Found {
  var counts = OutcomeCounts()
  var duration: Double?
  var flaky = 0
  var suiteErrors = 0
  var leafTests: Int?

  init(_ results: Results) {
    for test in results.tests where test.role != .inner {
      counts.add(test.outcome)
      if let seconds = test.duration { duration = (duration ?? 0) + seconds }
      guard let detail = results.detail(of: test) else { continue }
      let disagrees = detail.attempts.contains { $0.outcome.isFailure != test.outcome.isFailure }
      if detail.isMarkedFlaky || disagrees { flaky += 1 }
    }
    suiteErrors = results.problems.count { $0.code == .suiteError && $0.isBlocking }
    leafTests = results.leafTests
  }
}

/// What differs between a row and a file; empty where nothing does.
private func differences(_ expected: ExpectedTests, _ found: Found) -> [String] {
  // Undefined steps may be errored or skipped.
  let undefined = expected.undefined ?? 0
  var differences: [String] = []
  func compare(_ name: String, _ expected: Int?, _ found: Int, slack: Int = 0) {
    guard let expected, !(expected...(expected + slack)).contains(found) else { return }
    differences.append("\(name) \(found), not \(expected)")
  }
  compare("tests", expected.tests, found.counts.total)
  compare("failed", expected.failed, found.counts.failed)
  compare("errored", expected.errored, found.counts.errored, slack: undefined)
  compare("skipped", expected.skipped, found.counts.skipped, slack: undefined)
  compare("passed", expected.passed, found.counts.passed)
  // A record of failed reruns alone is passed, and so flaky to us.
  compare("flaky", expected.flaky, found.flaky, slack: expected.rerun ?? 0)
  compare("leaf tests", expected.leaf_tests, found.leafTests ?? found.counts.total)
  if let errors = expected.suite_errors ?? expected.suite_level_errors, errors > 0 {
    compare("suite errors", 1, found.suiteErrors, slack: .max - 1)
  }
  return differences
}

/// Whether two sums of seconds are the same to a thousandth.
private func isSameDuration(_ expected: Double?, _ found: Double?) -> Bool {
  guard let expected, let found else { return (expected ?? 0) == 0 && (found ?? 0) == 0 }
  return abs(expected - found) <= abs(expected) / 1000 + 1e-9
}

/// Compares every reader with files of real tools. A reader joins by being in the list of formats:
/// rows of formats that are not are passed over.
@Suite(.enabled(if: shared != nil)) struct CorpusSharedTests {
  /// The rows of a format with its name, of test results.
  static let testRows: [[String]] = rows("corpus/MANIFEST.tsv").filter { row in
    row.count == 6 && formats.contains { $0.name == row[1] }
      && (row[5].contains("\"tests\"") || row[5].contains("\"error\""))
  }

  /// Rows that the readers differ from by intent.
  static let differing: Set<String> = [
    // Boost.Test writes a log and a report into one file by design: two roots are nothing to mend.
    "boost/xunit-plugin--testcase3--testlog-testresult.xml",
    "boost/xunit-plugin--testlog-testresult.xml",
    // The rows leave out AUnit's `<FailedTests><Test>` and `<SkippedTests>`, which each file's own
    // statistics count: without them failures would pass.
    "cppunit/xunit-plugin--testcase1-2--input.xml",
    "cppunit/xunit-plugin--testcase1-3--input.xml",
    "cppunit/xunit-plugin--testcase2-2--input.xml",
  ]

  @Test("a real tool's file is recognised and gives the counts that it holds", arguments: testRows)
  func corpus(row: [String]) throws {
    let shared = try #require(shared)
    let file = InputFile(path: "\(shared)/corpus/open/\(row[0])")
    let expected = try #require(ExpectedTests(row[5]))
    let read = Reading.read(InputSearch.Found(file: file, forced: nil, wasNamed: true))
    guard case .read(let results) = read.content else {
      #expect(expected.error == true, "\(row[0]): \(read.content)")
      return
    }
    #expect(read.format?.name == row[1])
    guard !CorpusSharedTests.differing.contains(row[0]) else { return }
    // Where a strict parser refuses and nobody counted, a reading has to say what it mended.
    if expected.error == true, expected.tolerant == nil {
      #expect(!results.problems.isEmpty)
      return
    }
    let found = Found(results)
    #expect(differences(expected, found) == [], "\(row[0])")
    #expect(
      isSameDuration(expected.duration_s, found.duration),
      "\(row[0]): \(String(describing: found.duration))")
  }

  /// The hostile rows of a format with its name. Files that are only generated are not here.
  static let hostileRows: [[String]] = rows("hostile/EXPECTED.tsv").filter { row in
    row.count >= 3 && !row[0].hasPrefix("big/") && formats.contains { $0.name == row[1] }
  }

  @Test("a hostile file is read rightly or refused", arguments: hostileRows)
  func hostile(row: [String]) throws {
    let shared = try #require(shared)
    let file = InputFile(path: "\(shared)/hostile/files/\(row[0])")
    let kind = row[2].prefix { $0 != " " }
    let read = Reading.read(InputSearch.Found(file: file, forced: nil, wasNamed: true))
    guard case .read(let results) = read.content else {
      #expect(kind != "ok", "\(row[0]): \(read.content)")
      return
    }
    #expect(kind != "error", "\(row[0]) was read")
    guard let expected = ExpectedTests(String(row[2].dropFirst(kind.count))) else { return }
    #expect(differences(expected, Found(results)) == [], "\(row[0])")
  }
}
