package import TidemarkModel
private import TidemarkSyntax

/// The events of Dart's and Flutter's `--reporter json` (`--machine`), one a line.
package enum DartJSON: Format {
  package static let name = "dart"
  package static let producers = "dart test, flutter test (--reporter json, --machine)"
  package static let specification =
    "https://github.com/dart-lang/test/blob/master/pkgs/test/doc/json_reporter.md"
  package static let kept = """
    Every test that is not hidden, with its file as suite, time, error and place; the platform as a \
    label where there are several; tests and streams that never ended as blocking problems.
    """
  package static let dropped = "Hidden tests (loading), prints of passed tests, debug events."

  package static func recognises(_ head: Head) -> Recognition {
    for line in head.lines where line.first == "{" || line.hasPrefix("[{") {
      let isStart = line.contains("\"protocolVersion\"") && line.contains("\"runnerVersion\"")
      let isTest = line.contains("\"testStart\"") || line.contains("\"testDone\"")
      if isStart || (isTest && line.contains("\"type\"")) { return .yes }
    }
    return .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var stream = DartStream()
    var results = try file.readJSONLines { (line, _) throws(Problem) in
      guard case .value(let event, let number) = line else { return false }
      // flutter --machine mixes in its own events, as arrays.
      if event.isObject { stream.read(event, line: number) }
      return true
    }
    guard stream.hasEvents else { throw Problem("has no event of a Dart test run", line: 1) }
    stream.finish(into: &results)
    return results
  }
}

/// The state while events come in.
private struct DartStream {
  private struct Test {
    var name: String
    var suite: Int?
    var file: String?
    var line: Int?
    var start: Double?
    var eventLine: Int
    var outcome: Outcome?
    var duration: Double?
    var isHidden = false
    var error: TestDetail?
    var skipReason: String?
    var prints = ""
  }

  private(set) var hasEvents = false
  private var tests: [Test] = []
  private var numbers: [Int: Int] = [:]
  private var paths: [Int: String] = [:]
  /// Of each suite the platform that it ran on.
  private var platforms: [Int: String] = [:]
  private var hasDone = false
  private var hasFailed = false
  private var wasClosed = false

  mutating func read(_ event: JSONValue, line: Int) {
    guard let type = event["type"]?.text else { return }
    hasEvents = true
    switch type {
    case "suite":
      guard let suite = event["suite"], let id = suite["id"]?.int else { return }
      paths[id] = suite["path"]?.string
      platforms[id] = suite["platform"]?.string
    case "testStart": start(event, line: line)
    case "error": note(event)
    case "print": notePrint(event)
    case "testDone": end(event)
    case "done":
      hasDone = true
      hasFailed = event["success"]?.bool == false
      wasClosed = event["success"]?.isNull ?? false
    default: break
    }
  }

  private mutating func start(_ event: JSONValue, line: Int) {
    guard let test = event["test"], let id = test["id"]?.int else { return }
    let address = test["root_url"]?.string ?? test["url"]?.string
    var made = Test(
      name: test["name"]?.string ?? "", suite: test["suiteID"]?.int, file: address,
      line: test.line("root_line") ?? test.line("line"), start: event["time"]?.double,
      eventLine: line)
    made.skipReason = test["metadata"]?["skipReason"]?.string
    numbers[id] = tests.count
    tests.append(made)
  }

  private func number(_ event: JSONValue) -> Int? { event["testID"]?.int.flatMap { numbers[$0] } }

  private mutating func note(_ event: JSONValue) {
    guard let number = number(event) else { return }
    // A test may fail after its end, and then counts as failed, and shows if it was hidden.
    if tests[number].outcome != nil {
      let isFailure = event["isFailure"]?.bool ?? false
      tests[number].outcome = isFailure && tests[number].outcome != .errored ? .failed : .errored
      tests[number].isHidden = false
    }
    guard tests[number].error == nil else { return }
    let error = event["error"]?.string ?? ""
    let trace = event["stackTrace"]?.string ?? ""
    tests[number].error = TestDetail(message: error, trace: error + "\n" + trace)
  }

  private mutating func notePrint(_ event: JSONValue) {
    guard let number = number(event), let message = event["message"]?.string,
      tests[number].prints.utf8.count < 65_536
    else { return }
    tests[number].prints += String(SafeText.prefix(message, bytes: 4096)) + "\n"
  }

  private mutating func end(_ event: JSONValue) {
    guard let number = number(event) else { return }
    tests[number].isHidden = event["hidden"]?.bool ?? false
    if let start = tests[number].start, let end = event["time"]?.double, end >= start {
      tests[number].duration = (end - start) / 1000
    }
    switch event["result"]?.string ?? "" {
    case "success": tests[number].outcome = event["skipped"]?.bool == true ? .skipped : .passed
    case "failure": tests[number].outcome = .failed
    default: tests[number].outcome = .errored
    }
  }

  func finish(into results: inout Results) {
    var suites = SuiteTable()
    var unterminated = 0
    // The same tests on several platforms are told apart; on one it says nothing of them.
    let hasPlatforms = Set(platforms.values).count > 1
    for test in tests {
      if test.isHidden, test.outcome?.isFailure != true { continue }
      // Loading that never ended is told by the stream's own end.
      if test.outcome == nil, test.name.hasPrefix("loading "), !hasDone { continue }
      if test.outcome == nil {
        unterminated += 1
        if unterminated <= 20 {
          results.problems.append(
            ResultProblem(
              .unterminated, "\(test.name) began and never ended", line: test.eventLine,
              isBlocking: true))
        }
      }
      let path = test.suite.flatMap { paths[$0] } ?? ""
      var labels = Labels()
      if hasPlatforms { labels["platform"] = test.suite.flatMap { platforms[$0] } }
      results.append(
        suite: suites.number([path], labels: labels, in: &results), name: test.name,
        outcome: test.outcome ?? .errored, duration: test.duration, detail: detail(of: test))
    }
    if !hasDone {
      results.problems.append(
        ResultProblem(.unterminated, "the stream ends without its last event", isBlocking: true))
    } else if wasClosed {
      results.problems.append(
        ResultProblem(.bailedOut, "the run was closed before all tests ran", isBlocking: true))
    } else if hasFailed, !results.tests.contains(where: { $0.outcome.isFailure }) {
      results.problems.append(
        ResultProblem(
          .outsideError, "the run says that it failed, and no test of it does", isBlocking: true))
    }
  }

  private func detail(of test: Test) -> TestDetail? {
    guard test.outcome != .passed else { return nil }
    var detail = test.error ?? TestDetail()
    if test.outcome == .skipped { detail.message = test.skipReason }
    if test.outcome == nil { detail.message = detail.message ?? "began and never ended" }
    if test.outcome?.isFailure ?? true { detail.output = TestDetail.tail(test.prints) }
    detail.file = test.file
    detail.line = test.line
    return detail
  }
}
