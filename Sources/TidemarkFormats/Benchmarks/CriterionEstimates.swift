package import TidemarkModel
private import TidemarkSyntax

/// criterion.rs' `estimates.json`, in nanoseconds. Its name is the folder's
/// (`criterion/GROUP/FUNCTION/new/estimates.json`): the file does not tell it. cargo-criterion's
/// messages, a line each, have names and samples too.
package enum CriterionEstimates: Format {
  package static let name = "criterion-est"
  package static let producers = """
    criterion.rs (target/criterion/**/new/estimates.json), cargo-criterion (--message-format json)
    """
  package static let specification =
    "https://bheisler.github.io/criterion.rs/book/analysis.html"
  package static let kept = """
    The mean with its standard error. A baseline's copy (`base/` or a named one) has the label \
    `baseline`, so that it is no second value of the same series. Of messages each benchmark's mean \
    with its samples, and what it works through in a second.
    """
  package static let dropped = """
    Median, slope, deviations; the whole of `change/estimates.json`, whose numbers are ratios \
    between two runs.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    if json.has("reason"), json.has("id"), json.has("mean.estimate") { return .yes }
    let isEstimate =
      json.has("mean.point_estimate") || json.has("Mean.point_estimate")
      || json.has("median.point_estimate")
    return isEstimate ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let head = Head(raw: try file.prefix(Head.limit), isWhole: false)
    return head.json.has("reason") ? try readMessages(file) : try readEstimates(file)
  }

  /// - Source: https://bheisler.github.io/criterion.rs/book/cargo_criterion/external_tools.html
  private static func readMessages(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let message, _) = line, let reason = message["reason"]?.string else {
        return false
      }
      // Groups say nothing of their own, and cargo has messages too.
      if reason == "benchmark-complete" { read(message, into: &results) }
      return true
    }
  }

  private static func read(_ message: JSONValue, into results: inout Results) {
    let name = message["id"]?.string ?? "a benchmark without an id"
    guard let mean = message["mean"], let value = mean["estimate"]?.double else {
      results.problems.append(
        ResultProblem(.outsideError, "\(name): has no mean", isBlocking: true))
      return
    }
    let unit = Unit(parsing: mean["unit"]?.string ?? "ns")
    var main = Measurement(
      name: name, metric: "time", value: value, unit: unit,
      direction: .byDefault(metric: "time", unit: unit))
    let counts = message.list("iteration_count").map { $0.double ?? 0 }
    let sums = message.list("measured_values").map { $0.double ?? .nan }
    if message["unit"]?.string == mean["unit"]?.string, counts.count == sums.count,
      counts.allSatisfy({ $0 > 0 })
    {
      main.addRepetitions(zip(sums, counts).map { $0 / $1 })
    }
    if let low = mean["lower_bound"]?.double, let high = mean["upper_bound"]?.double, high > low {
      // The width of a normal distribution's 95 % interval in standard errors.
      main.standardError = (high - low) / (2 * 1.959964)
    }
    results.measurements.append(main)
    let time = value * unit.scale
    for work in message.list("throughput") where time > 0 {
      guard let amount = work["per_iteration"]?.double else { continue }
      let isBytes = work["unit"]?.string == "bytes"
      results.measurements.append(
        Measurement(
          name: name, metric: "throughput", value: amount / time,
          unit: Unit(text: isBytes ? "B/s" : "elem/s", quantity: .rate, scale: 1),
          direction: .higher, isPrimary: false))
    }
  }

  private static func readEstimates(_ file: InputFile) throws(Problem) -> Results {
    try file.readJSON { (root, results) throws(Problem) in
      guard let mean = root["mean"] ?? root["Mean"], let value = mean["point_estimate"]?.double
      else { throw Problem("has no mean") }
      let place = Place(file.path)
      guard place.kind != "change" else {
        return results.skipValue(of: place.name, "is a change between two runs, no measurement")
      }
      var labels = Labels()
      if place.kind != "new" { labels["baseline"] = place.kind }
      var measurement = Measurement(
        name: place.name, metric: "time", value: value, unit: .nanoseconds, direction: .lower,
        labels: labels)
      measurement.standardError = mean["standard_error"]?.double.flatMap { $0 >= 0 ? $0 : nil }
      results.measurements.append(measurement)
    }
  }

  /// What the path tells.
  private struct Place {
    var name: String
    /// `new`, `base`, `change` or a baseline's name; `new` where the path has no such folder.
    var kind: String

    init(_ path: String) {
      var steps = path.split { $0 == "/" || $0 == "\\" }.map(String.init)
      let last = steps.popLast() ?? "estimates.json"
      guard last == "estimates.json", let kind = steps.popLast() else {
        name = last.hasSuffix(".json") ? String(last.dropLast(5)) : last
        self.kind = "new"
        return
      }
      self.kind = kind
      let root = steps.lastIndex(of: "criterion").map { $0 + 1 } ?? max(steps.count - 2, 0)
      let names = steps[min(root, steps.count)...]
      name = names.isEmpty ? kind : names.joined(separator: "/")
    }
  }
}
