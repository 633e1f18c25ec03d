package import TidemarkModel
private import TidemarkSyntax

/// pyperf's JSON. Name, unit and facts stand in the metadata of the run, the benchmark or the file:
/// the innermost counts.
package enum Pyperf: Format {
  package static let name = "pyperf"
  package static let producers = "pyperf, pyperformance, python -m perf"
  package static let specification =
    "https://pyperf.readthedocs.io/en/latest/api.html#benchmark-json"
  package static let kept = """
    The mean of all runs' values, the values as samples; the machine, Python and the newest date.
    """
  package static let dropped = "Warm-ups, calibration runs, tags, load, temperatures."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    return json.kind("benchmarks[].runs") == .array ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let benchmarks = root["benchmarks"], benchmarks.isArray else {
        throw Problem("has no array `benchmarks`")
      }
      for benchmark in benchmarks.elements {
        read(benchmark, file: root["metadata"], into: &results)
      }
    }
  }

  private static func read(
    _ benchmark: JSONValue, file: JSONValue?, into results: inout Results
  ) {
    var values: [Double] = []
    var firstRun: JSONValue?
    for run in benchmark.list("runs") {
      let metadata = run["metadata"]
      firstRun = firstRun ?? metadata
      if let date = metadata?["date"]?.string.flatMap({ TimeText.parse($0) }) {
        results.newestTime = max(results.newestTime ?? date, date)
      }
      // Before version 1.2 they were samples, and what all runs share had a place of its own.
      for value in run.list("values") + run.list("samples") {
        if let number = value.double { values.append(number) }
      }
    }
    let levels = [firstRun, benchmark["metadata"], benchmark["common_metadata"], file]
    func fact(_ key: StaticString) -> String? {
      levels.compactMap { $0?[key]?.scalarText }.first
    }
    note(fact, into: &results)
    let name = fact("name") ?? "benchmark"
    guard !values.isEmpty else {
      return results.skipValue(of: name, "has no values")
    }
    let unit = Unit(parsing: fact("unit") ?? "second")
    let metric =
      switch unit.quantity {
      case .time: "time"
      case .bytes: "memory"
      default: "value"
      }
    var measurement = Measurement(
      name: name, metric: metric, value: values.mean, unit: unit,
      direction: .byDefault(metric: metric, unit: unit))
    measurement.addRepetitions(values)
    results.measurements.append(measurement)
  }

  private static func note(_ fact: (StaticString) -> String?, into results: inout Results) {
    let facts: [(StaticString, String)] = [
      ("cpu_model_name", "cpu"), ("cpu_count", "cpus"),
      ("platform", "platform"), ("python_version", "python"),
      ("python_implementation", "python_implementation"),
    ]
    for (key, name) in facts where results.environment[name] == nil {
      results.environment[name] = fact(key)
    }
  }
}
