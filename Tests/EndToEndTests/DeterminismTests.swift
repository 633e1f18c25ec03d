import Foundation
import Testing

@Suite struct DeterminismTests {
  /// One report of the recorded project's run 042 over a history of three runs.
  private func report(
    order: [String], prefix: [String] = [], variables: [String: String] = [:]
  ) async throws -> [String: Data] {
    let folder = try TemporaryFolder()
    for run in ["003", "009", "030"] {
      try await report(run, in: folder, inputs: [Program.fixture("demo/runs/\(run)")])
    }
    try await report(
      "042", in: folder, inputs: order.map { Program.fixture("demo/runs/042/\($0)") },
      prefix: prefix, variables: variables)
    return folder.files
  }

  private func report(
    _ run: String, in folder: TemporaryFolder, inputs: [String], prefix: [String] = [],
    variables: [String: String] = [:]
  ) async throws {
    let arguments =
      ["report"] + inputs + [
        "--history", "history", "--out", "out", "--run-id", run, "--commit", "c" + run,
        "--branch", "main", "--time",
        "2026-11-\(run.suffix(2) == "42" ? "20" : run.suffix(2) == "30" ? "17" : "10")T10:00:00Z",
      ]
    let answer = try await Program.run(
      arguments, in: folder.path, environment: variables, prefix: prefix)
    #expect(answer.status == 0, "\(answer.errors)")
  }

  @Test("the same input gives the same bytes: other order, locale, time zone, one core")
  func sameBytes() async throws {
    let files = ["benchmarks.json", "instructions.json", "junit.xml", "smoke.xml"]
    let expected = try await report(order: files)
    let shuffled = try await report(
      order: files.reversed(),
      prefix: FileManager.default.isExecutableFile(atPath: "/usr/bin/taskset")
        ? ["/usr/bin/taskset", "-c", "0"] : [],
      variables: ["LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu"])
    #expect(expected.count > 30)
    #expect(Set(expected.keys) == Set(shuffled.keys))
    for (name, bytes) in expected {
      #expect(shuffled[name] == bytes, "\(name) differs")
    }
  }

  @Test("reporting a run again changes neither the history nor the outputs")
  func idempotent() async throws {
    let folder = try TemporaryFolder()
    let inputs = [Program.fixture("demo/runs/042")]
    try await report("042", in: folder, inputs: inputs)
    let first = folder.files
    try await report("042", in: folder, inputs: inputs)
    #expect(folder.files == first)
  }
}
