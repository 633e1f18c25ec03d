package import TidemarkModel
private import TidemarkSyntax

/// What BenchmarkTools.jl saves: `[versions, values]`, where each value is a pair of a type's name
/// and its fields. Times are nanoseconds. PkgBenchmark.jl keeps that as a string beside the commit.
package enum BenchmarkToolsJL: Format {
  package static let name = "benchmarktools"
  package static let producers =
    "BenchmarkTools.jl (BenchmarkTools.save), PkgBenchmark.jl (writeresults)"
  package static let specification =
    "https://github.com/JuliaCI/BenchmarkTools.jl/blob/main/src/serialization.jl"
  package static let kept = """
    The median time of every trial, or an estimate's time, under the names of its groups, with the \
    times as samples; memory and allocations as further metrics; versions as facts.
    """
  package static let dropped = "Garbage collector's times, parameters, tags, ratios, judgements."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.kind("benchmarkgroup") == .string, json.has("julia_commit") || json.has("vinfo") {
      return .yes
    }
    guard json.kind("") == .array, json.has("[].BenchmarkTools") || json.has("[].Julia") else {
      return .no
    }
    return json.kind("[][]") == .array || json.has("[].BenchmarkTools") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let inner = root["benchmarkgroup"]?.string else { return try read(root, &results) }
      let bytes = Array(inner.utf8)
      let padded = bytes + [UInt8](repeating: 0, count: JSONReader.padding)
      do throws(Problem) {
        let read = try JSONReader.read(padded, count: bytes.count) {
          (root, notes) throws(Problem) -> Results in
          var results = Results()
          try Self.read(root, &results)
          results.note(notes)
          return results
        }
        results = read
      } catch {
        // Lines of the string are none of the file's.
        throw Problem("`benchmarkgroup`: \(error.what)")
      }
    }
  }

  private static func read(_ root: JSONValue, _ results: inout Results) throws(Problem) {
    let parts = Array(root.elements.prefix(3))
    guard parts.count == 2, parts[0].isObject, parts[1].isArray else {
      throw Problem("is not the pair of versions and values that BenchmarkTools saves")
    }
    results.environment["julia"] = parts[0]["Julia"]?.string
    results.environment["benchmarktools"] = parts[0]["BenchmarkTools"]?.string
    let values = Array(parts[1].elements)
    for (index, value) in values.enumerated() {
      // The names of what was saved are not in the file; of several the place has to do.
      let path = values.count > 1 ? [String(index + 1)] : []
      read(value, path: path, into: &results)
    }
  }

  /// Bytes of a group's name that are kept: each benchmark in it has it in its own.
  private static let nameLimit = 1000

  private static func read(_ value: JSONValue, path: [String], into results: inout Results) {
    let pair = Array(value.elements.prefix(3))
    guard pair.count == 2, path.count < 64, let type = pair[0].string else { return }
    let fields = pair[1]
    // Before version 0.4 with the module's name before it.
    switch type.split(separator: ".").last {
    case "BenchmarkGroup":
      for (key, inner) in fields.entries("data") {
        let name = String(SafeText.prefix(key, bytes: nameLimit))
        read(inner, path: path + [name], into: &results)
      }
    case "Trial": append(fields, times: fields.list("times").compactMap(\.double), path, &results)
    case "TrialEstimate":
      append(fields, times: [fields["time"]?.double].compactMap(\.self), path, &results)
    default: break
    }
  }

  private static func append(
    _ fields: JSONValue, times: [Double], _ path: [String], _ results: inout Results
  ) {
    let name = path.isEmpty ? "benchmark" : path.joined(separator: "/")
    guard !times.isEmpty else {
      return results.skipValue(of: name, "has no time")
    }
    var main = Measurement(
      name: name, metric: "time", value: times.median, unit: .nanoseconds, direction: .lower)
    main.addRepetitions(times)
    results.measurements.append(main)
    let further: [(String, Double?, Unit)] = [
      ("memory", fields["memory"]?.double, .bytes),
      ("allocations", fields["allocs"]?.double, Unit(parsing: "allocs")),
    ]
    for case (let metric, let value?, let unit) in further {
      results.measurements.append(
        Measurement(
          name: name, metric: metric, value: value, unit: unit, direction: .lower,
          isPrimary: false))
    }
  }
}
