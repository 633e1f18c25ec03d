package import TidemarkModel
private import TidemarkSyntax

/// What Linux' `perf stat -j` writes: a counter a line.
package enum PerfStat: Format {
  package static let name = "perf-stat"
  package static let producers = "perf stat -j (--json-output)"
  package static let specification =
    "https://github.com/torvalds/linux/blob/master/tools/perf/Documentation/perf-stat.txt"
  package static let kept = """
    Every counter of a run, with the spread that `-r` tells as standard error; sockets, cores, \
    threads, nodes and cgroups as parameters; counters that were not counted or not supported as \
    notes.
    """
  package static let dropped =
    "Metrics that perf derives; what `-I` prints from interval to interval but for its sum."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    return json.has("counter-value") && json.has("event") && json.has("event-runtime") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var counters = PerfCounters()
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let counter, let number) = line else { return false }
      return counters.read(counter, line: number, into: &results)
    }
    guard counters.hasLines else { throw Problem("has no counter of perf stat", line: 1) }
    counters.finish(into: &results)
    return results
  }
}

/// The state while lines come in.
private struct PerfCounters {
  private struct Key: Hashable {
    var event: String
    var parameters: Labels
  }

  private struct Sum {
    var value: Double
    var unit: String
  }

  private(set) var hasLines = false
  /// With `-I` each line is an interval's share.
  private var sums: [Key: Sum] = [:]
  private var order: [Key] = []

  /// - Returns: Whether it is a counter.
  mutating func read(_ counter: JSONValue, line: Int, into results: inout Results) -> Bool {
    guard let event = counter["event"]?.string else {
      // A metric of its own, below its counter.
      return counter["metric-value"] != nil
    }
    hasLines = true
    let key = Key(event: event, parameters: parameters(of: counter))
    guard let value = counter["counter-value"]?.lenientDouble else {
      let why = counter["counter-value"]?.string ?? "has no value"
      results.skipValue(of: event, why.filter { $0 != "<" && $0 != ">" }, line: line)
      return true
    }
    let unit = counter["unit"]?.string ?? ""
    if counter["interval"] != nil {
      if sums[key] == nil { order.append(key) }
      var sum = sums[key] ?? Sum(value: 0, unit: unit)
      sum.value += value
      sums[key] = sum
      return true
    }
    // In per cent of the value.
    let share = counter["variance"]?.double.map { $0 / 100 * value }
    append(key, value, unit, error: share, to: &results)
    return true
  }

  private func parameters(of counter: JSONValue) -> Labels {
    var parameters = Labels()
    let keys = ["socket", "die", "cluster", "cache", "core", "cpu", "node", "thread", "cgroup"]
    for key in keys { parameters[key] = counter[named: key]?.scalarText }
    // `sleep-4711`: the number is another one in each run.
    if let thread = parameters["thread"], let mark = thread.lastIndex(of: "-") {
      parameters["thread"] = String(thread[..<mark])
    }
    return parameters
  }

  private func append(
    _ key: Key, _ value: Double, _ unit: String, error: Double?, to results: inout Results
  ) {
    let (quantity, direction) = PerfCounters.kind(key.event, unit)
    var measurement = Measurement(
      name: key.event, parameters: key.parameters, metric: "value", value: value, unit: quantity,
      direction: direction)
    measurement.standardError = error.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    results.measurements.append(measurement)
  }

  private static func kind(_ event: String, _ unit: String) -> (Unit, Direction) {
    let name = event.split(separator: ":").first.map(String.init) ?? event
    switch unit {
    case "msec": return (Unit(text: unit, quantity: .time, scale: 1e-3), .lower)
    case "Joules": return (Unit(text: unit, quantity: .energy, scale: 1), .lower)
    case "": break
    default:
      let known = Unit(parsing: unit)
      return (known, Direction.byDefault(metric: event, unit: known))
    }
    if name == "duration_time" || name == "user_time" || name == "system_time" {
      return (.nanoseconds, .lower)
    }
    let counts = ["instructions", "cycles", "ref-cycles", "cpu-cycles", "bus-cycles"]
    if counts.contains(where: { name == $0 || name.hasSuffix("/\($0)/") }) {
      return (Unit(text: "", quantity: .instructions, scale: 1), .lower)
    }
    return (.none, .lower)
  }

  mutating func finish(into results: inout Results) {
    for key in order {
      guard let sum = sums[key], sum.value.isFinite else { continue }
      append(key, sum.value, sum.unit, error: nil, to: &results)
    }
  }
}
