private import Glibc

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
    var evidence = evidence(results.suffix(max(window, 0)))
    evidence.state = state(evidence)
    return evidence
  }

  private func evidence(_ results: ArraySlice<OutcomeRecord>) -> OutcomeEvidence {
    let count = results.count
    let failures = results.count { !$0.passed }
    let flips = zip(results, results.dropFirst()).count { $0.passed != $1.passed }
    let streak = results.reversed().prefix { !$0.passed }.count
    let failRate = count > 0 ? Double(failures) / Double(count) : 0
    return OutcomeEvidence(
      state: .new, results: count, flips: flips,
      flipRate: Double(flips) / Double(max(1, count - 1)),
      sameCommitFlips: sameCommitFlips(results), failRate: failRate,
      entropy: entropy(failRate), streak: streak,
      streakChance: streakChance(streak, failures: failures, results: count))
  }

  private func sameCommitFlips(_ results: ArraySlice<OutcomeRecord>) -> Int {
    let passed = Set(results.lazy.filter(\.passed).map(\.commit))
    let failed = Set(results.lazy.filter { !$0.passed }.map(\.commit))
    return passed.intersection(failed).count
  }

  private func entropy(_ p: Double) -> Double {
    p > 0 && p < 1 ? -(p * log2(p) + (1 - p) * log2(1 - p)) : 0
  }

  /// The fail rate before the streak, with half a failure and one result added (Jeffreys' prior), to
  /// the power of the streak.
  private func streakChance(_ streak: Int, failures: Int, results: Int) -> Double {
    guard streak > 0 else { return 1 }
    let rate = (Double(failures - streak) + 0.5) / (Double(results - streak) + 1)
    return pow(rate, Double(streak))
  }

  private func state(_ evidence: OutcomeEvidence) -> OutcomeState {
    let isFlaky =
      evidence.sameCommitFlips >= 1
      || (evidence.flips >= leastFlips && evidence.flipRate >= leastFlipRate)
    let failures = (evidence.failRate * Double(evidence.results)).rounded()
    if evidence.results < leastResults { return .new }
    if Int(failures) == evidence.results { return .failing }
    if isBroken(evidence, hasFailedBefore: isFlaky || Int(failures) > evidence.streak) {
      return .broken
    }
    if isFlaky { return .flaky }
    return evidence.streak > 0 ? .suspected : .stable
  }

  private func isBroken(_ evidence: OutcomeEvidence, hasFailedBefore: Bool) -> Bool {
    guard evidence.streak > 0 else { return false }
    if evidence.sameCommitFlips > 0, evidence.streak < leastStreakIfFlaky { return false }
    return evidence.streakChance < (hasFailedBefore ? alpha : alphaNeverFailed)
  }
}
