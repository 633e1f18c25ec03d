internal import TidemarkConfig

/// A token from the environment, for the platform's own server and no other.
struct BranchToken: Sendable {
  /// `http.https://host/.extraheader` and the header: git gets it by a variable, never as an
  /// argument, which every process of the machine could read.
  let setting: (key: String, value: String)
  let secrets: [String]

  /// A platform's server, and where its token stands.
  private struct Service {
    var name: String
    /// The variable that holds the server's address, and the address where it is not set.
    var server: (variable: String, otherwise: String)
    var variables: [String]
    /// The user of a basic header; nil for a bearer.
    var user: String?
  }

  /// - Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/authenticating-as-a-github-app-installation
  ///   (`x-access-token`), https://docs.gitlab.com/topics/git/clone/#clone-using-a-token (any user
  ///   name), https://learn.microsoft.com/azure/devops/pipelines/scripts/git-commands (bearer).
  private static let services = [
    Service(
      name: "github", server: ("GITHUB_SERVER_URL", "https://github.com"),
      variables: ["GITHUB_TOKEN", "GH_TOKEN"], user: "x-access-token"),
    Service(
      name: "gitlab", server: ("CI_SERVER_URL", "https://gitlab.com"),
      variables: ["GITLAB_TOKEN"], user: "oauth2"),
    Service(
      name: "azure", server: ("SYSTEM_COLLECTIONURI", "https://dev.azure.com"),
      variables: ["SYSTEM_ACCESSTOKEN"], user: nil),
  ]

  /// The token for an address, if the environment has one for just that server.
  static func find(for address: String, session: Session) -> BranchToken? {
    guard let origin = origin(of: address) else { return nil }
    for service in services {
      let server = session.environment[service.server.variable].flatMap { $0.isEmpty ? nil : $0 }
      guard origin == self.origin(of: server ?? service.server.otherwise) else { continue }
      let named = session.settings.authentication[service.name].map { [$0] }
      for variable in named ?? service.variables {
        guard let token = session.environment[variable], isToken(token) else { continue }
        return BranchToken(token, origin, service)
      }
    }
    return nil
  }

  private init(_ token: String, _ origin: String, _ service: Service) {
    let encoded = service.user.map { Base64.encode(Array("\($0):\(token)".utf8)) }
    let header = encoded.map { "Authorization: Basic \($0)" } ?? "Authorization: Bearer \(token)"
    setting = ("http.\(origin)/.extraheader", header)
    secrets = [token] + (encoded.map { [$0] } ?? [])
  }

  /// Printable characters only: a line's end in a header would begin another one.
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (33...126).contains($0) }
  }

  /// Scheme, host and port of a http address that has no password of its own; nil for any other.
  private static func origin(of address: String) -> String? {
    for scheme in ["https://", "http://"] where address.lowercased().hasPrefix(scheme) {
      let rest = address.dropFirst(scheme.count)
      var host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      if let at = host.lastIndex(of: "@") {
        let user = host[..<at]
        // A GitLab runner's checkout has its job token there, which may not push by default.
        guard !user.contains(":") || user.hasPrefix("gitlab-ci-token:") else { return nil }
        host = host[host.index(after: at)...]
      }
      return host.isEmpty || host.contains("\\") ? nil : scheme + host.lowercased()
    }
    return nil
  }
}

/// RFC 4648, section 4.
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encode(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        let isPadding = place > group.count
        out.append(
          isPadding ? UInt8(ascii: "=") : digits[bits >> (18 - 6 * place) & 63])
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
