internal import TidemarkAnalysis
internal import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkReport

/// Judges runs of the history again, with the code, the config and the log of `report`.
struct Rejudgement: Sendable {
  let history: HistoryContents
  let options: JudgeOptions

  /// - Parameter history: With the runs that those to be judged are held against.
  init(_ history: HistoryContents, session: Session) async throws {
    var options = try Rejudgement.options(session)
    options.take(session.settings.aliases, in: history)
    options.defaultBranch = session.platform.defaultBranch
    if let commit = history.runs.last(where: { $0.header.commit != nil })?.header.commit {
      options.commits = await CommitLog.read(upTo: commit)
    }
    self.history = history
    self.options = options
  }

  /// What the config says, before a history is read.
  static func options(_ session: Session) throws -> JudgeOptions {
    try session.orExit(.usage) { () throws(Problem) in
      var options = JudgeOptions(generator: Generator(version: Tidemark.version))
      try options.take(session.settings)
      return options
    }
  }

  /// What `report` would say today of a stored run, if it had come after the runs before it.
  func report(on run: StoredRun) async -> Report {
    await Judge(options: options).report(on: Run(run, in: history), against: history, workers: 2)
  }
}

extension CommitLog {
  /// The most commits that are read.
  private static let limit = 2000

  /// The commits up to `commit`, as far as there is a checkout that has it.
  static func read(upTo commit: String) async -> CommitLog {
    CommitLog(
      await Git.log(upTo: commit, limit: limit).reversed().map {
        Entry(
          commit: $0.hash, author: $0.author, subject: $0.subject, time: $0.time,
          paths: $0.paths)
      })
  }
}
