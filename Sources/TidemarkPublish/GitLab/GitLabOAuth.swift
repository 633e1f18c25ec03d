private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

extension GitLabTarget {
  /// Where a refresh token is kept, gets an access token for it.
  package static func signedIn(_ scene: Scene) async throws(Failure) -> Scene {
    guard let file = scene.variables["GITLAB_OAUTH_REFRESH_FILE"], !scene.conduct.isDryRun else {
      return scene
    }
    return try await GitLabOAuth(in: scene, file: file).signedIn()
  }
}

/// Access tokens of an OAuth application, which end after two hours, for a refresh token, which holds
/// once: the file's last line is the newest one.
///
/// - Source: https://docs.gitlab.com/api/oauth2/
private struct GitLabOAuth {
  private var scene: Scene
  private let file: String
  private let application: String

  init(in scene: Scene, file: String) throws(Failure) {
    self.scene = scene
    self.file = file
    guard let application = scene.variables["GITLAB_OAUTH_CLIENT_ID"] else {
      throw Failure(
        .refused, "a refresh token is given, and not whose application it is of",
        remedy: "set GITLAB_OAUTH_CLIENT_ID")
    }
    self.application = application
    if let secret = scene.variables["GITLAB_OAUTH_CLIENT_SECRET"] {
      self.scene.conduct.secrets.insert(secret)
    }
  }

  private struct Grant {
    var access: String
    var refresh: String
  }

  /// A token that another job used up meanwhile is no failure if that job has left its successor.
  func signedIn() async throws(Failure) -> Scene {
    var scene = scene
    var tried: Set<String> = []
    while true {
      let token = try newest()
      scene.conduct.secrets.insert(token)
      guard tried.insert(token).inserted, tried.count <= 5 else {
        throw Failure(
          .badCredential, "GitLab does not take the refresh token",
          remedy: "authorise the application anew and put the token into the file")
      }
      do throws(Failure) {
        let grant = try await refresh(token, scene)
        scene.conduct.secrets.insert(grant.access)
        scene.conduct.secrets.insert(grant.refresh)
        // First kept, then used: the old one is worth nothing from now on.
        try keep(grant.refresh)
        scene.credential = grant.access
        return scene
      } catch {
        guard [.rejected, .badCredential].contains(error.kind) else { throw error }
        await scene.outlet.time.sleep(seconds: 0.2 + scene.outlet.random.fraction())
      }
    }
  }

  private func newest() throws(Failure) -> String {
    let text = scene.readFile(file).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let lines = text.split(whereSeparator: \.isWhitespace)
    guard let token = lines.last, token.utf8.count <= 4096 else {
      throw Failure(
        .badCredential, "the refresh token's file cannot be read, or is empty",
        remedy: "GITLAB_OAUTH_REFRESH_FILE names a file whose last line is the token")
    }
    return String(token)
  }

  private func keep(_ token: String) throws(Failure) {
    do throws(Problem) {
      try scene.outlet.append(file, Array("\n\(token)\n".utf8))
    } catch { throw Failure(.refused, "the new refresh token cannot be kept: \(error.what)") }
  }

  private func refresh(_ token: String, _ scene: Scene) async throws(Failure) -> Grant {
    var base = try GitLabTarget.base(in: scene)
    if base.path.hasSuffix("/api/v4") { base.path.removeLast("/api/v4".count) }
    let client = scene.client(
      ClientOptions(base: base, headers: [Request.Header("Accept", "application/json")]))
    var fields = [
      ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", application),
    ]
    if let secret = scene.variables["GITLAB_OAUTH_CLIENT_SECRET"] {
      fields.append(("client_secret", secret))
    }
    if let address = scene.variables["GITLAB_OAUTH_REDIRECT_URI"] {
      fields.append(("redirect_uri", address))
    }
    var call = Call(.post, "/oauth/token")
    call.content = .form(fields)
    return try await client.json(call) { (root) throws(Failure) in
      guard let access = root["access_token"]?.string,
        let refresh = root["refresh_token"]?.string, !access.isEmpty, !refresh.isEmpty
      else { throw .unreadable("there is no token in it") }
      return Grant(access: access, refresh: refresh)
    }
  }
}
