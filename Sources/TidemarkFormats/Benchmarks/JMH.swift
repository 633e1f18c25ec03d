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
    samples (those of a histogram too); secondary metrics (profilers) as further ones; threads as a \
    parameter where a benchmark ran with several numbers of them; the JVM; a benchmark without a \
    score as a blocking problem.
    """
  package static let dropped = "Score errors, percentiles, what profilers say without a number."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    return json.has("[].primaryMetric") && json.has("[].benchmark") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard root.isArray else { throw Problem("is no array of benchmarks") }
      var threads: [[String]: Set<String>] = [:]
      for benchmark in root.elements {
        threads[key(of: benchmark), default: []].insert(benchmark["threads"]?.scalarText ?? "")
      }
      for benchmark in root.elements {
        let isOneOfSeveral = threads[key(of: benchmark)].map { $0.count > 1 } ?? false
        read(benchmark, namesThreads: isOneOfSeveral, into: &results)
      }
      // Files of several runs are put together to one list.
      results.joinRepetitions()
    }
  }

  /// What is told apart without the number of threads.
  private static func key(of benchmark: JSONValue) -> [String] {
    [benchmark["benchmark"]?.string ?? "", benchmark["mode"]?.string ?? ""]
      + benchmark.entries("params").prefix(64).flatMap { [$0, $1.scalarText ?? ""] }
  }

  private static func read(
    _ benchmark: JSONValue, namesThreads: Bool, into results: inout Results
  ) {
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
    if namesThreads { parameters["threads"] = benchmark["threads"]?.scalarText }
    let mode = benchmark["mode"]?.string ?? "score"
    guard let primary = benchmark["primaryMetric"],
      let main = measurement(primary, name: name, parameters: parameters, metric: mode)
    else {
      results.problems.append(
        ResultProblem(.outsideError, "\(name): has no score", isBlocking: true))
      return
    }
    results.measurements.append(main)
    for (key, metric) in benchmark.entries("secondaryMetrics") {
      // Profilers mark theirs with a middle dot before version 1.36: `·gc.alloc.rate.norm`, in the
      // platform's encoding.
      let key = String(key.drop { !$0.isASCII || $0 == "?" })
      guard
        var further = measurement(metric, name: name, parameters: parameters, metric: key)
      else { continue }
      further.isPrimary = false
      // A rate of allocation or collection is no throughput.
      if key.hasPrefix("gc.") { further.direction = .lower }
      // Instructions per clock.
      if key == "IPC" { further.direction = .higher }
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
    // One list a fork; of histograms in it one an iteration, of values and their counts.
    let forks = value.list("rawData")
    made.addRepetitions(forks.flatMap { $0.elements.compactMap(\.double) })
    var counted = CountedValues()
    for iteration in value.list("rawDataHistogram").flatMap(\.elements) {
      for step in iteration.elements {
        let pair = Array(step.elements.prefix(2))
        guard pair.count == 2, let value = pair[0].double, let count = pair[1].int else { continue }
        counted.append(value, count: count)
      }
    }
    counted.sort()
    made.addRepetitions(counted)
    return made
  }
}
