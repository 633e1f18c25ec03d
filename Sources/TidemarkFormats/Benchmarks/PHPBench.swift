package import TidemarkModel
private import TidemarkSyntax

/// PHPBench's XML.
package enum PHPBench: Format {
  package static let name = "phpbench"
  package static let producers = "PHPBench (--dump-file, --dump, its storage)"
  package static let specification =
    "https://github.com/phpbench/phpbench/blob/master/lib/Serializer/XmlEncoder.php"
  package static let kept = """
    Of every variant the mean time of a revolution as main metric with its iterations as samples, \
    and the peak of memory; class and subject as name, parameters as parameters; errors and \
    assertions that failed as blocking problems.
    """
  package static let dropped = "Baselines, groups, settings, deviations, lists among parameters."

  package static func recognises(_ head: Head) -> Recognition {
    head.rootElement == "phpbench" ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = PHPBenchReading()
    let reader = try XMLNode.forEach(["variant"], in: file, reading.take)
    reading.results.problems += reader.repairProblems
    return reading.results
  }
}

private final class PHPBenchReading {
  var results = Results()

  func take(_ variant: XMLNode, _ above: [XMLNode]) {
    func attribute(_ element: String, _ key: String) -> String? {
      above.last { $0.name == element }?[key]
    }
    if let time = attribute("suite", "date").flatMap({ TimeText.parse($0) }) {
      results.newestTime = max(results.newestTime ?? time, time)
    }
    let group = attribute("benchmark", "class").map { $0.drop { $0 == "\\" } } ?? ""
    let name = "\(group)::\(attribute("subject", "name") ?? "")"
    let parameters = parameters(of: variant)
    note(variant, name)
    append(variant, name, parameters)
  }

  private func parameters(of variant: XMLNode) -> Labels {
    var parameters = Labels()
    let set = variant.child("parameter-set")
    // Before 0.11 they stood in the variant itself.
    for parameter in (set ?? variant).children("parameter") {
      guard let key = parameter["name"], let value = parameter["value"] else { continue }
      parameters[key] = value
    }
    // Its name tells lists apart, which have no text of their own.
    if parameters.isEmpty, let name = set?["name"], !name.isEmpty, name != "0" {
      parameters["set"] = name
    }
    return parameters
  }

  private func note(_ variant: XMLNode, _ name: String) {
    for error in (variant.child("errors")?.children("error") ?? []).prefix(20) {
      let why = TestDetail(message: error.text, trace: nil).message ?? "an error"
      results.problems.append(
        ResultProblem(.commandFailed, "\(name): \(why)", line: error.line, isBlocking: true))
    }
    for failure in (variant.child("failures")?.children("failure") ?? []).prefix(20) {
      let why = TestDetail(message: failure.text, trace: nil).message ?? "an assertion failed"
      results.problems.append(
        ResultProblem(.outsideError, "\(name): \(why)", line: failure.line, isBlocking: true))
    }
  }

  /// All times are microseconds; `output-time-unit` is how they are shown.
  private func append(_ variant: XMLNode, _ name: String, _ parameters: Labels) {
    let iterations = variant.children("iteration")
    let times = iterations.compactMap { iteration in
      let revolutions = (iteration["revs"] ?? variant["revs"])?.decimal ?? 1
      let whole = iteration["time-net"] ?? iteration["time"]
      return iteration["time-avg"]?.decimal ?? whole?.decimal.map { $0 / max(1, revolutions) }
    }
    guard let mean = variant.child("stats")?["mean"]?.decimal ?? (times.isEmpty ? nil : times.mean)
    else {
      if variant.child("errors") == nil { results.skipValue(of: name, "has no time") }
      return
    }
    var main = Measurement(
      name: name, parameters: parameters, metric: "time", value: mean, unit: .microseconds,
      direction: .lower)
    main.addRepetitions(times)
    results.measurements.append(main)
    let peak = iterations.compactMap { ($0["mem-peak"] ?? $0["memory"])?.decimal }.max()
    results.append(series: name, parameters: parameters, "memory", peak, .bytes, .lower)
  }
}
