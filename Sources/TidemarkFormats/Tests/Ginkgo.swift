package import TidemarkModel
private import TidemarkSyntax

/// Ginkgo's `--json-report`, version 2.
package enum Ginkgo: Format {
  package static let name = "ginkgo"
  package static let producers = "Ginkgo 2 (--json-report)"
  package static let specification = "https://onsi.github.io/ginkgo/#generating-reports"
  package static let kept = """
    Every spec with its suite and containers, time, failure, place and output, and that it needed \
    several attempts; nodes around the specs that failed, and suites that did not succeed, as \
    blocking problems.
    """
  package static let dropped =
    "Labels, report entries, progress reports, events, nodes that passed."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isReport =
      json.kind("[].SuitePath") == .string && json.has("[].SuiteDescription")
      && (json.has("[].SuiteSucceeded") || json.has("[].SpecReports"))
    return isReport ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard root.isArray else { throw Problem("is no array of suites") }
      var suites = SuiteTable()
      for report in root.elements { read(report, suites: &suites, into: &results) }
    }
  }

  private static func read(
    _ report: JSONValue, suites: inout SuiteTable, into results: inout Results
  ) {
    let suite = report["SuiteDescription"]?.string ?? ""
    if let end = report["EndTime"]?.string.flatMap({ TimeText.parse($0) }),
      results.newestTime.map({ $0 < end }) ?? true
    {
      results.newestTime = end
    }
    let firstTest = results.tests.count
    let firstProblem = results.problems.count
    for spec in report.list("SpecReports") {
      let outcome = outcome(spec["State"]?.string ?? "")
      if spec["LeafNodeType"]?.string ?? "It" == "It" {
        append(spec, outcome, suite: suite, suites: &suites, into: &results)
      } else if outcome.isFailure {
        noteNode(spec, suite: suite, into: &results)
      }
    }
    noteFailure(of: report, suite, firstTest, firstProblem, in: &results)
  }

  private static func append(
    _ spec: JSONValue, _ outcome: Outcome, suite: String, suites: inout SuiteTable,
    into results: inout Results
  ) {
    let path = [suite] + spec.strings("ContainerHierarchyTexts")
    results.append(
      suite: suites.number(path, in: &results), name: spec["LeafNodeText"]?.string ?? "",
      outcome: outcome, duration: spec["RunTime"]?.double.map { $0 / 1e9 },
      detail: detail(of: spec, outcome))
  }

  /// - Source: https://github.com/onsi/ginkgo/blob/master/types/types.go
  private static func outcome(_ state: String) -> Outcome {
    switch state {
    case "passed": .passed
    case "failed", "timedout": .failed
    case "skipped", "pending": .skipped
    // aborted, panicked, interrupted, and one that is not valid.
    default: .errored
    }
  }

  private static func detail(of spec: JSONValue, _ outcome: Outcome) -> TestDetail? {
    let attempts = spec["NumAttempts"]?.int ?? 1
    // With MustPassRepeatedly each attempt but the last has passed.
    let isRepeated = spec["MaxMustPassRepeatedly"]?.int ?? 0 > 1
    let failed = isRepeated ? 0 : max(0, min(attempts, 65) - 1)
    guard outcome != .passed || failed > 0 else { return nil }
    var detail = TestDetail()
    if outcome != .passed {
      let failure = spec["Failure"]
      let trace = failure?["Location"]?["FullStackTrace"]?.string
      detail = TestDetail(message: failure?["Message"]?.string, trace: trace)
      if let panic = failure?["ForwardedPanic"]?.string, !panic.isEmpty { detail.message = panic }
      let state = spec["State"]?.string ?? ""
      detail.message = detail.message ?? (state == "skipped" ? nil : state)
      let place = failure?["Location"] ?? spec["LeafNodeLocation"]
      detail.file = place?["FileName"]?.string
      detail.line = place?.line("LineNumber")
    }
    if outcome.isFailure {
      let output = [spec["CapturedGinkgoWriterOutput"], spec["CapturedStdOutErr"]]
      detail.output = TestDetail.tail(output.compactMap { $0?.string }.joined(separator: "\n"))
    }
    detail.attempts = failures[failed]
    return detail
  }

  /// So many attempts that failed: the lists are shared, as any number of specs may have one.
  private static let failures = (0..<65).map {
    Array(repeating: Attempt(outcome: .failed), count: $0)
  }

  private static func noteNode(_ spec: JSONValue, suite: String, into results: inout Results) {
    let why = TestDetail(message: spec["Failure"]?["Message"]?.string, trace: nil).message
    let node = spec["LeafNodeType"]?.string ?? ""
    results.problems.append(
      ResultProblem(
        .suiteError,
        "\(suite): \(node) ended as \(spec["State"]?.string ?? "nothing")"
          + (why.map { ": \($0)" } ?? ""),
        isBlocking: true))
  }

  /// A suite that did not succeed, beyond what its specs and nodes say.
  private static func noteFailure(
    of report: JSONValue, _ suite: String, _ firstTest: Int, _ firstProblem: Int,
    in results: inout Results
  ) {
    let hasSucceeded = report["SuiteSucceeded"]?.bool ?? false
    for reason in report.strings("SpecialSuiteFailureReasons").prefix(20) {
      results.problems.append(
        ResultProblem(
          reason.hasPrefix("Failed to compile") ? .buildFailed : .outsideError,
          "\(suite.isEmpty ? report["SuitePath"]?.string ?? "" : suite): \(reason)",
          isBlocking: !hasSucceeded))
    }
    guard !hasSucceeded, results.problems.count == firstProblem,
      !results.tests[firstTest...].contains(where: \.outcome.isFailure)
    else { return }
    results.problems.append(
      ResultProblem(
        .suiteError, "\(suite): did not succeed, and no spec in the report failed",
        isBlocking: true))
  }
}
