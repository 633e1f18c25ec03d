package import TidemarkFormats
package import TidemarkModel
private import TidemarkSyntax

/// What Bencher's interface gives out: reports (`bencher report list`, `view`, `bencher run --format
/// json`) and `bencher perf`.
///
/// A report is a run, its testbed the machine class. Of several iterations the mean counts, and
/// each is kept as a sample.
/// - Source: https://github.com/bencherdev/bencher, `lib/bencher_json/src/project/report.rs`
///   (reports, also of older versions, by measure), `perf.rs`.
package enum BencherExport: ForeignHistory {
  package static let name = "bencher"

  package static func recognises(_ head: Head) -> Bool {
    let json = head.json
    let isPerf =
      json.has("results[].branch") && json.has("results[].testbed")
      && json.has("results[].benchmark")
    let isReport = ["", "[]."].contains { place in
      json.has("\(place)uuid") && json.has("\(place)testbed") && json.has("\(place)branch")
        && json.has("\(place)results")
    }
    return isPerf || isReport
  }

  package static func read(
    _ file: InputFile, in folder: ImportFolder
  ) throws(Problem) -> ForeignContents {
    try file.readRoot { (root) throws(Problem) in
      var contents = ForeignContents()
      var runs = Runs()
      if root.isArray {
        for report in root.elements { read(report: report, into: &runs, &contents) }
      } else if root["testbed"] != nil {
        read(report: root, into: &runs, &contents)
      } else {
        for line in root.list("results") { read(line: line, into: &runs, &contents) }
      }
      contents.parts = runs.parts
      return contents
    }
  }

  // MARK: Reports

  private static func read(
    report: JSONValue, into runs: inout Runs, _ contents: inout ForeignContents
  ) {
    guard let id = report["uuid"]?.string else { return contents.skip("a report without a uuid") }
    guard let time = time(report) else { return contents.skip("report \(id): has no start time") }
    guard let results = report["results"], results.isArray else {
      // A list that was not expanded has counts alone.
      return contents.skip(
        "report \(id): has no results, only their number; export it with `expand`")
    }
    let run = Run(
      id: id, time: time, branch: report["branch"]?["name"]?.string,
      commit: commit(of: report["branch"]), testbed: report["testbed"]?["name"]?.string)
    var hasValue = false
    for (index, iteration) in results.elements.enumerated() {
      let rows = iteration.isArray ? Array(iteration.elements) : [iteration]
      for row in rows {
        for (benchmark, measure, metric) in values(in: row) {
          hasValue =
            runs.add(metric, of: benchmark, measure, iteration: index, to: run) || hasValue
        }
      }
    }
    if !hasValue { contents.skip("report \(id): has no value") }
  }

  /// By benchmark, and within it by measure; until 2024 the other way round.
  private static func values(in row: JSONValue) -> [(Benchmark, JSONValue, JSONValue)] {
    if let benchmark = Benchmark(in: row) {
      return row.list("measures").compactMap { entry in
        guard let measure = entry["measure"], let metric = metric(in: entry) else { return nil }
        return (benchmark, measure, metric)
      }
    }
    guard let measure = row["measure"] ?? row["metric_kind"] else { return [] }
    return row.list("benchmarks").compactMap { entry in
      guard let name = entry["name"]?.string, let metric = entry["metric"] else { return nil }
      return (Benchmark(name: name), measure, metric)
    }
  }

  // MARK: Perf

  private static func read(
    line: JSONValue, into runs: inout Runs, _ contents: inout ForeignContents
  ) {
    guard let benchmark = Benchmark(in: line), let measure = line["measure"] else {
      return contents.skip("a line without a benchmark or measure")
    }
    for (index, metric) in line.list("metrics").enumerated() {
      guard let id = metric["report"]?.string, let time = time(metric),
        let value = self.metric(in: metric)
      else {
        contents.skip("\(benchmark.name): a value without a report or start time")
        continue
      }
      let run = Run(
        id: id, time: time, branch: line["branch"]?["name"]?.string,
        commit: metric["version"]?["hash"]?.string, testbed: line["testbed"]?["name"]?.string)
      // A branch that began at another has the other's reports as well: they are the same.
      let iteration = metric["iteration"]?.int ?? index
      if !runs.add(value, of: benchmark, measure, iteration: iteration, to: run) {
        contents.skip("\(benchmark.name), report \(id): has no value")
      }
    }
  }

  // MARK: Parts of both

  private static func time(_ value: JSONValue) -> Timestamp? {
    value["start_time"]?.string.flatMap { TimeText.parse($0) }
  }

  private static func commit(of branch: JSONValue?) -> String? {
    branch?["head"]?["version"]?["hash"]?.string ?? branch?["version"]?["hash"]?.string
  }

  /// The one value; since 2026 it stands among others that have names.
  private static func metric(in entry: JSONValue) -> JSONValue? {
    entry["metric"] ?? entry["metrics"]?["value"]
  }

  private struct Benchmark: Hashable {
    var name: String
    var parameters = Labels()

    init(name: String) { self.name = name }

    init?(in row: JSONValue) {
      guard let name = row["benchmark"]?["name"]?.string else { return nil }
      self.name = name
      if let set = row["parameter"]?["set"] { parameters = BencherMetricFormat.parameters(set) }
    }
  }

  private struct Run {
    var id: String
    var time: Timestamp
    var branch: String?
    var commit: String?
    var testbed: String?
  }

  private struct Runs {
    private var order: [String] = []
    private var byID: [String: ForeignPart] = [:]
    private var values: [String: [Key: [Int: Double]]] = [:]
    private var keys: [String: [Key]] = [:]

    private struct Key: Hashable {
      var benchmark: Benchmark
      var measure: String
      var unit: Unit
    }

    /// - Returns: Whether it has a value.
    mutating func add(
      _ metric: JSONValue, of benchmark: Benchmark, _ measure: JSONValue, iteration: Int,
      to run: Run
    ) -> Bool {
      guard let value = metric["value"]?.lenientDouble,
        let slug = measure["slug"]?.string ?? measure["name"]?.string
      else { return false }
      if byID[run.id] == nil {
        var part = ForeignPart(
          runID: "bencher-\(run.id)", time: run.time, job: run.testbed ?? "bencher")
        part.branch = run.branch
        part.commit = run.commit
        part.machine = run.testbed
        byID[run.id] = part
        order.append(run.id)
      }
      let key = Key(
        benchmark: benchmark, measure: slug,
        unit: BencherExport.unit(slug, measure["units"]?.string))
      if values[run.id, default: [:]][key] == nil { keys[run.id, default: []].append(key) }
      values[run.id, default: [:]][key, default: [:]][iteration] = value
      return true
    }

    var parts: [ForeignPart] {
      order.compactMap { id in
        guard var part = byID[id] else { return nil }
        for key in keys[id] ?? [] {
          let all = (values[id]?[key] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
          var measurement = Measurement(
            name: key.benchmark.name, parameters: key.benchmark.parameters, metric: key.measure,
            value: all.mean, unit: key.unit,
            direction: .byDefault(metric: key.measure, unit: key.unit))
          measurement.addRepetitions(all)
          part.results.measurements.append(measurement)
        }
        return part
      }
    }
  }

  /// Of a measure that Bencher brings along as the reader of its metric format has it, so that the
  /// series goes on; else what its `units` say, `nanoseconds (ns)`, if that is more than a word:
  /// `Measure (units)` is what a measure has that nobody gave any.
  private static func unit(_ slug: String, _ units: String?) -> Unit {
    let known = BencherMetricFormat.unit(of: slug)
    guard known == .none, let units else { return known }
    var text = units
    if let open = units.lastIndex(of: "("), units.hasSuffix(")") {
      text = String(units[units.index(after: open)...].dropLast())
    }
    let unit = Unit(parsing: text)
    if case .other = unit.quantity { return .none }
    return unit
  }
}
