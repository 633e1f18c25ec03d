package import TidemarkModel
private import TidemarkSyntax

/// NUnit 2 results (`<test-results>`).
package enum NUnit2: Format {
  package static let name = "nunit2"
  package static let producers = "NUnit 2 consoles, nunit3-console --result=…;format=nunit2, Unity"
  package static let specification =
    "https://github.com/nunit/docs/blob/master/docs/articles/nunit/technical-notes/usage/Test-Result-XML-Format.md"
  package static let kept =
    "Each test case with result, time, message, stack trace or reason; suites as its path."
  package static let dropped = "Assertion counts, properties, categories, totals."

  package static func recognises(_ head: Head) -> Recognition {
    switch head.rootElement {
    case "test-results": .yes
    // A suite on its own, cut out of a whole file. Allure 1 has the same root, in a namespace.
    case "test-suite": head.contains("<results>") && head.contains("<test-case") ? .yes : .no
    default: .no
    }
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = NUnitReading(duration: "time")
    let reader = try XMLNode.forEach(NUnitReading.records, in: file) { node, above in
      reading.take(node, above, outcome: NUnit2.outcome)
    }
    return reading.finish(reader.repairProblems)
  }

  /// Files before NUnit 2.5 have no `result`, only `executed` and `success`.
  private static func outcome(_ node: XMLNode) -> Outcome {
    if let outcome = node["result"].flatMap(NUnitReading.outcome) { return outcome }
    if node["executed"]?.lowercased() == "false" { return .skipped }
    return node["success"]?.lowercased() == "true" ? .passed : .failed
  }
}

/// NUnit 3 and 4 results (`<test-run>`).
package enum NUnit3: Format {
  package static let name = "nunit3"
  package static let producers =
    "nunit3-console, NUnit's test adapter, Unity, dotnet test with NunitXml.TestLogger"
  package static let specification =
    "https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html"
  package static let kept =
    "Each test case with result and label, duration, message, stack trace or reason; suites as its path."
  package static let dropped = "Assertion counts, settings, properties, attachments, totals."

  package static func recognises(_ head: Head) -> Recognition {
    head.rootElement == "test-run" ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = NUnitReading(duration: "duration")
    let reader = try XMLNode.forEach(NUnitReading.records, in: file) { node, above in
      reading.take(node, above, outcome: NUnit3.outcome)
    }
    return reading.finish(reader.repairProblems)
  }

  /// A failed test's `label` says whether it was an assertion; free text there (a timeout) is one.
  private static func outcome(_ node: XMLNode) -> Outcome {
    if ["Error", "Invalid", "Cancelled"].contains(node["label"]), node["result"] == "Failed" {
      return .errored
    }
    // A list of tests (`--explore`) has no results.
    guard let result = node["result"] else { return node["runstate"] == nil ? .failed : .skipped }
    return NUnitReading.outcome(result) ?? .failed
  }
}

private final class NUnitReading {
  static let records: Set<String> = ["test-case", "environment", "failure", "reason"]

  private var results = Results()
  private var suites: [[String]: Int32] = [:]
  private var claims = SuiteClaims(NUnitReading.isClaimed)
  private var listed = 0
  private let durationAttribute: String

  init(duration: String) { durationAttribute = duration }

  /// The words of both versions: converters write the old ones into the new form, and the reverse.
  static func outcome(_ result: String) -> Outcome? {
    switch result {
    case "Passed", "Success", "Warning": .passed
    case "Failed", "Failure": .failed
    case "Error", "NotRunnable", "Cancelled": .errored
    case "Skipped", "Ignored", "Inconclusive", "Explicit", "NotRun": .skipped
    default: nil
    }
  }

  /// A suite, or in version 3 the run, that is told to have failed, by itself or by what it holds.
  private static func isClaimed(_ node: XMLNode) -> Bool {
    guard node.name == "test-suite" || node.name == "test-run", node["site"] != "Parent",
      let result = node["result"]
    else { return false }
    return ["Failed", "Failure", "Error"].contains(result)
  }

  func take(_ node: XMLNode, _ above: [XMLNode], outcome: (XMLNode) -> Outcome) {
    claims.enter(above)
    switch node.name {
    case "test-case": append(node, above, outcome(node))
    case "failure": takeSuiteFailure(node, above)
    case "reason": takeSuiteReason(node, above)
    default:
      if let system = node["os-version"] { results.environment["os_version"] = system }
      // Of the run, in NUnit 2 only.
      if let date = above.first?["date"], let clock = above.first?["time"] {
        results.newestTime = TimeText.parse("\(date)T\(clock)")
      }
    }
  }

  private func append(_ node: XMLNode, _ above: [XMLNode], _ outcome: Outcome) {
    if outcome.isFailure { claims.noteFailure() }
    if node["result"] == nil, outcome == .skipped { listed += 1 }
    let full = node["fullname"] ?? node["name"] ?? ""
    let name = node["name"] ?? full
    let className =
      node["classname"] ?? NUnitReading.className(full, under: above)
      ?? NUnitReading.className(full)
    // NUnit 2 writes the whole name: what the class says already is taken off.
    let short =
      className.isEmpty || !name.hasPrefix(className + ".")
      ? name : String(name.dropFirst(className.count + 1))
    let times = ["end-time", "start-time"].compactMap { node[$0].flatMap(TimeText.parse) }
    if let time = times.max() { results.newestTime = max(results.newestTime ?? time, time) }
    results.append(
      suite: suite(above), className: className, name: short, outcome: outcome,
      duration: (node[durationAttribute] ?? node["time"])?.decimal, detail: detail(node, outcome))
  }

  /// A fixture that failed in its own set-up or tear-down; what failed below it says so itself.
  private func takeSuiteFailure(_ node: XMLNode, _ above: [XMLNode]) {
    guard let suite = above.last, suite.name == "test-suite" else { return }
    let message = node.text(of: "message")?.firstLine
    // NUnit 2 has no site, and tells of a tear-down alone: a set-up that failed fails the tests.
    let isOwn =
      suite["site"].map { $0 == "SetUp" || $0 == "TearDown" }
      ?? (message?.hasPrefix("TearDown") ?? false || message?.hasPrefix("OneTime") ?? false)
    guard isOwn else { return }
    noteSuite(suite, message ?? "failed outside its tests", line: node.line)
  }

  private func noteSuite(_ suite: XMLNode, _ message: String, line: Int) {
    claims.noteFailure()
    let name = suite["fullname"] ?? suite["name"] ?? "a suite"
    results.problems.append(
      ResultProblem(.suiteError, "\(name): \(message)", line: line, isBlocking: true))
  }

  /// An assembly that could not be loaded: it holds no test that would say so.
  private func takeSuiteReason(_ node: XMLNode, _ above: [XMLNode]) {
    guard let suite = above.last, suite.name == "test-suite",
      suite["runstate"] == "NotRunnable" || suite["result"] == "NotRunnable"
        || suite["label"] == "Invalid",
      suite["testcasecount"] == "0" || suite["total"] == "0" || suite["type"] == "Assembly"
    else { return }
    claims.noteFailure()
    let name = suite["name"] ?? suite["fullname"] ?? "an assembly"
    let message = node.text(of: "message")?.firstLine ?? "could not be run"
    results.problems.append(
      ResultProblem(.suiteError, "\(name): \(message)", line: node.line, isBlocking: true))
  }

  /// The assembly alone: namespaces and fixtures are in the class. What stands above assemblies is a
  /// project, which in Unity has the name of the folder that it was checked out into.
  private func suite(_ above: [XMLNode]) -> Int32 {
    let suite = above.last { $0["type"] == "Assembly" } ?? above.first { $0.name == "test-suite" }
    let assembly = suite?["name"] ?? ""
    let file = assembly.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? assembly
    let path = file.isEmpty ? [] : [file]
    if let known = suites[path] { return known }
    let index = Int32(truncatingIfNeeded: results.suites.count)
    results.suites.append(Suite(path: path))
    suites[path] = index
    return index
  }

  /// Up to the fixture that the test stands in: the names of test cases may hold dots.
  private static func className(_ full: String, under above: [XMLNode]) -> String? {
    let fixture = above.last { $0["type"] == "TestFixture" }?["name"]?.nonEmpty
    guard let fixture, let place = full.firstRange(of: fixture + ".") else { return nil }
    let isWord =
      place.lowerBound == full.startIndex
      || full[full.index(before: place.lowerBound)] == "."
    return isWord ? String(full[..<place.upperBound].dropLast()) : nil
  }

  /// What stands before the method: the last dot outside brackets ends it.
  private static func className(_ full: String) -> String {
    var depth = 0
    var dot: String.Index?
    for index in full.indices {
      switch full[index] {
      case "(", "<": depth += 1
      case ")", ">": depth -= 1
      case "." where depth == 0: dot = index
      default: break
      }
    }
    return dot.map { String(full[..<$0]) } ?? ""
  }

  private func detail(_ node: XMLNode, _ outcome: Outcome) -> TestDetail? {
    guard outcome != .passed else { return nil }
    let failure = node.child("failure")
    let message =
      failure?.text(of: "message") ?? node.descendant("reason", "message")?.text.nonEmpty
    let stack = failure?.text(of: "stack-trace")
    var detail = TestDetail(
      message: message?.firstLine ?? node["label"]?.nonEmpty,
      text: [message, stack].compactMap(\.self).joined(separator: "\n").nonEmpty)
    if outcome.isFailure {
      detail.output = node.text(of: "output").map { String($0.suffix(4096)) }
      (detail.file, detail.line) = stack.map(DotNetStack.place) ?? (nil, nil)
    }
    return detail
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    for suite in claims.finish() {
      let name = suite["fullname"] ?? suite["name"] ?? "the run"
      results.problems.append(
        ResultProblem(
          .suiteError, "\(name): failed, and none of its tests did", line: suite.line,
          isBlocking: true))
    }
    if listed > 0 {
      results.problems.append(
        ResultProblem(
          .planMismatch, "\(listed) tests are listed without a result", isBlocking: true))
    }
    results.problems += repairs
    return results
  }
}
