package import TidemarkModel
private import TidemarkSyntax

/// pytest-json-report's `--json-report`.
package enum PytestJSONReport: Format {
  package static let name = "pytest-json-report"
  package static let producers = "pytest-json-report (--json-report)"
  package static let specification = "https://github.com/numirias/pytest-json-report#format"
  package static let kept = """
    Every test with its file as suite, its class, the time of its stages together, failure, place and \
    output; files that could not be collected, interruptions and errors of pytest itself as blocking \
    problems. A test of which only the set-up is told began and never ended.
    """
  package static let dropped =
    "Keywords, logs, warnings, metadata; attempts but that there were some."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isReport =
      json.kind("created") == .number && json.kind("exitcode") == .number
      && json.kind("root") == .string
    return isReport ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let tests = root["tests"], tests.isArray else {
        throw Problem(
          "holds counts and names no test", remedy: "run pytest without `--json-report-summary`")
      }
      results.newestTime = root.secondsTime("created")
      let facts = root["environment"]
      results.environment["python"] = facts?["Python"]?.string
      results.environment["pytest"] = facts?["Packages"]?["pytest"]?.string
      var suites = SuiteTable()
      var overwritten: [String] = []
      for test in tests.elements {
        let number = read(test, suites: &suites, into: &results)
        if test["outcome"]?.string == "subtests passed" { overwritten.append(number) }
      }
      readCollectors(root, into: &results)
      let summary = root["summary"]
      results.checkFailures(
        claimed: (summary?["failed"]?.int ?? 0) &+ (summary?["error"]?.int ?? 0))
      noteStatus(root["exitcode"]?.int, overwritten: overwritten, in: &results)
    }
  }

  /// - Returns: The test's name.
  private static func read(
    _ test: JSONValue, suites: inout SuiteTable, into results: inout Results
  ) -> String {
    let node = PytestNode(test["nodeid"]?.string ?? "")
    var stages: [Stage] = []
    for (key, value) in test.members where value.isObject {
      guard let outcome = value["outcome"]?.string else { continue }
      stages.append(Stage(name: key.string, outcome: outcome, value: value))
    }
    let word = test["outcome"]?.string ?? ""
    let outcome = outcome(word, stages)
    results.append(
      suite: suites.number([node.file], in: &results), className: node.className, name: node.name,
      outcome: outcome, duration: stages.compactMap { $0.value["duration"]?.double }.sum,
      detail: detail(of: test, word, outcome, stages, node))
    return node.name
  }

  private struct Stage {
    var name: String
    var outcome: String
    var value: JSONValue

    /// The set-up and the end of a test are not the test.
    var isCall: Bool { name == "call" }
  }

  /// The word is that of the last stage that was no pass; `passed` is written before any has run.
  private static func outcome(_ word: String, _ stages: [Stage]) -> Outcome {
    switch word {
    case "failed": return .failed
    case "error": return .errored
    case "skipped", "xfailed": return .skipped
    default: break
    }
    if let failed = stages.first(where: { $0.outcome == "failed" }) {
      return failed.isCall ? .failed : .errored
    }
    if word.hasSuffix("failed") { return .failed }
    if stages.contains(where: { $0.outcome == "skipped" }) { return .skipped }
    let hasPassed = stages.contains { $0.isCall && $0.outcome == "passed" }
    return hasPassed ? .passed : .errored
  }

  private static func detail(
    of test: JSONValue, _ word: String, _ outcome: Outcome, _ stages: [Stage], _ node: PytestNode
  ) -> TestDetail? {
    let isRerun = word == "rerun"
    if outcome == .passed {
      guard isRerun else { return nil }
      var detail = TestDetail()
      detail.attempts = [Attempt(outcome: .failed)]
      return detail
    }
    let telling = stages.first { $0.outcome == "failed" } ?? stages.first { $0.outcome != "passed" }
    let crash = telling?.value["crash"]
    let text = telling?.value["longrepr"]?.string
    var detail =
      outcome == .skipped
      ? TestDetail(message: text.map(skipReason), trace: nil)
      : TestDetail(message: crash?["message"]?.string, trace: text)
    if detail.message == nil, outcome == .errored { detail.message = "began and never ended" }
    detail.isKnownFailure = word == "xfailed"
    detail.file = crash?["path"]?.string ?? node.file
    detail.line = crash?.line("lineno") ?? test["lineno"]?.int.map { $0 &+ 1 }
    if outcome != .skipped {
      let output = stages.flatMap { stage in
        [stage.value["stdout"]?.string, stage.value["stderr"]?.string].compactMap(\.self)
      }
      detail.output = TestDetail.tail(output.joined(separator: "\n"))
    }
    return detail
  }

  /// `('/a/test_b.py', 12, 'Skipped: no GPU here')`: a tuple as Python shows it.
  private static func skipReason(_ text: String) -> String {
    guard text.hasPrefix("("), text.hasSuffix(")"),
      let mark = text[...].firstRange(of: "Skipped: ")
    else { return text }
    return String(text[mark.upperBound...].dropLast(2))
  }

  private static func readCollectors(_ root: JSONValue, into results: inout Results) {
    for collector in root.list("collectors") {
      guard let outcome = collector["outcome"]?.string, outcome != "passed" else { continue }
      let name = collector["nodeid"]?.string ?? ""
      let why = TestDetail(message: collector["longrepr"]?.string.map(skipReason), trace: nil)
      let isSkipped = outcome == "skipped"
      results.problems.append(
        ResultProblem(
          .suiteError,
          "\(name): \(isSkipped ? "skipped as a whole" : "could not be collected")"
            + (why.message.map { ": \($0)" } ?? ""),
          isBlocking: !isSkipped))
    }
  }

  /// - Parameter overwritten: The tests of which the last subtest's outcome is all that the report
  ///   keeps.
  private static func noteStatus(
    _ status: Int?, overwritten: [String], in results: inout Results
  ) {
    let isExplained =
      results.tests.contains { $0.outcome.isFailure }
      || results.problems.contains(where: \.isBlocking)
    guard let status else { return }
    if let problem = PytestStatus.problem(status, isExplained: isExplained) {
      results.problems.append(problem)
    }
    guard status == 1, let first = overwritten.first else { return }
    results.problems.append(
      ResultProblem(
        .outsideError,
        "\(first)\(overwritten.count > 1 ? " and \(overwritten.count - 1) more" : "") may have "
          + "subtests that failed: the report keeps only the last one's outcome",
        isBlocking: false))
  }
}

extension [Double] {
  /// nil of none.
  fileprivate var sum: Double? { isEmpty ? nil : reduce(0, +) }
}
