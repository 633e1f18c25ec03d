internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// Moves segments between a folder and a branch.
struct HistoryTransfer: Sendable {
  let branch: HistoryBranch
  let history: History
  let progress: Progress

  /// How often a push is offered. Of n pushers at once each round lets one through at least; the
  /// pauses between rounds grow, so that hundreds of jobs find a gap.
  static let tryLimit = 40

  /// How often a remote that cannot be reached is asked.
  private static let connectionLimit = 4

  struct Pushed: Sendable {
    /// nil where there was nothing to push.
    var commit: String?
    var added: [String] = []
    var runs: [String] = []
    /// How many segments compaction replaced.
    var joined = 0
    var tries = 1
    /// What the branch's tip holds.
    var segments = 0
    var bytes = 0
    var problems: [Problem] = []
  }

  struct Pulled: Sendable {
    /// nil where there is no such branch.
    var commit: String?
    var result = ExchangeResult.nothing
  }

  // MARK: Push

  /// Adds what the branch lacks in one commit on top of what is there; where somebody else was
  /// first, on top of theirs. The branch is never moved anywhere else.
  func push() async throws(HistoryBranch.Failure) -> Pushed {
    var tries = 1
    while true {
      let (answer, pushed) = try await pushOnce()
      switch answer {
      case .done:
        var pushed = pushed
        pushed.tries = tries
        return pushed
      case .refused(let problem):
        throw .lasting(problem)
      case .lost:
        progress.detail("somebody else was first; once more on top of theirs")
        guard tries < HistoryTransfer.tryLimit, branch.secondsLeft > 0 else {
          throw .lasting(
            Problem(
              "the branch \(branch.name) moved away \(NumberText.count(tries)) times",
              remedy: "push again later, or give --max-wait more seconds"))
        }
        await pause(after: tries)
        tries += 1
      }
    }
  }

  private func pushOnce() async throws(HistoryBranch.Failure) -> (HistoryBranch.PushAnswer, Pushed)
  {
    let tip = try await reachable { () async throws(HistoryBranch.Failure) in
      try await branch.fetchTip()
    }
    if let tip, tip.segments.isEmpty, !tip.entries.isEmpty {
      throw .lasting(
        Problem(
          "the branch \(branch.name) holds other files and no history",
          remedy: "name another branch with --branch or history.branch"))
    }
    let (folder, refused) = try await branch.unpack(tip)
    var pushed = Pushed()
    let result: ExchangeResult
    var covered: Set<String> = []
    do throws(Problem) {
      result = try folder.takeNews(from: history)
      if !result.added.isEmpty,
        let joined = try folder.compact(whenMoreThan: History.smallSegmentLimit)
      {
        covered = Set(joined.removed)
        pushed.joined = covered.count
      }
      (pushed.segments, pushed.bytes) = try folder.size()
    } catch { throw .lasting(error) }
    pushed.problems = refused + result.damaged
    guard !result.added.isEmpty else { return (.done, pushed) }
    pushed.added = result.added
    pushed.runs = result.runs
    let (commit, answer) = try await reachable { () async throws(HistoryBranch.Failure) in
      try await branch.push(
        folder, on: tip, added: Set(result.added), covered: covered, message: message(pushed))
    }
    pushed.commit = commit
    return (answer, pushed)
  }

  /// GitLab, GitHub and Azure start no pipeline for a commit that says `[skip ci]`.
  private func message(_ pushed: Pushed) -> String {
    let what =
      pushed.runs.isEmpty
      ? NumberText.count(pushed.added.count, "segment") : NumberText.count(pushed.runs.count, "run")
    let joined =
      pushed.joined > 0 ? ", join \(NumberText.count(pushed.joined, "segment"))" : ""
    return "Add \(what)\(joined) [skip ci]\n"
  }

  /// A pause of a random length, up to twice as long after each try, until 8 s.
  private func pause(after tries: Int) async {
    let longest = min(100 << min(tries, 7), 8_000)
    try? await Task.sleep(for: .milliseconds(Int.random(in: 0...longest)))
  }

  /// Asks again, after longer and longer pauses, while the network is what fails.
  private func reachable<Value: Sendable>(
    _ ask: () async throws(HistoryBranch.Failure) -> Value
  ) async throws(HistoryBranch.Failure) -> Value {
    var tries = 1
    while true {
      do throws(HistoryBranch.Failure) {
        return try await ask()
      } catch {
        guard case .passing(let problem) = error, tries < HistoryTransfer.connectionLimit,
          branch.secondsLeft > 0
        else { throw error }
        progress.detail("\(problem); once more")
        try? await Task.sleep(for: .milliseconds(min(500 << tries, 4_000)))
        tries += 1
      }
    }
  }

  // MARK: Pull

  /// Takes in what the branch has and the folder lacks.
  func pull() async throws(HistoryBranch.Failure) -> Pulled {
    let tip = try await reachable { () async throws(HistoryBranch.Failure) in
      try await branch.fetchTip()
    }
    guard let tip else { return Pulled() }
    let (folder, refused) = try await branch.unpack(tip)
    do throws(Problem) {
      var result = try history.takeNews(from: folder)
      result.damaged = refused + result.damaged.map { refusal($0, in: folder) }
      return Pulled(commit: tip.commit, result: result)
    } catch { throw .lasting(error) }
  }

  /// The problem, said of the branch and not of a temporary folder.
  private func refusal(_ problem: Problem, in folder: History) -> Problem {
    var problem = problem
    if let path = problem.path, path.hasPrefix(folder.directory + "/") {
      problem.path = "\(branch.name):\(path.dropFirst(folder.directory.count + 1))"
    }
    return problem
  }
}
