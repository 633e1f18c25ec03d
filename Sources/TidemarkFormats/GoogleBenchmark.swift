package import TidemarkModel
private import TidemarkSyntax

/// Google Benchmark's `--benchmark_out_format=json`.
///
/// Rows of one name are repetitions of one benchmark: they become its samples, and its value is
/// their mean. That is also what the tool's own `_mean` row says and what remains in a file of
/// `--benchmark_report_aggregates_only`, so the series does not jump when that option changes.
package enum GoogleBenchmark: Format {
  package static let name = "gbench"
  package static let producers =
    "Google Benchmark (--benchmark_out, --benchmark_format=json), and libraries with its output"
  package static let specification =
    "https://github.com/google/benchmark/blob/main/docs/user_guide.md#output-formats"
  package static let kept = """
    real_time as the main metric, cpu_time and every counter as further ones; the repetitions as \
    samples; coefficients of _BigO rows; failed benchmarks as blocking problems; the machine.
    """
  package static let dropped =
    "Labels, families, thread counts apart from the name, caches, load, _RMS and _cv rows."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("benchmarks") == .array || json.has("context.library_build_type") else {
      return .no
    }
    let hasRows =
      json.has("benchmarks[].real_time") || json.has("benchmarks[].cpu_time")
      || json.has("benchmarks[].run_type") || json.has("benchmarks[].error_occurred")
    if hasRows { return json.has("benchmarks[].name") ? .yes : .no }
    return json.kind("context") == .object && json.has("context.num_cpus") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let rows = root["benchmarks"], rows.isArray else {
        throw Problem("has no array `benchmarks`")
      }
      if let context = root["context"] { read(context: context, into: &results) }
      var families = Families()
      for element in rows.elements {
        if let row = Row(element) { families.add(row) } else { results.skipRow(element) }
      }
      families.finish(into: &results)
    }
  }

  private static func read(context: JSONValue, into results: inout Results) {
    results.newestTime = context["date"]?.string.flatMap { TimeText.parse($0) }
    let facts: [(StaticString, String)] = [
      ("host_name", "host"), ("num_cpus", "cpus"), ("mhz_per_cpu", "cpu_mhz"),
      ("cpu_scaling_enabled", "cpu_scaling"), ("library_version", "benchmark_library"),
      ("library_build_type", "benchmark_library_build"),
    ]
    for (key, fact) in facts {
      if let text = context[key]?.scalarText { results.environment[fact] = text }
    }
  }
}

extension Results {
  fileprivate mutating func skipRow(_ element: JSONValue) {
    skipValue(of: element["name"]?.string ?? "a row without a name", "is no benchmark row")
  }
}

/// What one row says; its texts are valid as long as the document.
private struct Row {
  var name: JSONText
  var runName: JSONText?
  var isAggregate = false
  var aggregate: JSONText?
  var repetitions: Int?
  var realTime: Double?
  var cpuTime: Double?
  var timeUnit: JSONText?
  var realCoefficient: Double?
  var cpuCoefficient: Double?
  var failure: String?
  var skipReason: String?
  var counters: [(name: JSONText, value: Double)] = []

  private static let counterLimit = 256

  init?(_ row: JSONValue) {
    var name: JSONText?
    var hasFailed = false
    var isSkipped = false
    self.name = JSONText.empty
    for (key, value) in row.members {
      switch key {
      case "name": name = value.text
      case "run_name": runName = value.text
      case "run_type": isAggregate = value.text.map { $0 == "aggregate" } ?? false
      case "repetitions": repetitions = value.int
      case "aggregate_name": aggregate = value.text
      case "real_time": realTime = value.double
      case "cpu_time": cpuTime = value.double
      case "time_unit": timeUnit = value.text
      case "real_coefficient": realCoefficient = value.double
      case "cpu_coefficient": cpuCoefficient = value.double
      case "error_occurred": hasFailed = value.bool ?? false
      case "error_message": failure = value.string
      case "skipped": isSkipped = value.bool ?? false
      case "skip_message": skipReason = value.string
      case "family_index", "per_family_instance_index", "repetition_index", "threads",
        "iterations", "rms":
        continue
      default:
        if let number = value.double, counters.count < Row.counterLimit {
          counters.append((key, number))
        }
      }
    }
    guard let name else { return nil }
    self.name = name
    failure = hasFailed ? failure ?? "failed" : nil
    skipReason = isSkipped ? skipReason ?? "skipped" : nil
  }

  var hasTime: Bool { realTime != nil || cpuTime != nil }
}

/// The rows, gathered by benchmark in the order of their first appearance.
private struct Families {
  private var list: [Family] = []
  private var index: [String: Int] = [:]

  mutating func add(_ row: Row) {
    // Repetitions mostly stand together: no look-up then.
    let key = row.isAggregate ? row.runName ?? row.name : row.name
    if let last = list.indices.last, key == list[last].name {
      list[last].add(row)
      return
    }
    let name = key.string
    if let place = index[name] {
      list[place].add(row)
    } else {
      index[name] = list.count
      list.append(Family(name: name, first: row))
    }
  }

  mutating func finish(into results: inout Results) {
    let owners = formerAggregates()
    results.measurements.reserveCapacity(list.count * 2)
    for (place, family) in list.enumerated() where owners[place] == nil {
      family.finish(into: &results)
    }
  }

  /// Before version 1.4.1 a row of statistics is told from others by its name's ending alone. It
  /// is one if there is also the benchmark itself, or else its `_stddev` row; in the latter case
  /// the `_mean` row gives the value.
  private mutating func formerAggregates() -> [Int: String] {
    var owners: [Int: String] = [:]
    for (place, family) in list.enumerated() where !family.hasAggregates {
      guard let ending = ["_mean", "_median", "_stddev", "_cv"].first(where: family.name.hasSuffix)
      else { continue }
      let owner = String(family.name.dropLast(ending.utf8.count))
      if index[owner] != nil {
        owners[place] = owner
      } else if index[owner + "_stddev"] != nil, index[owner + "_mean"] != nil {
        if ending == "_mean" { list[place].name = owner } else { owners[place] = owner }
      }
    }
    return owners
  }
}

/// One benchmark's rows.
private struct Family {
  var name: String
  private var runs: [Row] = []
  /// `mean`, `median`, then what the program computes itself.
  private var aggregates: [Row] = []

  init(name: String, first: Row) {
    self.name = name
    add(first)
  }

  var hasAggregates: Bool { !aggregates.isEmpty }

  mutating func add(_ row: Row) {
    // A few old files say `aggregate` of rows that are none.
    if row.isAggregate, row.aggregate != nil { aggregates.append(row) } else { runs.append(row) }
  }

  func finish(into results: inout Results) {
    var isBroken = false
    for row in runs {
      if let failure = row.failure, !isBroken {
        isBroken = true
        results.problems.append(
          ResultProblem(.outsideError, "\(name): \(failure)", isBlocking: true))
      } else if let reason = row.skipReason, !isBroken {
        isBroken = true
        results.skipValue(of: name, reason)
      }
    }
    let timed = runs.filter { $0.failure == nil && $0.skipReason == nil && $0.hasTime }
    if !timed.isEmpty {
      append(timed, mean: aggregate("mean"), into: &results)
    } else if let mean = aggregate("mean") ?? aggregate("median") ?? firstTimedAggregate {
      append([mean], deviation: aggregate("stddev"), into: &results)
    } else if isBroken {
      results.unmeasured.append(name)
    }
    appendComplexity(into: &results)
  }

  private func aggregate(_ name: StaticString) -> Row? {
    aggregates.first { row in row.aggregate.map { $0 == name } ?? false }
  }

  /// A statistic of the program's own, where there is no mean.
  private var firstTimedAggregate: Row? { aggregates.first { $0.hasTime } }

  /// Every metric of the rows, each row a repetition, or one row of statistics.
  private func append(
    _ rows: [Row], mean: Row? = nil, deviation: Row? = nil, into results: inout Results
  ) {
    guard let first = rows.first else { return }
    let unit = Unit(timeUnit: first.timeUnit)
    let factors = rows.map { row in
      row.timeUnit.map { Unit(timeUnit: $0).scale / unit.scale } ?? 1
    }
    func append(
      _ metric: String, _ unit: Unit, isPrimary: Bool = false, of value: (Row, Double) -> Double?
    ) {
      let values = zip(rows, factors).compactMap { value($0, $1) }
      guard !values.isEmpty else { return }
      var measurement = Measurement(
        name: name, metric: metric, value: mean.flatMap { value($0, 1) } ?? values.mean,
        unit: unit, direction: .byDefault(metric: metric, unit: unit), isPrimary: isPrimary)
      measurement.addRepetitions(values, areRows: true)
      if let deviation, let spread = value(deviation, 1), let n = deviation.repetitions, n > 0 {
        measurement.n = n
        measurement.standardError = spread / Double(n).squareRoot()
      }
      results.measurements.append(measurement)
    }
    let hasRealTime = rows.contains { $0.realTime != nil }
    append("real_time", unit, isPrimary: true) { row, factor in row.realTime.map { $0 * factor } }
    append("cpu_time", unit, isPrimary: !hasRealTime) { row, factor in
      row.cpuTime.map { $0 * factor }
    }
    for counter in first.counters {
      append(counter.name.string, Unit(counter: counter.name)) { row, _ in
        row.counters.first { $0.name == counter.name }?.value
      }
    }
  }

  private func appendComplexity(into results: inout Results) {
    guard let row = aggregate("BigO") else { return }
    let unit = Unit(timeUnit: row.timeUnit)
    for (metric, value) in [
      ("real_coefficient", row.realCoefficient), ("cpu_coefficient", row.cpuCoefficient),
    ] {
      guard let value else { continue }
      results.measurements.append(
        Measurement(
          name: name + "_BigO", metric: metric, value: value, unit: unit, direction: .lower,
          isPrimary: false))
    }
  }
}

extension Unit {
  /// As `time_unit` says; nanoseconds where it is not there.
  fileprivate init(timeUnit: JSONText?) {
    guard let timeUnit else {
      self = .nanoseconds
      return
    }
    switch timeUnit {
    case "ns": self = .nanoseconds
    case "us": self = .microseconds
    case "ms": self = .milliseconds
    case "s": self = .seconds
    default: self.init(parsing: timeUnit.string)
    }
  }

  /// The counters whose meaning the library fixes; any other is a plain number.
  fileprivate init(counter: JSONText) {
    switch counter {
    case "bytes_per_second": self.init(text: "B/s", quantity: .rate, scale: 1)
    case "items_per_second": self.init(text: "items/s", quantity: .rate, scale: 1)
    case "allocs_per_iter": self.init(text: "allocs", quantity: .allocations, scale: 1)
    case "max_bytes_used", "total_allocated_bytes", "net_heap_growth": self = .bytes
    case "CYCLES", "INSTRUCTIONS": self.init(text: "", quantity: .instructions, scale: 1)
    default: self = .none
    }
  }
}
