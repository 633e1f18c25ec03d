package import TidemarkModel

/// CTest's `Test.xml`, as it is sent to CDash.
package enum CTest: Format {
  package static let name = "ctest"
  package static let producers = "ctest -T Test (Testing/*/Test.xml), ctest_test() in scripts"
  package static let specification =
    "https://cmake.org/cmake/help/latest/manual/ctest.1.html#ctest-test-step"
  package static let kept = """
    Each test with its folder, status, execution time, exit code and output. A test whose program or \
    files are missing is a problem besides, and so are listed tests that did not run.
    """
  package static let dropped =
    "Own measurements, labels, attached files, command lines; output that is stored compressed."

  package static func recognises(_ head: Head) -> Recognition {
    head.rootElement == "Site" && head.contains("<Testing") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = CTestReading()
    let reader = try XMLNode.forEach(CTestReading.records, in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class CTestReading {
  static let records: Set<String> = ["Test", "StartTestTime", "EndTestTime"]

  private var results = Results()
  private var suites = SuiteTable()
  private var listed = 0

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    if node.name != "Test" { return takeTime(node) }
    guard above.last?.name == "Testing" else {
      if above.last?.name == "TestList" { listed += 1 }
      return
    }
    if let site = above.first { takeFacts(site) }
    let values = measurements(node)
    let status = node["Status"] ?? ""
    let outcome = CTestReading.outcome(status)
    let name = node.text(of: "Name") ?? node.text(of: "FullName") ?? ""
    let path = node.text(of: "Path")?.split(separator: "/").map(String.init) ?? []
    results.append(
      suite: suites.number(path.filter { $0 != "." }, in: &results), name: name, outcome: outcome,
      duration: values["Execution Time"]?.decimal, detail: detail(node, outcome, values))
    let completion = values["Completion Status"] ?? "Not Run"
    if outcome == .skipped, isFault(completion, node) {
      results.problems.append(
        ResultProblem(
          .buildFailed, "\(name): \(output(node)?.firstLine ?? completion)", line: node.line,
          isBlocking: true))
    }
  }

  private func takeTime(_ node: XMLNode) {
    guard let seconds = node.text.decimal, seconds > 0, seconds < 253_402_300_800 else { return }
    let time = Timestamp(millisecondsSince1970: Int64(seconds * 1000))
    results.newestTime = max(results.newestTime ?? time, time)
  }

  private func takeFacts(_ site: XMLNode) {
    guard results.environment.isEmpty else { return }
    let facts = [
      ("OSName", "os"), ("OSRelease", "os_version"), ("OSPlatform", "arch"),
      ("NumberOfLogicalCPU", "cpus"), ("Generator", "generator"),
    ]
    for (attribute, fact) in facts {
      if let value = site[attribute]?.nonEmpty, value != "0" { results.environment[fact] = value }
    }
  }

  /// `notrun` is a test that was skipped or disabled, and one that could not be started.
  private static func outcome(_ status: String) -> Outcome {
    switch status.lowercased() {
    case "passed": .passed
    case "failed": .failed
    case "notrun", "skipped", "disabled": .skipped
    default: .errored
    }
  }

  /// Whether a test that did not run was meant to: what CTest itself counts as a failure.
  private func isFault(_ completion: String, _ node: XMLNode) -> Bool {
    let text = completion.lowercased()
    if text.hasPrefix("skip") || text == "disabled" || text == "completed" { return false }
    // Old versions say no more than this, or nothing, and the output tells what is missing.
    if text == "not run" { return output(node)?.hasPrefix("Unable to find") ?? false }
    // A test that ran and skipped itself may have said why (`<CTestDetails>`).
    return CTestReading.faults.contains(text) || node.text(of: "FullCommandLine") == nil
  }

  /// https://gitlab.kitware.com/cmake/cmake/-/blob/master/Source/CTest/cmCTestRunTest.cxx
  private static let faults: Set<String> = [
    "unable to find executable", "required files missing", "fixture dependency failed",
    "failed to start", "missing configuration", "insufficient resources",
    "invalid resource spec file", "invalid resource groups",
  ]

  private func measurements(_ node: XMLNode) -> [String: String] {
    var values: [String: String] = [:]
    // A test's own come first: CTest's stand behind them.
    for measurement in node.child("Results")?.children("NamedMeasurement") ?? [] {
      if let name = measurement["name"] { values[name] = measurement.text(of: "Value") }
    }
    return values
  }

  /// What the test wrote; nil where it is compressed.
  private func output(_ node: XMLNode) -> String? {
    let value = node.descendant("Results", "Measurement", "Value")
    guard let value, value["compression"] == nil, value["encoding"] == nil else { return nil }
    return TestDetail.kept(value.text)
  }

  private func detail(
    _ node: XMLNode, _ outcome: Outcome, _ values: [String: String]
  ) -> TestDetail? {
    guard outcome != .passed else { return nil }
    let output = output(node)
    if outcome == .skipped {
      return TestDetail(message: values["Completion Status"] ?? output?.firstLine)
    }
    let code = values["Exit Code"] ?? values["Completion Status"] ?? node["Status"]
    let value = values["Exit Value"].map { " (exit value \($0))" } ?? ""
    var detail = TestDetail(
      message: code.map { $0 + value }, text: output, type: values["Exit Code"])
    detail.output = output.flatMap(TestDetail.tail)
    return detail
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    if listed > results.tests.count {
      results.problems.append(
        ResultProblem(
          .planMismatch, "\(listed) tests are listed, \(results.tests.count) were run",
          isBlocking: true))
    }
    results.problems += repairs
    return results
  }
}
