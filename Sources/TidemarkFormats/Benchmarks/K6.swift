package import TidemarkModel
private import TidemarkSyntax

/// k6's end-of-test summary: `handleSummary`'s data (values below each metric), the flat one of
/// `--summary-export`, where a threshold's `true` means that it failed, or the one with a version
/// (`--new-machine-readable-summary`, https://github.com/grafana/k6-summary), whose metrics are a list.
package enum K6: Format {
  package static let name = "k6"
  package static let producers =
    "k6 (handleSummary, --summary-export, --new-machine-readable-summary)"
  package static let specification =
    "https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/"
  package static let kept = """
    Each metric's main number (a trend's average, a counter's rate, a gauge's value) and its \
    percentiles; thresholds that were crossed as blocking problems, checks that failed as notes.
    """
  package static let dropped = "Minimum, counts, options, state, groups."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.kind("results.metrics") == .array {
      return json.has("metadata.k6Version") || json.has("results.metrics[].category") ? .yes : .no
    }
    guard json.kind("metrics") == .object else { return .no }
    let isK6 =
      json.has("root_group") || json.has("state.testRunDurationMs")
      || json.has("metrics.iterations") || json.has("metrics.vus")
      || json.has("metrics.http_reqs") || json.has("metrics.iteration_duration")
    return isK6 ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      if let summary = root["results"], let metrics = summary["metrics"], metrics.isArray {
        return read(versioned: summary, metrics, into: &results)
      }
      guard let metrics = root["metrics"], metrics.isObject else {
        throw Problem("has no object `metrics`")
      }
      for (name, metric) in metrics.members { read(metric, name: name.string, into: &results) }
      noteChecks(root["root_group"], into: &results)
    }
  }

  private static func read(
    versioned summary: JSONValue, _ metrics: JSONValue, into results: inout Results
  ) {
    for metric in metrics.elements {
      guard let name = metric["name"]?.string else {
        results.skipValue(of: "a metric without a name", "is left out")
        continue
      }
      read(metric, name: name, into: &results)
    }
    let checks = summary["checks"]
    // The share that failed is the rest, and the total is counted by the script's own iterations.
    if let share = checks?["metrics"]?["checksSucceeded"] {
      read(share, name: share["name"]?.string ?? "checks_succeeded", into: &results)
    }
    for check in checks?.list("orderedChecks") ?? [] { note(check, into: &results) }
    let told = results.problems.contains { $0.isBlocking }
    if summary["passed"]?.bool == false, !told {
      results.problems.append(
        ResultProblem(.outsideError, "a threshold was crossed", isBlocking: true))
    }
  }

  private static func read(_ metric: JSONValue, name: String, into results: inout Results) {
    let isFlat = metric["values"] == nil
    let values = metric["values"] ?? metric
    let kind = metric["type"]?.string ?? kind(of: values)
    if kind == "rate", values["passes"]?.double == 0, values["fails"]?.double == 0 {
      // A rule for what never happened makes a metric of it, whose rate is 0.
      results.unmeasured.append(name)
      noteThresholds(of: metric, name, trueFails: isFlat, into: &results)
      return results.skipValue(of: name, "has no sample")
    }
    let contains = metric["contains"]?.string ?? (isFlat ? guess(name, kind) : "default")
    var isFirst = true
    for statistic in statistics(of: kind) {
      guard let value = values[named: statistic]?.double else { continue }
      let unit = unit(kind, contains, statistic)
      results.measurements.append(
        Measurement(
          name: name, metric: statistic, value: value, unit: unit,
          direction: direction(name, kind, unit), isPrimary: isFirst))
      isFirst = false
    }
    noteThresholds(of: metric, name, trueFails: isFlat, into: &results)
  }

  /// The flat layout does not say it.
  private static func kind(of values: JSONValue) -> String {
    if values["avg"] != nil { return "trend" }
    if values["passes"] != nil || values["fails"] != nil { return "rate" }
    return values["count"] != nil ? "counter" : "gauge"
  }

  /// What a flat summary's built-in metric holds
  /// (https://grafana.com/docs/k6/latest/using-k6/metrics/reference/).
  private static func guess(_ name: String, _ kind: String) -> String {
    if name.hasPrefix("data_") { return "data" }
    let base = name.prefix { $0 != "{" }
    let isTime =
      base.hasSuffix("_duration") || base.hasPrefix("http_req_") || base.hasSuffix("_connecting")
      || base.hasSuffix("_waiting")
    return isTime && kind == "trend" ? "time" : "default"
  }

  /// The main one first.
  private static func statistics(of kind: String) -> [String] {
    switch kind {
    case "counter": ["rate"]
    case "rate": ["rate", "value"]
    case "gauge": ["value"]
    default: ["avg", "med", "p(90)", "p(95)", "p(99)", "p(99.9)", "max"]
    }
  }

  private static func unit(_ kind: String, _ contains: String, _ statistic: String) -> Unit {
    switch (kind, contains) {
    case ("counter", "data"): Unit(parsing: "B/s")
    case ("counter", _): Unit(text: "/s", quantity: .rate, scale: 1)
    case ("rate", _): .ratio
    case (_, "time"): .milliseconds
    case (_, "data"): .bytes
    default: .none
    }
  }

  private static func direction(_ name: String, _ kind: String, _ unit: Unit) -> Direction {
    let base = String(name.prefix { $0 != "{" })
    // How many users there are is the test's doing; more of them is more work done.
    if base == "vus" || base == "vus_max" { return .higher }
    return .byDefault(metric: base, unit: unit)
  }

  private static func noteThresholds(
    of metric: JSONValue, _ name: String, trueFails: Bool, into results: inout Results
  ) {
    for (rule, result) in metric.entries("thresholds") {
      let hasFailed = result["ok"]?.bool.map { !$0 } ?? (result.bool == trueFails)
      guard hasFailed else { continue }
      results.problems.append(
        ResultProblem(
          .outsideError, "\(name): the threshold `\(rule)` was crossed", isBlocking: true))
    }
  }

  private static func noteChecks(_ group: JSONValue?, into results: inout Results) {
    var open = [group].compactMap(\.self)
    while let group = open.popLast() {
      for check in children(group["checks"]) { note(check, into: &results) }
      open += children(group["groups"]).reversed()
    }
  }

  private static func note(_ check: JSONValue, into results: inout Results) {
    guard let fails = check["fails"]?.int, fails > 0 else { return }
    let passes = check["passes"]?.int ?? 0
    results.problems.append(
      ResultProblem(
        .outsideError,
        "the check `\(check["name"]?.string ?? "")` failed \(fails) of \(passes &+ fails) times",
        isBlocking: false))
  }

  /// A list, or in the flat layout an object by name.
  private static func children(_ list: JSONValue?) -> [JSONValue] {
    guard let list else { return [] }
    return list.isObject ? list.members.map(\.value) : Array(list.elements)
  }
}
