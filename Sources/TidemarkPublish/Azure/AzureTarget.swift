private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

/// Azure DevOps, Services and Server, over its REST API.
///
/// - Source: https://learn.microsoft.com/rest/api/azure/devops/
package final class AzureTarget: Target {
  package static let name = "azure"
  package static let parts: [PublishedPart] = [
    .comment, .status, .review, .alerts, .results, .summary, .annotations,
  ]
  /// The task PublishTestResults@2 publishes results without a token of ours: they are asked for.
  package static let defaults: Set<PublishedPart> = [.comment, .status, .summary, .annotations]
  package static let tokenVariables = ["SYSTEM_ACCESSTOKEN", "AZURE_DEVOPS_EXT_PAT"]

  let scene: Scene
  let publication: Publication
  let run: TestedRun
  let client: Client
  let identity: AzureIdentity
  let place: AzurePlace
  /// Once it has been written.
  var sticky: StickyComment?

  package init(_ publication: Publication, run: TestedRun, in scene: Scene) throws(Failure) {
    self.scene = scene
    self.publication = publication
    self.run = run
    client = try AzureTarget.client(in: scene)
    identity = AzureIdentity(client)
    place = AzurePlace(in: scene)
  }

  package func publish(_ part: PublishedPart) async throws(Failure) -> PartOutcome {
    switch part {
    case .comment: try await comment()
    case .status: try await status()
    case .review: try await review()
    case .alerts: try await alerts()
    case .results: try await results()
    case .summary: try summary()
    case .annotations: annotations()
    case .check: .skipped("Azure has none")
    }
  }

  package func finish() async throws(Failure) { try await sticky?.lookAgain(client) }

  /// A number that the platform's variables do not tell is held against what Azure says of it: the
  /// results of one pull request must not be shown on another.
  package static func testedRun(in scene: Scene) async throws(Failure) -> TestedRun {
    var run = scene.testedRun
    let place = AzurePlace(in: scene)
    let number = run.pullRequest.flatMap { Int($0) }
    guard let number, run.pullRequest != scene.variables["SYSTEM_PULLREQUEST_PULLREQUESTID"],
      place.isInAzure, scene.token(AzureTarget.self) != nil
    else { return run }
    let call = Call.azure(.get, "\(try place.git())/pullRequests/\(number)")
    let found = try await client(in: scene).json(call) {
      (root) throws(Failure) -> (head: String?, isFork: Bool) in
      (
        root["lastMergeSourceCommit"]?["commitId"]?.string,
        root["forkSource"].map { !$0.isNull } ?? false
      )
    }
    if let commit = run.commit, found.head?.lowercased() != commit.lowercased() {
      throw Failure(
        .refused, "the pull request stands at another commit than the one that was tested",
        remedy: "publish the report of its newest build")
    }
    run.isFork = run.isFork || found.isFork
    return run
  }

  /// The client of the collection: projects are below it.
  static func client(in scene: Scene) throws(Failure) -> Client {
    guard let text = scene.options.apiURL ?? scene.variables["SYSTEM_COLLECTIONURI"] else {
      throw Failure(
        .refused, "it is not known which collection this is",
        remedy: "give --api-url https://dev.azure.com/ORGANISATION, or run in Azure Pipelines")
    }
    let base: Address
    do throws(Problem) {
      base = try Address(text)
    } catch { throw Failure(.refused, error.what, remedy: error.remedy) }
    var scene = scene
    var headers = [Request.Header("Accept", "application/json")]
    if let token = scene.token(AzureTarget.self) {
      let value = AzureTarget.authorization(token)
      scene.conduct.secrets.insert(value)
      headers.append(Request.Header("Authorization", value, isSecret: true))
    }
    var options = ClientOptions(base: base, headers: headers)
    options.rates = .azure
    return scene.client(options)
  }

  /// A pipeline's own token and those of Entra are JSON web tokens; a personal one is a password.
  static func authorization(_ token: String) -> String {
    token.hasPrefix("eyJ") && token.count { $0 == "." } == 2
      ? "Bearer \(token)" : "Basic \(Base64.text(Array(":\(token)".utf8)))"
  }

  // MARK: What may be done

  func requireToken() throws(Failure) {
    guard scene.token(AzureTarget.self) == nil else { return }
    throw Failure(
      .denied, "there is no token",
      remedy: "set `SYSTEM_ACCESSTOKEN: $(System.AccessToken)` under env: of the step (builds of "
        + "forks have none that may write)")
  }

  /// Tells a refusal with what would help, and one that a fork's build must meet as by design.
  func explaining<Answer>(
    _ need: String, _ body: () async throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    do throws(Failure) {
      return try await body()
    } catch {
      var failure = error
      if run.isFork, [.missing, .badCredential, .notSignedIn].contains(failure.kind) {
        failure.kind = .denied
        failure.problem.what += "; builds of forks have a token that may only read"
      }
      if failure.kind == .denied {
        failure.problem.remedy =
          "give the identity \(need) (for SYSTEM_ACCESSTOKEN that is the build service's)"
      }
      throw failure
    }
  }
}

/// Project and repository, as paths name them.
struct AzurePlace {
  let project: String?
  let repository: String?
  /// Whether the repository is in Azure Repos, where comments and statuses can be.
  let isInAzure: Bool

  init(in scene: Scene) {
    let variables = scene.variables
    let provider = variables["BUILD_REPOSITORY_PROVIDER"]
    isInAzure = provider == nil || provider == "TfsGit"
    // PROJECT/NAME, or NAME.
    let parts = scene.options.repository.map { $0.contains("://") ? [] : $0.split(separator: "/") }
    project = parts?.count == 2 ? parts.map { String($0[0]) } : variables["SYSTEM_TEAMPROJECT"]
    repository =
      parts?.last.map { String($0) }
      ?? variables.first("BUILD_REPOSITORY_ID", "BUILD_REPOSITORY_NAME")
  }

  /// `/PROJECT/_apis`
  func apis() throws(Failure) -> String {
    guard let project else {
      throw Failure(
        .refused, "it is not known which project this is",
        remedy: "give --repository PROJECT/REPOSITORY, or run in Azure Pipelines")
    }
    return "/\(Address.encoded(project))/_apis"
  }

  /// `/PROJECT/_apis/git/repositories/NAME`
  func git() throws(Failure) -> String {
    guard let repository else {
      throw Failure(
        .refused, "it is not known which repository this is",
        remedy: "give --repository PROJECT/REPOSITORY, or run in Azure Pipelines")
    }
    return "\(try apis())/git/repositories/\(Address.encoded(repository))"
  }
}

extension Call {
  /// With the version of the API, which every write must name.
  static func azure(
    _ method: Request.Method, _ path: String, query: [(String, String)] = [],
    version: String = "7.1"
  ) -> Call {
    Call(method, path, query: query + [("api-version", version)])
  }

  /// As ``azure(_:_:query:version:)``, with a JSON object as its content.
  static func azure(
    _ method: Request.Method, _ path: String, query: [(String, String)] = [],
    json: (inout JSONWriter) -> Void
  ) -> Call {
    var call = Call(method, path, json: json)
    call.query = query + [("api-version", "7.1")]
    return call
  }
}

/// Whose threads and work items are ours; asked for once.
final class AzureIdentity {
  private let client: Client
  private(set) var id: String?

  init(_ client: Client) { self.client = client }

  /// - Source: `GET {collection}/_apis/connectionData`, which Microsoft's own clients begin with.
  func learn() async throws(Failure) {
    guard id == nil else { return }
    let call = Call.azure(.get, "/_apis/connectionData", version: "7.1-preview")
    id = try await client.json(call) { (root) throws(Failure) in
      guard let id = root["authenticatedUser"]?["id"]?.string else {
        throw .unreadable("nobody is signed in")
      }
      return id.lowercased()
    }
  }

  func isMine(_ identity: JSONValue?) -> Bool {
    id != nil && identity?["id"]?.string?.lowercased() == id
  }
}
