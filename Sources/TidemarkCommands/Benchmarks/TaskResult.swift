internal import TidemarkFormats
internal import TidemarkModel

/// What became of a task.
struct TaskResult: Sendable {
  enum State: String, Sendable, CaseIterable {
    case passed, failed
    case timedOut = "timed_out"
    /// The provider did not answer, or there is no token for it: nothing is known of what it would
    /// have measured.
    case unavailable
    /// What it needs did not pass.
    case skipped
    /// The go was stopped.
    case interrupted
  }

  var state: State
  /// A clause.
  var reason: String?
  var attempts = 0
  var exitStatus: Int?
  var seconds = 0.0
  /// What was read of its results.
  var entries: [RunDocument.Entry] = []
  /// Whether an earlier go did it.
  var isResumed = false

  var tests: Int { entries.reduce(0) { $0 + $1.record.counts.total } }
  var series: Int { entries.reduce(0) { $0 + $1.record.series } }
  var hasResults: Bool {
    entries.contains { !$0.results.tests.isEmpty || !$0.results.measurements.isEmpty }
  }
}
