private import TidemarkModel
private import TidemarkConfig
internal import TidemarkSyntax

extension AzureTarget {
  private static let need = "`Contribute to pull requests` on the repository"

  func comment() async throws(Failure) -> PartOutcome {
    guard scene.options.commentMode != .off else { return .skipped("it is switched off") }
    guard place.isInAzure else {
      return .skipped("the repository is not in Azure Repos: publish where it is")
    }
    guard let number = run.pullRequest.flatMap({ Int($0) }) else {
      return .skipped("this build belongs to no pull request")
    }
    try requireToken()
    let path = "\(try place.git())/pullRequests/\(number)"
    let body = try publication.comment()
    return try await explaining(AzureTarget.need) { () async throws(Failure) in
      let threads = AzureThreads(client, identity, pullRequest: path, key: publication.key)
      let sticky = StickyComment(
        threads, body: body, mark: publication.mark, mode: scene.options.commentMode)
      let answer = try await sticky.write(with: client)
      self.sticky = sticky
      return .done(answer.rawValue)
    }
  }
}

/// The threads of one pull request; ours have one comment each.
///
/// - Source: https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads
struct AzureThreads: CommentStore {
  private let client: Client
  private let identity: AzureIdentity
  private let path: String
  private let key: String

  init(_ client: Client, _ identity: AzureIdentity, pullRequest path: String, key: String) {
    self.client = client
    self.identity = identity
    self.path = "\(path)/threads"
    self.key = key
  }

  func comments() async throws(Failure) -> [StoredComment] {
    try await identity.learn()
    return try await client.list(Call.azure(.get, path), paging: .none, in: "value") {
      (thread) throws(Failure) in
      var comments = thread["comments"]?.elements
      guard thread["isDeleted"]?.bool != true, let first = comments?.next(),
        first["isDeleted"]?.bool != true, let body = first["content"]?.text,
        body.utf8.starts(with: "<!-- tidemark:".utf8)
      else { return nil }
      guard let id = thread["id"]?.int else { throw .unreadable("a thread has no id") }
      return StoredComment(
        id: id, body: body.string, isOurs: identity.isMine(first["author"]),
        updated: first["lastContentUpdatedDate"]?.string.flatMap(TimeText.parse))
    }
  }

  /// Closed from the beginning: an open thread may block the merge, and that is a gate's business.
  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment {
    let call = Call.azure(.post, path) { json in
      json.key("comments")
      json.array { json in
        json.object { json in
          json.member("parentCommentId", 0)
          json.member("commentType", 1)
          json.member("content", body)
        }
      }
      json.member("status", "closed")
      json.member("properties", object: { $0.member("tidemark", key) })
    }
    let dry = StoredComment(id: 0, body: body, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw .unreadable("a thread has no id") }
      return StoredComment(id: id, body: body, isOurs: true)
    }
  }

  func edit(
    _ id: Int, _ body: String, look: @escaping () async throws(Failure) -> Void?
  ) async throws(Failure) {
    var call = Call.azure(.patch, "\(path)/\(id)/comments/1") { $0.member("content", body) }
    call.looksBeforeRetry = true
    try await client.perform(call, look: look)
  }

  func delete(_ id: Int) async throws(Failure) {
    try await client.perform(Call.azure(.delete, "\(path)/\(id)/comments/1"))
  }
}
