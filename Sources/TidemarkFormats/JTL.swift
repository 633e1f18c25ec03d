package import TidemarkModel
private import TidemarkSyntax

/// JMeter's results as CSV. Which columns there are, and what parts them, is JMeter's configuration.
package enum JTL: Format {
  package static let name = "jtl"
  package static let producers =
    "JMeter (-l results.jtl, jmeter.save.saveservice.output_format=csv)"
  package static let specification =
    "https://jmeter.apache.org/usermanual/listeners.html#csvlogformat"
  package static let kept = """
    Each label's mean elapsed time of all its samples, failed ones too, as the main metric; \
    percentiles and the share of failed samples as further ones; failures as notes; the newest \
    time stamp.
    """
  package static let dropped =
    "Bytes, threads, latency and connect times, texts of single failures."

  package static func recognises(_ head: Head) -> Recognition {
    guard let first = head.lines.first else { return .no }
    return JTLColumns(firstLine: first) == nil ? .no : .yes
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let head = Head(raw: try file.prefix(Head.limit), isWhole: false)
    guard let first = head.lines.first, let columns = JTLColumns(firstLine: first) else {
      throw Problem("has neither a header with `elapsed` and `label` nor JMeter's columns", line: 1)
    }
    var reader = try CSVReader(file, separator: columns.separator)
    if columns.hasHeader { _ = try reader.next() }
    var samples = JTLSamples()
    while let row = try reader.next() { samples.read(row.fields, columns, line: row.line) }
    return samples.finish()
  }
}

private struct JTLColumns {
  private(set) var separator: Character = ","
  private(set) var hasHeader = true
  var elapsed = 1
  var label = 2
  var success: Int?
  var time: Int?

  init?(firstLine: Substring) {
    for separator: Character in [",", ";", "\t", "|"] {
      guard let fields = CSVReader.split(firstLine, at: separator), fields.count >= 3 else {
        continue
      }
      self.separator = separator
      if readHeader(fields) || readRow(fields) { return }
    }
    return nil
  }

  private mutating func readHeader(_ fields: [String]) -> Bool {
    guard let elapsed = fields.firstIndex(of: "elapsed"),
      let label = fields.firstIndex(of: "label"),
      fields.contains("timeStamp") || fields.contains("success")
        || fields.contains("responseCode")
    else { return false }
    self.elapsed = elapsed
    self.label = label
    success = fields.firstIndex(of: "success")
    time = fields.firstIndex(of: "timeStamp")
    return true
  }

  /// A row in the default order (`print_field_names=false`): time stamp, elapsed, label, response
  /// code, response message, thread name, data type, success, …
  private mutating func readRow(_ fields: [String]) -> Bool {
    guard fields.count >= 12, ["true", "false"].contains(fields[7]), fields[0].count == 13,
      Int64(fields[0]) != nil, Int(fields[1]) != nil
    else { return false }
    hasHeader = false
    success = 7
    time = 0
    return true
  }
}

/// What the rows add up to, by label.
private struct JTLSamples {
  private struct Label {
    var name: String
    var count = 0
    var failed = 0
    var sum = 0.0
    /// By Welford's recurrence, for the squares only.
    var mean = 0.0
    var squares = 0.0
    /// The first of them: percentiles of more say nothing else.
    var kept: [Double] = []
  }

  private static let labelLimit = 20_000
  private static let keptLimit = 200_000

  private var labels: [Label] = []
  private var index: [String: Int] = [:]
  private var results = Results()
  private var newest: Int64 = 0
  private var hasTooMany = false

  mutating func read(_ fields: [String], _ columns: JTLColumns, line: Int) {
    guard fields.count > max(columns.elapsed, columns.label),
      let elapsed = NumberText.parse(fields[columns.elapsed]), elapsed >= 0
    else { return results.skipValue(of: "a row", "has no elapsed time", line: line) }
    let name = fields[columns.label]
    guard let place = index[name] ?? begin(name, line: line) else { return }
    labels[place].sum += elapsed
    // Welford, Technometrics 4(3), 1962.
    labels[place].count += 1
    let distance = elapsed - labels[place].mean
    labels[place].mean += distance / Double(labels[place].count)
    labels[place].squares += distance * (elapsed - labels[place].mean)
    if labels[place].kept.count < JTLSamples.keptLimit { labels[place].kept.append(elapsed) }
    if let success = columns.success, success < fields.count, fields[success] == "false" {
      labels[place].failed += 1
    }
    if let time = columns.time, time < fields.count, let stamp = Int64(fields[time]) {
      newest = max(newest, stamp)
    }
  }

  private mutating func begin(_ name: String, line: Int) -> Int? {
    guard labels.count < JTLSamples.labelLimit else {
      if !hasTooMany {
        results.problems.append(
          ResultProblem(
            .limit, "more than \(JTLSamples.labelLimit) labels; the others are left out",
            line: line, isBlocking: false))
      }
      hasTooMany = true
      return nil
    }
    index[name] = labels.count
    labels.append(Label(name: name))
    return labels.count - 1
  }

  consuming func finish() -> Results {
    if newest > 0, newest < 253_402_300_800_000 {
      results.newestTime = Timestamp(millisecondsSince1970: newest)
    }
    for label in labels { JTLSamples.append(label, to: &results) }
    return results
  }

  private static func append(_ label: Label, to results: inout Results) {
    var main = Measurement(
      name: label.name, metric: "elapsed", value: label.sum / Double(label.count),
      unit: .milliseconds,
      direction: .lower, n: label.count)
    if label.count > 1 {
      let count = Double(label.count)
      main.standardError = (label.squares / (count - 1) / count).squareRoot()
      main.samples = Samples(label.kept)
    }
    results.measurements.append(main)
    let ordered = label.kept.sorted()
    for percent in [50, 90, 95, 99] where ordered.count > 1 {
      // The smallest value that this share of all does not exceed.
      let rank = (ordered.count * percent + 99) / 100
      results.measurements.append(
        Measurement(
          name: label.name, metric: "p\(percent)", value: ordered[max(rank, 1) - 1],
          unit: .milliseconds, direction: .lower, isPrimary: false))
    }
    results.measurements.append(
      Measurement(
        name: label.name, metric: "failure share",
        value: Double(label.failed) / Double(label.count), unit: .ratio, direction: .lower,
        n: label.count, isPrimary: false))
    if label.failed > 0 {
      results.noteFailures(Double(label.failed), of: Double(label.count), in: label.name)
    }
  }
}
