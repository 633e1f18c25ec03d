internal import TidemarkModel

/// What every command starts with: the environment, read once, the settings, and a voice.
struct Session {
  let environment: [String: String]
  let settings: Settings
  let progress: Progress
  let platform = PlatformFacts()

  /// - Throws: ``ExitStatus/usage`` after saying what is wrong with the configuration.
  init(_ common: CommonOptions) throws {
    environment = ProcessEnvironment.variables()
    progress = common.progress(environment: environment)
    settings = Settings(environment: environment)
  }

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

/// PLACEHOLDER until config lands.
struct Settings {
  let environment: [String: String]
  func text(_ key: String) -> String? {
    environment["TIDEMARK_" + key.uppercased()]
  }
  func number(_ key: String) -> Int? { text(key).flatMap { Int($0) } }
  func labels(forInput path: String) -> Labels { .none }
  func flag(_ key: String) -> Bool { text(key) == "true" }
  func list(_ key: String) -> [String] {
    (text(key) ?? "").split(separator: "\n").map(String.init)
  }
}

struct PlatformFacts {
  var runID: String?
  var attempt: Int?
  var commit: String?
  var branch: String?
  var base: String?
  var mergeBase: String?
  var pullRequest: String?
  var url: String?
  var job: String?
  var jobURL: String?
  var defaultBranch: String?
  var startTime: Timestamp?
}
