package import TidemarkModel

/// How long runs are kept: all of them for a while, then one a day, then one a week; and some for
/// good.
///
/// Days and weeks are those of UTC, weeks from Monday. They are counted for each *lane* on its own:
/// runs of one branch, with the same labels and the same jobs, so that a nightly benchmark is not
/// thinned out by the day's test runs.
package struct RetentionPolicy: Sendable {
  /// Seconds; up to this age every run is kept.
  package var all: Double
  /// Seconds; up to this age the newest run of each day is kept.
  package var daily: Double
  /// Seconds; up to this age the newest run of each week is kept; nil: for good.
  package var weekly: Double?
  /// Whether a run is kept whatever its age: a release's.
  package var isKept: @Sendable (RunHeader) -> Bool

  package init(
    all: Double = 90 * 86_400, daily: Double = 365 * 86_400, weekly: Double? = nil,
    isKept: @escaping @Sendable (RunHeader) -> Bool = { _ in false }
  ) {
    self.all = all
    self.daily = daily
    self.weekly = weekly
    self.isKept = isKept
  }

  /// Why a run is kept.
  package enum Reason: String, Sendable, CaseIterable {
    case young, release, accepted, daily, weekly
  }

  /// Says of each run, in the order given, why it is kept; nil for one that goes.
  ///
  /// Beyond the first age, a pull request's run goes, for nothing is compared with it any more, and
  /// so does one that does not count. A run that an acceptance names stays: a baseline begins there.
  /// - Parameters:
  ///   - runs: In the order of (time, id).
  ///   - now: The moment that ages are counted from.
  package func reasons(
    _ runs: [RunSummary], records: [HistoryRecord], now: Timestamp
  ) -> [Reason?] {
    var reasons = [Reason?](repeating: nil, count: runs.count)
    var taken: Set<Place> = []
    // From the newest on: the first that comes to a place has it.
    for index in runs.indices.reversed() {
      let run = runs[index]
      let age = now.seconds(since: run.header.time)
      if age <= all {
        reasons[index] = .young
      } else if isKept(run.header) {
        reasons[index] = .release
      } else if records.contains(where: { $0.accepts(run.header) }) {
        reasons[index] = .accepted
      } else if run.header.pullRequest == nil, run.exclusion == nil,
        let place = Place(run, age: age, self), taken.insert(place).inserted
      {
        reasons[index] = place.isWeek ? .weekly : .daily
      }
    }
    return reasons
  }

  /// A day or a week of a lane.
  private struct Place: Hashable {
    var branch: String?
    var labels: Labels
    var jobs: [String]
    var isWeek: Bool
    var number: Int64

    /// nil beyond the last age.
    init?(_ run: RunSummary, age: Double, _ policy: RetentionPolicy) {
      let day = Place.floored(run.header.time.millisecondsSince1970, by: 86_400_000)
      if age <= policy.daily {
        isWeek = false
        number = day
      } else if age <= policy.weekly ?? .infinity {
        isWeek = true
        // 1970-01-01 was a Thursday.
        number = Place.floored(day &+ 3, by: 7)
      } else {
        return nil
      }
      branch = run.header.branch
      labels = run.header.labels
      jobs = Set(run.jobs.map(\.name)).sorted(by: utf8Precedes)
    }

    private static func floored(_ value: Int64, by divisor: Int64) -> Int64 {
      let quotient = value / divisor
      return value % divisor < 0 ? quotient - 1 : quotient
    }
  }
}

extension HistoryRecord {
  /// Whether this is an acceptance at the run, by its id or its commit.
  fileprivate func accepts(_ header: RunHeader) -> Bool {
    guard case .accept(_, let commit, let run, _, _) = self, header.pullRequest == nil else {
      return false
    }
    if let run, run == header.id { return true }
    guard let commit, commit.utf8.count >= 7, let own = header.commit else { return false }
    return own.hasPrefix(commit)
  }
}

/// What ``History/prune(_:policy:now:isDryRun:)`` did, or would do.
package struct PruneResult: Sendable {
  /// The runs that go, oldest first.
  package var runs: [RunSummary] = []
  /// How many stay, by the reason.
  package var kept: [RetentionPolicy.Reason: Int] = [:]
  package var bytesBefore = 0
  package var bytesAfter = 0
  /// What could not be read, and stays as it is.
  package var damaged: [Problem] = []
}

extension History {
  /// Takes runs away that the policy does not keep: first a record that says so is written, which
  /// travels along with every copy, then their parts are left out of the segments.
  ///
  /// - Parameters:
  ///   - name: The policy in words: it is shown where a run is missing.
  ///   - now: The moment that ages are counted from; nil: the newest run's time, but no later than
  ///     `latest`.
  ///   - latest: The clock: a run from the future must not make all others old.
  package func prune(
    _ name: String, policy: RetentionPolicy, now: Timestamp?, latest: Timestamp, isDryRun: Bool
  ) throws(Problem) -> PruneResult {
    let ((runs, records), damage) = try folder.reading { set, damage in
      let selection = RunSelection(set, damage)
      return (selection.runs.map { RunSummary($0) }, selection.records)
    }
    var result = PruneResult()
    result.damaged = damage.problems
    let pruned = records.reduce(into: Set<String>()) { pruned, record in
      if case .prune(_, let runs) = record { pruned.formUnion(runs) }
    }
    let standing = runs.filter { !pruned.contains($0.header.id) }
    let newest = standing.lazy.map(\.header.time).filter { $0 <= latest }.max() ?? latest
    let reasons = policy.reasons(standing, records: records, now: now ?? newest)
    for (run, reason) in zip(standing, reasons) {
      if let reason { result.kept[reason, default: 0] += 1 } else { result.runs.append(run) }
    }
    result.bytesBefore = try size().bytes
    result.bytesAfter = result.bytesBefore
    if isDryRun { return result }
    if !result.runs.isEmpty {
      _ = try append([.prune(policy: name, runs: result.runs.map(\.header.id))])
    }
    // Also where this took none away: a merge may have brought back what an earlier one took.
    if !result.runs.isEmpty || standing.count < runs.count {
      result.bytesAfter = try compact().bytesAfter
    }
    return result
  }
}
