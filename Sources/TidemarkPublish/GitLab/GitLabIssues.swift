internal import TidemarkSyntax

extension GitLabTarget {
  private static let need =
    "an access token of the project with the scope `api` and at least the role Reporter"

  /// An issue for each confirmed regression of the default branch.
  func alerts() async throws(Failure) -> PartOutcome {
    guard AlertPlan.isDue(publication, on: run) else {
      return .skipped("alerts are the default branch's")
    }
    try requireToken(GitLabTarget.need)
    var plan = AlertPlan(publication)
    plan.standing = plan.standing.map { alert in
      var alert = alert
      alert.body = GitLabText.safe(alert.body)
      return alert
    }
    let book = AlertBook(
      GitLabIssues(client, identity, root: try GitLabTarget.root(in: scene)), plan)
    return try await explaining(GitLabTarget.need) { () async throws(Failure) in
      .done(try await book.write(with: client).text)
    }
  }
}

/// The issues of a project that have our label.
///
/// - Source: https://docs.gitlab.com/api/issues/
struct GitLabIssues: AlertStore {
  static let label = "tidemark"

  private let client: Client
  private let identity: GitLabIdentity
  private let path: String

  init(_ client: Client, _ identity: GitLabIdentity, root: String) {
    self.client = client
    self.identity = identity
    path = "\(root)/issues"
  }

  func alerts() async throws(Failure) -> [StoredAlert] {
    try await identity.learn()
    let call = Call(
      .get, path,
      query: [
        ("labels", GitLabIssues.label), ("state", "all"), ("scope", "all"),
        ("order_by", "created_at"), ("sort", "asc"), ("per_page", "100"),
      ])
    return try await client.list(call, paging: .nextPage) { (value) throws(Failure) in
      guard let body = value["description"]?.string else { return nil }
      return try stored(value, body: body, isOurs: identity.isOurs(value))
    }
  }

  private func stored(
    _ value: JSONValue, body: String, isOurs: Bool
  ) throws(Failure) -> StoredAlert {
    guard let number = value["iid"]?.int else { throw .unreadable("an issue has no number") }
    return StoredAlert(
      number: number, title: value["title"]?.string ?? "", body: body,
      isOpen: value["state"]?.string == "opened", isOurs: isOurs)
  }

  func create(
    _ alert: Alert, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    let call = Call(.post, path) { json in
      json.member("title", alert.title)
      json.member("description", alert.body)
      json.member("labels", GitLabIssues.label)
    }
    let dry = StoredAlert(
      number: 0, title: alert.title, body: alert.body, isOpen: true, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      try stored(root, body: alert.body, isOurs: true)
    }
  }

  func update(_ number: Int, title: String, body: String) async throws(Failure) {
    try await client.perform(
      Call(.put, "\(path)/\(number)") { json in
        json.member("title", title)
        json.member("description", body)
      })
  }

  /// Where no note can be written below the issue, what it says ends the description.
  func close(_ number: Int, body: String, note: String) async throws(Failure) {
    var body = body
    do throws(Failure) {
      try await say(note, below: number)
    } catch {
      guard error.kind == .missing else { throw error }
      body += "\n\n\(note)\n"
    }
    try await client.perform(
      Call(.put, "\(path)/\(number)") { json in
        json.member("description", GitLabText.safe(body))
        json.member("state_event", "close")
      })
  }

  private static let noteMarker = "<!-- tidemark:note v1 -->"

  /// Once: a run that was stopped between the note and the closing has said it already.
  private func say(_ note: String, below number: Int) async throws(Failure) {
    let notes = "\(path)/\(number)/notes"
    if try await hasNote(notes) { return }
    let body = "\(GitLabIssues.noteMarker)\n\(GitLabText.safe(note))"
    let call = Call(.post, notes) { json in json.member("body", body) }
    try await client.perform(call) { () async throws(Failure) in
      try await hasNote(notes) ? () : nil
    }
  }

  private func hasNote(_ notes: String) async throws(Failure) -> Bool {
    let call = Call(.get, notes, query: [("per_page", "100")])
    let ours = try await client.list(call, paging: .nextPage) {
      (value) throws(Failure) -> Bool? in
      let body = value["body"]?.string ?? ""
      return body.hasPrefix(GitLabIssues.noteMarker) && identity.isMine(value) ? true : nil
    }
    return !ours.isEmpty
  }
}
