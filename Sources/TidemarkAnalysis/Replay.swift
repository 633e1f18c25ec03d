package import TidemarkHistory
package import TidemarkModel
package import TidemarkReport
import TidemarkStatistics

/// The stored runs of one branch judged again, one by one, each against what was before it: by the very
/// code that `report` runs, with today's rules.
package struct Replay: Sendable {
  /// What one run would have said.
  package struct Entry: Sendable {
    package var run: RunHeader
    package var verdict: Verdict
    /// Series with enough runs to judge.
    package var judgements: Int
    package var newlyFailing: Int
    /// What it raised first: no earlier run had said it.
    package var alarms: [Alarm]
  }

  /// A change for the worse, in the run that first told of it.
  package struct Alarm: Sendable {
    package var series: Identifier
    package var identity: SeriesIdentity
    package var isConfirmed: Bool
    package var changePercent: Double?
    /// The run from which on it was said to be worse.
    package var since: String
    /// Whether the runs after it still show the change; nil where there are too few of them, and for
    /// suspicions.
    package var held: Bool?
  }

  package private(set) var entries: [Entry] = []
  package private(set) var record = ReplayRecord()

  /// How many later runs tell whether an alarm held.
  package static let laterRuns = 15
  /// How far apart two claims about one change may place it, in runs.
  static let placeTolerance = 5

  private var pending: [Pending] = []
  /// For each series the places of what was raised, by state.
  private var raised: [Identifier: [Bool: [Int]]] = [:]
  /// The place of each run of the branch.
  private var places: [String: Int] = [:]

  private struct Pending {
    var entry: Int
    var alarm: Int
    var series: Identifier
    /// The place of the first run that is worse.
    var since: Int
    /// When it is settled: so many runs after the one that raised it.
    var due: Int
  }

  /// Judges again.
  ///
  /// - Parameters:
  ///   - branch: Whose runs; nil for those of the default branch, else of the newest run's.
  ///   - newest: At most so many of them, the newest; what they are held against may be older.
  ///   - progress: Is told how many of how many runs are done.
  package init(
    of history: HistoryContents, options: JudgeOptions, branch: String? = nil,
    newest: Int? = nil, workers: Int, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) async {
    let runs = Replay.runs(of: history, branch: branch ?? options.defaultBranch)
    let first = newest.map { max(runs.count - max($0, 0), 0) } ?? 0
    places = Dictionary(
      runs.enumerated().map { ($1.header.id, $0) }, uniquingKeysWith: { first, _ in first })
    let judge = Judge(options: options)
    for place in runs.indices.dropFirst(first) {
      let report = await judge.report(
        on: Run(runs[place], in: history), against: history, workers: workers)
      settle(at: place, report)
      add(report, runs[place].header, at: place, isSettled: place + Self.laterRuns < runs.count)
      progress(place - first + 1, runs.count - first)
    }
  }

  private static func runs(of history: HistoryContents, branch: String?) -> [StoredRun] {
    let base = history.runs.filter { $0.header.pullRequest == nil }
    let branch = branch ?? base.last?.header.branch
    return base.filter { $0.header.branch == branch }
  }

  private mutating func add(_ report: Report, _ header: RunHeader, at place: Int, isSettled: Bool) {
    var entry = Entry(
      run: header, verdict: report.verdict, judgements: 0,
      newlyFailing: report.testTotals.newlyFailing, alarms: [])
    for change in report.series {
      switch change.state {
      case .new, .missing, .insufficientData: continue
      case .unchanged, .improved: entry.judgements += 1
      case .regressed, .suspected:
        entry.judgements += 1
        let isConfirmed = change.state == .regressed
        guard let point = change.changePoint, let since = places[point.run],
          isNew(change.id, since: since, isConfirmed: isConfirmed)
        else { continue }
        // A comparison of items is none of levels: later runs say nothing of it.
        if isConfirmed, change.changePoints.contains(where: { $0.run == point.run }) {
          pending.append(
            Pending(
              entry: entries.count, alarm: entry.alarms.count, series: change.id, since: since,
              due: place + Self.laterRuns))
        }
        entry.alarms.append(
          Alarm(
            series: change.id, identity: change.identity, isConfirmed: isConfirmed,
            changePercent: change.changePercent, since: point.run))
      }
    }
    let confirmed = entry.alarms.count { $0.isConfirmed }
    record.runs += 1
    record.judgements += entry.judgements
    record.alarms += confirmed
    record.suspicions += entry.alarms.count - confirmed
    if isSettled { record.settledJudgements += entry.judgements }
    entries.append(entry)
  }

  /// Whether nothing like it was raised before; what is near an earlier claim moves that claim along.
  /// A confirmation is news even where a suspicion came before it, a suspicion is none after either.
  private mutating func isNew(_ series: Identifier, since: Int, isConfirmed: Bool) -> Bool {
    func near(_ place: Int) -> Bool { abs(place - since) <= Self.placeTolerance }
    let earlier = raised[series] ?? [:]
    let isKnown =
      earlier[true]?.contains(where: near) == true
      || (!isConfirmed && earlier[false]?.contains(where: near) == true)
    raised[series, default: [:]][isConfirmed, default: []].removeAll(where: near)
    raised[series, default: [:]][isConfirmed, default: []].append(since)
    return !isKnown
  }

  /// Settles the alarms that have waited long enough, by what this run's report sees of the past.
  private mutating func settle(at place: Int, _ report: Report) {
    let due = pending.filter { $0.due <= place }
    guard !due.isEmpty else { return }
    pending.removeAll { $0.due <= place }
    let changes = Dictionary(
      report.series.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for alarm in due {
      // A series that is gone settles nothing.
      guard let series = changes[alarm.series], series.value != nil else { continue }
      let held = series.changePoints.contains { point in
        guard point.isWorse, let since = places[point.run] else { return false }
        return abs(since - alarm.since) <= Self.placeTolerance
      }
      entries[alarm.entry].alarms[alarm.alarm].held = held
      record.settled += 1
      if !held { record.takenBack += 1 }
    }
  }
}
