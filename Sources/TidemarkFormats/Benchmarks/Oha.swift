package import TidemarkModel
private import TidemarkSyntax

/// oha's `--output-format json`.
package enum Oha: Format {
  package static let name = "oha"
  package static let producers = "oha --output-format json (before: --json, -j)"
  package static let specification = "https://github.com/hatoo/oha/blob/master/schema.json"
  package static let kept = """
    Requests per second as main metric, mean latency and its percentiles, the share of successes, \
    bytes per second; errors and other statuses than 2xx and 3xx as notes.
    """
  package static let dropped = "Histograms, spread of the rate, name look-up and connecting."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isOha =
      json.has("summary.requestsPerSec") && json.has("summary.successRate")
      && json.has("latencyPercentiles.p50")
    return isOha ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let summary = root["summary"] else { throw Problem("has no `summary`") }
      results.append(
        series: "oha", "requests per second", summary["requestsPerSec"]?.double,
        .requestsPerSecond, .higher, isPrimary: true)
      results.append(series: "oha", "latency", summary["average"]?.double, .seconds, .lower)
      for key in ["p50", "p90", "p95", "p99"] {
        results.append(
          series: "oha", "latency \(key)", root["latencyPercentiles"]?[named: key]?.double,
          .seconds, .lower)
      }
      results.append(series: "oha", "success", summary["successRate"]?.double, .ratio, .higher)
      results.append(
        series: "oha", "transfer rate", summary["sizePerSec"]?.double, .bytesPerSecond, .higher)
      let statuses = root.entries("statusCodeDistribution")
        .filter { !$0.key.hasPrefix("2") && !$0.key.hasPrefix("3") }
        .map { (key: "status \($0.key)", value: $0.value) }
      // With `-z` those still under way at the end; they are no failures, in its success rate too.
      let errors = root.entries("errorDistribution").filter { $0.key != "aborted due to deadline" }
      for (what, count) in (statuses + errors).prefix(20) {
        results.problems.append(
          ResultProblem(
            .outsideError, "\(count.scalarText ?? "some") × \(what)", isBlocking: false))
      }
    }
  }
}
