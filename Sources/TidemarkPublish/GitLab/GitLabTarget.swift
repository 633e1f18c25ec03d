private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

/// GitLab, gitlab.com and self-managed, over its REST API.
///
/// - Source: https://docs.gitlab.com/api/rest/
package final class GitLabTarget: Target {
  package static let name = "gitlab"
  package static let parts: [PublishedPart] = [
    .comment, .status, .review, .alerts, .summary, .annotations,
  ]
  /// A failed status fails the pipeline that it stands in: it is asked for, as issues are.
  package static let defaults: Set<PublishedPart> = [.comment, .summary, .annotations]
  package static let tokenVariables = ["GITLAB_TOKEN", "GITLAB_OAUTH_TOKEN", "CI_JOB_TOKEN"]

  let scene: Scene
  let publication: Publication
  let run: TestedRun
  let client: Client
  let credential: GitLabCredential?
  let identity: GitLabIdentity
  /// Once it has been written.
  var sticky: StickyComment?

  package init(_ publication: Publication, run: TestedRun, in scene: Scene) throws(Failure) {
    self.scene = scene
    self.publication = publication
    self.run = run
    client = try GitLabTarget.client(in: scene)
    credential = GitLabCredential(in: scene)
    identity = GitLabIdentity(client, credential)
  }

  package func publish(_ part: PublishedPart) async throws(Failure) -> PartOutcome {
    switch part {
    case .comment: try await comment()
    case .status: try await status()
    case .review: try await review()
    case .alerts: try await alerts()
    case .summary: summary()
    case .annotations: annotations()
    case .check, .results: .skipped("GitLab has none")
    }
  }

  package func finish() async throws(Failure) { try await sticky?.lookAgain(client) }

  /// In a fork's pipeline the project of the pipeline is the fork: where the change comes from and
  /// where it goes to tells.
  package static func testedRun(in scene: Scene) async throws(Failure) -> TestedRun {
    var run = scene.testedRun
    if let source = scene.variables["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"],
      let target = scene.variables["CI_MERGE_REQUEST_PROJECT_ID"]
    {
      run.isFork = source != target
    }
    if let number = run.pullRequest, number != scene.variables["CI_MERGE_REQUEST_IID"] {
      run.isFork = try await isFromFork(number, commit: run.commit, in: scene) || run.isFork
    }
    run.pullRequest = run.pullRequest ?? openMergeRequest(in: scene)
    return run
  }

  /// A number that GitLab's own variables do not tell is held against what GitLab says of it: the
  /// results of one merge request must not be shown on another.
  private static func isFromFork(
    _ number: String, commit: String?, in scene: Scene
  ) async throws(Failure) -> Bool {
    guard GitLabCredential(in: scene) != nil else { return false }
    let path = "\(try mergeRequestRoot(in: scene))/merge_requests/\(Address.encoded(number))"
    let found = try await client(in: scene).json(Call(.get, path)) {
      (root) throws(Failure) -> (head: String?, isFork: Bool) in
      // The project that it comes from is null where a fork is gone.
      (
        root["sha"]?.string,
        root["source_project_id"]?.int != root["target_project_id"]?.int
      )
    }
    if let commit, found.head?.lowercased() != commit.lowercased() {
      throw Failure(
        .refused, "the merge request stands at another commit than the one that was tested",
        remedy: "publish the report of its newest pipeline")
    }
    return found.isFork
  }

  /// A branch's pipeline knows the merge requests that the branch is open for.
  ///
  /// - Source: https://docs.gitlab.com/ci/variables/predefined_variables/
  private static func openMergeRequest(in scene: Scene) -> String? {
    guard let list = scene.variables["CI_OPEN_MERGE_REQUESTS"],
      let project = scene.variables["CI_PROJECT_PATH"]
    else { return nil }
    for entry in list.split(separator: ",") {
      let parts = entry.split(separator: "!", maxSplits: 1)
      if parts.count == 2, parts[0] == project, Int(parts[1]) != nil { return String(parts[1]) }
    }
    return nil
  }

  // MARK: Where

  static func client(in scene: Scene) throws(Failure) -> Client {
    var headers = [Request.Header("Accept", "application/json")]
    if let credential = GitLabCredential(in: scene) { headers.append(credential.header) }
    var options = ClientOptions(base: try base(in: scene), headers: headers)
    // Notes are counted by the minute.
    options.writeSpacing = 1
    return scene.client(options)
  }

  /// `https://HOST/api/v4`
  static func base(in scene: Scene) throws(Failure) -> Address {
    let variables = scene.variables
    let server = variables["CI_SERVER_URL"].map { $0 + "/api/v4" }
    do throws(Problem) {
      return try Address(
        scene.options.apiURL ?? variables["CI_API_V4_URL"] ?? server
          ?? "https://gitlab.com/api/v4")
    } catch { throw Failure(.refused, error.what, remedy: error.remedy) }
  }

  /// `/projects/ID` of the project whose pipeline this is.
  static func root(in scene: Scene) throws(Failure) -> String {
    try root(scene.options.repository ?? scene.variables["CI_PROJECT_ID"])
  }

  /// The same of the project that the merge request is in.
  static func mergeRequestRoot(in scene: Scene) throws(Failure) -> String {
    try root(
      scene.options.repository
        ?? scene.variables.first("CI_MERGE_REQUEST_PROJECT_ID", "CI_PROJECT_ID"))
  }

  private static func root(_ project: String?) throws(Failure) -> String {
    guard let project, !project.isEmpty, !project.contains("://") else {
      throw Failure(
        .refused, "it is not known which project this is",
        remedy: "give --repository GROUP/NAME or the project's number, or run in GitLab CI")
    }
    return "/projects/\(Address.encoded(project))"
  }

  // MARK: What may be done

  /// - Parameter need: A clause: `a token with the scope api …`.
  func requireToken(_ need: String) throws(Failure) {
    guard credential == nil || credential?.kind == .job else { return }
    let what =
      credential == nil
      ? "there is no token" : "a job's own token may only read"
    throw Failure(
      .denied, what,
      remedy: "set the masked CI/CD variable GITLAB_TOKEN to \(need); a protected variable is "
        + "missing on branches that are not protected, and a fork's pipeline has none")
  }

  /// Tells a refusal with what would help, and one that a fork's pipeline must meet as by design.
  func explaining<Answer>(
    _ need: String, _ body: () async throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    do throws(Failure) {
      return try await body()
    } catch {
      var failure = error
      if run.isFork, [.missing, .badCredential].contains(failure.kind) {
        failure.kind = .denied
        failure.problem.what += "; a fork's pipeline has no token of the project that it is for"
      }
      if failure.kind == .denied { failure.problem.remedy = "give it \(need)" }
      throw failure
    }
  }
}

/// What we prove with who we are.
///
/// - Source: https://docs.gitlab.com/api/rest/authentication/
struct GitLabCredential {
  enum Kind {
    /// A personal, project or group access token.
    case access
    case oauth
    /// That of the job: it reads, and triggers pipelines.
    case job
  }

  let kind: Kind
  private let token: String

  init?(in scene: Scene) {
    guard let token = scene.token(GitLabTarget.self) else { return nil }
    self.token = token
    if scene.credential != nil || token == scene.variables["GITLAB_OAUTH_TOKEN"] {
      kind = .oauth
    } else if token == scene.variables["CI_JOB_TOKEN"] || token.hasPrefix("glcbt-") {
      kind = .job
    } else {
      kind = .access
    }
  }

  var header: Request.Header {
    switch kind {
    case .access: Request.Header("PRIVATE-TOKEN", token, isSecret: true)
    case .oauth: Request.Header("Authorization", "Bearer \(token)", isSecret: true)
    case .job: Request.Header("JOB-TOKEN", token, isSecret: true)
    }
  }
}

/// Whose notes and issues are ours; asked for once.
final class GitLabIdentity {
  private static let warningDays = 14.0

  private let client: Client
  private let credential: GitLabCredential?
  private var user: (id: Int, name: String)?

  init(_ client: Client, _ credential: GitLabCredential?) {
    self.client = client
    self.credential = credential
  }

  /// Finds out who we are.
  ///
  /// - Source: https://docs.gitlab.com/api/users/#retrieve-the-current-user
  func learn() async throws(Failure) {
    guard user == nil else { return }
    user = try await client.json(Call(.get, "/user")) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw .unreadable("a user has no id") }
      return (id, root["username"]?.string ?? "")
    }
    if credential?.kind == .access { await warnOfExpiry() }
  }

  func isMine(_ value: JSONValue) -> Bool {
    user != nil && value["author"]?["id"]?.int == user?.id
  }

  /// As ``isMine(_:)``, or by an earlier bot of the same project or group: a new access token brings
  /// a new bot.
  ///
  /// - Source: https://docs.gitlab.com/user/project/settings/project_access_tokens/#bot-users-for-projects
  func isOurs(_ value: JSONValue) -> Bool {
    if isMine(value) { return true }
    guard let prefix = user.flatMap({ GitLabIdentity.botPrefix($0.name) }),
      let author = value["author"]?["username"]?.string
    else { return false }
    return GitLabIdentity.botPrefix(author) == prefix
  }

  /// `project_12_bot` of `project_12_bot_0a1b2c`; nil for a person's name.
  static func botPrefix(_ name: String) -> String? {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0] == "project" || parts[0] == "group", Int(parts[1]) != nil,
      parts[2] == "bot"
    else { return nil }
    return parts[0...2].joined(separator: "_")
  }

  /// One that ends soon is said while there is time; that it cannot be asked is no matter.
  ///
  /// - Source: https://docs.gitlab.com/api/personal_access_tokens/
  private func warnOfExpiry() async {
    let date = try? await client.json(Call(.get, "/personal_access_tokens/self")) {
      (root) throws(Failure) in root["expires_at"]?.string
    }
    guard let date = date ?? nil, let end = TimeText.parse("\(date)T00:00:00Z") else { return }
    let days = end.seconds(since: client.outlet.time.now()) / 86_400
    if days < GitLabIdentity.warningDays {
      client.outlet.voice.note(
        "warning: the token ends on \(SafeText.oneLine(String(date.prefix(10)))); rotate it in "
          + "place, so that its comments stay its own")
    }
  }
}
