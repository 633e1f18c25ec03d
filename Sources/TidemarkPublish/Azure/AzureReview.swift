internal import TidemarkSyntax

extension AzureTarget {
  private static let need = "`Contribute to pull requests` on the repository"

  /// Threads at the lines of the pull request that have findings.
  func review() async throws(Failure) -> PartOutcome {
    guard place.isInAzure else {
      return .skipped("the repository is not in Azure Repos: publish where it is")
    }
    guard let number = run.pullRequest.flatMap({ Int($0) }) else {
      return .skipped("this build belongs to no pull request")
    }
    try requireToken()
    let pull = "\(try place.git())/pullRequests/\(number)"
    return try await explaining(AzureTarget.need) { () async throws(Failure) in
      let pushes = try await client.list(
        Call.azure(.get, "\(pull)/iterations"), paging: .none, in: "value"
      ) { (value) throws(Failure) -> (id: Int, commit: String?)? in
        value["id"]?.int.map { ($0, value["sourceRefCommit"]?["commitId"]?.string) }
      }
      guard let push = pushes.last, push.commit?.lowercased() == run.commit?.lowercased() else {
        return .skipped("the pull request has moved on, and its newer build will comment there")
      }
      let review = Review(publication)
      let plan = review.plan(at: try await changes(in: pull, push.id, of: review.paths))
      let store = AzureReview(client, identity, pullRequest: pull, key: publication.key)
      return .done(try await AlertBook(store, plan).write(with: client).text)
    }
  }

  /// The files that are changed; which lines of them, Azure does not tell.
  ///
  /// - Source: https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-iteration-changes
  private func changes(
    in pull: String, _ push: Int, of paths: Set<String>
  ) async throws(Failure) -> ChangedLines {
    var files: [String: ChangedLines.File] = [:]
    var skip: Int? = paths.isEmpty ? nil : 0
    while let start = skip {
      let call = Call.azure(
        .get, "\(pull)/iterations/\(push)/changes",
        query: [("$top", "2000"), ("$skip", "\(start)")])
      do throws(Failure) {
        skip = try await client.json(call) { (root) throws(Failure) in
          for entry in root.list("changeEntries")
          where entry["changeType"]?.string?.lowercased().contains("delete") != true {
            let path = entry["item"]?["path"]?.string.map { String($0.drop { $0 == "/" }) }
            if let path, paths.contains(path) {
              files[path] = ChangedLines.File(oldPath: path, lines: nil)
            }
          }
          let next = root["nextSkip"]?.int ?? 0
          return next > start ? next : nil
        }
      } catch {
        // A server that does not tell: findings have a file of their own, or one that is made up.
        guard error.kind == .missing else { throw error }
        return ChangedLines(files: nil)
      }
    }
    return ChangedLines(files: files)
  }
}

/// The threads at lines of one pull request; ours have one comment of ours first. They are open, as
/// a thread that is to be resolved is, and fixed once it is over.
struct AzureReview: AlertStore {
  private let client: Client
  private let discussion: AzureDiscussion

  init(_ client: Client, _ identity: AzureIdentity, pullRequest path: String, key: String) {
    self.client = client
    discussion = AzureDiscussion(client, identity, pullRequest: path, key: key)
  }

  func alerts() async throws(Failure) -> [StoredAlert] {
    try await discussion.threads(beginningWith: "<!-- tidemark:alert").map {
      StoredAlert(number: $0.id, title: "", body: $0.body, isOpen: $0.isOpen, isOurs: $0.isOurs)
    }
  }

  func create(
    _ alert: Alert, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    let call = discussion.opening(alert.body, status: "active", at: alert.place)
    let dry = StoredAlert(number: 0, title: "", body: alert.body, isOpen: true, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      var made = dry
      made.number = try AzureDiscussion.id(of: root)
      return made
    }
  }

  func update(_ number: Int, title: String, body: String) async throws(Failure) {
    var call = discussion.rewriting(number, body)
    call.isRepeatable = true
    try await client.perform(call)
  }

  func close(_ number: Int, body: String, note: String) async throws(Failure) {
    try await update(number, title: "", body: "\(body)\n\n\(note)\n")
    var call = discussion.marking(number, "fixed")
    call.isRepeatable = true
    try await client.perform(call)
  }
}
