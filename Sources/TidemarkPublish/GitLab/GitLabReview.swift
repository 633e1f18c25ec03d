internal import TidemarkSyntax

extension GitLabTarget {
  private static let need =
    "an access token of the project with the scope `api` and at least the role Developer"

  /// Threads at the lines of the merge request that have findings.
  func review() async throws(Failure) -> PartOutcome {
    guard let number = run.pullRequest.flatMap({ Int($0) }) else {
      return .skipped("this pipeline belongs to no open merge request")
    }
    try requireToken(GitLabTarget.need)
    let path = "\(try GitLabTarget.mergeRequestRoot(in: scene))/merge_requests/\(number)"
    return try await explaining(GitLabTarget.need) { () async throws(Failure) in
      let version = try await client.json(Call(.get, path)) { (root) throws(Failure) in
        GitLabReview.Version(root["diff_refs"])
      }
      guard let version, version.head.lowercased() == run.commit?.lowercased() else {
        return .skipped("the merge request has moved on, and its newer pipeline will comment there")
      }
      let review = Review(publication)
      let changes = try await changes(in: path, of: review.paths)
      var plan = review.plan(at: changes)
      plan.standing = plan.standing.map { alert in
        var alert = alert
        alert.body = GitLabText.safe(alert.body)
        return alert
      }
      let store = GitLabReview(client, identity, mergeRequest: path, version, changes)
      return .done(try await AlertBook(store, plan).write(with: client).text)
    }
  }

  /// - Source: https://docs.gitlab.com/api/merge_requests/#list-merge-request-diffs
  private func changes(
    in path: String, of paths: Set<String>
  ) async throws(Failure) -> ChangedLines {
    guard !paths.isEmpty else { return ChangedLines(files: [:]) }
    let call = Call(.get, "\(path)/diffs", query: [("per_page", "100")])
    do throws(Failure) {
      let files = try await client.list(call, paging: .nextPage) {
        (value) throws(Failure) -> (String, ChangedLines.File)? in
        guard let path = value["new_path"]?.string, paths.contains(path),
          value["deleted_file"]?.bool != true
        else { return nil }
        // Of a large file there is no text.
        let patch = value["diff"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        return (
          path,
          ChangedLines.File(
            oldPath: value["old_path"]?.string ?? path, lines: patch.map(ChangedLines.added))
        )
      }
      return ChangedLines(files: Dictionary(files) { first, _ in first })
    } catch {
      // Servers of before 15.7 have no such list: what they do not take at a line is said without.
      guard error.kind == .missing else { throw error }
      return ChangedLines(files: nil)
    }
  }
}

/// The threads at lines of one merge request; ours have one note of ours first.
///
/// - Source: https://docs.gitlab.com/api/discussions/#merge-requests
final class GitLabReview: AlertStore {
  /// Which diff the lines are those of.
  struct Version {
    var base: String
    var start: String
    var head: String

    init?(_ value: JSONValue?) {
      guard let base = value?["base_sha"]?.string, let start = value?["start_sha"]?.string,
        let head = value?["head_sha"]?.string
      else { return nil }
      self.base = base
      self.start = start
      self.head = head
    }
  }

  private let client: Client
  private let identity: GitLabIdentity
  private let path: String
  private let version: Version
  private let changes: ChangedLines
  /// By the number of their first note.
  private var threads: [Int: (id: String, isAnswered: Bool)] = [:]

  /// - Parameter path: `/projects/1/merge_requests/3`
  init(
    _ client: Client, _ identity: GitLabIdentity, mergeRequest path: String, _ version: Version,
    _ changes: ChangedLines
  ) {
    self.client = client
    self.identity = identity
    self.path = path
    self.version = version
    self.changes = changes
  }

  func alerts() async throws(Failure) -> [StoredAlert] {
    try await identity.learn()
    let call = Call(.get, "\(path)/discussions", query: [("per_page", "100")])
    return try await client.list(call, paging: .nextPage) { (value) throws(Failure) in
      guard value["individual_note"]?.bool != true, let thread = value["id"]?.string else {
        return nil
      }
      return stored(value, in: thread)
    }
  }

  private func stored(_ value: JSONValue, in thread: String) -> StoredAlert? {
    guard let notes = value["notes"], notes.isArray else { return nil }
    var rest = notes.elements
    guard let first = rest.next(), let id = first["id"]?.int, let body = first["body"]?.text,
      body.utf8.starts(with: "<!-- tidemark:alert".utf8)
    else { return nil }
    threads[id] = (thread, notes.count > 1)
    // An earlier bot's thread is not to be changed by this one.
    return StoredAlert(
      number: id, title: "", body: body.string, isOpen: first["resolved"]?.bool != true,
      isOurs: identity.isMine(first))
  }

  /// Of a line that GitLab does not count to the diff it is said in a thread without one.
  func create(
    _ alert: Alert, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    do throws(Failure) {
      return try await create(alert, isAtLine: true, look: look)
    } catch {
      guard error.status == 400 else { throw error }
      return try await create(alert, isAtLine: false, look: look)
    }
  }

  private func create(
    _ alert: Alert, isAtLine: Bool, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    let call = Call(.post, "\(path)/discussions") { json in
      json.member("body", alert.body)
      guard isAtLine, let place = alert.place else { return }
      json.member("position", object: { write(place, to: &$0) })
    }
    let dry = StoredAlert(number: 0, title: "", body: alert.body, isOpen: true, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      guard let id = root["id"]?.string, let made = stored(root, in: id) else {
        throw .unreadable("a thread has no note")
      }
      return made
    }
  }

  /// A line that is added has a number on the new side alone.
  private func write(_ place: Alert.Place, to json: inout JSONWriter) {
    json.member("position_type", "text")
    json.member("base_sha", version.base)
    json.member("start_sha", version.start)
    json.member("head_sha", version.head)
    json.member("old_path", changes.files?[place.path]?.oldPath ?? place.path)
    json.member("new_path", place.path)
    json.member("new_line", place.line)
  }

  func update(_ number: Int, title: String, body: String) async throws(Failure) {
    try await client.perform(
      Call(.put, "\(try thread(of: number))/notes/\(number)") { json in
        json.member("body", GitLabText.safe(body))
      })
  }

  /// Who may not resolve a thread takes it away, if nobody has answered.
  func close(_ number: Int, body: String, note: String) async throws(Failure) {
    let thread = try thread(of: number)
    try await update(number, title: "", body: "\(body)\n\n\(note)\n")
    do throws(Failure) {
      try await client.perform(Call(.put, thread) { json in json.member("resolved", true) })
    } catch {
      guard error.kind == .denied, threads[number]?.isAnswered == false else { throw error }
      try await client.perform(Call(.delete, "\(path)/notes/\(number)"))
    }
  }

  private func thread(of number: Int) throws(Failure) -> String {
    guard let thread = threads[number]?.id else {
      throw Failure(.missing, "the thread is not there any more")
    }
    return "\(path)/discussions/\(Address.encoded(thread))"
  }
}
