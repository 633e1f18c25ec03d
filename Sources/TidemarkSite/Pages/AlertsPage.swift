internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// What is open, since when, who looks? The oldest first; then what recovered, what somebody has taken on
/// in a quarantine, and whose quarantine has expired.
struct AlertsPage {
  private static let limit = 300

  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  func render() throws(Problem) -> SiteFile {
    let words = context.words
    let alerts = Alert.all(context)
    let open = alerts.filter(\.isOpen)
    let title = words.text("nav.alerts")
    let oldest = open.first.map { alert in
      alert.age.map { $0 == 0 ? words.text("alerts.new") : words.count("alerts.oldest", $0) }
        ?? words.text("alerts.older")
    }
    let unowned = open.count { !hasOwner($0) }
    let owners =
      unowned == 0
      ? words.count("alerts.owned", open.count) : words.count("alerts.unowned", unowned)
    let lead = [words.count("alerts.open", open.count), oldest, owners].compactMap { $0 }
      .joined(separator: " ")
    return try context.page(
      "alerts", path: "alerts.html", title: title, tab: .alerts,
      [
        "heading": .text(title), "lead": .text(open.isEmpty ? words.text("alerts.none") : lead),
        "open": .list(open.prefix(AlertsPage.limit).map(values)),
        "has_open": .flag(!open.isEmpty),
        "recovered": .list(
          alerts.filter { !$0.isOpen }.prefix(AlertsPage.limit).map(values)),
        "has_recovered": .flag(open.count < alerts.count),
        "accepted": .list(accepted), "has_accepted": .flag(!context.report.acceptances.isEmpty),
        "known": .list(known.prefix(AlertsPage.limit).map { values(Alert(subject: .test($0))) }),
        "expired": .list(
          context.report.reasons.filter { $0.code == .quarantineExpired }
            .prefix(AlertsPage.limit).map { .object(["message": context.prose($0.message)]) }),
        "cut": open.count > AlertsPage.limit
          ? .text(
            words.text(
              "cut.showing", ["shown": "\(AlertsPage.limit)", "total": "\(open.count)"])) : .empty,
      ])
  }

  /// Tests whose failures are known.
  private var known: [Int] {
    context.report.tests.indices.filter { context.report.tests[$0].state == .quarantined }
  }

  private func hasOwner(_ alert: Alert) -> Bool {
    switch alert.subject {
    case .series(let index): context.report.series[index].owner != nil
    case .test(let index): context.report.tests[index].owner != nil
    }
  }

  private func values(_ alert: Alert) -> Value {
    switch alert.subject {
    case .series(let index):
      let series = context.report.series[index]
      var values = context.values(series, path: context.seriesPaths[index])
      values["why"] = context.prose(series.explanation)
      return .object(values)
    case .test(let index):
      let test = context.report.tests[index]
      var values = test.state.mark.values(context.words)
      values["name"] = .text(context.testName(test))
      values["where"] = .text(context.testPlace(test))
      values["href"] = Value(context.testAddresses[index])
      values["since"] = context.since(test.since)
      values["owner"] =
        test.quarantine?.owner == nil ? Value(test.owner.map(context.name)) : .empty
      values["quarantine"] = test.quarantine.map(context.quarantine) ?? .empty
      values["why"] = context.prose(test.explanation)
      return .object(values)
    }
  }

  /// The changes of the window that people have called intended, the newest first.
  private var accepted: [Value] {
    let acceptances = context.report.acceptances.reversed().prefix(AlertsPage.limit)
    guard !acceptances.isEmpty else { return [] }
    let series = Dictionary(
      context.report.series.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let tests = Dictionary(
      context.report.tests.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    return acceptances.map { acceptance in
      var values: [String: Value] = [
        "since": context.since(
          ChangePoint(
            index: acceptance.index, run: acceptance.run, commit: acceptance.commit, time: nil)),
        "author": Value(acceptance.author.map(context.name)),
        "reason": Value(
          acceptance.reason.isEmpty
            ? nil : SafeText.middleCut(SafeText.oneLine(acceptance.reason), to: 400)),
      ]
      if let index = series[acceptance.id] {
        values["name"] = .text(context.seriesName(context.report.series[index]))
        values["href"] = .text(context.seriesPaths[index])
      } else if let index = tests[acceptance.id] {
        values["name"] = .text(context.testName(context.report.tests[index]))
        values["href"] = Value(context.testAddresses[index])
      } else {
        values["name"] = .text(name(of: acceptance))
      }
      return .object(values)
    }
  }

  /// That of a cluster, or of what this run no longer has.
  private func name(of acceptance: Acceptance) -> String {
    let isCluster = context.report.clusters.contains { $0.id == acceptance.id }
    return isCluster
      ? context.words.text("alerts.accepted_cluster") : acceptance.id.description
  }
}
