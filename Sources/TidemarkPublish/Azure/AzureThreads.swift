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
struct AzureThreads: CommentStore {
  private let client: Client
  private let discussion: AzureDiscussion

  init(_ client: Client, _ identity: AzureIdentity, pullRequest path: String, key: String) {
    self.client = client
    discussion = AzureDiscussion(client, identity, pullRequest: path, key: key)
  }

  func comments() async throws(Failure) -> [StoredComment] {
    try await discussion.threads(beginningWith: "<!-- tidemark:").map {
      StoredComment(id: $0.id, body: $0.body, isOurs: $0.isOurs, updated: $0.updated)
    }
  }

  /// Closed from the beginning: an open thread may block the merge, and that is a gate's business.
  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment {
    let call = discussion.opening(body, status: "closed")
    let dry = StoredComment(id: 0, body: body, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      StoredComment(id: try AzureDiscussion.id(of: root), body: body, isOurs: true)
    }
  }

  func edit(
    _ id: Int, _ body: String, look: @escaping () async throws(Failure) -> Void?
  ) async throws(Failure) {
    var call = discussion.rewriting(id, body)
    call.looksBeforeRetry = true
    try await client.perform(call, look: look)
  }

  func delete(_ id: Int) async throws(Failure) {
    try await client.perform(discussion.deleting(id))
  }
}
