package import TidemarkModel
private import TidemarkSyntax

/// LLVM's test runner lit in JSON. Of the LLVM test suite each test has metrics too.
package enum LitJSON: Format {
  package static let name = "lit-json"
  package static let producers = "lit, llvm-lit (--output, -o)"
  package static let specification =
    "https://github.com/llvm/llvm-project/blob/main/llvm/utils/lit/lit/reports.py"
  package static let kept = """
    Every test with its suite, result, time and, where it failed, output; a flaky pass as flaky, an \
    expected failure as known; numeric metrics as measurements.
    """
  package static let dropped = "Metrics that are text (hashes), output of passed tests."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isLit =
      json.kind("tests") == .array && json.has("tests[].code") && json.has("tests[].name")
      && (json.has("tests[].elapsed") || json.has("tests[].output") || json.has("__version__"))
    let isEmpty = json.kind("__version__") == .array && json.kind("tests") == .array
    return isLit || isEmpty ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let tests = root["tests"], tests.isArray else {
        throw Problem("has no array `tests`")
      }
      if let version = root["__version__"], version.isArray {
        let parts = version.elements.compactMap(\.scalarText)
        results.environment["lit"] = parts.joined(separator: ".")
      }
      var suites = SuiteTable()
      for test in tests.elements { read(test, suites: &suites, into: &results) }
    }
  }

  private static func read(
    _ test: JSONValue, suites: inout SuiteTable, into results: inout Results
  ) {
    let full = test["name"]?.string ?? ""
    let mark = full[...].firstRange(of: " :: ")
    let suite = mark.map { String(full[..<$0.lowerBound]) } ?? ""
    let name = mark.map { String(full[$0.upperBound...]) } ?? full
    let code = test["code"]?.string ?? ""
    let outcome = outcome(code)
    // Of microbenchmarks it is null.
    let elapsed = test["elapsed"]?.lenientDouble
    results.append(
      suite: suites.number([suite], in: &results), name: name, outcome: outcome,
      duration: elapsed, detail: detail(of: test, code: code, outcome: outcome))
    append(test["metrics"], of: name, into: &results)
  }

  /// Codes are open: suites define their own, and one that is not known is no pass. `NOEXE` and
  /// `NOCHANGE` are the LLVM test suite's.
  private static func outcome(_ code: String) -> Outcome {
    switch code {
    case "PASS", "FLAKYPASS", "FIXED", "XFAIL": .passed
    case "FAIL", "XPASS": .failed
    case "UNSUPPORTED", "SKIPPED", "EXCLUDED", "NOCHANGE": .skipped
    default: .errored
    }
  }

  private static func detail(
    of test: JSONValue, code: String, outcome: Outcome
  ) -> TestDetail? {
    guard outcome != .passed || code != "PASS" else { return nil }
    let output = test["output"]?.string ?? ""
    var detail = TestDetail(message: messages[code] ?? code, trace: nil)
    if outcome.isFailure { detail.text = TestDetail.kept(output) }
    detail.isMarkedFlaky = code == "FLAKYPASS"
    detail.isKnownFailure = code == "XFAIL"
    return detail
  }

  private static let messages = [
    "XPASS": "passed although a failure was expected", "TIMEOUT": "took longer than its limit",
    "NOEXE": "its program was not built", "NOCHANGE": "its program did not change",
    "UNRESOLVED": "has no result (UNRESOLVED)", "UNSUPPORTED": "not supported here",
    "FLAKYPASS": "passed after a failed attempt", "XFAIL": "failed as expected",
    "FIXED": "passed after its file was updated",
  ]

  private static func append(
    _ metrics: JSONValue?, of name: String, into results: inout Results
  ) {
    guard let metrics else { return }
    let values = metrics.members.compactMap { key, value in value.double.map { (key.string, $0) } }
    let main = values.contains { $0.0 == "exec_time" } ? "exec_time" : values.first?.0
    for (metric, value) in values {
      let unit = unit(of: metric)
      results.measurements.append(
        Measurement(
          name: name, metric: metric, value: value, unit: unit,
          direction: .byDefault(metric: metric, unit: unit), isPrimary: metric == main))
    }
  }

  /// As the schema of LLVM's nightly tests has them
  /// (https://github.com/llvm/llvm-lnt/blob/main/schemas/nts.yaml).
  private static func unit(of metric: String) -> Unit {
    if metric.hasSuffix("_time") { return .seconds }
    if metric == "size" || metric.hasPrefix("size.") || metric == "code_size"
      || metric == "mem_bytes"
    {
      return .bytes
    }
    return metric == "score" ? .score : .none
  }
}
