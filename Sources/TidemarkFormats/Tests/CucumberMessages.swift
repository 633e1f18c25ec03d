package import TidemarkModel
private import TidemarkSyntax

/// Cucumber's messages, one a line: what its HTML report and its other formatters are made of.
package enum CucumberMessages: Format {
  package static let name = "cucumber-messages"
  package static let producers = "Cucumber (JVM, JS, Ruby, …), Reqnroll (--format message)"
  package static let specification =
    "https://github.com/cucumber/messages/blob/main/messages.md"
  package static let kept = """
    Every scenario and row of examples with its feature and rule as suite, the sum of its steps' and \
    hooks' times, the step that went wrong and its message; earlier attempts; files that could not be \
    parsed, hooks of the whole run that failed and what never ended as blocking problems.
    """
  package static let dropped = "Sources, step definitions, arguments, attachments, suggestions."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isOurs =
      json.has("meta.protocolVersion") || json.has("pickle.astNodeIds")
      || json.has("gherkinDocument.feature") || json.has("testCaseStarted.testCaseId")
      || json.has("testStepFinished.testStepResult")
    return isOurs ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var stream = MessageStream()
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let envelope, let number) = line else { return false }
      return stream.read(envelope, line: number, into: &results)
    }
    guard stream.hasMessages else { throw Problem("has no message of Cucumber", line: 1) }
    stream.finish(into: &results)
    return results
  }
}

/// The state while messages come in.
private struct MessageStream {
  private struct Pickle {
    var uri: String
    var name: String
    var nodes: [String]
    /// The words of each step, by its id.
    var steps: [String: String]
  }

  private struct TestCase {
    var pickle: String
    /// The pickle's step behind each step of the test; hooks have none.
    var steps: [String: String]
    var runs: [String] = []
  }

  private struct Run {
    var testCase: String
    var line: Int
    var rank = 0
    var hasEnded = false
    var duration: Double?
    var message: String?
    var step: String?
  }

  private struct Place {
    var rule: String?
    var line: Int?
  }

  private(set) var hasMessages = false
  private var features: [String: String] = [:]
  private var places: [String: Place] = [:]
  private var pickles: [String: Pickle] = [:]
  private var testCases: [String: TestCase] = [:]
  private var runs: [String: Run] = [:]
  /// In which the tests began.
  private var order: [String] = []
  private var hasBegun = false
  private var hasEnded = false
  private var hasFailed = false

  /// - Returns: Whether the line is an envelope.
  mutating func read(_ envelope: JSONValue, line: Int, into results: inout Results) -> Bool {
    guard let (key, message) = envelope.members.first(where: { $1.isObject }) else { return false }
    switch key.string {
    case "meta": note(meta: message, into: &results)
    case "gherkinDocument": note(document: message)
    case "pickle": note(pickle: message)
    case "testCase": note(testCase: message)
    case "testRunStarted": hasBegun = true
    case "testCaseStarted": begin(message, line: line)
    case "testStepFinished": note(step: message)
    case "testCaseFinished":
      if let id = message["testCaseStartedId"]?.string { runs[id]?.hasEnded = true }
    case "parseError", "globalHookFinished", "testRunHookFinished", "testRunFinished":
      note(run: message, key.string, line: line, into: &results)
    case "source", "stepDefinition", "hook", "parameterType", "attachment", "externalAttachment",
      "testStepStarted", "undefinedParameterType", "suggestion", "globalHookStarted",
      "testRunHookStarted":
      break
    default: return false
    }
    hasMessages = true
    return true
  }

  private func note(meta: JSONValue, into results: inout Results) {
    let facts: [(StaticString, String)] = [("os", "os"), ("cpu", "arch")]
    for (key, fact) in facts { results.environment[fact] = meta[key]?["name"]?.string }
    guard let name = meta["implementation"]?["name"]?.string else { return }
    results.environment[name] = meta["implementation"]?["version"]?.string
  }

  private mutating func note(document: JSONValue) {
    guard let feature = document["feature"] else { return }
    features[document["uri"]?.string ?? ""] = feature["name"]?.string
    for child in feature.list("children") {
      note(scenario: child["scenario"], rule: nil)
      guard let rule = child["rule"] else { continue }
      for inner in rule.list("children") {
        note(scenario: inner["scenario"], rule: rule["name"]?.string)
      }
    }
  }

  private mutating func note(scenario: JSONValue?, rule: String?) {
    guard let scenario else { return }
    note(node: scenario, rule: rule)
    for examples in scenario.list("examples") {
      for row in examples.list("tableBody") { note(node: row, rule: rule) }
    }
  }

  private mutating func note(node: JSONValue, rule: String?) {
    guard let id = node["id"]?.string else { return }
    places[id] = Place(rule: rule?.nonEmpty, line: node["location"]?.line("line"))
  }

  private mutating func note(pickle: JSONValue) {
    guard let id = pickle["id"]?.string else { return }
    var steps: [String: String] = [:]
    for step in pickle.list("steps") {
      if let id = step["id"]?.string { steps[id] = step["text"]?.string }
    }
    pickles[id] = Pickle(
      uri: pickle["uri"]?.string ?? "", name: pickle["name"]?.string ?? "",
      nodes: pickle.strings("astNodeIds"), steps: steps)
  }

  private mutating func note(testCase: JSONValue) {
    guard let id = testCase["id"]?.string, let pickle = testCase["pickleId"]?.string else { return }
    var steps: [String: String] = [:]
    for step in testCase.list("testSteps") {
      if let id = step["id"]?.string { steps[id] = step["pickleStepId"]?.string }
    }
    testCases[id] = TestCase(pickle: pickle, steps: steps)
  }

  private mutating func begin(_ message: JSONValue, line: Int) {
    guard let id = message["id"]?.string, let testCase = message["testCaseId"]?.string,
      testCases[testCase] != nil
    else { return }
    if testCases[testCase]?.runs.isEmpty ?? false { order.append(testCase) }
    testCases[testCase]?.runs.append(id)
    runs[id] = Run(testCase: testCase, line: line)
  }

  private mutating func note(step message: JSONValue) {
    guard let id = message["testCaseStartedId"]?.string, var run = runs[id],
      let result = message["testStepResult"]
    else { return }
    if let duration = MessageStream.seconds(result["duration"]) {
      run.duration = (run.duration ?? 0) + duration
    }
    let testCase = testCases[run.testCase]
    let step = (message["testStepId"]?.string).flatMap { testCase?.steps[$0] }
    let status = result["status"]?.string ?? ""
    let rank = CucumberStatus.rank(status)
    // Hooks that pass say nothing of the scenario.
    if rank > run.rank, step != nil || rank > 1 {
      run.rank = rank
      run.message = result["message"]?.string
      let words = step.flatMap { pickles[testCase?.pickle ?? ""]?.steps[$0] } ?? "a hook"
      run.step = rank > 1 ? "\(status.lowercased()): \(words)" : nil
    }
    runs[id] = run
  }

  /// Of the whole run.
  private mutating func note(
    run message: JSONValue, _ kind: String, line: Int, into results: inout Results
  ) {
    switch kind {
    case "testRunFinished":
      hasEnded = true
      hasFailed = message["success"]?.bool == false
      if let seconds = MessageStream.seconds(message["timestamp"]), seconds < 253_402_300_800 {
        results.newestTime = Timestamp(millisecondsSince1970: Int64(seconds * 1000))
      }
      guard let why = message["exception"]?["message"]?.string ?? message["message"]?.string
      else { return }
      note("the run: \(why)", line: line, into: &results)
    case "parseError":
      let place = message["source"]?["uri"]?.string ?? "a file"
      note(
        "\(place): \(message["message"]?.string ?? "cannot be parsed")", line: line, into: &results)
    default:
      guard let result = message["result"],
        CucumberStatus.rank(result["status"]?.string ?? "") > 2
      else { return }
      note(
        "a hook of the run: \(result["message"]?.string ?? "failed")", line: line, into: &results)
    }
  }

  private func note(_ what: String, line: Int, into results: inout Results) {
    results.problems.append(
      ResultProblem(.suiteError, what.firstLine ?? what, line: line, isBlocking: true))
  }

  private static func seconds(_ value: JSONValue?) -> Double? {
    guard let seconds = value?["seconds"]?.lenientDouble, seconds >= 0 else { return nil }
    return seconds + (value?["nanos"]?.double ?? 0) * 1e-9
  }

  func finish(into results: inout Results) {
    var suites = SuiteTable()
    for id in order {
      if let testCase = testCases[id] { append(testCase, suites: &suites, into: &results) }
    }
    if hasBegun, !hasEnded {
      results.problems.append(
        ResultProblem(.unterminated, "the stream ends without the run's end", isBlocking: true))
    }
    let isTold =
      results.problems.contains(where: \.isBlocking)
      || results.tests.contains { $0.outcome != .passed }
    if hasFailed, !isTold {
      results.problems.append(
        ResultProblem(
          .outsideError, "the run says that it failed, and no test of it does", isBlocking: true))
    }
  }

  private func append(
    _ testCase: TestCase, suites: inout SuiteTable, into results: inout Results
  ) {
    let runs = testCase.runs.compactMap { self.runs[$0] }
    guard let last = runs.last, let pickle = pickles[testCase.pickle] else { return }
    let rule = pickle.nodes.compactMap { places[$0]?.rule }.first
    let outcome = last.hasEnded ? CucumberStatus.outcome(rank: last.rank) : .errored
    if !last.hasEnded {
      results.problems.append(
        ResultProblem(
          .unterminated, "\(pickle.name) began and never ended", line: last.line, isBlocking: true))
    }
    var detail: TestDetail?
    if outcome != .passed || runs.count > 1 {
      var made = outcome == .passed ? TestDetail() : MessageStream.detail(of: last)
      made.attempts = runs.dropLast().prefix(64).map { run in
        let failure = MessageStream.detail(of: run)
        return Attempt(
          outcome: CucumberStatus.outcome(rank: run.rank), duration: run.duration,
          message: failure.message, text: failure.text)
      }
      made.file = pickle.uri.nonEmpty
      // The row of examples stands last.
      made.line = pickle.nodes.last.flatMap { places[$0]?.line }
      detail = made
    }
    results.append(
      suite: suites.number([features[pickle.uri] ?? pickle.uri, rule ?? ""], in: &results),
      name: pickle.name, outcome: outcome, duration: last.duration, detail: detail)
  }

  private static func detail(of run: Run) -> TestDetail {
    var detail = TestDetail(message: run.message, trace: nil)
    detail.message = detail.message ?? (run.hasEnded ? run.step : "began and never ended")
    if let step = run.step, let text = detail.text { detail.text = step + "\n" + text }
    return detail
  }
}
