package import TidemarkModel
private import TidemarkSyntax

/// autocannon's `--json`.
package enum Autocannon: Format {
  package static let name = "autocannon"
  package static let producers = "autocannon --json"
  package static let specification = "https://github.com/mcollina/autocannon#autocannonopts-cb"
  package static let kept = """
    Requests per second as main metric, mean latency and its percentiles, throughput; title or path \
    as name, connections and pipelining as parameters; errors, time-outs and other statuses than \
    2xx as notes.
    """
  package static let dropped = "Samples, spreads, single statuses."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isResult =
      json.has("latency.p97_5") && json.has("requests.average") && json.has("throughput.average")
    return isResult ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let requests = root["requests"], let latency = root["latency"] else {
        throw Problem("has no `requests` and `latency`")
      }
      results.newestTime = root["finish"]?.string.flatMap { TimeText.parse($0) }
      let title = root["title"]?.string ?? ""
      let name = title.isEmpty ? path(of: root["url"]?.string ?? "autocannon") : title
      var parameters = Labels()
      parameters["connections"] = root["connections"]?.scalarText
      if let depth = root["pipelining"]?.int, depth != 1 {
        parameters["pipelining"] = String(depth)
      }
      func append(
        _ metric: String, _ value: Double?, _ unit: Unit, _ direction: Direction,
        isPrimary: Bool = false
      ) {
        results.append(
          series: name, parameters: parameters, metric, value, unit, direction,
          isPrimary: isPrimary)
      }
      append(
        "requests per second", requests["average"]?.double, .requestsPerSecond, .higher,
        isPrimary: true)
      // Where nothing was answered each time is 0.
      if requests["total"]?.double != 0 {
        append("latency", latency["average"]?.double, .milliseconds, .lower)
        for (key, metric) in [("p50", "p50"), ("p90", "p90"), ("p97_5", "p97.5"), ("p99", "p99")] {
          append("latency \(metric)", latency[named: key]?.double, .milliseconds, .lower)
        }
      }
      append("throughput", root["throughput"]?["average"]?.double, .bytesPerSecond, .higher)
      noteErrors(root, name, into: &results)
    }
  }

  /// Without the host and port, which may be others each time.
  private static func path(of url: String) -> String {
    guard let scheme = url[...].firstRange(of: "://"),
      let slash = url[scheme.upperBound...].firstIndex(of: "/")
    else { return url }
    return String(url[slash...])
  }

  private static func noteErrors(_ root: JSONValue, _ name: String, into results: inout Results) {
    for key in ["errors", "timeouts", "non2xx", "mismatches"] {
      guard let count = root[named: key]?.int, count > 0 else { continue }
      results.problems.append(
        ResultProblem(.outsideError, "\(name): \(count) \(key)", isBlocking: false))
    }
  }
}
