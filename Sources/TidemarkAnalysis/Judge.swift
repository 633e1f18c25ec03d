package import TidemarkHistory
package import TidemarkModel
package import TidemarkReport
import TidemarkStatistics

/// Makes the report of a run from the run and the history: the one place with an opinion.
///
/// Pure: no clock, no disk, no git. The same run, history and options give the same report, whatever
/// the order of parts and tests and the number of cores.
package struct Judge: Sendable {
  package let options: JudgeOptions

  package init(options: JudgeOptions) { self.options = options }

  /// The report, made on the calling thread.
  package func report(on run: Run, against history: HistoryContents) -> Report {
    let stage = Stage(run, history, options)
    return stage.report(Detector(options: options.detector).judge(stage.series.batch))
  }

  /// The same report, the series judged in as many tasks as `workers`.
  package func report(on run: Run, against history: HistoryContents, workers: Int) async -> Report {
    let stage = Stage(run, history, options)
    let detector = Detector(options: options.detector)
    return stage.report(await detector.judge(stage.series.batch, workers: workers))
  }
}

/// A run between the two halves of its judgement: what stands before the detector has answered.
private struct Stage: Sendable {
  let run: Run
  let history: HistoryContents
  let options: JudgeOptions
  let selection: BaselineSelection
  let window: Window
  let environments: JobEnvironments
  let acceptances: Acceptances
  let tests: TestStates
  let series: SeriesStates

  init(_ given: Run, _ history: HistoryContents, _ options: JudgeOptions) {
    var run = given
    run.parts.sort { utf8Precedes($0.job, $1.job) }
    self.run = run
    self.history = history
    self.options = options
    selection = BaselineSelection(for: run.header, in: history, options: options)
    window = Window(selection, of: history, for: run)
    environments = JobEnvironments(run, window: window)
    acceptances = Acceptances(history, window: window, run: run, options: options)
    tests = TestStates(
      run, window: window, history: history, acceptances: acceptances, environments: environments,
      options: options)
    series = SeriesStates(
      run, window: window, isOnBase: selection.isOnBase, history: history,
      acceptances: acceptances, environments: environments, options: options)
  }

  func report(_ answer: BatchAnswer) -> Report {
    let slowTests = tests.durations.slowTests(
      Detector(options: options.detector).judge(tests.durations.batch), of: run.header,
      isOnBase: selection.isOnBase, acceptances: acceptances,
      familyRuns: options.detector.familyRuns)
    let findings = findings(answer, slowTests)
    var report = Report(run: run.header, generator: options.generator, key: options.key)
    report.jobs = run.parts.map {
      Job(name: $0.job, url: $0.url, environment: $0.environment)
    }
    report.verdict = findings.verdict
    report.reasons = findings.reasons
    report.gate = options.gate.flatMap { $0.results(findings) }
    report.links = options.links
    report.baseline = findings.baseline
    report.inputs = findings.inputs
    report.testTotals = findings.testTotals
    report.tests = findings.tests
    report.slowTests = slowTests
    report.seriesTotals = findings.seriesTotals
    report.runs = window.reported(with: run)
    report.runs[report.runs.count - 1].verdict = findings.verdict
    report.series = findings.series
    let beyond = Set(findings.breaches.map(\.series.sortKey))
    if !beyond.isEmpty {
      for index in report.series.indices {
        report.series[index].isBeyondThreshold = beyond.contains(report.series[index].sortKey)
      }
    }
    report.clusters =
      Clusters(
        tests: findings.tests, slowTests: slowTests, series: findings.series,
        machineChanges: findings.machineChanges,
        commits: options.commits, environments: environments
      ).all
    report.modelComparisons = ModelComparisons(run).all
    report.environmentChanges = findings.environmentChanges
    report.annotations = options.annotations
    report.bisection = options.bisection
    report.acceptances = acceptances.all
    return report
  }

  private func findings(_ answer: BatchAnswer, _ slowTests: [SlowTest]) -> Findings {
    let changes = series.changes(answer)
    let newMachines = NewMachine.found(in: window, environments: environments, series: changes)
    let measured = changes.count { $0.value != nil }
    // What no run can be compared with is not judged, and no pass.
    let isWithoutBaseline =
      tests.totals.counts.total == 0 && measured > 0
      && newMachines.reduce(0) { $0 + $1.series } == measured
    return Findings(
      run: run.header,
      baseline: isWithoutBaseline
        ? selection.baseline.without(newMachines) : selection.baseline,
      inputs: inputs,
      problems: Self.problems(run), tests: tests.results, testTotals: tests.totals,
      slowTests: slowTests,
      series: changes, seriesTotals: SeriesTotals(counting: changes),
      thresholds: ThresholdFindings(changes, options),
      missingJobs: MissingJob.found(in: window),
      machineChanges: MachineFinding.found(
        answer, tracks: series.tracks, window: window, run: run.header, options: options.detector),
      newMachines: newMachines, environmentChanges: environments.changes(),
      renames: RenameProposal.ofTests(tests.results) + RenameProposal.ofSeries(changes),
      sharedTests: tests.shared, sharedSeries: series.shared,
      expiredQuarantine: options.quarantine.filter { $0.isExpired(at: run.header.time) },
      damagedSegments: history.damaged + history.setAside)
  }

  /// What was read and what was not, in the order of the paths.
  private var inputs: [InputRecord] {
    (run.parts.flatMap(\.inputs) + run.unread).sorted { utf8Precedes($0.path, $1.path) }
  }

  /// The problems of parts and inputs, each once, in the order of the parts.
  private static func problems(_ run: Run) -> [ResultProblem] {
    func ofInputs(_ inputs: [InputRecord]) -> [ResultProblem] {
      inputs.flatMap { input in
        input.problems.map { problem in
          var problem = problem
          problem.path = problem.path ?? input.path
          return problem
        }
      }
    }
    var seen: Set<ResultProblem> = []
    let all = run.parts.flatMap { ofInputs($0.inputs) + $0.problems } + ofInputs(run.unread)
    return all.filter { seen.insert($0).inserted }
  }
}

extension SeriesTotals {
  fileprivate init(counting changes: [SeriesChange]) {
    self.init()
    series = changes.count
    for change in changes {
      switch change.state {
      case .regressed: regressed += 1
      case .suspected: suspected += 1
      case .improved: improved += 1
      case .unchanged: unchanged += 1
      case .new: new += 1
      case .missing: missing += 1
      case .insufficientData: insufficientData += 1
      }
    }
  }
}
