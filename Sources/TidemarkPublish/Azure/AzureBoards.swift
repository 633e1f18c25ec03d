private import TidemarkConfig
internal import TidemarkSyntax

extension AzureTarget {
  private static let need =
    "`View` and `Edit work items` of the project (a personal token: Work items)"

  /// A work item for each confirmed regression of the default branch.
  func alerts() async throws(Failure) -> PartOutcome {
    guard run.pullRequest == nil, !run.isFork else {
      return .skipped("alerts are the default branch's")
    }
    try requireToken()
    return try await explaining(AzureTarget.need) { () async throws(Failure) in
      var run = run
      if run.defaultBranch == nil { run.defaultBranch = try await defaultBranch() }
      guard AlertPlan.isDue(publication, on: run) else {
        return .skipped("alerts are the default branch's")
      }
      let plan = AlertPlan(publication)
      let boards = AzureBoards(
        client, identity, apis: try place.apis(), type: scene.options.others["work-item-type"],
        standing: plan.standing)
      return .done(try await AlertBook(boards, plan).write(with: client).text)
    }
  }

  /// No variable tells it; of a repository that is elsewhere the configuration's `base` does.
  private func defaultBranch() async throws(Failure) -> String? {
    guard place.isInAzure else { return scene.config.text("base") }
    return try await client.json(Call.azure(.get, try place.git())) { (root) throws(Failure) in
      root["defaultBranch"]?.string?.replacing("refs/heads/", with: "")
    }
  }
}

/// The work items that have our tag.
///
/// A description is HTML there, which the server rewrites and strips of comments: what finds an
/// alert again stands in it as a line of text.
///
/// - Source: https://learn.microsoft.com/rest/api/azure/devops/wit/work-items
final class AzureBoards: AlertStore {
  static let tag = "tidemark"
  /// Newest work items that are looked at.
  private static let readLimit = 200
  /// What a project's process has: Agile and Basic have issues, Scrum bugs, all have tasks.
  private static let types = ["Issue", "Bug", "Task"]

  private let client: Client
  private let identity: AzureIdentity
  private let path: String
  private let types: [String]
  /// Whole bodies of this run's alerts by their digest: the server's text is another.
  private let bodies: [String: String]
  /// The list is asked for after every creation, and each item by itself: once is enough, as long as
  /// we do not change it.
  private var seen: [Int: Item] = [:]
  /// What states mean, by type.
  private var ends: [String: Set<String>] = [:]

  init(
    _ client: Client, _ identity: AzureIdentity, apis: String, type: String?, standing: [Alert]
  ) {
    self.client = client
    self.identity = identity
    path = "\(apis)/wit"
    types = type.map { [$0] } ?? AzureBoards.types
    bodies = Dictionary(
      standing.map { (AlertCarrier.digest(of: $0.body), $0.body) },
      uniquingKeysWith: { first, _ in first })
  }

  // MARK: Reading

  func alerts() async throws(Failure) -> [StoredAlert] {
    try await identity.learn()
    var call = Call.azure(
      .post, "\(path)/wiql", query: [("$top", "\(AzureBoards.readLimit)")]
    ) { json in
      json.member(
        "query",
        "SELECT [System.Id] FROM workitems WHERE [System.TeamProject] = @project "
          + "AND [System.Tags] CONTAINS '\(AzureBoards.tag)' ORDER BY [System.Id] DESC")
    }
    // It only asks.
    call.isWrite = false
    call.isRepeatable = true
    let ids = try await client.json(call) { (root) throws(Failure) in
      guard let items = root["workItems"], items.isArray else {
        throw .unreadable("there is no list of work items")
      }
      return items.elements.compactMap { $0["id"]?.int }
    }
    var alerts: [StoredAlert] = []
    for id in ids.prefix(AzureBoards.readLimit) {
      let item: Item
      if let known = seen[id] { item = known } else { item = try await self.item(id) }
      seen[id] = item
      guard let carrier = item.carrier else { continue }
      let isEnd = try await ends(of: item.type).contains(item.state)
      alerts.append(
        StoredAlert(
          number: id, title: item.title,
          body: bodies[carrier.digest] ?? carrier.mark.text, isOpen: !isEnd,
          isOurs: item.isMine))
    }
    return alerts
  }

  private struct Item {
    var revision: Int
    var type: String
    var state: String
    var title: String
    var description: String
    var carrier: AlertCarrier?
    var isMine: Bool
  }

  private func item(_ id: Int) async throws(Failure) -> Item {
    try await client.json(Call.azure(.get, "\(path)/workitems/\(id)")) { (root) throws(Failure) in
      guard let fields = root["fields"], let revision = root["rev"]?.int else {
        throw .unreadable("a work item has no fields")
      }
      let description = fields["System.Description"]?.string ?? ""
      let creator = fields["System.CreatedBy"]
      return Item(
        revision: revision, type: fields["System.WorkItemType"]?.string ?? "",
        state: fields["System.State"]?.string ?? "", title: fields["System.Title"]?.string ?? "",
        description: description, carrier: AlertCarrier(in: description),
        // A copy that somebody made has the same text.
        isMine: creator == nil || identity.isMine(creator))
    }
  }

  /// The states of a type in which nothing is left to do.
  ///
  /// - Source: https://learn.microsoft.com/rest/api/azure/devops/wit/work-item-type-states
  private func ends(of type: String) async throws(Failure) -> Set<String> {
    if let known = ends[type] { return known }
    var found: Set<String> = []
    do throws(Failure) {
      let call = Call.azure(.get, "\(path)/workitemtypes/\(Address.encoded(type))/states")
      let states = try await client.list(call, paging: .none, in: "value") {
        (value) throws(Failure) -> String? in
        ["Completed", "Removed", "Resolved"].contains(value["category"]?.string ?? "")
          ? value["name"]?.string : nil
      }
      found = Set(states)
    } catch {
      guard error.kind == .missing else { throw error }
    }
    if found.isEmpty { found = ["Closed", "Done", "Removed", "Resolved"] }
    ends[type] = found
    return found
  }

  private func end(of type: String) async throws(Failure) -> String {
    let ends = try await ends(of: type)
    return ["Closed", "Done"].first { ends.contains($0) } ?? ends.sorted().first ?? "Closed"
  }

  // MARK: Writing

  func create(
    _ alert: Alert, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    for type in types.dropLast() {
      do throws(Failure) {
        return try await create(alert, as: type, look: look)
      } catch {
        // The project has no such type.
        guard error.kind == .missing else { throw error }
      }
    }
    return try await create(alert, as: types[types.count - 1], look: look)
  }

  private func create(
    _ alert: Alert, as type: String, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    let call = patch(
      .post, "\(path)/workitems/$\(Address.encoded(type))",
      [
        ("System.Title", alert.title), ("System.Description", AlertCarrier.html(of: alert.body)),
        ("System.Tags", "\(AzureBoards.tag); \(AzureBoards.tag):\(alert.fingerprint)"),
      ])
    let dry = StoredAlert(
      number: 0, title: alert.title, body: alert.body, isOpen: true, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw .unreadable("a work item has no id") }
      var made = dry
      made.number = id
      return made
    }
  }

  func update(_ number: Int, title: String, body: String) async throws(Failure) {
    try await change(number) { (_) throws(Failure) in
      [("System.Title", title), ("System.Description", AlertCarrier.html(of: body))]
    }
  }

  /// The note goes into the discussion in the same step.
  func close(_ number: Int, body: String, note: String) async throws(Failure) {
    try await change(number) { (item) throws(Failure) in
      var fields = [("System.History", Markdown.renderSafeHTML(note))]
      if let mark = AlertMark(inBody: body) {
        fields.append(("System.Description", AlertCarrier.replacing(mark, in: item.description)))
      }
      return fields + [("System.State", try await self.end(of: item.type))]
    }
  }

  /// Changes what nobody else has changed meanwhile.
  private func change(
    _ number: Int, _ fields: (Item) async throws(Failure) -> [(String, String)]
  ) async throws(Failure) {
    seen[number] = nil
    try await client.redoing { () async throws(Failure) in
      let item = try await item(number)
      var call = patch(
        .patch, "\(path)/workitems/\(number)", try await fields(item), revision: item.revision)
      // Carried out twice it is refused the second time, and begun anew.
      call.isRepeatable = true
      try await client.perform(call)
    }
  }

  private func patch(
    _ method: Request.Method, _ path: String, _ fields: [(String, String)], revision: Int? = nil
  ) -> Call {
    var json = JSONWriter()
    json.array { json in
      if let revision {
        json.object { json in
          json.member("op", "test")
          json.member("path", "/rev")
          json.member("value", revision)
        }
      }
      for (name, value) in fields {
        json.object { json in
          json.member("op", "add")
          json.member("path", "/fields/\(name)")
          json.member("value", value)
        }
      }
    }
    var call = Call.azure(method, path)
    call.content = .bytes(json.bytes, type: "application/json-patch+json")
    return call
  }
}

/// An alert's mark as a line of text in a description.
struct AlertCarrier {
  var mark: AlertMark
  /// Of the body that the description was made of.
  var digest: String

  private static let start = "tidemark:alert "

  init?(in description: String) {
    guard let range = AlertCarrier.range(in: description) else { return nil }
    let words = description[range].split(separator: " ")
    guard words.count >= 4, words[3] == "v1" else { return nil }
    func value(_ name: String) -> String? {
      words.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
    guard let run = value("run"), let attempt = value("attempt").flatMap({ Int($0) }) else {
      return nil
    }
    mark = AlertMark(
      key: String(words[1]), fingerprint: String(words[2]), since: value("since") ?? "",
      isOver: words.contains("over"), run: RunMark(sha: value("sha"), run: run, attempt: attempt))
    digest = value("body") ?? ""
  }

  /// Where the line is, without the tags around it.
  private static func range(in description: String) -> Range<String.Index>? {
    guard let found = description.firstRange(of: start) else { return nil }
    let rest = description[found.upperBound...]
    let end = rest.firstIndex { $0 == "<" || $0.isNewline } ?? rest.endIndex
    guard description[found.lowerBound..<end].utf8.count <= 1000 else { return nil }
    return found.lowerBound..<end
  }

  static func digest(of body: String) -> String {
    "\(Digest.identifier(of: Array(body.utf8)))"
  }

  /// The description of an alert with `body`.
  static func html(of body: String) -> String {
    guard let mark = AlertMark(inBody: body) else { return Markdown.renderSafeHTML(body) }
    let text = body.split(
      maxSplits: 2, omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    let shown = (text.count > 2 ? String(text[2]) : "")
      .replacing("<sub>", with: "").replacing("</sub>", with: "")
    return Markdown.renderSafeHTML(shown) + "<p><code>\(line(mark, digest(of: body)))</code></p>"
  }

  static func replacing(_ mark: AlertMark, in description: String) -> String {
    guard let range = range(in: description) else { return description }
    return String(description[..<range.lowerBound]) + line(mark, "")
      + String(description[range.upperBound...])
  }

  /// Letters, digits and marks that HTML leaves alone.
  private static func line(_ mark: AlertMark, _ digest: String) -> String {
    let run = Address.encoded(String(mark.run.run.prefix(200)))
    let sha = (mark.run.sha ?? "").filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return start + "\(mark.key) \(mark.fingerprint) v1 since=\(mark.since)"
      + (mark.isOver ? " over" : "") + (sha.isEmpty ? "" : " sha=\(sha.prefix(64))")
      + " run=\(run) attempt=\(mark.run.attempt)" + (digest.isEmpty ? "" : " body=\(digest)")
  }
}
