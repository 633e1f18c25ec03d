import ArgumentParser
private import Glibc
internal import TidemarkPublish

@main enum Program {
  static func main() async {
    exit(await Root.run(Array(CommandLine.arguments.dropFirst())))
  }
}

/// The command line's root: without a subcommand's name it publishes.
struct Root: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tidemark-publish",
    abstract: "Publishes a report on the platform that the pipeline runs on.",
    version: Version.text,
    subcommands: [PublishCommand.self, TriggerCommand.self],
    defaultSubcommand: PublishCommand.self)

  /// Runs what `arguments` ask for.
  ///
  /// - Returns: The exit status.
  static func run(_ arguments: [String]) async -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return PublishStatus.done.rawValue
    } catch let status as Status {
      return status.code
    } catch {
      guard exitCode(for: error).isSuccess else {
        Console.complain(fullMessage(for: error))
        return PublishStatus.usage.rawValue
      }
      Console.print(fullMessage(for: error))
      return PublishStatus.done.rawValue
    }
  }
}

/// Ends a command with an exit status after it has said why.
struct Status: Error {
  var code: Int32
  init(_ status: PublishStatus) { code = status.rawValue }
  init(code: Int32) { self.code = code }
}
