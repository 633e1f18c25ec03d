import TidemarkModel
import TidemarkReport
import TidemarkStatistics

/// A move of all series of a quantity in one job together: another machine, not another program.
struct MachineFinding: Sendable {
  var point: ChangePoint
  /// As ``SeriesTrack/group``.
  var group: String
  var quantity: String
  var job: String
  /// Relative: +0.1 is 10 % more.
  var shift: Double
  /// The series that it moved.
  var series: [Identifier]

  /// The machine changes among the newest runs, in the order of their runs.
  static func found(
    _ answer: BatchAnswer, tracks: [SeriesTrack], window: Window, run: RunHeader,
    options: DetectorOptions
  ) -> [MachineFinding] {
    let first = window.currentIndex + 1 - options.familyRuns
    return answer.machineChanges.compactMap { change in
      guard change.run >= first, change.run <= window.currentIndex, let group = change.unit else {
        return nil
      }
      let members = tracks.filter { $0.group == group && $0.runs.contains(change.run) }
      guard let one = members.first?.series else { return nil }
      let isLowerBetter = members.count { $0.series.direction == .lower } * 2 >= members.count
      let point = window.changePoint(
        at: change.run, of: run, changePercent: change.shift * 100,
        isWorse: (change.shift > 0) == isLowerBetter)
      return MachineFinding(
        point: point, group: group, quantity: one.identity.quantity.name,
        job: window.jobs.indices.contains(Int(one.job)) ? window.jobs[Int(one.job)] : "",
        shift: change.shift, series: members.map(\.series.id))
    }
  }
}
