package import TidemarkModel
private import TidemarkSyntax

/// Common Test Report Format.
package enum CTRF: Format {
  package static let name = "ctrf"
  package static let producers = "CTRF reporters (Playwright, Cypress, pytest-json-ctrf, …)"
  package static let specification = "https://ctrf.io/docs/specification/overview"
  package static let kept = """
    Every test with status, time, message, trace, place, and its retries as attempts; the flaky \
    mark; the environment.
    """
  package static let dropped =
    "Steps, attachments, screenshots, tags, insights, passed tests' output."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.string("reportFormat")?.lowercased() == "ctrf" { return .yes }
    let isOld =
      json.kind("results") == .object && json.has("results.tool")
      && (json.kind("results.tests") == .array || json.has("results.summary.pending"))
    return isOld ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let report = root["results"], let tests = report["tests"], tests.isArray else {
        throw Problem("has no array `results.tests`")
      }
      // The first versions called it so.
      let summary = report["summary"] ?? report["totals"]
      results.newestTime =
        summary?.time("stop") ?? root["timestamp"]?.string.flatMap { TimeText.parse($0) }
      if let environment = report["environment"] { read(environment, into: &results) }
      var suites = SuiteTable()
      for test in tests.elements { try read(test, suites: &suites, into: &results) }
      results.checkFailures(claimed: summary?["failed"]?.int)
    }
  }

  private static func read(_ environment: JSONValue, into results: inout Results) {
    let facts: [(StaticString, String)] = [
      ("osPlatform", "os"), ("osRelease", "os_release"), ("osVersion", "os_version"),
    ]
    for (key, fact) in facts { results.environment[fact] = environment[key]?.scalarText }
  }

  private static func read(
    _ test: JSONValue, suites: inout SuiteTable, into results: inout Results
  ) throws(Problem) {
    guard let name = test["name"]?.string, let status = test["status"]?.string else {
      throw Problem("a test has no text `name` or `status`")
    }
    // `suite` was one text before version 1.0, `A > B` by convention.
    let path = test["suite"]?.string.map { [$0] } ?? test.strings("suite")
    var labels = Labels()
    labels["browser"] = test["browser"]?.string
    let outcome = outcome(status)
    results.append(
      suite: suites.number(path, labels: labels, in: &results), name: name, outcome: outcome,
      duration: test.milliseconds("duration"), detail: detail(of: test, outcome: outcome))
  }

  /// `other` is what the producer could not map: it is no pass.
  private static func outcome(_ status: String) -> Outcome {
    switch status {
    case "passed": .passed
    case "failed": .failed
    case "skipped", "pending": .skipped
    default: .errored
    }
  }

  private static func detail(of test: JSONValue, outcome: Outcome) -> TestDetail? {
    let attempts = attempts(of: test)
    // Passed after it was run again, whether or not the producer calls it so.
    let wasRetried = (test["retries"]?.int ?? 0) > 0
    let isFlaky = test["flaky"]?.bool ?? (wasRetried && outcome == .passed && attempts.isEmpty)
    guard outcome != .passed || isFlaky || !attempts.isEmpty else { return nil }
    var detail = TestDetail(message: test["message"]?.string, trace: test["trace"]?.string)
    detail.attempts = attempts
    detail.isMarkedFlaky = isFlaky
    detail.file = test["filePath"]?.string
    detail.line = test.line("line")
    if outcome.isFailure {
      let output = test.strings("stdout") + test.strings("stderr")
      detail.output = TestDetail.tail(output.joined(separator: "\n"))
    }
    return detail
  }

  /// `retryAttempts` holds the last attempt too in some reporters: then there is one more than
  /// `retries` says.
  private static func attempts(of test: JSONValue) -> [Attempt] {
    guard let list = test["retryAttempts"], list.isArray else { return [] }
    var attempts = list.elements.prefix(64).map { attempt in
      Attempt(
        outcome: outcome(attempt["status"]?.string ?? ""),
        duration: attempt.milliseconds("duration"), message: attempt["message"]?.string,
        text: attempt["trace"]?.string.flatMap(TestDetail.kept))
    }
    if let retries = test["retries"]?.int, attempts.count > retries { attempts.removeLast() }
    return attempts
  }
}
