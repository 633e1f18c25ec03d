package import TidemarkModel
private import TidemarkSyntax

/// `mlperf_log_summary.txt` of MLPerf's load generator.
package enum MLPerf: Format {
  package static let name = "mlperf"
  package static let producers = "MLPerf Inference's LoadGen (mlperf_log_summary.txt)"
  package static let specification =
    "https://github.com/mlcommons/inference/blob/master/loadgen/results.cc"
  package static let kept = """
    Every number: the results, the additional statistics, and the test's parameters, so that a \
    change of them shows; system, scenario and mode as labels; a result that is INVALID and errors \
    as blocking problems.
    """
  package static let dropped = "Recommendations; which single conditions were met."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.contains("MLPerf Results Summary") else { return .no }
    return head.contains("Scenario :") ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var summary = MLPerfSummary()
    while let line = try reader.next() { summary.take(line.text, number: line.number) }
    guard !summary.results.measurements.isEmpty else {
      throw Problem("has no number", remedy: "check that the run came to its end")
    }
    return summary.results
  }
}

private struct MLPerfSummary {
  private(set) var results = Results()
  private var labels = Labels()
  private var name = "mlperf"
  private var isInParameters = false

  init() {}

  mutating func take(_ line: Substring, number: Int) {
    let text = line.drop { $0 == " " }.trimmedEnd
    if text == "Test Parameters Used" { return isInParameters = true }
    if text.contains("encountered") { return readErrors(text, number: number) }
    guard let colon = text.lastIndex(of: ":") else { return }
    // The conditions are a list: ` * Early stopping 90th percentile estimate: 125000`.
    let key = text[..<colon].drop { $0 == "*" || $0 == " " }.trimmedEnd
    let value = text[text.index(after: colon)...].drop { $0 == " " }
    switch key {
    case "SUT name": labels["system"] = String(value)
    case "Scenario":
      labels["scenario"] = String(value)
      name = String(value)
    case "Mode": labels["mode"] = String(value)
    case "Result is": readVerdict(value, number: number)
    default: append(key, value)
    }
  }

  private mutating func readVerdict(_ verdict: Substring, number: Int) {
    guard verdict != "VALID" else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, "the result is \(verdict.prefix(100))", line: number, isBlocking: true))
  }

  /// `2 errors encountered. See detailed log.`
  private mutating func readErrors(_ text: Substring, number: Int) {
    let words = text.split(separator: " ")
    guard words.count >= 2, let count = Int(words[0]), count > 0 else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, String(text.prefix(200)), line: number,
        isBlocking: words[1].hasPrefix("ERROR") || words[1].hasPrefix("error")))
  }

  private mutating func append(_ key: Substring, _ text: Substring) {
    guard let value = NumberText.parse(text), !key.isEmpty else { return }
    // `Min latency (ns)`
    var unit = Unit.none
    var metric = key
    if key.hasSuffix(")"), let open = key.lastIndex(of: "(") {
      unit = Unit(parsing: String(key[open...].dropFirst().dropLast()))
      metric = key[..<open].trimmedEnd
    } else if key.hasPrefix("Early stopping"), key.hasSuffix("estimate") {
      // A latency, of which the unit is left out.
      unit = .nanoseconds
    } else if key.hasSuffix("per second") {
      unit = Unit(text: "/s", quantity: .rate, scale: 1)
    }
    // What MultiStream before version 2 was measured by: how many samples at once were in time.
    let isResult = metric == "Samples per query" && !isInParameters
    let direction = isResult ? .higher : Direction.byDefault(metric: String(metric), unit: unit)
    results.measurements.append(
      Measurement(
        name: isInParameters ? "\(name) parameters" : name, metric: String(metric), value: value,
        unit: unit, direction: direction, labels: labels))
  }
}
