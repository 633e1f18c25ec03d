internal import TidemarkConfig
internal import TidemarkModel

/// What every command starts with: the environment, read once, the configuration, the CI platform's
/// facts, and a voice.
struct Session: Sendable {
  let environment: [String: String]
  let settings: Config
  let platform: PlatformFacts
  let progress: Progress
  /// Whether standard output is written in colours.
  let usesColor: Bool
  /// Whether the answer is for machines.
  let isJSON: Bool

  /// The most bytes of a configuration, and of a file that a platform's variable names.
  private static let fileLimit = 4 << 20
  private static let defaultFile = "tidemark.yml"

  /// - Parameter branch: The branch that `--branch` gives, for the configuration's overlays.
  /// - Throws: ``ExitStatus/usage`` after saying what is wrong with the configuration.
  init(_ common: CommonOptions, branch: String? = nil) throws {
    let environment = ProcessEnvironment.variables()
    var platform = Session.platform(environment)
    let answer: Result<Config, Problem>
    do throws(Problem) {
      let config = try Session.config(
        common.config ?? environment["TIDEMARK_CONFIG"].flatMap(\.nonEmptyText),
        environment: environment, branch: branch, platform: platform)
      answer = .success(config)
    } catch {
      answer = .failure(error)
    }
    self.environment = environment
    switch answer {
    case .success(let config):
      settings = config
      if let name = config.platform, let named = Platform(rawValue: name) {
        platform = Session.platform(environment, named)
      }
      progress = common.progress(environment: environment, settings: config)
    case .failure(let problem):
      let plain = common.progress(environment: environment, settings: Config())
      plain.fail(problem)
      throw ExitStatus.usage
    }
    self.platform = platform
    usesColor = common.usesColor(
      onTerminal: Terminal.isOutputTerminal, environment: environment, settings: settings)
    isJSON = common.json || (settings.flag("json") ?? false)
  }

  /// Where the command line, the environment or the file want what was done to be written down.
  static func auditLog(_ common: CommonOptions) -> String? {
    if let path = common.auditLog { return path }
    let environment = ProcessEnvironment.variables()
    let variable = environment["TIDEMARK_AUDIT_LOG"].flatMap(\.nonEmptyText)
    do throws(Problem) {
      let config = try config(
        common.config ?? environment["TIDEMARK_CONFIG"].flatMap(\.nonEmptyText),
        environment: environment, branch: nil, platform: platform(environment))
      return config.text("audit_log")
    } catch {
      // The command has said what is wrong with the file.
      return variable
    }
  }

  private static func platform(
    _ environment: [String: String], _ named: Platform? = nil
  ) -> PlatformFacts {
    PlatformFacts.read(environment, platform: named) { FileBytes.read($0, limit: fileLimit) }
  }

  private static func config(
    _ named: String?, environment: [String: String], branch: String?, platform: PlatformFacts
  ) throws(Problem) -> Config {
    let path = named ?? defaultFile
    let bytes = FileBytes.read(path, limit: fileLimit)
    if bytes == nil, named != nil || FileBytes.isThere(path) {
      throw Problem(
        "the configuration cannot be read", path: path,
        remedy: "name a file that may be read, of up to 4 MiB")
    }
    return try Config.read(
      bytes, path: path, environment: environment, branch: branch,
      told: platform.branch ?? (bytes == nil ? nil : Git.checkedOutBranch()),
      platform: platform.platform?.rawValue)
  }

  /// Whether a command only shows what it would do.
  func isDryRun(_ flag: Bool) -> Bool { flag || (settings.flag("dry_run") ?? false) }

  /// Says what is wrong, and ends the command.
  func fail(_ problem: Problem, _ status: ExitStatus) -> ExitStatus {
    progress.fail(problem)
    return status
  }

  /// The answer of `body`; a problem is said and ends the command with `status`.
  func orExit<Answer>(
    _ status: ExitStatus, _ body: () throws(Problem) -> Answer
  ) throws -> Answer {
    do throws(Problem) {
      return try body()
    } catch {
      progress.fail(error)
      throw status
    }
  }
}

extension String {
  /// nil where it is empty.
  fileprivate var nonEmptyText: String? { isEmpty ? nil : self }
}
