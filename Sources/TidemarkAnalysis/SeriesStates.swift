import TidemarkHistory
import TidemarkModel
import TidemarkReport
import TidemarkStatistics

/// The series of a run on their way to their states: what the detector is given, and what becomes of
/// its answer.
struct SeriesStates: Sendable {
  let tracks: [SeriesTrack]
  /// What the detector is asked, one a track.
  let batch: [SeriesInput]
  let shared: SharedNames

  private let run: RunHeader
  private let window: Window
  private let isOnBase: Bool
  private let acceptances: Acceptances
  private let options: JudgeOptions
  private let environments: JobEnvironments

  /// How far the place of a change may be off where an acceptance is held against it.
  static let placeTolerance = 2

  init(
    _ run: Run, window: Window, isOnBase: Bool, history: HistoryContents,
    acceptances: Acceptances, environments: JobEnvironments, options: JudgeOptions
  ) {
    self.run = run.header
    self.window = window
    self.isOnBase = isOnBase
    self.acceptances = acceptances
    self.options = options
    self.environments = environments
    let current = Self.current(run, jobs: window.jobs)
    let lanes = Lanes(
      ids: current.map(\.id), jobs: current.map(\.job), table: history.series.lazy.map(\.id),
      aliases: options.aliases)
    shared = SharedNames(in: lanes, jobs: window.jobs)
    let missing = MissingSeries(window: window, history: history, lanes: lanes, options: options)
      .found(acceptances)
    tracks =
      Self.tracks(current, lanes: lanes, window, history, environments)
      + Self.tracks(
        missing,
        lanes: Lanes(
          ids: missing.map(\.id), jobs: missing.map(\.job),
          table: history.series.lazy.map(\.id), aliases: [:]),
        window, history, environments)
    batch = tracks.map { track in
      let rules = SeriesRules(track.series, options.detection)
      return track.input(direction: rules.direction, effectFloor: rules.effectFloor)
    }
  }

  /// In the order of their ids, then jobs: the order of files does not show.
  private static func current(_ run: Run, jobs: [String]) -> [JobSeries] {
    let places = Dictionary(
      jobs.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { a, _ in a })
    return run.parts.flatMap { part in
      part.values.map { value in
        JobSeries(
          id: value.id, identity: value.identity, unit: value.unit, direction: value.direction,
          job: places[part.job] ?? -1, value: value)
      }
    }.sorted { ($0.id, $0.job) < ($1.id, $1.job) }
  }

  private static func tracks(
    _ series: [JobSeries], lanes: Lanes, _ window: Window,
    _ history: HistoryContents, _ environments: JobEnvironments
  ) -> [SeriesTrack] {
    guard !series.isEmpty else { return [] }
    let machines = series.map { environments.machine(ofJob: $0.job) }
    let runs = window.runs.count
    // Runs come one after the other, series are read one after the other: in between stands where in
    // a run each value is.
    var places = [Int32](repeating: -1, count: series.count * runs)
    for (index, stored) in window.runs.enumerated() {
      let jobs = stored.values.jobs
      lanes.follow(stored.values, places: window.jobPlaces[index]) { lane, result in
        // Runs of one machine class are compared with that class's own level.
        guard environments.machine(ofJob: jobs[result], in: index) == machines[lane],
          places[lane * runs + index] < 0
        else { return }
        places[lane * runs + index] = Int32(truncatingIfNeeded: result)
      }
    }
    let columns = ValueColumns(window)
    return series.indices.map { lane in
      SeriesTrack(
        series[lane], places: places[lane * runs..<(lane + 1) * runs], columns: columns,
        baseCount: window.baseCount)
    }
  }

  /// The judged series, the worst first.
  func changes(_ answer: BatchAnswer) -> [SeriesChange] {
    let comparisons = comparisons(answer)
    let machineChanges = Dictionary(grouping: answer.machineChanges) { $0.unit ?? "" }
    var changes = tracks.indices.map { place in
      change(
        tracks[place], answer.series[place], batch[place], comparisons[place],
        machineChanges[tracks[place].group] ?? [])
    }
    changes.sort { first, second in
      if first.state.rank != second.state.rank { return first.state.rank < second.state.rank }
      let one = abs(first.changePercent ?? 0)
      let other = abs(second.changePercent ?? 0)
      return one == other ? utf8Precedes(first.sortKey, second.sortKey) : one > other
    }
    return changes
  }

  /// Comparisons of items and shares that stand after the correction for their number.
  private func comparisons(_ answer: BatchAnswer) -> [Int: (ItemComparison, q: Double)] {
    var found: [(place: Int, comparison: ItemComparison)] = []
    for (place, track) in tracks.enumerated() where track.series.value != nil {
      // From five runs on the detector knows more of a share than one comparison does.
      let needsItems = answer.series[place].verdict != .insufficient
      let rules = SeriesRules(track.series, options.detection)
      guard track.baseCount > 0,
        let comparison = ItemComparison(
          track, direction: rules.direction, needsItems: needsItems)
      else { continue }
      found.append((place, comparison))
    }
    let q = BenjaminiHochberg.adjusted(found.map(\.comparison.p), tests: found.count)
    var standing: [Int: (ItemComparison, q: Double)] = [:]
    for (item, q) in zip(found, q)
    where item.comparison.isWorse != nil && q <= options.detector.falseDiscoveryRate {
      standing[item.place] = (item.comparison, q)
    }
    return standing
  }

  private func change(
    _ track: SeriesTrack, _ answer: SeriesAnswer, _ input: SeriesInput,
    _ comparison: (ItemComparison, q: Double)?, _ machineChanges: [MachineChange]
  ) -> SeriesChange {
    let series = track.series
    let rules = SeriesRules(series, options.detection)
    var change = SeriesChange(
      id: series.id, identity: series.identity, unit: series.unit, direction: rules.direction,
      job: window.jobs.indices.contains(Int(series.job)) ? window.jobs[Int(series.job)] : "",
      state: .unchanged, value: series.value?.value)
    change.n = series.value?.n
    change.window = track.values.count
    change.points = track.points
    change.noisePercent = answer.noise.map { $0 * 100 }
    change.minimumDetectablePercent = answer.minimumDetectableEffect.map { $0 * 100 }
    change.effectFloorPercent = effectFloor(rules, noise: answer.noise)
    change.regimes = answer.regimes.map {
      TidemarkReport.Regime(
        first: $0.first, last: $0.last, level: track.level($0.level, in: $0),
        low: track.level($0.low, in: $0), high: track.level($0.high, in: $0))
    }
    var judgement = SeriesJudgement(
      track: track, answer: answer, input: input, window: window, run: run,
      recentStart: recentStart(track), acceptedEnd: acceptedEnd(track, answer),
      acceptance: acceptances[track.series.id], acceptances: acceptances,
      options: options.detector, comparison: comparison,
      machineChanges: machineChanges)
    judgement.decide()
    judgement.describe(&change)
    finish(&change, track)
    return change
  }

  private func effectFloor(_ rules: SeriesRules, noise: Double?) -> Double? {
    if let floor = rules.effectFloor { return floor * 100 }
    let detector = options.detector
    guard let noise else { return nil }
    let floor = min(detector.effectFloor, detector.effectFloorNoise * noise)
    return max(detector.effectFloorMinimum, floor) * 100
  }

  /// The first value whose change still counts: in the detector's newest runs, and, of a change that
  /// is to go into the base branch, in its own runs.
  private func recentStart(_ track: SeriesTrack) -> Int {
    let newest = max(track.values.count - options.detector.familyRuns, 0)
    return isOnBase ? newest : max(newest, track.baseCount)
  }

  /// Changes before this place are accepted.
  private func acceptedEnd(_ track: SeriesTrack, _ answer: SeriesAnswer) -> Int {
    guard let run = acceptances.index(of: track.series.id),
      let place = track.runs.firstIndex(where: { $0 >= run })
    else { return acceptances.index(of: track.series.id) == nil ? 0 : track.runs.count }
    let meant = answer.changes.contains {
      $0.index <= place && $0.index > place - options.detector.familyRuns
    }
    return place + 1 + (meant ? 0 : Self.placeTolerance)
  }

  private func finish(_ change: inout SeriesChange, _ track: SeriesTrack) {
    guard change.state != .unchanged else { return }
    change.owner =
      options.owners.last { $0.pattern.matches(change.identity, id: change.id) }?.owner
    guard let point = change.changePoint else { return }
    change.suspects = options.commits.suspects(
      after: point.previousCommit, upTo: point.commit, of: ChangedNames(change.identity))
    guard let index = point.index, let place = track.runs.firstIndex(of: index), place > 0,
      let note = environments.note(
        job: change.job, from: track.runs[place - 1], to: index)
    else { return }
    change.explanation += "; \(note)"
  }
}

/// What the config says of one series.
struct SeriesRules: Sendable {
  var direction: Direction
  var effectFloor: Double?

  init(_ series: JobSeries, _ rules: [DetectionRule]) {
    direction = series.direction
    for rule in rules where rule.pattern.matches(series.identity, id: series.id) {
      direction = rule.direction ?? direction
      effectFloor = rule.effectFloor ?? effectFloor
    }
  }
}
