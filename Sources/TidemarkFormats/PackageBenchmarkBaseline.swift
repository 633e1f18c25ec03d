internal import TidemarkModel
internal import TidemarkSyntax

/// A baseline of package-benchmark: for each benchmark its metrics, and for each of those a histogram.
///
/// A dictionary whose keys are no strings is written by Swift as a list of keys and values in turn.
/// - Source: https://github.com/ordo-one/package-benchmark,
///   `Plugins/BenchmarkTool/BenchmarkTool+Baselines.swift`, `Sources/Benchmark/Statistics.swift`.
enum PackageBenchmarkBaseline {
  static func isOne(_ json: JSONOutline) -> Bool {
    json.kind("results") == .array && json.has("results[].target") && json.has("results[].name")
      && (json.has("baselineName") || json.has("machine")
        || json.has("results[][].statistics"))
  }

  static func read(_ list: JSONValue, machine: JSONValue?, into results: inout Results) {
    results.environment["arch"] = machine?["processorType"]?.scalarText
    results.environment["cpus"] = machine?["processors"]?.scalarText
    var benchmark: JSONValue?
    for element in list.elements {
      if element.isObject {
        benchmark = element
      } else if let standing = benchmark {
        for result in element.elements { read(result, of: standing, into: &results) }
        benchmark = nil
      }
    }
  }

  private static func read(
    _ result: JSONValue, of benchmark: JSONValue, into results: inout Results
  ) {
    // As the files of 90th percentiles are named.
    let parts = [benchmark["target"]?.string, benchmark["name"]?.string].compactMap(\.self)
    let name = parts.joined(separator: ".")
    guard let (metric, isHigher) = metric(result["metric"]) else {
      return results.skipValue(of: name, "a metric without a name")
    }
    guard let histogram = result["statistics"]?["histogram"].flatMap(Histogram.init),
      let median = histogram.value(at: 0.5)
    else { return results.skipValue(of: "\(name), \(metric)", "has no histogram with values") }
    var measurement = Measurement(
      name: name, metric: metric, value: median, unit: PackageBenchmark.metrics[metric] ?? .none,
      direction: isHigher ? .higher : .lower)
    for (key, value) in result.entries("tags").prefix(64) {
      measurement.parameters[key] = value.scalarText
    }
    if histogram.total > 1 {
      measurement.n = histogram.total
      measurement.samples = histogram.samples
      measurement.standardError = histogram.standardError
    }
    results.measurements.append(measurement)
  }

  /// `{"wallClock": {}}`, or `{"custom": {"_0": NAME, "polarity": {"prefersLarger": {}}}}`.
  private static func metric(_ value: JSONValue?) -> (name: String, isHigher: Bool)? {
    guard let (key, facts) = value?.members.first(where: { _ in true }) else {
      return value?.string.map { ($0, $0 == "throughput") }
    }
    let name = key.string
    guard name == "custom" else { return (name, name == "throughput") }
    return facts["_0"]?.string.map { ($0, facts["polarity"]?["prefersLarger"] != nil) }
  }

  /// Counts by value, as HdrHistogram keeps them: buckets of doubling width with equally many steps.
  /// - Source: https://github.com/HdrHistogram/hdrhistogram-swift, `Sources/Histogram/Histogram.swift`.
  private struct Histogram {
    private var steps: [(value: Double, count: Int)] = []
    private(set) var total = 0
    private let largest: Double

    init?(_ value: JSONValue) {
      guard let magnitude = value["subBucketHalfCountMagnitude"]?.int, (0...32).contains(magnitude),
        let unit = value["unitMagnitude"]?.int, (0...62).contains(unit),
        let counts = value["counts"], counts.isArray
      else { return nil }
      largest = value["maxValue"]?.double ?? .infinity
      for (index, count) in counts.elements.enumerated() {
        guard let count = count.int, count > 0, total < 1 << 40, count < 1 << 40 else { continue }
        let half = 1 << magnitude
        let bucket = (index >> magnitude) - 1
        let step = bucket < 0 ? index : (index & (half - 1)) + half
        let shift = max(bucket, 0) + unit
        guard shift < 64 else { continue }
        // The largest value that the step holds, as the tool itself prints it.
        let width = Double(sign: .plus, exponent: shift, significand: 1)
        steps.append((min(Double(step) * width + width - 1, largest), count))
        total += count
      }
      guard total > 0 else { return nil }
    }

    /// The value that this share of all does not exceed.
    func value(at share: Double) -> Double? {
      let rank = max(1, Int((share * Double(total)).rounded(.up)))
      var seen = 0
      for step in steps {
        seen += step.count
        if seen >= rank { return step.value }
      }
      return steps.last?.value
    }

    var samples: Samples? {
      if total <= Samples.limit {
        return Samples(steps.flatMap { Array(repeating: $0.value, count: $0.count) })
      }
      let shares = (0..<Samples.limit).map { (Double($0) + 0.5) / Double(Samples.limit) }
      return Samples(values: shares.compactMap(value), count: total)
    }

    var standardError: Double {
      let count = Double(total)
      let mean = steps.reduce(0) { $0 + $1.value * Double($1.count) } / count
      let squares = steps.reduce(0) {
        $0 + ($1.value - mean) * ($1.value - mean) * Double($1.count)
      }
      return (squares / (count - 1) / count).squareRoot()
    }
  }
}
