package import TidemarkModel
private import TidemarkSyntax

/// xUnit.net results: versions 2 and 3 (`<assemblies>`), and 1 (`<assembly>` with classes).
package enum XUnit: Format {
  package static let name = "xunit"
  package static let producers =
    "xunit.console, xunit.v3 runners, dotnet test with XunitXml.TestLogger"
  package static let specification = "https://xunit.net/docs/format-xml-v2"
  package static let kept =
    "Each test with result, time, message, stack trace or reason, under its assembly; errors outside tests are problems."
  package static let dropped = "Traits, totals, collections' names."

  package static func recognises(_ head: Head) -> Recognition {
    guard let root = head.rootElement, root == "assemblies" || root == "assembly" else {
      return .no
    }
    // Maven's plug-in for archives has descriptions with the root <assembly>.
    let isOurs =
      root == "assemblies" || head.contains("test-framework") || head.contains("<collection")
      || (head.contains("<class") && head.contains("<test "))
    return isOurs ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = XUnitReading()
    let reader = try XMLNode.forEach(["test", "error", "failure"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class XUnitReading {
  private var results = Results()
  private var suites: [String: Int32] = [:]

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    let assembly = above.last { $0.name == "assembly" }
    if let date = assembly?["run-date"], let time = assembly?["run-time"],
      let moment = TimeText.parse("\(date)T\(time)")
    {
      results.newestTime = max(results.newestTime ?? moment, moment)
    }
    guard node.name == "test" else {
      // Version 1 writes a fixture's failure directly into its class.
      let failure = node.name == "failure" ? node : node.child("failure")
      let place = node["name"] ?? above.last { $0.name == "class" }?["name"]
      let message =
        failure?.text(of: "message")?.firstLine ?? place ?? "an error outside tests"
      results.problems.append(
        ResultProblem(.outsideError, message, line: node.line, isBlocking: true))
      return
    }
    let className = node["type"] ?? ""
    let name = node["name"] ?? node["method"] ?? ""
    let isInClass = !className.isEmpty && name.hasPrefix(className + ".")
    let outcome = XUnitReading.outcome(node)
    results.append(
      suite: suite(assembly?["name"] ?? ""), className: className,
      name: isInClass ? String(name.dropFirst(className.count + 1)) : name, outcome: outcome,
      duration: node["time"]?.decimal, detail: detail(node, outcome))
  }

  private static func outcome(_ node: XMLNode) -> Outcome {
    switch node["result"] {
    case "Pass": .passed
    case "Skip", "NotRun": .skipped
    default: .failed
    }
  }

  private func suite(_ assembly: String) -> Int32 {
    if let known = suites[assembly] { return known }
    let file = assembly.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? assembly
    let index = Int32(truncatingIfNeeded: results.suites.count)
    results.suites.append(Suite(path: file.isEmpty ? [] : [file]))
    suites[assembly] = index
    return index
  }

  private func detail(_ node: XMLNode, _ outcome: Outcome) -> TestDetail? {
    guard outcome != .passed else { return nil }
    let failure = node.child("failure")
    // Version 1 has the reason's text in a `<message>`.
    let reason = node.descendant("reason", "message")?.text.nonEmpty ?? node.text(of: "reason")
    let message = failure?.text(of: "message") ?? reason
    let stack = failure?.text(of: "stack-trace")
    var detail = TestDetail(
      message: message?.firstLine,
      text: [message, stack].compactMap(\.self).joined(separator: "\n").nonEmpty,
      type: failure?["exception-type"])
    if outcome.isFailure {
      detail.output = node.text(of: "output").map { String($0.suffix(4096)) }
      detail.file = node["source-file"]
      detail.line = node["source-line"].flatMap { Int($0) }
      if detail.file == nil {
        (detail.file, detail.line) = stack.map(DotNetStack.place) ?? (nil, nil)
      }
    }
    return detail
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.problems += repairs
    return results
  }
}
