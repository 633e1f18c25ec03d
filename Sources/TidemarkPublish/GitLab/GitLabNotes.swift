private import TidemarkConfig
private import TidemarkModel
private import TidemarkSinks
internal import TidemarkSyntax

extension GitLabTarget {
  private static let need =
    "an access token of the project with the scope `api` and at least the role Reporter"

  func comment() async throws(Failure) -> PartOutcome {
    guard scene.options.commentMode != .off else { return .skipped("it is switched off") }
    guard let number = run.pullRequest.flatMap({ Int($0) }) else {
      return .skipped("this pipeline belongs to no open merge request")
    }
    try requireToken(GitLabTarget.need)
    let path = "\(try GitLabTarget.mergeRequestRoot(in: scene))/merge_requests/\(number)"
    let body = GitLabText.safe(try publication.comment())
    return try await explaining(GitLabTarget.need) { () async throws(Failure) in
      let sticky = StickyComment(
        GitLabNotes(client, identity, mergeRequest: path), body: body, mark: publication.mark,
        mode: scene.options.commentMode)
      let answer = try await sticky.write(with: client)
      self.sticky = sticky
      return .done(answer.rawValue)
    }
  }
}

/// The notes of one merge request.
///
/// - Source: https://docs.gitlab.com/api/notes/#merge-requests
final class GitLabNotes: CommentStore {
  private let client: Client
  private let identity: GitLabIdentity
  private let path: String
  /// Of an earlier bot of ours, and not to be changed by this one.
  private var untouchable: Set<Int> = []
  private var othersNotes: Set<Int> = []

  /// - Parameter path: `/projects/1/merge_requests/3`
  init(_ client: Client, _ identity: GitLabIdentity, mergeRequest path: String) {
    self.client = client
    self.identity = identity
    self.path = "\(path)/notes"
  }

  func comments() async throws(Failure) -> [StoredComment] {
    try await identity.learn()
    let call = Call(
      .get, path, query: [("sort", "asc"), ("order_by", "created_at"), ("per_page", "100")])
    return try await client.list(call, paging: .nextPage) { (value) throws(Failure) in
      guard value["system"]?.bool != true, let body = value["body"]?.text,
        body.utf8.starts(with: "<!-- tidemark:".utf8)
      else { return nil }
      guard let id = value["id"]?.int else { throw .unreadable("a note has no id") }
      if !identity.isMine(value) { othersNotes.insert(id) }
      return StoredComment(
        id: id, body: body.string,
        isOurs: identity.isOurs(value) && !untouchable.contains(id),
        updated: value["updated_at"]?.string.flatMap(TimeText.parse))
    }
  }

  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment {
    let call = Call(.post, path) { json in json.member("body", body) }
    let dry = StoredComment(id: 0, body: body, isOurs: true)
    return try await client.json(call, dry: dry, look: look) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw .unreadable("a note has no id") }
      return StoredComment(id: id, body: body, isOurs: true)
    }
  }

  func edit(
    _ id: Int, _ body: String, look: @escaping () async throws(Failure) -> Void?
  ) async throws(Failure) {
    var call = Call(.put, "\(path)/\(id)") { json in json.member("body", body) }
    call.looksBeforeRetry = true
    try await touching(id) { () async throws(Failure) in
      try await client.perform(call, look: look)
    }
  }

  func delete(_ id: Int) async throws(Failure) {
    try await touching(id) { () async throws(Failure) in
      try await client.perform(Call(.delete, "\(path)/\(id)"))
    }
  }

  /// An earlier bot's note that only a maintainer could change is left alone, and everything is
  /// decided anew without it.
  private func touching(_ id: Int, _ body: () async throws(Failure) -> Void) async throws(Failure) {
    do throws(Failure) {
      try await body()
    } catch {
      guard error.kind == .denied, othersNotes.contains(id), untouchable.insert(id).inserted else {
        throw error
      }
      throw Failure(.conflict, error.problem.what, status: error.status)
    }
  }
}

/// Text for GitLab's notes, descriptions and logs.
enum GitLabText {
  /// `text` without quick actions: a line that begins with `/word` is carried out with the rights of
  /// whose token it is, in a code block too if the block is written so that GitLab misses it.
  ///
  /// - Source: https://docs.gitlab.com/user/project/quick_actions/
  static func safe(_ text: String) -> String {
    var out = String.UnicodeScalarView()
    var isAtLineStart = true
    for scalar in text.unicodeScalars {
      if isAtLineStart, scalar == "/" { out.append("\u{2060}") }
      out.append(scalar)
      isAtLineStart =
        scalar.properties.isWhitespace && (isAtLineStart || isLineEnd(scalar))
    }
    return String(out)
  }

  private static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
  }

  /// A line for the log in which nothing folds, colours or is a command.
  static func line(_ text: String) -> String {
    LogCommands.broken(SafeText.oneLine(text)).replacing("section_", with: "section\u{2060}_")
  }

  /// Lines that the log shows folded behind `title`.
  ///
  /// - Source: https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
  static func section(
    _ name: String, _ title: String, _ lines: [String], at seconds: Int64
  ) -> [String] {
    let clear = "\u{1B}[0K"
    return ["\(clear)section_start:\(seconds):\(name)[collapsed=true]\r\(clear)\(line(title))"]
      + lines.map(line)
      + ["\(clear)section_end:\(seconds):\(name)\r\(clear)"]
  }
}

extension GitLabTarget {
  private static let listLimit = 250

  /// GitLab has no page for it: the log has, folded.
  func summary() -> PartOutcome {
    let text = publication.brief(bytes: 16_000)
    print("tidemark_summary", publication.headline(limit: 200), text.split(separator: "\n"))
    return .done("in the log")
  }

  func annotations() -> PartOutcome {
    let findings = publication.findings
    guard !findings.isEmpty else { return .done("none") }
    var lines = findings.prefix(GitLabTarget.listLimit).map { finding in
      let text = "\(finding.path):\(finding.line): \(finding.title): \(finding.message)"
      return SafeText.prefix(text, bytes: 2000)
    }
    let more = findings.count - lines.count
    if more > 0 { lines.append("\(NumberText.count(more)) more in the full report") }
    let title = findings.count == 1 ? "1 finding" : "\(NumberText.count(findings.count)) findings"
    print("tidemark_findings", title, lines)
    return .done("\(findings.count - more) in the log")
  }

  private func print(_ name: String, _ title: String, _ lines: [Substring]) {
    let seconds = scene.outlet.time.now().millisecondsSince1970 / 1000
    GitLabText.section(name, title, lines.map { String($0) }, at: seconds)
      .forEach { scene.outlet.voice.command($0) }
  }
}
