internal import TidemarkModel
internal import TidemarkSyntax

/// Robot Framework's `output.json`, since version 7.2.
struct RobotJSON {
  private var suites = SuiteTable()

  static func recognises(_ json: JSONOutline) -> Bool {
    guard json.kind("suite") == .object, let generator = json.string("generator") else {
      return false
    }
    return generator.hasPrefix("Robot") || generator.hasPrefix("Rebot")
      || json.has("suite.tests") || json.has("suite.suites")
  }

  mutating func read(_ root: JSONValue, into results: inout Results) throws(Problem) {
    guard let suite = root["suite"], suite.isObject else { throw Problem("has no object `suite`") }
    results.newestTime = root["generated"]?.string.flatMap { TimeText.parse($0) }
    // Suites nest: a stack in the order of the file.
    var open = [(suite: suite, path: [String]())]
    while let (suite, path) = open.popLast() {
      let here = path + [suite["name"]?.string ?? ""]
      for test in suite.list("tests") {
        append(test, file: suite["source"]?.string, path: here, into: &results)
      }
      noteFixtures(of: suite, path: here, into: &results)
      open += suite.list("suites").reversed().map { ($0, here) }
    }
    for message in root.list("errors") where message["level"]?.string == "ERROR" {
      results.problems.append(
        ResultProblem(
          .outsideError, message["message"]?.string?.firstLine ?? "an error", isBlocking: false))
    }
  }

  private mutating func append(
    _ test: JSONValue, file: String?, path: [String], into results: inout Results
  ) {
    let outcome = Robot.outcome(test["status"]?.string)
    let message = RobotMessage(test["message"]?.string)
    var detail: TestDetail?
    if outcome != .passed {
      var found = TestDetail(message: nil, trace: message.text)
      found.file = file
      found.line = test.line("lineno")
      detail = found
    }
    if !message.attempts.isEmpty {
      detail = detail ?? TestDetail()
      detail?.attempts = message.attempts
    }
    results.append(
      suite: suites.number(path, in: &results), name: test["name"]?.string ?? "",
      outcome: outcome, duration: test["elapsed_time"]?.double, detail: detail)
  }

  /// A suite's teardown fails its tests, but they ended before: the file says that they passed.
  private func noteFixtures(of suite: JSONValue, path: [String], into results: inout Results) {
    for kind in ["setup", "teardown"] {
      guard let keyword = suite[named: kind], keyword["status"]?.string == "FAIL" else { continue }
      let why =
        keyword["message"]?.string?.firstLine ?? keyword["name"]?.string ?? "it failed"
      results.problems.append(
        ResultProblem(
          .suiteError, "\(path.joined(separator: ".")): \(kind): \(why)", isBlocking: true))
    }
  }
}
