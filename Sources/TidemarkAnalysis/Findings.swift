import TidemarkHistory
import TidemarkModel
import TidemarkReport

/// All that is known of a run once its tests and series have their states: what verdict, reasons and
/// gate are made from.
struct Findings: Sendable {
  var run: RunHeader
  var baseline: Baseline
  var inputs: [InputRecord]
  /// What the readers and the builder found that is no pass, each once.
  var problems: [ResultProblem]
  var tests: [TestResult]
  var testTotals: TestTotals
  var slowTests: [SlowTest]
  var series: [SeriesChange]
  var seriesTotals: SeriesTotals
  var thresholds: ThresholdFindings
  var missingJobs: [MissingJob]
  var machineChanges: [MachineFinding]
  var newMachines: [NewMachine]
  var environmentChanges: [EnvironmentChange]
  var renames: [RenameProposal]
  var sharedTests: SharedNames
  var sharedSeries: SharedNames
  var expiredQuarantine: [QuarantineRule]
  var damagedSegments: [Problem]

  var breaches: [ThresholdBreach] { thresholds.breaches }

  var blocking: [ResultProblem] { problems.filter(\.isBlocking) }
  var failedInputs: [InputRecord] { inputs.filter { $0.status == .failed } }

  /// Whether any test or benchmark was read.
  var isAnythingRead: Bool {
    testTotals.counts.total > 0 || series.contains { $0.value != nil }
  }

  /// Failed and errored tests that no quarantine covers.
  var failures: [TestResult] {
    tests.filter { $0.state != .quarantined && $0.outcome?.isFailure == true }
  }

  func tests(in state: TestState) -> [TestResult] { tests.filter { $0.state == state } }

  func series(in state: SeriesState) -> [SeriesChange] { series.filter { $0.state == state } }

  /// What a run comes to, as DESIGN defines it; a file that could not be read counts as a blocking
  /// problem wherever something else was read.
  var verdict: Verdict {
    let isFailed =
      testTotals.newlyFailing > 0 || seriesTotals.regressed > 0 || !breaches.isEmpty
      || !blocking.isEmpty || (isAnythingRead && !failedInputs.isEmpty)
      || (baseline.status == .none && !failures.isEmpty)
    if isFailed { return .fail }
    let isJudged = isAnythingRead && baseline.status != .none && baseline.status != .stale
    return isJudged ? .pass : .unjudged
  }
}

/// A job that the baseline has and this run lacks: one finding, not one for each of its series.
struct MissingJob: Sendable {
  var name: String
  var tests: Int
  var series: Int

  /// Jobs that stood in 3 of the newest 5 runs of the base branch (in all of them, while there are
  /// fewer than 3), in the order of their names.
  static func found(in window: Window) -> [MissingJob] {
    let recent = (0..<window.baseCount).suffix(MissingSeries.recentRuns)
    var seen: [String: (count: Int, newest: Int)] = [:]
    for index in recent {
      for job in window.runs[index].jobs {
        seen[job.name] = ((seen[job.name]?.count ?? 0) + 1, index)
      }
    }
    let least = min(MissingSeries.leastRuns, recent.count)
    let names = seen.filter { $0.value.count >= least && !window.jobs.contains($0.key) }.keys
    return names.sorted(by: utf8Precedes).map { name in
      let run = window.runs[seen[name]?.newest ?? 0]
      let places = run.jobs.indices.filter { run.jobs[$0].name == name }.map(Int32.init)
      return MissingJob(
        name: name, tests: run.outcomes.jobs.count { places.contains($0) },
        series: run.values.jobs.count { places.contains($0) })
    }
  }

  var sentence: String {
    var parts: [String] = []
    if tests > 0 { parts.append(Sentence.count(tests, "test")) }
    if series > 0 { parts.append(Sentence.count(series, "series", plural: "series")) }
    let held = parts.isEmpty ? "" : " with its \(Sentence.list(parts))"
    return "job \(Sentence.quoted(name))\(held) is in the baseline and brought nothing to this run"
  }
}
