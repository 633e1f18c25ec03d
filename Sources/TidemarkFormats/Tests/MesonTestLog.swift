package import TidemarkModel
private import TidemarkSyntax

/// Meson's `meson-logs/testlog.json`: a test a line.
package enum MesonTestLog: Format {
  package static let name = "meson-testlog"
  package static let producers = "meson test (meson-logs/testlog.json)"
  package static let specification =
    "https://github.com/mesonbuild/meson/blob/master/mesonbuild/mtest.py"
  package static let kept = """
    Every test with its project and suites as suite, time, exit status and what it wrote where it \
    did not pass; a failure that was expected is passed and a known failure.
    """
  package static let dropped = """
    Commands and environments; the subtests of TAP and Rust tests. Found with testlog.junit.xml \
    beside it, which has the same tests, it is left to that.
    """
  package static let twins = [".junit.xml"]

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isLog =
      json.kind("name") == .string && json.kind("result") == .string
      && json.kind("command") == .array && json.has("returncode") && json.has("duration")
    return isLog ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var suites = SuiteTable()
    let results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let test, _) = line, let name = test["name"]?.string,
        let result = test["result"]?.string
      else { return false }
      read(test, name, result, suites: &suites, into: &results)
      return true
    }
    guard !results.tests.isEmpty else { throw Problem("has no test of Meson", line: 1) }
    return results
  }

  private static func read(
    _ test: JSONValue, _ name: String, _ result: String, suites: inout SuiteTable,
    into results: inout Results
  ) {
    // `project:suite+suite / name`
    var suite = ""
    var name = name[...]
    if let mark = name.firstRange(of: " / ") {
      suite = String(name[..<mark.lowerBound])
      name = name[mark.upperBound...]
    }
    if let start = test.secondsTime("starttime"), results.newestTime.map({ $0 < start }) ?? true {
      results.newestTime = start
    }
    let outcome = outcome(result)
    results.append(
      suite: suites.number([suite], in: &results), name: String(name), outcome: outcome,
      duration: test["duration"]?.double, detail: detail(of: test, result, outcome))
  }

  private static func outcome(_ result: String) -> Outcome {
    switch result {
    case "OK", "EXPECTEDFAIL": .passed
    case "FAIL", "UNEXPECTEDPASS", "TIMEOUT": .failed
    case "SKIP", "IGNORED": .skipped
    // ERROR; INTERRUPT; PENDING and RUNNING, which are no end.
    default: .errored
    }
  }

  private static func detail(of test: JSONValue, _ result: String, _ outcome: Outcome)
    -> TestDetail?
  {
    guard result != "OK" else { return nil }
    var detail = TestDetail(message: message(result, status: test["returncode"]?.int))
    detail.isKnownFailure = result == "EXPECTEDFAIL"
    if outcome.isFailure {
      detail.text = TestDetail.kept(test["stderr"]?.string ?? "")
      detail.output = TestDetail.tail(test["stdout"]?.string ?? "")
    }
    return detail
  }

  private static func message(_ result: String, status: Int?) -> String? {
    switch (result, status) {
    case ("EXPECTEDFAIL", _): "failed as expected"
    case ("UNEXPECTEDPASS", _): "passed although a failure was expected"
    case ("TIMEOUT", _): "took longer than its limit"
    case ("INTERRUPT", _): "was interrupted"
    case ("SKIP", _), ("IGNORED", _): nil
    case (_, let status?) where status < 0: "was killed by signal \(status.magnitude)"
    case (_, let status?) where status > 0: "ended with status \(status)"
    default: "ended as \(result)"
    }
  }
}
