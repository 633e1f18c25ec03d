package import ArgumentParser
private import TidemarkConfig
internal import TidemarkModel
private import TidemarkSyntax

/// The command line's root.
package struct Tidemark: AsyncParsableCommand {
  /// The program's version, as `--version` and every report print it.
  package static let version = "0.1.0"

  package static let configuration = CommandConfiguration(
    commandName: "tidemark",
    abstract: "Says what a pipeline run made worse, how sure that is, and since which commit.",
    version: version,
    subcommands: [
      ReportCommand.self, SiteCommand.self, CollectCommand.self, InspectCommand.self,
      FormatsCommand.self, HistoryCommand.self, CompareCommand.self, AcceptCommand.self,
      DetectCommand.self, InitCommand.self, MatrixCommand.self, RunCommand.self,
      PublishCommand.self, TriggerCommand.self, DoctorCommand.self,
    ])

  package init() {}

  /// Runs the command that the process was given.
  package static func run() async -> Int32 { await run(ProcessEnvironment.arguments()) }

  /// Runs the command that `arguments` name.
  ///
  /// - Returns: The process's exit status: see ``ExitStatus``.
  package static func run(_ arguments: [String]) async -> Int32 {
    ProcessEnvironment.openStandardStreams()
    if PublishProgram.isMeant(by: arguments) { return PublishProgram.become(with: arguments) }
    let began = Timestamp(millisecondsSince1970: ProcessEnvironment.now())
    do {
      var command = try parseAsRoot(arguments)
      var status = try await status(of: &command)
      if let problem = Terminal.outputProblem {
        Terminal.complain("\(problem)", after: "error: ")
        status = ExitStatus.usage.rawValue
      }
      if let signal = Interruption.signal { status = 128 + signal }
      let common = (command as? any TidemarkCommand)?.common
      if let path = common.flatMap({ Session.auditLog($0) }) {
        try AuditLog(path: path).append(
          arguments: arguments, status: status, began: began,
          ended: Timestamp(millisecondsSince1970: ProcessEnvironment.now()))
      }
      Interruption.end()
      return status
    } catch let problem as Problem {
      Terminal.complain("\(problem)", after: "error: ")
      return ExitStatus.usage.rawValue
    } catch {
      if !exitCode(for: error).isSuccess, let problem = unknownCommand(in: arguments) {
        Terminal.complain("\(problem)", after: "error: ")
        return ExitStatus.usage.rawValue
      }
      return explain(error)
    }
  }

  /// What is wrong with the first of `arguments` that is to name a command and names none.
  static func unknownCommand(in arguments: [String]) -> Problem? {
    var command: any ParsableCommand.Type = Tidemark.self
    var path = "tidemark"
    for name in arguments {
      var names: [String] = []
      var next: (any ParsableCommand.Type)?
      for subcommand in command.configuration.subcommands {
        let known = subcommand.configuration.commandName ?? ""
        names.append(known)
        if known == name { next = subcommand }
      }
      guard !names.isEmpty, !name.hasPrefix("-"), name != "help" else { return nil }
      guard let next else {
        let nearest = NearestName.of(name, among: names)
        return Problem(
          "`\(path)` has no command `\(SafeText.oneLine(name))`",
          remedy: nearest.map { "did you mean `\(path) \($0)`?" } ?? "`\(path) --help` lists them")
      }
      command = next
      path += " \(name)"
    }
    return nil
  }

  private static func status(of command: inout any ParsableCommand) async throws -> Int32 {
    do {
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return ExitStatus.done.rawValue
    } catch let status as ExitStatus {
      return status.rawValue
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

/// A command that takes what all commands take.
protocol TidemarkCommand: AsyncParsableCommand {
  var common: CommonOptions { get }
}
