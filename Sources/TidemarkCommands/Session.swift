internal import TidemarkModel

/// What every command starts with: the environment, read once, the settings, and a voice.
struct Session {
  let environment: [String: String]
  let settings: Settings
  let progress: Progress

  /// - Throws: ``ExitStatus/usage`` after saying what is wrong with the configuration.
  init(_ common: CommonOptions) throws {
    environment = ProcessEnvironment.variables()
    progress = common.progress(environment: environment)
    settings = Settings(environment: environment)
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

/// PLACEHOLDER until config lands.
struct Settings {
  let environment: [String: String]
  func text(_ key: String) -> String? {
    environment["TIDEMARK_" + key.uppercased()]
  }
}
