import Foundation
import Subprocess
import SystemPackage
import Testing

@Suite struct InitCommandTests {
  private static let platforms = ["github", "gitlab", "azure", "jenkins"]

  private func repository() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("module x\n", to: "go.mod")
    return folder
  }

  @Test("Every file that is written is named on standard output", arguments: platforms)
  func written(platform: String) async throws {
    let folder = try repository()
    let answer = try await Program.run(["init", platform], in: folder.path)
    #expect(answer.status == 0, "\(answer.errors)")
    let names = Set(answer.output.split(separator: "\n").map(String.init))
    #expect(names.contains("tidemark.yml"))
    #expect(names == Set(folder.files.keys).subtracting(["go.mod"]))
  }

  @Test(
    "What is written is the tested example, but for the tests and the branch", arguments: platforms)
  func examples(platform: String) async throws {
    let folder = try repository()
    _ = try await Program.run(["init", platform], in: folder.path)
    let sources = ["github": "github-actions"][platform] ?? platform
    for (path, data) in folder.files where path != "go.mod" && path != "tidemark.yml" {
      let source = path == "ci/tidemark.groovy" ? "vars/tidemark.groovy" : path
      let example = try String(
        contentsOf: Program.root.appendingPathComponent("examples/\(sources)/\(source)"),
        encoding: .utf8)
      let lines = Set(example.split(separator: "\n"))
      let added = String(decoding: data, as: UTF8.self).split(separator: "\n")
        .filter { !lines.contains($0) }
      let isMain = [
        ".github/workflows/tidemark.yml", ".gitlab-ci.yml", "azure-pipelines.yml", "Jenkinsfile",
      ].contains(path)
      #expect(isMain ? !added.isEmpty && added.count < 12 : added.isEmpty, "\(path): \(added)")
    }
  }

  @Test("A second time nothing changes", arguments: platforms)
  func idempotent(platform: String) async throws {
    let folder = try repository()
    _ = try await Program.run(["init", platform], in: folder.path)
    let before = folder.files
    let answer = try await Program.run(["init", platform, "--json"], in: folder.path)
    #expect(answer.lines.allSatisfy { $0["action"] as? String == "unchanged" })
    #expect(folder.files == before)
  }

  @Test("A file that is there is kept, and what to add to it is said; --force replaces it")
  func kept() async throws {
    let folder = try repository()
    try folder.write("mine\n", to: ".gitlab-ci.yml")
    let answer = try await Program.run(["init", "gitlab"], in: folder.path)
    #expect(answer.status == 0)
    #expect(folder.read(".gitlab-ci.yml") == "mine\n")
    #expect(answer.errors.contains("kept .gitlab-ci.yml, which is there already: add `include:"))
    #expect(folder.exists(".gitlab/tidemark.yml"))
    let forced = try await Program.run(["init", "gitlab", "--force"], in: folder.path)
    #expect(forced.output == ".gitlab-ci.yml\n")
    #expect(folder.read(".gitlab-ci.yml")?.contains("mine") == false)
  }

  @Test(
    "--dry-run writes nothing, and its diff makes just what would be written", arguments: platforms)
  func dryRun(platform: String) async throws {
    let folder = try repository()
    let other = try repository()
    for folder in [folder, other] {
      try folder.write("# old\npipeline {\n}\n", to: "Jenkinsfile")
      try folder.write("stages: [test]\n", to: ".gitlab-ci.yml")
      try folder.write("inputs: [old]\n", to: "tidemark.yml")
    }
    let before = folder.files
    let diff = try await Program.run(["init", platform, "--force", "--dry-run"], in: folder.path)
    #expect(folder.files == before)
    try folder.write(
      diff.output, to: "../\(URL(fileURLWithPath: folder.path).lastPathComponent).diff")
    let patch = folder.path + ".diff"
    defer { try? FileManager.default.removeItem(atPath: patch) }
    let applied = try await Subprocess.run(
      .name("git"), arguments: ["apply", "--unsafe-paths", patch],
      workingDirectory: FilePath(folder.path), output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20))
    #expect(applied.terminationStatus.isSuccess, "\(applied.standardError)")
    _ = try await Program.run(["init", platform, "--force"], in: other.path)
    #expect(folder.files == other.files)
  }

  @Test("What is written is configuration that the program reads")
  func readable() async throws {
    let folder = try repository()
    _ = try await Program.run(["init", "github"], in: folder.path)
    let answer = try await Program.run(["doctor"], in: folder.path)
    #expect(answer.output.contains("tidemark.yml is right"))
  }

  @Test("An unknown platform is wrong usage, and writes nothing")
  func unknown() async throws {
    let folder = try repository()
    let answer = try await Program.run(["init", "gitub"], in: folder.path)
    #expect(answer.status == 2)
    #expect(Set(folder.files.keys) == ["go.mod"])
  }

  @Test(
    "The lines that install the program do so from an archive whose digest is right, and from no other"
  )
  func install() async throws {
    let folder = try TemporaryFolder()
    let action = try String(
      contentsOf: Program.root.appendingPathComponent(
        "examples/github-actions/.github/actions/tidemark/action.yml"), encoding: .utf8)
    let lines = action.components(separatedBy: "# install: begin\n")[1]
      .components(separatedBy: "# install: end")[0]
    try folder.write("#!/bin/sh\necho fetched\n", to: "tidemark-1/tidemark")
    try folder.write("set -eu\n" + lines, to: "install.sh")
    func shell(_ script: String, _ variables: [Environment.Key: String?] = [:]) async throws -> (
      Bool, String
    ) {
      let result = try await Subprocess.run(
        .path("/bin/sh"), arguments: ["-c", script], environment: .inherit.updating(variables),
        workingDirectory: FilePath(folder.path), output: .string(limit: 1 << 20),
        error: .string(limit: 1 << 20))
      return (result.terminationStatus.isSuccess, result.standardOutput)
    }
    _ = try await shell(
      "chmod +x tidemark-1/tidemark; tar -czf a.tar.gz tidemark-1; sha256sum a.tar.gz | cut -d ' ' -f 1 > sum"
    )
    let digest = try #require(folder.read("sum")).trimmingCharacters(in: .whitespacesAndNewlines)
    // Stands for curl: the tests use no network.
    try folder.write(
      "#!/bin/sh\nwhile [ \"$1\" != -o ]; do shift; done\ncp a.tar.gz \"$2\"\n", to: "bin/curl")
    let path = "\(folder.path)/bin:/usr/bin:/bin"
    _ = try await shell("chmod +x bin/curl")
    let right = try await shell(
      "sh install.sh", ["PATH": path, "DOWNLOAD_URL": "https://x.example/a", "SHA256": digest])
    #expect(right.0 && right.1.hasSuffix("fetched\n"))
    let wrong = try await shell(
      "sh install.sh",
      ["PATH": path, "DOWNLOAD_URL": "https://x.example/a", "SHA256": String(digest.reversed())])
    #expect(!wrong.0)
    let unset = try await shell(
      "rm -r .tidemark-bin; sh install.sh", ["PATH": path, "DOWNLOAD_URL": "$(TIDEMARK_URL)"])
    #expect(!unset.0 && !folder.exists(".tidemark-bin"))
  }
}
