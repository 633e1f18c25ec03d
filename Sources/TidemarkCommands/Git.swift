private import Subprocess
internal import TidemarkModel
private import TidemarkSyntax

/// What the repository around the working folder tells. Every answer is nil or empty where there is
/// no git, no repository, or too shallow a clone.
struct Git: Sendable {
  /// One commit of the log.
  struct Commit: Sendable {
    var hash: String
    /// When it was committed.
    var time: Timestamp
    var author: String
    var subject: String
    /// Files that it touched; at most ``Git/pathLimit``.
    var paths: [String] = []
  }

  /// The commit that is checked out and its branch (nil on a detached head).
  static func head() async -> (commit: String?, branch: String?) {
    let lines = await lines(["rev-parse", "HEAD", "--abbrev-ref", "HEAD"])
    guard let commit = lines.first, commit.count >= 40 else { return (nil, nil) }
    let branch = lines.count > 1 && lines[1] != "HEAD" ? lines[1] : nil
    return (commit, branch)
  }

  /// The branch that is checked out, from git's own files, without running it; nil on a detached head.
  ///
  /// - Parameter folder: Where to look first; then in the folders above it.
  static func checkedOutBranch(from folder: String = ".") -> String? {
    var place = folder
    for _ in 0..<64 {
      if let head = head(of: place + "/.git") {
        guard head.hasPrefix("ref: refs/heads/") else { return nil }
        return head.dropFirst(16).split(separator: "\n").first.map(String.init)
      }
      guard FileBytes.isThere(place + "/..") else { return nil }
      place += "/.."
    }
    return nil
  }

  /// What `HEAD` says. In a work tree of its own `.git` is a file that tells where the folder is.
  private static func head(of folder: String) -> String? {
    let limit = 65_536
    if let bytes = FileBytes.read(folder + "/HEAD", limit: limit) {
      return String(decoding: bytes, as: UTF8.self)
    }
    guard let bytes = FileBytes.read(folder, limit: limit) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.hasPrefix("gitdir: "), let path = text.dropFirst(8).split(separator: "\n").first
    else { return nil }
    let target = path.hasPrefix("/") ? String(path) : folder.dropLast(4) + String(path)
    return FileBytes.read(target + "/HEAD", limit: limit).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  /// The branch that others start from: the remote's, else `main` or `master` where there is one.
  static func defaultBranch() async -> String {
    if let name = await remoteDefaultBranch(), isPlain(name[...]) { return name }
    for name in ["main", "master"] {
      if await !lines(["rev-parse", "--verify", "--quiet", "refs/heads/\(name)"]).isEmpty {
        return name
      }
    }
    return "main"
  }

  /// Letters, digits and marks that mean nothing in a pipeline's file.
  private static func isPlain(_ name: Substring) -> Bool {
    name.utf8.allSatisfy {
      (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0)
        || [45, 46, 47, 95].contains($0)
    }
  }

  /// Where `commit` left `base` (a branch, also of the remote `origin`, or a commit).
  static func mergeBase(of commit: String, and base: String) async -> String? {
    guard isSafe(commit), isSafe(base) else { return nil }
    for candidate in ["origin/\(base)", base] {
      let lines = await lines(["merge-base", commit, candidate])
      if let found = lines.first { return found }
    }
    return nil
  }

  /// The newest commits up to `commit`, newest first, at most `limit`, of the newest
  /// ``pathCommits`` also what they touched.
  static func log(upTo commit: String, limit: Int) async -> [Commit] {
    guard isSafe(commit) else { return [] }
    async let touched = paths(upTo: commit)
    let output = await output(
      ["log", "-n", String(limit), "--format=%H%x1f%ct%x1f%an%x1f%s", commit, "--"])
    var commits = output.split(separator: "\n").compactMap { line -> Commit? in
      let fields = line.split(
        separator: "\u{1F}", maxSplits: 3, omittingEmptySubsequences: false)
      guard fields.count == 4, let seconds = Int64(fields[1]), (0..<(1 << 40)).contains(seconds)
      else { return nil }
      return Commit(
        hash: String(fields[0]), time: Timestamp(millisecondsSince1970: seconds * 1000),
        author: SafeText.oneLine(String(fields[2])), subject: SafeText.oneLine(String(fields[3])))
    }
    let paths = await touched
    for index in commits.indices { commits[index].paths = paths[commits[index].hash] ?? [] }
    return commits
  }

  /// How many commits are asked for what they touched: a change's range is rarely longer.
  static let pathCommits = 200
  static let pathLimit = 50
  private static let pathBytes = 300

  /// What each of the newest commits touched. Names are whatever somebody called a file.
  private static func paths(upTo commit: String) async -> [String: [String]] {
    let output = await output([
      "-c", "core.quotePath=off", "log", "-n", String(pathCommits), "--no-renames", "--name-only",
      "-z", "--format=%x1e%H", commit, "--",
    ])
    var paths: [String: [String]] = [:]
    for record in output.split(separator: "\u{1E}") {
      let fields = record.split(separator: "\0")
      guard let hash = fields.first?.trimmingNewlines else { continue }
      paths[hash] = fields.dropFirst().prefix(pathLimit).map { name in
        SafeText.middleCut(SafeText.oneLine(name.trimmingNewlines), to: pathBytes)
      }
    }
    return paths
  }

  /// The tags that `pattern` meets, the newest first, each with the commit that it names.
  static func tags(_ pattern: String) async -> [(name: String, commit: String)] {
    guard isSafe(pattern) else { return [] }
    let lines = await lines([
      "for-each-ref", "--count=200", "--sort=-version:refname", "--sort=-creatordate",
      "--format=%(refname:strip=2)%00%(*objectname)%00%(objectname)", "refs/tags/\(pattern)",
    ])
    return lines.compactMap { line in
      let fields = line.split(separator: "\0", omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      // Of an annotated tag the commit that it points at.
      return (String(fields[0]), String(fields[1].isEmpty ? fields[2] : fields[1]))
    }
  }

  /// The commit that the tag `name` names.
  static func commit(ofTag name: String) async -> String? {
    guard isSafe(name) else { return nil }
    return await lines(["rev-parse", "--verify", "--quiet", "refs/tags/\(name)^{commit}"]).first
  }

  /// What git would sign a commit with.
  static func userName() async -> String? {
    await lines(["config", "user.name"]).first.map { SafeText.oneLine($0) }
  }

  /// The branch that the remote `origin` calls its own, else the one that is checked out.
  static func defaultBranch() async -> String? {
    if let name = await remoteDefaultBranch() { return name }
    return await head().branch
  }

  /// The branch that the remote `origin` calls its own, where a clone has asked it.
  static func remoteDefaultBranch() async -> String? {
    let name = await lines(["symbolic-ref", "--short", "refs/remotes/origin/HEAD"]).first
    guard let name, name.hasPrefix("origin/") else { return nil }
    return String(name.dropFirst("origin/".count))
  }

  /// The repository's tags: the commits that they name, and their names.
  static func tags() async -> (commits: Set<String>, names: Set<String>) {
    let lines = await lines([
      "for-each-ref", "--format=%(refname:lstrip=2)%00%(objectname)%00%(*objectname)", "refs/tags",
    ])
    var commits: Set<String> = []
    var names: Set<String> = []
    for line in lines {
      let fields = line.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 3 else { continue }
      names.insert(fields[0])
      commits.insert(fields[2].isEmpty ? fields[1] : fields[2])
    }
    return (commits, names)
  }

  /// A name from outside is an argument of git only if it cannot be taken for an option.
  private static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && !name.hasPrefix("-") && !name.contains("\0")
  }

  private static func lines(_ arguments: [String]) async -> [String] {
    await output(arguments).split(separator: "\n").map(String.init)
  }

  private static func output(_ arguments: [String]) async -> String {
    let result = try? await Subprocess.run(
      .name("git"), arguments: Arguments(arguments), output: .string(limit: 8 << 20),
      error: .discarded)
    guard let result, result.terminationStatus.isSuccess else { return "" }
    return result.standardOutput
  }
}

extension Substring {
  /// git puts a line break between a format and the names behind it, also with `-z`.
  fileprivate var trimmingNewlines: String { String(drop { $0 == "\n" }) }
}
