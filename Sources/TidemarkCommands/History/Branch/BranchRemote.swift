internal import TidemarkConfig
internal import TidemarkModel

/// Where the branch is: a remote of the repository around the working folder, or an address; with
/// what that repository's configuration says of how to get there.
struct BranchRemote: Sendable {
  /// A remote's name, or an address.
  let name: String
  /// As git would open it: what a person is told, without credentials.
  let shown: String
  /// Everything that git is told by variables: the user's own settings of transport, and a token.
  let settings: [(key: String, value: String)]
  /// `sha1` or `sha256`.
  let objectFormat: String
  /// The top of the user's work tree, which relative addresses start from; nil outside of one.
  let folder: String?
  /// Words that must never be printed.
  let secrets: [String]

  /// What there is instead.
  enum Absence: Error {
    /// No remote of the default name is configured here.
    case none(String)
    case problem(Problem)
  }

  static let defaultName = "origin"

  /// - Parameter given: The name or address that somebody gave; nil for ``defaultName``.
  static func find(_ given: String?, session: Session) async throws(Absence) -> BranchRemote {
    let name = given ?? defaultName
    guard !name.isEmpty, !name.hasPrefix("-"), !name.contains("\0"), !name.contains("\n") else {
      throw .problem(Problem("--remote \(name) is no remote", remedy: "give a name or an address"))
    }
    // Addresses that run a program of their own are for trusted hands only (`ext::sh -c …`).
    guard !isHelper(name) else {
      throw .problem(
        Problem("--remote \(name) names a helper", remedy: "give a https, ssh or file address"))
    }
    let git = GitProcess(environment: quiet(session.environment), folder: nil)
    let list = await git.run(["config", "--list", "-z"], seconds: 20)
    guard list.status != nil else {
      throw .problem(Problem("git cannot be run", remedy: "install git, or add it to PATH"))
    }
    let settings = list.text.split(separator: "\0").map { entry in
      let parts = entry.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
      return (key: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "true")
    }
    let isRemote = settings.contains { $0.key == "remote.\(name).url" }
    guard isRemote || isAddress(name) else {
      let about = await git.run(["rev-parse", "--git-dir"], seconds: 20)
      if about.errors.contains("dubious ownership") {
        throw .problem(
          Problem(
            "git takes nothing from this repository, because another user owns it",
            remedy: "`git config --global --add safe.directory \"$PWD\"`"))
      }
      if given == nil { throw .none(name) }
      throw .problem(
        Problem(
          "there is no remote \(name) here",
          remedy: "name one of `git remote`, or give an address"))
    }
    let format = await git.run(["rev-parse", "--show-object-format"], seconds: 20).line
    let top = await git.run(["rev-parse", "--show-toplevel"], seconds: 20).line
    let address = await git.run(["ls-remote", "--get-url", name], seconds: 20).line ?? name
    let answer = await git.run(
      ["config", "--get-urlmatch", "http.extraheader", address], seconds: 20)
    let token = answer.isSuccess ? nil : BranchToken.find(for: address, session: session)
    return BranchRemote(
      name: name, shown: withoutCredentials(address),
      settings: settings.filter { isTransport($0.key, remote: name) }
        + (token.map { [$0.setting] } ?? []),
      objectFormat: format == "sha256" ? "sha256" : "sha1", folder: top,
      secrets: token.map { $0.secrets } ?? [])
  }

  /// `TRANSPORT::ADDRESS`, as git has it; an IPv6 address has its colons later.
  private static func isHelper(_ name: String) -> Bool {
    let transport = name.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
    return !transport.isEmpty && name[transport.endIndex...].hasPrefix("::")
  }

  private static func isAddress(_ name: String) -> Bool {
    name.contains(":") || name.contains("/") || name == "." || name == ".."
  }

  /// Whether a setting says how a remote is reached, or who commits.
  private static func isTransport(_ key: String, remote: String) -> Bool {
    let sections = ["http.", "credential.", "url.", "ssh.", "protocol.", "user.", "author."]
    let keys = ["core.sshcommand", "core.askpass", "core.gitproxy"]
    let ofRemote = ["url", "pushurl", "proxy", "proxyauthmethod", "uploadpack", "receivepack"]
    return sections.contains { key.hasPrefix($0) } || key.hasPrefix("committer.")
      || keys.contains(key) || ofRemote.contains { key == "remote.\(remote).\($0)" }
  }

  /// The environment without what would make git look elsewhere or print what it sends.
  private static func quiet(_ environment: [String: String]) -> [String: String] {
    environment.filter { !$0.key.hasPrefix("GIT_TRACE") && $0.key != "GIT_CURL_VERBOSE" }
      .merging(["GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"]) { $1 }
  }

  /// The environment of a git that works on a repository of its own at `directory`.
  func environment(
    _ given: [String: String], repository directory: String
  ) -> [String: String] {
    let elsewhere: Set<String> = [
      "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR",
      "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE", "GIT_PREFIX", "GIT_SHALLOW_FILE",
      "GIT_CONFIG", "GIT_CONFIG_PARAMETERS", "GIT_QUARANTINE_PATH", "GIT_AUTHOR_DATE",
      "GIT_COMMITTER_DATE", "GIT_REPLACE_REF_BASE", "GIT_GRAFT_FILE",
    ]
    var environment = BranchRemote.quiet(given).filter {
      !elsewhere.contains($0.key) && !$0.key.hasPrefix("GIT_CONFIG_")
    }
    environment["GIT_DIR"] = directory
    // What counts of the user's own files is in `settings` already; twice, a header is an error.
    environment["GIT_CONFIG_NOSYSTEM"] = "1"
    environment["GIT_CONFIG_GLOBAL"] = "/dev/null"
    environment["GIT_ATTR_NOSYSTEM"] = "1"
    let own = [
      ("core.hooksPath", "/dev/null"), ("core.attributesFile", "/dev/null"), ("gc.auto", "0"),
      ("maintenance.auto", "false"), ("push.gpgSign", "false"), ("push.followTags", "false"),
    ]
    let all = settings + own.map { (key: $0.0, value: $0.1) }
    for (index, setting) in all.enumerated() {
      environment["GIT_CONFIG_KEY_\(index)"] = setting.key
      environment["GIT_CONFIG_VALUE_\(index)"] = setting.value
    }
    environment["GIT_CONFIG_COUNT"] = String(all.count)
    let hasCommand = settings.contains { $0.key == "core.sshcommand" }
    if !hasCommand, environment["GIT_SSH"] == nil, environment["GIT_SSH_COMMAND"] == nil {
      environment["GIT_SSH_COMMAND"] = "ssh -o BatchMode=yes"
    }
    introduce(&environment)
    return environment
  }

  /// A name for the commits, where the user has configured none.
  private func introduce(_ environment: inout [String: String]) {
    for (part, own) in [("name", "Tidemark"), ("email", "tidemark@localhost")] {
      for role in ["author", "committer"] {
        let variable = "GIT_\(role.uppercased())_\(part.uppercased())"
        let isKnown =
          !(environment[variable] ?? "").isEmpty
          || (part == "email" && !(environment["EMAIL"] ?? "").isEmpty)
          || settings.contains {
            ($0.key == "user.\(part)" || $0.key == "\(role).\(part)") && !$0.value.isEmpty
          }
        if !isKnown { environment[variable] = own }
      }
    }
  }

  /// What git said, without any secret: its last lines that say something.
  func said(_ errors: String) -> String {
    var text = errors
    for secret in secrets where !secret.isEmpty {
      text = text.split(separator: secret, omittingEmptySubsequences: false)
        .joined(separator: "***")
    }
    let lines = text.split(whereSeparator: \.isNewline)
      .map { BranchRemote.withoutCredentials(String($0)) }
      .filter { line in
        !line.allSatisfy { $0.isWhitespace } && !line.hasPrefix("hint:") && !line.hasPrefix("To ")
      }
    return lines.suffix(6).joined(separator: " | ")
  }

  /// An address, or a line with one, without the name and password before its host.
  static func withoutCredentials(_ text: String) -> String {
    var out = ""
    var rest = text[...]
    while let mark = rest.firstRange(of: "://") {
      out += rest[..<mark.upperBound]
      rest = rest[mark.upperBound...]
      let end = rest.firstIndex { $0 == "/" || $0 == " " || $0 == "'" } ?? rest.endIndex
      if let at = rest[..<end].lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
    }
    return out + rest
  }
}
