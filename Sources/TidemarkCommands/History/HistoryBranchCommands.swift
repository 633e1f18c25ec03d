import ArgumentParser
internal import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// Which branch of which remote holds the history.
struct BranchOptions: ParsableArguments {
  @Option(
    help: "The branch (default: history.branch in tidemark.yml, else \(defaultBranch)).")
  var branch: String?

  @Option(help: "A remote's name, or an address (default: history.remote, else origin).")
  var remote: String?

  @Option(help: "The most seconds that it may take, all tries together.")
  var maxWait: Int?

  static let defaultBranch = "tidemark-history"
  private static let defaultWait = 300

  /// Runs `body` on the branch, and cleans up after it; nil where no remote is configured.
  func run<Value: Sendable>(
    _ session: Session,
    _ body: (HistoryBranch) async throws(HistoryBranch.Failure) -> Value
  ) async throws -> Value? {
    let wait = maxWait ?? session.settings.number("max_wait") ?? Self.defaultWait
    guard wait > 0 else {
      throw session.fail(
        Problem("--max-wait \(wait) is no time", remedy: "give seconds, 1 or more"), .usage)
    }
    let found: BranchRemote
    do throws(BranchRemote.Absence) {
      found = try await BranchRemote.find(
        remote ?? session.settings.history.remote, session: session)
    } catch {
      switch error {
      case .none(let name):
        session.progress.say("no remote \(name) is configured here")
        return nil
      case .problem(let problem): throw session.fail(problem, .usage)
      }
    }
    let name = branch ?? session.settings.history.branch ?? Self.defaultBranch
    let opened = try await orExit(.usage, session) { () async throws(HistoryBranch.Failure) in
      try await HistoryBranch.open(name, at: found, session: session, seconds: Double(wait))
    }
    defer { opened.close() }
    return try await orExit(.publish, session) { () async throws(HistoryBranch.Failure) in
      try await body(opened)
    }
  }

  /// The answer of `body`; a problem is said and ends the command with `status`.
  private func orExit<Value: Sendable>(
    _ status: ExitStatus, _ session: Session,
    _ body: () async throws(HistoryBranch.Failure) -> Value
  ) async throws -> Value {
    do throws(HistoryBranch.Failure) {
      return try await body()
    } catch {
      switch error {
      case .passing(let problem), .lasting(let problem), .noRepository(let problem):
        throw session.fail(problem, status)
      }
    }
  }
}

/// `tidemark history push`: adds the runs that a git branch lacks to it.
struct HistoryPushCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Add the runs and records that a git branch lacks to it, in one commit.",
    discussion: """
      The commit goes on top of whatever is there: where another job was first, it is made again on
      top of theirs. The branch is never forced anywhere. Work tree, index and HEAD are not touched;
      a shallow clone will do. Exits 4 if the branch could not be pushed to.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions
  @OptionGroup(title: "The branch") var branch: BranchOptions

  @Flag(help: "Exit 4 also where a fork's pull request may not push.")
  var requirePublish = false

  func run() async throws {
    let session = try Session(common)
    let history = options.folder(session.settings)
    _ = try session.orExit(.nothingRead) { () throws(Problem) in try history.list() }
    let isExpected =
      session.platform.isFork
      && !(requirePublish || (session.settings.flag("require_publish") ?? false))
    let pushed = try await branch.run(session) {
      branch async throws(HistoryBranch.Failure) -> HistoryTransfer.Pushed? in
      do throws(HistoryBranch.Failure) {
        return try await HistoryTransfer(
          branch: branch, history: history, progress: session.progress
        ).push()
      } catch {
        guard isExpected, case .lasting(let problem) = error else { throw error }
        session.progress.say(
          "not pushed, as a fork's pull request may not: \(problem.what)")
        return nil
      }
    }
    switch pushed {
    case nil:
      throw session.fail(
        Problem("there is nowhere to push to", remedy: "name a remote with --remote"), .usage)
    case .some(nil): return
    case .some(.some(let pushed)): answer(pushed, session)
    }
  }

  private func answer(_ pushed: HistoryTransfer.Pushed, _ session: Session) {
    pushed.problems.collapsed().forEach(session.progress.warn)
    if session.isJSON {
      var json = JSONWriter()
      json.object { json in
        json.member("commit", pushed.commit)
        json.member("added", array: pushed.added) { $0.string($1) }
        json.member("runs", array: pushed.runs) { $0.string($1) }
        json.member("joined", pushed.joined)
        json.member("tries", pushed.tries)
        json.member("segments", pushed.segments)
        json.member("bytes", pushed.bytes)
        json.member("damaged", array: pushed.problems) { $0.string($1.description) }
      }
      json.newLine()
      Terminal.print(bytes: json.bytes)
    } else if let commit = pushed.commit {
      let joined =
        pushed.joined > 0 ? ", \(NumberText.count(pushed.joined, "segment")) joined" : ""
      let tries = pushed.tries > 1 ? ", in \(NumberText.count(pushed.tries)) tries" : ""
      Terminal.print(
        "\(NumberText.count(pushed.runs.count, "run")) in "
          + "\(NumberText.count(pushed.added.count, "segment")) pushed as "
          + "\(commit.prefix(9))\(joined)\(tries); the branch holds "
          + "\(NumberText.count(pushed.segments, "segment")), "
          + "\(NumberText.count(pushed.bytes, "byte"))")
    } else {
      Terminal.print("nothing to push: the branch has it all")
    }
  }
}

/// `tidemark history pull`: takes in what a git branch holds.
struct HistoryPullCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Take in the runs and records of a git branch that `history push` made.",
    discussion: """
      Where there is no such remote or branch yet, there is nothing to take in, and that is no
      failure. Exits 4 if the remote cannot be reached.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions
  @OptionGroup(title: "The branch") var branch: BranchOptions

  func run() async throws {
    let session = try Session(common)
    let history = options.folder(session.settings)
    _ = try session.orExit(.nothingRead) { () throws(Problem) in try history.list() }
    let pulled = try await branch.run(session) {
      branch async throws(HistoryBranch.Failure) -> HistoryTransfer.Pulled in
      do throws(HistoryBranch.Failure) {
        return try await HistoryTransfer(
          branch: branch, history: history, progress: session.progress
        ).pull()
      } catch {
        guard case .noRepository(let problem) = error else { throw error }
        session.progress.say("\(problem)")
        return HistoryTransfer.Pulled()
      }
    }
    answer(pulled ?? HistoryTransfer.Pulled(), session)
  }

  private func answer(_ pulled: HistoryTransfer.Pulled, _ session: Session) {
    let result = pulled.result
    result.damaged.collapsed().forEach(session.progress.warn)
    if session.isJSON {
      var json = JSONWriter()
      json.object { json in
        json.member("commit", pulled.commit)
        json.member("added", array: result.added) { $0.string($1) }
        json.member("runs", array: result.runs) { $0.string($1) }
        json.member("present", result.present)
        json.member("damaged", array: result.damaged) { $0.string($1.description) }
      }
      json.newLine()
      Terminal.print(bytes: json.bytes)
    } else if let commit = pulled.commit {
      Terminal.print(
        "\(NumberText.count(result.runs.count, "run")) in "
          + "\(NumberText.count(result.added.count, "segment")) taken in from "
          + "\(commit.prefix(9)); \(NumberText.count(result.present)) were there already")
    } else {
      Terminal.print("no history there yet: nothing taken in")
    }
  }
}
