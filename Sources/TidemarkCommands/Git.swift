private import Subprocess
private import TidemarkSyntax

/// What the repository around the working folder tells. Every answer is nil or empty where there is
/// no git, no repository, or too shallow a clone.
struct Git: Sendable {
  /// One commit of the log.
  struct Commit: Sendable {
    var hash: String
    var author: String
    var subject: String
  }

  /// The commit that is checked out and its branch (nil on a detached head).
  static func head() async -> (commit: String?, branch: String?) {
    let lines = await lines(["rev-parse", "HEAD", "--abbrev-ref", "HEAD"])
    guard let commit = lines.first, commit.count >= 40 else { return (nil, nil) }
    let branch = lines.count > 1 && lines[1] != "HEAD" ? lines[1] : nil
    return (commit, branch)
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

  /// The newest commits up to `commit`, newest first, at most `limit`.
  static func log(upTo commit: String, limit: Int) async -> [Commit] {
    guard isSafe(commit) else { return [] }
    let output = await output(
      ["log", "-n", String(limit), "--format=%H%x1f%an%x1f%s", commit, "--"])
    return output.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\u{1F}", omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      return Commit(
        hash: String(fields[0]), author: SafeText.oneLine(String(fields[1])),
        subject: SafeText.oneLine(String(fields[2])))
    }
  }

  /// What git would sign a commit with.
  static func userName() async -> String? {
    await lines(["config", "user.name"]).first.map { SafeText.oneLine($0) }
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
