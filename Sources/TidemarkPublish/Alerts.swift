private import TidemarkModel
private import TidemarkReport
private import TidemarkSinks
private import TidemarkSyntax

/// Something that somebody must look after: an issue or a work item.
package struct Alert: Hashable, Sendable {
  /// `series-0123456789abcdef`: the same as long as it is the same trouble.
  package var fingerprint: String
  /// At most 200 UTF-16 units, on one line.
  package var title: String
  /// Markdown; its first line is the marker, its second the meta line.
  package var body: String
  /// The commit where it began: closed by hand, it stays closed until it begins anew.
  package var since: String
  /// Where in the change it is said; only of comments at lines.
  package var place: Place?

  package struct Place: Hashable, Sendable {
    /// Relative to the repository.
    package var path: String
    /// On the side of the change, from 1.
    package var line: Int
  }
}

/// An alert as a platform has it.
package struct StoredAlert: Hashable, Sendable {
  /// Grows with time: of several the lowest is the oldest.
  package var number: Int
  package var title: String
  package var body: String
  package var isOpen: Bool
  /// Whether we made it: anybody can paste our marker.
  package var isOurs: Bool
  /// Whether the line that it stands at is no longer part of the change.
  package var isOutdated: Bool
  package init(
    number: Int, title: String, body: String, isOpen: Bool, isOurs: Bool, isOutdated: Bool = false
  ) {
    self.number = number
    self.title = title
    self.body = body
    self.isOpen = isOpen
    self.isOurs = isOurs
    self.isOutdated = isOutdated
  }
}

/// What a platform must be able to do with alerts.
package protocol AlertStore {
  /// All alerts that may be ours, open and closed, of all pages (those of a label, a tag).
  func alerts() async throws(Failure) -> [StoredAlert]
  /// - Parameter look: To be handed to ``Client``: the alert, if a try that got no answer has made
  ///   it all the same.
  func create(
    _ alert: Alert, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert
  func update(_ number: Int, title: String, body: String) async throws(Failure)
  /// Writes `note` below it, then closes it with `body`.
  func close(_ number: Int, body: String, note: String) async throws(Failure)
}

/// What a report asks of the alerts: which troubles stand, and which are over.
package struct AlertPlan: Sendable {
  /// Alerts that one report may open; more are told in one further alert.
  package static let limit = 20

  package var standing: [Alert]
  /// By the fingerprint of a trouble whether the report says that it is over.
  package var isOver: @Sendable (String) -> Bool
  /// Whether one is written again for nothing but the run that it names.
  let renewsMarks: Bool
  let mark: RunMark
  let key: String
  /// A sentence for the note of a closed one.
  let recovery: String

  /// Alerts are of the default branch only: what a change would break is its comment's business.
  package static func isDue(_ publication: Publication, on run: TestedRun) -> Bool {
    guard run.pullRequest == nil, !run.isFork, let branch = publication.report.run.branch else {
      return false
    }
    return branch == run.defaultBranch
  }

  package init(_ publication: Publication) {
    let report = publication.report
    mark = publication.mark
    key = publication.key
    let findings = Dictionary(
      publication.findings.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
    let regressed = report.series.filter { $0.state == .regressed }
    standing = regressed.prefix(AlertPlan.limit).compactMap { series in
      findings["series-\(series.id)"].map { finding in
        AlertPlan.alert(
          finding, since: series.changePoint?.commit ?? series.changePoint?.run ?? "",
          of: publication)
      }
    }
    if regressed.count > AlertPlan.limit {
      standing.append(AlertPlan.overflow(regressed.count - AlertPlan.limit, of: publication))
    }
    let calm: Set<SeriesState> = [.unchanged, .improved]
    var recovered = Set(report.series.filter { calm.contains($0.state) }.map { "series-\($0.id)" })
    if regressed.count <= AlertPlan.limit { recovered.insert("series-more") }
    isOver = { [recovered] in recovered.contains($0) }
    renewsMarks = true
    recovery = AlertPlan.recovery(
      of: publication, "against its baseline the series is as it should be, or better")
  }

  /// Of comments at lines: what is not said any more is over.
  ///
  /// - Parameter isOver: As ``isOver``.
  init(
    comments: [Alert], of publication: Publication, isOver: @escaping @Sendable (String) -> Bool
  ) {
    mark = publication.mark
    key = publication.key
    standing = comments
    self.isOver = isOver
    renewsMarks = false
    recovery = AlertPlan.recovery(of: publication, "it is not found there any more")
  }

  private static func recovery(of publication: Publication, _ why: String) -> String {
    let run = publication.report.run
    let commit = run.commit.map { " at " + Markdown.code(String($0.prefix(12))) } ?? ""
    return "Over by the run \(Markdown.code(String(run.id.prefix(60))))\(commit): \(why)"
      + (publication.address.map { " (\(Markdown.link("report", to: $0)))" } ?? "") + "."
  }

  private static func alert(
    _ finding: Finding, since: String, of publication: Publication
  ) -> Alert {
    var body = head(finding.fingerprint, since: since, isOver: false, of: publication)
    body += Markdown.text(finding.message) + "\n\n"
    body += foot(of: publication)
    return Alert(
      fingerprint: finding.fingerprint, title: title(finding.title, publication), body: body,
      since: since)
  }

  private static func overflow(_ count: Int, of publication: Publication) -> Alert {
    let text = "\(NumberText.count(count)) more series regressed than have an issue of their own"
    return Alert(
      fingerprint: "series-more", title: title(text, publication),
      body: head("series-more", since: "", isOver: false, of: publication)
        + Markdown.text(text) + ".\n\n" + foot(of: publication), since: "")
  }

  private static func title(_ text: String, _ publication: Publication) -> String {
    let name = publication.key == "main" ? "" : " (\(publication.key))"
    return SafeText.middleCut(SafeText.oneLine(text), units: 180 - name.count) + name
  }

  private static func foot(of publication: Publication) -> String {
    let link = publication.address.map { Markdown.link("Report", to: $0) + " · " } ?? ""
    return
      "<sub>\(link)This is updated by each run of the branch, and closed when it is over. Close it "
      + "by hand to have it left alone until it begins anew.</sub>\n"
  }

  /// Marker and meta line.
  static func head(
    _ fingerprint: String, since: String, isOver: Bool, of publication: Publication
  ) -> String {
    AlertMark(
      key: publication.key, fingerprint: fingerprint, since: since, isOver: isOver,
      run: publication.mark
    ).text + "\n"
  }
}

/// The first two lines of an alert.
struct AlertMark: Hashable {
  var key: String
  var fingerprint: String
  var since: String
  /// Whether a run has closed it.
  var isOver: Bool
  var run: RunMark

  init(key: String, fingerprint: String, since: String, isOver: Bool, run: RunMark) {
    self.key = key
    self.fingerprint = fingerprint
    self.since = AlertMark.plain(since)
    self.isOver = isOver
    self.run = run
  }

  /// `text` without anything that would end the mark.
  static func plain(_ text: String) -> String {
    text.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }

  /// nil for a text that does not begin with them.
  init?(inBody body: String) {
    let line = body.prefix { !$0.isNewline }.split(separator: " ")
    guard line.count >= 5, line[0] == "<!--", line[1] == "tidemark:alert", line.last == "-->",
      let run = RunMark(inBody: body)
    else { return nil }
    key = String(line[2])
    fingerprint = String(line[3])
    since = line.lazy.filter { $0.hasPrefix("since=") }.first.map { String($0.dropFirst(6)) } ?? ""
    isOver = line.contains("over")
    self.run = run
  }

  var text: String {
    var json = JSONWriter()
    json.object { json in
      json.member("sha", run.sha.map { String($0.prefix(64)) })
      json.member("run", String(run.run.prefix(200)))
      json.member("attempt", run.attempt)
    }
    let meta = String(decoding: json.bytes, as: UTF8.self)
    return
      "<!-- tidemark:alert \(key) \(fingerprint) v1 since=\(since)\(isOver ? " over" : "") -->\n"
      + "<!-- tidemark:meta \(meta) -->\n"
  }
}

/// Opens, updates and closes alerts until they are what the report says.
///
/// A trouble has one alert: of several the oldest stays, also where two runs opened one at once.
package struct AlertBook {
  package struct Tally: Hashable, Sendable {
    package var opened = 0
    package var updated = 0
    package var closed = 0
    package var unchanged = 0
    /// Left alone because somebody closed them by hand.
    package var silenced = 0
    /// The platform has no such line.
    package var unplaced = 0

    package var text: String {
      let parts = [
        (opened, "opened"), (updated, "updated"), (closed, "closed"), (unchanged, "unchanged"),
        (silenced, "closed by hand"), (unplaced, "not at a line of the change"),
      ]
      let told = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
      return told.isEmpty ? "none" : told.joined(separator: ", ")
    }
  }

  private let store: any AlertStore
  private let plan: AlertPlan

  package init(_ store: any AlertStore, _ plan: AlertPlan) {
    self.store = store
    self.plan = plan
  }

  package func write(with client: Client) async throws(Failure) -> Tally {
    let known = try await ours()
    var tally = Tally()
    for alert in plan.standing {
      try await client.redoing { () async throws(Failure) in
        try await stand(alert, known[alert.fingerprint] ?? [], &tally)
      }
    }
    for (fingerprint, alerts) in known.sorted(by: { $0.key < $1.key })
    where plan.isOver(fingerprint) {
      for alert in alerts where alert.isOpen { try await close(alert, &tally) }
    }
    return tally
  }

  /// Ours of this key by fingerprint, the oldest first.
  private func ours() async throws(Failure) -> [String: [StoredAlert]] {
    var known: [String: [StoredAlert]] = [:]
    for alert in try await store.alerts() where alert.isOurs {
      guard let mark = AlertMark(inBody: alert.body), mark.key == plan.key else { continue }
      known[mark.fingerprint, default: []].append(alert)
    }
    return known.mapValues { $0.sorted { $0.number < $1.number } }
  }

  private func stand(
    _ alert: Alert, _ known: [StoredAlert], _ tally: inout Tally
  ) async throws(Failure) {
    let open = known.filter { $0.isOpen && !$0.isOutdated }
    for old in known where old.isOpen && old.isOutdated {
      try await close(old, saying: "It stands at another line now.")
    }
    if let oldest = open.first {
      try await update(oldest, to: alert, &tally)
      for other in open.dropFirst() { try await closeDuplicate(other, of: oldest) }
      return
    }
    // The newest of the closed ones tells whether a person closed it.
    if let closed = known.last(where: { !$0.isOpen }), let mark = AlertMark(inBody: closed.body),
      !mark.isOver,
      mark.since == alert.mark?.since
    {
      tally.silenced += 1
      return
    }
    let created: StoredAlert
    do throws(Failure) {
      created = try await store.create(
        alert,
        look: { () async throws(Failure) in
          try await ours()[alert.fingerprint]?.first { $0.isOpen && !$0.isOutdated }
        })
    } catch {
      // A line that the platform does not count to the change: the comment has it.
      guard alert.place != nil, error.kind == .rejected else { throw error }
      tally.unplaced += 1
      return
    }
    tally.opened += 1
    let now =
      try await ours()[alert.fingerprint]?.filter { $0.isOpen && !$0.isOutdated } ?? []
    guard let oldest = now.first, oldest.number <= created.number else { return }
    for other in now.dropFirst() { try await closeDuplicate(other, of: oldest) }
  }

  /// Whether the text is the same, but for the run that it names where that does not count.
  private func isSame(_ stored: String, _ wanted: String) -> Bool {
    let (stored, wanted) = (StickyComment.normalised(stored), StickyComment.normalised(wanted))
    return stored == wanted
      || !plan.renewsMarks && AlertBook.withoutMeta(stored) == AlertBook.withoutMeta(wanted)
  }

  private static func withoutMeta(_ text: Substring) -> [Substring] {
    var lines = text.split(
      maxSplits: 2, omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.count > 1 { lines.remove(at: 1) }
    return lines
  }

  private func update(
    _ stored: StoredAlert, to alert: Alert, _ tally: inout Tally
  ) async throws(Failure) {
    if let mark = AlertMark(inBody: stored.body), mark.run.isNewer(than: plan.mark) {
      tally.unchanged += 1
      return
    }
    if isSame(stored.body, alert.body), stored.title == alert.title {
      tally.unchanged += 1
    } else {
      try await store.update(stored.number, title: alert.title, body: alert.body)
      tally.updated += 1
    }
  }

  private func close(_ stored: StoredAlert, _ tally: inout Tally) async throws(Failure) {
    guard let mark = AlertMark(inBody: stored.body), !mark.run.isNewer(than: plan.mark) else {
      return
    }
    try await store.close(
      stored.number, body: AlertBook.over(stored.body, mark, plan.mark), note: plan.recovery)
    tally.closed += 1
  }

  private func closeDuplicate(
    _ stored: StoredAlert, of oldest: StoredAlert
  ) async throws(Failure) {
    try await close(stored, saying: "The same as the older one, \(oldest.number), which goes on.")
  }

  private func close(_ stored: StoredAlert, saying note: String) async throws(Failure) {
    guard let mark = AlertMark(inBody: stored.body) else { return }
    try await store.close(
      stored.number, body: AlertBook.over(stored.body, mark, plan.mark), note: note)
  }

  /// `body` with the mark that a run, not a person, has closed it.
  private static func over(_ body: String, _ mark: AlertMark, _ run: RunMark) -> String {
    var mark = mark
    mark.isOver = true
    mark.run = run
    let lines = body.split(
      maxSplits: 2, omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return mark.text + (lines.count > 2 ? String(lines[2]) : "")
  }
}

extension Alert {
  fileprivate var mark: AlertMark? { AlertMark(inBody: body) }
}
