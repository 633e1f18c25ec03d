import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct ThresholdTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func git(_ arguments: [String]) async throws -> String {
    let own = ["-c", "user.name=Ann", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"]
    let result = try await Subprocess.run(
      .name("git"), arguments: Arguments(own + arguments), workingDirectory: FilePath(folder.path),
      output: .string(limit: 1 << 20), error: .discarded)
    return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func report(_ run: String, size: Double, options: [String] = []) async throws
    -> Program.Answer
  {
    try folder.write(
      #"[{"name": "app", "unit": "MB", "value": \#(size)}]"#, to: "size.json")
    return try await Program.run(
      [
        "report", "size.json", "--run-id", run, "--branch", "main", "--time",
        "2026-10-0\(run)T10:00:00Z", "--json", "--only", "json",
      ] + options, in: folder.path, environment: ["HOME": folder.path])
  }

  @Test(
    "A size may grow by so much since the newest release, and no further, and never above its budget"
  )
  func release() async throws {
    _ = try await git(["init", "-q"])
    for number in 1...4 {
      _ = try await git(["commit", "-q", "--allow-empty", "-m", "\(number)"])
      if number < 3 { _ = try await git(["tag", "-a", "v\(number)", "-m", "v\(number)"]) }
      let answer = try await report("\(number)", size: number == 1 ? 1 : 8)
      #expect(answer.status == 0, "\(answer.errors)")
    }
    try folder.write(
      """
      gate: thresholds
      detection:
        - {series: app, reference: "v*", tolerance: 10 %, maximum: 10 MB}
      """, to: "tidemark.yml")
    _ = try await git(["commit", "-q", "--allow-empty", "-m", "5"])
    let kept = try await report("5", size: 8.7)
    #expect(kept.status == 0, "\(kept.output)")
    let grown = try await report("6", size: 8.9)
    #expect(grown.status == 1)
    #expect(
      grown.output.contains("worse than the 8.00 MB of `v*` (tidemark.yml:3)"))
    let large = try await report("7", size: 10.5)
    #expect(large.output.contains("above its maximum of 10.0 MB (tidemark.yml:3)"))
    let gates = large.lines.first?["gate"] as? [[String: Any]] ?? []
    #expect(gates.count == 2 && gates.allSatisfy { $0["failed"] as? Bool == true })

    try folder.write(
      "gate: thresholds\ndetection: [{series: app, reference: v9, tolerance: 10 %}]",
      to: "tidemark.yml")
    let unknown = try await report("8", size: 8)
    #expect(unknown.status == 1)
    #expect(unknown.output.contains("there is no stored run of `v9`"))
  }

  @Test("A constant of the detector that is none, or cannot be so, is told with its place")
  func constants() async throws {
    for (line, what) in [
      ("effect_flor: 1", "tidemark.yml:3:5: the detector has no constant effect-flor"),
      ("guard_runs: 1.5", "tidemark.yml:3:5: guard-runs cannot be 1.5"),
    ] {
      try folder.write("detection:\n  constants:\n    \(line)\n", to: "tidemark.yml")
      let answer = try await report("1", size: 1)
      #expect(answer.status == 2)
      #expect(answer.errors.contains(what), "\(answer.errors)")
    }
    try folder.write("detection: {constants: {effect_floor: 0.5}}", to: "tidemark.yml")
    let answer = try await report("1", size: 1)
    #expect(answer.status == 0, "\(answer.errors)")
  }
}
