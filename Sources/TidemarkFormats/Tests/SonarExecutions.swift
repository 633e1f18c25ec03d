package import TidemarkModel

/// SonarQube's generic test execution report.
package enum SonarExecutions: Format {
  package static let name = "sonar"
  package static let producers =
    "Catch2 (--reporter sonarqube), jest-sonar-reporter, sonar.testExecutionReportPaths converters"
  package static let specification =
    "https://docs.sonarsource.com/sonarqube-server/analyzing-source-code/test-coverage/generic-test-data"
  package static let kept =
    "Each test case under its file with duration, failure, error or skip, message and text."
  package static let dropped = "Nothing but what the format does not define."

  package static func recognises(_ head: Head) -> Recognition {
    switch head.rootElement {
    case "testExecutions": .yes
    // The root of the generic test data plug-in, before it came with SonarQube.
    case "unitTest": head.contains("<file") ? .yes : .no
    default: .no
    }
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = SonarReading()
    let reader = try XMLNode.forEach(["testCase"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class SonarReading {
  private var results = Results()
  private var suites = SuiteTable()

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    let path = above.last { $0.name == "file" }?["path"] ?? ""
    let kinds: [(String, Outcome)] = [
      ("error", .errored), ("failure", .failed), ("skipped", .skipped),
    ]
    var outcome = Outcome.passed
    var detail: TestDetail?
    if let (kind, found) = kinds.first(where: { node.child($0.0) != nil }) {
      outcome = found
      let all = node.children(kind)
      let texts = all.compactMap { $0.text.nonEmpty ?? $0["message"] }
      var told = TestDetail(message: all.first?["message"], trace: texts.joined(separator: "\n"))
      told.file = path.nonEmpty
      detail = told
    }
    results.append(
      suite: suites.number([path], in: &results), name: node["name"] ?? "", outcome: outcome,
      // Milliseconds.
      duration: node["duration"]?.decimal.map { $0 / 1000 }, detail: detail)
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.problems += repairs
    return results
  }
}
