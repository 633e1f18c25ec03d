package import TidemarkModel
private import TidemarkSyntax

/// What wrk and wrk2 print.
package enum Wrk: Format {
  package static let name = "wrk"
  package static let producers = "wrk, wrk2"
  package static let specification = "https://github.com/wg/wrk/blob/master/src/wrk.c"
  package static let kept = """
    Requests per second and mean latency as main metrics; latency percentiles, transfer rate and \
    the share of other answers than 2xx and 3xx as further ones; threads and connections as \
    parameters; runs of the same settings as samples; socket errors and such answers as notes, a run \
    of nothing but such answers or without a result as a blocking problem.
    """
  package static let dropped =
    "Spread and maximum of the threads' statistics; wrk2's full spectrum."

  package static func recognises(_ head: Head) -> Recognition {
    let lines = head.lines
    let hasStart = lines.contains { WrkRun.url(of: $0) != nil }
    guard hasStart else { return .no }
    return lines.contains { line in
      let text = line.drop { $0 == " " }
      return text.hasPrefix("Thread Stats") || text.hasPrefix("Requests/sec:")
    }
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var run = WrkRun()
    while let line = try reader.next() { run.take(line.text, number: line.number) }
    run.end()
    guard !run.results.measurements.isEmpty || !run.results.unmeasured.isEmpty else {
      throw Problem("has no result of wrk", remedy: "check that wrk reached its server")
    }
    var results = run.results
    results.joinRepetitions()
    return results
  }
}

/// One run after the other.
private struct WrkRun {
  private(set) var results = Results()
  private var name = "wrk"
  private var parameters = Labels()
  private var requests: Double = 0
  private var seen: Set<String> = []
  /// Where the run began that has no result yet.
  private var startLine: Int?
  /// How many measurements there were before this run.
  private var before = 0
  /// Whether no request was answered: all numbers are 0 then, and none of them is a measurement.
  private var isEmpty = false

  init() {}

  /// Says that a run that was begun told nothing.
  mutating func end() {
    if let line = startLine, seen.isEmpty {
      results.problems.append(
        ResultProblem(.outsideError, "\(name): has no result", line: line, isBlocking: true))
    }
    startLine = nil
  }

  /// `Running 2s test @ http://127.0.0.1:8765/path`
  static func url(of line: Substring) -> Substring? {
    // Logs may have it further in.
    let line = line.drop { $0 == " " }
    guard line.hasPrefix("Running "), let mark = line.firstRange(of: " test @ ") else { return nil }
    let url = line[mark.upperBound...].trimmedEnd
    return url.isEmpty ? nil : url
  }

  mutating func take(_ line: Substring, number: Int) {
    if let url = WrkRun.url(of: line) { return begin(url, line: number) }
    let fields = line.split(separator: " ")
    guard fields.count >= 2 else { return }
    if fields.count >= 5, fields[1] == "threads", fields[4].hasPrefix("connections") {
      parameters["threads"] = String(fields[0])
      parameters["connections"] = String(fields[3])
    } else if fields[0] == "Latency", fields.count >= 4 {
      append("latency avg", WrkNumber.time(fields[1]))
    } else if fields.count == 2, fields[0].hasSuffix("%") {
      readPercentile(fields[0].dropLast(), fields[1])
    } else if fields[0] == "Requests/sec:" {
      let unit = Unit(text: "req/s", quantity: .rate, scale: 1)
      append("requests per second", NumberText.parse(fields[1]).map { ($0, unit) })
    } else if fields[0] == "Transfer/sec:" {
      append("transfer rate", WrkNumber.bytesPerSecond(fields[1]), isPrimary: false)
    } else if fields.count >= 4, fields[1] == "requests", fields[2] == "in" {
      requests = NumberText.parse(fields[0]) ?? 0
      if requests == 0 { dropRun(line: number) }
    } else {
      readErrors(line, number: number)
    }
  }

  private mutating func begin(_ url: Substring, line: Int) {
    end()
    startLine = line
    let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url
    name = String(rest)
    parameters = .none
    requests = 0
    seen = []
    before = results.measurements.count
    isEmpty = false
  }

  private mutating func dropRun(line: Int) {
    isEmpty = true
    startLine = nil
    results.measurements.removeSubrange(before...)
    results.unmeasured.append(name)
    results.problems.append(
      ResultProblem(
        .outsideError, "\(name): no request was answered", line: line, isBlocking: true))
  }

  private mutating func readPercentile(_ share: Substring, _ time: Substring) {
    guard let percent = NumberText.parse(share), let shown = NumberText.exact(percent),
      ["50", "75", "90", "99", "99.9"].contains(shown)
    else { return }
    append("latency p\(shown)", WrkNumber.time(time), isPrimary: false)
  }

  private mutating func readErrors(_ line: Substring, number: Int) {
    let text = line.drop { $0 == " " }
    let isAnswers = text.hasPrefix("Non-2xx or 3xx responses:")
    guard isAnswers || text.hasPrefix("Socket errors:") else { return }
    let failed = isAnswers ? text.split(separator: " ").last.flatMap(NumberText.parse) : nil
    results.problems.append(
      ResultProblem(
        .outsideError, "\(name): \(text.trimmedEnd)", line: number,
        isBlocking: requests > 0 && failed.map { $0 >= requests } ?? false))
    guard requests > 0, let failed else { return }
    append("failed share", (failed / requests, .ratio), isPrimary: false)
  }

  /// The first of each metric in a run: wrk2 prints some twice.
  private mutating func append(
    _ metric: String, _ value: (number: Double, unit: Unit)?, isPrimary: Bool = true
  ) {
    guard let value, !isEmpty, seen.insert(metric).inserted else { return }
    results.measurements.append(
      Measurement(
        name: name, parameters: parameters, metric: metric, value: value.number, unit: value.unit,
        direction: value.unit.quantity == .rate ? .higher : .lower, isPrimary: isPrimary))
  }
}

/// A number with its unit behind it.
private enum WrkNumber {
  private static func split(_ text: Substring) -> (number: Double, unit: Substring)? {
    let number = text.prefix { $0.isNumber || $0 == "." }
    return NumberText.parse(number).map { ($0, text[number.endIndex...]) }
  }

  /// `2.27ms`
  static func time(_ text: Substring) -> (Double, Unit)? {
    guard let (number, name) = split(text) else { return nil }
    let unit = Unit(parsing: name == "m" ? "min" : String(name))
    return unit.quantity == .time ? (number, unit) : nil
  }

  /// `341.84KB`, of 1024 bytes.
  static func bytesPerSecond(_ text: Substring) -> (Double, Unit)? {
    guard let (number, name) = split(text),
      let power = ["B", "KB", "MB", "GB", "TB", "PB"].firstIndex(of: String(name))
    else { return nil }
    let scale = (0..<power).reduce(1.0) { product, _ in product * 1024 }
    return (number, Unit(text: "\(name)/s", quantity: .rate, scale: scale))
  }
}
