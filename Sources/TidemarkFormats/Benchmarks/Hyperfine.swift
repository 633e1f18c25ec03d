package import TidemarkModel
private import TidemarkSyntax

/// hyperfine's `--export-json`. All times are in seconds.
package enum Hyperfine: Format {
  package static let name = "hyperfine"
  package static let producers = "hyperfine (--export-json)"
  package static let specification =
    "https://github.com/sharkdp/hyperfine/blob/master/src/benchmark/benchmark_result.rs"
  package static let kept = """
    The mean wall clock time as the main metric with its runs as samples; user and system time and \
    memory as further ones; parameters; runs that ended with an error status as a note.
    """
  package static let dropped = "Minimum and maximum: the samples hold them."

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    guard json.kind("results") == .array, json.has("results[].command") else { return .no }
    let hasTimes = json.has("results[].mean") || json.has("results[].times")
    return hasTimes ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let commands = root["results"], commands.isArray else {
        throw Problem("has no array `results`")
      }
      for command in commands.elements { read(command, into: &results) }
      results.joinRepetitions()
    }
  }

  private static func read(_ result: JSONValue, into results: inout Results) {
    guard let name = result["command_name"]?.string ?? result["command"]?.string else {
      return results.skipValue(of: "a result without a command", "is left out")
    }
    var parameters = Labels()
    if let given = result["parameters"] {
      for (key, value) in given.members { parameters[key.string] = value.scalarText }
    } else if let single = result["parameter"]?.scalarText {
      // Before 1.10 one parameter at most, without its name.
      parameters["parameter"] = single
    }
    let times = (result["times"]?.elements).map { $0.compactMap(\.double) } ?? []
    guard let mean = result["mean"]?.double ?? (times.isEmpty ? nil : times.mean) else {
      return results.skipValue(of: name, "has no time")
    }
    var main = Measurement(
      name: name, parameters: parameters, metric: "time", value: mean, unit: .seconds,
      direction: .lower, n: times.isEmpty ? nil : times.count)
    main.addRepetitions(times)
    if let deviation = result["stddev"]?.double, times.count > 1 {
      main.standardError = deviation / Double(times.count).squareRoot()
    }
    results.measurements.append(main)
    appendFurther(result, of: main, into: &results)
    noteFailures(result, name: name, into: &results)
  }

  private static func appendFurther(
    _ result: JSONValue, of main: Measurement, into results: inout Results
  ) {
    func append(_ metric: String, _ value: Double?, _ unit: Unit, samples: [Double] = []) {
      guard let value else { return }
      var further = Measurement(
        name: main.name, parameters: main.parameters, metric: metric, value: value, unit: unit,
        direction: .lower, n: main.n, isPrimary: false)
      further.addRepetitions(samples)
      results.measurements.append(further)
    }
    append("user", result["user"]?.double, .seconds)
    append("system", result["system"]?.double, .seconds)
    let memory = result["memory_usage_byte"].map { $0.elements.compactMap(\.double) } ?? []
    append("memory", memory.isEmpty ? nil : memory.mean, .bytes, samples: memory)
  }

  /// `--ignore-failure` lets a failing command be measured: that is worth a word, not an alarm.
  private static func noteFailures(
    _ result: JSONValue, name: String, into results: inout Results
  ) {
    guard let codes = result["exit_codes"], codes.isArray else { return }
    let (failed, all) = codes.elements.reduce((0, 0)) { sum, code in
      (sum.0 + (code.int == 0 ? 0 : 1), sum.1 + 1)
    }
    guard failed > 0 else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, "\(name): \(failed) of \(all) runs ended with an error status",
        isBlocking: false))
  }
}
