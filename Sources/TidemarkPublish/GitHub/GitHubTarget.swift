private import TidemarkConfig
private import TidemarkModel
private import TidemarkReport
internal import TidemarkSyntax

/// GitHub, github.com and Enterprise Server, over its REST API.
///
/// - Source: https://docs.github.com/rest
package final class GitHubTarget: Target {
  package static let name = "github"
  package static let parts: [PublishedPart] = [
    .comment, .check, .status, .review, .alerts, .summary, .annotations,
  ]
  /// Status and alerts want permissions that the others do not, and comments at lines say twice what
  /// the check says: they are asked for.
  package static let defaults: Set<PublishedPart> = [.comment, .check, .summary, .annotations]
  package static let tokenVariables = ["GITHUB_TOKEN", "GH_TOKEN"]

  let scene: Scene
  let publication: Publication
  let run: TestedRun
  let client: Client
  let identity: GitHubIdentity
  /// `/repos/owner/name`
  let root: String
  /// Whether a check run shows the findings at their lines.
  private var hasAnnotated = false
  /// Once it has been written.
  var sticky: StickyComment?

  package init(_ publication: Publication, run: TestedRun, in scene: Scene) throws(Failure) {
    self.scene = scene
    self.publication = publication
    self.run = run
    root = try GitHubTarget.root(in: scene)
    client = try GitHubTarget.client(in: scene)
    identity = GitHubIdentity(
      client, token: scene.token(GitHubTarget.self), login: scene.login)
  }

  package func publish(_ part: PublishedPart) async throws(Failure) -> PartOutcome {
    do throws(Failure) {
      return try await write(part)
    } catch {
      // No line in the workflow gives a fork's pull request a token that may write.
      guard error.isByDesign, run.isFork,
        scene.variables["GITHUB_EVENT_NAME"] == "pull_request"
      else { throw error }
      throw Failure(
        .denied, "this is a fork's pull request, whose token may not write",
        remedy: "publish from a workflow_run, as docs/publishing.md tells", status: error.status)
    }
  }

  package func finish() async throws(Failure) { try await sticky?.lookAgain(client) }

  private func write(_ part: PublishedPart) async throws(Failure) -> PartOutcome {
    switch part {
    case .comment: return try await comment()
    case .check:
      let outcome = try await check()
      if case .done = outcome { hasAnnotated = true }
      return outcome
    case .status: return try await status()
    case .review: return try await review()
    case .alerts: return try await alerts()
    case .summary: return try summary()
    case .annotations:
      if hasAnnotated, !scene.options.only.contains(.annotations) {
        return .skipped("the check has them")
      }
      return annotations()
    case .results: return .skipped("GitHub reads no results")
    }
  }

  static func root(in scene: Scene) throws(Failure) -> String {
    let name = scene.options.repository ?? scene.variables["GITHUB_REPOSITORY"] ?? ""
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw Failure(
        .refused, "it is not known which repository this is",
        remedy: "give --repository OWNER/NAME, or run in GitHub Actions")
    }
    return "/repos/" + parts.map { Address.encoded(String($0)) }.joined(separator: "/")
  }

  static func client(in scene: Scene) throws(Failure) -> Client {
    let token = scene.token(GitHubTarget.self)
    return try client(in: scene, authorization: token.map { "Bearer \($0)" })
  }

  static func client(in scene: Scene, authorization: String?) throws(Failure) -> Client {
    let base: Address
    do throws(Problem) {
      base = try Address(
        scene.options.apiURL ?? scene.variables["GITHUB_API_URL"] ?? "https://api.github.com")
    } catch { throw Failure(.refused, error.what, remedy: error.remedy) }
    var headers = [
      Request.Header("Accept", "application/vnd.github+json"),
      Request.Header("X-GitHub-Api-Version", "2022-11-28"),
    ]
    if let authorization {
      headers.append(Request.Header("Authorization", authorization, isSecret: true))
    }
    var options = ClientOptions(base: base, headers: headers)
    options.rates = .github
    // GitHub asks for a second between requests that make something.
    options.writeSpacing = 1
    return scene.client(options)
  }

  /// The commit that was tested, in the form that the API takes.
  func commit(for what: String) throws(Failure) -> String {
    guard let commit = publication.report.run.commit, commit.utf8.count >= 40,
      commit.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0 | 0x20) })
    else {
      throw Failure(
        .refused, "it is not known which commit the \(what) belongs to",
        remedy: "give --commit with all its digits")
    }
    return commit.lowercased()
  }

  /// Without a token nothing can be written, and a fork's pull request has none.
  func requireToken(_ permission: String) throws(Failure) {
    guard scene.token(GitHubTarget.self) == nil else { return }
    throw Failure(
      .denied, "there is no token",
      remedy: "pass `GITHUB_TOKEN: ${{ github.token }}` under env: and set `\(permission)` under "
        + "permissions: in the workflow")
  }
}

/// Whose comments, issues and checks are ours; asked for once.
final class GitHubIdentity {
  private enum Author {
    case user(String)
    /// Tokens of apps, that of Actions among them, may not ask who they are.
    case app(login: String?)
  }

  private let client: Client
  private var author: Author?

  init(_ client: Client, token: String?, login: String? = nil) {
    self.client = client
    // Installation tokens tell what they are: it saves asking what is refused.
    if login != nil || token?.hasPrefix("ghs_") ?? false { author = .app(login: login) }
  }

  /// Finds out who we are.
  ///
  /// - Source: https://docs.github.com/rest/users/users#get-the-authenticated-user
  func learn() async throws(Failure) {
    guard author == nil else { return }
    do throws(Failure) {
      let login = try await client.json(Call(.get, "/user")) { (root) throws(Failure) in
        guard let login = root["login"]?.string else { throw .unreadable("a user has no login") }
        return login
      }
      author = .user(login)
    } catch {
      guard error.kind == .denied else { throw error }
      author = .app(login: nil)
    }
  }

  /// What we have just made is ours: so we learn what an app's texts are signed with.
  func learn(from value: JSONValue) {
    guard case .app(nil) = author, let login = value["user"]?["login"]?.string else { return }
    author = .app(login: login)
  }

  /// Whether we wrote a comment or an issue: anybody can paste our marker.
  func isOurs(_ value: JSONValue) -> Bool {
    guard let login = value["user"]?["login"]?.string else { return false }
    switch author {
    case .user(let name): return login.lowercased() == name.lowercased()
    case .app(let name?): return login == name
    case .app(nil):
      let isApp = value["performed_via_github_app"]?["slug"]?.string != nil
      return value["user"]?["type"]?.string == "Bot" && (isApp || login == "github-actions[bot]")
    case nil: return false
    }
  }

  /// As ``isOurs(_:)`` for a comment at a line, which does not tell the app that wrote it. Strangers
  /// are no bots, and other bots do not write our marker.
  func mayBeOurs(_ value: JSONValue) -> Bool {
    if case .app(nil) = author { return value["user"]?["type"]?.string == "Bot" }
    return isOurs(value)
  }
}
