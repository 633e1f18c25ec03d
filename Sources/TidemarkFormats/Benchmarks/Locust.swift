package import TidemarkModel
private import TidemarkSyntax

/// `*_stats.csv` of Locust's `--csv`.
package enum Locust: Format {
  package static let name = "locust"
  package static let producers = "Locust (--csv, the file *_stats.csv)"
  package static let specification = "https://docs.locust.io/en/stable/retrieve-stats.html"
  package static let kept = """
    Each endpoint's average response time as the main metric; median, percentiles, requests per \
    second and the share of failures as further ones; failures as notes, and as a blocking problem \
    where every request failed.
    """
  package static let dropped = "The row `Aggregated`; extremes; content sizes; the other CSV files."

  package static func recognises(_ head: Head) -> Recognition {
    guard let first = head.lines.first, let header = CSVReader.split(first, at: ",") else {
      return .no
    }
    return LocustColumns(header) == nil ? .no : .yes
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try CSVReader(file)
    guard let header = try reader.next(), let columns = LocustColumns(header.fields) else {
      throw Problem("has no header of Locust's stats", line: 1)
    }
    var results = Results()
    while let row = try reader.next() {
      columns.read(row.fields, line: row.line, into: &results)
    }
    return results
  }
}

/// Where the columns stand. Before Locust 1.0 they have other names.
private struct LocustColumns {
  private var kind: Int
  private var name: Int
  private var requests: Int
  private var failures: Int?
  private var average: Int
  private var further: [(metric: String, column: Int, isRate: Bool)] = []

  init?(_ header: [String]) {
    func column(_ names: String...) -> Int? { header.firstIndex { names.contains($0) } }
    guard let kind = column("Type", "Method"), let name = column("Name"),
      let requests = column("Request Count", "# requests"),
      let average = column("Average Response Time", "Average response time")
    else { return nil }
    self.kind = kind
    self.name = name
    self.requests = requests
    self.average = average
    failures = column("Failure Count", "# failures")
    let median = column("Median Response Time", "Median response time")
    let percentiles = [(median, "median"), (column("95%"), "p95"), (column("99%"), "p99")]
    further = percentiles.compactMap { place, metric in place.map { (metric, $0, false) } }
    if let rate = column("Requests/s") { further.append(("requests per second", rate, true)) }
  }

  func read(_ fields: [String], line: Int, into results: inout Results) {
    func number(_ column: Int?) -> Double? {
      guard let column, column < fields.count else { return nil }
      return NumberText.parse(fields[column])
    }
    guard fields.count > max(kind, name) else {
      return results.skipValue(of: "a row", "has too few columns", line: line)
    }
    let isTotal = fields[name] == "Aggregated" || fields[name] == "Total"
    if isTotal, fields[kind].isEmpty || fields[kind] == "None" { return }
    let name = fields[kind].isEmpty ? fields[name] : "\(fields[kind]) \(fields[name])"
    let count = number(requests) ?? 0
    guard count > 0, let average = number(average) else {
      results.unmeasured.append(name)
      return results.skipValue(of: name, "had no request", line: line)
    }
    results.measurements.append(
      Measurement(
        name: name, metric: "average", value: average, unit: .milliseconds, direction: .lower,
        n: Int(exactly: count)))
    for (metric, column, isRate) in further {
      guard let value = number(column) else { continue }
      let unit = isRate ? Unit(text: "req/s", quantity: .rate, scale: 1) : .milliseconds
      results.measurements.append(
        Measurement(
          name: name, metric: metric, value: value, unit: unit,
          direction: isRate ? .higher : .lower, isPrimary: false))
    }
    guard let failed = number(failures) else { return }
    results.measurements.append(
      Measurement(
        name: name, metric: "failure share", value: failed / count, unit: .ratio,
        direction: .lower, isPrimary: false))
    if failed > 0 {
      results.noteFailures(failed, of: count, in: name, line: line)
    }
  }
}

extension Results {
  /// Says that requests of a load test failed: worth a word; whether it is an alarm is the
  /// share's comparison to tell. If all of them failed nothing was measured but the failing.
  mutating func noteFailures(_ failed: Double, of count: Double, in name: String, line: Int? = nil)
  {
    let told = problems.count { $0.code == .outsideError }
    guard told < (failed < count ? 50 : 500), let few = NumberText.exact(failed),
      let all = NumberText.exact(count)
    else { return }
    problems.append(
      ResultProblem(
        .outsideError,
        "\(name): " + (failed < count ? "\(few) of \(all) requests failed" : "all requests failed"),
        line: line, isBlocking: failed >= count))
  }
}
