package import TidemarkModel
private import TidemarkSyntax

/// Playwright's `json` reporter. The verdict is the test's own `status`, which knows what was
/// expected, and not the last attempt's.
package enum Playwright: Format {
  package static let name = "playwright"
  package static let producers = "Playwright Test (--reporter=json)"
  package static let specification = "https://playwright.dev/docs/test-reporters#json-reporter"
  package static let kept = """
    Every spec once for each project (label `project`), with its attempts, messages and place; \
    errors outside of tests as blocking problems.
    """
  package static let dropped = "Steps, attachments, annotations, output of passed tests."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    // The change under test, which newer versions keep in the configuration, may fill the head.
    if !head.isWhole, json.has("config.rootDir"), json.has("config.forbidOnly") { return .yes }
    let mayFollow = !head.isWhole && json.has("config.projects")
    guard json.kind("suites") == .array || mayFollow else { return .no }
    let isPlaywright =
      (json.has("config.rootDir") || json.has("config.projects") || json.has("config.workers"))
      || json.has("suites[].specs")
    return isPlaywright ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let top = root["suites"], top.isArray else { throw Problem("has no array `suites`") }
      results.newestTime = root["stats"]?["startTime"]?.string.flatMap { TimeText.parse($0) }
      results.environment["playwright"] = root["config"]?["version"]?.string
      var suites = SuiteTable()
      var wasInterrupted = false
      // Suites nest: a stack in the order of the file, so that depth costs no stack of ours.
      var open = top.elements.reversed().map { (suite: $0, path: [String]()) }
      while let (suite, path) = open.popLast() {
        let here = path + [suite["title"]?.string ?? ""]
        for spec in suite.list("specs") {
          read(spec, path: here, suites: &suites, into: &results)
          wasInterrupted = wasInterrupted || Playwright.wasInterrupted(spec)
        }
        let inner = suite.list("suites")
        open += inner.reversed().map { ($0, here) }
      }
      if wasInterrupted {
        results.problems.append(
          ResultProblem(.bailedOut, "the run was interrupted", isBlocking: true))
      }
      for error in root.list("errors") {
        let detail = TestDetail(
          message: error["message"]?.string ?? error["value"]?.string, trace: nil)
        results.problems.append(
          ResultProblem(
            .outsideError, detail.message ?? "an error outside of the tests", isBlocking: true))
      }
      results.checkFailures(claimed: root["stats"]?["unexpected"]?.int)
    }
  }

  /// Playwright calls a test skipped that was running when the run was stopped.
  private static func wasInterrupted(_ spec: JSONValue) -> Bool {
    spec.list("tests").contains { test in
      test.list("results").last?["status"]?.string == "interrupted"
    }
  }

  private static func read(
    _ spec: JSONValue, path: [String], suites: inout SuiteTable, into results: inout Results
  ) {
    for test in spec.list("tests") {
      var labels = Labels()
      labels["project"] = test["projectName"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      let attempts = test.list("results")
      let outcome = outcome(of: test, attempts: attempts)
      results.append(
        suite: suites.number(path, labels: labels, in: &results),
        name: spec["title"]?.string ?? "", outcome: outcome,
        duration: attempts.last?.milliseconds("duration"),
        detail: detail(of: test, spec, attempts, outcome: outcome))
    }
  }

  private static func outcome(of test: JSONValue, attempts: [JSONValue]) -> Outcome {
    let last = attempts.last?["status"]?.string ?? ""
    switch test["status"]?.string ?? "" {
    case "skipped": return .skipped
    // Expected to be skipped is no pass either.
    case "expected": return last == "skipped" ? .skipped : .passed
    case "flaky": return .passed
    case "unexpected": return last == "timedOut" || last == "interrupted" ? .errored : .failed
    default: return outcome(ofAttempts: attempts, expected: test["expectedStatus"]?.string)
    }
  }

  /// What Playwright makes of the attempts, for files from before it wrote that down.
  private static func outcome(ofAttempts attempts: [JSONValue], expected: String?) -> Outcome {
    let statuses = attempts.compactMap { $0["status"]?.string }.filter { $0 != "interrupted" }
    guard let last = statuses.last, statuses.contains(where: { $0 != "skipped" }) else {
      return attempts.isEmpty || !statuses.isEmpty ? .skipped : .errored
    }
    if statuses.contains(expected ?? "passed") { return .passed }
    return last == "timedOut" ? .errored : .failed
  }

  private static func detail(
    of test: JSONValue, _ spec: JSONValue, _ attempts: [JSONValue], outcome: Outcome
  ) -> TestDetail? {
    let isFlaky = test["status"]?.string == "flaky"
    guard outcome.isFailure || attempts.count > 1 || isFlaky else { return nil }
    let last = attempts.last.map(failure) ?? TestDetail()
    var detail = last
    detail.isMarkedFlaky = isFlaky
    // A test that is expected to fail fails as it should: its attempts are passes.
    let isExpected = test["status"]?.string == "expected"
    detail.attempts = attempts.dropLast().prefix(64).map { attempt in
      let failure = failure(attempt)
      return Attempt(
        outcome: isExpected ? .passed : self.outcome(ofAttempt: attempt),
        duration: attempt.milliseconds("duration"), message: failure.message, text: failure.text)
    }
    if outcome == .passed { (detail.message, detail.text) = (nil, nil) }
    detail.file = spec["file"]?.string
    detail.line = spec.line("line")
    return detail
  }

  private static func outcome(ofAttempt attempt: JSONValue) -> Outcome {
    switch attempt["status"]?.string ?? "" {
    case "passed": .passed
    case "failed": .failed
    case "skipped": .skipped
    default: .errored
    }
  }

  private static func failure(_ attempt: JSONValue) -> TestDetail {
    let errors = attempt.list("errors")
    let first = attempt["error"] ?? errors.first
    let all = errors.isEmpty ? [first].compactMap(\.self) : errors
    let texts = all.compactMap { $0["stack"]?.string ?? $0["message"]?.string }
    var detail = TestDetail(
      message: first?["message"]?.string, trace: texts.joined(separator: "\n\n"))
    let output = ["stdout", "stderr"].flatMap { (key: String) in
      attempt[named: key].map { $0.elements.compactMap { $0["text"]?.string } } ?? []
    }
    detail.output = TestDetail.tail(output.joined())
    return detail
  }
}
