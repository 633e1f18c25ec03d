internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Test results in Visual Studio's format, as the Azure agent reads it.
///
/// - Source: `src/Agent.Worker/TestResults` of microsoft/azure-pipelines-agent; the schema is
///   `vstst.xsd` of Visual Studio.
struct TRXFile {
  private static let noList = "8c84fa94-04c1-424b-9868-57a2d4851a1d"
  private static let allLists = "19431567-8539-422a-85d7-44ee4e166bda"
  /// Azure's limits of a result's texts.
  private static let messageLimit = 4000
  private static let stackLimit = 32_000

  private let report: Report
  private let byteBudget: Int

  init(_ report: Report, byteBudget: Int) {
    self.report = report
    self.byteBudget = byteBudget
  }

  func render() -> (bytes: [UInt8], cuts: [Cut]) {
    let start = TimeText.rfc3339(report.run.time)
    let finish = Clock(report.run.time).end(after: report.testTotals.duration ?? 0)
    let runGUID = GUID(
      UniqueNames.hash(report.run.id, in: "run"), UInt64(truncatingIfNeeded: report.run.attempt))
    let (results, definitions, entries, counts, cuts) = body()
    var xml = XMLWriter(
      breaksNamespaceWord: true,
      capacity: results.count + definitions.count + entries.count + 4096)
    xml.raw(XMLWriter.declaration)
    xml.raw("<TestRun")
    xml.attribute("id", raw: runGUID.text)
    xml.attribute("name", "tidemark \(report.key) \(report.run.id)")
    xml.raw(" xmlns=\"http://microsoft.com/schemas/VisualStudio/TeamTest/2010\">\n  <Times")
    xml.attribute("creation", start)
    xml.attribute("queuing", start)
    xml.attribute("start", start)
    xml.attribute("finish", raw: finish)
    xml.raw("/>\n  <TestSettings name=\"default\"")
    xml.attribute("id", raw: GUID(UniqueNames.hash("settings", in: report.key), 1).text)
    xml.raw("/>\n  <Results>\n")
    xml.raw(results)
    xml.raw("  </Results>\n  <TestDefinitions>\n")
    xml.raw(definitions)
    xml.raw("  </TestDefinitions>\n  <TestEntries>\n")
    xml.raw(entries)
    xml.raw("  </TestEntries>\n  <TestLists>\n    <TestList name=\"Results Not in a List\"")
    xml.attribute("id", Self.noList)
    xml.raw("/>\n    <TestList name=\"All Loaded Results\"")
    xml.attribute("id", Self.allLists)
    xml.raw("/>\n  </TestLists>\n")
    write(counts, to: &xml)
    xml.raw("</TestRun>\n")
    return (xml.bytes, cuts)
  }

  private func write(_ counts: OutcomeCounts, to xml: inout XMLWriter) {
    let failed = counts.failed + counts.errored
    xml.raw("  <ResultSummary")
    xml.attribute("outcome", failed > 0 ? "Failed" : "Completed")
    xml.raw(">\n    <Counters")
    xml.attribute("total", counts.total)
    xml.attribute("executed", counts.total - counts.skipped)
    xml.attribute("passed", counts.passed)
    xml.attribute("failed", failed)
    xml.attribute("notExecuted", counts.skipped)
    xml.raw("/>\n  </ResultSummary>\n")
  }

  private typealias Body = (
    results: [UInt8], definitions: [UInt8], entries: [UInt8], counts: OutcomeCounts, cuts: [Cut]
  )

  private func body() -> Body {
    var results = XMLWriter(breaksNamespaceWord: true, capacity: report.tests.count * 600)
    var definitions = XMLWriter(breaksNamespaceWord: true, capacity: report.tests.count * 360)
    var entries = XMLWriter(capacity: report.tests.count * 180)
    var names = UniqueNames(capacity: report.tests.count)
    var counts = OutcomeCounts()
    var (kept, total) = (0, 0)
    let run = UniqueNames.hash(report.run.id, in: "\(report.run.attempt)")
    let clock = Clock(report.run.time)
    let tests = report.tests
    for group in TestGroup.groups(of: tests) {
      let computer = UniqueNames.shown(group.job.isEmpty ? "unknown" : group.job)
      for index in group.tests {
        guard let outcome = tests[index].outcome else { continue }
        total += 1
        let written = results.bytes.count + definitions.bytes.count + entries.bytes.count
        // Failures have the last fifth for themselves.
        let limit = outcome.isFailure ? byteBudget - 262_144 : byteBudget / 5 * 4
        guard written < limit else { continue }
        kept += 1
        counts.add(outcome)
        let place = group.className(of: tests[index].identity)
        // The agent cuts a class at its first comma.
        let className =
          place.utf8.contains(UInt8(ascii: ",")) ? place.replacing(",", with: ";") : place
        let title = UniqueNames.shown(tests[index].identity.title)
        let name = names.unique(title, in: className)
        let full = UniqueNames.hash(name, in: className)
        let definition = GUID(tests[index].id.bits, full)
        let execution = GUID(tests[index].id.bits ^ run, full)
        begin(
          Result(
            name: name, computer: computer, definition: definition, execution: execution,
            outcome: outcome, seconds: tests[index].duration ?? 0), clock, to: &results)
        if outcome == .passed {
          results.raw("/>\n")
        } else {
          finish(tests[index], outcome, to: &results)
        }
        write(
          name: name, className: className, storage: group.suiteName, definition, execution,
          to: &definitions)
        entries.raw("    <TestEntry")
        entries.attribute("testId", raw: definition.text)
        entries.attribute("executionId", raw: execution.text)
        entries.raw(" testListId=\"8c84fa94-04c1-424b-9868-57a2d4851a1d\"")
        entries.raw("/>\n")
      }
    }
    let cuts = kept < total ? [Cut(sink: "azure", what: "tests", kept: kept, total: total)] : []
    return (results.bytes, definitions.bytes, entries.bytes, counts, cuts)
  }

  private struct Result {
    let name: String
    let computer: String
    let definition: GUID
    let execution: GUID
    let outcome: Outcome
    let seconds: Double
  }

  /// A result up to the end of its attributes.
  private func begin(_ result: Result, _ clock: Clock, to xml: inout XMLWriter) {
    let id = result.execution.text
    xml.raw("    <UnitTestResult")
    xml.attribute("executionId", raw: id)
    xml.attribute("testId", raw: result.definition.text)
    xml.attribute("testName", result.name)
    xml.attribute("computerName", result.computer)
    xml.attribute("duration", raw: Clock.duration(result.seconds))
    xml.attribute("startTime", raw: clock.start)
    xml.attribute("endTime", raw: clock.end(after: result.seconds))
    xml.raw(" testType=\"13cdc9d9-ddb5-4fa4-a97d-d965ccfc6d4b\"")
    switch result.outcome {
    case .passed: xml.raw(" outcome=\"Passed\"")
    case .failed, .errored: xml.raw(" outcome=\"Failed\"")
    case .skipped: xml.raw(" outcome=\"NotExecuted\"")
    }
    xml.raw(" testListId=\"8c84fa94-04c1-424b-9868-57a2d4851a1d\"")
    xml.attribute("relativeResultsDirectory", raw: id)
  }

  /// What a result that did not pass says.
  private func finish(_ test: TestResult, _ outcome: Outcome, to xml: inout XMLWriter) {
    xml.raw(">\n      <Output>")
    if outcome.isFailure, let output = output(of: test) {
      xml.raw("<StdOut>")
      xml.text(output)
      xml.raw("</StdOut>")
    }
    xml.raw("<ErrorInfo><Message>")
    let fallback = outcome == .skipped ? "skipped" : outcome.name
    xml.text(
      FailureText.oneLine(of: test.detail).map { SafeText.middleCut($0, to: Self.messageLimit) }
        ?? fallback)
    xml.raw("</Message>")
    if outcome.isFailure, let text = FailureText.whole(of: test.detail, limit: Self.stackLimit) {
      xml.raw("<StackTrace>")
      xml.text(SafeText.middleCut(text, to: Self.stackLimit))
      xml.raw("</StackTrace>")
    }
    xml.raw("</ErrorInfo></Output>\n    </UnitTestResult>\n")
  }

  /// What the test wrote, and the attempts that the format has no place for.
  private func output(of test: TestResult) -> String? {
    var lines = (test.detail?.attempts ?? []).prefix(100).enumerated().map { index, attempt in
      let message = SafeText.oneLine(String((attempt.message ?? "").prefix(500)))
      return "attempt \(index + 1): \(attempt.outcome.name)"
        + (message.isEmpty ? "" : ": \(message)")
    }
    if let output = test.detail?.output, !output.isEmpty { lines.append(output) }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  private func write(
    name: String, className: String, storage: String, _ definition: GUID, _ execution: GUID,
    to xml: inout XMLWriter
  ) {
    xml.raw("    <UnitTest")
    xml.attribute("name", name)
    xml.attribute("storage", storage)
    xml.attribute("id", raw: definition.text)
    xml.raw("><Execution")
    xml.attribute("id", raw: execution.text)
    xml.raw("/><TestMethod")
    xml.attribute("codeBase", storage)
    xml.raw(" adapterTypeName=\"executor://tidemark/v1\"")
    xml.attribute("className", className)
    xml.attribute("name", name)
    xml.raw("/></UnitTest>\n")
  }
}

/// 128 bits, written as a GUID of version 8 (RFC 9562: the maker's own).
struct GUID {
  private let high: UInt64
  private let low: UInt64

  /// The same two numbers always give the same GUID; of 128 bits 122 are kept.
  init(_ high: UInt64, _ low: UInt64) {
    self.high = high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000
    self.low = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
  }

  /// 36 bytes in lower case.
  var text: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(36)
    for (word, isHigh) in [(high, true), (low, false)] {
      for digit in 0..<16 {
        if isHigh ? digit == 8 || digit == 12 : digit == 0 || digit == 4 {
          out.append(UInt8(ascii: "-"))
        }
        let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * digit) & 15)
        out.append(value < 10 ? 48 + value : 87 + value)
      }
    }
    return out
  }
}

/// Times of results: all begin with the run, since no report tells when each test did.
private struct Clock {
  let start: [UInt8]
  private let time: Timestamp
  /// `2026-11-24T`
  private let date: [UInt8]
  private let millisecondsOfDay: Int64

  init(_ time: Timestamp) {
    self.time = time
    start = Array(TimeText.rfc3339(time).utf8)
    date = Array(start.prefix { $0 != UInt8(ascii: "T") }) + [UInt8(ascii: "T")]
    let rest = time.millisecondsSince1970 % 86_400_000
    millisecondsOfDay = rest < 0 ? rest + 86_400_000 : rest
  }

  /// The moment `seconds` after the start.
  func end(after seconds: Double) -> [UInt8] {
    guard seconds.isFinite, seconds >= 0.001 else { return start }
    let elapsed = Int64(min(seconds, 366 * 86_400) * 1000)
    guard millisecondsOfDay + elapsed >= 86_400_000 else {
      return onFirstDay(millisecondsOfDay + elapsed)
    }
    let (sum, overflow) = time.millisecondsSince1970.addingReportingOverflow(elapsed)
    return overflow
      ? start : Array(TimeText.rfc3339(Timestamp(millisecondsSince1970: sum)).utf8)
  }

  private func onFirstDay(_ milliseconds: Int64) -> [UInt8] {
    var out = date
    out.reserveCapacity(24)
    for (value, mark) in [
      (milliseconds / 3_600_000, UInt8(ascii: ":")),
      (milliseconds / 60_000 % 60, UInt8(ascii: ":")),
      (milliseconds / 1000 % 60, UInt8(ascii: ".")),
    ] {
      out.append(UInt8(truncatingIfNeeded: 48 + value / 10))
      out.append(UInt8(truncatingIfNeeded: 48 + value % 10))
      out.append(mark)
    }
    var scale: Int64 = 100
    while scale > 0 {
      out.append(UInt8(truncatingIfNeeded: 48 + milliseconds / scale % 10))
      scale /= 10
    }
    out.append(UInt8(ascii: "Z"))
    return out
  }

  /// `hh:mm:ss.fffffff`, with `d.` in front from a day on.
  static func duration(_ seconds: Double) -> [UInt8] {
    let year: Double = 366 * 86_400
    let clamped = seconds.isFinite ? min(max(seconds, 0), year) : 0
    let ticks = Int((clamped * 1e7).rounded())
    let whole = ticks / 10_000_000
    var out: [UInt8] = []
    out.reserveCapacity(20)
    if whole >= 86_400 {
      out.append(contentsOf: String(whole / 86_400).utf8)
      out.append(UInt8(ascii: "."))
    }
    for (value, mark) in [(whole / 3600 % 24, ":"), (whole / 60 % 60, ":"), (whole % 60, ".")] {
      out.append(UInt8(truncatingIfNeeded: 48 + value / 10))
      out.append(UInt8(truncatingIfNeeded: 48 + value % 10))
      out.append(contentsOf: mark.utf8)
    }
    var scale = 1_000_000
    while scale > 0 {
      out.append(UInt8(truncatingIfNeeded: 48 + ticks / scale % 10))
      scale /= 10
    }
    return out
  }
}
