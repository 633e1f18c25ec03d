package import TidemarkModel
private import TidemarkSyntax

/// BenchmarkDotNet's JSON exporters (brief and full), in nanoseconds.
package enum BenchmarkDotNet: Format {
  package static let name = "bdn"
  package static let producers = "BenchmarkDotNet ([JsonExporter…], --exporters json)"
  package static let specification =
    "https://benchmarkdotnet.org/articles/configs/exporters.html"
  package static let kept = """
    The mean with the values as samples, allocated bytes and every custom metric; the job as a \
    parameter where a benchmark ran in several; the machine and runtime; benchmarks without a \
    result as blocking problems.
    """
  package static let dropped = "Quartiles, outliers, confidence intervals, single measurements."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("Benchmarks") == .array else { return .no }
    let isDotNet =
      json.has("HostEnvironmentInfo") || json.has("Benchmarks[].Statistics")
      || json.has("Benchmarks[].FullName")
    return isDotNet ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let benchmarks = root["Benchmarks"], benchmarks.isArray else {
        throw Problem("has no array `Benchmarks`")
      }
      if let host = root["HostEnvironmentInfo"] { read(host: host, into: &results) }
      var counts: [String: Int] = [:]
      for benchmark in benchmarks.elements { counts[name(of: benchmark), default: 0] += 1 }
      for benchmark in benchmarks.elements {
        read(benchmark, isRepeated: counts[name(of: benchmark), default: 0] > 1, into: &results)
      }
    }
  }

  private static func read(host: JSONValue, into results: inout Results) {
    let facts: [(StaticString, String)] = [
      ("ProcessorName", "cpu"), ("LogicalCoreCount", "cpus"), ("OsVersion", "os"),
      ("RuntimeVersion", "runtime"), ("Architecture", "arch"),
      ("BenchmarkDotNetVersion", "benchmarkdotnet"), ("Configuration", "configuration"),
    ]
    for (key, fact) in facts { results.environment[fact] = host[key]?.scalarText }
  }

  private static func name(of benchmark: JSONValue) -> String {
    if let full = benchmark["FullName"]?.string, !full.isEmpty { return full }
    let keys: [StaticString] = ["Namespace", "Type", "Method"]
    return keys.compactMap { benchmark[$0]?.string }.filter { !$0.isEmpty }.joined(separator: ".")
  }

  private static func read(
    _ benchmark: JSONValue, isRepeated: Bool, into results: inout Results
  ) {
    let name = name(of: benchmark)
    guard let statistics = benchmark["Statistics"], let mean = statistics["Mean"]?.lenientDouble
    else {
      results.problems.append(
        ResultProblem(.outsideError, "\(name): has no result", isBlocking: true))
      return
    }
    var parameters = Labels()
    if isRepeated { parameters["job"] = job(of: benchmark) }
    var main = Measurement(
      name: name, parameters: parameters, metric: "time", value: mean, unit: .nanoseconds,
      direction: .lower, n: statistics["N"]?.int)
    let values = statistics["OriginalValues"] ?? statistics["Values"]
    main.addRepetitions(values.map { $0.elements.compactMap(\.double) } ?? [])
    if let error = statistics["StandardError"]?.double, error >= 0, (main.n ?? 0) > 1 {
      main.standardError = error
    }
    results.measurements.append(main)
    appendFurther(of: benchmark, like: main, into: &results)
  }

  /// `Type.Method: Job-ABCDEF(Runtime=.NET 9.0) [N=1]`: what stands behind the colon.
  private static func job(of benchmark: JSONValue) -> String? {
    guard let text = benchmark["DisplayInfo"]?.string, let colon = text.firstIndex(of: ":") else {
      return nil
    }
    let job = text[text.index(after: colon)...].drop { $0 == " " }.prefix { $0 != "[" }
    guard let open = job.firstIndex(of: "("), job.hasPrefix("Job-") else { return String(job) }
    // `Job-ABCDEF` is made up anew for every run.
    return String(job[job.index(after: open)...].prefix { $0 != ")" })
  }

  private static func appendFurther(
    of benchmark: JSONValue, like main: Measurement, into results: inout Results
  ) {
    func append(_ metric: String, _ value: Double, _ unit: Unit, _ direction: Direction) {
      results.measurements.append(
        Measurement(
          name: main.name, parameters: main.parameters, metric: metric, value: value, unit: unit,
          direction: direction, isPrimary: false))
    }
    if let bytes = benchmark["Memory"]?["BytesAllocatedPerOperation"]?.double {
      append("allocated", bytes, .bytes, .lower)
    }
    for metric in benchmark.list("Metrics") {
      let descriptor = metric["Descriptor"]
      guard let id = descriptor?["Id"]?.string, let value = metric["Value"]?.double,
        id != "Allocated Memory"
      else { continue }
      let unit = Unit(parsing: descriptor?["Unit"]?.string ?? "")
      let isHigher = descriptor?["TheGreaterTheBetter"]?.bool ?? false
      append(id, value, unit, isHigher ? .higher : .lower)
    }
  }
}
