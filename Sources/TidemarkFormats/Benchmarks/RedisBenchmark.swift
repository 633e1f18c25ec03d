package import TidemarkModel
private import TidemarkSyntax

/// What redis-benchmark prints: as a table (`--csv`), at length, and with `-q`.
package enum RedisBenchmark: Format {
  package static let name = "redis-benchmark"
  package static let producers = "redis-benchmark, valkey-benchmark (text, -q, --csv)"
  package static let specification =
    "https://redis.io/docs/latest/operate/oss_and_stack/management/optimization/benchmarks/"
  package static let kept = """
    Requests per second of every test as main metric; mean, median, 95th and 99th percentile and \
    worst latency; clients and payload as parameters where the text tells them.
    """
  package static let dropped = "Distributions of latency, fastest answers, the server's settings."

  package static func recognises(_ head: Head) -> Recognition {
    let marks: [StaticString] = [
      "requests per second", "\"rps\",\"avg_latency_ms\"", "\"PING_INLINE\",\"", "\"SET\",\"",
      "requests completed in ",
    ]
    guard !head.beginsDocument, marks.contains(where: head.contains) else { return .no }
    var run = RedisRun()
    for line in head.lines {
      // Each report that it writes over has its own end.
      for piece in line.split(separator: "\r") { run.take(piece, number: 0) }
    }
    return run.results.measurements.isEmpty ? .no : .yes
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var run = RedisRun()
    while let line = try reader.next() { run.take(line.text, number: line.number) }
    guard !run.results.measurements.isEmpty else {
      throw Problem("has no result of redis-benchmark")
    }
    run.finish()
    return run.results
  }
}

private struct RedisRun {
  private(set) var results = Results()
  /// The names of the table's columns behind the first.
  private var columns: [Substring] = []
  /// The test that the text is at.
  private var test: String?
  private var parameters = Labels()
  private var line = 0
  private var hasRate = true
  private var isAtLatencies = false

  mutating func take(_ text: Substring, number: Int) {
    line = number
    if text.first == "\"" { return readRow(text) }
    if text.hasSuffix(" ======"), let mark = text.firstRange(of: "====== ") {
      finish()
      test = String(text[mark.upperBound...].dropLast(7))
      (parameters, hasRate, isAtLatencies) = (Labels(), false, false)
    } else if test != nil {
      readDetail(text)
    } else {
      readQuiet(text)
    }
  }

  /// `"SET","43478.26","0.655",…`; before version 6.2 the rate alone, and no header.
  private mutating func readRow(_ text: Substring) {
    guard let fields = RedisRun.fields(text.trimmedEnd), fields.count >= 2 else { return }
    if fields[0] == "test", fields[1] == "rps" {
      columns = Array(fields.dropFirst())
      return
    }
    let isKnown = !columns.isEmpty || RedisRun.isTest(fields[0])
    guard isKnown, let rate = NumberText.parse(fields[1]), fields.count == max(2, columns.count + 1)
    else { return }
    let name = String(fields[0])
    append(name, "requests per second", rate, .requestsPerSecond, .higher, isPrimary: true)
    for (column, value) in zip(columns, fields.dropFirst()) {
      guard let metric = RedisRun.metrics[column] else { continue }
      append(name, metric, NumberText.parse(value), .milliseconds, .lower)
    }
  }

  private static let metrics: [Substring: String] = [
    "avg_latency_ms": "latency", "p50_latency_ms": "latency p50",
    "p95_latency_ms": "latency p95", "p99_latency_ms": "latency p99",
    "max_latency_ms": "latency max",
  ]

  private static func isTest(_ name: Substring) -> Bool {
    let names: Set<Substring> = [
      "PING_INLINE", "PING_BULK", "PING_MBULK", "SET", "GET", "INCR", "LPUSH", "RPUSH", "LPOP",
      "RPOP", "SADD", "HSET", "SPOP", "ZADD", "ZPOPMIN", "XADD",
    ]
    return names.contains(name) || name.hasPrefix("LRANGE_") || name.hasPrefix("MSET (")
      || name.hasPrefix("LPUSH (")
  }

  private static func fields(_ text: Substring) -> [Substring]? {
    guard text.count >= 2, text.last == "\"" else { return nil }
    var fields: [Substring] = []
    var rest = text.dropFirst().dropLast()
    while let mark = rest.firstRange(of: "\",\"") {
      fields.append(rest[..<mark.lowerBound])
      rest = rest[mark.upperBound...]
    }
    return fields + [rest]
  }

  private mutating func readDetail(_ text: Substring) {
    guard let test else { return }
    let fields = text.split(separator: " ")
    if text.hasSuffix(" parallel clients"), let first = fields.first {
      parameters["clients"] = String(first)
    } else if text.hasSuffix(" bytes payload"), let first = fields.first {
      parameters["payload"] = String(first)
    } else if fields.count >= 3, fields.suffix(3) == ["requests", "per", "second"] {
      // `  throughput summary: 43478.26 requests per second`; before 6.2 the number alone.
      hasRate = true
      append(
        test, "requests per second", fields.dropLast(3).last.flatMap { NumberText.parse($0) },
        .requestsPerSecond, .higher, isPrimary: true)
    } else if fields == ["avg", "min", "p50", "p95", "p99", "max"] {
      isAtLatencies = true
    } else if isAtLatencies, fields.count == 6 {
      isAtLatencies = false
      let metrics = ["latency", nil, "latency p50", "latency p95", "latency p99", "latency max"]
      for (metric, value) in zip(metrics, fields) {
        guard let metric else { continue }
        append(test, metric, NumberText.parse(value), .milliseconds, .lower)
      }
    }
  }

  /// `SET: 7633.59 requests per second, p50=0.839 msec`
  private mutating func readQuiet(_ text: Substring) {
    guard let mark = text.firstRange(of: " requests per second"),
      let colon = text[..<mark.lowerBound].lastIndex(of: ":")
    else { return }
    let name = text[..<colon].drop { $0 == " " }
    let number = text[text.index(after: colon)..<mark.lowerBound].drop { $0 == " " }
    let rest = text[mark.upperBound...].trimmedEnd
    guard !name.isEmpty, let rate = NumberText.parse(number),
      rest.isEmpty || rest.hasPrefix(", p50="), RedisRun.isTest(name) || !rest.isEmpty
    else { return }
    append(
      String(name), "requests per second", rate, .requestsPerSecond, .higher, isPrimary: true)
    guard rest.hasSuffix(" msec") else { return }
    append(
      String(name), "latency p50", NumberText.parse(rest.dropFirst(6).dropLast(5)), .milliseconds,
      .lower)
  }

  private mutating func append(
    _ name: String, _ metric: String, _ value: Double?, _ unit: Unit, _ direction: Direction,
    isPrimary: Bool = false
  ) {
    results.append(
      series: name, parameters: parameters, metric, value, unit, direction, isPrimary: isPrimary)
  }

  mutating func finish() {
    guard let test, !hasRate else { return }
    results.problems.append(
      ResultProblem(
        .unterminated, "\(test) began and has no rate", line: line, isBlocking: true))
  }
}
