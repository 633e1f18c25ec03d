import Foundation
import Testing

@Suite struct SiteCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Reports `count` runs of ten tests, of which the last fails in the last run.
  private func record(_ count: Int, failing: Bool = false, problem: Bool = false) async throws {
    for run in 1...count {
      let fails = failing && run == count
      var cases = (0..<10).map { "<testcase classname='C' name='t\($0)' time='0.\($0)'/>" }
      if fails {
        cases[9] = "<testcase classname='C' name='t9'><failure message='boom'/></testcase>"
      }
      try folder.write("<testsuite name='S'>\(cases.joined())</testsuite>", to: "in/a.xml")
      if problem, run == count { try folder.write("1..4\nok 1 - a\nBail out!\n", to: "in/b.tap") }
      let answer = try await Program.run(
        [
          "report", "in", "--run-id", "\(run)", "--branch", "main", "--commit", "c\(run)", "--time",
          "2026-11-\(10 + run)T10:00:00Z",
        ], in: folder.path)
      #expect(answer.status == 0)
    }
  }

  private func site(_ options: [String] = []) async throws -> Program.Answer {
    try await Program.run(["site", "--out", "stored"] + options, in: folder.path)
  }

  private func page(_ path: String) throws -> String {
    try #require(folder.read("stored/site/" + path))
  }

  @Test("the stored history alone gives the verdict that the run was reported with")
  func sameVerdict() async throws {
    try await record(6, failing: true)
    let answer = try await site(["--json"])
    #expect(answer.status == 0)
    #expect(answer.lines.first?["run"] as? String == "6")
    #expect(answer.lines.first?["verdict"] as? String == "fail")
    #expect(try page("index.html").contains("1 test newly failing."))
    #expect(try page("index.html").contains("Made from the stored history."))
    // What a history does not keep is not claimed.
    #expect(try !page("health.html").contains("Files read"))
    #expect(try !page("tests.html").contains("boom"))
  }

  @Test("nothing is recorded, and the report's other outputs stay")
  func leavesTheRest() async throws {
    try await record(3)
    let before = folder.files
    _ = try await Program.run(["site"], in: folder.path)
    let after = folder.files
    for (path, bytes) in before
    where !path.contains("/site/") && !path.hasSuffix(".tidemark-output") {
      #expect(after[path] == bytes, "\(path)")
    }
    #expect(folder.exists("tidemark-report/comment.md"))
  }

  @Test("the same history gives the same bytes, and a second time writes nothing")
  func unchanged() async throws {
    try await record(3)
    _ = try await site()
    let before = folder.files
    let file = folder.path + "/stored/site/index.html"
    let manager = FileManager.default
    let old = Date(timeIntervalSince1970: 1_000_000)
    try manager.setAttributes([.modificationDate: old], ofItemAtPath: file)
    _ = try await site()
    #expect(folder.files == before)
    #expect(try manager.attributesOfItem(atPath: file)[.modificationDate] as? Date == old)
  }

  @Test("a failure whose cause a history does not keep stays a failure")
  func keptFailure() async throws {
    try await record(6, problem: true)
    let answer = try await site(["--json"])
    #expect(answer.lines.first?["verdict"] as? String == "fail")
    #expect(try page("index.html").contains("recorded as failed"))
  }

  @Test("the example's theme gives pages a colour, a foot and a word of its own")
  func exampleTheme() async throws {
    try await record(2)
    let theme = Program.root.appendingPathComponent("examples/theme").path
    #expect(try await site(["--theme", theme]).status == 0)
    let index = try page("index.html")
    let sheets = index.matches(of: /<link rel="stylesheet" href="([^"]*)">/).map { String($0.1) }
    #expect(sheets == ["tidemark.css", "brand.css"])
    #expect(try page("brand.css").contains("--link"))
    #expect(index.contains(">Watch list</a>"))
    #expect(index.contains("the build team"))
    #expect(!folder.exists("stored/site/README.md"))
  }

  @Test("what is wrong in a theme is told with folder, file and line, and nothing is written")
  func brokenTheme() async throws {
    try await record(1)
    try folder.write("\n\n{{> gone}}", to: "our/foot.mustache")
    let answer = try await site(["--theme", "our"])
    #expect(answer.status == 2)
    #expect(answer.errors.contains("our/foot.mustache:3: no template is named gone.mustache"))
    #expect(!folder.exists("stored"))
  }

  @Test("theme.language chooses the words and the signs of numbers")
  func language() async throws {
    try await record(1)
    try folder.write("theme:\n  language: de\n", to: "tidemark.yml")
    #expect(try await site().status == 0)
    #expect(try page("index.html").contains("<html lang=\"de\">"))
    #expect(try page("runs.html").contains("Bisher der einzige Lauf."))
    try folder.write("theme:\n  language: xx\n", to: "tidemark.yml")
    let answer = try await site()
    #expect(answer.status == 2)
    #expect(answer.errors.contains("use one of: de, en"))
  }

  @Test("a history without a run is a page that says so and status 3, never a pass")
  func noRun() async throws {
    let answer = try await site()
    #expect(answer.status == 3)
    #expect(answer.errors.contains("the history has no run to show"))
    #expect(try page("index.html").contains("No run is stored."))
    #expect(try await site(["--allow-empty"]).status == 0)
  }

  @Test("a branch without runs is named beside those that have some")
  func otherBranch() async throws {
    try await record(1)
    let answer = try await site(["--branch", "dev"])
    #expect(answer.status == 3)
    #expect(answer.errors.contains("no run of the branch dev; name one of: main"))
  }

  @Test("a history of which nothing can be read is status 3, with a page that says so")
  func unreadable() async throws {
    try await record(1)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/.tidemark")
    for name in names { try folder.write("no segment", to: ".tidemark/" + name) }
    let answer = try await site()
    #expect(answer.status == 3)
    #expect(try page("index.html").contains("Not judged"))
  }
}
