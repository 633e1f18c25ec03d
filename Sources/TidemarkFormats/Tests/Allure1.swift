package import TidemarkModel

/// Allure 1's `*-testsuite.xml`.
package enum Allure1: Format {
  package static let name = "allure1"
  package static let producers =
    "Allure 1 adapters (allure-junit-adaptor, allure-testng-adaptor, …)"
  package static let specification =
    "https://github.com/allure-framework/allure1/blob/master/allure-model/src/main/resources/allure.xsd"
  package static let kept = """
    Each test case with suite, class label, status, time, parameters, message and stack trace; one \
    without a status counts as passed and is a blocking problem.
    """
  package static let dropped = "Steps, attachments, descriptions, further labels."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.rootElement == "test-suite" else { return .no }
    let isOurs = head.contains("model.allure.qatools.yandex.ru") || head.contains("<test-cases")
    return isOurs ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = Allure1Reading()
    let reader = try XMLNode.forEach(["test-case", "name", "title"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class Allure1Reading {
  private var results = Results()
  private var suites = SuiteTable()
  private var suite = ""

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    guard node.name == "test-case" else {
      // The suite's own, which stand before its test cases; the name is what stays the same.
      let isSuites = above.last?.name == "test-suite"
      if isSuites, node.name == "name" || suite.isEmpty { suite = node.text }
      return
    }
    if let time = Allure1Reading.time(node["stop"]) ?? Allure1Reading.time(node["start"]) {
      results.newestTime = max(results.newestTime ?? time, time)
    }
    let name = node.text(of: "name") ?? node.text(of: "title") ?? ""
    let outcome = Allure1Reading.outcome(node["status"])
    let className = node.child("labels")?.children("label").first { $0["name"] == "testClass" }
    results.append(
      suite: suites.number([suite], in: &results), className: className?["value"] ?? "",
      name: name, outcome: outcome, duration: duration(node), detail: detail(node, outcome))
    if node["status"] == nil {
      results.problems.append(
        ResultProblem(
          .unterminated, "\(name.isEmpty ? "a test case" : name): has no status", line: node.line,
          isBlocking: true))
    }
  }

  private static func outcome(_ status: String?) -> Outcome {
    switch status?.lowercased() {
    case nil, "passed": .passed
    case "failed": .failed
    case "canceled", "cancelled", "pending", "skipped": .skipped
    default: .errored
    }
  }

  /// Milliseconds since 1970; 0 stands for none.
  private static func time(_ text: String?) -> Timestamp? {
    guard let value = text.flatMap({ Int64($0) }), value > 0, value < 253_402_300_800_000 else {
      return nil
    }
    return Timestamp(millisecondsSince1970: value)
  }

  private func duration(_ node: XMLNode) -> Double? {
    guard let start = Allure1Reading.time(node["start"]),
      let stop = Allure1Reading.time(node["stop"])
    else { return nil }
    return stop.seconds(since: start)
  }

  private func detail(_ node: XMLNode, _ outcome: Outcome) -> TestDetail? {
    let parameters = parameters(node)
    guard outcome != .passed || parameters != nil else { return nil }
    var detail = TestDetail()
    if outcome != .passed {
      let failure = node.child("failure")
      detail = TestDetail(
        message: failure?.text(of: "message"), trace: failure?.text(of: "stack-trace"))
    }
    detail.parameters = parameters
    return detail
  }

  /// Only arguments: the other kinds are the system's and the environment's.
  private func parameters(_ node: XMLNode) -> String? {
    let all = node.child("parameters")?.children("parameter") ?? []
    let arguments = all.filter { ($0["kind"] ?? "argument") == "argument" }
    let texts = arguments.compactMap { parameter in
      parameter["name"].map { "\($0)=\(parameter["value"] ?? "")" }
    }
    return texts.joined(separator: ", ").nonEmpty
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.problems += repairs
    return results
  }
}
