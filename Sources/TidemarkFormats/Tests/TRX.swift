package import TidemarkModel
private import TidemarkSyntax

/// Visual Studio test results, 2006 and 2010 namespaces.
package enum TRX: Format {
  package static let name = "trx"
  package static let producers = "dotnet test, vstest.console, MSTest, Microsoft.Testing.Platform"
  package static let specification =
    "https://github.com/microsoft/vstest/blob/main/src/Microsoft.TestPlatform.Extensions.TrxLogger"
  package static let kept =
    "Each result with outcome, duration, message, stack trace; the class from the test's definition; of data-driven "
    + "and ordered tests the inner results, with their row. Errors of the run itself are problems, and so is a run "
    + "or a test that failed although nothing in it did."
  package static let dropped = "Counters, test lists, deployment items, attachments."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.rootElement == "TestRun" else { return .no }
    // CppUnit has the same root, with other elements below it and no namespace.
    let marks =
      head.contains("TeamTest/20") || head.contains("UnitTestResult")
      || head.contains("<TestSettings") || head.contains("<ResultSummary")
    return marks ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = TRXReading()
    let reader = try XMLNode.forEach(TRXReading.records, in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class TRXReading {
  static let records: Set<String> = [
    "UnitTestResult", "WebTestResult", "ManualTestResult", "GenericTestResult", "LoadTestResult",
    "TestResultAggregation", "UnitTest", "CodedWebTest", "OrderedTest", "ResultSummary", "Times",
  ]

  private var results = Results()
  private var found: [XMLNode] = []
  private var classes: [String: String] = [:]
  private var summary: XMLNode?

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    switch node.name {
    case "UnitTest", "CodedWebTest", "OrderedTest":
      let method = node.child("TestMethod")?["className"] ?? node.child("WebTestClass")?["class"]
      if let id = node["id"], let method { classes[id] = TRXReading.withoutAssembly(method) }
    case "ResultSummary": summary = node
    case "Times":
      let times = ["finish", "start"].compactMap { node[$0].flatMap(TimeText.parse) }
      results.newestTime = times.max()
    default: found.append(node)
    }
  }

  /// The assembly's name may follow behind a comma; types in brackets have theirs too.
  private static func withoutAssembly(_ name: String) -> String {
    var depth = 0
    let end = name.firstIndex { character in
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      return character == "," && depth <= 0
    }
    return String(name[..<(end ?? name.endIndex)])
  }

  private func takeRunInfo(_ node: XMLNode, _ hasFailure: Bool) {
    guard let text = (node.text(of: "Text") ?? node.text).firstLine else { return }
    if TRXReading.isEcho(text), hasFailure { return }
    let isError = node["outcome"] == "Error" || node["outcome"] == "Failed"
    results.problems.append(
      ResultProblem(.outsideError, text, line: node.line, isBlocking: isError))
  }

  /// What failed tests say of themselves: xUnit.net's adapter writes each into the log as an error,
  /// Microsoft.Testing.Platform that its exit code 2 means that some failed.
  private static func isEcho(_ text: String) -> Bool {
    (text.hasPrefix("[xUnit.net") && text.hasSuffix("[FAIL]"))
      || text.hasPrefix("Exit code indicates failure: '2'")
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    for node in found { append(node, as: nil) }
    if let summary {
      let hasFailure = results.tests.contains(where: \.outcome.isFailure)
      for info in summary.child("RunInfos")?.children("RunInfo") ?? [] {
        takeRunInfo(info, hasFailure)
      }
      takeOutcome(of: summary, hasFailure)
    }
    results.problems += repairs
    return results
  }

  /// A run that broke off says so here, and its tests may all have passed before.
  private func takeOutcome(of summary: XMLNode, _ hasFailure: Bool) {
    guard let outcome = summary["outcome"],
      ["Failed", "Aborted", "Error", "Timeout", "Disconnected"].contains(outcome), !hasFailure,
      !results.problems.contains(where: \.isBlocking)
    else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, "the run ended as \(outcome) without a failed test", line: summary.line,
        isBlocking: true))
  }

  private func append(_ node: XMLNode, as parent: XMLNode?) {
    let inner = node.child("InnerResults")?.children ?? []
    let outcome = TRXReading.outcome(node["outcome"])
    if !inner.isEmpty {
      let before = (tests: results.tests.count, problems: results.problems.count)
      for result in inner { append(result, as: node) }
      let isTold =
        results.tests[before.tests...].contains(where: \.outcome.isFailure)
        || results.problems.count > before.problems
      if outcome.isFailure, !isTold { noteSum(node, outcome) }
      return
    }
    let id = node["testId"] ?? parent?["testId"] ?? ""
    let className = classes[id] ?? ""
    let full = node["testName"] ?? parent?["testName"] ?? ""
    // xUnit.net's adapter writes the class into the name too.
    let isInClass = !className.isEmpty && full.hasPrefix(className + ".")
    var found = detail(node, outcome)
    // The rows of one test have one name, and come in any order.
    if let row = node["dataRowInfo"] {
      found = found ?? TestDetail()
      found?.parameters = "row \(row)"
    }
    results.append(
      className: className,
      name: isInClass ? String(full.dropFirst(className.count + 1)) : full, outcome: outcome,
      duration: node["duration"].flatMap(TRXReading.seconds), detail: found)
  }

  /// A test that holds others and failed although they did not: its clean-up, or what never ran.
  private func noteSum(_ node: XMLNode, _ outcome: Outcome) {
    let message = detail(node, outcome)?.message ?? "failed, and nothing in it did"
    results.problems.append(
      ResultProblem(
        .suiteError, "\(node["testName"] ?? "a test"): \(message)", line: node.line,
        isBlocking: true))
  }

  /// The outcomes of the schema `vstst.xsd`; one that is missing stands for its default, Error. A
  /// test that never came to its end is no skipped one.
  private static func outcome(_ text: String?) -> Outcome {
    switch text {
    case "Passed", "Completed", "Warning", "PassedButRunAborted": .passed
    case "Failed": .failed
    case "NotExecuted", "Inconclusive", "NotRunnable", "Pending": .skipped
    // No words of the schema: reporters of other languages write them.
    case "Skipped", "Ignored": .skipped
    default: .errored
    }
  }

  private func detail(_ node: XMLNode, _ outcome: Outcome) -> TestDetail? {
    guard outcome != .passed else { return nil }
    let output = node.child("Output")
    let error = output?.child("ErrorInfo")
    let message = error?.text(of: "Message")
    let stack = error?.text(of: "StackTrace")
    var detail = TestDetail(
      message: (message ?? output?.text(of: "StdOut").flatMap { outcome == .skipped ? $0 : nil })?
        .firstLine,
      text: [message, stack].compactMap(\.self).joined(separator: "\n").nonEmpty)
    if outcome.isFailure {
      detail.output = output?.text(of: "StdOut").map { String($0.suffix(4096)) }
      (detail.file, detail.line) = stack.map(DotNetStack.place) ?? (nil, nil)
    }
    return detail
  }

  /// `hh:mm:ss.fffffff` or `d.hh:mm:ss.fffffff`, .NET's constant form of a time span.
  private static func seconds(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 3, let minutes = Double(parts[1]),
      let seconds = String(parts[2]).decimal
    else { return nil }
    let leading = parts[0].split(separator: ".")
    guard let hours = leading.last.flatMap({ Double($0) }), leading.count <= 2 else { return nil }
    let days = leading.count == 2 ? Double(leading[0]) ?? .nan : 0
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
  }
}
