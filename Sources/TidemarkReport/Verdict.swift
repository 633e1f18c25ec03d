/// What a run comes to.
package enum Verdict: String, Hashable, Sendable {
  case pass, fail, unjudged
}

/// One thing that a reader of the verdict must know.
package struct Reason: Hashable, Sendable {
  /// The kinds, as report.json prints them.
  package enum Code: String, Sendable, CaseIterable {
    case newlyFailing = "newly_failing"
    case regressed
    case thresholdFailed = "threshold_failed"
    case problem
    case thresholdUnjudged = "threshold_unjudged"
    case failedWithoutBaseline = "failed_without_baseline"
    case nothingRead = "nothing_read"
    case baselineNone = "baseline_none"
    case baselineStale = "baseline_stale"
    case baselinePartial = "baseline_partial"
    case segmentDamaged = "segment_damaged"
    case jobMissing = "job_missing"
    case seriesMissing = "series_missing"
    case testsRemoved = "tests_removed"
    case allSkipped = "all_skipped"
    case inputFailed = "input_failed"
    case inputUnrecognised = "input_unrecognised"
    case providerOutage = "provider_outage"
    case suspected
    case stillFailing = "still_failing"
    case flaky
    case testsSlower = "tests_slower"
    case machineNew = "machine_new"
    case machineChanged = "machine_changed"
    case environmentChanged = "environment_changed"
    case labelMissing = "label_missing"
    case runsMixed = "runs_mixed"
    case renameProposed = "rename_proposed"
    case quarantineExpired = "quarantine_expired"
    case insufficientData = "insufficient_data"
    case noTests = "no_tests"
    case notRecorded = "not_recorded"
  }

  package var code: Code
  /// A whole sentence, without a full stop at its end if it is one clause.
  package var message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// What a gate rule said.
package struct GateResult: Hashable, Sendable {
  package var rule: String
  package var failed: Bool
  /// How many tests, series or problems the rule met.
  package var count: Int
  package var message: String
  package init(rule: String, failed: Bool, count: Int, message: String) {
    self.rule = rule
    self.failed = failed
    self.count = count
    self.message = message
  }
}
