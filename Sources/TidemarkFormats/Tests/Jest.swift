package import TidemarkModel
private import TidemarkSyntax

/// Jest's `--json`, which Vitest's `json` reporter writes too, and the same results as Jest hands them
/// to reporters, which some write as they are.
package enum Jest: Format {
  package static let name = "jest"
  package static let producers = "Jest (--json --outputFile), Vitest (--reporter=json)"
  package static let specification = "https://jestjs.io/docs/cli#--json"
  package static let kept = """
    Every test with its file and describe blocks as suite, time, messages and place; retries as \
    attempts; files that could not be run as blocking problems.
    """
  package static let dropped = "Coverage, snapshots, open handles, console output."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isJest =
      json.has("testResults[].assertionResults") || json.has("numTotalTestSuites")
      || json.has("numFailedTestSuites")
    // Vitest's benchmarks had the same totals, and an object of results, before version 2.
    return isJest && json.kind("testResults") != .object ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let files = root["testResults"], files.isArray else {
        throw Problem("has no array `testResults`")
      }
      results.newestTime = root.time("startTime")
      var suites = SuiteTable()
      for file in files.elements {
        read(
          file, runHasPassed: root["success"]?.bool == true, suites: &suites, into: &results)
        if let end = file.time("endTime") ?? file["perfStats"]?.time("end") {
          results.newestTime = max(results.newestTime ?? end, end)
        }
      }
      if root["wasInterrupted"]?.bool == true {
        results.problems.append(
          ResultProblem(.bailedOut, "the run was interrupted", isBlocking: true))
      }
      let isTold =
        results.problems.contains(where: \.isBlocking)
        || results.tests.contains { $0.outcome.isFailure }
      if root["success"]?.bool == false, !isTold {
        results.problems.append(
          ResultProblem(
            .outsideError, "the run says that it failed, and no test of it does",
            isBlocking: true))
      }
      results.checkFailures(claimed: root["numFailedTests"]?.int)
    }
  }

  private static func read(
    _ file: JSONValue, runHasPassed: Bool, suites: inout SuiteTable, into results: inout Results
  ) {
    let path = file["name"]?.string ?? file["testFilePath"]?.string ?? ""
    var hasFailure = false
    let isRaw = file["assertionResults"] == nil
    for test in file.list(isRaw ? "testResults" : "assertionResults") {
      let suite = suites.number([path] + test.strings("ancestorTitles"), in: &results)
      let outcome = outcome(test["status"]?.string ?? "")
      if outcome.isFailure { hasFailure = true }
      results.append(
        suite: suite, name: test["title"]?.string ?? test["fullName"]?.string ?? "",
        outcome: outcome, duration: test.milliseconds("duration"),
        detail: detail(of: test, in: path, outcome: outcome))
    }
    // A reporter's file has no status: what could not be run has an error of its own.
    let hasError = file["testExecError"].map { !$0.isNull } ?? false
    guard file["status"]?.string == "failed" || hasError, !hasFailure else { return }
    let why = file["message"]?.string ?? file["failureMessage"]?.string
    let message = TestDetail(message: why, trace: nil).message
    // Before version 1 Vitest called a file failed in which a test was skipped.
    if runHasPassed, message == nil, !hasError { return }
    results.problems.append(
      ResultProblem(
        .suiteError, "\(path): \(message ?? "failed outside its tests")", isBlocking: true))
  }

  private static func outcome(_ status: String) -> Outcome {
    switch status {
    case "passed", "focused": .passed
    case "failed": .failed
    case "pending", "skipped", "todo", "disabled": .skipped
    default: .errored
    }
  }

  private static func detail(of test: JSONValue, in path: String, outcome: Outcome) -> TestDetail? {
    // Messages of attempts before the last (`jest.retryTimes`).
    let attempts = test.strings("retryReasons").prefix(64).map { reason in
      let detail = TestDetail(message: reason, trace: nil)
      return Attempt(outcome: .failed, message: detail.message, text: detail.text)
    }
    let failures = test.strings("failureMessages")
    // Jest counts how often it ran a test; Vitest keeps the failures of attempts before the last.
    let wasRetried = (test["invocations"]?.int ?? 1) > 1 || !failures.isEmpty
    let isFlaky = outcome == .passed && wasRetried
    guard outcome.isFailure || !attempts.isEmpty || isFlaky else { return nil }
    var detail = TestDetail(message: failures.joined(separator: "\n\n"), trace: nil)
    detail.attempts = Array(attempts)
    detail.isMarkedFlaky = isFlaky && attempts.isEmpty
    detail.file = path.isEmpty ? nil : path
    detail.line = test["location"]?.line("line")
    return detail
  }
}
