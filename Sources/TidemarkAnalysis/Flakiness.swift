import TidemarkModel
import TidemarkStatistics

/// What a test's record says of a test that fails at its end.
enum Standing: Hashable, Sendable {
  /// Its last result is no failure, or there is none.
  case up
  /// It fails, and how it failed before does not explain that.
  case down
  /// It fails as its record says that it does.
  case flaky
}

/// Tells a broken test from a flaky one, with the attempts within a run counted as results of one
/// commit.
struct Flakiness: Sendable {
  let history: OutcomeHistory
  let commitNumbers: [Int]

  init(_ history: OutcomeHistory, window: Window) {
    self.history = history
    commitNumbers = window.commitNumbers
  }

  /// - Parameter results: newest first.
  func standing(_ results: some BidirectionalCollection<TestRecords.Result>) -> Standing {
    guard let newest = results.first, newest.isFailure else { return .up }
    return standing(of: evidence(results))
  }

  /// What a record that ends with a failure amounts to.
  func standing(of evidence: OutcomeEvidence) -> Standing {
    switch evidence.state {
    // Below three results nothing speaks for flakiness yet: a failure is taken as one.
    case .broken, .failing, .new: return .down
    case .flaky, .suspected: return .flaky
    case .stable: return .up
    }
  }

  /// Whether a test without its newest result was flaky, or failed as one that may be.
  func hasBeenFlaky(_ results: some BidirectionalCollection<TestRecords.Result>) -> Bool {
    guard results.contains(where: { $0.isFailure || $0.isFlaky }) else { return false }
    switch evidence(results).state {
    case .flaky, .suspected: return true
    case .new, .failing, .broken, .stable: return false
    }
  }

  func evidence(_ results: some BidirectionalCollection<TestRecords.Result>) -> OutcomeEvidence {
    var records: [OutcomeRecord] = []
    records.reserveCapacity(results.count)
    for result in results.reversed() {
      let commit = commitNumbers[result.run]
      // The attempts before the last one ended the other way.
      if result.isFlaky { records.append(OutcomeRecord(commit: commit, passed: result.isFailure)) }
      records.append(OutcomeRecord(commit: commit, passed: !result.isFailure))
    }
    return history.classify(records)
  }
}
