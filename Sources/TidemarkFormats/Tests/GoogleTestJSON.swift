package import TidemarkModel
private import TidemarkSyntax

/// GoogleTest's `--gtest_output=json`.
package enum GoogleTestJSON: Format {
  package static let name = "gtest-json"
  package static let producers = "GoogleTest (--gtest_output=json)"
  package static let specification =
    "https://google.github.io/googletest/advanced.html#generating-a-json-report"
  package static let kept = "Every test with its suite, time, failures and place."
  package static let dropped = "Recorded properties; type and value parameters (the name has them)."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("testsuites") == .array else { return .no }
    let isGoogleTest =
      json.kind("testsuites[].testsuite") == .array
      || (json.kind("disabled") == .number && json.kind("failures") == .number)
    return isGoogleTest ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let list = root["testsuites"], list.isArray else {
        throw Problem("has no array `testsuites`")
      }
      results.newestTime = root["timestamp"]?.string.flatMap { TimeText.parse($0) }
      var suites = SuiteTable()
      for suite in list.elements {
        let number = suites.number([suite["name"]?.string ?? ""], in: &results)
        for test in suite.list("testsuite") {
          read(test, suite: number, into: &results)
        }
      }
      results.checkFailures(claimed: root["failures"]?.int)
      if root["failures"] == nil, results.tests.contains(where: { $0.outcome == .skipped }) {
        results.problems.append(
          ResultProblem(
            .planMismatch, "it lists tests, and none of them ran", isBlocking: true))
      }
    }
  }

  private static func read(_ test: JSONValue, suite: Int32, into results: inout Results) {
    let failures = test.list("failures")
    let outcome = outcome(of: test, hasFailures: !failures.isEmpty)
    var detail: TestDetail?
    if outcome != .passed {
      let texts = failures.compactMap { $0["failure"]?.string }
      let skips = (test.list("skipped")).compactMap {
        $0["message"]?.string
      }
      var made = TestDetail(message: nil, trace: (texts + skips).joined(separator: "\n"))
      // The first line is the place, `g.cpp:3`; the next says what happened.
      let lines = made.text?.split(whereSeparator: \.isNewline) ?? []
      if lines.count > 1, lines[0].contains(":") || lines[0] == "unknown file" {
        made.message = String(lines[1])
      }
      made.file = test["file"]?.string
      made.line = test.line("line")
      detail = made
    }
    results.append(
      suite: suite, name: test["name"]?.string ?? "", outcome: outcome,
      duration: seconds(test["time"]), detail: detail)
  }

  private static func outcome(of test: JSONValue, hasFailures: Bool) -> Outcome {
    if hasFailures { return .failed }
    let status = test["status"]?.string
    if status == "NOTRUN" { return .skipped }
    // A list of tests (`--gtest_list_tests`) has neither, and before 1.10 there was no `result`.
    guard let result = test["result"]?.string ?? status.map({ _ in "COMPLETED" }) else {
      return .skipped
    }
    switch result {
    case "COMPLETED": return .passed
    case "SKIPPED", "SUPPRESSED": return .skipped
    default: return .errored
    }
  }

  /// `"1.234s"`
  private static func seconds(_ time: JSONValue?) -> Double? {
    guard let text = time?.string else { return time?.double }
    return text.hasSuffix("s") ? NumberText.parse(text.dropLast()) : NumberText.parse(text)
  }
}
