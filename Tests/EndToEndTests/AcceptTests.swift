import Foundation
import Testing

@Suite struct AcceptTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Two series of one job; in the `runs`-th run from the fifteenth on both are half as slow again.
  private func record(_ days: ClosedRange<Int>) async throws {
    for day in days {
      let factor = day > 14 ? 1.5 : 1
      let noise = [0.0, 0.4, -0.3, 0.1, -0.2][day % 5]
      try folder.write(
        """
        [{"name": "parse", "unit": "ms", "value": \((100 + noise) * factor)},
         {"name": "write", "unit": "ms", "value": \((40 - noise / 3) * factor)}]
        """, to: "bench.json")
      let answer = try await Program.run(
        [
          "report", "bench.json", "--run-id", "r\(day)", "--branch", "main", "--commit", "c\(day)",
          "--time", "2026-10-\(day < 10 ? "0" : "")\(day)T10:00:00Z", "--only", "json", "--only",
          "site",
        ], in: folder.path)
      #expect(answer.status == 0, "\(answer.errors)")
    }
  }

  private func report() throws -> [String: Any] {
    let data = Data((folder.read("tidemark-report/report.json") ?? "").utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  private func series(_ name: String) throws -> [String: Any] {
    let all = try report()["series"] as? [[String: Any]] ?? []
    return try #require(all.first { $0["name"] as? String == name })
  }

  private func accept(_ arguments: [String]) async throws -> Program.Answer {
    try await Program.run(
      ["accept"] + arguments, in: folder.path, environment: ["GIT_AUTHOR_NAME": "Ann <a@b>"])
  }

  @Test("An accepted regression is the new baseline, for its series alone, and shows on its page")
  func oneSeries() async throws {
    try await record(1...18)
    #expect(try series("parse")["state"] as? String == "regressed")
    let id = try #require(try series("parse")["id"] as? String)
    let answer = try await accept([id, "--reason", "we check <b>signatures</b> now", "--json"])
    #expect(answer.status == 0, "\(answer.errors)")
    let line = try #require(answer.lines.first)
    #expect(line["run"] as? String == "r15")
    #expect(line["commit"] as? String == "c15")
    #expect(line["author"] as? String == "Ann <a@b>")
    #expect(line["kind"] as? String == "series")
    #expect(line["state"] as? String == "regressed")

    try await record(19...19)
    #expect(try series("parse")["state"] as? String == "unchanged")
    #expect(try series("write")["state"] as? String == "regressed")
    let page = try #require(folder.read("tidemark-report/site/series/\(id).html"))
    #expect(page.contains("accepted by Ann"))
    #expect(page.contains("&lt;b&gt;signatures&lt;/b&gt; now"))
    #expect(!page.contains("<b>signatures"))
  }

  @Test("A cluster's id accepts all its members")
  func cluster() async throws {
    try await record(1...18)
    let clusters = try report()["clusters"] as? [[String: Any]] ?? []
    let cluster = try #require(clusters.first { $0["kind"] as? String == "commit" })
    let id = try #require(cluster["id"] as? String)
    let answer = try await accept([id, "--reason", "a slower, safer parser"])
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.output.split(separator: "\n").count == 2)
    let stat = try await Program.run(["history", "stat", "--json"], in: folder.path)
    #expect(stat.lines.first?["records"] as? Int == 2)

    try await record(19...19)
    #expect(try report()["verdict"] as? String == "pass")
    for name in ["parse", "write"] {
      #expect(try series(name)["state"] as? String == "unchanged")
    }
  }

  @Test("An id that nothing has is refused, with the nearest one and what waits")
  func unknown() async throws {
    try await record(1...18)
    let id = try #require(try series("parse")["id"] as? String)
    let wrong = String(id.dropLast()) + (id.hasSuffix("0") ? "1" : "0")
    for text in [wrong, String(id.prefix(8)), "parse"] {
      let answer = try await accept([text, "--reason", "x"])
      #expect(answer.status == 2)
      #expect(answer.errors.contains(text))
      #expect(answer.errors.contains(id))
    }
    let empty = try await accept([id, "--reason", " "])
    #expect(empty.status == 2)
    let stat = try await Program.run(["history", "stat", "--json"], in: folder.path)
    #expect(stat.lines.first?["records"] as? Int == 0)
  }

  @Test("What has not changed yet is accepted from the commit that is checked out, or named")
  func beforeTheRun() async throws {
    try await record(1...14)
    let id = try #require(try series("write")["id"] as? String)
    let nowhere = try await accept([id, "--reason", "x"])
    #expect(nowhere.status == 2)
    #expect(nowhere.errors.contains("--commit"))
    let named = try await accept([id, "--reason", "x", "--commit", "c15"])
    #expect(named.status == 0, "\(named.errors)")
    try await record(15...18)
    #expect(try series("write")["state"] as? String == "unchanged")
    #expect(try series("parse")["state"] as? String == "regressed")
  }

  @Test("An annotation in tidemark.yml accepts as well")
  func annotation() async throws {
    try folder.write(
      """
      annotations:
        - {commit: c15, text: "signatures, on purpose", accept: [par*], series: parse}
      """, to: "tidemark.yml")
    try await record(1...18)
    #expect(try series("parse")["state"] as? String == "unchanged")
    #expect(try series("write")["state"] as? String == "regressed")
    let id = try #require(try series("parse")["id"] as? String)
    let page = try #require(folder.read("tidemark-report/site/series/\(id).html"))
    #expect(page.components(separatedBy: "<div class=\"note\"").count == 2)
  }
}
