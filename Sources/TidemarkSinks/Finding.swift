internal import TidemarkModel
package import TidemarkReport
internal import TidemarkSyntax

/// One thing that is wrong, as code review tools list such things: with a place and a fingerprint.
package struct Finding: Hashable, Sendable {
  package enum Level: Hashable, Sendable {
    case failure, warning, notice
  }

  package enum Rule: String, CaseIterable, Sendable {
    case testFailure = "test-failure"
    case flakyTest = "flaky-test"
    case regression
    case suspectedRegression = "suspected-regression"
    case missingSeries = "missing-series"
    case inputProblem = "input-problem"

    var explanation: String {
      switch self {
      case .testFailure: "A test failed."
      case .flakyTest: "A test both passed and failed without a change that explains it."
      case .regression: "A series is worse than its baseline, beyond its noise, and confirmed."
      case .suspectedRegression: "A series may be worse than its baseline; more runs would tell."
      case .missingSeries: "A series that the last runs have is not in this one."
      case .inputProblem: "An input was not read, or not whole."
      }
    }
  }

  package var rule: Rule
  package var level: Level
  /// Relative to the repository; made of the class or the benchmark where no file is known.
  package var path: String
  /// 1-based.
  package var line: Int
  /// One line.
  package var title: String
  package var message: String
  /// The failure's text; empty where there is none.
  package var text: String
  /// Stable from run to run: no line, no number, no message in it. Unique in a report.
  package var fingerprint: String
  /// `newly_failing`, `regressed` …
  package var state: String

  /// Everything that is wrong in `report`, the worst first.
  package static func all(in report: Report) -> [Finding] {
    var findings: [Finding] = []
    let changes = Dictionary(grouping: report.testChanges, by: \.state)
    let series = Dictionary(grouping: report.series, by: \.state)
    findings += (changes[.newlyFailing] ?? []).map { Finding($0, .testFailure, .failure) }
    findings += (series[.regressed] ?? []).map { Finding($0, .regression, .failure) }
    findings += report.inputs.flatMap(problems)
    findings += (series[.suspected] ?? []).map { Finding($0, .suspectedRegression, .warning) }
    findings += (series[.missing] ?? []).map { Finding($0, .missingSeries, .warning) }
    findings += (changes[.stillFailing] ?? []).map { Finding($0, .testFailure, .warning) }
    findings += (changes[.flaky] ?? []).map { Finding($0, .flakyTest, .warning) }
    findings += (changes[.quarantined] ?? []).filter { $0.outcome?.isFailure == true }
      .map { Finding($0, .testFailure, .notice) }
    return withUniqueFingerprints(findings)
  }

  private init(_ test: TestResult, _ rule: Rule, _ level: Level) {
    let message = FailureText.oneLine(of: test.detail) ?? test.state.word
    self.rule = rule
    self.level = level
    path = SourcePath.place(of: test)
    line = max(test.detail?.line ?? 1, 1)
    title = "\(test.state.word): \(UniqueNames.shown(test.identity.title))"
    var parts = [message, Self.context(place: test.identity.place, test.identity.labels)]
    if let commit = test.since?.commit { parts.append("since \(Words.commit(commit))") }
    if test.runsInLast > 0 {
      parts.append("failed \(test.failuresInLast) of last \(test.runsInLast) runs")
    }
    parts.append(test.explanation)
    self.message = SafeText.oneLine(parts.filter { !$0.isEmpty }.joined(separator: "; "))
    text = FailureText.whole(of: test.detail, limit: 16_384).map(SafeText.visible) ?? ""
    fingerprint = "test-\(test.id)"
    state = test.state.rawValue
  }

  private init(_ series: SeriesChange, _ rule: Rule, _ level: Level) {
    self.rule = rule
    self.level = level
    path = SourcePath.place(of: series)
    line = 1
    let name = "\(series.identity.title), \(series.identity.metric)"
    title = "\(series.state.word): \(SafeText.oneLine(name))"
    var parts: [String] = []
    if let change = Words.change(of: series) {
      parts += [change, Words.wasAndNow(series), Words.certainty(of: series)]
    }
    parts.append(Self.context(place: "", series.identity.labels))
    if let commit = series.changePoint?.commit { parts.append("since \(Words.commit(commit))") }
    if let suspect = series.suspects.first {
      parts.append("suspected: \(Words.commit(suspect.commit)) \(suspect.subject ?? "")")
    }
    parts.append(series.explanation)
    message = SafeText.oneLine(parts.filter { !$0.isEmpty }.joined(separator: "; "))
    text = ""
    fingerprint = "series-\(series.id)"
    state = series.state.rawValue
  }

  private init(input: InputRecord, message: String, line: Int?, level: Level, state: String) {
    rule = .inputProblem
    self.level = level
    path = SourcePath.relative(input.path) ?? SourcePath.made(of: "inputs", input.path)
    self.line = max(line ?? 1, 1)
    title = "\(state.replacing("_", with: " ")): \(SafeText.oneLine(input.path))"
    self.message = SafeText.oneLine(String(SafeText.prefix(message, bytes: 4000)))
    text = ""
    let hash = Digest.identifier(of: Array("\(state)\u{1}\(input.path)".utf8))
    fingerprint = "input-\(hash)"
    self.state = state
  }

  private static func problems(of input: InputRecord) -> [Finding] {
    var findings = input.problems.filter(\.isBlocking).map { problem in
      Finding(
        input: input, message: problem.message, line: problem.line, level: .failure,
        state: problem.code.rawValue)
    }
    if input.status != .read {
      let message = input.error.map { error in
        error.remedy.map { "\(error.what); \($0)" } ?? error.what
      }
      findings.append(
        Finding(
          input: input, message: message ?? "the file is in no known format",
          line: input.error?.line, level: input.status == .failed ? .failure : .warning,
          state: input.status.rawValue))
    }
    return findings
  }

  private static func context(place: String, _ labels: Labels) -> String {
    SafeText.oneLine([place, labels.description].filter { !$0.isEmpty }.joined(separator: ", "))
  }

  /// The second of a fingerprint becomes `…-2`: one test under two jobs, two problems of one file.
  private static func withUniqueFingerprints(_ findings: [Finding]) -> [Finding] {
    var seen: [String: Int] = [:]
    return findings.map { finding in
      var finding = finding
      let count = (seen[finding.fingerprint] ?? 0) + 1
      seen[finding.fingerprint] = count
      if count > 1 { finding.fingerprint += "-\(count)" }
      return finding
    }
  }
}

/// A JSON array that ends before it grows over a budget.
struct FindingList {
  /// The most findings.
  var count: Int
  var bytes: Int

  /// Writes the findings that fit; the answer tells how many.
  func write(
    _ findings: [Finding], to json: inout JSONWriter,
    _ body: (inout JSONWriter, Finding) -> Void
  ) -> Int {
    var kept = 0
    json.array { json in
      for finding in findings.prefix(count) where json.bytes.count < bytes {
        body(&json, finding)
        kept += 1
      }
    }
    return kept
  }
}
