package import TidemarkModel
private import TidemarkSyntax

/// mitata's JSON.
package enum Mitata: Format {
  package static let name = "mitata"
  package static let producers = "mitata (run({ format: 'json' }), of 0.1 run({ json: true }))"
  package static let specification = "https://github.com/evanwashere/mitata#readme"
  package static let kept = """
    Of every run the mean time as main metric with its samples, median, 75th and 99th percentile, \
    memory; its group as label, its arguments as parameters; benchmarks that threw as blocking \
    problems.
    """
  package static let dropped = "Counters of the hardware, collections of garbage, layout."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("benchmarks") == .array else { return .no }
    let isNew = json.kind("layout") == .array && json.kind("benchmarks[].runs") == .array
    let isOld =
      json.has("runtime") && json.has("cpu") && json.has("benchmarks[].stats.p999")
    return isNew || isOld ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let list = root["benchmarks"], list.isArray else {
        throw Problem("has no array `benchmarks`")
      }
      let context = root["context"]
      results.newestTime = context?.time("now")
      results.environment["cpu"] = context?["cpu"]?["name"]?.string ?? root["cpu"]?.string
      results.environment["arch"] = context?["arch"]?.string
      if let runtime = context?["runtime"]?.string {
        results.environment[runtime] = context?["version"]?.string
      } else {
        results.environment["runtime"] = root["runtime"]?.string
      }
      let groups = root.list("layout").map { $0["name"]?.string }
      for benchmark in list.elements {
        var labels = Labels()
        let group = benchmark["group"]
        labels["group"] =
          group?.string ?? group?.int.flatMap { groups.indices.contains($0) ? groups[$0] : nil }
        let runs = benchmark["runs"].map { Array($0.elements) } ?? [benchmark]
        for run in runs { read(run, labels, into: &results) }
      }
    }
  }

  private static func read(_ run: JSONValue, _ labels: Labels, into results: inout Results) {
    let name = run["name"]?.string ?? ""
    var parameters = Labels()
    for (key, value) in run.entries("args") { parameters[key] = value.scalarText }
    guard let stats = run["stats"], let mean = stats["avg"]?.double else {
      let why = TestDetail(
        message: run["error"]?["message"]?.string ?? run["error"]?.string, trace: nil
      ).message
      results.problems.append(
        ResultProblem(
          .commandFailed, "\(name): \(why ?? "has no time")", isBlocking: true))
      return
    }
    func series(_ metric: String, _ value: Double, _ unit: Unit, isPrimary: Bool) -> Measurement {
      Measurement(
        name: name, parameters: parameters, metric: metric, value: value, unit: unit,
        direction: .lower, labels: labels, isPrimary: isPrimary)
    }
    var main = series("time", mean, .nanoseconds, isPrimary: true)
    main.addRepetitions(stats.list("samples").compactMap(\.double))
    results.measurements.append(main)
    for key in ["p50", "p75", "p99"] {
      guard let value = stats[named: key]?.double else { continue }
      results.measurements.append(series(key, value, .nanoseconds, isPrimary: false))
    }
    if let heap = stats["heap"]?["avg"]?.double {
      results.measurements.append(series("memory", heap, .bytes, isPrimary: false))
    }
  }
}
