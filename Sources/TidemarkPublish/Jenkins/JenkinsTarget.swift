private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSinks
internal import TidemarkSyntax

/// Jenkins. It has no comments: those of a pull request go to where the pull request is, with that
/// target; its plugins read the files of `report`.
///
/// - Source: https://www.jenkins.io/doc/book/using/remote-access-api/
package final class JenkinsTarget: Target {
  package static let name = "jenkins"
  package static let parts: [PublishedPart] = [.summary, .annotations]
  package static let defaults: Set<PublishedPart> = [.summary, .annotations]
  package static let tokenVariables = ["JENKINS_TOKEN"]
  private static let listLimit = 250

  private let scene: Scene
  private let publication: Publication
  private let session: JenkinsSession

  package init(_ publication: Publication, run: TestedRun, in scene: Scene) throws(Failure) {
    self.scene = scene
    self.publication = publication
    session = try JenkinsSession(in: scene)
  }

  package func publish(_ part: PublishedPart) async throws(Failure) -> PartOutcome {
    switch part {
    case .summary: return try await describe()
    case .annotations: return annotations()
    default: return .skipped("Jenkins has none")
    }
  }

  /// The build's description: the verdict in a line.
  private func describe() async throws(Failure) -> PartOutcome {
    guard let build = JenkinsSession.buildPath(in: scene) else {
      return .skipped("BUILD_URL is not set")
    }
    guard scene.token(JenkinsTarget.self) != nil else {
      throw Failure(
        .denied, "there is no token",
        remedy: "bind a user's API token with withCredentials to JENKINS_USER and JENKINS_TOKEN")
    }
    var call = Call(.post, "\(build)/submitDescription")
    call.content = .form([("description", description)])
    call.accepted = [302, 303]
    call.expectation = .anything
    // The same text again is no other description.
    call.isRepeatable = true
    do throws(Failure) {
      try await session.send(call, dry: ()) { (response) throws(Failure) in
        let place = response["location"] ?? ""
        guard !["/login", "/securityRealm"].contains(where: place.contains) else {
          throw Failure(
            .notSignedIn, "Jenkins asks to sign in", remedy: "check JENKINS_USER and JENKINS_TOKEN")
        }
      }
    } catch {
      var failure = error
      if failure.kind == .denied { failure.problem.remedy = "give its user Run/Update on the job" }
      throw failure
    }
    return .done("the build's description is set")
  }

  /// Whether a description is read as HTML is the server's choice: it is none either way.
  private var description: String {
    String(
      publication.headline(limit: 300).map { character in
        switch character {
        case "<": "‹"
        case ">": "›"
        case "&": "+"
        case "\"", "'": "’"
        default: character
        }
      })
  }

  private func annotations() -> PartOutcome {
    let findings = publication.findings
    for finding in findings.prefix(JenkinsTarget.listLimit) {
      let text = "\(finding.path):\(finding.line): \(finding.title): \(finding.message)"
      scene.outlet.voice.answer(SafeText.oneLine(String(SafeText.prefix(text, bytes: 2000))))
    }
    let more = findings.count - JenkinsTarget.listLimit
    if more > 0 {
      scene.outlet.voice.answer("\(NumberText.count(more)) more in the full report")
    }
    return .done("\(min(findings.count, JenkinsTarget.listLimit)) in the log")
  }
}

/// A client of one Jenkins. With a user's API token it needs no crumb; where Jenkins wants one (with
/// a password), it gets it, once, with the cookie that belongs to it.
///
/// - Source: https://www.jenkins.io/doc/book/security/csrf-protection/
final class JenkinsSession {
  let client: Client
  private var crumb: [Request.Header] = []

  init(in scene: Scene) throws(Failure) {
    guard let text = scene.options.apiURL ?? scene.variables["JENKINS_URL"] else {
      throw Failure(
        .refused, "it is not known where Jenkins is",
        remedy: "give --api-url, or run in Jenkins with its URL set in the system configuration")
    }
    let base: Address
    do throws(Problem) {
      base = try Address(text)
    } catch { throw Failure(.refused, error.what, remedy: error.remedy) }
    var scene = scene
    var headers = [Request.Header("Accept", "application/json")]
    if let token = scene.token(JenkinsTarget.self) {
      let user = scene.variables["JENKINS_USER"].map { $0 + ":" } ?? ""
      let value = "Basic \(Base64.text(Array("\(user)\(token)".utf8)))"
      scene.conduct.secrets.insert(value)
      headers.append(Request.Header("Authorization", value, isSecret: true))
    }
    client = scene.client(ClientOptions(base: base, headers: headers))
  }

  /// The path of the running build behind the server's address; folders and branches are in it as
  /// Jenkins writes them.
  static func buildPath(in scene: Scene) -> String? {
    let variables = scene.variables
    if let server = variables["JENKINS_URL"], let build = variables["BUILD_URL"] {
      let root = server.hasSuffix("/") ? String(server.dropLast()) : server
      if build.hasPrefix(root + "/"), !build.contains("..") {
        var path = build.dropFirst(root.count)
        while path.last == "/" { path.removeLast() }
        return String(path)
      }
    }
    guard let job = variables["JOB_NAME"], let number = variables["BUILD_NUMBER"],
      Int(number) != nil
    else { return nil }
    return "\(jobPath(job))/\(number)"
  }

  /// `/job/folder/job/name`; a name that has a `%` already (of a branch) keeps it.
  static func jobPath(_ job: String) -> String {
    job.split(separator: "/").map { "/job/\(Address.encoded(String($0)))" }.joined()
  }

  func send<Answer>(
    _ call: Call, dry: Answer? = nil, look: (() async throws(Failure) -> Answer?)? = nil,
    _ read: (Response) throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    var call = call
    call.headers += crumb
    do throws(Failure) {
      return try await client.send(call, dry: dry, look: look, read)
    } catch {
      guard error.kind == .denied, call.isWrite, crumb.isEmpty, try await getCrumb() else {
        throw error
      }
    }
    call.headers += crumb
    return try await client.send(call, dry: dry, look: look, read)
  }

  func json<Answer>(
    _ path: String, _ read: (JSONValue) throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    try await client.json(Call(.get, path), read)
  }

  /// - Returns: false where this Jenkins gives none.
  private func getCrumb() async throws(Failure) -> Bool {
    do throws(Failure) {
      crumb = try await client.send(Call(.get, "/crumbIssuer/api/json")) {
        (response) throws(Failure) in
        let crumb = try response.json { (root) throws(Failure) -> Request.Header in
          guard let value = root["crumb"]?.string, let name = root["crumbRequestField"]?.string,
            JenkinsSession.isHeaderText(name), JenkinsSession.isHeaderText(value)
          else { throw .unreadable("there is no crumb in it") }
          return Request.Header(name, value, isSecret: true)
        }
        let cookies = response.headers.filter { $0.name.lowercased() == "set-cookie" }
          .map { String($0.value.prefix { $0 != ";" }) }
        let isGiven = !cookies.isEmpty && cookies.allSatisfy(JenkinsSession.isHeaderText)
        let cookie = Request.Header("Cookie", cookies.joined(separator: "; "), isSecret: true)
        return isGiven ? [crumb, cookie] : [crumb]
      }
      return true
    } catch {
      guard [.missing, .denied].contains(error.kind) else { throw error }
      return false
    }
  }

  private static func isHeaderText(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 4096
      && text.utf8.allSatisfy { (0x21...0x7E).contains($0) || $0 == 0x20 }
  }
}
