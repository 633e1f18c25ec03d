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
    guard json.has("stats.tests"), json.has("stats.passes"),
      json.has("stats.pending") || json.has("tests[].fullTitle")
    else { return .no }
    // Mochawesome has the same `stats` and its own tree of results.
    return json.kind("results") == nil && json.kind("suites") != .object ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let tests = root["tests"], tests.isArray else { throw Problem("has no array `tests`") }
      results.newestTime = root["stats"]?["end"]?.string.flatMap { TimeText.parse($0) }
      var verdicts = Verdicts(root)
      var suites = SuiteTable()
      var failed: [String: Int] = [:]
      for test in tests.elements {
        let outcome = verdicts.outcome(of: test)
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

  /// A test is told only by its place in three lists, by the same object as among all tests.
  private struct Verdicts {
    private var failures: [String: Int]
    private var pending: [String: Int]
    /// Before Mocha 2 there is no list of pending tests, and they are the ones without a time.
    private let hasPending: Bool

    init(_ root: JSONValue) {
      failures = Verdicts.counts(root.list("failures"))
      pending = Verdicts.counts(root.list("pending"))
      hasPending = root["pending"]?.isArray ?? false
    }

    private static func counts(_ list: [JSONValue]) -> [String: Int] {
      var counts: [String: Int] = [:]
      for test in list { counts[object(test), default: 0] += 1 }
      return counts
    }

    /// Tests of one name differ in time and outcome.
    private static func object(_ test: JSONValue) -> String {
      let isFailed = (test["err"]?.count ?? 0) > 0
      return key(test) + "\u{1}" + (test["duration"]?.scalarText ?? "") + (isFailed ? "!" : "")
    }

    mutating func outcome(of test: JSONValue) -> Outcome {
      let object = Verdicts.object(test)
      let isFailure = Verdicts.take(object, from: &failures)
      // Mocha before 1.21 wrote no `err`.
      if isFailure || (test["err"]?.count ?? 0) > 0 { return .failed }
      if hasPending { return Verdicts.take(object, from: &pending) ? .skipped : .passed }
      return test["duration"]?.double == nil ? .skipped : .passed
    }

    private static func take(_ object: String, from counts: inout [String: Int]) -> Bool {
      guard let count = counts[object], count > 0 else { return false }
      counts[object] = count - 1
      return true
    }
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
