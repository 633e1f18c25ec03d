import TidemarkHistory
import TidemarkModel

/// Which series a run misses: its job ran, and it stood in at least 3 of that job's last 5 runs.
struct MissingSeries {
  static let recentRuns = 5
  static let leastRuns = 3

  private let window: Window
  private let history: HistoryContents
  private let lanes: Lanes
  private let options: JudgeOptions

  init(window: Window, history: HistoryContents, lanes: Lanes, options: JudgeOptions) {
    self.window = window
    self.history = history
    self.lanes = lanes
    self.options = options
  }

  /// In the order of their ids, then jobs.
  func found(_ acceptances: Acceptances) -> [JobSeries] {
    var missing: [JobSeries] = []
    for (job, name) in window.jobs.enumerated() {
      let recent = window.baseRuns(withJob: name, limit: MissingSeries.recentRuns)
      guard recent.count >= MissingSeries.leastRuns else { continue }
      let place = Int32(truncatingIfNeeded: job)
      let absent = absent(from: place, recent)
      guard !absent.isEmpty else { continue }
      let elsewhere = elsewhere(absent, recent)
      for (entry, newest) in absent where !elsewhere.contains(entry) {
        let stored = history.series[Int(entry)]
        let accepted = acceptances.index(of: options.aliases.target(of: stored.id))
        if let accepted, accepted > newest { continue }
        missing.append(
          JobSeries(
            id: stored.id, identity: stored.identity, unit: stored.unit,
            direction: stored.direction, job: place))
      }
    }
    return missing.sorted { ($0.id, $0.job) < ($1.id, $1.job) }
  }

  /// The entries that stood in enough of `runs` in the job `place`, and have no lane there now; each
  /// with the newest of the runs.
  private func absent(from place: Int32, _ runs: [Int]) -> [Int32: Int] {
    var counts: [Int32: (count: Int, newest: Int)] = [:]
    for index in runs {
      let values = window.runs[index].values
      let (series, jobs) = (values.series, values.jobs)
      for result in series.indices
      where lanes.firstLane.indices.contains(Int(series[result]))
        && Lanes.place(of: jobs[result], in: window.jobPlaces[index]) == place
        && !isOwn(series[result], of: place)
      {
        let standing = counts[series[result]]
        counts[series[result]] = (
          (standing?.count ?? 0) + 1, max(standing?.newest ?? index, index)
        )
      }
    }
    return counts.filter { $0.value.count >= MissingSeries.leastRuns }.mapValues(\.newest)
  }

  /// Whether the job `place` has the series now.
  private func isOwn(_ entry: Int32, of place: Int32) -> Bool {
    let lane = lanes.firstLane[Int(entry)]
    if lane < 0 { return false }
    return lanes.jobs[Int(lane)] == place || ownJobs(of: entry).contains(place)
  }

  private func ownJobs(of entry: Int32) -> [Int32] {
    let lane = lanes.firstLane[Int(entry)]
    return lane < 0 ? [] : lanes.following(Int(lane)).map { lanes.jobs[$0] }
  }

  /// Those of `absent` that another job has taken over: one that has it now and did not before.
  private func elsewhere(_ absent: [Int32: Int], _ runs: [Int]) -> Set<Int32> {
    var taken = Set(absent.keys.filter { !ownJobs(of: $0).isEmpty })
    guard !taken.isEmpty else { return taken }
    for index in runs {
      let values = window.runs[index].values
      for (result, entry) in values.series.enumerated() where taken.contains(entry) {
        let place = Lanes.place(of: values.jobs[result], in: window.jobPlaces[index])
        if isOwn(entry, of: place) { taken.remove(entry) }
      }
    }
    return taken
  }
}
