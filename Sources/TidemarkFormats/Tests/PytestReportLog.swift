package import TidemarkModel
private import TidemarkSyntax

/// pytest-reportlog's `--report-log`: an event a line.
package enum PytestReportLog: Format {
  package static let name = "pytest-reportlog"
  package static let producers = "pytest-reportlog (--report-log)"
  package static let specification = "https://github.com/pytest-dev/pytest-reportlog"
  package static let kept = """
    Every test with its file as suite, its class, the time of its stages together, its attempts, \
    failure, place and output; a test is failed where one of its subtests is; files that could not \
    be collected, tests and sessions that began and never ended, interruptions and errors of pytest \
    itself as blocking problems.
    """
  package static let dropped = "Keywords, properties, warnings; subtests that passed."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    return json.has("$report_type") && (json.has("pytest_version") || json.has("nodeid"))
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var stream = PytestStream()
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let event, let number) = line else { return false }
      return stream.read(event, line: number, into: &results)
    }
    guard stream.hasEvents else { throw Problem("has no event of pytest-reportlog", line: 1) }
    stream.finish(into: &results)
    return results
  }
}

/// The state while events come in.
private struct PytestStream {
  private struct Key: Hashable {
    var node: String
    /// With pytest-xdist's `--dist each` a test runs on each worker.
    var worker: String
  }

  /// A test whose end has not been told.
  private struct Running {
    var line: Int
    var order: Int
    var outcome: Outcome?
    var duration: Double?
    var detail = TestDetail()
    var attempts: [Attempt] = []
    var isToBeRerun = false
    var hasEnded = false
  }

  private(set) var hasEvents = false
  private var running: [Key: Running] = [:]
  private var count = 0
  private var sessionLine: Int?
  private var hasFailure = false
  private var hasFinished = false
  private var unterminated = 0
  private var suites = SuiteTable()

  /// - Returns: Whether it is an event.
  mutating func read(_ event: JSONValue, line: Int, into results: inout Results) -> Bool {
    // pytest-subtests writes its own with another mark.
    guard let type = (event["$report_type"] ?? event["_report_type"])?.text else { return false }
    hasEvents = true
    switch type {
    case "SessionStart":
      if sessionLine != nil { endSession(status: nil, line: line, into: &results) }
      sessionLine = line
      results.environment["pytest"] = event["pytest_version"]?.string
    case "SessionFinish": endSession(status: event["exitstatus"]?.int, line: line, into: &results)
    case "CollectReport": readCollection(event, line: line, into: &results)
    case "TestReport": readStage(event, line: line, into: &results)
    case "SubTestReport", "SubtestReport": readSubtest(event, line: line)
    default: break
    }
    return true
  }

  private mutating func readCollection(
    _ event: JSONValue, line: Int, into results: inout Results
  ) {
    guard let outcome = event["outcome"]?.string, outcome != "passed" else { return }
    let isSkipped = outcome == "skipped"
    let why = failure(event["longrepr"]).message.map { ": \($0)" } ?? ""
    let what = isSkipped ? "skipped as a whole" : "could not be collected"
    if !isSkipped { hasFailure = true }
    results.problems.append(
      ResultProblem(
        .suiteError, "\(event["nodeid"]?.string ?? ""): \(what)\(why)", line: line,
        isBlocking: !isSkipped))
  }

  private func key(of event: JSONValue) -> Key {
    let node = event["nodeid"]?.string ?? ""
    let key = Key(node: node, worker: event["worker_id"]?.string ?? "")
    // Of a worker that crashed xdist itself tells, in a stage of its own.
    let isStage = ["setup", "call", "teardown"].contains(event["when"]?.string ?? "")
    guard !isStage, running[key] == nil, running.count <= 4096 else { return key }
    let others = running.filter { $0.key.node == node }
    return others.min { $0.value.order < $1.value.order }?.key ?? key
  }

  private mutating func readStage(_ event: JSONValue, line: Int, into results: inout Results) {
    let stage = event["when"]?.string ?? ""
    let key = key(of: event)
    if let time = event.secondsTime("stop"), results.newestTime.map({ $0 < time }) ?? true {
      results.newestTime = time
    }
    if stage == "setup", let last = running[key], !last.isToBeRerun {
      end(key, into: &results)
    }
    var test = running[key] ?? start(line)
    if stage == "setup", test.isToBeRerun {
      let last = test
      test = start(line)
      test.attempts = last.attempts
      test.attempts.append(
        Attempt(
          outcome: .failed, duration: last.duration, message: last.detail.message,
          text: last.detail.text))
    }
    if let seconds = event["duration"]?.double { test.duration = (test.duration ?? 0) + seconds }
    take(event, stage: stage, into: &test)
    running[key] = test
    if test.hasEnded, !test.isToBeRerun { end(key, into: &results) }
  }

  private mutating func start(_ line: Int) -> Running {
    count += 1
    return Running(line: line, order: count)
  }

  private func take(_ event: JSONValue, stage: String, into test: inout Running) {
    let wasExpected = event["wasxfail"] != nil
    let isAround = stage == "setup" || stage == "teardown"
    let outcome: Outcome
    switch event["outcome"]?.string ?? "" {
    case "passed": outcome = .passed
    case "failed": outcome = isAround ? .errored : .failed
    case "skipped": outcome = .skipped
    case "rerun", "retried":
      test.isToBeRerun = true
      outcome = .failed
    default: outcome = .errored
    }
    // Behind the set-up alone a test has not run; behind a crash nothing more comes.
    test.hasEnded = stage == "teardown" || !(isAround || stage == "call")
    if outcome == .passed, isAround { return }
    // A test that failed, and whose end failed too, is told by the test's own failure.
    guard test.outcome.map({ $0 == .passed || ($0 == .skipped && outcome != .passed) }) ?? true
    else {
      if outcome == .errored, test.outcome == .failed { test.outcome = .errored }
      return
    }
    test.outcome = outcome
    guard outcome != .passed else { return }
    test.detail = detail(of: event, outcome)
    test.detail.isKnownFailure = outcome == .skipped && wasExpected
    if wasExpected, let reason = event["wasxfail"]?.string, !reason.isEmpty, outcome == .skipped {
      test.detail.message = reason
    }
  }

  private mutating func readSubtest(_ event: JSONValue, line: Int) {
    guard event["outcome"]?.string == "failed" else { return }
    let key = key(of: event)
    var test = running[key] ?? start(line)
    let context = event["_subtest.context"]
    var name = context?["msg"]?.string.map { "[\($0)]" } ?? ""
    let values = context?.entries("kwargs").map { "\($0.key)=\($0.value.scalarText ?? "…")" } ?? []
    if !values.isEmpty { name += (name.isEmpty ? "" : " ") + "(\(values.joined(separator: ", ")))" }
    let failure = detail(of: event, .failed)
    if test.outcome != .failed {
      test.outcome = .failed
      test.detail = failure
      test.detail.message = "subtest \(name): \(failure.message ?? "failed")"
    } else if let text = failure.text, let before = test.detail.text {
      test.detail.text = TestDetail.kept("\(before)\n\nsubtest \(name)\n\(text)")
    }
    running[key] = test
  }

  private func detail(of event: JSONValue, _ outcome: Outcome) -> TestDetail {
    var detail = failure(event["longrepr"])
    let location = event.list("location")
    detail.file = detail.file ?? location.first?.string
    if detail.line == nil, location.count > 1 { detail.line = location[1].int.map { $0 &+ 1 } }
    if outcome != .skipped {
      let output = event.list("sections").compactMap { section in
        Array(section.elements.prefix(2)).last?.string
      }
      detail.output = TestDetail.tail(output.joined(separator: "\n"))
    }
    return detail
  }

  /// A failure is an object, or a text (`--tb=line`, an error of collection); a skip is its place
  /// and reason.
  private func failure(_ value: JSONValue?) -> TestDetail {
    guard let value else { return TestDetail() }
    if let text = value.string { return TestDetail(message: nil, trace: text) }
    if value.isArray {
      let parts = Array(value.elements.prefix(3))
      guard parts.count == 3, let reason = parts[2].string else { return TestDetail() }
      let said = reason.hasPrefix("Skipped: ") ? String(reason.dropFirst(9)) : reason
      return TestDetail(message: said, trace: nil)
    }
    let crash = value["reprcrash"]
    let lines = value["reprtraceback"]?.list("reprentries").flatMap { entry in
      entry["data"]?.strings("lines") ?? []
    }
    var detail = TestDetail(
      message: crash?["message"]?.string, trace: lines?.joined(separator: "\n"))
    detail.file = crash?["path"]?.string
    detail.line = crash?.line("lineno")
    return detail
  }

  /// Ends a test, whether or not its end was told.
  private mutating func end(_ key: Key, into results: inout Results) {
    guard let test = running.removeValue(forKey: key) else { return }
    let node = PytestNode(key.node)
    var outcome = test.outcome ?? .errored
    var detail: TestDetail? = outcome == .passed ? nil : test.detail
    // The last thing told of it is that it is run again.
    if test.isToBeRerun { outcome = .failed }
    if test.outcome == nil || (!test.hasEnded && outcome == .passed) {
      outcome = .errored
      detail = TestDetail(message: "began and never ended")
    }
    if !test.hasEnded { unterminated += 1 }
    if !test.hasEnded, unterminated <= 20 {
      results.problems.append(
        ResultProblem(
          .unterminated, "\(key.node) began and never ended", line: test.line, isBlocking: true))
    }
    if !test.attempts.isEmpty {
      detail = detail ?? TestDetail()
      detail?.attempts = Array(test.attempts.prefix(64))
    }
    if outcome.isFailure { hasFailure = true }
    results.append(
      suite: suites.number([node.file], in: &results), className: node.className, name: node.name,
      outcome: outcome, duration: test.duration, detail: detail)
  }

  /// - Parameter status: nil where another session began before this one's end, or nothing came.
  private mutating func endSession(status: Int?, line: Int?, into results: inout Results) {
    for key in running.sorted(by: { $0.value.order < $1.value.order }).map(\.key) {
      end(key, into: &results)
    }
    if let status {
      if let problem = PytestStatus.problem(status, isExplained: hasFailure, line: line) {
        results.problems.append(problem)
      }
    } else {
      results.problems.append(
        ResultProblem(
          .unterminated, "the session began and never ended", line: sessionLine, isBlocking: true))
    }
    sessionLine = nil
    hasFailure = false
    hasFinished = true
  }

  mutating func finish(into results: inout Results) {
    if sessionLine != nil || !running.isEmpty || !hasFinished {
      endSession(status: nil, line: nil, into: &results)
    }
  }
}
