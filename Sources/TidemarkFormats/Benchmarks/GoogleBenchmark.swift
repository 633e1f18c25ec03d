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
      var families = Families(expected: rows.count)
      for element in rows.elements where !families.add(element) {
        results.skipValue(
          of: element["name"]?.string ?? "a row without a name", "is no benchmark row")
      }
      families.finish(into: &results)
    }
  }

  private static func read(context: JSONValue, into results: inout Results) {
    results.newestTime = context["date"]?.string.flatMap { TimeText.parse($0) }
    // Neither host_name nor mhz_per_cpu: both differ from one hosted runner to the next of its kind.
    let facts: [(StaticString, String)] = [
      ("num_cpus", "cpus"), ("cpu_scaling_enabled", "cpu_scaling"),
      ("library_version", "benchmark_library"),
      ("library_build_type", "benchmark_library_build"),
    ]
    for (key, fact) in facts {
      if let text = context[key]?.scalarText { results.environment[fact] = text }
    }
  }
}

/// What one row says; its texts are valid as long as the document, and empty where there is none.
private struct Row {
  enum Status {
    case ran, failed, skipped
  }

  var aggregate = JSONText.empty
  var timeUnit = JSONText.empty
  /// Why it failed or was skipped.
  var reason = JSONText.empty
  var repetitions = 0
  // Numbers are NaN where there is none: optional ones take twice the room, in every row.
  var realTime = Double.nan
  var cpuTime = Double.nan
  var realCoefficient = Double.nan
  var cpuCoefficient = Double.nan
  var counters: [(name: JSONText, value: Double)] = []
  var status = Status.ran
  private var isMarkedAggregate = false

  private static let counterLimit = 256

  init(_ row: JSONValue) {
    for (key, value) in row.members {
      // By length first: a file has millions of keys.
      switch key.utf8.count {
      case 8 where key == "cpu_time": cpuTime = value.double ?? .nan
      case 8 where key == "run_type":
        isMarkedAggregate = value.text.map { $0 == "aggregate" } ?? false
      case 9 where key == "real_time": realTime = value.double ?? .nan
      case 9 where key == "time_unit": timeUnit = value.text ?? .empty
      default: readRare(key, value)
      }
    }
  }

  private mutating func readRare(_ key: JSONText, _ value: JSONValue) {
    switch key {
    case "name", "run_name", "family_index", "per_family_instance_index", "repetition_index",
      "threads", "iterations", "rms":
      break
    case "repetitions": repetitions = value.int ?? 0
    case "aggregate_name": aggregate = value.text ?? .empty
    case "real_coefficient": realCoefficient = value.double ?? .nan
    case "cpu_coefficient": cpuCoefficient = value.double ?? .nan
    case "error_occurred": if value.bool == true { status = .failed }
    case "skipped": if value.bool == true { status = .skipped }
    case "error_message", "skip_message": reason = value.text ?? .empty
    default:
      if let number = value.double, counters.count < Row.counterLimit {
        counters.append((key, number))
      }
    }
  }

  /// A few old files say `aggregate` of rows that are none: they name no statistic.
  var isAggregate: Bool { isMarkedAggregate && !aggregate.isEmpty }
  var hasTime: Bool { !realTime.isNaN || !cpuTime.isNaN }
  var isComplexity: Bool { !realCoefficient.isNaN || !cpuCoefficient.isNaN }
}

/// The rows, gathered by benchmark in the order of their first appearance.
///
/// A large file has hundreds of thousands of names: they are looked up by their bytes in the
/// document, and a row is read once, when its benchmark is finished.
private struct Families {
  private struct Family {
    var name: JSONText
    var first: Int32
    var last: Int32
    var hasAggregates = false
  }

  private var rows: [JSONValue] = []
  /// The next row of the same benchmark, or -1.
  private var next: [Int32] = []
  private var list: [Family] = []
  private var table: NameTable

  /// - Parameter expected: How many rows there may be; room is made for half a million at most.
  init(expected: Int) {
    let count = min(expected, 1 << 19)
    rows.reserveCapacity(count)
    next.reserveCapacity(count)
    list.reserveCapacity(count)
    table = NameTable(capacity: count)
  }

  /// - Returns: false for what is no row with a name.
  mutating func add(_ row: JSONValue) -> Bool {
    var name: JSONText?
    var runName: JSONText?
    var isAggregate = false
    // The tool writes the kind behind both names: what follows need not be looked at.
    loop: for (key, value) in row.members {
      switch key {
      case "name": name = value.text
      case "run_name": runName = value.text
      case "run_type":
        isAggregate = value.text.map { $0 == "aggregate" } ?? false
        if name != nil, runName != nil { break loop }
      default: continue
      }
    }
    guard let name, !name.isEmpty, rows.count < Int(Int32.max) else { return false }
    append(row, to: isAggregate ? runName ?? name : name, isAggregate: isAggregate)
    return true
  }

  private mutating func append(_ row: JSONValue, to name: JSONText, isAggregate: Bool) {
    let number = Int32(truncatingIfNeeded: rows.count)
    rows.append(row)
    next.append(-1)
    var place = list.count - 1
    // Repetitions mostly stand together: no look-up then.
    if place < 0 || !(list[place].name == name) {
      place = table.find(name, orInsert: list.count) { list[$0].name }
    }
    if place == list.count {
      list.append(Family(name: name, first: number, last: number))
    } else {
      next[Int(list[place].last)] = number
      list[place].last = number
    }
    if isAggregate { list[place].hasAggregates = true }
  }

  func finish(into results: inout Results) {
    results.measurements.reserveCapacity(list.count * 2)
    for family in list {
      var name = family.name.string
      if !family.hasAggregates, let owner = owner(of: family.name) {
        guard owner.isMean else { continue }
        name = owner.name
      }
      var benchmark = Benchmark(name: name, first: Row(rows[Int(family.first)]))
      var number = next[Int(family.first)]
      while number >= 0 {
        benchmark.add(Row(rows[Int(number)]))
        number = next[Int(number)]
      }
      benchmark.finish(into: &results)
    }
  }

  /// Before version 1.4.1 a row of statistics is told from others by its name's ending alone. It
  /// is one if there is also the benchmark itself, or else its `_stddev` row; in the latter case
  /// the `_mean` row gives the value.
  ///
  /// - Returns: The benchmark that a row of statistics belongs to; nil for any other row.
  private func owner(of name: JSONText) -> (name: String, isMean: Bool)? {
    guard let ending = Families.endings.first(where: { name.hasSuffix($0) }) else { return nil }
    let owner = String(name.string.dropLast(ending.utf8CodeUnitCount))
    if contains(owner) { return (owner, false) }
    guard contains(owner + "_stddev"), contains(owner + "_mean") else { return nil }
    return (owner, name.hasSuffix("_mean"))
  }

  private func contains(_ name: String) -> Bool {
    var name = name
    return name.withUTF8 { table.find($0) { list[$0].name.utf8 } != nil }
  }

  private static let endings: [StaticString] = ["_mean", "_median", "_stddev", "_cv"]
}

/// Numbers of names by the names' bytes: open addressing with linear probing, at most half full.
private struct NameTable {
  /// Half of the name's hash above, its number and 1 below; 0 is free. Most names that meet are told
  /// apart by the hash, without a look at their bytes, which lie anywhere in memory.
  private var slots: [UInt64]
  private var count = 0

  init(capacity: Int) {
    var size = 64
    while size < 2 * capacity { size *= 2 }
    slots = Array(repeating: 0, count: size)
  }

  /// The number of `name`; `number` if it is new.
  ///
  /// - Parameter text: The name of a number that was given before.
  mutating func find(_ name: JSONText, orInsert number: Int, text: (Int) -> JSONText) -> Int {
    if 2 * count >= slots.count { grow(text) }
    let hash = NameTable.hash(name.utf8)
    let slot = slot(of: name.utf8, hash) { text($0).utf8 }
    if slots[slot] != 0 { return NameTable.number(slots[slot]) }
    slots[slot] = hash & NameTable.upper | UInt64(truncatingIfNeeded: number + 1)
    count += 1
    return number
  }

  /// The number of `name` if it has one.
  func find(
    _ name: UnsafeBufferPointer<UInt8>, text: (Int) -> UnsafeBufferPointer<UInt8>
  ) -> Int? {
    let entry = slots[slot(of: name, NameTable.hash(name), text)]
    return entry != 0 ? NameTable.number(entry) : nil
  }

  private static let upper: UInt64 = 0xFFFF_FFFF_0000_0000

  private static func number(_ entry: UInt64) -> Int { Int(entry & 0xFFFF_FFFF) - 1 }

  /// The standard library's hash, seeded anew in every process: no input can make names collide.
  private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hasher = Hasher()
    hasher.combine(bytes: UnsafeRawBufferPointer(name))
    return UInt64(bitPattern: Int64(hasher.finalize()))
  }

  private func slot(
    of name: UnsafeBufferPointer<UInt8>, _ hash: UInt64,
    _ text: (Int) -> UnsafeBufferPointer<UInt8>
  ) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash & UInt64(mask))
    while slots[slot] != 0 {
      let isSame = slots[slot] & NameTable.upper == hash & NameTable.upper
      if isSame, text(NameTable.number(slots[slot])).elementsEqual(name) { break }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private mutating func grow(_ text: (Int) -> JSONText) {
    let entries = slots.filter { $0 != 0 }
    slots = Array(repeating: 0, count: slots.count * 2)
    for entry in entries {
      let name = text(NameTable.number(entry)).utf8
      slots[slot(of: name, NameTable.hash(name)) { text($0).utf8 }] = entry
    }
  }
}

/// One benchmark with all its rows.
private struct Benchmark {
  private var name: String
  private var first: Row
  private var further: [Row] = []

  init(name: String, first: Row) {
    self.name = name
    self.first = first
  }

  mutating func add(_ row: Row) { further.append(row) }

  func finish(into results: inout Results) {
    if further.isEmpty, first.status == .ran, first.hasTime, !first.isAggregate {
      return appendSingle(into: &results)
    }
    let rows = [first] + further
    let runs = rows.filter { !$0.isAggregate }
    if let broken = runs.first(where: { $0.status != .ran }) { note(broken, into: &results) }
    let timed = runs.filter { $0.status == .ran && $0.hasTime }
    let statistics = rows.filter(\.isAggregate)
    func statistic(_ name: StaticString) -> Row? { statistics.first { $0.aggregate == name } }
    if !timed.isEmpty {
      append(timed, mean: statistic("mean"), into: &results)
    } else if let mean = statistic("mean") ?? statistic("median")
      // A statistic of the program's own.
      ?? statistics.first(where: \.hasTime)
    {
      append([mean], deviation: statistic("stddev"), into: &results)
    } else if runs.contains(where: { $0.status != .ran }) {
      results.unmeasured.append(name)
    }
    // Before version 1.4.1 the row is known by its coefficients, and its name is not the benchmark's.
    if let complexity = statistic("BigO") {
      append(complexity: complexity, name: name + "_BigO", into: &results)
    } else if let complexity = runs.first(where: \.isComplexity) {
      append(complexity: complexity, name: name, into: &results)
    }
  }

  private func note(_ row: Row, into results: inout Results) {
    let reason = row.reason.string
    if row.status == .failed {
      results.problems.append(
        ResultProblem(
          .outsideError, "\(name): \(reason.isEmpty ? "failed" : reason)", isBlocking: true))
    } else {
      results.skipValue(of: name, reason.isEmpty ? "was skipped" : reason)
    }
  }

  /// The common case, one row a benchmark, without an array for each metric.
  private func appendSingle(into results: inout Results) {
    let unit = Unit(timeUnit: first.timeUnit)
    let hasRealTime = !first.realTime.isNaN
    if hasRealTime {
      results.measurements.append(
        Measurement(
          name: name, metric: "real_time", value: first.realTime, unit: unit, direction: .lower))
    }
    if !first.cpuTime.isNaN {
      results.measurements.append(
        Measurement(
          name: name, metric: "cpu_time", value: first.cpuTime, unit: unit, direction: .lower,
          isPrimary: !hasRealTime))
    }
    for counter in first.counters { append(counter, [first], into: &results) }
  }

  /// Every metric of the rows, each row a repetition, or one row of statistics.
  private func append(
    _ rows: [Row], mean: Row? = nil, deviation: Row? = nil, into results: inout Results
  ) {
    guard let first = rows.first else { return }
    let unit = Unit(timeUnit: first.timeUnit)
    let hasRealTime = rows.contains { !$0.realTime.isNaN }
    let times: [(String, (Row) -> Double)] = [
      ("real_time", { $0.realTime }), ("cpu_time", { $0.cpuTime }),
    ]
    for (metric, time) in times {
      let scaled: (Row) -> Double? = { row in
        let value = time(row)
        if value.isNaN { return nil }
        if row.timeUnit == first.timeUnit { return value }
        return value * (Unit(timeUnit: row.timeUnit).scale / unit.scale)
      }
      append(
        metric, unit, rows, mean: mean, deviation: deviation,
        isPrimary: metric == "real_time" || !hasRealTime, of: scaled, into: &results)
    }
    for counter in first.counters {
      append(counter, rows, mean: mean, deviation: deviation, into: &results)
    }
  }

  private func append(
    _ counter: (name: JSONText, value: Double), _ rows: [Row], mean: Row? = nil,
    deviation: Row? = nil, into results: inout Results
  ) {
    append(
      counter.name.string, Unit(counter: counter.name), rows, mean: mean, deviation: deviation,
      isPrimary: false, of: { row in row.counters.first { $0.name == counter.name }?.value },
      into: &results)
  }

  private func append(
    _ metric: String, _ unit: Unit, _ rows: [Row], mean: Row?, deviation: Row?, isPrimary: Bool,
    of value: (Row) -> Double?, into results: inout Results
  ) {
    let values = rows.compactMap(value)
    guard !values.isEmpty else { return }
    var measurement = Measurement(
      name: name, metric: metric, value: mean.flatMap(value) ?? values.mean, unit: unit,
      direction: .byDefault(metric: metric, unit: unit), isPrimary: isPrimary)
    measurement.addRepetitions(values, areRows: true)
    if let deviation, let spread = value(deviation), deviation.repetitions > 0 {
      measurement.n = deviation.repetitions
      measurement.standardError = spread / Double(deviation.repetitions).squareRoot()
    }
    results.measurements.append(measurement)
  }

  private func append(complexity row: Row, name: String, into results: inout Results) {
    let unit = Unit(timeUnit: row.timeUnit)
    for (metric, value) in [
      ("real_coefficient", row.realCoefficient), ("cpu_coefficient", row.cpuCoefficient),
    ] where !value.isNaN {
      results.measurements.append(
        Measurement(
          name: name, metric: metric, value: value, unit: unit, direction: .lower,
          isPrimary: false))
    }
  }
}

extension Unit {
  /// As `time_unit` says; nanoseconds where it is not there.
  fileprivate init(timeUnit: JSONText) {
    switch timeUnit {
    case "", "ns": self = .nanoseconds
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
