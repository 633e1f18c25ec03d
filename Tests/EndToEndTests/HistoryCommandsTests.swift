import Foundation
import Testing

/// The commands of `tidemark history` that have no suite of their own.
@Suite struct HistoryCommandsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func tidemark(_ arguments: [String]) async throws -> Program.Answer {
    try await Program.run(
      arguments, in: folder.path,
      environment: ["HOME": folder.path, "GIT_CONFIG_NOSYSTEM": "1"])
  }

  private func record(
    _ run: String, _ time: String, commit: String = "0123456789abcdef0123456789abcdef01234567",
    branch: String = "main"
  ) async throws {
    try folder.write(
      #"<testsuite name="s"><testcase name="a" time="1"/><testcase name="=b"/></testsuite>"#,
      to: "r.xml")
    try folder.write(#"[{"name":"fib","unit":"ns","value":12.5}]"#, to: "b.json")
    let answer = try await tidemark(
      [
        "report", "r.xml", "b.json", "--run-id", run, "--time", time, "--only", "json",
        "--branch", branch,
      ] + ["--commit", commit])
    try #require(answer.status == 0, "\(answer.errors)")
  }

  @Test("prune keeps what a tag names and thins out the rest; a dry run only tells")
  func prune() async throws {
    let git = { (arguments: [String]) in
      try await Program.run(
        [], in: folder.path,
        environment: [
          "HOME": folder.path, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b",
          "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@b",
        ], prefix: ["/usr/bin/env", "git"] + arguments)
    }
    _ = try await git(["init", "--quiet"])
    _ = try await git(["commit", "--quiet", "--allow-empty", "-m", "Release"])
    let tagged = try await git(["rev-parse", "HEAD"]).output.trimmingCharacters(in: .newlines)
    _ = try await git(["tag", "-a", "-m", "x", "v1"])
    try await record("new", "2026-11-20T10:00:00Z")
    try await record("old-1", "2026-05-04T08:00:00Z")
    try await record("old-2", "2026-05-04T09:00:00Z")
    try await record("tagged", "2026-05-04T07:00:00Z", commit: tagged)
    try await record("pinned", "2026-05-04T06:00:00Z", branch: "release/1")
    try await record("pinned-too", "2026-05-04T05:00:00Z", branch: "release/1")
    let dry = try await tidemark(["history", "prune", "--dry-run", "--json", "--keep", "release/*"])
    #expect(dry.status == 0, "\(dry.errors)")
    let pruned = (dry.lines.first?["pruned"] as? [[String: Any]])?.compactMap {
      $0["id"] as? String
    }
    #expect(pruned == ["old-1"])
    let before = try await tidemark(["history", "list", "--json"]).lines.count
    #expect(before == 6)
    let answer = try await tidemark(["history", "prune", "--keep", "release/*"])
    #expect(answer.output.contains("1 run went; kept: 1 young, 3 of releases, 1 of a day"))
    let left = try await tidemark(["history", "list", "--json"]).lines.compactMap {
      $0["id"] as? String
    }
    #expect(left == ["pinned-too", "pinned", "tagged", "old-2", "new"])
    let bad = try await tidemark(["history", "prune", "--all", "90"])
    #expect(bad.status == 2)
    #expect(bad.errors.contains("give it a unit"))
  }

  @Test("import tells what came in and what did not; without a run it is exit status 3")
  func importing() async throws {
    try folder.write(
      """
      window.BENCHMARK_DATA = {"lastUpdate": 1, "repoUrl": "", "entries": {"S": [
        {"commit": {"id": "c1"}, "date": 1767261600000, "tool": "cargo",
         "benches": [{"name": "fib", "value": 1, "unit": "ns/iter"}]},
        {"date": 5, "tool": "cargo", "benches": []}]}}
      """, to: "pages/data.js")
    let dry = try await tidemark(["history", "import", "--dry-run", "pages"])
    #expect(dry.output.contains("1 run would come in (1 value, 0 test results)"))
    #expect(!folder.exists(".tidemark"))
    let answer = try await tidemark(["history", "import", "pages"])
    #expect(answer.status == 0)
    #expect(answer.output.hasPrefix("github-action-benchmark: 1 file\n1 run came in"))
    #expect(answer.errors.contains("pages/data.js: S, entry 2: has no commit"))
    let again = try await tidemark(["history", "import", "pages", "--json"])
    #expect(again.lines.first?["present"] as? Int == 1)
    #expect((again.lines.first?["added"] as? [Any])?.isEmpty == true)
    try folder.write("nothing", to: "empty/notes.txt")
    let none = try await tidemark(["history", "import", "empty"])
    #expect(none.status == 3)
  }

  @Test("an exported database opens with SQLite, and holds every run, value and outcome")
  func database() async throws {
    for number in 1...3 { try await record("r\(number)", "2026-11-2\(number)T10:00:00Z") }
    let answer = try await tidemark(["history", "export", "--out", "out/history.sqlite"])
    #expect(answer.status == 0, "\(answer.errors)")
    try folder.write(
      """
      import sqlite3, json
      d = sqlite3.connect("out/history.sqlite")
      print(json.dumps([
        d.execute("pragma integrity_check").fetchone()[0],
        d.execute("pragma user_version").fetchone()[0],
        d.execute("select id from runs order by time").fetchall(),
        d.execute("select t.name, count(*), group_concat(distinct o.outcome) from outcomes o join "
                  "tests t using (test) group by t.test order by t.name").fetchall(),
        d.execute("select s.name, s.unit, m.value, j.name, r.branch from measurements m join series s "
                  "using (series) join jobs j using (job) join runs r using (run) "
                  "order by r.time limit 1").fetchall()]))
      """, to: "read.py")
    let read = try await Program.run(
      [], in: folder.path, prefix: ["/usr/bin/env", "python3", "read.py"])
    #expect(
      read.output == """
        ["ok", 1, [["r1"], ["r2"], ["r3"]], [["=b", 3, "passed"], ["a", 3, "passed"]], \
        [["fib", "ns", 12.5, "default", "main"]]]

        """, "\(read.errors)")
    let refused = try await tidemark(["history", "export", "--format", "sqlite"])
    #expect(refused.status == 2)
  }

  @Test("exported series go through detect as they are, and tables keep formulas asleep")
  func lines() async throws {
    for number in 1...3 { try await record("r\(number)", "2026-11-2\(number)T10:00:00Z") }
    let lines = try await tidemark(["history", "export", "--branch", "main"])
    #expect(lines.lines.first?["values"] as? [Double] == [12.5, 12.5, 12.5])
    try folder.write(lines.output, to: "series.jsonl")
    let detected = try await Program.run(
      [], in: folder.path,
      prefix: ["/bin/sh", "-c", "'\(Program.path)' detect < series.jsonl"])
    #expect(detected.status == 0)
    #expect(detected.lines.first?["id"] as? String == lines.lines.first?["id"] as? String)
    let table = try await tidemark(["history", "export", "--format", "csv", "--subject", "tests"])
    #expect(table.output.contains(",'=b,"))
    #expect(table.output.split(separator: "\n").count == 7)
  }

  @Test("recording joins small segments when they are many, and no run is lost")
  func joinedByReport() async throws {
    for number in 10...27 { try await record("r\(number)", "2026-11-\(number)T10:00:00Z") }
    let segments = folder.files.keys.filter { $0.hasSuffix(".tms") }
    #expect(segments.count == 2)
    let runs = try await tidemark(["history", "list", "--json"]).lines.compactMap {
      $0["id"] as? String
    }
    #expect(runs == (10...27).map { "r\($0)" })
  }

  @Test("verify sets aside what is damaged and the rest goes on; --no-set-aside only looks")
  func verify() async throws {
    try await record("r1", "2026-11-21T10:00:00Z")
    try await record("r2", "2026-11-22T10:00:00Z")
    let name = try #require(folder.files.keys.filter { $0.hasSuffix(".tms") }.min())
    let url = URL(fileURLWithPath: folder.path + "/" + name)
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count - 3] ^= 0x40
    try bytes.write(to: url)
    let looked = try await tidemark(["history", "verify", "--no-set-aside"])
    #expect(looked.status == 3)
    #expect(folder.exists(name))
    let answer = try await tidemark(["history", "verify"])
    #expect(answer.status == 3)
    #expect(answer.output.hasPrefix("2 segments, "))
    #expect(answer.output.hasSuffix(", 1 damaged\n"))
    #expect(!folder.exists(name) && folder.exists(name + ".damaged"))
    let again = try await tidemark(["history", "verify"])
    #expect(again.status == 0)
    #expect(again.output.hasPrefix("1 segment, "))
    #expect(try await tidemark(["history", "list", "--json"]).lines.count == 1)
  }

  @Test("many segments with the same fault are one line")
  func collapsedWarnings() async throws {
    try await record("r1", "2026-11-21T10:00:00Z")
    for number in 0..<9 {
      try folder.write(
        "no segment", to: ".tidemark/\(String(repeating: "\(number)", count: 32)).tms")
    }
    let answer = try await tidemark(["history", "compact"])
    let lines = answer.errors.split(separator: "\n")
    #expect(lines.count == 1)
    #expect(lines.first?.contains("00000000.tms and 8 more: it is no segment") == true)
  }

  @Test("documents of two commits are wrong usage, of two runs of one commit a reason")
  func mixedDocuments() async throws {
    try folder.write(#"<testsuite name="s"><testcase name="a"/></testsuite>"#, to: "r.xml")
    func collect(_ name: String, _ run: String, _ commit: String) async throws {
      let answer = try await tidemark([
        "collect", "r.xml", "--job", name, "--run-id", run, "--commit", commit, "--out",
        "in/\(name).json",
      ])
      try #require(answer.status == 0, "\(answer.errors)")
    }
    try await collect("linux", "run-1", "aaaaaaaaaaaa1")
    try await collect("windows", "run-2", "bbbbbbbbbbbb2")
    let refused = try await tidemark(["report", "in"])
    #expect(refused.status == 2)
    let place = "in/windows.json: holds results of commit bbbbbbbbbbbb, and in/linux.json those of"
    #expect(refused.errors.contains(place))
    let named = try await tidemark(["report", "in", "--commit", "cccc", "--no-record"])
    #expect(named.status == 0, "\(named.errors)")
    try await collect("windows", "run-2", "aaaaaaaaaaaa1")
    func codes() throws -> [String] {
      let data = Data((folder.read("tidemark-report/report.json") ?? "").utf8)
      let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      return (json?["reasons"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
    }
    let mixed = try await tidemark(["report", "in", "--no-record"])
    #expect(mixed.status == 0, "\(mixed.errors)")
    #expect(try codes().contains("runs_mixed"))
    _ = try await tidemark([
      "report", "in", "--no-record", "--run-id", "run-3", "--only", "json,site",
    ])
    #expect(try !codes().contains("runs_mixed"))
    // What an earlier pipeline left behind is not of this one's commit.
    let platform = [
      "GITLAB_CI": "true", "CI_PIPELINE_ID": "run-3", "CI_COMMIT_SHA": "dddddddddddd4",
    ]
    _ = try await Program.run(
      ["report", "in", "--no-record"], in: folder.path, environment: platform)
    #expect(try codes().contains("runs_mixed"))
  }

  @Test("a GitLab job that is run again stands in the run once, whichever report came first")
  func retriedJob() async throws {
    func report(id: String, _ document: String) async throws {
      try folder.write(document, to: "in/a.xml")
      let answer = try await Program.run(
        ["report", "in", "--only", "json"], in: folder.path,
        environment: [
          "GITLAB_CI": "true", "CI_PIPELINE_ID": "7", "CI_JOB_NAME": "unit", "CI_JOB_ID": id,
          "CI_COMMIT_SHA": "dddddddddddd4", "CI_COMMIT_BRANCH": "main",
          "CI_PIPELINE_CREATED_AT": "2026-11-23T13:08:00Z",
        ])
      try #require(answer.status == 0, "\(answer.errors)")
    }
    try await report(id: "41", "<testsuite><testcase name='x'><failure/></testcase></testsuite>")
    try await report(id: "42", "<testsuite><testcase name='x'/></testsuite>")
    let shown = try await tidemark(["history", "show", "7", "--json"])
    #expect(shown.output.contains(#""attempt":42"#) && !shown.output.contains(#""attempt":41"#))
    #expect(shown.output.contains("passed") && !shown.output.contains("failed"))
  }
}
