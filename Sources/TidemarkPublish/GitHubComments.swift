internal import TidemarkSyntax

extension GitHubTarget {
  func comment() async throws(Failure) -> PartOutcome {
    guard scene.options.commentMode != .off else { return .skipped("it is switched off") }
    guard let number = run.pullRequest.flatMap({ Int($0) }) else {
      return .skipped("this run belongs to no pull request")
    }
    try requireToken("pull-requests: write")
    let store = GitHubComments(client, repository: repository, number: number)
    let sticky = StickyComment(
      store, body: try publication.comment(), mark: publication.mark,
      mode: scene.options.commentMode)
    return .done(try await sticky.write(with: client).rawValue)
  }
}

/// The comments of one pull request.
///
/// - Source: https://docs.github.com/rest/issues/comments
final class GitHubComments: CommentStore {
  private let client: Client
  private let repository: String
  private let number: Int
  /// Whose comments are ours; asked for once.
  private var author: Author?

  /// Tokens of apps, that of Actions among them, may not ask who they are.
  private enum Author {
    case user(String)
    case app(login: String?)
  }

  init(_ client: Client, repository: String, number: Int) {
    self.client = client
    self.repository = repository
    self.number = number
  }

  func comments() async throws(Failure) -> [StoredComment] {
    let author = try await self.author()
    let call = Call(
      .get, "/repos/\(repository)/issues/\(number)/comments", query: [("per_page", "100")])
    return try await client.list(call) { (value) throws(Failure) in
      // Most comments are other people's: only what may be ours is kept.
      guard let body = value["body"]?.text, body.utf8.starts(with: "<!-- tidemark:".utf8) else {
        return nil
      }
      return try GitHubComments.comment(value, by: author)
    }
  }

  private static func comment(
    _ value: JSONValue, by author: Author
  ) throws(Failure) -> StoredComment {
    guard let id = value["id"]?.int, let body = value["body"]?.string else {
      throw Failure.unreadable("a comment has no id or no body")
    }
    return StoredComment(id: id, body: body, isOurs: isOurs(value, author))
  }

  private static func isOurs(_ value: JSONValue, _ author: Author) -> Bool {
    guard let login = value["user"]?["login"]?.string else { return false }
    switch author {
    case .user(let name): return login.lowercased() == name.lowercased()
    case .app(let name?): return login == name
    case .app(nil):
      return value["user"]?["type"]?.string == "Bot" && login == "github-actions[bot]"
    }
  }

  private func author() async throws(Failure) -> Author {
    if let author { return author }
    do throws(Failure) {
      let call = Call(.get, "/user")
      let login = try await client.json(call) { (root) throws(Failure) in
        guard let login = root["login"]?.string else { throw Failure.unreadable("it has no login") }
        return login
      }
      author = .user(login)
      return .user(login)
    } catch {
      guard error.kind == .denied else { throw error }
      author = .app(login: nil)
      return .app(login: nil)
    }
  }

  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment {
    let call = Call(.post, "/repos/\(repository)/issues/\(number)/comments") { json in
      json.member("body", body)
    }
    let dry = StoredComment(id: 0, body: body, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      // What we have made is ours: so we learn what an app's comments are signed with.
      if let login = root["user"]?["login"]?.string, case .app = author {
        author = .app(login: login)
      }
      guard let id = root["id"]?.int else { throw Failure.unreadable("a comment has no id") }
      return StoredComment(id: id, body: body, isOurs: true)
    }
  }

  func edit(_ id: Int, _ body: String) async throws(Failure) {
    var call = Call(.patch, "/repos/\(repository)/issues/comments/\(id)") { json in
      json.member("body", body)
    }
    // The same text again is no other comment.
    call.isRepeatable = true
    try await client.perform(call)
  }

  func delete(_ id: Int) async throws(Failure) {
    try await client.perform(Call(.delete, "/repos/\(repository)/issues/comments/\(id)"))
  }
}
