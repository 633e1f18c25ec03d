package import TidemarkModel
private import TidemarkSyntax

/// TeamCity's service messages in what a test runner prints.
package enum TeamCity: Format {
  package static let name = "teamcity"
  package static let producers = """
    Test runners that speak to TeamCity: PHPUnit (--teamcity), teamcity-messages for Python, \
    mocha-teamcity-reporter, dotnet test, Gradle
    """
  package static let specification =
    "https://www.jetbrains.com/help/teamcity/service-messages.html#Reporting+Tests"
  package static let kept = """
    Every test with its suites, time, failure and output; tests that began and never ended, and \
    build problems, as blocking problems; repeats are attempts where the runner says that it \
    tries again.
    """
  package static let dropped = "Metadata, artifacts, statistics, progress, the lines between."

  package static func recognises(_ head: Head) -> Recognition {
    guard !head.beginsDocument, head.contains("##teamcity[test"), !head.contains("```") else {
      return .no
    }
    let isTold = head.lines.contains { line in
      guard line.drop(while: { $0 == " " }).hasPrefix("##teamcity[test"),
        let message = ServiceMessage(line)
      else { return false }
      return TeamCityStream.kinds.contains(message.name) && !message.values.isEmpty
    }
    return isTold ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var stream = TeamCityStream()
    while let line = try reader.next() {
      guard let message = ServiceMessage(line.text) else { continue }
      stream.take(message, line: line.number)
    }
    stream.finish()
    guard stream.hasMessages else { throw Problem("has no service message of a test") }
    return stream.results
  }
}

/// `##teamcity[name key='value' …]`, anywhere in a line.
private struct ServiceMessage {
  var name: Substring
  var values: [Substring: String] = [:]

  init?(_ line: Substring) {
    func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
    guard let mark = line.firstRange(of: "##teamcity[") else { return nil }
    var rest = line[mark.upperBound...].drop(while: isBlank)
    name = rest.prefix { !isBlank($0) && $0 != "]" }
    rest = rest[name.endIndex...]
    while true {
      rest = rest.drop(while: isBlank)
      guard let equals = rest.firstIndex(of: "="), rest.first != "]" else { break }
      let key = rest[..<equals].trimmedEnd
      let quoted = rest[rest.index(after: equals)...].drop(while: isBlank)
      guard quoted.first == "'" else { return nil }
      guard let (value, end) = ServiceMessage.value(quoted.dropFirst()) else { return nil }
      values[key] = value
      rest = end
    }
    guard rest.first == "]" else { return nil }
  }

  /// The text up to the next `'` that is not escaped, and what follows.
  private static func value(_ text: Substring) -> (String, Substring)? {
    var value = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let next = rest.popFirst() {
      if next == "'" { return (String(value), Substring(rest)) }
      guard next == "|" else {
        value.append(next)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      switch escaped {
      case "n": value.append("\n")
      case "r": value.append("\r")
      case "x": value.append("\u{85}")
      case "l": value.append("\u{2028}")
      case "p": value.append("\u{2029}")
      case "0":
        guard rest.first == "x" else { return nil }
        let digits = rest.dropFirst().prefix(4)
        guard digits.count == 4, let number = UInt32(String(digits), radix: 16) else { return nil }
        rest = rest.dropFirst(5)
        value.append(Unicode.Scalar(number) ?? "\u{FFFD}")
      default: value.append(escaped)
      }
    }
    return nil
  }
}

/// The state while messages come in.
private struct TeamCityStream {
  static let kinds: Set<Substring> = [
    "testStarted", "testFinished", "testFailed", "testIgnored", "testSuiteStarted",
    "testSuiteFinished", "testCount",
  ]

  private struct Key: Hashable {
    var flow: String
    var name: String
  }

  private struct Running {
    var line: Int
    var path: [String]
    var outcome = Outcome.passed
    var detail = TestDetail()
    var output = ""
  }

  private(set) var results = Results()
  private(set) var hasMessages = false
  private var flows: [String: [String]] = [:]
  /// How many of a flow's suites are those of the flow that it began in.
  private var inherited: [String: Int] = [:]
  private var running: [Key: Running] = [:]
  private var suites: [[String]: Int32] = [:]
  private var retries = false
  private var unterminated = 0

  mutating func take(_ message: ServiceMessage, line: Int) {
    let flow = message.values["flowId"] ?? ""
    let name = message.values["name"] ?? ""
    let key = Key(flow: flow, name: name)
    if TeamCityStream.kinds.contains(message.name) { hasMessages = true }
    switch message.name {
    case "testSuiteStarted":
      if flows[flow]?.count ?? 0 < 64 { flows[flow, default: []].append(name) }
    case "testSuiteFinished":
      endSuite(name, flow)
    case "flowStarted":
      flows[flow] = flows[message.values["parent"] ?? ""] ?? []
      inherited[flow] = flows[flow]?.count
    case "flowFinished": flows[flow] = nil
    case "testStarted":
      end(key)
      running[key] = Running(line: line, path: flows[flow] ?? [])
    case "testFailed":
      fail(message, key, line: line)
    case "testIgnored":
      ignore(message, key, line: line)
    case "testStdOut", "testStdErr":
      if let text = message.values["out"] { append(text, key) }
    case "testFinished":
      guard var test = running.removeValue(forKey: key) else { return }
      if test.outcome.isFailure { test.detail.output = TestDetail.tail(test.output) }
      append(test, name, milliseconds: message.values["duration"].flatMap { NumberText.parse($0) })
    case "testRetrySupport": retries = message.values["enabled"] == "true"
    case "buildProblem":
      note(message.values["description"] ?? "a build problem", line: line)
    case "buildStatus" where message.values["status"]?.uppercased() == "FAILURE":
      note(message.values["text"] ?? "the build failed", line: line)
    default: break
    }
  }

  private mutating func endSuite(_ name: String, _ flow: String) {
    guard let index = flows[flow]?.lastIndex(of: name) else { return }
    flows[flow]?.removeSubrange(index...)
  }

  private mutating func fail(_ message: ServiceMessage, _ key: Key, line: Int) {
    // Some runners tell of failures alone.
    let isAlone = running[key] == nil
    var test = running[key] ?? Running(line: line, path: flows[key.flow] ?? [])
    if !test.outcome.isFailure {
      test.outcome = .failed
      test.detail = TestDetail(
        message: message.values["message"], trace: message.values["details"])
      test.detail.type = message.values["type"]
    }
    guard isAlone else { return running[key] = test }
    append(test, key.name, milliseconds: nil)
  }

  private mutating func ignore(_ message: ServiceMessage, _ key: Key, line: Int) {
    let isAlone = running[key] == nil
    var test = running[key] ?? Running(line: line, path: flows[key.flow] ?? [])
    if !test.outcome.isFailure {
      test.outcome = .skipped
      test.detail = TestDetail(message: message.values["message"], trace: nil)
    }
    guard isAlone else { return running[key] = test }
    append(test, key.name, milliseconds: nil)
  }

  private mutating func append(_ text: String, _ key: Key) {
    guard var test = running[key] else { return }
    test.output += text
    if test.output.utf8.count > 16_384 {
      test.output = String(decoding: test.output.utf8.suffix(8192), as: UTF8.self)
    }
    running[key] = test
  }

  private mutating func append(_ test: Running, _ name: String, milliseconds: Double?) {
    let number: Int32
    if let known = suites[test.path] {
      number = known
    } else {
      number = Int32(truncatingIfNeeded: results.suites.count)
      results.suites.append(Suite(path: test.path, repeatsAreAttempts: retries))
      suites[test.path] = number
    }
    results.append(
      suite: number, name: name, outcome: test.outcome, duration: milliseconds.map { $0 / 1000 },
      detail: test.outcome == .passed ? nil : test.detail)
  }

  private mutating func note(_ text: String, line: Int) {
    guard results.problems.count < 40 else { return }
    let what = TestDetail(message: text, trace: nil).message ?? "a build problem"
    results.problems.append(ResultProblem(.outsideError, what, line: line, isBlocking: true))
  }

  /// Ends a test whose end was not told.
  private mutating func end(_ key: Key) {
    guard var test = running.removeValue(forKey: key) else { return }
    if !test.outcome.isFailure {
      test.outcome = .errored
      test.detail = TestDetail(message: "began and never ended")
    }
    append(test, key.name, milliseconds: nil)
    unterminated += 1
    guard unterminated <= 20 else { return }
    results.problems.append(
      ResultProblem(
        .unterminated, "\(key.name) began and never ended", line: test.line, isBlocking: true))
  }

  mutating func finish() {
    let left = running.sorted { ($0.value.line, $0.key.name) < ($1.value.line, $1.key.name) }
    for (key, _) in left { end(key) }
    guard left.isEmpty else { return }
    // What ended the runner between two tests leaves its suites open.
    let open = flows.compactMap { $0.value.dropFirst(inherited[$0.key] ?? 0).first }
    for name in open.sorted().prefix(20) {
      results.problems.append(
        ResultProblem(
          .unterminated, "the suite \(name) began and never ended", isBlocking: true))
    }
  }
}
