import Foundation
import Testing

@Suite struct DocumentationTests {
  @Test("docs/command-line.md tells every command and option as the program does")
  func commandLine() async throws {
    let answer = try await Program.run(["--experimental-dump-help"])
    var dump = try JSONDecoder().decode(Dump.self, from: Data(answer.output.utf8))
    // These two are the sibling program's, and told by it.
    for (index, command) in (dump.command.subcommands ?? []).enumerated()
    where ["publish", "trigger"].contains(command.commandName) {
      let told = try await Program.run([command.commandName, "--experimental-dump-help"])
      let own = try JSONDecoder().decode(Dump.self, from: Data(told.output.utf8))
      if own.command.commandName == command.commandName {
        dump.command.subcommands?[index] = own.command
      }
    }
    try expectGolden(CommandLinePage(dump.command).text, "docs/command-line.md")
  }

  @Test("docs/formats.md tells every format as its reader does")
  func formats() async throws {
    let answer = try await Program.run(["formats", "--json"])
    try expectGolden(FormatsPage(answer.lines).text, "docs/formats.md")
  }
}

/// Pages with files of the repository in them, each behind `<!-- from: PATH -->`.
@Suite struct PlatformPagesTests {
  static let pages = ["github-actions", "gitlab", "azure-devops", "jenkins"].map {
    "docs/platforms/\($0).md"
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Program.root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("Every pipeline on a platform's page is the tested file", arguments: pages)
  func files(page: String) throws {
    var filled = ""
    var rest = try text(page)[...]
    var count = 0
    while let mark = rest.range(of: "<!-- from: ") {
      filled += rest[..<mark.upperBound]
      rest = rest[mark.upperBound...]
      let end = try #require(rest.range(of: " -->\n```"))
      let path = String(rest[..<end.lowerBound])
      let open = try #require(rest[end.upperBound...].firstIndex(of: "\n"))
      let close = try #require(rest[open...].range(of: "\n```\n"))
      filled += rest[...open] + (try text(path)) + "```\n"
      rest = rest[close.upperBound...]
      count += 1
    }
    #expect(count > 1)
    try expectGolden(filled + rest, page)
  }

  @Test("No page shows an action that is not pinned to a commit")
  func pins() throws {
    let docs = Program.root.appendingPathComponent("docs")
    let walk = FileManager.default.enumerator(atPath: docs.path)
    var count = 0
    while let name = walk?.nextObject() as? String {
      guard name.hasSuffix(".md") else { continue }
      for line in try text("docs/" + name).split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "uses:"), place + 1 < words.count else { continue }
        count += 1
        let action = words[place + 1]
        let commit = action.split(separator: "@").last.map { String($0) } ?? ""
        let isPinned = commit.count == 40 && commit.allSatisfy { $0.isHexDigit }
        #expect(action.hasPrefix("./") || isPinned, "\(name): \(action)")
      }
    }
    #expect(count > 5)
  }

  @Test("A newcomer has at most ten steps to the first comment", arguments: pages)
  func steps(page: String) throws {
    let steps = try text(page).split(separator: "\n## ")[0].split(separator: "\n")
      .filter { $0.first?.isNumber == true }
    #expect((3...10).contains(steps.count))
    #expect(steps.enumerated().allSatisfy { $1.hasPrefix("\($0 + 1). ") })
    #expect(steps.last?.contains("pen a ") == true)
  }

  @Test("The examples of docs/benchmarks.md are configuration that can be run")
  func benchmarks() async throws {
    let page = try text("docs/benchmarks.md")
    let blocks = page.components(separatedBy: "```yaml\n").dropFirst().map {
      $0.components(separatedBy: "```")[0]
    }
    #expect(blocks.count == 2)
    for block in blocks {
      let folder = try TemporaryFolder()
      let isWhole = block.contains("commands:")
      try folder.write(block + (isWhole ? "" : "  tasks: [a]\n"), to: "tidemark.yml")
      let answer = try await Program.run(["matrix", "generic"], in: folder.path)
      #expect(answer.status == 0 && answer.output.contains("\n"), "\(answer.errors)")
    }
  }
}

/// What `--experimental-dump-help` prints, as far as the page needs it.
private struct Dump: Decodable {
  var command: Command

  struct Command: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var arguments: [Argument]?
    var subcommands: [Command]?
  }

  struct Argument: Decodable {
    var kind: String
    var abstract: String?
    var valueName: String?
    var isOptional: Bool
    var isRepeating: Bool
    var shouldDisplay: Bool
    var preferredName: Name?
    var allValues: [String]?
  }

  struct Name: Decodable {
    var kind: String
    var name: String
  }
}

private struct CommandLinePage {
  private(set) var text = """
    # The command line

    This page is made from the program itself: `tidemark help COMMAND` prints the same.

    Standard output is the answer, standard error is progress and problems. Every option may stand in `tidemark.yml` or
    in the environment too: `--run-id` is `run_id` and `TIDEMARK_RUN_ID`, lists are separated by line breaks. The command
    line wins, then the environment, then the file's matching `environments:`, then the file.

    | exit status | means |
    |---|---|
    | 0 | done, whatever was found |
    | 1 | a `--gate` rule failed |
    | 2 | wrong usage or config |
    | 3 | no result was read, or nothing of an existing history; `history verify`: damage |
    | 4 | publishing failed after retries |

    """
  private let common: Set<String> = [
    "config", "json", "quiet", "verbose", "color", "audit-log", "help", "version",
  ]

  init(_ root: Dump.Command) {
    let first = root.subcommands?.first
    text += "\n## Options of every command\n\n"
    text += table(first?.arguments?.filter { common.contains($0.preferredName?.name ?? "") } ?? [])
    for command in root.subcommands ?? [] where command.commandName != "help" {
      add(command, path: "tidemark \(command.commandName)")
    }
  }

  private mutating func add(_ command: Dump.Command, path: String) {
    text += "\n## \(path)\n\n\(command.abstract ?? "")\n"
    if let discussion = command.discussion { text += "\n\(discussion)\n" }
    let own = (command.arguments ?? []).filter {
      $0.shouldDisplay && !common.contains($0.preferredName?.name ?? "")
    }
    let subcommands = (command.subcommands ?? []).filter { $0.commandName != "help" }
    if !own.isEmpty, subcommands.isEmpty { text += "\n" + table(own) }
    for subcommand in subcommands { add(subcommand, path: "\(path) \(subcommand.commandName)") }
  }

  private func table(_ arguments: [Dump.Argument]) -> String {
    arguments.reduce("| option | |\n|---|---|\n") { text, argument in
      let value = argument.valueName ?? ""
      let name =
        switch argument.kind {
        case "positional": argument.isOptional ? "[\(value)…]" : value
        case "flag": "--" + (argument.preferredName?.name ?? "")
        default: "--\(argument.preferredName?.name ?? "") \(value.uppercased())"
        }
      let about = (argument.abstract ?? "").replacingOccurrences(of: "|", with: "\\|")
      return text + "| `\(name)` | \(about) |\n"
    }
  }
}

private struct FormatsPage {
  private(set) var text = """
    # Formats

    This page is made from the readers themselves. Content decides which of them reads a file, never its name; `FORMAT:PATH`
    forces one. The table is in the order of their names; what follows it in the order in which they are tried.

    Each may come packed: gzip (`.gz`), Zstandard (`.zst`), zip and tar archives, and one archive in another, are read as what
    they hold, without anything being unpacked to disk; `FORMAT:a.zip` forces the format of all members. A member is
    shown as `a.zip!/b.xml`. One that is encrypted, damaged, there twice, or has an absolute name or one with `..`, is a failed input
    of its own; what expands more than 250-fold (beyond 16 MiB), and what has more than 100,000 members, is refused.

    """

  init(_ formats: [[String: Any]]) {
    text += "\n| format | written by |\n|---|---|\n"
    let rows = formats.map { format in
      let name = format["format"] as? String ?? ""
      let producers = format["producers"] as? String ?? ""
      let cell = producers.replacingOccurrences(of: "|", with: "\\|")
      return "| [\(name)](#\(name)) | \(cell) |\n"
    }
    text += rows.sorted().joined()
    for format in formats {
      let word = { (key: String) in format[key] as? String ?? "" }
      text += "\n## \(word("format"))\n\n"
      text += "Written by \(word("producers")).\n\n"
      text += "- Kept: \(word("kept"))\n- Dropped: \(word("dropped"))\n"
      text += "- Described at: \(word("specification"))\n"
    }
  }
}
