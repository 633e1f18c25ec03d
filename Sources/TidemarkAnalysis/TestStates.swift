import TidemarkHistory
import TidemarkModel
import TidemarkReport
import TidemarkStatistics

/// The states of a run's tests, and of those that it no longer has.
struct TestStates: Sendable {
  /// In the order of suite, class, name, parameters, labels, ordinal and job.
  private(set) var results: [TestResult] = []
  private(set) var totals = TestTotals()
  private(set) var shared = SharedNames()
  /// How long the tests take, over the window.
  let durations: TestDurations

  private let run: Run
  private let window: Window
  private let history: HistoryContents
  private let options: JudgeOptions
  private let acceptances: Acceptances
  private let flakiness: Flakiness
  private let quarantine: [QuarantineRule]

  init(
    _ run: Run, window: Window, history: HistoryContents, acceptances: Acceptances,
    environments: JobEnvironments, options: JudgeOptions
  ) {
    self.run = run
    self.window = window
    self.history = history
    self.options = options
    self.acceptances = acceptances
    flakiness = Flakiness(options.outcomes, window: window)
    quarantine = options.quarantine.filter { !$0.isExpired(at: run.header.time) }
    let tests = OrderedTests(run, jobs: window.jobs)
    var lanes = Lanes(
      ids: tests.indices.map { tests[$0].id }, jobs: tests.indices.map(tests.job),
      table: history.tests.lazy.map(\.id),
      aliases: options.aliases)
    shared = SharedNames(in: lanes, jobs: window.jobs)
    let twins = Twins(tests, history: history, lanes: &lanes)
    durations = TestDurations(
      tests, lanes: lanes, window: window, environments: environments)
    let records = records(tests.indices.count, lanes: lanes, twins: twins)
    results.reserveCapacity(tests.indices.count)
    var words = TestExplanation(options.outcomes)
    for lane in tests.indices {
      results.append(result(tests[lane], job: tests.job(of: lane), lane, records, &words))
    }
    let removed = removed(lanes: lanes, twins: twins)
    if !removed.isEmpty {
      results += removed
      results.sort { first, second in
        let order = first.identity.compared(with: second.identity)
        return order == 0 ? utf8Precedes(first.job, second.job) : order < 0
      }
    }
    count()
  }

  private func records(_ count: Int, lanes: Lanes, twins: Twins) -> TestRecords {
    var records = TestRecords(lanes: count, window: window)
    for index in window.runs.indices.reversed() {
      let outcomes = window.runs[index].outcomes
      let codes = outcomes.codes
      let places = window.jobPlaces[index]
      lanes.follow(outcomes, places: places) { lane, result in
        records.add(lane: lane, run: index, code: codes[result])
      }
      twins.follow(outcomes, places: places) { lane, result in
        records.add(lane: lane, run: index, code: codes[result])
      } extra: { _ in
      }
    }
    return records
  }

  private func result(
    _ test: Test, job: Int32, _ lane: Int, _ records: TestRecords, _ words: inout TestExplanation
  ) -> TestResult {
    var result = TestResult(
      id: test.id, identity: test.identity, job: jobName(job), state: .passing,
      outcome: test.outcome, duration: test.duration, detail: test.detail)
    let now = TestRecords.Result(
      run: window.currentIndex, isFailure: test.outcome.isFailure, isFlaky: test.isFlaky)
    let earlier = records.results(of: lane)
    let hasResult = test.outcome != .skipped
    result.runsInLast = min(earlier.count + (hasResult ? 1 : 0), TestRecords.limit)
    result.failuresInLast =
      earlier.prefix(TestRecords.limit - 1).count { $0.isFailure } + (now.isFailure ? 1 : 0)
    result.history = records.strip(of: lane, then: test.outcome)
    decide(&result, test, now: now, lane: lane, records, &words)
    if let rule = quarantineRule(for: test.identity, id: test.id, file: test.detail?.file) {
      result.state = .quarantined
      result.quarantine = rule
    }
    if result.state != .passing { result.owner = owner(of: result) }
    return result
  }

  /// Sets state, place and explanation.
  private func decide(
    _ result: inout TestResult, _ test: Test, now: TestRecords.Result, lane: Int,
    _ records: TestRecords, _ words: inout TestExplanation
  ) {
    let earlier = records.results(of: lane).prefix(TestRecords.limit - 1)
    if test.isFlaky {
      result.state = .flaky
      result.explanation = TestExplanation.attempts
      result.isNewlyFlaky = !flakiness.hasBeenFlaky(earlier)
      if now.isFailure {
        result.since = point(records.streakStart(of: lane) ?? window.currentIndex, earlier)
      }
      return
    }
    let before = flakiness.standing(records.baseResults(of: lane))
    guard test.outcome.isFailure else {
      let isFixed = test.outcome == .passed && before == .down
      result.state = isFixed ? .fixed : records.isKnown(lane) ? .passing : .new
      if isFixed { result.since = point(window.currentIndex, earlier) }
      return
    }
    let since = point(records.streakStart(of: lane) ?? window.currentIndex, earlier)
    result.since = since
    let evidence = flakiness.evidence([now] + earlier)
    if flakiness.standing(of: evidence) == .flaky {
      result.state = .flaky
      result.explanation = words.flaky(evidence)
      result.isNewlyFlaky = !flakiness.hasBeenFlaky(earlier)
    } else if let acceptance = acceptance(of: test, since: since) {
      result.state = .stillFailing
      result.explanation = acceptance.sentence
    } else if before == .down {
      result.state = .stillFailing
      result.explanation = "the baseline has it failing, too"
    } else {
      result.state = .newlyFailing
      result.explanation = words.broken(evidence)
    }
  }

  /// What accepts a failure that began at `since`: by its own id, by that of all that began there, or by that of the
  /// failures that say the same.
  private func acceptance(of test: Test, since: ChangePoint) -> Acceptance? {
    guard !acceptances.isEmpty, let start = since.index else { return nil }
    let ids = [test.id] + [Clusters.messageID(test.detail)].compactMap { $0 }
    let own = ids.compactMap { acceptances[$0] }.first { $0.index >= start }
    let first = min((since.previousIndex ?? start - 1) + 1, start)
    return own ?? acceptances.ofCluster(in: first...start)?.acceptance
  }

  /// - Parameter earlier: the test's results, newest first: the last one before the run is what it is held
  ///   against.
  private func point(_ index: Int, _ earlier: ArraySlice<TestRecords.Result>) -> ChangePoint {
    window.changePoint(
      at: index, of: run.header, isWorse: true, previous: earlier.first { $0.run < index }?.run)
  }

  private func point(_ index: Int) -> ChangePoint {
    window.changePoint(at: index, of: run.header, isWorse: true)
  }

  private func jobName(_ place: Int32) -> String {
    window.jobs.indices.contains(Int(place)) ? window.jobs[Int(place)] : ""
  }

  private func quarantineRule(for identity: TestIdentity, id: Identifier, file: String?)
    -> Quarantine?
  {
    quarantine.last { $0.pattern.matches(identity, id: id, file: file) }?.quarantine
  }

  private func owner(of result: TestResult) -> String? {
    if let owner = result.quarantine?.owner { return owner }
    return options.owners.last {
      $0.pattern.matches(result.identity, id: result.id, file: result.detail?.file)
    }?.owner
  }
}

// MARK: - Removed tests

extension TestStates {
  /// The tests that stood in their job's newest run and that the job, though it ran, no longer has.
  private func removed(lanes: Lanes, twins: Twins) -> [TestResult] {
    var gone: [(entry: Int32, job: Int32, run: Int)] = []
    for (job, name) in window.jobs.enumerated() {
      guard let index = window.baseRuns(withJob: name, limit: 1).first else { continue }
      let place = Int32(truncatingIfNeeded: job)
      let places = window.jobPlaces[index]
      let outcomes = window.runs[index].outcomes
      let (tests, jobs) = (outcomes.tests, outcomes.jobs)
      for result in tests.indices
      where Lanes.place(of: jobs[result], in: places) == place
        && isGone(result, from: outcomes, places: places, lanes: lanes, twins: twins)
      {
        gone.append((tests[result], place, index))
      }
      twins.follow(outcomes, places: places) { _, _ in
      } extra: { result in
        if Lanes.place(of: jobs[result], in: places) == place {
          gone.append((tests[result], place, index))
        }
      }
    }
    gone.removeAll { item in
      let id = options.aliases.target(of: history.tests[Int(item.entry)].id)
      return acceptances.index(of: id).map { $0 > item.run } ?? false
    }
    return described(gone.map { ($0.entry, $0.job) })
  }

  private func isGone(
    _ result: Int, from outcomes: StoredOutcomes, places: [Int32], lanes: Lanes, twins: Twins
  ) -> Bool {
    let test = outcomes.tests[result]
    let entry = Int(test)
    guard lanes.firstLane.indices.contains(entry), !twins.contains(entry: test) else {
      return false
    }
    guard lanes.firstLane[entry] >= 0 else { return true }
    let place = Lanes.place(of: outcomes.jobs[result], in: places)
    if lanes.jobs[Int(lanes.firstLane[entry])] == place { return false }
    let own = lanes.lanes(of: options.aliases.target(of: history.tests[entry].id))
      .map { lanes.jobs[$0] }
    if own.contains(place) { return false }
    // Another job has the name. Where that one had it then too, it is no renamed job.
    // Results of one test are neighbours.
    func isOwn(_ other: Int) -> Bool {
      own.contains(Lanes.place(of: outcomes.jobs[other], in: places))
    }
    let before = (0..<result).reversed().prefix { outcomes.tests[$0] == test }
    let after = (result + 1..<outcomes.count).prefix { outcomes.tests[$0] == test }
    return before.contains(where: isOwn) || after.contains(where: isOwn)
  }

  private func described(_ gone: [(entry: Int32, job: Int32)]) -> [TestResult] {
    guard !gone.isEmpty else { return [] }
    let lanes = Lanes(
      ids: gone.map { history.tests[Int($0.entry)].id }, jobs: gone.map(\.job),
      table: history.tests.lazy.map(\.id), aliases: [:])
    var records = TestRecords(lanes: gone.count, window: window)
    for index in window.runs.indices.reversed() {
      let outcomes = window.runs[index].outcomes
      let codes = outcomes.codes
      lanes.follow(outcomes, places: window.jobPlaces[index]) { lane, result in
        records.add(lane: lane, run: index, code: codes[result])
      }
    }
    return gone.enumerated().map { lane, item in
      let stored = history.tests[Int(item.entry)]
      var result = TestResult(
        id: stored.id, identity: stored.identity, job: jobName(item.job), state: .removed,
        outcome: nil)
      let earlier = records.results(of: lane)
      result.runsInLast = earlier.count
      result.failuresInLast = earlier.count { $0.isFailure }
      result.history = records.strip(of: lane, then: nil)
      result.since = point(window.currentIndex)
      if let rule = quarantineRule(for: stored.identity, id: stored.id, file: nil) {
        result.state = .quarantined
        result.quarantine = rule
      }
      result.owner = owner(of: result)
      return result
    }
  }
}

// MARK: - Totals

extension TestStates {
  private mutating func count() {
    for result in results {
      if let outcome = result.outcome { totals.counts.add(outcome) }
      if let duration = result.duration { totals.duration = (totals.duration ?? 0) + duration }
      switch result.state {
      case .newlyFailing: totals.newlyFailing += 1
      case .stillFailing: totals.stillFailing += 1
      case .fixed: totals.fixed += 1
      case .flaky: totals.flaky += 1
      case .quarantined: totals.quarantined += 1
      case .removed: totals.removed += 1
      case .new: totals.new += 1
      case .passing: break
      }
    }
  }
}
