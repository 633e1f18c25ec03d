import Foundation
import Testing

@Suite struct HistoryReplayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("history replay says of each run what report said of it, and counts what held")
  func replay() async throws {
    var verdicts: [String] = []
    for day in 1...28 {
      let noise = [0.0, 0.4, -0.3, 0.1, -0.2][day % 5]
      try folder.write(
        #"[{"name": "parse", "unit": "ms", "value": \#((100 + noise) * (day > 10 ? 1.4 : 1))}]"#,
        to: "bench.json")
      let answer = try await Program.run(
        [
          "report", "bench.json", "--run-id", "r\(day)", "--branch", "main", "--commit", "c\(day)",
          "--time", "2026-10-\(day < 10 ? "0" : "")\(day)T10:00:00Z", "--only", "json", "--json",
        ], in: folder.path)
      verdicts.append(answer.lines.first?["verdict"] as? String ?? "")
    }
    let replay = try await Program.run(["history", "replay", "--json"], in: folder.path)
    #expect(replay.status == 0, "\(replay.errors)")
    #expect(replay.lines.count == 29)
    #expect(replay.lines.dropLast().map { $0["verdict"] as? String } == verdicts)
    let summary = try #require(replay.lines.last)
    #expect(summary["alarms"] as? Int == 1)
    #expect(summary["settled"] as? Int == 1)
    #expect(summary["taken_back"] as? Int == 0)
    let alarms = replay.lines.flatMap { $0["alarms"] as? [[String: Any]] ?? [] }
    #expect(
      alarms.contains { $0["state"] as? String == "regressed" && $0["held"] as? Bool == true })

    let text = try await Program.run(["history", "replay", "--newest", "3"], in: folder.path)
    #expect(text.output.split(separator: "\n").count == 4)
    let nowhere = try await Program.run(["history", "replay", "--branch", "x"], in: folder.path)
    #expect(nowhere.status == 3)
    let empty = try await Program.run(["history", "replay", "--history", "none"], in: folder.path)
    #expect(empty.status == 3)
  }
}
