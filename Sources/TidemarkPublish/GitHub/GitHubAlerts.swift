internal import TidemarkSyntax

extension GitHubTarget {
  /// An issue for each confirmed regression of the default branch.
  func alerts() async throws(Failure) -> PartOutcome {
    guard AlertPlan.isDue(publication, on: run) else {
      return .skipped("alerts are the default branch's")
    }
    try requireToken("issues: write")
    let book = AlertBook(
      GitHubIssues(client, identity, root: root), AlertPlan(publication))
    return .done(try await book.write(with: client).text)
  }
}

/// The issues of a repository that have our label.
///
/// - Source: https://docs.github.com/rest/issues/issues
struct GitHubIssues: AlertStore {
  static let label = "tidemark"

  private let client: Client
  private let identity: GitHubIdentity
  private let root: String

  init(_ client: Client, _ identity: GitHubIdentity, root: String) {
    self.client = client
    self.identity = identity
    self.root = root
  }

  func alerts() async throws(Failure) -> [StoredAlert] {
    try await identity.learn()
    let call = Call(
      .get, "\(root)/issues",
      query: [("labels", GitHubIssues.label), ("state", "all"), ("per_page", "100")])
    return try await client.list(call) { (value) throws(Failure) in
      // Pull requests stand in this list, too.
      guard value["pull_request"] == nil, let body = value["body"]?.string else { return nil }
      return try stored(value, body: body, isOurs: identity.isOurs(value))
    }
  }

  private func stored(
    _ value: JSONValue, body: String, isOurs: Bool
  ) throws(Failure) -> StoredAlert {
    guard let number = value["number"]?.int else { throw .unreadable("an issue has no number") }
    return StoredAlert(
      number: number, title: value["title"]?.string ?? "", body: body,
      isOpen: value["state"]?.string == "open", isOurs: isOurs)
  }

  func create(
    _ alert: Alert, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    let call = Call(.post, "\(root)/issues") { json in
      json.member("title", alert.title)
      json.member("body", alert.body)
      json.member("labels", array: [GitHubIssues.label]) { $0.string($1) }
    }
    let dry = StoredAlert(
      number: 0, title: alert.title, body: alert.body, isOpen: true, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      identity.learn(from: root)
      return try stored(root, body: alert.body, isOurs: true)
    }
  }

  func update(_ number: Int, title: String, body: String) async throws(Failure) {
    var call = Call(.patch, "\(root)/issues/\(number)") { json in
      json.member("title", title)
      json.member("body", body)
    }
    call.isRepeatable = true
    try await client.perform(call)
  }

  func close(_ number: Int, body: String, note: String) async throws(Failure) {
    try await say(note, below: number)
    var call = Call(.patch, "\(root)/issues/\(number)") { json in
      json.member("body", body)
      json.member("state", "closed")
      json.member("state_reason", "completed")
    }
    call.isRepeatable = true
    try await client.perform(call)
  }

  /// Once: a run that was stopped between the note and the closing has said it already.
  private func say(_ note: String, below number: Int) async throws(Failure) {
    let path = "\(root)/issues/\(number)/comments"
    let body = "\(GitHubIssues.noteMarker)\n\(note)"
    if try await hasNote(path) { return }
    let call = Call(.post, path) { json in json.member("body", body) }
    try await client.perform(call) { () async throws(Failure) in
      try await hasNote(path) ? () : nil
    }
  }

  private static let noteMarker = "<!-- tidemark:note v1 -->"

  private func hasNote(_ path: String) async throws(Failure) -> Bool {
    let call = Call(.get, path, query: [("per_page", "100")])
    let notes = try await client.list(call) { (value) throws(Failure) -> Bool? in
      let body = value["body"]?.string ?? ""
      return body.hasPrefix(GitHubIssues.noteMarker) && identity.isOurs(value) ? true : nil
    }
    return !notes.isEmpty
  }
}
