package import TidemarkModel

/// A test's state against its baseline; each test has one, the first that fits.
package enum TestState: String, Hashable, Sendable, CaseIterable {
  case quarantined, removed, flaky
  case newlyFailing = "newly_failing"
  case stillFailing = "still_failing"
  case fixed, new, passing

  /// The place in lists that people read: the worst first.
  package var rank: Int {
    switch self {
    case .newlyFailing: 0
    case .stillFailing: 1
    case .flaky: 2
    case .removed: 3
    case .quarantined: 4
    case .fixed: 5
    case .new: 6
    case .passing: 7
    }
  }
}

/// One test of the run (or a removed one), judged.
package struct TestResult: Hashable, Sendable {
  package var id: Identifier
  package var identity: TestIdentity
  /// The job that ran it.
  package var job: String
  package var state: TestState
  /// nil for a removed test.
  package var outcome: Outcome?
  /// Seconds.
  package var duration: Double?
  /// Message, text, file, line, attempts: what the reader kept of this run's record.
  package var detail: TestDetail?
  /// Since which run it is in this state, where the window shows it.
  package var since: ChangePoint?
  /// Why it has this state, and what would confirm or refute it: a sentence; empty for the states that
  /// say all of it.
  package var explanation: String
  /// Whether a flaky test's record, without this run, was not flaky.
  package var isNewlyFlaky = false
  package var failuresInLast: Int
  package var runsInLast: Int
  package var owner: String?
  /// The quarantine's reason and expiry, where one applies.
  package var quarantine: Quarantine?
  /// Outcomes in the window's last runs, oldest first, this run last; nil where it did not run.
  /// At most 20.
  package var history: [Outcome?]

  package init(
    id: Identifier, identity: TestIdentity, job: String, state: TestState, outcome: Outcome?,
    duration: Double? = nil, detail: TestDetail? = nil
  ) {
    self.id = id
    self.identity = identity
    self.job = job
    self.state = state
    self.outcome = outcome
    self.duration = duration
    self.detail = detail
    explanation = ""
    failuresInLast = 0
    runsInLast = 0
    history = []
  }

  /// Suite, class, name, parameters, ordinal, job: a total order that knows no locale.
  package var sortKey: String {
    (identity.suite + [identity.className, identity.name, identity.parameters])
      .joined(separator: "\u{1}") + "\u{1}\(identity.labels)\u{1}\(identity.ordinal)\u{1}\(job)"
  }
}

package struct Quarantine: Hashable, Sendable {
  package var owner: String?
  package var reason: String
  package var expires: Timestamp?
  package init(owner: String? = nil, reason: String, expires: Timestamp? = nil) {
    self.owner = owner
    self.reason = reason
    self.expires = expires
  }
}

package struct TestTotals: Hashable, Sendable {
  package var counts = OutcomeCounts()
  /// Seconds, the sum over the tests that have a time; nil where none has.
  package var duration: Double?
  package var newlyFailing = 0
  package var stillFailing = 0
  package var fixed = 0
  package var flaky = 0
  package var quarantined = 0
  package var removed = 0
  package var new = 0
  package init() {}
}
