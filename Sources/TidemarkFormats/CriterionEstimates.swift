package import TidemarkModel
private import TidemarkSyntax

/// criterion.rs' `estimates.json`, in nanoseconds. Its name is the folder's
/// (`criterion/GROUP/FUNCTION/new/estimates.json`): the file does not tell it.
package enum CriterionEstimates: Format {
  package static let name = "criterion-est"
  package static let producers = "criterion.rs (target/criterion/**/new/estimates.json)"
  package static let specification =
    "https://bheisler.github.io/criterion.rs/book/analysis.html"
  package static let kept = """
    The mean with its standard error. A baseline's copy (`base/` or a named one) has the label \
    `baseline`, so that it is no second value of the same series.
    """
  package static let dropped = """
    Median, slope, deviations; the whole of `change/estimates.json`, whose numbers are ratios \
    between two runs.
    """

  package static func recognises(_ head: Head) -> Recognition {
    let json = head.json
    let isEstimate =
      json.has("mean.point_estimate") || json.has("Mean.point_estimate")
      || json.has("median.point_estimate")
    return isEstimate ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
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
