package import TidemarkModel
private import TidemarkSyntax

/// JMeter's results as CSV. Which columns there are, and what parts them, is JMeter's configuration.
package enum JTL: Format {
  package static let name = "jtl"
  package static let producers = """
    JMeter (-l results.jtl, jmeter.save.saveservice.output_format=csv; the table of its Aggregate or \
    Summary Report)
    """
  package static let specification =
    "https://jmeter.apache.org/usermanual/listeners.html#csvlogformat"
  package static let kept = """
    Each label's mean elapsed time of all its samples, failed ones too, as the main metric; \
    percentiles and the share of failed samples as further ones; failures as notes, and as a \
    blocking problem where every sample of a label failed; the newest time stamp. Of a table the same, \
    and throughput.
    """
  package static let dropped =
    "Bytes, threads, latency and connect times, texts of single failures."

  package static func recognises(_ head: Head) -> Recognition {
    guard let first = head.lines.first else { return .no }
    return JTLColumns(firstLine: first) == nil && aggregate(first) == nil ? .no : .yes
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let head = Head(raw: try file.prefix(Head.limit), isWhole: false)
    if let first = head.lines.first, let (table, separator) = aggregate(first) {
      return try read(file, table, separator)
    }
    guard let first = head.lines.first, let columns = JTLColumns(firstLine: first) else {
      throw Problem("has neither a header with `elapsed` and `label` nor JMeter's columns", line: 1)
    }
    var reader = try CSVReader(file, separator: columns.separator)
    if columns.hasHeader { _ = try reader.next() }
    var samples = JTLSamples()
    while let row = try reader.next() { samples.read(row.fields, columns, line: row.line) }
    return samples.finish()
  }

  private static func aggregate(
    _ firstLine: Substring
  ) -> (table: JTLAggregate, separator: Character)? {
    for separator: Character in [",", ";", "\t"] {
      let table = CSVReader.split(firstLine, at: separator).flatMap(JTLAggregate.init)
      if let table { return (table, separator) }
    }
    return nil
  }

  private static func read(
    _ file: InputFile, _ table: JTLAggregate, _ separator: Character
  ) throws(Problem) -> Results {
    var reader = try CSVReader(file, separator: separator)
    _ = try reader.next()
    var results = Results()
    while let row = try reader.next() { table.read(row.fields, line: row.line, into: &results) }
    return results
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
  /// code, response message, thread name, data type, success, … What follows depends on the version:
  /// before JMeter 3 it is bytes and latency.
  private mutating func readRow(_ fields: [String]) -> Bool {
    guard fields.count >= 9, ["true", "false"].contains(fields[7]), fields[0].count == 13,
      Int64(fields[0]) != nil, Int(fields[1]) != nil
    else { return false }
    hasHeader = false
    success = 7
    time = 0
    return true
  }
}

extension JTLSamples {
  fileprivate mutating func read(_ fields: [String], _ columns: JTLColumns, line: Int) {
    guard fields.count > max(columns.elapsed, columns.label),
      let elapsed = NumberText.parse(fields[columns.elapsed]), elapsed >= 0
    else { return skip("has no elapsed time", line: line) }
    let success = columns.success.flatMap { $0 < fields.count ? fields[$0] : nil }
    let stamp = columns.time.flatMap { $0 < fields.count ? Int64(fields[$0]) : nil }
    add(
      fields[columns.label], elapsed: elapsed, isFailed: success == "false", stamp: stamp,
      line: line)
  }
}
