internal import TidemarkModel
internal import TidemarkReport

/// Something that is wrong since a run, or was and no longer is.
struct Alert {
  /// What it is about, by its place in the report.
  enum Subject {
    case test(Int)
    case series(Int)
  }

  var subject: Subject
  var since: ChangePoint? = nil
  /// How long it stands, in runs; nil for longer than the window.
  var age: Int? = nil
  var isOpen = false

  /// All of a report, the oldest first.
  static func all(_ context: SiteContext) -> [Alert] {
    let report = context.report
    var alerts: [Alert] = []
    for (index, test) in report.tests.enumerated() {
      guard [.newlyFailing, .stillFailing, .fixed].contains(test.state) else { continue }
      alerts.append(
        Alert(
          subject: .test(index), since: test.since, age: test.since.flatMap(context.runsAgo),
          isOpen: test.state != .fixed))
    }
    for (index, series) in report.series.enumerated() {
      guard [.regressed, .suspected, .improved].contains(series.state) else { continue }
      alerts.append(
        Alert(
          subject: .series(index), since: series.changePoint,
          age: series.changePoint.flatMap(context.runsAgo), isOpen: series.state != .improved))
    }
    return alerts.enumerated()
      .sorted { ($1.element.age ?? .max, $0.offset) < ($0.element.age ?? .max, $1.offset) }
      .map(\.element)
  }
}
