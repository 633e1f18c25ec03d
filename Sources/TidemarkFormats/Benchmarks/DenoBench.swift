package import TidemarkModel
private import TidemarkSyntax

/// `deno bench --json`.
package enum DenoBench: Format {
  package static let name = "deno-bench"
  package static let producers = "deno bench --json"
  package static let specification = "https://docs.deno.com/runtime/reference/cli/bench/"
  package static let kept = """
    Of every benchmark the mean time of an iteration as main metric, 75th and 99th percentile; its \
    file as parameter, its group as label; benchmarks that failed as blocking problems.
    """
  package static let dropped = "Fastest and slowest iterations, 99.5th and 99.9th percentile."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isBench =
      json.kind("benches") == .array && json.string("runtime")?.hasPrefix("Deno/") == true
    return isBench ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let list = root["benches"], list.isArray else {
        throw Problem("has no array `benches`")
      }
      results.environment["cpu"] = root["cpu"]?.string
      results.environment["deno"] = root["runtime"]?.string.map { String($0.dropFirst(5)) }
      for bench in list.elements { read(bench, into: &results) }
    }
  }

  private static func read(_ bench: JSONValue, into results: inout Results) {
    let name = bench["name"]?.string ?? ""
    var parameters = Labels()
    parameters["file"] = bench["origin"]?.string?.split(separator: "/").last.map(String.init)
    var labels = Labels()
    labels["group"] = bench["group"]?.string
    for result in bench.list("results") {
      guard let times = result["ok"], let mean = times["avg"]?.double else {
        let failure = result["failed"]
        let message = failure?["message"]?.string ?? failure?["exceptionMessage"]?.string
        let why = TestDetail(message: message, trace: nil).message ?? "failed"
        results.problems.append(
          ResultProblem(.commandFailed, "\(name): \(why)", isBlocking: true))
        continue
      }
      for (metric, value) in [
        ("time", mean), ("p75", times["p75"]?.double), ("p99", times["p99"]?.double),
      ] {
        guard let value, value.isFinite else { continue }
        results.measurements.append(
          Measurement(
            name: name, parameters: parameters, metric: metric, value: value, unit: .nanoseconds,
            direction: .lower, labels: labels, n: metric == "time" ? times["n"]?.int : nil,
            isPrimary: metric == "time"))
      }
    }
  }
}
