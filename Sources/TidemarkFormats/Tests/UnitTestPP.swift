package import TidemarkModel

/// UnitTest++'s `XmlTestReporter`.
package enum UnitTestPP: Format {
  package static let name = "unittestpp"
  package static let producers = "UnitTest++ (XmlTestReporter)"
  package static let specification =
    "https://github.com/unittest-cpp/unittest-cpp/blob/master/UnitTest++/XmlTestReporter.cpp"
  package static let kept =
    "Each test with suite, time, the messages and the place of its failures. A summary that counts more failed tests than there are is a problem."
  package static let dropped = "The time of the whole run."

  package static func recognises(_ head: Head) -> Recognition {
    head.rootElement == "unittest-results" ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = UnitTestPPReading()
    let reader = try XMLNode.forEach(["test"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class UnitTestPPReading {
  private var results = Results()
  private var suites = SuiteTable()
  private var claimedFailures: Int?

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    claimedFailures = above.first?["failedtests"].flatMap { Int($0) } ?? claimedFailures
    let failures = node.children("failure")
    results.append(
      suite: suites.number([node["suite"] ?? ""], in: &results), name: node["name"] ?? "",
      outcome: failures.isEmpty ? .passed : .failed, duration: node["time"]?.decimal,
      detail: detail(failures))
  }

  private func detail(_ failures: [XMLNode]) -> TestDetail? {
    guard let first = failures.first else { return nil }
    let messages = failures.map { $0["message"] ?? $0.text }
    var detail = TestDetail(message: nil, trace: messages.joined(separator: "\n"))
    let (file, line, rest) = UnitTestPPReading.place(first["message"] ?? first.text)
    (detail.file, detail.line) = (file, line)
    detail.message = rest.firstLine ?? detail.message
    return detail
  }

  /// `file(line) : message`.
  private static func place(_ message: String) -> (String?, Int?, String) {
    guard let mark = message.firstRange(of: ") : "),
      let open = message[..<mark.lowerBound].lastIndex(of: "("),
      let line = Int(message[message.index(after: open)..<mark.lowerBound])
    else { return (nil, nil, message) }
    return (String(message[..<open]), line, String(message[mark.upperBound...]))
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.checkFailures(claimed: claimedFailures)
    results.problems += repairs
    return results
  }
}
