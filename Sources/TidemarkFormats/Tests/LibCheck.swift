package import TidemarkModel
private import TidemarkSyntax

/// The XML log of Check, the unit test framework for C.
package enum LibCheck: Format {
  package static let name = "check"
  package static let producers = "Check (srunner_set_xml, CK_XML_LOG_FILE_NAME)"
  package static let specification =
    "https://libcheck.github.io/check/doc/check_html/check_4.html#XML-Logging"
  package static let kept =
    "Each test with suite, test case, result, message and place, its duration where there is one; the iteration of loop tests as parameter."
  package static let dropped = "The duration of the whole run."

  package static func recognises(_ head: Head) -> Recognition {
    // JUnit's root too, which has no <suite> below it.
    guard head.rootElement == "testsuites" else { return .no }
    let isOurs =
      head.contains("http://check.sourceforge.net/ns")
      || (head.contains("<suite>") && head.contains("<test result="))
    return isOurs ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = LibCheckReading()
    let reader = try XMLNode.forEach(["test", "title", "datetime"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class LibCheckReading {
  private var results = Results()
  private var suites = SuiteTable()
  private var title = ""

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    switch node.name {
    case "title": title = node.text
    case "datetime":
      if let time = TimeText.parse(node.text) {
        results.newestTime = max(results.newestTime ?? time, time)
      }
    default: append(node)
    }
  }

  private func append(_ node: XMLNode) {
    let outcome: Outcome =
      switch node["result"] {
      case "success": .passed
      case "failure": .failed
      default: .errored
      }
    let iteration = node.text(of: "iteration").flatMap { $0 == "0" ? nil : $0 }
    results.append(
      suite: suites.number([title], in: &results), className: node.text(of: "description") ?? "",
      name: node.text(of: "id") ?? "", outcome: outcome,
      duration: node.text(of: "duration")?.decimal, detail: detail(node, outcome, iteration))
  }

  private func detail(_ node: XMLNode, _ outcome: Outcome, _ iteration: String?) -> TestDetail? {
    guard outcome != .passed || iteration != nil else { return nil }
    var detail = TestDetail()
    if outcome != .passed {
      detail = TestDetail(message: nil, trace: node.text(of: "message"))
      (detail.file, detail.line) = place(node)
    }
    detail.parameters = iteration.map { "iteration \($0)" }
    return detail
  }

  /// `<fn>` is file and line, `<path>` the folder.
  private func place(_ node: XMLNode) -> (String?, Int?) {
    guard let text = node.text(of: "fn"), let colon = text.lastIndex(of: ":") else {
      return (nil, nil)
    }
    let folder = node.text(of: "path").flatMap { $0 == "." ? nil : $0 }
    let file = String(text[..<colon])
    let line = Int(text[text.index(after: colon)...]).flatMap { $0 > 0 ? $0 : nil }
    return (folder.map { "\($0)/\(file)" } ?? file, line)
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.problems += repairs
    return results
  }
}
