/// What makes a test the same test from run to run.
package struct TestIdentity: Hashable, Sendable {
  package var suite: [String]
  package var className: String
  package var name: String
  /// Empty where the format keeps none apart from the name.
  package var parameters: String
  package var labels: Labels
  /// 1 for the first test of its name in its suite, 2 for the next.
  package var ordinal: Int

  package init(
    suite: [String], className: String, name: String, parameters: String = "",
    labels: Labels = .none, ordinal: Int = 1
  ) {
    self.suite = suite
    self.className = className
    self.name = name
    self.parameters = parameters
    self.labels = labels
    self.ordinal = ordinal
  }
}

/// One test of a run. Its outcome is its last attempt's.
package struct Test: Hashable, Sendable {
  package var id: Identifier
  package var identity: TestIdentity
  package var outcome: Outcome
  /// Seconds, of the last attempt.
  package var duration: Double?
  /// What it has beyond that; its attempts are the ones before the last.
  package var detail: TestDetail?

  package init(
    id: Identifier, identity: TestIdentity, outcome: Outcome, duration: Double? = nil,
    detail: TestDetail? = nil
  ) {
    self.id = id
    self.identity = identity
    self.outcome = outcome
    self.duration = duration
    self.detail = detail
  }

  /// Whether this run's attempts disagree, or the record says that the test is flaky.
  package var isFlaky: Bool {
    guard let detail else { return false }
    return detail.isMarkedFlaky
      || detail.attempts.contains { $0.outcome.isFailure != outcome.isFailure }
  }
}
