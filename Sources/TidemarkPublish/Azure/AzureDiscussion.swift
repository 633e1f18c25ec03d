internal import TidemarkModel
internal import TidemarkSyntax

/// The threads of one pull request in Azure Repos, and the calls that change them. A thread is ours
/// by its first comment.
///
/// - Source: https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads
struct AzureDiscussion {
  /// A thread with what its first comment says.
  struct Thread {
    var id: Int
    var body: String
    var isOpen: Bool
    var isOurs: Bool
    var updated: Timestamp?
  }

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

  /// The threads that are there and whose first comment begins with `mark`, whoever wrote it.
  func threads(beginningWith mark: String) async throws(Failure) -> [Thread] {
    try await identity.learn()
    return try await client.list(Call.azure(.get, path), paging: .none, in: "value") {
      (thread) throws(Failure) in
      var comments = thread["comments"]?.elements
      guard thread["isDeleted"]?.bool != true, let first = comments?.next(),
        first["isDeleted"]?.bool != true, let body = first["content"]?.text,
        body.utf8.starts(with: mark.utf8)
      else { return nil }
      return Thread(
        id: try AzureDiscussion.id(of: thread), body: body.string,
        isOpen: ["active", "pending"].contains(thread["status"]?.string ?? "active"),
        isOurs: identity.isMine(first["author"]),
        updated: first["lastContentUpdatedDate"]?.string.flatMap(TimeText.parse))
    }
  }

  static func id(of thread: JSONValue) throws(Failure) -> Int {
    guard let id = thread["id"]?.int else { throw .unreadable("a thread has no id") }
    return id
  }

  /// - Parameter place: nil for the pull request as a whole.
  func opening(_ body: String, status: String, at place: Alert.Place? = nil) -> Call {
    Call.azure(.post, path) { json in
      json.key("comments")
      json.array { json in
        json.object { json in
          json.member("parentCommentId", 0)
          json.member("commentType", 1)
          json.member("content", body)
        }
      }
      json.member("status", status)
      json.member("properties", object: { $0.member("tidemark", key) })
      if let place { json.member("threadContext", object: { write(place, to: &$0) }) }
    }
  }

  private func write(_ place: Alert.Place, to json: inout JSONWriter) {
    json.member("filePath", "/\(place.path)")
    for end in ["rightFileStart", "rightFileEnd"] {
      json.key(end)
      json.object { json in
        json.member("line", min(place.line, 1_000_000_000))
        json.member("offset", 1)
      }
    }
  }

  func rewriting(_ thread: Int, _ body: String) -> Call {
    Call.azure(.patch, "\(path)/\(thread)/comments/1") { $0.member("content", body) }
  }

  func marking(_ thread: Int, _ status: String) -> Call {
    Call.azure(.patch, "\(path)/\(thread)") { $0.member("status", status) }
  }

  func deleting(_ thread: Int) -> Call { Call.azure(.delete, "\(path)/\(thread)/comments/1") }
}
