package import TidemarkModel
private import TidemarkSyntax

/// bombardier's `--format json`.
package enum Bombardier: Format {
  package static let name = "bombardier"
  package static let producers = "bombardier --print r --format json --latencies"
  package static let specification =
    "https://github.com/codesenberg/bombardier/blob/master/internal/test_info.go"
  package static let kept = """
    Requests per second as main metric, mean latency and its percentiles, bytes read per second; \
    method and path as name, connections as parameter; errors and other statuses than 2xx and 3xx \
    as notes.
    """
  package static let dropped =
    "Spreads and maxima, percentiles of the rate, the body that was sent."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isResult =
      json.has("spec.numberOfConnections") && json.has("spec.testType")
      && json.has("result.timeTakenSeconds")
    return isResult ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let spec = root["spec"], let result = root["result"] else {
        throw Problem("has no `spec` and `result`")
      }
      let name = "\(spec["method"]?.string ?? "GET") \(path(of: spec["url"]?.string ?? ""))"
      var parameters = Labels()
      parameters["connections"] = spec["numberOfConnections"]?.scalarText
      func append(
        _ metric: String, _ value: Double?, _ unit: Unit, _ direction: Direction,
        isPrimary: Bool = false
      ) {
        results.append(
          series: name, parameters: parameters, metric, value, unit, direction,
          isPrimary: isPrimary)
      }
      append(
        "requests per second", result["rps"]?["mean"]?.double, .requestsPerSecond, .higher,
        isPrimary: true)
      append("latency", result["latency"]?["mean"]?.double, .microseconds, .lower)
      for key in ["50", "90", "95", "99"] {
        append(
          "latency p\(key)", result["latency"]?["percentiles"]?[named: key]?.double, .microseconds,
          .lower)
      }
      // Both are left out where there was too little to compute them.
      if result["rps"] == nil { results.skipValue(of: name, "has no rate") }
      if let seconds = result["timeTakenSeconds"]?.double, seconds > 0 {
        let rate = result["bytesRead"]?.double.map { $0 / seconds }
        append("read", rate, .bytesPerSecond, .higher)
      }
      noteErrors(result, name, into: &results)
    }
  }

  /// Without the host and port, which may be others each time.
  private static func path(of url: String) -> String {
    let rest = url[...].firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
    return rest.firstIndex(of: "/").map { String(rest[$0...]) } ?? "/"
  }

  private static func noteErrors(_ result: JSONValue, _ name: String, into results: inout Results) {
    func note(_ count: Int?, _ what: String) {
      guard let count, count > 0, results.problems.count < 20 else { return }
      results.problems.append(
        ResultProblem(.outsideError, "\(name): \(count) \(what)", isBlocking: false))
    }
    note(result["req4xx"]?.int, "answers of status 4xx")
    note(result["req5xx"]?.int, "answers of status 5xx")
    note(result["others"]?.int, "requests without an answer")
    for error in result.list("errors") {
      note(error["count"]?.int, "× \(error["description"]?.string ?? "an error")")
    }
  }
}
