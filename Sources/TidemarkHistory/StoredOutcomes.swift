package import TidemarkModel

/// The outcomes of a run, by columns: a hundred thousand tests of a thousand runs cost a byte each
/// (and eight more where durations are loaded), because runs with the same tests share the rest.
///
/// A collection of ``StoredOutcome``, in the order of (test, job). What reads one column of many
/// runs reads the column: ``tests``, ``codes``, ``durations``.
package struct StoredOutcomes: Sendable {
  /// Index into ``HistoryContents/tests`` of each outcome, ascending.
  package let tests: [Int32]
  /// Index into ``StoredRun/jobs`` of each outcome.
  package let jobs: [Int32]
  /// ``code(_:isFlaky:)`` of each outcome.
  package let codes: [UInt8]
  /// Seconds of each outcome, NaN where none is known; empty where none is known at all, or where
  /// durations were not loaded.
  package let durations: [Double]

  /// The columns must be as long as `tests`; `durations` may be empty.
  init(tests: [Int32], jobs: [Int32], codes: [UInt8], durations: [Double]) {
    self.tests = tests
    self.jobs = jobs
    self.codes = codes
    self.durations = durations
  }

  package init(_ outcomes: [StoredOutcome] = []) {
    tests = outcomes.map(\.test)
    jobs = outcomes.map(\.job)
    codes = outcomes.map { StoredOutcomes.code($0.outcome, isFlaky: $0.isFlaky) }
    let known = outcomes.contains { !$0.durationOrNaN.isNaN }
    durations = known ? outcomes.map(\.durationOrNaN) : []
  }

  /// Outcome and flakiness in one byte: the outcome's raw value, and 4 for a flaky one.
  package static func code(_ outcome: Outcome, isFlaky: Bool) -> UInt8 {
    outcome.rawValue | (isFlaky ? 4 : 0)
  }

  /// The outcome of a code: bits 0 and 1.
  package static func outcome(ofCode code: UInt8) -> Outcome {
    switch code & 3 {
    case 0: .passed
    case 1: .failed
    case 2: .errored
    default: .skipped
    }
  }
}

extension StoredOutcomes: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { tests.count }

  package subscript(position: Int) -> StoredOutcome {
    StoredOutcome(
      test: tests[position], job: jobs[position],
      outcome: StoredOutcomes.outcome(ofCode: codes[position]),
      isFlaky: codes[position] & 4 != 0,
      durationOrNaN: durations.isEmpty ? .nan : durations[position])
  }
}

extension StoredOutcomes: Hashable {
  /// Unlike its elements', the equality of unknown durations holds.
  package static func == (first: StoredOutcomes, second: StoredOutcomes) -> Bool {
    first.tests == second.tests && first.jobs == second.jobs && first.codes == second.codes
      && first.durations.elementsEqual(second.durations) {
        $0 == $1 || ($0.isNaN && $1.isNaN)
      }
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(tests)
    hasher.combine(codes)
  }
}

extension StoredOutcomes: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: StoredOutcome...) { self.init(elements) }
}
