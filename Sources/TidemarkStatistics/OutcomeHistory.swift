/// One result of a test that ran: skipped ones are left out.
package struct OutcomeRecord: Hashable, Sendable {
  /// Any number that is the same for the same commit.
  package var commit: Int
  package var passed: Bool

  package init(commit: Int, passed: Bool) {
    self.commit = commit
    self.passed = passed
  }
}

/// What a test's record of outcomes amounts to.
package enum OutcomeState: String, Hashable, Sendable, CaseIterable {
  /// Fewer results than say anything.
  case new
  /// It never passed in the window.
  case failing
  /// Failing now, and its own flakiness does not explain it.
  case broken
  /// It passed and failed on one commit, or it flips often.
  case flaky
  /// Failing now, and none of the others.
  case suspected
  case stable
}

/// What the state of a test rests on.
package struct OutcomeEvidence: Hashable, Sendable {
  package var state: OutcomeState
  /// Results looked at.
  package var results: Int
  /// Changes between passed and failed from one result to the next.
  package var flips: Int
  /// Flips per pair of neighbours, from 0 to 1.
  package var flipRate: Double
  /// Commits on which it both passed and failed.
  package var sameCommitFlips: Int
  /// Share of failures, from 0 to 1.
  package var failRate: Double
  /// Entropy of the outcomes in bits, from 0 to 1.
  package var entropy: Double
  /// Failures at the end, without a pass.
  package var streak: Int
  /// The chance of that streak if the test were only as flaky as before; 1 without a streak.
  package var streakChance: Double
}

/// Tells broken from flaky tests by their record.
package struct OutcomeHistory: Hashable, Sendable {
  /// Newest results that count.
  package var window = 60
  /// Results below which a test is new.
  package var leastResults = 3
  /// Flips from which a test without same-commit flips can be flaky.
  package var leastFlips = 4
  /// The flip rate it then needs.
  package var leastFlipRate = 0.1
  /// Streaks less likely than this are broken.
  package var alpha = 1e-3
  /// Streaks of a test that never failed before are broken below this.
  package var alphaNeverFailed = 0.2
  /// Failures at the end that a test with same-commit flips needs to be broken.
  package var leastStreakIfFlaky = 3

  package init() {}

  /// The state of a test.
  ///
  /// - Parameter results: oldest first; the newest `window` of them count.
  package func classify(_ results: [OutcomeRecord]) -> OutcomeEvidence {
    OutcomeEvidence(
      state: .new, results: 0, flips: 0, flipRate: 0, sameCommitFlips: 0, failRate: 0, entropy: 0,
      streak: 0, streakChance: 1)
  }
}
