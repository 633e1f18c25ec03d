import Foundation
import Testing

@Suite struct CommandLineTests {
  @Test("the version is one line on standard output")
  func version() async throws {
    let answer = try await Program.run(["--version"])
    #expect(answer.status == 0)
    #expect(answer.output.split(separator: "\n").count == 1)
    #expect(answer.errors.isEmpty)
  }

  @Test("publish and trigger are the sibling program's, which is of the same version")
  func sibling() async throws {
    let own = try await Program.run(["--version"])
    let sibling = try await Program.run(["publish", "--version"])
    #expect(sibling.status == 0 && sibling.output == own.output)
    let usage = try await Program.run(["publish", "nowhere"])
    #expect(usage.status == 2 && usage.errors.contains("nowhere"))
  }

  @Test(
    "wrong usage is exit status 2", arguments: [["inspect", "--nope", "x"], ["nope"], ["inspect"]])
  func wrongUsage(arguments: [String]) async throws {
    let answer = try await Program.run(arguments)
    #expect(answer.status == 2)
    #expect(!answer.errors.isEmpty)
    #expect(answer.output.isEmpty)
  }

  @Test("a file that is not there is exit status 3, and says which")
  func missingFile() async throws {
    let answer = try await Program.run(["inspect", "nowhere.xml"])
    #expect(answer.status == 3)
    #expect(answer.errors.contains("nowhere.xml: does not exist"))
  }

  @Test(
    "an answer that cannot be written is no success",
    arguments: ["formats > /dev/full", "formats >&-", "history list --json --history . >/dev/full"])
  func fullDisk(command: String) async throws {
    let folder = try TemporaryFolder()
    _ = try await Program.run(
      ["report", Program.fixture("junit/bats.xml"), "--history", ".", "--only", "json"],
      in: folder.path)
    let answer = try await Program.run(
      [], in: folder.path, prefix: ["/bin/sh", "-c", "\(Program.path) \(command)"])
    #expect(answer.status == 2)
    #expect(answer.errors.contains("standard output cannot be written"))
  }

  @Test(
    "a tidemark.yml that is there and cannot be read does not pass for none",
    arguments: [["formats"], ["publish", "github"]])
  func unreadableConfig(command: [String]) async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.path + "/tidemark.yml", withIntermediateDirectories: false)
    let answer = try await Program.run(command, in: folder.path)
    #expect(answer.status == 2)
    #expect(answer.errors.contains("tidemark.yml: the configuration cannot be read"))
  }
}
