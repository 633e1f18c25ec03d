private import TidemarkConfig
private import TidemarkModel
private import TidemarkSyntax

/// GitHub, github.com and Enterprise Server, over its REST API.
///
/// - Source: https://docs.github.com/rest
package struct GitHubTarget: Target {
  package static let name = "github"
  package static let parts: [PublishedPart] = [
    .comment, .check, .status, .alerts, .summary, .annotations,
  ]
  /// Status and alerts want permissions that the others do not: they are asked for.
  package static let defaults: Set<PublishedPart> = [.comment, .check, .summary, .annotations]
  package static let tokenVariables = ["GITHUB_TOKEN", "GH_TOKEN"]

  let scene: Scene
  let publication: Publication
  let run: TestedRun
  let client: Client
  /// `owner/name`, percent-encoded for a path.
  let repository: String

  package init(_ publication: Publication, run: TestedRun, in scene: Scene) throws(Failure) {
    self.scene = scene
    self.publication = publication
    self.run = run
    repository = try GitHubTarget.repository(in: scene)
    client = try GitHubTarget.client(in: scene)
  }

  package func publish(_ part: PublishedPart) async throws(Failure) -> PartOutcome {
    switch part {
    case .comment: try await comment()
    default: .skipped("it is not written yet")
    }
  }

  static func repository(in scene: Scene) throws(Failure) -> String {
    let name = scene.options.repository ?? scene.variables["GITHUB_REPOSITORY"] ?? ""
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      throw Failure(
        .refused, "it is not known which repository this is",
        remedy: "give --repository OWNER/NAME, or run in GitHub Actions")
    }
    return parts.map { Address.encoded(String($0)) }.joined(separator: "/")
  }

  static func client(in scene: Scene) throws(Failure) -> Client {
    let base: Address
    do throws(Problem) {
      base = try Address(
        scene.options.apiURL ?? scene.variables["GITHUB_API_URL"] ?? "https://api.github.com")
    } catch { throw Failure(.refused, error.what, remedy: error.remedy) }
    var headers = [
      Request.Header("Accept", "application/vnd.github+json"),
      Request.Header("X-GitHub-Api-Version", "2022-11-28"),
    ]
    if let token = scene.token(GitHubTarget.self) {
      headers.append(Request.Header("Authorization", "Bearer \(token)", isSecret: true))
    }
    var options = ClientOptions(base: base, headers: headers)
    options.rates = .github
    options.writeSpacing = 1
    return scene.client(options)
  }

  /// Without a token nothing can be written, and a fork's pull request has none.
  func requireToken(_ permission: String) throws(Failure) {
    guard scene.token(GitHubTarget.self) == nil else { return }
    throw Failure(
      .denied, "there is no token",
      remedy: "pass `GITHUB_TOKEN: ${{ github.token }}` under env:, and `\(permission)` under "
        + "permissions:, in the workflow")
  }
}
