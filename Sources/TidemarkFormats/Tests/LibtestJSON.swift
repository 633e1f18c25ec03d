package import TidemarkModel
private import TidemarkSyntax

/// Rust's libtest events, one a line: several suites, one after the other, without names.
package enum LibtestJSON: Format {
  package static let name = "libtest-json"
  package static let producers =
    "cargo test -- --format json -Z unstable-options, cargo nextest (libtest-json)"
  package static let specification =
    "https://github.com/rust-lang/rust/blob/master/library/test/src/formatters/json.rs"
  package static let kept = """
    Every test with outcome, time and output of failures; benchmarks; tests and suites that began \
    and never ended, or ran fewer tests than announced, as blocking problems.
    """
  package static let dropped =
    "Output of passed tests; shuffling; warnings of tests that take long."

  package static func recognises(_ head: Head) -> Recognition {
    for line in head.lines where line.first == "{" {
      // With blanks as libtest writes it, without as nextest does.
      let start = line.prefix(400).filter { $0 != " " }
      let isEvent = ["suite", "test"].contains { start.contains("\"type\":\"\($0)\"") }
      let isKnown = ["started", "ok", "failed", "ignored", "timeout"].contains {
        line.contains("\"event\":\"\($0)\"") || line.contains("\"event\": \"\($0)\"")
      }
      if isEvent, isKnown { return .yes }
      if line.contains("\"type\""), line.contains("\"bench\""), line.contains("\"median\"") {
        return .yes
      }
    }
    return .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var stream = LibtestStream()
    var results = try file.readJSONLines { (line, results) throws(Problem) in
      guard case .value(let event, let number) = line else { return false }
      return stream.read(event, line: number, into: &results)
    }
    guard stream.hasEvents else { throw Problem("has no libtest event", line: 1) }
    stream.finish(into: &results)
    return results
  }
}

/// The state while events come in.
private struct LibtestStream {
  private(set) var hasEvents = false
  /// Tests that began, with the lines where they did, in this order.
  private var open: [String: Int] = [:]
  private var suiteLine: Int?
  private var announced: Int?
  private var seen = 0

  /// - Returns: Whether it is an event.
  mutating func read(_ event: JSONValue, line: Int, into results: inout Results) -> Bool {
    guard let type = event["type"]?.text else { return false }
    switch type {
    case "suite": readSuite(event, line: line, into: &results)
    case "test": readTest(event, line: line, into: &results)
    case "bench": readBenchmark(event, into: &results)
    case "report": break
    default: return false
    }
    hasEvents = true
    return true
  }

  private mutating func readSuite(_ event: JSONValue, line: Int, into results: inout Results) {
    guard event["event"]?.string == "started" else {
      close(isWhole: true, into: &results)
      return
    }
    if suiteLine != nil { close(isWhole: false, into: &results) }
    suiteLine = line
    announced = event["test_count"]?.int
    seen = 0
  }

  private mutating func readTest(_ event: JSONValue, line: Int, into results: inout Results) {
    guard let written = event["name"]?.string else { return }
    let (name, runs) = attempts(in: written)
    let outcome: Outcome
    switch event["event"]?.string ?? "" {
    case "started":
      open[name] = line
      return
    case "ok": outcome = .passed
    case "failed": outcome = .failed
    case "ignored": outcome = .skipped
    case "timeout": return  // A warning: the test goes on.
    default: outcome = .errored
    }
    open[name] = nil
    seen += 1
    var detail: TestDetail?
    if outcome != .passed {
      // Before Rust 1.37 it was `stderr`; a limit of time that was exceeded is a reason.
      let output = (event["stdout"] ?? event["stderr"])?.string
      let message = (event["message"] ?? event["reason"])?.string
      var made = TestDetail(message: message, trace: output)
      if let output { made.message = panic(in: output) ?? made.message }
      detail = made
    }
    if runs > 1 {
      detail = detail ?? TestDetail()
      detail?.attempts = (1..<min(runs, 65)).map { _ in Attempt(outcome: .failed) }
    }
    results.append(
      name: name, outcome: outcome, duration: Self.seconds(event["exec_time"]), detail: detail)
  }

  /// Before Rust 1.51 the time was a text, `0.012s`.
  private static func seconds(_ time: JSONValue?) -> Double? {
    if let seconds = time?.double { return seconds }
    guard let text = time?.string, text.hasSuffix("s") else { return nil }
    return NumberText.parse(text.dropLast())
  }

  /// nextest ends a test that it had to run again as `name#3`, where it began as `name`
  /// (https://github.com/nextest-rs/nextest/blob/main/nextest-runner/src/reporter/structured/libtest.rs).
  private func attempts(in name: String) -> (name: String, runs: Int) {
    guard open[name] == nil, let mark = name.lastIndex(of: "#"),
      let runs = Int(name[name.index(after: mark)...]), runs > 1,
      open[String(name[..<mark])] != nil
    else { return (name, 1) }
    return (String(name[..<mark]), runs)
  }

  /// The line behind `thread 'x' panicked at src/lib.rs:4:61:`, or the older
  /// `panicked at 'message', src/lib.rs:4:61`.
  private func panic(in output: String) -> String? {
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
    guard let place = lines.firstIndex(where: { $0.contains("panicked at ") }) else { return nil }
    let line = lines[place]
    if line.hasSuffix(":"), place + 1 < lines.count {
      return TestDetail(message: String(lines[place + 1]), trace: nil).message
    }
    return TestDetail(message: String(line), trace: nil).message
  }

  private mutating func readBenchmark(_ event: JSONValue, into results: inout Results) {
    guard let name = event["name"]?.string else { return }
    open[name] = nil
    seen += 1
    guard let median = event["median"]?.double else {
      results.skipValue(of: name, "has no median")
      return
    }
    // `deviation` is the distance of the slowest from the fastest: no standard error.
    results.measurements.append(
      Measurement(
        name: name, metric: "time", value: median, unit: .nanoseconds, direction: .lower))
  }

  /// Ends a suite.
  ///
  /// - Parameter isWhole: Whether its end was told.
  private mutating func close(isWhole: Bool, into results: inout Results) {
    let line = suiteLine
    suiteLine = nil
    let cut = open.sorted { ($0.value, $0.key) < ($1.value, $1.key) }
    open = [:]
    for (number, test) in cut.enumerated() {
      results.append(
        name: test.key, outcome: .failed,
        detail: TestDetail(message: "began and never ended"))
      guard number < 20 else { continue }
      results.problems.append(
        ResultProblem(
          .unterminated, "\(test.key) began and never ended", line: test.value, isBlocking: true))
    }
    if !isWhole {
      results.problems.append(
        ResultProblem(.unterminated, "a suite began and never ended", line: line, isBlocking: true))
    } else if let announced, announced > seen + cut.count {
      results.problems.append(
        ResultProblem(
          .planMismatch, "\(announced) tests were announced, \(seen) ended", line: line,
          isBlocking: true))
    }
    announced = nil
  }

  mutating func finish(into results: inout Results) {
    if suiteLine != nil || !open.isEmpty { close(isWhole: false, into: &results) }
  }
}
