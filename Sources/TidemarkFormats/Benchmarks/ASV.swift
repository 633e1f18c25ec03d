package import TidemarkModel
private import TidemarkSyntax

/// One results file of airspeed velocity, in its first layout and its second one, whose results
/// are lists under `result_columns`.
///
/// Units and the names of parameters stand in another file, `benchmarks.json` in the folder above,
/// which is read along where it is there (``ASVBenchmarks``). Else a benchmark's kind is its name's
/// prefix, and parameters have numbers.
package enum ASV: Format {
  package static let name = "asv"
  package static let producers = "airspeed velocity (asv run: results/MACHINE/COMMIT-ENV.json)"
  package static let specification = "https://asv.readthedocs.io/en/latest/dev.html#results"
  package static let kept = """
    Every result, of parameterised benchmarks one for each combination; samples where recorded; the \
    environment as label `env`; the machine; benchmarks that failed (null) as blocking problems, \
    those that were skipped (NaN) as notes. Units and parameters' names are those of \
    `benchmarks.json` beside or in the folder above, if it is there.
    """
  package static let dropped =
    "Quartiles, confidence bounds, profiles, the commit's date."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.has("commit_hash") else { return .no }
    let isResults =
      json.kind("results") == .object || json.has("result_columns")
      || (json.has("params") && (json.has("requirements") || json.has("env_name")))
    return isResults ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let known = ASVBenchmarks(of: file)
    return try file.readJSON(spellsNaN: true) { (root, results) throws(Problem) in
      guard let benchmarks = root["results"], benchmarks.isObject else {
        throw Problem("has no object `results`")
      }
      if let facts = root["params"] {
        for key in ["arch", "cpu", "machine", "os", "ram", "num_cpu", "python"] {
          results.environment[key] = facts[named: key]?.scalarText
        }
      }
      var labels = Labels()
      labels["env"] = environment(root)
      let columns = root["result_columns"].map { $0.elements.map { $0.string ?? "" } } ?? []
      var failures = 0
      for (name, value) in benchmarks.members {
        let name = name.string
        let record = Record(value, columns: columns, names: known.parameters(of: name))
        let failure = append(
          record, name: name, unit: known.unit(of: name) ?? unit(of: name), labels: labels,
          into: &results)
        guard let failure else { continue }
        failures += 1
        if failures <= failureLimit { results.note(failure: "\(name): \(failure)") }
      }
      if failures > failureLimit {
        results.note(failure: "\(failures - failureLimit) further benchmarks have no result")
      }
    }
  }

  /// `virtualenv-py3.8-numpy1.8`, or in the first layout made of the same parts.
  private static func environment(_ root: JSONValue) -> String? {
    if let name = root["env_name"]?.string { return name }
    guard let python = root["python"]?.string else { return nil }
    var parts = ["py" + python]
    for (name, version) in root.entries("requirements") {
      parts.append(name + (version.scalarText ?? ""))
    }
    return parts.joined(separator: "-")
  }

  /// More names of benchmarks that failed say nothing new.
  private static let failureLimit = 50

  /// - Returns: What failed of it, if anything.
  private static func append(
    _ record: Record, name: String, unit: Unit, labels: Labels, into results: inout Results
  ) -> String? {
    var failed = 0
    var skipped = 0
    for (index, value) in record.values.enumerated() {
      guard let number = value.double else {
        // asv's `runner.py`: null is a failure or a timeout, NaN what `setup` declined.
        if value.string == "NaN" { skipped += 1 } else { failed += 1 }
        continue
      }
      var measurement = Measurement(
        name: name, parameters: record.parameters(index), metric: "result", value: number,
        unit: unit, direction: .byDefault(metric: name, unit: unit), labels: labels)
      if record.samples.indices.contains(index) {
        measurement.addRepetitions(record.samples[index].elements.compactMap(\.double))
      }
      results.measurements.append(measurement)
    }
    let all = record.values.count
    if skipped == all, all > 0 { results.skipValue(of: name, "was skipped") }
    guard failed > 0 || all == 0 else { return nil }
    let share = all > 1 ? " for \(failed) of \(all) combinations of parameters" : ""
    return "has no result\(share)"
  }

  /// `time_…` or `Time…`, and so on (asv's `asv_runner/benchmarks/`).
  private static func unit(of name: String) -> Unit {
    let function = name.split(separator: ".").last ?? ""
    func isKind(_ kinds: String...) -> Bool {
      kinds.contains { kind in
        guard function.lowercased().hasPrefix(kind) else { return false }
        let next = function.dropFirst(kind.count).first
        return next == "_" || function.first?.isUppercase == true && next?.isUppercase == true
      }
    }
    if isKind("time", "timeraw") || name.hasPrefix("time_") { return .seconds }
    return isKind("mem", "peakmem") ? .bytes : .none
  }

  /// One benchmark's results.
  private struct Record {
    var values: [JSONValue]
    var samples: [JSONValue]
    /// For each parameter its values, as text.
    private var choices: [[String]]
    /// The parameters' names, as far as they are known.
    private var names: [String]

    init(_ value: JSONValue, columns: [String], names: [String]) {
      self.names = names

      func part(_ name: String) -> JSONValue? {
        if value.isObject { return value[named: name] }
        guard let column = columns.firstIndex(of: name), value.isArray else { return nil }
        return value.elements.dropFirst(column).first { _ in true }
      }
      // In the first layout a bare number may stand for the whole.
      let result = value.isObject || (value.isArray && !columns.isEmpty) ? part("result") : value
      values = result.map { $0.isArray ? Array($0.elements) : [$0] } ?? []
      let list = part("samples")
      let isNested = list?.elements.first { _ in true }?.isArray ?? false
      samples = isNested ? list.map { Array($0.elements) } ?? [] : [list].compactMap(\.self)
      choices =
        part("params")?.elements.map { $0.elements.map { $0.scalarText ?? "" } } ?? []
    }

    /// The combination of number `index`: the last parameter varies fastest.
    func parameters(_ index: Int) -> Labels {
      var labels = Labels()
      var rest = index
      for (place, values) in choices.enumerated().reversed() where !values.isEmpty {
        let name = names.indices.contains(place) ? names[place] : "param\(place + 1)"
        labels[name] = values[rest % values.count]
        rest /= values.count
      }
      return labels
    }
  }
}

extension Results {
  fileprivate mutating func note(failure message: String) {
    problems.append(ResultProblem(.outsideError, message, isBlocking: true))
  }
}
