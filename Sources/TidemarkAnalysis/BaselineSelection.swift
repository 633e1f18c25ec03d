import TidemarkHistory
import TidemarkModel
import TidemarkReport
private import TidemarkSyntax

/// Which runs of the history a run is held against.
///
/// Only runs that are no later than it count, so that the answer does not depend on which of two
/// pipelines ended first.
struct BaselineSelection: Sendable {
  /// Indices into ``HistoryContents/runs``: the newest of the base branch, oldest first.
  private(set) var base: [Int] = []
  /// Earlier runs of the same pull request or branch, oldest first; empty on the base branch.
  private(set) var own: [Int] = []
  private(set) var baseline = Baseline(status: .none)
  /// Whether the run is one of the base branch itself, and not of a change that is to go into it.
  let isOnBase: Bool

  /// The most earlier runs of one's own branch that count as further runs.
  static let ownLimit = 64
  /// The most runs of the base branch, whatever the options say: records pack a run in 14 bits.
  static let baseLimit = 8192
  /// Runs below which a baseline is partial.
  static let leastRuns = 5

  init(for run: RunHeader, in history: HistoryContents, options: JudgeOptions) {
    let branch = run.base ?? options.defaultBranch ?? run.branch
    let earlier = history.runs.indices.filter { index in
      let other = history.runs[index].header
      return other.id != run.id && other.time <= run.time
    }
    let ofBase = earlier.filter { history.runs[$0].header.isOfBase(branch) }
    isOnBase = run.pullRequest == nil && (branch == nil || run.branch == branch)
    let end = isOnBase ? .newest : Self.end(of: ofBase, for: run, history, options.commits)
    switch end {
    case .newest, .noMergeBase, .unknownMergeBase: base = ofBase
    case .run(let last), .beforeRun(let last): base = ofBase.filter { $0 <= last }
    case .nothing: base = []
    }
    base = base.suffix(min(max(options.baselineRuns, 0), Self.baseLimit))
    if !isOnBase {
      own = earlier.filter { history.runs[$0].header.isEarlier(of: run, base: branch) }
        .suffix(Self.ownLimit)
    }
    baseline = describe(run, branch: branch, end: end, history: history, options: options)
  }

  /// Where the base branch's runs end for a change that left it.
  private enum End {
    case newest
    /// Nothing tells where the change left its base branch: all earlier runs count.
    case noMergeBase
    /// The run of the merge base itself.
    case run(Int)
    /// The newest run that is known to be of the merge base's past.
    case beforeRun(Int)
    /// The log has the merge base, and every run of the base branch is newer.
    case nothing
    /// There is a merge base, but nothing tells where it lies: all earlier runs count.
    case unknownMergeBase
  }

  private static func end(
    of runs: [Int], for run: RunHeader, _ history: HistoryContents, _ log: CommitLog
  ) -> End {
    guard let mergeBase = run.mergeBase else { return .noMergeBase }
    if let itself = runs.last(where: { history.runs[$0].header.commit == mergeBase }) {
      return .run(itself)
    }
    guard let place = log.place(of: mergeBase) else { return .unknownMergeBase }
    let places = runs.map { history.runs[$0].header.commit.flatMap(log.place) }
    if places.contains(where: { $0 != nil }) {
      let last = places.lastIndex { known in known.map { $0 <= place } ?? false }
      return last.map { .beforeRun(runs[$0]) } ?? .nothing
    }
    guard let time = log.entries[place].time else { return .unknownMergeBase }
    // A commit's runs begin after it: one that began before the merge base is of its past.
    guard let last = runs.last(where: { history.runs[$0].header.time <= time }) else {
      return .nothing
    }
    return .beforeRun(last)
  }

  private func describe(
    _ run: RunHeader, branch: String?, end: End, history: HistoryContents, options: JudgeOptions
  ) -> Baseline {
    guard let newest = base.last.map({ history.runs[$0].header }) else {
      return Baseline(
        status: .none, branch: branch,
        message: absence(run, branch: branch, end: end, history: history))
    }
    let age = run.time.seconds(since: newest.time)
    var status = Baseline.Status.ok
    if base.count < Self.leastRuns || !history.damaged.isEmpty { status = .partial }
    if age > options.staleAfter { status = .stale }
    var message = "against \(Sentence.count(base.count, "run"))"
    if let branch { message += " of \(Sentence.quoted(branch))" }
    message += ", the newest \(TimeText.age(seconds: age)) old"
    if let commit = newest.commit { message += " (\(Sentence.commit(commit)))" }
    message += mergeBaseNote(run, end)
    if status == .stale {
      message += "; a baseline is stale from \(TimeText.age(seconds: options.staleAfter)) on"
    }
    if base.count < Self.leastRuns { message += "; \(Self.leastRuns) runs make a full baseline" }
    if !history.damaged.isEmpty {
      let count = history.damaged.count
      message +=
        "; \(Sentence.count(count, "segment")) of the history \(count == 1 ? "is" : "are") damaged"
    }
    return Baseline(
      status: status, runs: base.count, branch: branch, newestCommit: newest.commit,
      newestTime: newest.time, message: message)
  }

  private func absence(
    _ run: RunHeader, branch: String?, end: End, history: HistoryContents
  ) -> String {
    let others = history.runs.count { $0.header.id != run.id }
    if others == 0 { return "the history has no earlier run" }
    let later = history.runs.count { $0.header.id != run.id && $0.header.time > run.time }
    let place = branch.map { " of \(Sentence.quoted($0))" } ?? ""
    if later == others {
      return others == 1
        ? "the history's only run is newer than this one"
        : "all \(Sentence.count(others, "run")) of the history are newer than this one"
    }
    if case .nothing = end, let mergeBase = run.mergeBase {
      return
        "every run\(place) is newer than the merge base \(Sentence.commit(mergeBase))"
    }
    return others == 1
      ? "the history's only run is no earlier one\(place)"
      : "none of the history's \(Sentence.count(others, "run")) is an earlier one\(place)"
  }

  private func mergeBaseNote(_ run: RunHeader, _ end: End) -> String {
    guard let mergeBase = run.mergeBase.map(Sentence.commit) else {
      // In a shallow clone git cannot tell.
      return run.pullRequest == nil
        ? ""
        : "; the merge base is not known (fetch more commits), so all runs before this one count"
    }
    switch end {
    case .newest, .noMergeBase, .nothing: return ""
    case .run: return ", up to the merge base \(mergeBase)"
    case .beforeRun: return "; the merge base \(mergeBase) has no run, these are the ones before it"
    case .unknownMergeBase:
      return "; the merge base \(mergeBase) has no run, so all runs before this one count"
    }
  }
}

extension RunHeader {
  /// Whether this is a run of the branch `branch` itself; where no branch is known every run is that
  /// is no pull request's.
  fileprivate func isOfBase(_ branch: String?) -> Bool {
    pullRequest == nil && (branch == nil || self.branch == branch)
  }

  /// Whether this is a run of the same change as `run`: of its pull request, or of its branch where
  /// one of the two is no pull request's.
  fileprivate func isEarlier(of run: RunHeader, base: String?) -> Bool {
    if let own = pullRequest, let other = run.pullRequest {
      return own == other && branch == run.branch
    }
    guard let branch, branch != base else { return false }
    return branch == run.branch
  }
}
