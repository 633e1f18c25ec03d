package import TidemarkModel
private import TidemarkSyntax

/// What sysbench prints, since 0.4.
package enum Sysbench: Format {
  package static let name = "sysbench"
  package static let producers = "sysbench"
  package static let specification = "https://github.com/akopytov/sysbench/blob/master/README.md"
  package static let kept = """
    Rates (events, transactions, queries, file operations, bytes) and mean latency with its \
    percentile as main metrics; operations as a further one; threads and what the run prints of its \
    settings as parameters; runs of the same settings as samples; errors of a FATAL line and a run \
    without a result as blocking problems.
    """
  package static let dropped = "Totals, extremes, thread fairness, intermediate reports."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.contains("sysbench "), head.contains("Number of threads:") else { return .no }
    return head.lines.contains(where: SysbenchRun.isStart) ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var run = SysbenchRun()
    while let line = try reader.next() { run.take(line.text, number: line.number) }
    run.end()
    guard !run.results.measurements.isEmpty || !run.results.problems.isEmpty else {
      throw Problem("has no result of sysbench", remedy: "use `sysbench … run`")
    }
    var results = run.results
    results.joinRepetitions()
    return results
  }
}

/// One run after the other.
private struct SysbenchRun {
  private(set) var results = Results()
  /// What the run measures, as its own lines tell; they name it nowhere.
  private var kind = "sysbench"
  private var threads: String?
  /// The settings that it prints: without them two runs of one kind were the same.
  private var settings = Labels()
  private var isInLatency = false
  /// Where the run began that has neither a number nor an error yet.
  private var startLine: Int?

  init() {}

  mutating func take(_ line: Substring, number: Int) {
    let text = line.drop { $0 == " " || $0 == "\t" }.trimmedEnd
    if SysbenchRun.isStart(line) {
      end()
      kind = "sysbench"
      threads = nil
      settings = .none
    } else if text == "Running the test with following options:" {
      // Neither `prepare` nor `cleanup` says so.
      startLine = number
    } else if text.hasPrefix("FATAL:") {
      startLine = nil
      results.problems.append(
        ResultProblem(.outsideError, String(text.prefix(300)), line: number, isBlocking: true))
    } else if text.hasPrefix("Number of threads:") {
      threads = text.split(separator: " ").last.map(String.init)
    } else if let told = SysbenchRun.kind(of: text) {
      kind = told
      readSetting(text)
    } else if text.hasPrefix("Latency (ms)") || text.hasPrefix("per-request statistics")
      || text.hasPrefix("response time:")
    {
      isInLatency = true
    } else if text.isEmpty || text.hasPrefix("Threads fairness") {
      isInLatency = false
    } else if isInLatency {
      readLatency(text)
    } else if !readSetting(text) {
      readRate(text)
    }
  }

  /// `sysbench 1.0.20 (using …)`, `sysbench 0.4.12:  multi-threaded system evaluation benchmark`
  static func isStart(_ line: Substring) -> Bool {
    guard line.hasPrefix("sysbench ") else { return false }
    let version = line.dropFirst(9)
    return (version.first == "v" ? version.dropFirst() : version).first?.isNumber == true
  }

  /// Says that a run that was begun told nothing.
  mutating func end() {
    if let line = startLine {
      results.problems.append(
        ResultProblem(.outsideError, "\(kind): has no result", line: line, isBlocking: true))
    }
    startLine = nil
  }

  /// - Returns: Whether the line is a setting.
  @discardableResult
  private mutating func readSetting(_ text: Substring) -> Bool {
    let settings = [
      ("Prime numbers limit: ", "limit"), ("Primer numbers limit: ", "limit"),
      ("Maximum prime number checked in CPU test: ", "limit"), ("operation: ", "operation"),
      ("Memory operations type: ", "operation"), ("block size: ", "block"),
      ("Memory block size: ", "block"), ("Block size ", "block"), ("Doing ", "mode"),
    ]
    guard let (start, name) = settings.first(where: { text.hasPrefix($0.0) }) else { return false }
    let value = text.dropFirst(start.count).drop { $0 == " " }
    guard name == "mode" else {
      self.settings[name] = String(value)
      return true
    }
    // `Doing random r/w test`
    guard value.hasSuffix(" test"), kind == "fileio" else { return false }
    self.settings[name] = String(value.dropLast(5))
    return true
  }

  private static func kind(of text: Substring) -> String? {
    let marks = [
      ("Prime numbers limit:", "cpu"), ("Primer numbers limit:", "cpu"),
      ("Maximum prime number checked", "cpu"), ("Running memory speed test", "memory"),
      ("Memory operations type", "memory"), ("Extra file open flags:", "fileio"),
      ("SQL statistics:", "oltp"), ("OLTP test statistics:", "oltp"),
      ("Doing thread subsystem", "threads"), ("Doing mutex performance", "mutex"),
    ]
    return marks.first { text.hasPrefix($0.0) }?.1
  }

  /// `avg:   0.26`, `95th percentile:   0.29`, `approx.  95 percentile:  1.09ms`
  private mutating func readLatency(_ text: Substring) {
    guard let colon = text.firstIndex(of: ":") else { return }
    let value = text[text.index(after: colon)...].drop { $0 == " " }
    let number = value.prefix { $0.isNumber || $0 == "." }
    let suffix = value[number.endIndex...].trimmedEnd
    let unit = suffix.isEmpty ? Unit.milliseconds : Unit(parsing: String(suffix))
    if text.hasPrefix("avg:") {
      append("latency avg", number, unit)
    } else if text[..<colon].hasSuffix("percentile") {
      let share = text[..<colon].drop { !$0.isNumber }.prefix { $0.isNumber }
      if !share.isEmpty { append("latency p\(share)", number, unit) }
    }
  }

  private mutating func readRate(_ text: Substring) {
    // `5436.36 MiB transferred (…)`
    if let range = text.firstRange(of: " transferred ("), text.hasSuffix("/sec)") {
      let fields = text[range.upperBound...].dropLast().split(separator: " ")
      guard fields.count == 2 else { return }
      return append("transferred", fields[0], SysbenchRun.rate(fields[1]))
    }
    if readFiles(text) { return }
    guard let colon = text.firstIndex(of: ":") else { return }
    let key = String(text[..<colon])
    let value = text[text.index(after: colon)...].drop { $0 == " " }
    switch key {
    case "events per second", "events/s (eps)":
      append("events per second", value, SysbenchRun.rate("1/s"))
    case "transactions", "queries", "read/write requests", "Total operations",
      "Operations performed":
      // `20 (199.5 per sec.)`, before 1.0 `104857600 (1066853.19 ops/sec)`
      guard let open = value.firstIndex(of: "("),
        value.contains("per sec") || value.contains("ops/sec")
      else { return }
      append(
        key == "Total operations" ? "operations" : key,
        value[value.index(after: open)...].prefix { $0 != " " }, SysbenchRun.rate("1/s"),
        isPrimary: key != "Total operations" && key != "Operations performed")
    case "reads/s", "writes/s", "fsyncs/s": append(key, value, SysbenchRun.rate("1/s"))
    case "read, MiB/s", "written, MiB/s":
      append(String(key.prefix { $0 != "," }), value, SysbenchRun.rate("MiB/s"))
    case "read", "write", "fsync":
      // Since 1.1 `IOPS=2606.54 40.73 MiB/s (42.71 MB/s)`
      let fields = value.split(separator: " ")
      guard let first = fields.first, first.hasPrefix("IOPS=") else { return }
      append("\(key) iops", first.dropFirst(5), SysbenchRun.rate("1/s"))
      if fields.count >= 3, fields[2] == "MiB/s" {
        append(key, fields[1], SysbenchRun.rate(fields[2]))
      }
    default: break
    }
  }

  /// Files before 1.0: `Read 93Mb  Written 62Mb  Total transferred 156Mb  (2.6111Mb/sec)` and
  /// `  167.11 Requests/sec executed`.
  private mutating func readFiles(_ text: Substring) -> Bool {
    if text.hasSuffix(" Requests/sec executed") {
      append("requests per second", text.prefix { $0 != " " }, SysbenchRun.rate("1/s"))
      return true
    }
    guard text.contains("Total transferred "), text.hasSuffix("/sec)"),
      let open = text.lastIndex(of: "(")
    else { return false }
    let rate = text[text.index(after: open)...].dropLast()
    let number = rate.prefix { $0.isNumber || $0 == "." }
    append("transferred", number, SysbenchRun.rate(rate[number.endIndex...]))
    return true
  }

  /// The megabytes of sysbench are 1,048,576 bytes, whether it writes `MiB/sec`, `MB/sec` or `Mb/sec`.
  private static func rate(_ text: some StringProtocol) -> Unit {
    let unit = text.hasSuffix("/sec") ? String(text.dropLast(2)) : String(text)
    guard let first = unit.first, unit.hasSuffix("/s"), first != "1" else {
      return Unit(text: unit, quantity: .rate, scale: 1)
    }
    let powers: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
    return Unit(text: unit, quantity: .rate, scale: Double(powers[first] ?? 1))
  }

  private mutating func append(
    _ metric: String, _ number: Substring, _ unit: Unit, isPrimary: Bool = true
  ) {
    guard let value = NumberText.parse(number) else { return }
    var parameters = settings
    parameters["threads"] = threads
    startLine = nil
    results.measurements.append(
      Measurement(
        name: kind, parameters: parameters, metric: metric, value: value, unit: unit,
        direction: unit.quantity == .time ? .lower : .higher, isPrimary: isPrimary))
  }
}
