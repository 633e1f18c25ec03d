internal import TidemarkSyntax

extension GitHubTarget {
  /// Comments at the lines of the pull request that have findings.
  func review() async throws(Failure) -> PartOutcome {
    guard let number = run.pullRequest.flatMap({ Int($0) }) else {
      return .skipped("this run belongs to no open pull request")
    }
    let commit = try self.commit(for: "review")
    try requireToken("pull-requests: write")
    let pull = "\(root)/pulls/\(number)"
    let head = try await client.json(Call(.get, pull)) { (root) throws(Failure) in
      root["head"]?["sha"]?.string?.lowercased()
    }
    guard head == commit else {
      return .skipped("the pull request has moved on, and its newer run will comment there")
    }
    let review = Review(publication)
    let plan = review.plan(at: try await changes(in: pull, of: review.paths))
    let store = GitHubReview(client, identity, root: root, number: number, commit: commit)
    return .done(try await AlertBook(store, plan).write(with: client).text)
  }

  /// - Source: https://docs.github.com/rest/pulls/pulls#list-pull-requests-files
  private func changes(
    in pull: String, of paths: Set<String>
  ) async throws(Failure) -> ChangedLines {
    guard !paths.isEmpty else { return ChangedLines(files: [:]) }
    let call = Call(.get, "\(pull)/files", query: [("per_page", "100")])
    let files = try await client.list(call) {
      (value) throws(Failure) -> (String, ChangedLines.File)? in
      guard let path = value["filename"]?.string, paths.contains(path),
        value["status"]?.string != "removed"
      else { return nil }
      return (
        path,
        ChangedLines.File(
          oldPath: value["previous_filename"]?.string ?? path,
          lines: value["patch"]?.string.map(ChangedLines.added))
      )
    }
    return ChangedLines(files: Dictionary(files) { first, _ in first })
  }
}

/// The review comments of one pull request. That a conversation is resolved is not told here, so one
/// that is over is deleted, or says so where somebody has answered.
///
/// - Source: https://docs.github.com/rest/pulls/comments
final class GitHubReview: AlertStore {
  private let client: Client
  private let identity: GitHubIdentity
  private let list: String
  private let single: String
  private let commit: String
  private var answered: Set<Int> = []

  init(
    _ client: Client, _ identity: GitHubIdentity, root: String, number: Int, commit: String
  ) {
    self.client = client
    self.identity = identity
    self.commit = commit
    list = "\(root)/pulls/\(number)/comments"
    single = "\(root)/pulls/comments/"
  }

  func alerts() async throws(Failure) -> [StoredAlert] {
    try await identity.learn()
    return try await client.list(Call(.get, list, query: [("per_page", "100")])) {
      (value) throws(Failure) in
      if let first = value["in_reply_to_id"]?.int { answered.insert(first) }
      guard let body = value["body"]?.text, body.utf8.starts(with: "<!-- tidemark:alert".utf8)
      else { return nil }
      guard let id = value["id"]?.int else { throw .unreadable("a comment has no id") }
      let text = body.string
      return StoredAlert(
        number: id, title: "", body: text, isOpen: !(AlertMark(inBody: text)?.isOver ?? false),
        isOurs: identity.mayBeOurs(value), isOutdated: value["line"]?.int == nil)
    }
  }

  func create(
    _ alert: Alert, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    let call = Call(.post, list) { json in
      json.member("body", alert.body)
      json.member("commit_id", commit)
      json.member("path", alert.place?.path)
      json.member("line", alert.place?.line)
      json.member("side", "RIGHT")
    }
    let dry = StoredAlert(number: 0, title: "", body: alert.body, isOpen: true, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      identity.learn(from: root)
      guard let id = root["id"]?.int else { throw .unreadable("a comment has no id") }
      var made = dry
      made.number = id
      return made
    }
  }

  func update(_ number: Int, title: String, body: String) async throws(Failure) {
    var call = Call(.patch, "\(single)\(number)") { json in json.member("body", body) }
    call.isRepeatable = true
    try await client.perform(call)
  }

  func close(_ number: Int, body: String, note: String) async throws(Failure) {
    guard !answered.contains(number) else {
      return try await update(number, title: "", body: "\(body)\n\n\(note)\n")
    }
    do throws(Failure) {
      try await client.perform(Call(.delete, "\(single)\(number)"))
    } catch {
      // Somebody else was faster.
      guard error.kind == .missing else { throw error }
    }
  }
}
