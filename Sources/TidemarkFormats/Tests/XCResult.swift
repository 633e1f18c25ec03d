package import TidemarkModel
private import TidemarkSyntax

/// What `xcresulttool` writes of a result bundle's tests, as JSON: the tree of test nodes of Xcode 16
/// and later, and the object graph of before.
package enum XCResult: Format {
  package static let name = "xcresult"
  package static let producers = """
    xcresulttool (get test-results tests; get --format json --id of the tests, Xcode 15 and before)
    """
  package static let specification =
    "https://developer.apple.com/documentation/xcode-release-notes/xcode-16-release-notes"
  package static let kept = """
    Every test case with its bundle and suites, result, time, tags' and arguments' failures; its \
    repetitions as attempts; the device's system as facts, and as a label where there are several.
    """
  package static let dropped =
    "Activities, attachments, coverage, logs, performance metrics, bundles."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.kind("testNodes") == .array {
      return json.has("testNodes[].nodeType") || json.has("devices") ? .yes : .no
    }
    return json.string("_type._name") == "ActionTestPlanRunSummaries" ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      if let nodes = root["testNodes"], nodes.isArray {
        var tree = TestTree(devices: root.list("devices"))
        tree.read(nodes, into: &results)
      } else if let summaries = root["summaries"], summaries["_values"] != nil {
        var graph = ObjectGraph()
        graph.read(summaries, into: &results)
      } else {
        throw Problem("has neither `testNodes` nor `summaries`")
      }
    }
  }

  fileprivate static func outcome(_ result: String) -> Outcome {
    switch result {
    // An expected failure is what its author wrote down: no alarm.
    case "Passed", "Success", "Expected Failure": .passed
    case "Failed", "Failure": .failed
    case "Skipped": .skipped
    default: .errored
    }
  }
}

/// The tree of nodes: test plan, bundle, suites, test case, and below it devices, configurations,
/// arguments and repetitions.
private struct TestTree {
  private var suites = SuiteTable()

  init(devices: [JSONValue]) { self.devices = devices }

  private let devices: [JSONValue]

  mutating func read(_ nodes: JSONValue, into results: inout Results) {
    if devices.count == 1, let device = devices.first {
      results.environment["os"] = device["platform"]?.string
      results.environment["os_version"] = device["osVersion"]?.string
      results.environment["device"] = device["modelName"]?.string
    }
    for node in nodes.elements { walk(node, path: [], into: &results) }
    let isTold =
      results.problems.contains(where: \.isBlocking)
      || results.tests.contains { $0.outcome.isFailure }
    if !isTold, nodes.elements.contains(where: { $0["result"]?.string == "Failed" }) {
      results.problems.append(
        ResultProblem(
          .outsideError, "the run says that it failed, and no test of it does", isBlocking: true))
    }
  }

  private mutating func walk(_ node: JSONValue, path: [String], into results: inout Results) {
    let kind = node["nodeType"]?.string ?? ""
    let name = node["name"]?.string ?? ""
    switch kind {
    case "Test Case": append(node, name: name, path: path, into: &results)
    // The plan is a setting of the run and no part of a test's place in the code.
    case "Test Plan": walkChildren(of: node, path: path, into: &results)
    case "Failure Message":
      results.problems.append(
        ResultProblem(
          .suiteError, "\(path.last.map { "\($0): " } ?? "")\(name.firstLine ?? name)",
          isBlocking: true))
    default: walkChildren(of: node, path: path + [name], into: &results)
    }
  }

  private mutating func walkChildren(
    of node: JSONValue, path: [String], into results: inout Results
  ) {
    guard path.count < 64 else { return }
    for child in node.list("children") { walk(child, path: path, into: &results) }
  }

  private mutating func append(
    _ node: JSONValue, name: String, path: [String], into results: inout Results
  ) {
    let outcome = XCResult.outcome(node["result"]?.string ?? "")
    let suite = suites.number(path, in: &results)
    results.append(
      suite: suite, name: name, outcome: outcome, duration: TestTree.duration(of: node),
      detail: detail(of: node, outcome: outcome))
  }

  /// `durationInSeconds` since Xcode 26; before it a text in the machine's language of numbers:
  /// `0,012s`, `1m 5s`.
  private static func duration(of node: JSONValue) -> Double? {
    if let seconds = node["durationInSeconds"]?.double { return seconds }
    guard let text = node["duration"]?.string else { return nil }
    var sum: Double?
    for part in text.split(whereSeparator: \.isWhitespace) {
      let digits = part.prefix { $0.isNumber || $0 == "." || $0 == "," }
      guard let value = String(digits).decimal else { return nil }
      let scale: Double
      switch part[digits.endIndex...] {
      case "s", "sec": scale = 1
      case "ms": scale = 1e-3
      case "m", "min": scale = 60
      case "h", "hr": scale = 3600
      default: return nil
      }
      sum = (sum ?? 0) + value * scale
    }
    return sum
  }

  private func detail(of node: JSONValue, outcome: Outcome) -> TestDetail? {
    let repetitions = TestTree.runs(of: node)
    let isExpected = node["result"]?.string == "Expected Failure"
    guard outcome != .passed || isExpected || repetitions.count > 1 else { return nil }
    let messages = TestTree.messages(below: node, depth: 0)
    var detail = TestDetail(
      message: messages.first?.firstLine ?? node["details"]?.string,
      trace: messages.count > 1 ? messages.joined(separator: "\n") : messages.first)
    detail.isKnownFailure = isExpected
    (detail.file, detail.line) = TestTree.place(messages.first ?? "")
    // The last one is the verdict itself.
    detail.attempts = repetitions.dropLast().prefix(64).map { run in
      Attempt(
        outcome: XCResult.outcome(run["result"]?.string ?? ""),
        duration: TestTree.duration(of: run),
        message: TestTree.messages(below: run, depth: 0).first?.firstLine)
    }
    return detail
  }

  /// The repetitions of a test without arguments. With arguments each has its own; the file does
  /// not tell them apart from one another by time.
  private static func runs(of node: JSONValue) -> [JSONValue] {
    node.list("children").filter {
      let kind = $0["nodeType"]?.text
      return kind.map { $0 == "Repetition" || $0 == "Test Case Run" } ?? false
    }
  }

  private static func messages(below node: JSONValue, depth: Int) -> [String] {
    guard depth < 16 else { return [] }
    var found: [String] = []
    for child in node.list("children") where found.count < 20 {
      if child["nodeType"]?.text.map({ $0 == "Failure Message" }) ?? false {
        if let name = child["name"]?.string, !found.contains(name) { found.append(name) }
      } else {
        let below = messages(below: child, depth: depth + 1)
        found += below.filter { !found.contains($0) }
      }
    }
    return found
  }

  /// `File.swift:12: what was expected`.
  private static func place(_ message: String) -> (String?, Int?) {
    let parts = message.split(separator: ":", maxSplits: 2)
    guard parts.count == 3, let line = Int(parts[1]), line > 0,
      !parts[0].contains(where: \.isWhitespace)
    else { return (nil, nil) }
    return (String(parts[0]), line)
  }
}

/// The object graph: each value is an object with `_value`, each array one with `_values`.
private struct ObjectGraph {
  private var suites = SuiteTable()
  /// Of functions with arguments: their repeats are one argument each.
  private var parameterised = SuiteTable()
  private var labels = Labels()

  mutating func read(_ summaries: JSONValue, into results: inout Results) {
    let configurations = ObjectGraph.values(summaries)
    for summary in configurations {
      // The same tests run once in each configuration of the test plan.
      if configurations.count > 1 {
        labels["configuration"] = ObjectGraph.text(summary["name"])
      }
      for testable in ObjectGraph.values(summary["testableSummaries"]) {
        let bundle = ObjectGraph.text(testable["targetName"]) ?? ObjectGraph.text(testable["name"])
        for failure in ObjectGraph.values(testable["failureSummaries"]) {
          let message = ObjectGraph.text(failure["message"]) ?? "failed outside its tests"
          results.problems.append(
            ResultProblem(
              .suiteError, "\(bundle ?? "a bundle"): \(message.firstLine ?? message)",
              isBlocking: true))
        }
        for group in ObjectGraph.values(testable["tests"]) {
          walk(group, path: [bundle ?? ""], depth: 0, into: &results)
        }
      }
    }
  }

  private mutating func walk(
    _ node: JSONValue, path: [String], depth: Int, into results: inout Results
  ) {
    guard depth < 64 else { return }
    let name = ObjectGraph.text(node["name"]) ?? ""
    if let status = ObjectGraph.text(node["testStatus"]) {
      let outcome = XCResult.outcome(status)
      let isExpected = status == "Expected Failure"
      var detail: TestDetail?
      if outcome != .passed || isExpected {
        detail = TestDetail()
        detail?.isKnownFailure = isExpected
      }
      let suite: Int32
      if name.contains(":") {
        suite = parameterised.number(path, labels: labels, in: &results)
      } else {
        // Xcode tells each repetition as a test of the same name.
        suite = suites.number(path, labels: labels, in: &results)
        if suite >= 0 { results.suites[Int(suite)].repeatsAreAttempts = true }
      }
      results.append(
        suite: suite, name: name, outcome: outcome,
        duration: ObjectGraph.text(node["duration"])?.decimal, detail: detail)
      return
    }
    // `All tests` and `Selected tests` hold the bundle's own group, whose name ends so.
    let isWhole = depth == 0 || name == path.first || name.hasSuffix(".xctest")
    for child in ObjectGraph.values(node["subtests"]) {
      walk(child, path: isWhole ? path : path + [name], depth: depth + 1, into: &results)
    }
  }

  private static func values(_ list: JSONValue?) -> [JSONValue] { list?.list("_values") ?? [] }

  private static func text(_ value: JSONValue?) -> String? { value?["_value"]?.scalarText }
}
