package import TidemarkModel
private import TidemarkSyntax

/// The Java Microbenchmark Harness' `-rf json`.
package enum JMH: Format {
  package static let name = "jmh"
  package static let producers = "JMH (-rf json), its Gradle and Maven plugins"
  package static let specification =
    "https://github.com/openjdk/jmh/blob/master/jmh-core/src/main/java/org/openjdk/jmh/results/format/JSONResultFormat.java"
  package static let kept = """
    The score of every benchmark and mode with its parameters, the raw data of all forks as \
    samples; secondary metrics (profilers) as further ones; the JVM.
    """
  package static let dropped = "Score errors where there are samples, percentiles, histograms."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    return json.has("[].primaryMetric") && json.has("[].benchmark") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard root.isArray else { throw Problem("is no array of benchmarks") }
      for benchmark in root.elements { read(benchmark, into: &results) }
    }
  }

  private static func read(_ benchmark: JSONValue, into results: inout Results) {
    guard let name = benchmark["benchmark"]?.string else {
      return results.skipValue(of: "an entry without a benchmark", "is left out")
    }
    for (key, fact) in [("jdkVersion", "jdk"), ("vmName", "jvm"), ("jmhVersion", "jmh")] {
      results.environment[fact] = benchmark[named: key]?.string ?? results.environment[fact]
    }
    var parameters = Labels()
    if let given = benchmark["params"] {
      for (key, value) in given.members.prefix(64) { parameters[key.string] = value.scalarText }
    }
    let mode = benchmark["mode"]?.string ?? "score"
    guard let primary = benchmark["primaryMetric"],
      let main = measurement(primary, name: name, parameters: parameters, metric: mode)
    else {
      return results.skipValue(of: name, "has no score")
    }
    results.measurements.append(main)
    for (key, metric) in benchmark.entries("secondaryMetrics") {
      // Profilers mark theirs with a middle dot: `·gc.alloc.rate.norm`.
      let key = String(key.drop { $0 == "·" })
      guard
        var further = measurement(metric, name: name, parameters: parameters, metric: key)
      else { continue }
      further.isPrimary = false
      // A rate of allocation or collection is no throughput.
      if key.hasPrefix("gc.") { further.direction = .lower }
      results.measurements.append(further)
    }
  }

  private static func measurement(
    _ value: JSONValue, name: String, parameters: Labels, metric: String
  ) -> Measurement? {
    guard let score = value["score"]?.lenientDouble else { return nil }
    let unit = Unit(parsing: value["scoreUnit"]?.string ?? "")
    var made = Measurement(
      name: name, parameters: parameters, metric: metric, value: score, unit: unit,
      direction: .byDefault(metric: metric, unit: unit))
    // One list a fork.
    let forks = value.list("rawData")
    made.addRepetitions(forks.flatMap { $0.elements.compactMap(\.double) })
    return made
  }
}
