package import TidemarkModel
private import TidemarkSyntax

/// What PostgreSQL's pgbench prints.
package enum Pgbench: Format {
  package static let name = "pgbench"
  package static let producers = "pgbench"
  package static let specification = "https://www.postgresql.org/docs/current/pgbench.html"
  package static let kept = """
    Transactions per second as main metric, mean latency and its spread, time to connect, the share \
    of failed and late transactions; of several scripts also each one's; scale, mode, clients and \
    threads as parameters; runs that were aborted as blocking problems.
    """
  package static let dropped = "Latencies of single statements, progress, retries."

  package static func recognises(_ head: Head) -> Recognition {
    guard !head.beginsDocument, head.contains("transaction type: "),
      head.contains("scaling factor: ")
    else { return .no }
    let lines = head.lines
    return lines.contains { $0.hasPrefix("transaction type: ") }
      && lines.contains { $0.hasPrefix("number of transactions actually processed: ") }
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var run = PgbenchRun()
    while let line = try reader.next() { run.take(line.text, number: line.number) }
    run.finish()
    guard !run.results.measurements.isEmpty || !run.results.problems.isEmpty else {
      throw Problem("has no result of pgbench")
    }
    return run.results
  }
}

/// One run after the other.
private struct PgbenchRun {
  private(set) var results = Results()
  private var name = ""
  private var script: String?
  private var parameters = Labels()
  private var startLine: Int?
  private var hasRate = false

  mutating func take(_ line: Substring, number: Int) {
    if line.hasPrefix("pgbench (") {
      results.environment["pgbench"] = String(line.dropFirst(9).prefix { $0 != " " && $0 != ")" })
    } else if line.hasPrefix("transaction type: ") {
      finish()
      (startLine, script, hasRate, parameters) = (number, nil, false, Labels())
      name = PgbenchRun.name(line.dropFirst(18).trimmedEnd)
    } else if line.hasPrefix("SQL script "), let colon = line.firstRange(of: ": ") {
      script = PgbenchRun.name(line[colon.upperBound...].trimmedEnd)
    } else if line.hasPrefix("Run was aborted") {
      results.problems.append(
        ResultProblem(
          .commandFailed, "\(name): the run was aborted, its results are not complete",
          line: number, isBlocking: true))
    } else if startLine != nil {
      let text = line.hasPrefix(" - ") ? line.dropFirst(3) : line
      // Before 9.6 latencies stood behind a colon.
      if let mark = text.firstRange(of: " = ") ?? text.firstRange(of: ": ") {
        read(text[..<mark.lowerBound], text[mark.upperBound...], line: number)
      }
    }
  }

  /// `<builtin: select only>` and `bench/script.sql` as they are the same on each machine.
  private static func name(_ text: Substring) -> String {
    if text.hasPrefix("<builtin: "), text.hasSuffix(">") {
      return String(text.dropFirst(10).dropLast())
    }
    return text.split(separator: "/").last.map(String.init) ?? String(text)
  }

  private mutating func read(_ key: Substring, _ value: Substring, line: Int) {
    let first = value.prefix { $0 != " " }
    switch key {
    case "scaling factor": parameters["scale"] = String(first)
    case "query mode": parameters["mode"] = String(first)
    case "number of clients": parameters["clients"] = String(first)
    case "number of threads": parameters["threads"] = String(first)
    case "latency average": append("latency", first, .milliseconds, .lower)
    case "latency stddev": append("latency stddev", first, .milliseconds, .lower)
    case "initial connection time", "average connection time":
      append("connection time", first, .milliseconds, .lower)
    case "number of failed transactions": readShare("failed", value, line: line)
    case "number of transactions skipped": readShare("skipped", value, line: line)
    case "tps": readRate(first, value)
    default:
      if key.hasPrefix("number of transactions above the ") {
        readShare("above the latency limit", value, line: nil)
      } else if script != nil, let rate = value.firstRange(of: ", tps = ") {
        append(script: value[rate.upperBound...])
      } else if script != nil, let rate = key.firstRange(of: ", tps") {
        // `9 transactions (45.0% of total, tps = 55.924589)` is parted at its `=`.
        if rate.upperBound == key.endIndex { append(script: value) }
      }
    }
  }

  private mutating func append(script value: Substring) {
    append(
      "tps", value.prefix { $0.isNumber || $0 == "." },
      Unit(text: "tps", quantity: .rate, scale: 1),
      .higher, isPrimary: true)
  }

  /// Before version 14 two rates, with and without the time to connect.
  private mutating func readRate(_ number: Substring, _ value: Substring) {
    let unit = Unit(text: "tps", quantity: .rate, scale: 1)
    let isIncluding = value.hasSuffix("(including connections establishing)")
    append(
      isIncluding ? "tps, with connecting" : "tps", number, unit, .higher, isPrimary: !isIncluding)
    if !isIncluding { hasRate = true }
  }

  /// `3 (0.250%)`, `0/20 (0.000%)`
  private mutating func readShare(_ metric: String, _ value: Substring, line: Int?) {
    guard let open = value.lastIndex(of: "("), value.hasSuffix("%)") else { return }
    append(
      metric, value[value.index(after: open)...].dropLast(2),
      Unit(text: "%", quantity: .ratio, scale: 0.01), .lower)
    guard let line, script == nil, value.first != "0" else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, "\(name): \(value) transactions \(metric)", line: line, isBlocking: false))
  }

  private mutating func append(
    _ metric: String, _ number: Substring, _ unit: Unit, _ direction: Direction,
    isPrimary: Bool = false
  ) {
    results.append(
      series: script.map { "\(name): \($0)" } ?? name, parameters: parameters, metric,
      NumberText.parse(number), unit, direction, isPrimary: isPrimary)
  }

  mutating func finish() {
    guard let startLine, !hasRate else { return }
    results.problems.append(
      ResultProblem(
        .unterminated, "\(name): ends without a rate", line: startLine, isBlocking: true))
  }
}
