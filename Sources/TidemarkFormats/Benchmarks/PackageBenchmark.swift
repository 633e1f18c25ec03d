package import TidemarkModel
private import TidemarkSyntax

/// What package-benchmark for Swift writes: a baseline, with the histograms of all benchmarks
/// (``PackageBenchmarkBaseline``), or the 90th percentiles of one benchmark. A file of those holds
/// metrics and numbers; benchmark and percentile stand in its name only.
package enum PackageBenchmark: Format {
  package static let name = "package-benchmark"
  package static let producers = """
    package-benchmark (swift package benchmark baseline update, the file \
    .benchmarkBaselines/TARGET/NAME/results.json; --format metricP90AbsoluteThresholds)
    """
  package static let specification = """
    https://swiftpackageindex.com/ordo-one/package-benchmark/documentation/benchmark/exportingbenchmarks
    """
  package static let kept = """
    Of a baseline the median of every metric of every benchmark, with the histogram's values as \
    samples; tags as parameters; the machine. Of 90th percentiles every metric of the benchmark that \
    the file's name tells; of a range its upper end. Units are those that the metric has by definition \
    (times are nanoseconds).
    """
  package static let dropped = """
    Thresholds and display units of a baseline. Its JMH and JSON exports are read as such; tables, \
    single histograms and InfluxDB's CSV are not.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if PackageBenchmarkBaseline.isOne(json) { return .yes }
    guard json.kind("") == .object, json.documents <= 1 else { return .no }
    let keys = json.rootMembers
    let known = keys.count { metrics[$0.key] != nil }
    guard known > 0, keys.allSatisfy({ $0.kind == .number || $0.kind == .object }) else {
      return .no
    }
    let areRanges = keys.allSatisfy { $0.kind == .number || json.has("\($0.key).max") }
    // `threads` or `instructions` alone may be anybody's; a metric of one's own has a free name.
    let isTelling = keys.contains { key in common[key.key] == nil && metrics[key.key] != nil }
    return areRanges && (isTelling || known == keys.count && known > 1) ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let place = Place(file.path)
    return try file.readJSON { (root, results) throws(Problem) in
      guard root.isObject else { throw Problem("is no object of metrics") }
      if let list = root["results"], list.isArray {
        return PackageBenchmarkBaseline.read(list, machine: root["machine"], into: &results)
      }
      for (key, value) in root.members {
        let metric = key.string
        guard let number = value.lenientDouble ?? value["max"]?.double ?? value["min"]?.double
        else {
          results.skipValue(of: metric, "is no number")
          continue
        }
        let unit = metrics[metric] ?? .none
        var measurement = Measurement(
          name: place.benchmark ?? metric, metric: metric, value: number, unit: unit,
          direction: metric == "throughput" ? .higher : .lower)
        measurement.parameters["percentile"] = place.percentile
        results.measurements.append(measurement)
      }
    }
  }

  /// `Target.Benchmark.p90.json`.
  private struct Place {
    var benchmark: String?
    var percentile: String?

    init(_ path: String) {
      guard let name = path.split(separator: "/").last, name.hasSuffix(".json") else { return }
      let stem = name.dropLast(".json".count)
      guard let dot = stem.lastIndex(of: ".") else { return }
      let last = stem[stem.index(after: dot)...]
      guard last.first == "p", last.dropFirst().allSatisfy(\.isNumber), last.count > 1 else {
        return
      }
      percentile = String(last)
      benchmark = String(stem[..<dot])
    }
  }

  /// Metrics whose name says nothing of this tool.
  private static let common: [String: Bool] = [
    "throughput": true, "threads": true, "instructions": true, "syscalls": true, "delta": true,
  ]

  /// The metrics' raw names and units
  /// (https://github.com/ordo-one/package-benchmark/blob/main/Sources/Benchmark/BenchmarkMetric.swift).
  static let metrics: [String: Unit] = {
    var table: [String: Unit] = [:]
    for name in ["cpuUser", "cpuSystem", "cpuTotal", "wallClock"] { table[name] = .nanoseconds }
    let bytes = [
      "peakMemoryResident", "peakMemoryResidentDelta", "peakMemoryVirtual", "mallocBytesCount",
      "allocatedResidentMemory", "readBytesLogical", "writeBytesLogical", "readBytesPhysical",
      "writeBytesPhysical", "memoryLeakedBytes",
    ]
    for name in bytes { table[name] = .bytes }
    let allocations = [
      "mallocCountSmall", "mallocCountLarge", "mallocCountTotal", "freeCountTotal",
      "objectAllocCount", "mallocFreeDelta",
    ]
    for name in allocations {
      table[name] = Unit(text: "", quantity: .allocations, scale: 1)
    }
    let counts = [
      "memoryLeaked", "syscalls", "contextSwitches", "threads", "threadsRunning", "readSyscalls",
      "writeSyscalls", "retainCount", "releaseCount", "retainReleaseDelta",
    ]
    for name in counts { table[name] = Unit.none }
    table["instructions"] = Unit(text: "", quantity: .instructions, scale: 1)
    table["throughput"] = Unit(text: "", quantity: .rate, scale: 1)
    return table
  }()
}
