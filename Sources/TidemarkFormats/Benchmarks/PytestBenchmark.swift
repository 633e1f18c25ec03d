package import TidemarkModel
private import TidemarkSyntax

/// pytest-benchmark's `--benchmark-json` and what it keeps with `--benchmark-autosave`. All times
/// are in seconds.
package enum PytestBenchmark: Format {
  package static let name = "pytest-benchmark"
  package static let producers = "pytest-benchmark (--benchmark-json, --benchmark-save)"
  package static let specification =
    "https://pytest-benchmark.readthedocs.io/en/latest/usage.html"
  package static let kept = """
    The mean of the rounds, with their number, standard error and, where saved, the rounds \
    themselves as samples; the machine, Python and the time of the run.
    """
  package static let dropped = """
    Median, quartiles, outliers, options, extra_info, the commit; parameters beyond the name, which \
    holds them already.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isBenchmark = json.has("benchmarks[].stats") || json.has("benchmarks[].fullname")
    let isEmpty = json.kind("benchmarks") == .array && json.has("machine_info")
    return isBenchmark || isEmpty ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let benchmarks = root["benchmarks"], benchmarks.isArray else {
        throw Problem("has no array `benchmarks`")
      }
      results.newestTime = root["datetime"]?.string.flatMap { TimeText.parse($0) }
      if let machine = root["machine_info"] { read(machine: machine, into: &results) }
      for benchmark in benchmarks.elements { read(benchmark, into: &results) }
    }
  }

  private static func read(machine: JSONValue, into results: inout Results) {
    let facts: [(StaticString, String)] = [
      ("machine", "arch"), ("system", "os"), ("release", "kernel"),
      ("python_version", "python"), ("python_implementation", "python_implementation"),
    ]
    for (key, fact) in facts {
      if let text = machine[key]?.scalarText { results.environment[fact] = text }
    }
    guard let cpu = machine["cpu"] else { return }
    results.environment["cpu"] = cpu["brand_raw"]?.string ?? cpu["brand"]?.string
    results.environment["cpus"] = cpu["count"]?.scalarText
  }

  private static func read(_ benchmark: JSONValue, into results: inout Results) {
    guard let name = benchmark["fullname"]?.string ?? benchmark["name"]?.string else {
      return results.skipValue(of: "a benchmark without a name", "is left out")
    }
    // `error` is set where the function raised; older versions write statistics of no rounds then.
    if let error = benchmark["error"]?.scalarText, error != "false" {
      results.problems.append(
        ResultProblem(.outsideError, "\(name): failed (\(error))", isBlocking: true))
      return
    }
    guard let stats = benchmark["stats"], let mean = stats["mean"]?.double else {
      results.problems.append(
        ResultProblem(.outsideError, "\(name): has no mean", isBlocking: true))
      return
    }
    var measurement = Measurement(
      name: name, metric: "time", value: mean, unit: .seconds, direction: .lower)
    let data = stats.list("data")
    let rounds = data.compactMap(\.double)
    if rounds.count == data.count { measurement.addRepetitions(rounds) }
    if let count = stats["rounds"]?.int, count > 0 {
      measurement.n = count
      if count > 1, let deviation = stats["stddev"]?.double, deviation >= 0 {
        measurement.standardError = deviation / Double(count).squareRoot()
      }
    }
    results.measurements.append(measurement)
  }
}
