package import TidemarkModel

/// Catch2's XML reporter, version 1 to 3, and the tables of benchmarks that its console reporter
/// prints (``Catch2Text``).
package enum Catch2: Format {
  package static let name = "catch2"
  package static let producers =
    "Catch2 and Catch (--reporter xml; of the console's text its benchmarks)"
  package static let specification =
    "https://github.com/catchorg/Catch2/blob/devel/src/catch2/reporters/catch_reporter_xml.cpp"
  package static let kept = """
    Each test case with its overall result, duration, the expressions, exceptions and messages of its \
    failures; each benchmark's mean with standard error and number of samples. A benchmark that failed \
    is a problem, and so is a summary that counts more failed test cases.
    """
  package static let dropped =
    "Sections as tests of their own, tags, assertions that pass, outliers, confidence bounds."

  package static func recognises(_ head: Head) -> Recognition {
    if head.firstInk != UInt8(ascii: "<") {
      let hasTable =
        head.contains("benchmark name ") && head.lines.contains(where: Catch2Text.isHead)
      return hasTable && head.contains("std dev") ? .yes : .no
    }
    return switch head.rootElement {
    case "Catch2TestRun": .yes
    case "Catch": head.contains("<Group") || head.contains("<TestCase") ? .yes : .no
    default: .no
    }
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let head = Head(raw: try file.prefix(Head.limit), isWhole: false)
    if head.firstInk != UInt8(ascii: "<") { return try Catch2Text.read(file) }
    let reading = Catch2Reading()
    let reader = try XMLNode.forEach(Catch2Reading.records, in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class Catch2Reading {
  // Not `TestCase`: with `-s` every assertion stands in it.
  static let records: Set<String> = [
    "OverallResult", "OverallResultsCases", "BenchmarkResults", "Expression", "Exception",
    "FatalErrorCondition", "Failure", "Skip",
  ]
  /// More failures than these of one test case say nothing new.
  private static let findingLimit = 100

  /// What says why, with the names of the sections that it stands in.
  private struct Finding {
    var node: XMLNode
    var sections: [String]
  }

  /// The test case that was begun.
  private struct Open {
    var node: XMLNode
    var path: [String]
    var failures: [Finding] = []
    var skips: [Finding] = []
  }

  private var results = Results()
  private var suites = SuiteTable()
  private var open: Open?
  private var claimedFailures: Int?

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    guard let index = above.lastIndex(where: { $0.name == "TestCase" }) else {
      // Not a group's totals: they count the same again.
      if node.name == "OverallResultsCases", above.count == 1,
        let failures = node["failures"].flatMap({ Int($0) })
      {
        claimedFailures = failures &+ (claimedFailures ?? 0)
      }
      return
    }
    begin(above[index], under: above[..<index])
    let sections = above[(index + 1)...].map { $0["name"] ?? "" }
    switch node.name {
    case "OverallResult": if sections.isEmpty { end(with: node) }
    case "BenchmarkResults": take(node, [above[index]["name"] ?? ""] + sections)
    case "Skip":
      if open?.skips.isEmpty ?? false {
        open?.skips.append(Finding(node: node, sections: sections))
      }
    case _ where node["success"] == "true": break
    default:
      if open.map({ $0.failures.count < Catch2Reading.findingLimit }) ?? false {
        open?.failures.append(Finding(node: node, sections: sections))
      }
    }
  }

  private func begin(_ test: XMLNode, under above: ArraySlice<XMLNode>) {
    if let open, open.node.line != test.line || open.node["name"] != test["name"] { end(with: nil) }
    guard open == nil else { return }
    var path: [String] = []
    for part in above.compactMap({ $0["name"] }) where path.last != part { path.append(part) }
    open = Open(node: test, path: path)
  }

  private func end(with result: XMLNode?) {
    guard let found = open else { return }
    open = nil
    let name = found.node["name"] ?? ""
    let outcome = Catch2Reading.outcome(result)
    results.append(
      suite: suites.number(found.path, in: &results), name: name, outcome: outcome,
      duration: result?["durationInSeconds"]?.decimal, detail: detail(found, outcome, result))
    if result == nil {
      results.problems.append(
        ResultProblem(
          .unterminated, "\(name): has no result", line: found.node.line, isBlocking: true))
    }
  }

  /// A test case of which some part was skipped and no part failed is skipped.
  private static func outcome(_ result: XMLNode?) -> Outcome {
    guard let result else { return .errored }
    guard result["success"] == "true" else { return .failed }
    return (result["skips"].flatMap { Int($0) } ?? 0) > 0 ? .skipped : .passed
  }

  // MARK: Failures

  private func detail(_ open: Open, _ outcome: Outcome, _ result: XMLNode?) -> TestDetail? {
    guard outcome != .passed else { return nil }
    let found = outcome == .skipped ? open.skips : open.failures
    guard let first = found.first else {
      let mustFail = open.node["tags"]?.contains("[!shouldfail]") ?? false
      return mustFail ? TestDetail(message: "did not fail, as it should") : nil
    }
    var detail = TestDetail(
      message: nil, trace: found.map(Catch2Reading.describe).joined(separator: "\n"))
    detail.message = Catch2Reading.say(first.node).firstLine ?? detail.message
    detail.file = first.node["filename"] ?? open.node["filename"]
    detail.line = (first.node["line"] ?? open.node["line"]).flatMap { Int($0) }
    if outcome != .skipped {
      detail.type = first.node["type"] ?? first.node.name
      let output = ["StdOut", "StdErr"].compactMap { result?.text(of: $0) }
      detail.output = TestDetail.tail(output.joined(separator: "\n"))
    }
    return detail
  }

  private static func say(_ node: XMLNode) -> String {
    // An exception that an expression threw stands inside it.
    let thrown = node.children.first { $0.name == "Exception" || $0.name == "FatalErrorCondition" }
    guard node.name == "Expression" else { return plain(node.text) ?? node.name }
    let type = node["type"] ?? ""
    let original = node.text(of: "Original").flatMap(plain) ?? ""
    let expanded = node.text(of: "Expanded").flatMap(plain) ?? original
    let why = thrown.flatMap { plain($0.text) }.map { ": \($0)" } ?? ""
    let values = expanded == original ? "" : " [\(expanded)]"
    return "\(type)(\(original))\(values)\(why)"
  }

  /// Texts stand on lines of their own, as far in as their element; nil for blanks.
  private static func plain(_ text: String) -> String? {
    let lines = text.split(whereSeparator: \.isNewline).map { line in
      String(line.drop(while: \.isWhitespace))
    }
    return lines.joined(separator: "\n").nonEmpty
  }

  private static func describe(_ finding: Finding) -> String {
    let place = [finding.node["filename"], finding.node["line"]].compactMap(\.self)
      .joined(separator: ":")
    let sections = finding.sections.map { "\($0): " }.joined()
    return "\(place.isEmpty ? "" : "\(place): ")\(sections)\(say(finding.node))"
  }

  // MARK: Benchmarks

  private func take(_ benchmark: XMLNode, _ path: [String]) {
    let name = benchmark["name"] ?? ""
    guard let mean = benchmark.child("mean")?["value"]?.decimal else {
      let why = benchmark.child("failed")?["message"]?.firstLine ?? "has no mean"
      results.problems.append(
        ResultProblem(.outsideError, "\(name): \(why)", line: benchmark.line, isBlocking: true))
      return
    }
    // The same name may stand in another test case.
    let place = path.joined(separator: " / ")
    var measurement = Measurement(
      name: name, parameters: Labels([("test", place)]), metric: "mean", value: mean,
      unit: .nanoseconds, direction: .lower)
    if let count = benchmark["samples"].flatMap({ Int($0) }), count > 0 {
      measurement.n = count
      let deviation = benchmark.child("standardDeviation")?["value"]?.decimal
      if let deviation, deviation >= 0, count > 1 {
        measurement.standardError = deviation / Double(count).squareRoot()
      }
    }
    results.measurements.append(measurement)
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    end(with: nil)
    results.checkFailures(claimed: claimedFailures)
    results.problems += repairs
    return results
  }
}
