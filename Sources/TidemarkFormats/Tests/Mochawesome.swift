package import TidemarkModel
private import TidemarkSyntax

/// Mochawesome's JSON: a tree of suites; what Cypress and Mocha users keep most.
package enum Mochawesome: Format {
  package static let name = "mochawesome"
  package static let producers = "mochawesome (Mocha, Cypress), mochawesome-merge"
  package static let specification =
    "https://github.com/adamgruber/mochawesome-report-generator/blob/master/src/lib/types.js"
  package static let kept = """
    Every test with its file, suites, state, time, message and stack; hooks that failed as blocking \
    problems; a state that is not known as an error.
    """
  package static let dropped = "Code, context, screenshots, speed, hooks that passed, totals."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.has("stats.suites") || json.has("stats.testsRegistered") else { return .no }
    // Before version 4 the root suite stood alone.
    if json.kind("suites") == .object { return json.has("stats.testsRegistered") ? .yes : .no }
    guard json.kind("results") == .array else { return .no }
    return json.has("results[].suites") || json.has("results[].tests")
      || json.has("meta.mochawesome")
      || json.has("stats.passPercent") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      let newer = root["results"].flatMap { $0.isArray ? Array($0.elements) : nil }
      let older = root["suites"].flatMap { $0.isObject ? [$0] : nil }
      guard let top = newer ?? older else { throw Problem("has no array `results`") }
      let stats = root["stats"]
      results.newestTime = stats?["end"]?.string.flatMap { TimeText.parse($0) }
      results.environment["mocha"] = root["meta"]?["mocha"]?["version"]?.string
      var suites = SuiteTable()
      // Suites nest: a stack in the order of the file. An entry that is no suite stands for a file
      // that could not be merged.
      var open = top.reversed().map { (suite: $0, path: [String]()) }
      while let (suite, path) = open.popLast() {
        guard suite.isObject else {
          results.skipValue(of: "a file's results", "are none")
          continue
        }
        let isRoot = suite["root"]?.bool ?? path.isEmpty
        let title = isRoot ? suite["file"]?.string ?? "" : suite["title"]?.string ?? ""
        let here = path + [title]
        for test in suite.list("tests") {
          append(
            test, file: suite["file"]?.string?.nonEmpty ?? here.first, path: here,
            suites: &suites, into: &results)
        }
        noteHooks(of: suite, path: here, into: &results)
        open += suite.list("suites").reversed().map { ($0, here) }
      }
      // Mocha counts a hook that failed among the failures.
      let hooks = results.problems.count { $0.code == .suiteError }
      results.checkFailures(claimed: stats?["failures"]?.int.map { $0 &- hooks })
    }
  }

  private static func append(
    _ test: JSONValue, file: String?, path: [String], suites: inout SuiteTable,
    into results: inout Results
  ) {
    let outcome = outcome(of: test)
    var detail: TestDetail?
    if outcome != .passed {
      let error = test["err"]
      detail = TestDetail(message: error?["message"]?.string, trace: error?["estack"]?.string)
      detail?.file = file?.nonEmpty
    }
    results.append(
      suite: suites.number(path, in: &results), name: test["title"]?.string ?? "",
      outcome: outcome, duration: test.milliseconds("duration"), detail: detail)
  }

  /// `skipped` is what an earlier hook kept from running, `pending` what its author put off.
  private static func outcome(of test: JSONValue) -> Outcome {
    if test["fail"]?.bool == true { return .failed }
    if test["pass"]?.bool == true { return .passed }
    if test["pending"]?.bool == true || test["skipped"]?.bool == true { return .skipped }
    switch test["state"]?.string {
    case "passed": return .passed
    case "failed": return .failed
    case "pending", "skipped": return .skipped
    default: return .errored
    }
  }

  private static func noteHooks(of suite: JSONValue, path: [String], into results: inout Results) {
    for key in ["beforeHooks", "afterHooks"] as [StaticString] {
      for hook in suite.list(key) where hook["fail"]?.bool == true {
        let title = hook["fullTitle"]?.string ?? hook["title"]?.string ?? "a hook"
        let why = hook["err"]?["message"]?.string?.firstLine ?? "failed"
        results.problems.append(
          ResultProblem(.suiteError, "\(title): \(why)", isBlocking: true))
      }
    }
  }
}
