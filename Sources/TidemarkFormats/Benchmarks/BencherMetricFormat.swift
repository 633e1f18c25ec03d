package import TidemarkModel
package import TidemarkSyntax

/// Bencher Metric Format: benchmarks by name, in each measures by name, in each a value with a
/// lower and an upper one. In its version 1 a benchmark is a list, of parameters with their measures.
package enum BencherMetricFormat: Format {
  package static let name = "bmf"
  package static let producers = "Bencher's adapters (bencher run --format json), scripts for it"
  package static let specification =
    "https://bencher.dev/docs/reference/bencher-metric-format"
  package static let kept = """
    Every measure; the first of a benchmark is its main one; parameters, where several places give the \
    same ones the last value of each measure. Units and directions are those of \
    Bencher's built-in measures (latency in ns, throughput in ops/s …).
    """
  package static let dropped = """
    Lower and upper values: what they are (a minimum, a deviation, a quantile) is the adapter's \
    choice, and the file does not tell.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("") == .object else { return .no }
    if json.kind("*[].measures") == .object, json.has("*[].*.*.value") { return .yes }
    // A benchmark, a measure, its value; nothing else has its numbers that deep under free names.
    let isOne = json.kind("*.*.value") == .number || json.kind("*.*.value") == .string
    let hasOthers = ["type", "values", "name", "unit", "metrics"].contains {
      json.has("*.*.\($0)") || json.has($0)
    }
    return isOne && !hasOthers && json.hasOnlyObjects ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard root.isObject else { throw Problem("is no object of benchmarks") }
      for (name, measures) in root.members {
        // The suffix says that Bencher shall raise no alert; it is no part of the name.
        let full = name.string
        let ending = "-bencher-ignore"
        let name = full.hasSuffix(ending) ? String(full.dropLast(ending.count)) : full
        if measures.isArray {
          read(places: measures, of: name, into: &results)
        } else {
          read(measures, of: name, Labels(), into: &results)
        }
      }
    }
  }

  private static func read(
    places: JSONValue, of name: String, into results: inout Results
  ) {
    var found = Results()
    for place in places.elements {
      let parameters = place["parameters"].map(parameters) ?? Labels()
      guard let measures = place["measures"] else { continue }
      read(measures, of: name, parameters, into: &found)
    }
    results.problems += found.problems
    var standing: [[String]: Int] = [:]
    for measurement in found.measurements {
      let key = [measurement.parameters.description, measurement.metric]
      if let index = standing[key] {
        results.measurements[index].value = measurement.value
      } else {
        standing[key] = results.measurements.count
        results.measurements.append(measurement)
      }
    }
  }

  /// An object of scalars. 16, 16.0 and 1.6e1 are the same.
  package static func parameters(_ set: JSONValue) -> Labels {
    var parameters = Labels()
    for (key, value) in set.members.prefix(64) {
      parameters[key.string] = value.double.flatMap(NumberText.exact) ?? value.scalarText
    }
    return parameters
  }

  private static func read(
    _ measures: JSONValue, of name: String, _ parameters: Labels, into results: inout Results
  ) {
    var isPrimary = true
    for (key, metric) in measures.members {
      let measure = key.string
      guard let value = metric["value"]?.lenientDouble else {
        results.skipValue(of: "\(name), \(measure)", "has no value")
        continue
      }
      let unit = unit(of: measure)
      results.measurements.append(
        Measurement(
          name: name, parameters: parameters, metric: measure, value: value, unit: unit,
          direction: .byDefault(metric: measure, unit: unit), isPrimary: isPrimary))
      isPrimary = false
    }
  }

  /// Bencher's built-in measures
  /// (https://bencher.dev/docs/explanation/thresholds/, `bencher_json/src/project/measure/`).
  package static func unit(of measure: String) -> Unit {
    switch measure {
    case "latency": .nanoseconds
    case "throughput": Unit(parsing: "ops/s")
    case "build-time": .seconds
    case "file-size": .bytes
    case "json-file-size", "binary-size": .bytes
    case "allocated", "total-bytes", "at-t-gmax-bytes", "at-t-end-bytes", "reads-bytes",
      "writes-bytes":
      .bytes
    case "instructions", "estimated-cycles", "total-cycles":
      Unit(text: "", quantity: .instructions, scale: 1)
    default: .none
    }
  }
}
