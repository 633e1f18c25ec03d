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
    forces one. They are tried in this order.

    """

  init(_ formats: [[String: Any]]) {
    for format in formats {
      let word = { (key: String) in format[key] as? String ?? "" }
      text += "\n## \(word("format"))\n\n"
      text += "Written by \(word("producers")).\n\n"
      text += "- Kept: \(word("kept"))\n- Dropped: \(word("dropped"))\n"
      text += "- Described at: \(word("specification"))\n"
    }
  }
}
