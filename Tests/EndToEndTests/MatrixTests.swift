import Foundation
import Testing

@Suite struct MatrixTests {
  private let config = "benchmarks: {providers: [p], models: [a, b], tasks: [x]}\n"

  @Test("The platform is found out from its variables, and a named one wins")
  func platform() async throws {
    let folder = try TemporaryFolder()
    try folder.write(config, to: "tidemark.yml")
    let here = try await Program.run(
      ["matrix"], in: folder.path, environment: ["GITHUB_ACTIONS": "true"])
    let parsed = try JSONSerialization.jsonObject(with: Data(here.output.utf8)) as? [String: Any]
    let include = try #require(parsed?["include"] as? [[String: String]])
    #expect(include.map { $0["model"] } == ["a", "b"])
    let named = try await Program.run(
      ["matrix", "azure"], in: folder.path, environment: ["GITHUB_ACTIONS": "true"])
    #expect(named.output.hasPrefix(#"{"p__a__x":{"TIDEMARK_JOB":"p__a__x""#))
    let plain = try await Program.run(["matrix"], in: folder.path)
    #expect(plain.output == "p__a__x\np__b__x\n")
  }

  @Test("--max-jobs packs the jobs, and --json tells which are in each")
  func packing() async throws {
    let folder = try TemporaryFolder()
    try folder.write(config, to: "tidemark.yml")
    let answer = try await Program.run(["matrix", "--max-jobs", "1", "--json"], in: folder.path)
    #expect(answer.status == 0)
    #expect(answer.lines.first?["shard"] as? String == "1/1")
    #expect(answer.lines.first?["jobs"] as? [String] == ["p__a__x", "p__b__x"])
  }

  @Test(
    "What is wrong in the file is exit status 2, with its place, and prints nothing",
    arguments: [
      ("benchmarks: {models: [a], exclude: [{model: a}]}", "tidemark.yml:1"),
      ("inputs: [a.xml]", "tidemark.yml: nothing is configured"),
      (
        "benchmarks:\n  commands:\n    - {name: a, run: x, needs: b}\n    - {name: b, run: x, needs: a}",
        "tidemark.yml:3: commands need one another in a circle"
      ),
    ])
  func mistakes(yaml: String, message: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(yaml, to: "tidemark.yml")
    let answer = try await Program.run(["matrix", "github"], in: folder.path)
    #expect(answer.status == 2)
    #expect(answer.errors.contains(message))
    #expect(answer.output.isEmpty)
  }
}
