import Foundation
import Testing

/// `history push` and `history pull`, on real repositories.
@Suite struct HistoryBranchTests {
  /// A bare repository, and work trees that call it origin.
  private final class Forge {
    let folder: TemporaryFolder
    var remote: String { folder.path + "/remote.git" }

    init() async throws {
      folder = try TemporaryFolder()
      try await git(["init", "--quiet", "--bare", remote], in: folder.path)
    }

    @discardableResult func git(
      _ arguments: [String], in place: String, environment: [String: String] = [:]
    ) async throws -> String {
      let identity = [
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org", "HOME": folder.path,
      ]
      let answer = try await Program.run(
        [], in: place, environment: identity.merging(environment) { $1 },
        prefix: ["/usr/bin/env", "git"] + arguments)
      try #require(answer.status == 0, "git \(arguments): \(answer.errors)")
      return answer.output
    }

    /// A repository with one commit on main, and origin.
    func clone(_ name: String) async throws -> String {
      let place = folder.path + "/" + name
      try await git(["init", "--quiet", "--initial-branch=main", place], in: folder.path)
      try folder.write("a\n", to: name + "/a.txt")
      try await git(["add", "."], in: place)
      try await git(["commit", "--quiet", "-m", "Begin"], in: place)
      try await git(["remote", "add", "origin", "../remote.git"], in: place)
      return place
    }

    /// Records a run of two tests in the history `history` of a work tree.
    func record(_ run: String, in place: String, history: String = ".tidemark") async throws {
      try Data(
        #"<testsuite name="s"><testcase name="a" time="1"/><testcase name="b"/></testsuite>"#.utf8
      )
      .write(to: URL(fileURLWithPath: place + "/r.xml"))
      let answer = try await tidemark(
        [
          "report", "r.xml", "--run-id", run, "--time", "2026-11-20T10:00:00Z", "--only", "json",
          "--history", history,
        ], in: place)
      try #require(answer.status == 0)
    }

    func tidemark(
      _ arguments: [String], in place: String, environment: [String: String] = [:]
    ) async throws -> Program.Answer {
      try await Program.run(
        arguments, in: place,
        environment: ["HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1"].merging(environment) { $1 })
    }

    func runs(in place: String, history: String = ".tidemark") async throws -> Set<String> {
      let answer = try await tidemark(
        ["history", "list", "--json", "--history", history], in: place)
      return Set(answer.lines.compactMap { $0["id"] as? String })
    }

    /// The subjects of the branch's commits, newest first.
    func commits(_ branch: String = "tidemark-history") async throws -> [String] {
      try await git(["log", "--format=%s", branch, "--"], in: remote)
        .split(separator: "\n").map(String.init)
    }

    /// A folder with a `git` in it that runs `script` before the real one; `$REAL` is the real one.
    func wrapper(_ script: String) throws -> String {
      let path = try folder.write(
        "#!/bin/sh\nREAL=/usr/bin/git\n\(script)\nexec $REAL \"$@\"\n", to: "bin/git")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      return folder.path + "/bin:"
        + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    }
  }

  @Test("what one work tree pushes another one pulls, and neither repository is touched")
  func pushAndPull() async throws {
    let forge = try await Forge()
    let first = try await forge.clone("first")
    let second = try await forge.clone("second")
    try await forge.record("1", in: first)
    let before = try state(of: first)
    let pushed = try await forge.tidemark(["history", "push"], in: first)
    #expect(pushed.status == 0, "\(pushed.errors)")
    #expect(pushed.output.hasPrefix("1 run in 1 segment pushed as "))
    #expect(try state(of: first) == before)
    let untouched = try state(of: second)
    let pulled = try await forge.tidemark(["history", "pull"], in: second)
    #expect(pulled.status == 0, "\(pulled.errors)")
    #expect(try await forge.runs(in: second) == ["1"])
    #expect(try state(of: second) == untouched)
  }

  /// Every file of `.git`, and of the work tree but for ours.
  private func state(of place: String) throws -> [String: Data] {
    let root = URL(fileURLWithPath: place)
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: place)
    where !name.hasPrefix(".tidemark") && !name.hasPrefix("tidemark-report") {
      files[name] = try? Data(contentsOf: root.appendingPathComponent(name))
    }
    return files
  }

  @Test("eight that push at once all survive, each with one commit in a line of commits")
  func concurrentPushes() async throws {
    let forge = try await Forge()
    let names = (1...8).map { "c\($0)" }
    var places: [String: String] = [:]
    for name in names {
      places[name] = try await forge.clone(name)
      try await forge.record(name, in: forge.folder.path + "/" + name)
    }
    let root = forge.folder.path
    let answers = try await withThrowingTaskGroup(of: Program.Answer.self) { group in
      for name in names {
        group.addTask {
          try await Program.run(
            ["history", "push"], in: root + "/" + name, environment: ["HOME": root])
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.allSatisfy { $0.status == 0 }, "\(answers.map(\.errors))")
    let reader = try await forge.clone("reader")
    #expect(try await forge.tidemark(["history", "pull"], in: reader).status == 0)
    #expect(try await forge.runs(in: reader) == Set(names))
    #expect(try await forge.commits().count == 8)
    let parents = try await forge.git(
      ["log", "--format=%p", "tidemark-history"], in: forge.remote)
    #expect(parents.split(separator: "\n").allSatisfy { !$0.contains(" ") })
  }

  @Test("a second push of the same makes no commit")
  func nothingToPush() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    try await forge.record("1", in: place)
    _ = try await forge.tidemark(["history", "push"], in: place)
    let again = try await forge.tidemark(["history", "push"], in: place)
    #expect(again.status == 0)
    #expect(again.output == "nothing to push: the branch has it all\n")
    #expect(try await forge.commits().count == 1)
  }

  @Test("who loses the race comes on top of the winner's commit")
  func lostRace() async throws {
    let forge = try await Forge()
    let winner = try await forge.clone("winner")
    let loser = try await forge.clone("loser")
    try await forge.record("base", in: winner)
    _ = try await forge.tidemark(["history", "push"], in: winner)
    try await forge.record("winner", in: winner)
    try await forge.record("loser", in: loser)
    // Just before the loser's first push the winner pushes.
    let path = try forge.wrapper(
      """
      case " $* " in *" push "*) if [ ! -e '\(forge.folder.path)/raced' ]; then
        : > '\(forge.folder.path)/raced'
        (cd '\(winner)' && env -i HOME="$HOME" PATH=/usr/bin:/bin '\(Program.path)' history push >&2)
      fi;; esac
      """)
    let answer = try await forge.tidemark(
      ["history", "push", "--json"], in: loser, environment: ["PATH": path])
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.lines.first?["tries"] as? Int == 2)
    #expect(try await forge.commits().count == 3)
    _ = try await forge.tidemark(["history", "pull"], in: loser)
    #expect(try await forge.runs(in: loser) == ["base", "winner", "loser"])
  }

  @Test("a branch that is deleted between reading and pushing is made anew")
  func deletedMeanwhile() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    try await forge.record("1", in: place)
    _ = try await forge.tidemark(["history", "push"], in: place)
    try await forge.record("2", in: place)
    let path = try forge.wrapper(
      """
      case " $* " in *" push "*) if [ ! -e '\(forge.folder.path)/gone' ]; then
        : > '\(forge.folder.path)/gone'
        env -i $REAL -C '\(forge.remote)' branch -D tidemark-history >&2
      fi;; esac
      """)
    let answer = try await forge.tidemark(
      ["history", "push"], in: place, environment: ["PATH": path])
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(try await forge.commits().count == 1)
    let reader = try await forge.clone("reader")
    _ = try await forge.tidemark(["history", "pull"], in: reader)
    #expect(try await forge.runs(in: reader) == ["1", "2"])
  }

  @Test("a branch of other files is left alone")
  func foreignBranch() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    try await forge.git(["push", "--quiet", "origin", "main"], in: place)
    let before = try await forge.git(["rev-parse", "main"], in: forge.remote)
    try await forge.record("1", in: place)
    let answer = try await forge.tidemark(["history", "push", "--branch", "main"], in: place)
    #expect(answer.status == 4)
    #expect(answer.errors.contains("holds other files and no history"))
    #expect(try await forge.git(["rev-parse", "main"], in: forge.remote) == before)
    let pulled = try await forge.tidemark(["history", "pull", "--branch", "main"], in: place)
    #expect(pulled.status == 0)
    #expect(pulled.output.hasPrefix("0 runs in 0 segments"))
  }

  @Test("a server that refuses is asked once, and its words are told")
  func protectedBranch() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    try await forge.record("1", in: place)
    let hook = try forge.folder.write(
      "#!/bin/sh\necho x >> '\(forge.folder.path)/asked'\necho 'this branch is protected' >&2\nexit 1\n",
      to: "remote.git/hooks/pre-receive")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
    let answer = try await forge.tidemark(["history", "push"], in: place)
    #expect(answer.status == 4)
    #expect(answer.errors.contains("this branch is protected"))
    #expect(forge.folder.read("asked") == "x\n")
  }

  @Test("a fork's pull request may not push, and that is a notice unless it is required")
  func fork() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    try await forge.record("1", in: place)
    let hook = try forge.folder.write("#!/bin/sh\nexit 1\n", to: "remote.git/hooks/pre-receive")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: hook)
    let fork = [
      "GITLAB_CI": "true", "CI_PIPELINE_SOURCE": "merge_request_event", "CI_PROJECT_ID": "7",
      "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "8", "CI_MERGE_REQUEST_PROJECT_ID": "7",
      "CI_MERGE_REQUEST_IID": "3",
    ]
    let answer = try await forge.tidemark(["history", "push"], in: place, environment: fork)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.errors.contains("not pushed"))
    let required = try await forge.tidemark(
      ["history", "push", "--require-publish"], in: place, environment: fork)
    #expect(required.status == 4)
  }

  @Test("of a hostile branch only what is a segment comes in, and nothing lands elsewhere")
  func hostileBranch() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    try await forge.record("1", in: place)
    let good = try #require(
      try FileManager.default.contentsOfDirectory(atPath: place + "/.tidemark").first {
        $0.hasSuffix(".tms")
      })
    let blob = try await forge.git(
      ["hash-object", "-w", place + "/.tidemark/" + good], in: forge.remote
    )
    .trimmingCharacters(in: .newlines)
    let link = try await forge.git(
      ["hash-object", "-w", "--stdin"], in: forge.remote
    ).trimmingCharacters(in: .newlines)
    let zeros = String(repeating: "0", count: 32)
    let ones = String(repeating: "1", count: 32)
    // A tree's own form, so that names may stand in it that git would not write.
    let entries = [
      ("100644", "../../evil.tms", blob), ("100644", "..\u{1B}[2J.tms", blob),
      ("120000", zeros + ".tms", link), ("100644", ones + ".tms", blob), ("100644", good, blob),
      ("100755", String(repeating: "2", count: 32) + ".tms", blob),
      ("160000", String(repeating: "3", count: 32) + ".tms", blob),
    ].sorted { $0.1 < $1.1 }
    var tree = Data()
    for (mode, name, object) in entries {
      tree += Data("\(mode) \(name)\0".utf8)
      let digits = Array(object)
      tree += Data(
        stride(from: 0, to: digits.count, by: 2).compactMap {
          UInt8(String(digits[$0...$0 + 1]), radix: 16)
        })
    }
    try tree.write(to: URL(fileURLWithPath: forge.folder.path + "/tree"))
    let object = try await forge.git(
      ["hash-object", "-w", "-t", "tree", "--literally", forge.folder.path + "/tree"],
      in: forge.remote
    ).trimmingCharacters(in: .newlines)
    let commit = try await forge.git(["commit-tree", object, "-m", "x"], in: forge.remote)
      .trimmingCharacters(in: .newlines)
    try await forge.git(["update-ref", "refs/heads/tidemark-history", commit], in: forge.remote)
    let reader = try await forge.clone("reader")
    let before = Set(forge.folder.files.keys)
    let answer = try await forge.tidemark(["history", "pull"], in: reader)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.errors.contains("\(ones).tms: its bytes are not the ones"))
    #expect(answer.errors.contains("it is no plain file, and was left"))
    #expect(!answer.errors.contains("\u{1B}"))
    #expect(Set(forge.folder.files.keys).subtracting(before) == ["reader/.tidemark/" + good])
    #expect(try await forge.runs(in: reader) == ["1"])
  }

  @Test("a shallow clone with a detached head pushes as any other")
  func shallowAndDetached() async throws {
    let forge = try await Forge()
    let origin = try await forge.clone("origin")
    try forge.folder.write("b\n", to: "origin/b.txt")
    try await forge.git(["add", "."], in: origin)
    try await forge.git(["commit", "--quiet", "-m", "More"], in: origin)
    try await forge.git(["push", "--quiet", "origin", "main"], in: origin)
    let place = forge.folder.path + "/shallow"
    try await forge.git(
      ["clone", "--quiet", "--depth=1", "--branch=main", "file://" + forge.remote, place],
      in: forge.folder.path)
    try await forge.git(["checkout", "--quiet", "--detach"], in: place)
    for run in ["1", "2"] {
      try await forge.record(run, in: place)
      let answer = try await forge.tidemark(["history", "push"], in: place)
      #expect(answer.status == 0, "\(answer.errors)")
    }
    #expect(try await forge.commits().count == 2)
    let author = try await forge.git(["log", "--format=%an", "tidemark-history"], in: forge.remote)
    #expect(author == "Tidemark\nTidemark\n")
  }

  @Test("many small segments are joined in the commit that makes them too many")
  func joining() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    var folders: [String] = []
    for number in 0..<17 {
      try await forge.record("run-\(number)", in: place, history: "h\(number)")
      folders.append("h\(number)")
    }
    _ = try await forge.tidemark(["history", "merge", "--history", "all"] + folders, in: place)
    let answer = try await forge.tidemark(
      ["history", "push", "--json", "--history", "all"], in: place)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.lines.first?["joined"] as? Int == 17)
    #expect(answer.lines.first?["segments"] as? Int == 1)
    #expect(try await forge.commits() == ["Add 17 runs, join 17 segments [skip ci]"])
    // What was joined there is no news here, and nothing goes back.
    let pulled = try await forge.tidemark(["history", "pull", "--history", "all"], in: place)
    #expect(pulled.output.hasPrefix("0 runs in 0 segments"))
    let again = try await forge.tidemark(["history", "push", "--history", "all"], in: place)
    #expect(again.output == "nothing to push: the branch has it all\n")
  }

  @Test("no remote, no repository and no branch are an empty history; an unknown name is not")
  func missing() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    for arguments in [[], ["--remote", "../nowhere.git"]] {
      let answer = try await forge.tidemark(["history", "pull"] + arguments, in: place)
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(answer.output == "no history there yet: nothing taken in\n")
    }
    let outside = forge.folder.path + "/outside"
    try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
    let answer = try await forge.tidemark(["history", "pull"], in: outside)
    #expect(answer.status == 0)
    #expect(answer.errors.contains("no remote origin is configured here"))
    let unknown = try await forge.tidemark(["history", "pull", "--remote", "upstream"], in: place)
    #expect(unknown.status == 2)
  }

  @Test("the token goes to its own server alone, by the environment, and is never printed")
  func token() async throws {
    let forge = try await Forge()
    let place = try await forge.clone("w")
    try await forge.record("1", in: place)
    let log = forge.folder.path + "/log"
    let path = try forge.wrapper(
      """
      case " $* " in *" fetch "*)
        echo "$*" > '\(log).arguments'; env > '\(log).environment'
        echo "fatal: Authentication failed for 'http://x:s3cret-t0ken@127.0.0.1:9/' s3cret-t0ken" >&2
        exit 128;;
      esac
      """)
    let environment = [
      "PATH": path, "GITHUB_TOKEN": "s3cret-t0ken", "GITHUB_SERVER_URL": "http://127.0.0.1:9",
    ]
    let answer = try await forge.tidemark(
      ["history", "push", "--remote", "http://127.0.0.1:9/o/r.git", "--verbose"], in: place,
      environment: environment)
    #expect(answer.status == 4)
    #expect(!(answer.output + answer.errors).contains("s3cret"))
    #expect(forge.folder.read("log.arguments")?.contains("s3cret") == false)
    let header =
      "Authorization: Basic "
      + Data("x-access-token:s3cret-t0ken".utf8).base64EncodedString()
    #expect(forge.folder.read("log.environment")?.contains(header) == true)
    #expect(
      forge.folder.read("log.environment")?.contains("=http.http://127.0.0.1:9/.extraheader")
        == true)
    let other = try await forge.tidemark(
      ["history", "push", "--remote", "http://127.0.0.1:8/o/r.git"], in: place,
      environment: environment)
    #expect(other.status == 4)
    #expect(forge.folder.read("log.environment")?.contains("Authorization") == false)
  }
}
