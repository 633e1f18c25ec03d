package import TidemarkModel
private import TidemarkSyntax

/// vegeta's `report -type=json`.
package enum Vegeta: Format {
  package static let name = "vegeta"
  package static let producers = "vegeta report -type=json"
  package static let specification = "https://github.com/tsenart/vegeta#json"
  package static let kept = """
    Successful requests per second as main metric, mean latency and its percentiles, the rate that \
    was sent and the share of successes; other statuses and errors as notes.
    """
  package static let dropped = "Bytes, histograms, waiting."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    return json.has("latencies.mean") && json.has("latencies.50th") && json.has("throughput")
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let latencies = root["latencies"] else { throw Problem("has no `latencies`") }
      results.newestTime = root["latest"]?.string.flatMap { TimeText.parse($0) }
      results.append(
        series: "vegeta", "throughput", root["throughput"]?.double, .requestsPerSecond, .higher,
        isPrimary: true)
      results.append(
        series: "vegeta", "latency", latencies["mean"]?.double, .nanoseconds, .lower)
      for (key, metric) in [("50th", "p50"), ("90th", "p90"), ("95th", "p95"), ("99th", "p99")] {
        results.append(
          series: "vegeta", "latency \(metric)", latencies[named: key]?.double, .nanoseconds, .lower
        )
      }
      results.append(
        series: "vegeta", "latency max", latencies["max"]?.double, .nanoseconds, .lower)
      results.append(
        series: "vegeta", "rate", root["rate"]?.double, .requestsPerSecond, .higher)
      results.append(series: "vegeta", "success", root["success"]?.double, .ratio, .higher)
      noteErrors(root, into: &results)
    }
  }

  private static func noteErrors(_ root: JSONValue, into results: inout Results) {
    guard let success = root["success"]?.double, success < 1 else { return }
    // Success is a status from 200 to 399; 0 stands where there was no answer.
    let statuses = root.entries("status_codes")
      .filter { !$0.key.hasPrefix("2") && !$0.key.hasPrefix("3") }
      .map { "\($0.value.scalarText ?? "some") of status \($0.key)" }
    let first = root.strings("errors").first.map { ": \($0)" } ?? ""
    results.problems.append(
      ResultProblem(
        .outsideError, "some requests failed (\(statuses.joined(separator: ", ")))\(first)",
        isBlocking: false))
  }
}
