package import ArgumentParser

/// The command line's root.
package struct Tidemark: AsyncParsableCommand {
  /// The program's version, as `--version` and every report print it.
  package static let version = "0.1.0"

  package static let configuration = CommandConfiguration(
    commandName: "tidemark",
    abstract: "Says what a pipeline run made worse, how sure that is, and since which commit.",
    version: version,
    subcommands: [
      ReportCommand.self, CollectCommand.self, InspectCommand.self, FormatsCommand.self,
      HistoryCommand.self, CompareCommand.self, DetectCommand.self,
    ])

  package init() {}

  /// Runs the command that `arguments` name.
  ///
  /// - Returns: The process's exit status: see ``ExitStatus``.
  package static func run(_ arguments: [String]) async -> Int32 {
    do {
      var command = try parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return ExitStatus.done.rawValue
    } catch let status as ExitStatus {
      return status.rawValue
    } catch {
      return explain(error)
    }
  }

  /// Help and the version go to standard output and are no failure; all else is wrong usage.
  private static func explain(_ error: any Error) -> Int32 {
    guard exitCode(for: error).isSuccess else {
      Terminal.complain(fullMessage(for: error))
      return ExitStatus.usage.rawValue
    }
    Terminal.print(fullMessage(for: error))
    return ExitStatus.done.rawValue
  }
}
