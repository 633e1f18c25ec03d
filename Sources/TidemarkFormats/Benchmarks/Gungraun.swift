package import TidemarkModel
private import TidemarkSyntax

/// The summaries of Gungraun, which was iai-callgrind.
package enum Gungraun: Format {
  package static let name = "gungraun"
  package static let producers = """
    Gungraun and iai-callgrind from 0.9 on (--save-summary, --output-format=json)
    """
  package static let specification =
    "https://github.com/gungraun/gungraun/tree/main/gungraun-runner/schemas"
  package static let kept = """
    Of every benchmark the instructions as main metric, cache misses, hits of the last cache and of \
    memory, estimated cycles, mispredicted branches, what DHAT counts, and errors of the other \
    tools; limits that were crossed as blocking problems.
    """
  package static let dropped = """
    The run before and the differences from it; rates, hits of the first cache, parts, flame graphs.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isSummary = ["", "[]."].contains { prefix in
      json.has(prefix + "module_path") && json.has(prefix + "benchmark_exe")
        && json.has(prefix + "function_name")
    }
    return isSummary ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let head = try Reading.head(of: file)
    // A line each, or one that is written over many.
    let next = head.bytes.drop { $0 <= 0x20 }.dropFirst().first
    if head.firstInk == UInt8(ascii: "{"), next == UInt8(ascii: "\"") {
      return try file.readJSONLines { (line, results) throws(Problem) in
        guard case .value(let summary, _) = line, summary["module_path"] != nil else {
          return false
        }
        read(summary, into: &results)
        return true
      }
    }
    return try file.readJSON { (root, results) throws(Problem) in
      if root.isArray {
        for summary in root.elements { read(summary, into: &results) }
      } else {
        read(root, into: &results)
      }
    }
  }

  private static func read(_ summary: JSONValue, into results: inout Results) {
    var name = summary["module_path"]?.string ?? summary["function_name"]?.string ?? ""
    if let id = summary["id"]?.string, !id.isEmpty { name += " \(id)" }
    // Each of its problems has it.
    name = String(SafeText.prefix(name, bytes: 4000))
    let first = results.measurements.count
    for profile in summary.list("profiles") {
      let total = profile["summaries"]?["total"]
      for (_, metrics) in total?.entries("summary") ?? [] {
        append(metrics, name, tool: profile["tool"]?.string ?? "", to: &results)
      }
      noteLimits(total?.list("regressions") ?? [], name, in: &results)
    }
    // Before 0.15 Callgrind had a place of its own.
    let callgrind = summary["callgrind_summary"]
    if let total = callgrind?["callgrind_run"]?["total"] {
      if let metrics = total["summary"] { append(metrics, name, tool: "Callgrind", to: &results) }
      noteLimits(total.list("regressions"), name, in: &results)
    }
    for run in callgrind?.list("summaries") ?? [] {
      if let events = run["events"] { append(events, name, tool: "Callgrind", to: &results) }
      noteLimits(run.list("regressions"), name, in: &results)
    }
    if results.measurements.count == first {
      results.skipValue(of: name, "has no metric of this run")
    }
  }

  private static func append(
    _ metrics: JSONValue, _ name: String, tool: String, to results: inout Results
  ) {
    let isCounting = tool == "Callgrind" || tool == "Cachegrind"
    for (key, value) in metrics.members {
      let metric = key.string
      guard let number = new(value), isKept(metric) else { continue }
      let unit =
        metric.hasSuffix("Bytes")
        ? Unit.bytes
        : metric == "Ir" || metric == "EstimatedCycles"
          ? Unit(text: "", quantity: .instructions, scale: 1) : .none
      let shown = isCounting || tool == "DHAT" ? metric : "\(tool) \(metric)"
      results.append(
        series: name, shown, number, unit, .lower, isPrimary: metric == "Ir")
      if metric == "Errors", number > 0 {
        results.problems.append(
          ResultProblem(
            .outsideError, "\(name): \(tool) found \(NumberText.exact(number) ?? "some") errors",
            isBlocking: false))
      }
    }
  }

  /// `{"metrics":{"Both":[{"Int":2},{"Int":1}]}}`, `{"metrics":{"Left":2}}`; before 0.14 `{"new":2}`.
  /// Of the right alone there is no value of this run.
  private static func new(_ value: JSONValue) -> Double? {
    let metrics = value["metrics"]
    let number = metrics?["Both"]?.elements.first { _ in true } ?? metrics?["Left"] ?? value["new"]
    return number?.double ?? number?["Int"]?.double ?? number?["Float"]?.double
  }

  /// Which way is better is not said by rates and by hits of the first cache.
  private static func isKept(_ metric: String) -> Bool {
    !metric.hasSuffix("Rate") && metric != "L1hits" && !metric.hasPrefix("Suppressed")
      && metric != "Contexts"
  }

  private static func noteLimits(_ limits: [JSONValue], _ name: String, in results: inout Results) {
    for limit in limits.prefix(20) {
      let detail = limit["Soft"] ?? limit["Hard"] ?? limit
      let metric = detail["metric"]?.members.map { $0.value.string ?? "" }.first
      let kind = metric ?? detail["event_kind"]?.string ?? "a metric"
      results.problems.append(
        ResultProblem(
          .outsideError, "\(name): \(kind) crossed its limit", isBlocking: true))
    }
  }
}
