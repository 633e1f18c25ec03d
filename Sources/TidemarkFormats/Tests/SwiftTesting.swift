package import TidemarkModel
private import TidemarkSyntax

/// The event stream of Swift Testing, one record a line: schema 0 of Swift 6.0 to 6.2 and the ones
/// named after a version since.
package enum SwiftTesting: Format {
  package static let name = "swift-testing"
  package static let producers = "swift test (--event-stream-output-path, swift-testing)"
  package static let specification =
    "https://github.com/swiftlang/swift-testing/blob/main/Documentation/ABI/JSON.md"
  package static let kept = """
    Every test function that ran or was skipped, under its module and suites, with place, issues and \
    skip reason; known issues as such; issues outside tests and what never ended as problems.
    """
  package static let dropped = """
    Single cases of a parameterised test (they have no name of their own), warnings, attachments, \
    instants: the stream gives no test's own time.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.has("version"), json.kind("payload") == .object else { return .no }
    let kind = json.string("kind")
    guard kind == "test" || kind == "event" else { return .no }
    return json.has("payload.kind") && (json.has("payload.id") || json.has("payload.instant"))
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var stream = EventStream()
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let record, let number) = line else { return false }
      return stream.read(record, line: number, into: &results)
    }
    guard stream.hasRecords else { throw Problem("has no record of Swift Testing", line: 1) }
    stream.finish(into: &results)
    return results
  }
}

private struct EventStream {
  private struct Test {
    var id: String
    var name: String
    var file: String?
    var line: Int?
    var hasStarted = false
    var hasEnded = false
    var isSkipped = false
    var note: String?
    var issues: [String] = []
    var issuePlace: (file: String?, line: Int?) = (nil, nil)
    var hasKnownIssue = false
    var eventLine = 0
  }

  private(set) var hasRecords = false
  private var tests: [Test] = []
  private var numbers: [String: Int] = [:]
  private var suiteIDs: Set<String> = []
  private var hasRunStarted = false
  private var hasRunEnded = false

  /// - Returns: Whether the line is a record of the stream.
  mutating func read(_ record: JSONValue, line: Int, into results: inout Results) -> Bool {
    guard record["version"] != nil, let payload = record["payload"],
      let kind = record["kind"]?.string
    else { return false }
    switch kind {
    case "test": declare(payload)
    case "event": note(payload, line: line, into: &results)
    default: break
    }
    hasRecords = true
    return true
  }

  private mutating func declare(_ test: JSONValue) {
    guard let id = test["id"]?.string else { return }
    guard test["kind"]?.string != "suite" else {
      suiteIDs.insert(id)
      return
    }
    let shown = test["displayName"]?.string ?? test["name"]?.string ?? ""
    let number = number(of: id, name: shown)
    (tests[number].file, tests[number].line) = EventStream.place(test["sourceLocation"])
  }

  private mutating func number(of id: String, name: String) -> Int {
    if let number = numbers[id] { return number }
    numbers[id] = tests.count
    tests.append(Test(id: id, name: name))
    return tests.count - 1
  }

  private static func place(_ location: JSONValue?) -> (file: String?, line: Int?) {
    let path =
      location?["filePath"]?.string ?? location?["_filePath"]?.string
      ?? location?["fileID"]?.string
    return (path, location?.line("line"))
  }

  private mutating func note(_ event: JSONValue, line: Int, into results: inout Results) {
    switch event["kind"]?.string ?? "" {
    case "runStarted":
      // One file may hold several runs, one after the other.
      hasRunStarted = true
      hasRunEnded = false
      noteTime(event, into: &results)
    case "runEnded":
      hasRunEnded = true
      noteTime(event, into: &results)
    case let kind: note(kind, of: event, line: line, into: &results)
    }
  }

  private func noteTime(_ event: JSONValue, into results: inout Results) {
    guard let seconds = event["instant"]?["since1970"]?.double, seconds > 0,
      seconds < 253_402_300_800
    else { return }
    let time = Timestamp(millisecondsSince1970: Int64(seconds * 1000))
    results.newestTime = max(results.newestTime ?? time, time)
  }

  private mutating func note(
    _ kind: String, of event: JSONValue, line: Int, into results: inout Results
  ) {
    let texts = event.list("messages").compactMap { $0["text"]?.string }
    guard let id = event["testID"]?.string, !suiteIDs.contains(id) else {
      if kind == "issueRecorded" { noteOutside(event, texts, line: line, into: &results) }
      return
    }
    // A stream that was filtered may lack the declaration: the id ends in function and place.
    let parts = EventStream.parts(of: id)
    guard numbers[id] != nil || parts.count > 1 else { return }
    let number = number(of: id, name: parts.last ?? id)
    tests[number].eventLine = line
    switch kind {
    case "testStarted": tests[number].hasStarted = true
    case "testEnded": tests[number].hasEnded = true
    case "testSkipped", "testCancelled":
      tests[number].isSkipped = true
      tests[number].note = EventStream.reason(texts)
    case "issueRecorded": noteIssue(event, texts, in: number)
    default: break
    }
  }

  private mutating func noteIssue(_ event: JSONValue, _ texts: [String], in number: Int) {
    let issue = event["issue"]
    if issue?["isKnown"]?.bool ?? false {
      tests[number].hasKnownIssue = true
      return
    }
    guard EventStream.isFailure(issue) else { return }
    if tests[number].issues.isEmpty {
      tests[number].issuePlace = EventStream.place(issue?["sourceLocation"])
    }
    guard tests[number].issues.count < 100 else { return }
    tests[number].issues.append(texts.isEmpty ? "an issue" : texts.joined(separator: "\n"))
  }

  /// `isFailure` came with Swift 6.3; before it a severity at most.
  private static func isFailure(_ issue: JSONValue?) -> Bool {
    if let isFailure = issue?["isFailure"]?.bool { return isFailure }
    let severity = issue?["severity"]?.string ?? issue?["_severity"]?.string
    return severity != "warning"
  }

  private func noteOutside(
    _ event: JSONValue, _ texts: [String], line: Int, into results: inout Results
  ) {
    let isKnown = event["issue"]?["isKnown"]?.bool ?? false
    guard !isKnown, EventStream.isFailure(event["issue"]) else { return }
    let place = event["testID"]?.string ?? "outside any test"
    results.problems.append(
      ResultProblem(
        .suiteError, "\(place): \(texts.first?.firstLine ?? "an issue")", line: line,
        isBlocking: true))
  }

  /// `Test off() skipped: "why"`.
  private static func reason(_ texts: [String]) -> String? {
    guard let text = texts.first else { return nil }
    guard let mark = text[...].firstRange(of: "skipped: ") else { return text }
    let reason = text[mark.upperBound...]
    let isQuoted = reason.count > 1 && reason.first == "\"" && reason.last == "\""
    return String(isQuoted ? reason.dropFirst().dropLast() : reason)
  }

  /// `Module.Suite/Inner/function()/File.swift:12:4` without the place: module and suites, function.
  private static func parts(of id: String) -> [String] {
    var parts = id.split(separator: "/").map(String.init)
    if let last = parts.last, last.split(separator: ":").count == 3 { parts.removeLast() }
    guard let first = parts.first, let dot = first.firstIndex(of: ".") else { return parts }
    parts[0] = String(first[..<dot])
    parts.insert(String(first[first.index(after: dot)...]), at: 1)
    return parts
  }

  func finish(into results: inout Results) {
    var suites = SuiteTable()
    for test in tests where test.hasStarted || test.isSkipped || !test.issues.isEmpty {
      let hasEnded = test.hasEnded || test.isSkipped
      if !hasEnded {
        results.problems.append(
          ResultProblem(
            .unterminated, "\(test.name) began and never ended", line: test.eventLine,
            isBlocking: true))
      }
      let outcome: Outcome =
        !test.issues.isEmpty ? .failed : !hasEnded ? .errored : test.isSkipped ? .skipped : .passed
      let path = Array(EventStream.parts(of: test.id).dropLast())
      results.append(
        suite: suites.number(path, in: &results), name: test.name, outcome: outcome,
        detail: detail(of: test, outcome: outcome))
    }
    if hasRunStarted, !hasRunEnded {
      results.problems.append(
        ResultProblem(.unterminated, "the stream ends without the run's end", isBlocking: true))
    }
  }

  private func detail(of test: Test, outcome: Outcome) -> TestDetail? {
    guard outcome != .passed || test.hasKnownIssue else { return nil }
    var detail = TestDetail()
    switch outcome {
    case .failed:
      detail = TestDetail(
        message: test.issues.first?.firstLine, trace: test.issues.joined(separator: "\n\n"))
    case .skipped: detail.message = test.note
    case .errored: detail.message = "began and never ended"
    case .passed: break
    }
    detail.isKnownFailure = test.hasKnownIssue
    detail.file = test.issuePlace.file ?? test.file
    detail.line = test.issuePlace.line ?? test.line
    return detail
  }
}
