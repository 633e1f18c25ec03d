package import TidemarkModel
private import TidemarkSyntax

/// Artillery's `--output`, of versions 1 and 2.
package enum Artillery: Format {
  package static let name = "artillery"
  package static let producers = "artillery run --output"
  package static let specification = "https://www.artillery.io/docs/reference/reported-metrics"
  package static let kept = """
    Of the whole run each rate as main metric, or the medians where there is none; each summary's \
    mean, median, 95th and 99th percentile \
    and the share of users that failed; errors as notes.
    """
  package static let dropped = "Counters, histograms, the periods between; single statuses."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("aggregate") == .object else { return .no }
    let isSecond = json.kind("aggregate.counters") == .object && json.has("aggregate.rates")
    let isFirst = json.has("aggregate.scenariosCreated") && json.has("aggregate.latency")
    return isSecond || isFirst ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let whole = root["aggregate"], whole.isObject else {
        throw Problem("has no object `aggregate`")
      }
      if whole["counters"] != nil {
        readSecond(whole, &results)
      } else {
        readFirst(whole, &results)
      }
      guard !results.measurements.isEmpty else { throw Problem("has no rate and no summary") }
    }
  }

  private static func readSecond(_ whole: JSONValue, _ results: inout Results) {
    results.newestTime = whole.time("lastMetricAt") ?? whole.time("lastCounterAt")
    for (name, value) in whole.entries("rates") {
      results.append(
        series: name, "rate", value.double, .requestsPerSecond, .higher, isPrimary: true)
    }
    // A browser's scenarios have no rate.
    let isMain = results.measurements.isEmpty
    for (name, summary) in whole.entries("summaries") {
      append(summary, of: name, unit: unit(of: name), isMain: isMain, to: &results)
    }
    var created: Double?
    var failed: Double?
    for (name, value) in whole.entries("counters") {
      switch name {
      case "vusers.created", "vusers.created.total": created = value.double
      case "vusers.failed": failed = value.double
      default:
        guard name.hasPrefix("errors."), let count = value.int, count > 0 else { continue }
        note("\(count) × \(name.dropFirst(7))", in: &results)
      }
    }
    appendFailures(created: created, failed: failed, to: &results)
  }

  private static func readFirst(_ whole: JSONValue, _ results: inout Results) {
    results.newestTime = whole["timestamp"]?.string.flatMap { TimeText.parse($0) }
    results.append(
      series: "http.request_rate", "rate", whole["rps"]?["mean"]?.double, .requestsPerSecond,
      .higher, isPrimary: true)
    for (key, name) in [
      ("latency", "http.response_time"), ("scenarioDuration", "vusers.session_length"),
    ] {
      if let summary = whole[named: key] {
        append(summary, of: name, unit: .milliseconds, to: &results)
      }
    }
    for (name, value) in whole.entries("errors") where value.double ?? 0 > 0 {
      note("\(value.scalarText ?? "some") × \(name)", in: &results)
    }
    let created = whole["scenariosCreated"]?.double
    let completed = whole["scenariosCompleted"]?.double
    let failed = created.flatMap { all in completed.map { all - $0 } }
    appendFailures(created: created, failed: failed, to: &results)
  }

  /// The plug-ins' and the user's own may be of anything.
  private static func unit(of name: String) -> Unit {
    // The address of the page follows: it may hold any word.
    if name.hasPrefix("browser.page.") {
      let measure = name.dropFirst(13).prefix { $0 != "." }
      return ["TTFB", "FCP", "LCP", "FID", "INP"].contains(measure) ? .milliseconds : .none
    }
    if name.hasPrefix("browser.step.") { return .milliseconds }
    let isTime = ["time", "length", "duration", "latency"].contains { name.contains($0) }
    return isTime || name.hasPrefix("http.") ? .milliseconds : .none
  }

  private static func append(
    _ summary: JSONValue, of name: String, unit: Unit, isMain: Bool = false,
    to results: inout Results
  ) {
    // Not every version tells the mean.
    results.append(series: name, "mean", summary["mean"]?.double, unit, .lower)
    let median = summary["median"]?.double ?? summary["p50"]?.double
    results.append(series: name, "median", median, unit, .lower, isPrimary: isMain)
    results.append(series: name, "p95", summary["p95"]?.double, unit, .lower)
    results.append(series: name, "p99", summary["p99"]?.double, unit, .lower)
  }

  private static func appendFailures(
    created: Double?, failed: Double?, to results: inout Results
  ) {
    guard let created, created > 0, let failed else { return }
    results.append(series: "vusers", "failed share", max(0, failed) / created, .ratio, .lower)
    if failed > 0 { note("\(Int(min(failed, 1e15))) virtual users failed", in: &results) }
  }

  private static func note(_ what: String, in results: inout Results) {
    guard results.problems.count < 20 else { return }
    results.problems.append(ResultProblem(.outsideError, what, isBlocking: false))
  }
}
