package import TidemarkModel
private import TidemarkSyntax

/// Robot Framework's `output.xml`, of version 7 and before, and its `output.json`.
package enum Robot: Format {
  package static let name = "robot"
  package static let producers = "Robot Framework, Rebot, Pabot (output.xml, output.json)"
  package static let specification =
    "https://github.com/robotframework/robotframework/tree/master/doc/schema"
  package static let kept = """
    Each test and task with its suites, status, time, message and place; of merged outputs the runs \
    before. A suite's setup or teardown \
    that failed is a blocking problem, an error of the execution one that does not block.
    """
  package static let dropped =
    "Keywords and their messages, loops, tags, documentation, metadata, statistics, warnings."

  package static func recognises(_ head: Head) -> Recognition {
    // Robots of other trades have descriptions with the same root.
    guard let root = head.rootTag, root.name == "robot" else {
      return RobotJSON.recognises(head.json) ? .yes : .no
    }
    return root.tag.contains("generator=") || head.contains("<suite") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let head = try Reading.head(of: file)
    if head.firstInk == UInt8(ascii: "{") {
      return try file.readJSON { (root, results) throws(Problem) in
        var json = RobotJSON()
        try json.read(root, into: &results)
      }
    }
    let reading = RobotReading()
    // Not `test`: a test with all its keywords may be large, and its status says what is kept.
    let reader = try XMLNode.forEach(["status", "errors"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

extension Robot {
  /// The same words in both outputs, and in the messages of merged ones.
  static func outcome(_ status: String?) -> Outcome {
    switch status?.uppercased() {
    case "PASS": .passed
    case "FAIL": .failed
    case "SKIP", "NOT RUN", "NOT_RUN": .skipped
    default: .errored
    }
  }
}

private final class RobotReading {
  private var results = Results()
  private var suites = SuiteTable()

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    if node.name == "errors" { return takeErrors(node) }
    guard let owner = above.last else { return }
    switch owner.name {
    case "test", "task": append(owner, node, above)
    case "kw" where above.dropLast().last?.name == "suite": takeFixture(owner, node, above)
    case "suite" where owner["src"] != nil: takeSplit(owner, node)
    default: break
    }
    if results.newestTime == nil {
      results.newestTime = above.first?["generated"].flatMap(RobotReading.time)
    }
  }

  private func append(_ test: XMLNode, _ status: XMLNode, _ above: [XMLNode]) {
    let path = above.filter { $0.name == "suite" }.compactMap { $0["name"] }
    let outcome = Robot.outcome(status["status"])
    let message = RobotMessage(status.text)
    var detail: TestDetail?
    if outcome != .passed {
      var found = TestDetail(message: nil, trace: message.text)
      found.file = above.last { $0.name == "suite" && $0["source"] != nil }?["source"]
      found.line = test["line"].flatMap { Int($0) }
      detail = found
    }
    if !message.attempts.isEmpty {
      detail = detail ?? TestDetail()
      detail?.attempts = message.attempts
    }
    let end = status["endtime"].flatMap(RobotReading.time)
    let start = (status["start"] ?? status["starttime"]).flatMap(RobotReading.time)
    if let time = end ?? start { results.newestTime = max(results.newestTime ?? time, time) }
    var duration = status["elapsed"]?.decimal
    if duration == nil, let start, let end { duration = end.seconds(since: start) }
    results.append(
      suite: suites.number(path, in: &results), name: test["name"] ?? "", outcome: outcome,
      duration: duration, detail: detail)
  }

  /// A suite's teardown fails its tests, but they ended before: the file says that they passed.
  private func takeFixture(_ keyword: XMLNode, _ status: XMLNode, _ above: [XMLNode]) {
    guard status["status"]?.uppercased() == "FAIL" else { return }
    let suite = above.filter { $0.name == "suite" }.compactMap { $0["name"] }
      .joined(separator: ".")
    let kind = keyword["type"]?.lowercased() ?? "keyword"
    let why = status.text.firstLine ?? keyword["name"] ?? "it failed"
    results.problems.append(
      ResultProblem(.suiteError, "\(suite): \(kind): \(why)", line: status.line, isBlocking: true))
  }

  /// With `--splitoutputs` (before version 3) a suite's tests are in a file of their own.
  private func takeSplit(_ suite: XMLNode, _ status: XMLNode) {
    guard status["status"]?.uppercased() == "FAIL" else { return }
    results.problems.append(
      ResultProblem(
        .suiteError, "\(suite["name"] ?? ""): failed; its tests are in \(suite["src"] ?? "")",
        line: status.line, isBlocking: true))
  }

  private func takeErrors(_ node: XMLNode) {
    for message in node.children("msg") where message["level"] == "ERROR" {
      results.problems.append(
        ResultProblem(
          .outsideError, message.text.firstLine ?? "an error", line: message.line,
          isBlocking: false))
    }
  }

  /// Before version 7 `20260101 12:00:00.000`, and `N/A` for none.
  private static func time(_ text: String) -> Timestamp? {
    let digits = text.utf8.prefix { (0x30...0x39).contains($0) }.count
    guard digits == 8 else { return TimeText.parse(text) }
    let year = text.prefix(4)
    let month = text.dropFirst(4).prefix(2)
    return TimeText.parse("\(year)-\(month)-\(text.dropFirst(6))")
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.problems += repairs
    return results
  }
}
