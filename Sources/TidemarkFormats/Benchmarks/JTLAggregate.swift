internal import TidemarkModel
private import TidemarkSyntax

/// The table of JMeter's Aggregate and Summary Report, as its button saves it or the plugins'
/// command line writes it: a row a label, times in milliseconds.
/// - Source: https://github.com/apache/jmeter, `StatVisualizer.java`, `SummaryReport.java`.
struct JTLAggregate {
  private let label: Int
  private let count: Int
  private let average: Int
  private let error: Int?
  private let rate: Int?
  /// Metrics as the reader of single samples names them.
  private let percentiles: [(metric: String, column: Int)]

  /// - Parameter header: The first row; nil where it is no such table's.
  init?(_ header: [String]) {
    func column(_ names: String...) -> Int? { header.firstIndex { names.contains($0) } }
    guard let label = column("Label", "sampler_label"),
      let count = column("# Samples", "aggregate_report_count"),
      let average = column("Average", "average")
    else { return nil }
    self.label = label
    self.count = count
    self.average = average
    error = column("Error %", "aggregate_report_error%")
    rate = column("Throughput", "aggregate_report_rate")
    let median = column("Median", "aggregate_report_median").map { ("p50", $0) }
    let others = ["90", "95", "99"].compactMap { share in
      column("\(share)% Line", "aggregate_report_\(share)%_line").map { ("p\(share)", $0) }
    }
    percentiles = [median].compactMap(\.self) + others
  }

  func read(_ fields: [String], line: Int, into results: inout Results) {
    func number(_ column: Int?) -> Double? {
      guard let column, column < fields.count else { return nil }
      return NumberText.parse(fields[column])
    }
    guard label < fields.count else {
      return results.skipValue(of: "a row", "has too few columns", line: line)
    }
    let name = fields[label]
    if name == "TOTAL" { return }
    guard let samples = number(count), samples > 0, let mean = number(average) else {
      results.unmeasured.append(name)
      return results.skipValue(of: name, "had no sample", line: line)
    }
    func append(_ metric: String, _ value: Double?, _ unit: Unit, isPrimary: Bool = false) {
      guard let value else { return }
      results.measurements.append(
        Measurement(
          name: name, metric: metric, value: value, unit: unit,
          direction: unit.quantity == .rate ? .higher : .lower,
          n: isPrimary ? Int(exactly: samples) : nil, isPrimary: isPrimary))
    }
    append("elapsed", mean, .milliseconds, isPrimary: true)
    for (metric, column) in percentiles { append(metric, number(column), .milliseconds) }
    append("throughput", number(rate), Unit(text: "/s", quantity: .rate, scale: 1))
    guard let share = failedShare(fields) else { return }
    append("failure share", share, .ratio)
    if share > 0 {
      results.noteFailures((share * samples).rounded(), of: samples, in: name, line: line)
    }
  }

  /// `12.500%`; older ones write a share of 1.
  private func failedShare(_ fields: [String]) -> Double? {
    guard let error, error < fields.count else { return nil }
    let text = fields[error]
    guard text.hasSuffix("%") else { return NumberText.parse(text) }
    return NumberText.parse(text.dropLast()).map { $0 / 100 }
  }
}
