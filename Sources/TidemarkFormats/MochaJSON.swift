package import TidemarkModel
private import TidemarkSyntax

/// Mocha's `json` reporter: all tests, and once more the pending, failed and passed ones.
package enum MochaJSON: Format {
  package static let name = "mocha"
  package static let producers = "Mocha (--reporter json)"
  package static let specification = "https://mochajs.org/#json"
  package static let kept = """
    Every test with its file and titles as suite, time, message and stack; hooks that failed as \
    blocking problems; a passed retry as flaky.
    """
  package static let dropped = "Speed."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.has("stats.suites"), json.has("stats.pending") else { return .no }
    // Mochawesome has the same `stats` and its own tree of results.
    return json.kind("results") == nil ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let tests = root["tests"], tests.isArray else { throw Problem("has no array `tests`") }
      results.newestTime = root["stats"]?["end"]?.string.flatMap { TimeText.parse($0) }
      var pending = counts(root["pending"])
      var suites = SuiteTable()
      var failed: [String: Int] = [:]
      for test in tests.elements {
        let outcome = outcome(of: test, pending: &pending)
        if outcome == .failed { failed[key(test), default: 0] += 1 }
        append(test, outcome, suites: &suites, into: &results)
      }
      // A hook that failed is among the failures and no test.
      for failure in root.list("failures") {
        let key = key(failure)
        if let count = failed[key], count > 0 {
          failed[key] = count - 1
          continue
        }
        let detail = failureDetail(failure)
        let title = failure["fullTitle"]?.string ?? "a hook"
        results.problems.append(
          ResultProblem(
            .suiteError, "\(title): \(detail.message ?? "failed")", isBlocking: true))
      }
    }
  }

  private static func key(_ test: JSONValue) -> String {
    (test["file"]?.string ?? "") + "\u{1}" + (test["fullTitle"]?.string ?? "")
  }

  private static func counts(_ list: JSONValue?) -> [String: Int] {
    var counts: [String: Int] = [:]
    for test in list.map({ Array($0.elements) }) ?? [] { counts[key(test), default: 0] += 1 }
    return counts
  }

  private static func outcome(of test: JSONValue, pending: inout [String: Int]) -> Outcome {
    if let error = test["err"], error.count > 0 { return .failed }
    let key = key(test)
    guard let count = pending[key], count > 0 else { return .passed }
    pending[key] = count - 1
    return .skipped
  }

  private static func append(
    _ test: JSONValue, _ outcome: Outcome, suites: inout SuiteTable, into results: inout Results
  ) {
    let title = test["title"]?.string ?? test["fullTitle"]?.string ?? ""
    let full = test["fullTitle"]?.string ?? title
    let parent =
      full.hasSuffix(title) ? String(full.dropLast(title.count).drop { $0 == " " }) : full
    let trimmed = parent.last == " " ? String(parent.dropLast()) : parent
    let wasRetried = (test["currentRetry"]?.int ?? 0) > 0
    var detail: TestDetail?
    if outcome == .failed { detail = failureDetail(test) }
    if wasRetried, outcome == .passed {
      detail = TestDetail()
      detail?.isMarkedFlaky = true
    }
    detail?.file = test["file"]?.string
    results.append(
      suite: suites.number([test["file"]?.string ?? "", trimmed], in: &results), name: title,
      outcome: outcome, duration: test.milliseconds("duration"), detail: detail)
  }

  private static func failureDetail(_ test: JSONValue) -> TestDetail {
    let error = test["err"]
    return TestDetail(message: error?["message"]?.string, trace: error?["stack"]?.string)
  }
}
