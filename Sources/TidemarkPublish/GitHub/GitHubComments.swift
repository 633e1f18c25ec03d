internal import TidemarkSyntax

extension GitHubTarget {
  func comment() async throws(Failure) -> PartOutcome {
    guard scene.options.commentMode != .off else { return .skipped("it is switched off") }
    guard let number = run.pullRequest.flatMap({ Int($0) }) else {
      return .skipped("this run belongs to no open pull request")
    }
    try requireToken("pull-requests: write")
    let store = GitHubComments(client, identity, root: root, number: number)
    let sticky = StickyComment(
      store, body: try publication.comment(), mark: publication.mark,
      mode: scene.options.commentMode)
    let answer = try await sticky.write(with: client)
    self.sticky = sticky
    return .done(answer.rawValue)
  }
}

/// The comments of one pull request.
///
/// - Source: https://docs.github.com/rest/issues/comments
struct GitHubComments: CommentStore {
  private let client: Client
  private let identity: GitHubIdentity
  private let list: String
  private let single: String

  init(_ client: Client, _ identity: GitHubIdentity, root: String, number: Int) {
    self.client = client
    self.identity = identity
    list = "\(root)/issues/\(number)/comments"
    single = "\(root)/issues/comments/"
  }

  func comments() async throws(Failure) -> [StoredComment] {
    try await identity.learn()
    let call = Call(.get, list, query: [("per_page", "100")])
    return try await client.list(call) { (value) throws(Failure) in
      // Most comments are other people's: only what may be ours is kept.
      guard let body = value["body"]?.text, body.utf8.starts(with: "<!-- tidemark:".utf8) else {
        return nil
      }
      guard let id = value["id"]?.int else { throw .unreadable("a comment has no id") }
      return StoredComment(
        id: id, body: body.string, isOurs: identity.isOurs(value),
        updated: value["updated_at"]?.string.flatMap(TimeText.parse))
    }
  }

  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment {
    let call = Call(.post, list) { json in json.member("body", body) }
    let dry = StoredComment(id: 0, body: body, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      identity.learn(from: root)
      guard let id = root["id"]?.int else { throw .unreadable("a comment has no id") }
      return StoredComment(id: id, body: body, isOurs: true)
    }
  }

  func edit(
    _ id: Int, _ body: String, look: @escaping () async throws(Failure) -> Void?
  ) async throws(Failure) {
    var call = Call(.patch, "\(single)\(id)") { json in json.member("body", body) }
    call.looksBeforeRetry = true
    try await client.perform(call, look: look)
  }

  func delete(_ id: Int) async throws(Failure) {
    try await client.perform(Call(.delete, "\(single)\(id)"))
  }
}
