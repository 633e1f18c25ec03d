package import TidemarkModel
private import TidemarkSyntax

/// TestNG's own results (`testng-results.xml`).
package enum TestNG: Format {
  package static let name = "testng"
  package static let producers = "TestNG (testng-results.xml), also through Surefire and Gradle"
  package static let specification = "https://testng.org/#_xml_reports"
  package static let kept =
    "Each test method with status, duration, exception and parameters, under suite and test."
  package static let dropped =
    "Configuration methods that pass (`is-config`), groups, reporter output, totals."

  package static func recognises(_ head: Head) -> Recognition {
    head.rootElement == "testng-results" ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = TestNGReading()
    let reader = try XMLNode.forEach(["test-method"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class TestNGReading {
  private var results = Results()
  private var suites: [[String]: Int32] = [:]

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    let exception = node.child("exception")
    let message = exception?.text(of: "message")
    let stack = exception?.text(of: "full-stacktrace")
    let isFailure = node["status"] == "FAIL"
    if let time = node["finished-at"].flatMap(TimeText.parse) {
      results.newestTime = max(results.newestTime ?? time, time)
    }
    if node["is-config"] == "true" {
      guard isFailure else { return }
      let what = message?.firstLine ?? exception?["class"] ?? "failed"
      results.problems.append(
        ResultProblem(
          .suiteError, "\(node["name"] ?? "a configuration method"): \(what)", line: node.line,
          isBlocking: true))
      return
    }
    let outcome = outcome(node, exception)
    var detail = TestDetail(
      message: message?.firstLine ?? exception?["class"],
      text: stack ?? message, type: exception?["class"])
    detail.parameters = parameters(node)
    let isPlain = outcome == .passed && detail.parameters == nil
    results.append(
      suite: suite(above), className: above.last { $0.name == "class" }?["name"] ?? "",
      name: node["name"] ?? "", outcome: outcome,
      duration: node["duration-ms"]?.decimal.map { $0 / 1000 }, detail: isPlain ? nil : detail)
  }

  /// An assertion's exception is a failure, any other one an error only where TestNG says no more
  /// than FAIL: it makes no difference itself, so neither do we.
  private func outcome(_ node: XMLNode, _ exception: XMLNode?) -> Outcome {
    switch node["status"] {
    case "PASS", "SUCCESS_PERCENTAGE_FAILURE": .passed
    case "SKIP": .skipped
    default: .failed
    }
  }

  private func parameters(_ node: XMLNode) -> String? {
    let values = node.child("params")?.children("param") ?? []
    guard !values.isEmpty else { return nil }
    return values.map { $0.text(of: "value") ?? "" }.joined(separator: ", ")
  }

  private func suite(_ above: [XMLNode]) -> Int32 {
    let path = above.filter { $0.name == "suite" || $0.name == "test" }.compactMap { $0["name"] }
    if let known = suites[path] { return known }
    let index = Int32(truncatingIfNeeded: results.suites.count)
    results.suites.append(Suite(path: path))
    suites[path] = index
    return index
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.problems += repairs
    return results
  }
}
