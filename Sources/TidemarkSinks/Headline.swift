private import TidemarkModel
package import TidemarkReport
private import TidemarkSyntax

/// What a report comes to, in a line and a few sentences. Raw text.
package enum Headline {
  /// `✗ fail: 2 tests newly failing, 1 series regressed`
  package static func verdict(of report: Report) -> String {
    "\(report.verdict.glyph) \(report.verdict.rawValue): \(answer(of: report))"
  }

  private static func answer(of report: Report) -> String {
    let findings = findings(in: report)
    switch report.verdict {
    case .fail: return findings.isEmpty ? firstReason(of: report) : list(findings)
    case .unjudged: return firstReason(of: report)
    case .pass: return findings.isEmpty ? calm(report) : "nothing new is broken; \(list(findings))"
    }
  }

  /// Everything worth a word, the weightiest first.
  private static func findings(in report: Report) -> [String] {
    let tests = report.testTotals
    let series = report.seriesTotals
    var findings: [String] = []
    func add(_ number: Int, _ one: String, _ many: String) {
      if number > 0 { findings.append("\(NumberText.count(number)) \(number == 1 ? one : many)") }
    }
    add(tests.newlyFailing, "test newly failing", "tests newly failing")
    add(series.regressed, "series regressed", "series regressed")
    for (code, one, many) in [
      (Reason.Code.thresholdFailed, "threshold failed", "thresholds failed"),
      (.problem, "blocking problem", "blocking problems"),
      (.failedWithoutBaseline, "reason", "reasons"),
      (.inputFailed, "input not read", "inputs not read"),
      (.providerOutage, "provider not available", "providers not available"),
      (.jobMissing, "job missing", "jobs missing"),
    ] {
      let reasons = report.reasons.filter { $0.code == code }
      if code == .failedWithoutBaseline {
        if let reason = reasons.first { findings.append(short(reason.message)) }
      } else {
        add(reasons.count, one, many)
      }
    }
    add(series.suspected, "series suspected", "series suspected")
    add(series.missing, "series missing", "series missing")
    add(tests.stillFailing, "test still failing", "tests still failing")
    add(tests.flaky, "flaky test", "flaky tests")
    return findings
  }

  private static func firstReason(of report: Report) -> String {
    report.reasons.first.map { short($0.message) } ?? "no reason is recorded"
  }

  private static func short(_ message: String) -> String {
    SafeText.middleCut(SafeText.oneLine(message), to: 240)
  }

  private static func list(_ parts: [String]) -> String {
    // A headline is read at a glance; the sections tell the rest.
    parts.prefix(4).joined(separator: ", ")
  }

  private static func calm(_ report: Report) -> String {
    let counts = report.testTotals.counts
    var sentences: [String] = []
    if counts.total > 0 {
      let others = joined([
        (counts.failed + counts.errored, "failed in quarantine"), (counts.skipped, "skipped"),
      ])
      sentences.append(
        counts.passed == counts.total
          ? "all \(Words.count(counts.total, "test")) passed"
          : "\(NumberText.count(counts.passed)) of \(Words.count(counts.total, "test")) passed, "
            + others)
    }
    if report.seriesTotals.series > 0 {
      let median = medianDetectable(report)
      let smallest =
        median.map { " (smallest change that would show: \(NumberText.percentSize($0)), median)" }
      sentences.append(
        report.seriesTotals.judged > 0
          ? "no series moved beyond its noise" + (smallest ?? "") : "no series could be judged yet")
    }
    return sentences.isEmpty ? firstReason(of: report) : sentences.joined(separator: "; ")
  }

  private static func medianDetectable(_ report: Report) -> Double? {
    let all = report.series.compactMap(\.minimumDetectablePercent).filter(\.isFinite).sorted()
    guard !all.isEmpty else { return nil }
    return (all[(all.count - 1) / 2] + all[all.count / 2]) / 2
  }

  /// `Baseline: against 20 runs of main, the newest 3 h old`
  static func baseline(of report: Report) -> String {
    let baseline = report.baseline
    let message = short(baseline.message)
    let name =
      switch baseline.status {
      case .ok: "Baseline"
      case .none: "No baseline"
      case .partial: "Partial baseline"
      case .stale: "Stale baseline"
      }
    if !message.isEmpty { return "\(name): \(message)" }
    return baseline.status == .none
      ? "\(name): nothing to compare with" : "\(name): \(Words.count(baseline.runs, "run"))"
  }

  /// `1,204 tests: 1,190 passed, 2 failed` and the same for series; one line each.
  static func totals(of report: Report) -> [String] {
    var lines: [String] = []
    let counts = report.testTotals.counts
    if counts.total > 0 {
      let parts = [
        (counts.passed, "passed"), (counts.failed, "failed"), (counts.errored, "errored"),
        (counts.skipped, "skipped"),
      ]
      lines.append("\(Words.count(counts.total, "test")): \(joined(parts))")
    }
    let series = report.seriesTotals
    if series.series > 0 {
      let parts = [
        (series.regressed, "regressed"), (series.suspected, "suspected"),
        (series.missing, "missing"), (series.improved, "improved"), (series.new, "new"),
        (series.insufficientData, "without enough data"), (series.unchanged, "unchanged"),
      ]
      lines.append("\(Words.count(series.series, "series", "series")): \(joined(parts))")
    }
    return lines
  }

  private static func joined(_ parts: [(Int, String)]) -> String {
    parts.filter { $0.0 > 0 }.map { "\(NumberText.count($0.0)) \($0.1)" }.joined(separator: ", ")
  }

  /// `feature/x at 9fceb02a1b, run 812 attempt 2, 2026-11-23 13:08 UTC`
  static func run(of report: Report) -> [Piece] {
    let run = report.run
    var pieces: [Piece] = []
    func separate(_ mark: String) { if !pieces.isEmpty { pieces.append(.own(mark)) } }
    if let branch = run.branch { pieces.append(.code(SafeText.middleCut(branch, to: 80))) }
    if let commit = run.commit {
      separate(" at ")
      pieces.append(.code(Words.commit(commit)))
    }
    separate(", ")
    pieces += [.own("run "), .code(SafeText.middleCut(run.id, to: 60))]
    if run.attempt > 1 { pieces.append(.own(" attempt \(run.attempt)")) }
    pieces.append(.own(", " + TimeText.minute(run.time)))
    return pieces
  }
}
