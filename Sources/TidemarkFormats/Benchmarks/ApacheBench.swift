package import TidemarkModel
private import TidemarkSyntax

/// What ApacheBench prints.
package enum ApacheBench: Format {
  package static let name = "ab"
  package static let producers = "ab (ApacheBench)"
  package static let specification = "https://httpd.apache.org/docs/current/programs/ab.html"
  package static let kept = """
    Requests per second, mean time per request and transfer rate as main metrics; percentiles and \
    the share of failed requests as further ones; server, port and path as the name; concurrency \
    as a parameter; runs of the same settings as samples; failed requests and other statuses than 2xx \
    as notes, all requests failing and a run without a result as blocking problems.
    """
  package static let dropped = "The table of connection times; totals."

  package static func recognises(_ head: Head) -> Recognition {
    guard head.contains("Concurrency Level:") || head.contains("This is ApacheBench") else {
      return .no
    }
    return head.lines.contains { $0.hasPrefix("This is ApacheBench, Version") }
      || head.lines.contains { $0.hasPrefix("Requests per second:") && $0.contains("[#/sec]") }
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var run = ApacheBenchRun()
    while let line = try reader.next() { run.take(line.text, number: line.number) }
    let lastLine = run.lastLine
    run.end()
    guard !run.results.measurements.isEmpty else {
      throw Problem("has no result; it ends with `\(lastLine.prefix(200))`")
    }
    var results = run.results
    results.joinRepetitions()
    return results
  }
}

/// One run after the other.
private struct ApacheBenchRun {
  private(set) var results = Results()
  private var host = ""
  private var port = ""
  private var path = ""
  private var concurrency: String?
  private var requests: Double = 0
  private var timesPerRequest = 0
  private var isInPercentiles = false
  /// Where the run began that has no result yet.
  private var startLine: Int?
  /// The last line that is not empty: of a run that failed it says why.
  private(set) var lastLine = ""

  /// Says that a run that was begun told nothing.
  mutating func end() {
    if let line = startLine {
      results.problems.append(
        ResultProblem(
          .outsideError, "ab: has no result; it ends with `\(lastLine)`", line: line,
          isBlocking: true))
    }
    startLine = nil
  }

  mutating func take(_ line: Substring, number: Int) {
    defer { if !line.isEmpty { lastLine = String(line.prefix(200)) } }
    if line.hasPrefix("This is ApacheBench") {
      end()
      self = ApacheBenchRun(results: results)
      startLine = number
    } else if line.hasPrefix("Percentage of the requests served") {
      isInPercentiles = true
    } else if isInPercentiles {
      readPercentile(line)
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].drop { $0 == " " }.trimmedEnd
      read(String(line[..<colon]), value, line: number)
    }
  }

  init() {}

  private init(results: Results) { self.results = results }

  private mutating func read(_ key: String, _ value: Substring, line: Int) {
    let number = value.prefix { $0 != " " }
    switch key {
    case "Server Hostname": host = String(value)
    case "Server Port": port = String(value)
    case "Document Path": path = String(value)
    case "Concurrency Level": concurrency = String(value)
    case "Complete requests": requests = NumberText.parse(number) ?? 0
    case "Failed requests": readFailed(number, metric: "failed", what: "failed", line: line)
    case "Non-2xx responses":
      readFailed(number, metric: "non-2xx", what: "got another status than 2xx", line: line)
    case "Requests per second":
      append("requests per second", number, Unit(text: "req/s", quantity: .rate, scale: 1))
    case "Time per request":
      timesPerRequest += 1
      let isFirst = timesPerRequest == 1
      append(
        isFirst ? "time per request" : "time per request, across all concurrent requests", number,
        .milliseconds, isPrimary: isFirst)
    case "Transfer rate":
      // Its Kbytes are 1024 bytes.
      append("transfer rate", number, Unit(text: "KB/s", quantity: .rate, scale: 1024))
    default: break
    }
  }

  private mutating func readFailed(_ number: Substring, metric: String, what: String, line: Int) {
    guard let failed = NumberText.parse(number) else { return }
    if requests > 0 {
      results.measurements.append(
        measurement("\(metric) share", failed / requests, .ratio, .lower, isPrimary: false))
    }
    guard failed > 0 else { return }
    results.problems.append(
      ResultProblem(
        .outsideError, "\(name): \(number) requests \(what)", line: line,
        isBlocking: requests > 0 && failed >= requests))
  }

  private var name: String { (port.isEmpty ? host : "\(host):\(port)") + path }

  private func measurement(
    _ metric: String, _ value: Double, _ unit: Unit, _ direction: Direction, isPrimary: Bool
  ) -> Measurement {
    var parameters = Labels()
    parameters["concurrency"] = concurrency
    return Measurement(
      name: name, parameters: parameters, metric: metric, value: value, unit: unit,
      direction: direction, isPrimary: isPrimary)
  }

  private mutating func append(
    _ metric: String, _ number: Substring, _ unit: Unit, isPrimary: Bool = true
  ) {
    guard let value = NumberText.parse(number) else { return }
    startLine = nil
    results.measurements.append(
      measurement(
        metric, value, unit, unit.quantity == .rate ? .higher : .lower, isPrimary: isPrimary))
  }

  /// `  95%      5`
  private mutating func readPercentile(_ line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count >= 2, fields[0].hasSuffix("%") else { return isInPercentiles = false }
    let share = fields[0].dropLast()
    guard ["50", "90", "95", "99"].contains(share) else { return }
    append("p\(share)", fields[1], .milliseconds, isPrimary: false)
  }
}
