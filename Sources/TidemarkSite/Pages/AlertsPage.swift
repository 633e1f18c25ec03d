internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// What is open, since when, who looks? The oldest first.
struct AlertsPage {
  private static let limit = 300

  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  private struct Alert {
    /// How long it stands, in runs; nil for longer than the window.
    var age: Int?
    var values: [String: Value]
    var isOpen: Bool
  }

  func render() throws(Problem) -> SiteFile {
    let words = context.words
    let alerts = alerts
    let open = alerts.filter(\.isOpen)
    let title = words.text("nav.alerts")
    let oldest = open.first.map { alert in
      alert.age.map { $0 == 0 ? words.text("alerts.new") : words.count("alerts.oldest", $0) }
        ?? words.text("alerts.older")
    }
    let lead = words.count("alerts.open", open.count) + (oldest.map { " \($0)" } ?? "")
    return try context.page(
      "alerts", path: "alerts.html", title: title, tab: .alerts,
      [
        "heading": .text(title), "lead": .text(open.isEmpty ? words.text("alerts.none") : lead),
        "open": .list(open.prefix(AlertsPage.limit).map { .object($0.values) }),
        "has_open": .flag(!open.isEmpty),
        "recovered": .list(
          alerts.filter { !$0.isOpen }.prefix(AlertsPage.limit).map { .object($0.values) }),
        "has_recovered": .flag(open.count < alerts.count),
        "cut": open.count > AlertsPage.limit
          ? .text(
            words.text(
              "cut.showing", ["shown": "\(AlertsPage.limit)", "total": "\(open.count)"])) : .empty,
      ])
  }

  private var alerts: [Alert] {
    let report = context.report
    var alerts: [Alert] = []
    for (index, test) in report.tests.enumerated() {
      guard [.newlyFailing, .stillFailing, .fixed].contains(test.state) else { continue }
      var values = test.state.mark.values(context.words)
      values["name"] = .text(context.testName(test))
      values["where"] = .text(context.testPlace(test))
      values["href"] = Value(context.testAddresses[index])
      values["since"] = context.since(test.since)
      values["owner"] = Value(test.owner.map(context.name))
      alerts.append(
        Alert(
          age: test.since.flatMap(context.runsAgo), values: values, isOpen: test.state != .fixed))
    }
    for (index, series) in report.series.enumerated() {
      guard [.regressed, .suspected, .improved].contains(series.state) else { continue }
      alerts.append(
        Alert(
          age: series.changePoint.flatMap(context.runsAgo),
          values: context.values(series, path: context.seriesPaths[index]),
          isOpen: series.state != .improved))
    }
    return alerts.enumerated()
      .sorted { ($1.element.age ?? .max, $0.offset) < ($0.element.age ?? .max, $1.offset) }
      .map(\.element)
  }
}
