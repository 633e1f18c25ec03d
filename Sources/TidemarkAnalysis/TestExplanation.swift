import TidemarkModel
import TidemarkReport
import TidemarkStatistics
private import TidemarkSyntax

/// In words why a test that fails has its state, and what would confirm or refute it. Equal evidence is
/// put into words once: in a run in which everything fails the same is said of all.
struct TestExplanation {
  private let rules: OutcomeHistory
  private var broken: [OutcomeEvidence: String] = [:]
  private var flaky: [OutcomeEvidence: String] = [:]

  /// What is said where the attempts within a run disagree.
  static let attempts = "its attempts within this run disagree"

  init(_ rules: OutcomeHistory) { self.rules = rules }

  /// Of a test that newly fails.
  mutating func broken(_ evidence: OutcomeEvidence) -> String {
    if let text = broken[evidence] { return text }
    let text = Self.streak(evidence) + "; the next pass ends it"
    broken[evidence] = text
    return text
  }

  /// Of a test that fails as its record says that it does.
  mutating func flaky(_ evidence: OutcomeEvidence) -> String {
    if let text = flaky[evidence] { return text }
    var parts: [String] = []
    if evidence.sameCommitFlips > 0 {
      parts.append(
        "it both passed and failed on \(Sentence.count(evidence.sameCommitFlips, "commit"))")
    }
    if evidence.state == .flaky, evidence.flips > 1 {
      parts.append(
        "it went between passing and failing \(NumberText.count(evidence.flips)) times in"
          + " \(Sentence.count(evidence.results, "result"))")
    }
    if parts.isEmpty { parts.append(Self.earlier(evidence)) }
    var text = Sentence.list(parts)
    if let more = moreFailures(evidence) {
      text += "; \(Sentence.count(more, "more failure")) in a row would say that it is broken"
    }
    flaky[evidence] = text
    return text
  }

  private static func streak(_ evidence: OutcomeEvidence) -> String {
    let before = evidence.results - evidence.streak
    let times = evidence.streak == 1 ? "once" : "\(NumberText.count(evidence.streak)) times in a row"
    guard before > 0 else {
      return evidence.streak == 1
        ? "no earlier result of it is known" : "it has never passed in \(evidence.streak) results"
    }
    guard failures(evidence) > evidence.streak else {
      return "it fails, \(times), after passing \(Sentence.count(before, "time")) without a failure"
    }
    return "\(earlier(evidence)); failing \(times) is no flakiness, which would have a chance of"
      + " \(NumberText.probability(evidence.streakChance))"
  }

  /// `it failed in 3 of the 57 results before`
  private static func earlier(_ evidence: OutcomeEvidence) -> String {
    let before = evidence.results - evidence.streak
    return "it failed in \(NumberText.count(failures(evidence) - evidence.streak)) of the"
      + " \(Sentence.count(before, "result")) before"
  }

  private static func failures(_ evidence: OutcomeEvidence) -> Int {
    Int((evidence.failRate * Double(evidence.results)).rounded())
  }

  /// How many further failures in a row its record would not explain.
  private func moreFailures(_ evidence: OutcomeEvidence) -> Int? {
    guard evidence.streak > 0, evidence.results > evidence.streak else { return nil }
    let before = Double(evidence.results - evidence.streak)
    let rate = (Double(Self.failures(evidence) - evidence.streak) + 0.5) / (before + 1)
    var chance = evidence.streakChance
    for more in 1...rules.window {
      chance *= rate
      let streak = evidence.streak + more
      if evidence.sameCommitFlips > 0, streak < rules.leastStreakIfFlaky { continue }
      if chance < rules.alpha { return more }
    }
    return nil
  }
}
