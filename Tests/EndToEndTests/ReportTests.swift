import Foundation
import Testing

private let passing = """
  <testsuite name="S"><testcase classname="C" name="a" time="0.1"/><testcase classname="C" name="b"/></testsuite>
  """
private let failing = """
  <testsuite name="S"><testcase classname="C" name="a" time="0.1"/>
  <testcase classname="C" name="b"><failure message="boom">at line 3</failure></testcase></testsuite>
  """

@Suite struct ReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func report(
    _ inputs: [String], run: String = "1", day: Int = 1, options: [String] = [],
    variables: [String: String] = [:]
  ) async throws -> Program.Answer {
    try await Program.run(
      ["report"] + inputs + [
        "--run-id", run, "--branch", "main", "--commit", "c\(run)", "--job", "test", "--time",
        "2026-11-\(day < 10 ? "0" : "")\(day)T10:00:00Z",
      ] + options, in: folder.path, environment: variables)
  }

  private func json() throws -> [String: Any] {
    let data = Data((folder.read("tidemark-report/report.json") ?? "").utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func reasons() throws -> [String] {
    (try json()["reasons"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
  }

  @Test("a first run is unjudged, not a pass, and is recorded")
  func firstRun() async throws {
    try folder.write(passing, to: "a.xml")
    let answer = try await report(["a.xml"])
    #expect(answer.status == 0)
    #expect(try json()["verdict"] as? String == "unjudged")
    #expect(try reasons().contains("baseline_none"))
    let list = try await Program.run(["history", "list", "--json"], in: folder.path)
    #expect(list.lines.count == 1)
  }

  @Test("a test that fails after it passed is newly failing; only a gate breaks the build")
  func newlyFailing() async throws {
    try folder.write(passing, to: "a.xml")
    for day in 1...6 { _ = try await report(["a.xml"], run: "\(day)", day: day) }
    try folder.write(failing, to: "a.xml")
    let calm = try await report(["a.xml"], run: "7", day: 7, options: ["--no-record"])
    #expect(calm.status == 0)
    #expect(try json()["verdict"] as? String == "fail")
    #expect(try reasons().first == "newly_failing")
    let gated = try await report(
      ["a.xml"], run: "7", day: 7, options: ["--gate", "new-failures"])
    #expect(gated.status == 1)
    #expect(folder.exists("tidemark-report/site/index.html"))
  }

  @Test("one unreadable file is one line of the report; the rest is read")
  func oneBadFile() async throws {
    try folder.write(passing, to: "good.xml")
    try folder.write("<testsuite><testcase name='x'>", to: "bad.xml")
    let answer = try await report(["good.xml", "bad.xml"])
    #expect(answer.status == 0)
    let inputs = try json()["inputs"] as? [[String: Any]] ?? []
    let bad = try #require(inputs.first { $0["path"] as? String == "bad.xml" })
    #expect(bad["status"] as? String == "failed")
    let error = bad["error"] as? [String: Any]
    #expect(error?["line"] as? Int == 1)
    #expect((error?["message"] as? String)?.isEmpty == false)
    #expect(try reasons().contains("input_failed"))
  }

  @Test("nothing read is exit status 3 with what was tried, and 0 with --allow-empty")
  func nothingRead() async throws {
    try folder.write("no report at all", to: "a.xml")
    let answer = try await report(["a.xml", "missing.xml"])
    #expect(answer.status == 3)
    #expect(answer.output.contains("a.xml"))
    #expect(answer.output.contains("missing.xml"))
    #expect(try json()["verdict"] as? String == "unjudged")
    #expect(!folder.exists(".tidemark"))
    let allowed = try await report(["a.xml"], options: ["--allow-empty"])
    #expect(allowed.status == 0)
  }

  @Test("a damaged segment is named and set apart; the others count")
  func damagedSegment() async throws {
    try folder.write(passing, to: "a.xml")
    for day in 1...6 { _ = try await report(["a.xml"], run: "\(day)", day: day) }
    let segments = folder.files.keys.filter { $0.hasSuffix(".tms") }.sorted()
    let first = try #require(segments.first)
    let url = URL(fileURLWithPath: folder.path).appendingPathComponent(first)
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count / 2] ^= 0xFF
    try bytes.write(to: url)
    let answer = try await report(["a.xml"], run: "7", day: 7)
    #expect(answer.status == 0)
    #expect(try reasons().contains("segment_damaged"))
    let verify = try await Program.run(["history", "verify"], in: folder.path)
    #expect(verify.status == 3)
    let name = try #require(first.split(separator: "/").last)
    #expect(verify.errors.contains(name))
  }

  @Test("a terminal's log takes no name for a command")
  func logCommands() async throws {
    let name = "##vso[task.setvariable variable=x]y"
    try folder.write("1..2\nnot ok 1 - \(name)\nnot ok 2 - ::error::x\n", to: "a.tap")
    let answer = try await report(["a.tap"])
    #expect(answer.output.contains("task.setvariable"))
    #expect(!answer.output.contains("##vso["))
  }

  @Test(
    "without trend analysis everything is written but the site; named, it is written all the same")
  func trendAnalysis() async throws {
    try folder.write(passing, to: "a.xml")
    try folder.write(
      "reporting: {trend_analysis: no, site_url: \"https://pages.example\"}", to: "tidemark.yml")
    let answer = try await report(["a.xml"])
    #expect(answer.status == 0 && !answer.output.contains("site/index.html"))
    let manager = FileManager.default
    #expect(!manager.fileExists(atPath: folder.path + "/tidemark-report/site"))
    #expect(manager.fileExists(atPath: folder.path + "/tidemark-report/jenkins/index.html"))
    #expect(try (json()["links"] as? [String: Any])?["site"] is NSNull)
    _ = try await report(["a.xml"], options: ["--only", "site"])
    #expect(manager.fileExists(atPath: folder.path + "/tidemark-report/site/index.html"))
  }

  @Test("an empty or cut report found in a folder is told, a file that is no report is counted")
  func lostReport() async throws {
    try folder.write(passing, to: "results/a.xml")
    try folder.write("", to: "results/b.xml")
    try folder.write("some log", to: "results/c.log")
    try folder.write(#"{"results": [{"na"#, to: "results/d.json")
    let answer = try await report(["results"])
    #expect(answer.errors.contains("passed over 1 file in no known format"))
    let inputs = try json()["inputs"] as? [[String: Any]] ?? []
    #expect(
      inputs.compactMap { $0["path"] as? String }
        == ["results/a.xml", "results/b.xml", "results/d.json"])
    #expect(try reasons().contains("input_unrecognised"))
  }

  @Test("the same document twice is one; the outputs of an earlier report are no inputs")
  func sameDocumentTwice() async throws {
    try folder.write(passing, to: "a.xml")
    _ = try await Program.run(
      ["collect", "a.xml", "--job", "x", "--commit", "c1", "--out", "in/1.json"], in: folder.path)
    let document = try #require(folder.read("in/1.json"))
    try folder.write(document, to: "in/again/1.json")
    _ = try await report(["in"])
    #expect((try json()["tests"] as? [String: Any])?["total"] as? Int == 2)
    _ = try await report(["."], options: ["--out", "elsewhere", "--no-record"])
    let data = Data((folder.read("elsewhere/report.json") ?? "").utf8)
    let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let inputs = json?["inputs"] as? [[String: Any]] ?? []
    #expect(!inputs.contains { ($0["path"] as? String)?.contains("tidemark-report") == true })
  }

  @Test("a pull request is held against what its base had where git says that it left")
  func mergeBase() async throws {
    try folder.write(passing, to: "a.xml")
    let script = """
      git init -q -b main . && git config user.email a@example.com && git config user.name A
      for i in 1 2 3 4 5 6; do git commit -q --allow-empty -m "main $i"; git tag m$i; done
      git checkout -q -b feature m3 && git commit -q --allow-empty -m change
      """
    try folder.write(script, to: "make.sh")
    _ = try await Program.run([], in: folder.path, prefix: ["/bin/sh", "make.sh"])
    for index in 1...6 {
      let commit = try await Program.run(
        [], in: folder.path, prefix: ["/usr/bin/git", "rev-parse", "m\(index)"])
      let hash = String(commit.output.prefix(40))
      _ = try await report(
        ["a.xml"], run: "m\(index)", day: index, options: ["--commit", hash])
    }
    let head = try await Program.run(
      [], in: folder.path, prefix: ["/usr/bin/git", "rev-parse", "feature"])
    _ = try await report(
      ["a.xml"], run: "p", day: 9,
      options: [
        "--branch", "feature", "--base", "main", "--pull-request", "7", "--commit",
        String(head.output.prefix(40)),
      ])
    #expect((try json()["baseline"] as? [String: Any])?["runs"] as? Int == 3)
  }

  @Test("a history of which nothing can be read is exit status 3")
  func unreadableHistory() async throws {
    try folder.write(passing, to: "a.xml")
    try folder.write("not a segment", to: ".tidemark/00112233445566778899aabbccddeeff.tms")
    let answer = try await report(["a.xml"])
    #expect(answer.status == 3)
    #expect(folder.exists("tidemark-report/report.json"))
  }

  @Test("a misspelt key is exit status 2 and names file, line and the right key")
  func misspeltKey() async throws {
    try folder.write(passing, to: "a.xml")
    try folder.write("history: h\ngat: [failures]\n", to: "tidemark.yml")
    let answer = try await report(["a.xml"])
    #expect(answer.status == 2)
    #expect(answer.errors.contains("tidemark.yml:2:1"))
    #expect(answer.errors.contains("`gate`"))
    #expect(!folder.exists("tidemark-report"))
  }

  @Test("the command line wins over the environment, the environment over the file")
  func precedence() async throws {
    try folder.write(passing, to: "a.xml")
    try folder.write("key: file\nout: here\n", to: "tidemark.yml")
    _ = try await report(["a.xml"])
    #expect(folder.read("here/comment.md")?.hasPrefix("<!-- tidemark:file v1 -->") == true)
    _ = try await report(["a.xml"], variables: ["TIDEMARK_KEY": "environment"])
    #expect(folder.read("here/comment.md")?.hasPrefix("<!-- tidemark:environment v1 -->") == true)
    _ = try await report(
      ["a.xml"], options: ["--key", "line"], variables: ["TIDEMARK_KEY": "environment"])
    #expect(folder.read("here/comment.md")?.hasPrefix("<!-- tidemark:line v1 -->") == true)
  }

  @Test("what an earlier report wrote and this one does not is gone; a stranger's file stays")
  func staleFiles() async throws {
    let benchmark = #"[{"name": "fib", "unit": "ns", "value": 12}]"#
    try folder.write(passing, to: "a.xml")
    try folder.write(benchmark, to: "b.json")
    _ = try await report(["a.xml", "b.json"], options: ["--no-record"])
    try folder.write("mine", to: "tidemark-report/site/mine.txt")
    let series = folder.files.keys.filter { $0.contains("site/series/") }
    #expect(!series.isEmpty)
    _ = try await report(["a.xml"], options: ["--no-record"])
    #expect(folder.files.keys.filter { $0.contains("site/series/") }.isEmpty)
    #expect(folder.exists("tidemark-report/site/mine.txt"))
  }

  @Test("the jobs of a matrix come together from their run documents")
  func matrix() async throws {
    try folder.write(passing, to: "a.xml")
    for system in ["linux", "windows"] {
      let answer = try await Program.run(
        [
          "collect", "a.xml", "--job", "test-\(system)", "--label", "os=\(system)", "--run-id", "9",
          "--commit", "c9", "--branch", "main", "--time", "2026-11-01T10:00:00Z", "--out",
          "\(system).json",
        ], in: folder.path)
      #expect(answer.status == 0)
    }
    let answer = try await Program.run(["report", "linux.json", "windows.json"], in: folder.path)
    #expect(answer.status == 0)
    let run = try json()["run"] as? [String: Any]
    #expect(run?["id"] as? String == "9")
    #expect((run?["jobs"] as? [[String: Any]])?.count == 2)
    #expect((try json()["tests"] as? [String: Any])?["total"] as? Int == 4)
    #expect(try !reasons().contains("label_missing"))
  }
}
