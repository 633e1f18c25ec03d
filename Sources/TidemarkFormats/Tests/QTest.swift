package import TidemarkModel

/// Qt Test's own XML (`-xml`, `-lightxml`).
package enum QTest: Format {
  package static let name = "qtest"
  package static let producers = "Qt Test programs (-o file,xml or -o file,lightxml)"
  package static let specification =
    "https://github.com/qt/qtbase/blob/dev/src/testlib/qxmltestlogger.cpp"
  package static let kept = """
    Each row of each test function (one without data is one row) with its verdict, description and \
    place; benchmark results per iteration as measurements. A function without a verdict is a problem.
    """
  package static let dropped =
    "Messages, and durations: they are a function's with all its rows, not a test's."

  package static func recognises(_ head: Head) -> Recognition {
    switch head.rootElement {
    case "TestCase": head.contains("<TestFunction") || head.contains("<QtVersion") ? .yes : .no
    // The light form has no root.
    case "Environment": head.contains("<QtVersion") ? .yes : .no
    default: .no
    }
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    let reading = QTestReading()
    let reader = try XMLNode.forEach(["TestFunction", "QtVersion"], in: file, reading.take)
    return reading.finish(reader.repairProblems)
  }
}

private final class QTestReading {
  private var results = Results()

  private struct Row {
    var tag: String
    var outcome: Outcome?
    var detail: TestDetail?
  }

  func take(_ node: XMLNode, _ above: [XMLNode]) {
    guard node.name == "TestFunction" else {
      if let version = node.text.nonEmpty { results.environment["qt"] = version }
      return
    }
    let className = above.last { $0.name == "TestCase" }?["name"] ?? ""
    let function = node["name"] ?? ""
    let rows = rows(of: node)
    if let problem = node.limitProblem(function) { results.problems.append(problem) }
    for row in rows {
      guard let outcome = row.outcome else { continue }
      let name = row.tag.isEmpty ? function : "\(function)(\(row.tag))"
      results.append(className: className, name: name, outcome: outcome, detail: row.detail)
    }
    if !rows.contains(where: { $0.outcome != nil }) {
      results.problems.append(
        ResultProblem(
          .unterminated, "\(function): has no verdict", line: node.line, isBlocking: false))
    }
    for benchmark in node.children("BenchmarkResult") { take(benchmark, className, function) }
  }

  /// The function's rows in the order of their first line. Of several verdicts on one row a failure
  /// counts; an expected one (`xfail`) is followed by the real one.
  private func rows(of node: XMLNode) -> [Row] {
    var rows: [Row] = []
    var numbers: [String: Int] = [:]
    for line in node.children {
      let isSkip = line.name == "Message" && line["type"] == "skip"
      guard line.name == "Incident" || isSkip else { continue }
      let tag = line.child("DataTag")?.text ?? ""
      let number = numbers[tag] ?? rows.count
      if number == rows.count {
        rows.append(Row(tag: tag))
        numbers[tag] = number
      }
      guard let outcome = QTestReading.outcome(line["type"]) else { continue }
      if let known = rows[number].outcome, QTestReading.rank(known) >= QTestReading.rank(outcome) {
        continue
      }
      rows[number].outcome = outcome
      rows[number].detail = QTestReading.detail(line, outcome)
    }
    return rows
  }

  /// A test on the blacklist runs, and its failure does not count: neither passed nor failed.
  private static func outcome(_ type: String?) -> Outcome? {
    switch type {
    case "pass", "bpass": .passed
    case "fail", "xpass": .failed
    case "skip", "bfail", "bxpass": .skipped
    case "xfail", "bxfail": nil
    default: .errored
    }
  }

  private static func rank(_ outcome: Outcome) -> Int {
    switch outcome {
    case .passed: 0
    case .skipped: 1
    case .failed: 2
    case .errored: 3
    }
  }

  private static func detail(_ line: XMLNode, _ outcome: Outcome) -> TestDetail? {
    guard outcome != .passed else { return nil }
    var detail = TestDetail(message: nil, trace: line.text(of: "Description"))
    if detail.message == nil { detail.message = line["type"] }
    detail.file = line["file"]?.nonEmpty
    detail.line = line["line"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    detail.isKnownFailure = line["type"] == "bfail" || line["type"] == "bxpass"
    return detail
  }

  private func take(_ benchmark: XMLNode, _ className: String, _ function: String) {
    let tag = benchmark["tag"]?.nonEmpty.map { "(\($0))" } ?? ""
    let name = (className.isEmpty ? "" : "\(className)::") + function + tag
    guard let value = benchmark["value"]?.decimal else {
      results.unmeasured.append(name)
      results.problems.append(
        ResultProblem(
          .valueSkipped, "\(name): its value is no number", line: benchmark.line,
          isBlocking: false))
      return
    }
    let metric = benchmark["metric"] ?? "value"
    let (unit, direction) = QTestReading.measure(metric)
    // Qt before 4.7 wrote the total of all iterations, under names in small letters.
    let isTotal = metric.first?.isLowercase ?? false
    let count = isTotal ? max(benchmark["iterations"]?.decimal ?? 1, 1) : 1
    results.measurements.append(
      Measurement(
        name: name, metric: metric, value: value / count, unit: unit, direction: direction))
  }

  /// Units of the names of Qt Test's metrics (`qbenchmarkmetric.cpp`).
  private static func measure(_ metric: String) -> (Unit, Direction) {
    switch metric {
    case "WalltimeMilliseconds", "walltime": (.milliseconds, .lower)
    case "WalltimeNanoseconds": (.nanoseconds, .lower)
    case "BytesAllocated": (.bytes, .lower)
    case "BytesPerSecond": (Unit(text: "B/s", quantity: .rate, scale: 1), .higher)
    case "BitsPerSecond": (Unit(text: "bit/s", quantity: .rate, scale: 1), .higher)
    case "FramesPerSecond": (Unit(text: "frames/s", quantity: .rate, scale: 1), .higher)
    case "InstructionReads", "Instructions":
      (Unit(text: "", quantity: .instructions, scale: 1), .lower)
    default: (.none, .lower)
    }
  }

  func finish(_ repairs: [ResultProblem]) -> Results {
    results.problems += repairs
    return results
  }
}
