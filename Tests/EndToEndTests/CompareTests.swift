import Foundation
import Testing

@Suite struct CompareTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func record(_ run: String, value: Double, options: [String]) async throws {
    try folder.write(
      #"[{"name": "parse", "unit": "ms", "value": \#(value)}]"#, to: "bench.json")
    let answer = try await Program.run(
      [
        "report", "bench.json", "--run-id", run, "--commit", "c\(run)", "--only", "json",
      ] + options, in: folder.path)
    #expect(answer.status == 0, "\(answer.errors)")
  }

  private func compare(_ one: String, _ other: String) async throws -> [String: Any] {
    let answer = try await Program.run(["compare", one, other, "--json"], in: folder.path)
    #expect(answer.status == 0, "\(answer.errors)")
    return try #require(answer.lines.first)
  }

  @Test("Runs of pull requests and runs that do not count are found where no other fits")
  func everyRun() async throws {
    try await record(
      "1", value: 10, options: ["--branch", "main", "--time", "2026-10-01T10:00:00Z"])
    try await record(
      "2", value: 12,
      options: [
        "--branch", "topic", "--base", "main", "--pull-request", "7", "--time",
        "2026-10-02T10:00:00Z",
      ])
    try await record(
      "3", value: 99, options: ["--branch", "main", "--time", "2026-10-03T10:00:00Z"])
    let excluded = try await Program.run(
      ["history", "exclude", "3", "--reason", "broken disk"], in: folder.path)
    #expect(excluded.status == 0)
    let branches = try await compare("main", "topic")
    #expect((branches["a"] as? String)?.contains("run 1") == true)
    #expect((branches["b"] as? String)?.contains("run 2") == true)
    let runs = try await compare("1", "3")
    #expect((runs["b"] as? String)?.contains("excluded: broken disk") == true)
  }

  @Test("With a tolerance the status says whether B is worse, better, or cannot be told")
  func tolerance() async throws {
    func write(_ parse: Double, _ size: Double, to name: String) throws {
      try folder.write(
        """
        [{"name": "parse", "unit": "ms", "value": \(parse)},
         {"name": "size", "unit": "MB", "value": \(size)}]
        """, to: name)
    }
    try write(10, 5, to: "a.json")
    try write(11, 9, to: "b.json")
    try folder.write("[]", to: "empty.json")
    let pairs = try await compare("a.json", "b.json")["series"] as? [[String: Any]] ?? []
    let parse = try #require(
      pairs.first { ($0["name"] as? String)?.hasPrefix("parse") == true }?["id"] as? String)
    for (files, options, status) in [
      (["a.json", "b.json"], ["--tolerance", "5%"], 1),
      (["a.json", "b.json"], ["--tolerance", "5%", "--series", parse], 1),
      (["a.json", "b.json"], ["--tolerance", "11%", "--series", parse], 0),
      (["b.json", "a.json"], ["--tolerance", "0"], 0),
      (["a.json", "b.json"], ["--tolerance", "5%", "--series", "0123456789abcdef"], 3),
      (["a.json", "b.json"], ["--tolerance", "x"], 2),
      (["gbenhc:a.json", "b.json"], [], 2), (["a.json", "gbenhc:b.json"], [], 2),
      (["a.json", "b.json"], ["--series", "parse"], 2),
    ] {
      let answer = try await Program.run(["compare"] + files + options, in: folder.path)
      #expect(answer.status == Int32(status), "\(options) \(answer.errors)")
    }
  }

  @Test("A change is worse only where repetitions tell it from chance")
  func significance() async throws {
    func hyperfine(_ times: [Double]) -> String {
      let mean = times.reduce(0, +) / Double(times.count)
      return """
        {"results": [{"command": "x", "mean": \(mean), "stddev": 0.1, "median": \(mean), "user": 1,
        "system": 0, "min": 1, "max": 2, "times": \(times), "exit_codes": [0]}]}
        """
    }
    try folder.write(hyperfine([1.0, 1.2, 0.9, 1.1, 1.05]), to: "a.json")
    try folder.write(hyperfine([1.1, 1.0, 1.15, 0.95, 1.12]), to: "b.json")
    try folder.write(hyperfine([2.0, 2.2, 1.9, 2.1, 2.05]), to: "c.json")
    func series(_ answer: [String: Any]) throws -> [String: Any] {
      try #require((answer["series"] as? [[String: Any]])?.first)
    }
    let same = try series(try await compare("a.json", "b.json"))
    #expect(same["worse"] as? Bool == false)
    #expect(same["significant"] as? Bool == false)
    let slower = try series(try await compare("a.json", "c.json"))
    #expect(slower["worse"] as? Bool == true)
    let text = try await Program.run(["compare", "a.json", "b.json"], in: folder.path)
    #expect(text.output.contains("within noise"))
    #expect(!text.output.contains("worse"))
    try folder.write(#"[{"name": "parse", "unit": "ms", "value": 1}]"#, to: "d.json")
    try folder.write(#"[{"name": "parse", "unit": "ms", "value": 2}]"#, to: "e.json")
    let single = try await Program.run(["compare", "d.json", "e.json"], in: folder.path)
    #expect(single.output.contains("uncertain"))
  }
}
