package import TidemarkModel
private import TidemarkSyntax

/// Zephyr's `twister.json`.
package enum Twister: Format {
  package static let name = "twister"
  package static let producers = "Zephyr's twister (twister.json, footprint.json)"
  package static let specification =
    "https://github.com/zephyrproject-rtos/zephyr/blob/main/scripts/pylib/twister/twisterlib/reports.py"
  package static let kept = """
    Every test case with its suite, its platform as label, time, reason and log; RAM and ROM of each \
    suite that was built as series; suites that failed while none of their cases did as blocking \
    problems. What was built and not run is skipped.
    """
  package static let dropped = """
    Build times, retries, hardware ids, recordings; a plan's suites. Found with twister_report.xml \
    or another XML of its own beside it, it is left to that but for RAM and ROM.
    """
  package static let twins = ["_report.xml", ".xml", "_suite_report.xml"]

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isOfZephyr = json.has("environment.zephyr_version")
    let hasSuites =
      json.kind("testsuites") == .array || (!head.isWhole && json.has("environment.run_date"))
    return isOfZephyr && hasSuites ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let list = root["testsuites"], list.isArray else {
        throw Problem("has no array `testsuites`")
      }
      let environment = root["environment"]
      results.environment["zephyr"] = environment?["zephyr_version"]?.string
      results.environment["toolchain"] = environment?["toolchain"]?.string
      results.newestTime = environment?["run_date"]?.string.flatMap { TimeText.parse($0) }
      // `testplan.json` has the same form, and is written before anything has run.
      let isPlan =
        list.count > 0
        && list.elements.allSatisfy { ["none", "filtered"].contains(status(of: $0)) }
      guard !isPlan else {
        results.problems.append(
          ResultProblem(.limit, "is a plan: none of its suites has run", isBlocking: false))
        return
      }
      var suites = SuiteTable()
      for suite in list.elements { read(suite, suites: &suites, into: &results) }
    }
  }

  /// Versions before 3.6 wrote an empty text or null where later ones write `none`.
  private static func status(of value: JSONValue) -> String {
    let text = value["status"]?.string?.lowercased() ?? ""
    return text.isEmpty ? "none" : text
  }

  private static func read(
    _ suite: JSONValue, suites: inout SuiteTable, into results: inout Results
  ) {
    let name = suite["name"]?.string ?? ""
    var labels = Labels()
    labels["platform"] = suite["platform"]?.string
    readFootprint(suite, name, labels, into: &results)
    // footprint.json has none.
    guard let cases = suite["testcases"], cases.isArray else { return }
    let number = suites.number([name], labels: labels, in: &results)
    let first = results.tests.count
    let ended = status(of: suite)
    for test in cases.elements {
      append(test, test["identifier"]?.string ?? name, in: suite, ended, number, to: &results)
    }
    if cases.count == 0 { append(suite, name, in: suite, ended, number, to: &results) }
    let hasFailure = results.tests[first...].contains { $0.outcome.isFailure }
    guard outcome(ended, ofSuite: ended).isFailure, !hasFailure else { return }
    let platform = labels["platform"].map { " on \($0)" } ?? ""
    results.problems.append(
      ResultProblem(
        .suiteError, "\(name)\(platform): \(suite["reason"]?.string ?? ended)", isBlocking: true))
  }

  private static func append(
    _ test: JSONValue, _ name: String, in suite: JSONValue, _ ended: String, _ number: Int32,
    to results: inout Results
  ) {
    let status = status(of: test)
    let outcome = outcome(status, ofSuite: ended)
    var detail: TestDetail?
    if outcome != .passed {
      let reason = (test["reason"] ?? suite["reason"])?.string
      var made = TestDetail(message: reason, trace: nil)
      made.message = made.message ?? meanings[status] ?? (outcome.isFailure ? status : nil)
      if outcome.isFailure {
        made.output = TestDetail.tail((test["log"] ?? suite["log"])?.string ?? "")
      }
      detail = made
    }
    results.append(
      suite: number, name: name, outcome: outcome,
      duration: test["execution_time"]?.lenientDouble, detail: detail)
  }

  private static let meanings = [
    "blocked": "did not run", "none": "has no result", "not run": "was built and not run",
    "notrun": "was built and not run", "started": "began and never ended",
  ]

  private static func outcome(_ status: String, ofSuite ended: String) -> Outcome {
    switch status {
    case "passed": .passed
    case "failed", "blocked": .failed
    case "skipped", "filtered", "not run", "notrun": .skipped
    // Of a suite that was not to run nothing is said of its cases.
    case "none" where ["skipped", "filtered", "not run", "notrun"].contains(ended): .skipped
    default: .errored
    }
  }

  private static func readFootprint(
    _ suite: JSONValue, _ name: String, _ labels: Labels, into results: inout Results
  ) {
    for (metric, value) in [("ram", suite["used_ram"]), ("rom", suite["used_rom"])] {
      guard let value = value?.lenientDouble, value > 0 else { continue }
      results.measurements.append(
        Measurement(
          name: name, metric: metric, value: value, unit: .bytes, direction: .lower,
          labels: labels, isPrimary: metric == "ram"))
    }
  }
}
