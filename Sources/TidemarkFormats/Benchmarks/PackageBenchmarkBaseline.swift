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
    guard let values = result["statistics"]?["histogram"].flatMap(Histogram.init)?.values,
      let median = values.value(at: 0.5)
    else { return results.skipValue(of: "\(name), \(metric)", "has no histogram with values") }
    var measurement = Measurement(
      name: name, metric: metric, value: median, unit: PackageBenchmark.metrics[metric] ?? .none,
      direction: isHigher ? .higher : .lower)
    for (key, value) in result.entries("tags").prefix(64) {
      measurement.parameters[key] = value.scalarText
    }
    measurement.addRepetitions(values)
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
    private(set) var values = CountedValues()

    init?(_ value: JSONValue) {
      guard let magnitude = value["subBucketHalfCountMagnitude"]?.int, (0...32).contains(magnitude),
        let unit = value["unitMagnitude"]?.int, (0...62).contains(unit),
        let counts = value["counts"], counts.isArray
      else { return nil }
      let largest = value["maxValue"]?.double ?? .infinity
      for (index, count) in counts.elements.enumerated() {
        guard let count = count.int, count > 0 else { continue }
        let half = 1 << magnitude
        let bucket = (index >> magnitude) - 1
        let step = bucket < 0 ? index : (index & (half - 1)) + half
        let shift = max(bucket, 0) + unit
        guard shift < 64 else { continue }
        // The largest value that the step holds, as the tool itself prints it.
        let width = Double(sign: .plus, exponent: shift, significand: 1)
        values.append(min(Double(step) * width + width - 1, largest), count: count)
      }
      guard values.total > 0 else { return nil }
    }
  }
}
