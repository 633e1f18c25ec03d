package import TidemarkModel

/// Catch2's XML reporter, version 1 to 3.
package enum Catch2: Format {
  package static let name = "catch2"
  package static let producers = "Catch2 and Catch (--reporter xml)"
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
    switch head.rootElement {
    case "Catch2TestRun": .yes
    case "Catch": head.contains("<Group") || head.contains("<TestCase") ? .yes : .no
    default: .no
    }
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = Catch2Reading()
    let reader = try XMLNode.forEach(Catch2Reading.records, in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class Catch2Reading {
  static let records: Set<String> = ["TestCase", "OverallResultsCases"]

  private var results = Results()
  private var suites = SuiteTable()
  private var claimedFailures: Int?

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    if node.name == "TestCase" { return append(node, above) }
    // Not a group's: it counts the same again.
    guard above.count == 1, let failures = node["failures"].flatMap({ Int($0) }) else { return }
    claimedFailures = failures &+ (claimedFailures ?? 0)
  }

  private func append(_ node: XMLNode, _ above: [XMLNode]) {
    let name = node["name"] ?? ""
    var path: [String] = []
    for part in above.compactMap({ $0["name"] }) where path.last != part { path.append(part) }
    let result = node.child("OverallResult")
    let outcome = Catch2Reading.outcome(result)
    results.append(
      suite: suites.number(path, in: &results), name: name, outcome: outcome,
      duration: result?["durationInSeconds"]?.decimal, detail: detail(node, outcome))
    if result == nil {
      results.problems.append(
        ResultProblem(.unterminated, "\(name): has no result", line: node.line, isBlocking: true))
    }
    takeBenchmarks(of: node, under: [name])
  }

  /// A test case of which some part was skipped and no part failed is skipped.
  private static func outcome(_ result: XMLNode?) -> Outcome {
    guard let result else { return .errored }
    guard result["success"] == "true" else { return .failed }
    return (result["skips"].flatMap { Int($0) } ?? 0) > 0 ? .skipped : .passed
  }

  // MARK: Failures

  /// What says why, with the names of the sections that it stands in.
  private struct Finding {
    var node: XMLNode
    var sections: [String]
  }

  private func detail(_ node: XMLNode, _ outcome: Outcome) -> TestDetail? {
    guard outcome != .passed else { return nil }
    var found: [Finding] = []
    gather(node, [], outcome == .skipped ? ["Skip"] : Catch2Reading.failures, into: &found)
    guard let first = found.first else { return nil }
    var detail = TestDetail(
      message: nil, trace: found.map(Catch2Reading.describe).joined(separator: "\n"))
    detail.message = Catch2Reading.say(first.node).firstLine ?? detail.message
    detail.type = first.node["type"] ?? (outcome == .failed ? first.node.name : nil)
    detail.file = first.node["filename"] ?? node["filename"]
    detail.line = (first.node["line"] ?? node["line"]).flatMap { Int($0) }
    if outcome == .failed {
      let result = node.child("OverallResult")
      let output = ["StdOut", "StdErr"].compactMap { result?.text(of: $0) }.joined(separator: "\n")
      detail.output = TestDetail.tail(output)
    }
    return detail
  }

  private static let failures: Set<String> = [
    "Expression", "Exception", "FatalErrorCondition", "Failure",
  ]
  /// More than these of one test case say nothing new.
  private static let findingLimit = 100

  private func gather(
    _ node: XMLNode, _ sections: [String], _ names: Set<String>, into found: inout [Finding]
  ) {
    for child in node.children where found.count < Catch2Reading.findingLimit {
      if child.name == "Section" {
        gather(child, sections + [child["name"] ?? ""], names, into: &found)
      } else if names.contains(child.name), child["success"] != "true" {
        found.append(Finding(node: child, sections: sections))
      }
    }
  }

  private static func say(_ node: XMLNode) -> String {
    // An exception that an expression threw stands inside it.
    let thrown = node.children.first { $0.name == "Exception" || $0.name == "FatalErrorCondition" }
    guard node.name == "Expression" else { return node.text.nonEmpty ?? node.name }
    let type = node["type"] ?? ""
    let original = node.text(of: "Original") ?? ""
    let expanded = node.text(of: "Expanded").flatMap { $0 == original ? nil : " [\($0)]" } ?? ""
    let why = (thrown?.text.nonEmpty).map { ": \($0)" } ?? ""
    return "\(type)(\(original))\(expanded)\(why)"
  }

  private static func describe(_ finding: Finding) -> String {
    let place = [finding.node["filename"], finding.node["line"]].compactMap(\.self)
      .joined(separator: ":")
    let sections = finding.sections.map { "\($0): " }.joined()
    return "\(place.isEmpty ? "" : "\(place): ")\(sections)\(say(finding.node))"
  }

  // MARK: Benchmarks

  private func takeBenchmarks(of node: XMLNode, under path: [String]) {
    for child in node.children {
      if child.name == "Section" {
        takeBenchmarks(of: child, under: path + [child["name"] ?? ""])
      } else if child.name == "BenchmarkResults" {
        take(child, path)
      }
    }
  }

  private func take(_ benchmark: XMLNode, _ path: [String]) {
    let name = benchmark["name"] ?? ""
    guard let mean = benchmark.child("mean")?["value"]?.decimal else {
      let why = benchmark.child("failed")?["message"]?.firstLine ?? "has no mean"
      results.unmeasured.append(name)
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
    results.checkFailures(claimed: claimedFailures)
    results.problems += repairs
    return results
  }
}
