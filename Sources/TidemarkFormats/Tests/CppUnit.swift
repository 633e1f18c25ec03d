package import TidemarkModel

/// CppUnit's `XmlOutputter`, and writers of its form.
package enum CppUnit: Format {
  package static let name = "cppunit"
  package static let producers = "CppUnit (XmlOutputter), AUnit (AUnit.Reporter.XML), GNATtest"
  package static let specification =
    "https://cppunit.sourceforge.net/doc/cvs/class_xml_outputter.html"
  package static let kept = """
    Each test by the list that it stands in, with failure type, message and place. A summary that \
    counts more failures than the lists hold is a problem.
    """
  package static let dropped =
    "Ids, and what hooks of the outputter add: paths, times, the timed tree, facts of the suite."

  package static func recognises(_ head: Head) -> Recognition {
    // Visual Studio's results have the same root, and none of these below it.
    guard head.rootElement == "TestRun" else { return .no }
    return head.contains("<SuccessfulTests") || head.contains("<FailedTests") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = CppUnitReading()
    let reader = try XMLNode.forEach(["Test", "FailedTest", "Statistics"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class CppUnitReading {
  private var results = Results()
  private var claimedFailures: Int?

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    let list = above.last?.name
    switch (node.name, list) {
    case ("Statistics", "TestRun"):
      let total = node.text(of: "FailuresTotal").flatMap { Int($0) }
      claimedFailures = total.map { $0 &+ (claimedFailures ?? 0) }
    case ("Test", "SuccessfulTests"): append(node, .passed)
    case ("Test", "SkippedTests"): append(node, .skipped)
    case (_, "FailedTests"):
      append(node, node.text(of: "FailureType")?.lowercased() == "error" ? .errored : .failed)
    default: break
    }
  }

  private func append(_ node: XMLNode, _ outcome: Outcome) {
    let full = node.text(of: "Name") ?? ""
    // `Class::method`; parameters may hold colons too.
    let end = full.firstIndex { $0 == "(" || $0 == "<" } ?? full.endIndex
    let mark = full[..<end].ranges(of: "::").last
    let className = mark.map { String(full[..<$0.lowerBound]) } ?? ""
    let name = mark.map { String(full[$0.upperBound...]) } ?? full
    results.append(
      className: className, name: name.isEmpty ? full : name, outcome: outcome,
      detail: detail(node, outcome))
  }

  private func detail(_ node: XMLNode, _ outcome: Outcome) -> TestDetail? {
    guard outcome != .passed else { return nil }
    var detail = TestDetail(message: nil, trace: node.text(of: "Message"))
    detail.type = node.text(of: "FailureType")
    if detail.message == nil { detail.message = detail.type }
    let location = node.child("Location")
    detail.file = location?.text(of: "File")
    detail.line = location?.text(of: "Line").flatMap { Int($0) }
    return detail
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.checkFailures(claimed: claimedFailures)
    results.problems += repairs
    return results
  }
}
