package import TidemarkModel

/// Boost.Test's XML log (`<TestLog>`) and XML report (`<TestResult>`), also both in one file.
package enum BoostTest: Format {
  package static let name = "boost"
  package static let producers = "Boost.Test (--log_format=XML, --report_format=XML)"
  package static let specification =
    "https://www.boost.org/doc/libs/release/libs/test/doc/html/boost_test/test_output/log_formats/log_xml_format.html"
  package static let kept = """
    Each test case with its suites, errors, exception, time and place; where log and report stand in \
    one file the report's verdict. Errors outside test cases are problems, and so is a report that \
    counts more failures than its test cases show.
    """
  package static let dropped =
    "Info, warnings, messages, checkpoints, assertion counts, suites that were skipped as a whole."

  package static func recognises(_ head: Head) -> Recognition {
    switch head.rootElement {
    case "TestLog": .yes
    // What the framework says before the log begins stands in front of it.
    case "Message": head.contains("<TestLog>") ? .yes : .no
    case "TestResult":
      head.contains("assertions_passed") || head.contains("<TestSuite") ? .yes : .no
    default: .no
    }
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = BoostReading()
    let reader = try XMLNode.forEach(BoostReading.records, in: file, reading.take)
    if !reading.hasReportedCases {
      // A short report has its totals in the outermost suite alone.
      _ = try XMLNode.forEach(["TestResult"], in: file, limit: 2) { node, _ in
        reading.takeTotals(node.child("TestSuite"))
      }
    }
    return reading.finish(reader.repairProblems)
  }
}

private final class BoostReading {
  static let records: Set<String> = ["TestCase", "Error", "FatalError", "Exception", "BuildInfo"]

  private struct Case {
    var path: [String]
    var name: String
    var outcome: Outcome
    var duration: Double?
    var detail: TestDetail?

    mutating func skip() {
      outcome = .skipped
      detail = TestDetail(message: "did not run")
    }
  }

  private struct Key: Hashable {
    var path: [String]
    var name: String
  }

  private var results = Results()
  private var suites = SuiteTable()
  private var logged: [Case] = []
  private var reported: [Case] = []
  private var claimedFailures: Int?
  private var claims = SuiteClaims(BoostReading.isClaimed)
  private var failedRoot: XMLNode?

  var hasReportedCases: Bool { !reported.isEmpty }

  /// A suite that counts no test case was never come to, after a crash or a fixture that failed: the
  /// report calls its test cases passed all the same.
  private static func neverRan(_ suite: XMLNode?) -> Bool {
    let counts = (suite?.attributes ?? [:]).filter { $0.key.hasPrefix("test_cases_") }
    return !counts.isEmpty && counts.allSatisfy { $0.value == "0" }
  }

  /// A suite of a report that did not pass.
  private static func isClaimed(_ node: XMLNode) -> Bool {
    guard node.name == "TestSuite", let result = node["result"] else { return false }
    return result != "passed" && result != "skipped"
  }

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    let isReport = above.first?.name == "TestResult"
    switch node.name {
    case "TestCase":
      let path = above.filter { $0.name == "TestSuite" }.compactMap { $0["name"] }
      if isReport {
        if let root = above.first(where: { $0.name == "TestSuite" }) { takeTotals(root) }
        var found = report(node, path)
        if found.outcome == .passed, BoostReading.neverRan(above.last) { found.skip() }
        claims.enter(above)
        if found.outcome.isFailure { claims.noteFailure() }
        reported.append(found)
      } else {
        logged.append(log(node, path))
        if let problem = node.limitProblem(node["name"] ?? "") { results.problems.append(problem) }
      }
    case "BuildInfo":
      for (attribute, fact) in [("compiler", "compiler"), ("boost", "boost"), ("platform", "os")] {
        if let value = node[attribute]?.nonEmpty { results.environment[fact] = value }
      }
    default:
      // Of a fixture, or of a log that is set to errors alone and does not name its test cases.
      let message = node.text.firstLine ?? node.name
      results.problems.append(
        ResultProblem(
          .outsideError, above.last?["name"].map { "\($0): \(message)" } ?? message,
          line: node.line, isBlocking: true))
    }
  }

  func takeTotals(_ suite: XMLNode?) {
    guard let suite else { return }
    claimedFailures = suite["test_cases_failed"].flatMap { Int($0) }
    failedRoot = BoostReading.isClaimed(suite) ? suite : nil
  }

  private func log(_ node: XMLNode, _ path: [String]) -> Case {
    var found = Case(path: path, name: node["name"] ?? "", outcome: .passed)
    // Microseconds.
    found.duration = node.text(of: "TestingTime")?.decimal.map { $0 / 1_000_000 }
    if node["skipped"] == "yes" {
      found.outcome = .skipped
      found.detail = TestDetail(message: node["reason"]?.nonEmpty)
      return found
    }
    let faults = node.children.filter {
      $0.name == "Error" || $0.name == "FatalError" || $0.name == "Exception"
    }
    guard let first = faults.first else { return found }
    let exception = faults.first { $0.name == "Exception" }
    found.outcome = exception == nil ? .failed : .errored
    let main = exception ?? first
    var detail = TestDetail(
      message: main.text.firstLine ?? main.name, text: BoostReading.text(faults), type: main.name)
    // An exception of no known place has the line 0 of a file "unknown location".
    let place = main["line"] == "0" ? main.child("LastCheckpoint") ?? node : main
    detail.file = place["file"]
    detail.line = place["line"].flatMap { Int($0) }
    found.detail = detail
    return found
  }

  private static func text(_ faults: [XMLNode]) -> String {
    let lines = faults.map { fault in
      let place = [fault["file"], fault["line"]].compactMap(\.self).joined(separator: ":")
      let frames = fault.child("Context")?.children("Frame").map { "  with \($0.text)" } ?? []
      return (["\(place): \(fault.text)"] + frames).joined(separator: "\n")
    }
    return TestDetail.kept(lines.joined(separator: "\n")) ?? ""
  }

  private func report(_ node: XMLNode, _ path: [String]) -> Case {
    let outcome: Outcome =
      switch node["result"] {
      case "passed": .passed
      case "skipped": .skipped
      case "failed": .failed
      // Aborted, timed out, or a word to come.
      default: .errored
      }
    var found = Case(path: path, name: node["name"] ?? "", outcome: outcome)
    if outcome != .passed {
      let count = node["assertions_failed"].flatMap { Int($0) } ?? 0
      let assertions = count == 1 ? "1 assertion failed" : "\(count) assertions failed"
      found.detail = TestDetail(
        message: [node["result"], count > 0 ? assertions : nil].compactMap(\.self)
          .joined(separator: ": "))
    }
    return found
  }

  /// The report decides (it knows of expected failures and timeouts), the log tells more; what only
  /// one of them has is kept.
  func finish(_ repairs: [ResultProblem]) -> Results {
    var open: [Key: [Int]] = [:]
    for (index, found) in reported.enumerated().reversed() {
      open[Key(path: found.path, name: found.name), default: []].append(index)
    }
    var used = Set<Int>()
    for found in logged {
      var found = found
      if let index = open[Key(path: found.path, name: found.name)]?.popLast() {
        used.insert(index)
        found.outcome = reported[index].outcome
        found.detail =
          found.outcome == .passed ? nil : found.detail ?? reported[index].detail
      }
      append(found)
    }
    for (index, found) in reported.enumerated() where !used.contains(index) {
      var found = found
      // A log that names test cases names all that were come to.
      if found.outcome == .passed, !logged.isEmpty { found.skip() }
      append(found)
    }
    results.checkFailures(claimed: claimedFailures)
    // A log that stands with it says why.
    if results.problems.isEmpty {
      let hasFailure = results.tests.contains(where: \.outcome.isFailure)
      let root = hasFailure ? nil : failedRoot
      let unproven = reported.isEmpty ? [root].compactMap(\.self) : claims.finish()
      for suite in unproven {
        results.problems.append(
          ResultProblem(
            .suiteError, "\(suite["name"] ?? "a suite"): failed outside its test cases",
            line: suite.line, isBlocking: true))
      }
    }
    results.problems += repairs
    return results
  }

  private func append(_ found: Case) {
    results.append(
      suite: suites.number(found.path, in: &results), name: found.name, outcome: found.outcome,
      duration: found.duration, detail: found.detail)
  }
}
