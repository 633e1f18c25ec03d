private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

extension GitHubTarget {
  /// Signs in as a GitHub App, where its id and its key are given: a token for this repository
  /// alone, with the permissions alone that are wanted here.
  ///
  /// - Source: https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
  package static func signedIn(_ scene: Scene) async throws(Failure) -> Scene {
    let names = scene.config.authentication
    let id = scene.variables[names["github_app_id"] ?? "GITHUB_APP_ID"]
    let key = scene.variables[names["github_app_key"] ?? "GITHUB_APP_PRIVATE_KEY"]
    guard let id, let key else { return scene }
    var scene = scene
    scene.conduct.secrets.insert(key)
    let grant = try await GitHubApp(id: id, key: key, in: scene)
      .grant(of: scene.permissions ?? GitHubApp.permissions(for: scene.parts(GitHubTarget.self)))
    scene.conduct.secrets.insert(grant.token)
    scene.credential = grant.token
    scene.login = grant.login
    return scene
  }
}

/// A GitHub App's way to a token.
struct GitHubApp {
  private let id: String
  private let key: String
  private let scene: Scene
  private let root: String

  init(id: String, key: String, in scene: Scene) throws(Failure) {
    self.id = id
    // A key in a variable often has its line ends written out.
    self.key = key.contains("\n") ? key : key.replacing("\\n", with: "\n")
    self.scene = scene
    root = try GitHubTarget.root(in: scene)
  }

  /// The permissions that each part wants.
  static func permissions(for parts: [PublishedPart]) -> [String: String] {
    var permissions: [String: String] = [:]
    for part in parts {
      switch part {
      case .comment, .review: permissions["pull_requests"] = "write"
      case .check: permissions["checks"] = "write"
      case .status: permissions["statuses"] = "write"
      case .alerts: permissions["issues"] = "write"
      case .annotations, .summary, .results: break
      }
    }
    return permissions
  }

  private struct Installation {
    var id: Int
    var permissions: [String: String]
    /// What the app's texts are signed with.
    var login: String?
  }

  func grant(
    of wanted: [String: String]
  ) async throws(Failure) -> (token: String, login: String?) {
    let installation = try await asking { (client) async throws(Failure) in
      try await self.installation(client)
    }
    // Asking for one that the installation lacks would be refused as a whole.
    let granted = wanted.filter { name, level in
      level == "read" || installation.permissions[name] == "write"
    }
    guard !granted.isEmpty || wanted.isEmpty else {
      throw Failure(
        .denied, "the app's installation has none of the permissions that are wanted",
        remedy: "give it \(wanted.keys.sorted().joined(separator: ", ")) (write)")
    }
    let name = root.split(separator: "/").last.map { String($0) } ?? ""
    let token = try await asking { (client) async throws(Failure) in
      var call = Call(.post, "/app/installations/\(installation.id)/access_tokens") { json in
        json.member("repositories", array: [name]) { $0.string($1) }
        guard !granted.isEmpty else { return }
        json.key("permissions")
        json.object { json in
          for (name, level) in granted.sorted(by: { $0.key < $1.key }) { json.member(name, level) }
        }
      }
      // A token that nobody got is used by nobody, and ends within an hour.
      call.isRepeatable = true
      call.isWrite = false
      return try await client.json(call) { (root) throws(Failure) in
        guard let token = root["token"]?.string else { throw .unreadable("there is no token") }
        return token
      }
    }
    return (token, installation.login)
  }

  private func installation(_ client: Client) async throws(Failure) -> Installation {
    try await client.json(Call(.get, "\(root)/installation")) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw .unreadable("an installation has no id") }
      let permissions = root.entries("permissions").compactMap { name, value in
        value.string.map { (name, $0) }
      }
      return Installation(
        id: id, permissions: Dictionary(permissions, uniquingKeysWith: { $1 }),
        login: root["app_slug"]?.string.map { "\($0)[bot]" })
    }
  }

  /// Asks with a token made by our clock; where that is off, with one made by the server's.
  private func asking<Answer>(
    _ body: (Client) async throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    do throws(Failure) {
      return try await body(client(at: scene.outlet.time.now()))
    } catch {
      guard error.kind == .badCredential, let time = error.serverTime else { throw error }
      return try await body(client(at: time))
    }
  }

  private func client(at time: Timestamp) throws(Failure) -> Client {
    let token = try self.token(at: time)
    var scene = scene
    scene.conduct.secrets.insert(token)
    return try GitHubTarget.client(in: scene, authorization: "Bearer \(token)")
  }

  /// A JSON web token, good for nine minutes; a minute is left for clocks that are slow.
  private func token(at time: Timestamp) throws(Failure) -> String {
    guard let signer = scene.outlet.signer else {
      throw Failure(.refused, "nothing here can sign for a GitHub App")
    }
    let seconds = Int(time.millisecondsSince1970 / 1000)
    var header = JSONWriter()
    header.object { json in
      json.member("alg", "RS256")
      json.member("typ", "JWT")
    }
    var claims = JSONWriter()
    claims.object { json in
      json.member("iat", seconds - 60)
      json.member("exp", seconds + 540)
      json.member("iss", id)
    }
    let text = "\(Base64.urlText(header.bytes)).\(Base64.urlText(claims.bytes))"
    do throws(Problem) {
      let signature = try signer.signature(of: Array(text.utf8), key: key)
      return "\(text).\(Base64.urlText(signature))"
    } catch { throw Failure(.badCredential, error.what, remedy: error.remedy) }
  }
}
