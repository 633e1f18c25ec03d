import TidemarkHistory
import TidemarkModel
import TidemarkReport
private import TidemarkRun

/// The runs that a run is held against, oldest first: those of the base branch, then its own earlier
/// ones. The run itself is none of them; its index is ``currentIndex``.
struct Window: Sendable {
  let runs: [StoredRun]
  /// The first so many are runs of the base branch.
  let baseCount: Int
  /// For each run, then this one: the same number for the same commit.
  let commitNumbers: [Int]
  /// The jobs of this run that brought results, in the order of their names.
  let jobs: [String]
  /// For each run and each of its jobs: the place in ``jobs`` of the job of that name, or −1.
  let jobPlaces: [[Int32]]
  /// For each run, whether more than half of at least ten tests failed: such a run tells of the
  /// machinery, not of how reliable its tests are.
  let isMassFailure: [Bool]
  /// For each run, how many of its tests ended how.
  private let counts: [OutcomeCounts]

  var currentIndex: Int { runs.count }

  init(_ selection: BaselineSelection, of history: HistoryContents, for run: Run) {
    runs = (selection.base + selection.own).map { history.runs[$0] }
    baseCount = selection.base.count
    commitNumbers = Self.numbers(runs.map(\.header.commit) + [run.header.commit])
    let jobs = run.parts.filter(\.hasResults).map(\.job)
    let places = Dictionary(
      jobs.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { a, _ in a })
    self.jobs = jobs
    jobPlaces = runs.map { stored in stored.jobs.map { places[$0.name] ?? -1 } }
    counts = runs.map { Self.counts($0.outcomes.codes) }
    isMassFailure = counts.map { counts in
      let executed = counts.total - counts.skipped
      return executed >= 10 && (counts.failed + counts.errored) * 2 > executed
    }
  }

  /// Runs without a commit have a number each.
  private static func numbers(_ commits: [String?]) -> [Int] {
    var known: [String: Int] = [:]
    return commits.enumerated().map { index, commit in
      guard let commit else { return index }
      if let number = known[commit] { return number }
      known[commit] = index
      return index
    }
  }

  private static func counts(_ codes: [UInt8]) -> OutcomeCounts {
    var ofCode = (passed: 0, failed: 0, errored: 0, skipped: 0)
    for code in codes {
      switch code & 3 {
      case 0: ofCode.passed += 1
      case 1: ofCode.failed += 1
      case 2: ofCode.errored += 1
      default: ofCode.skipped += 1
      }
    }
    var counts = OutcomeCounts()
    (counts.passed, counts.failed) = (ofCode.passed, ofCode.failed)
    (counts.errored, counts.skipped) = (ofCode.errored, ofCode.skipped)
    return counts
  }

  /// The indices of the newest `limit` runs of the base branch that have the job `name`, newest
  /// first.
  func baseRuns(withJob name: String, limit: Int) -> [Int] {
    var found: [Int] = []
    for index in (0..<baseCount).reversed() where found.count < limit {
      if runs[index].jobs.contains(where: { $0.name == name }) { found.append(index) }
    }
    return found
  }

  /// Where a run stands in a report, with what came before it.
  func changePoint(
    at index: Int, of run: RunHeader, changePercent: Double? = nil, isWorse: Bool = true,
    isConfirmed: Bool = true, previous: Int? = nil
  ) -> ChangePoint {
    let header = index < runs.count ? runs[index].header : run
    let before = previous ?? index - 1
    let isKnown = runs.indices.contains(before)
    var point = ChangePoint(
      index: index, run: header.id, commit: header.commit, time: header.time,
      previousCommit: isKnown ? runs[before].header.commit : nil,
      changePercent: changePercent, isWorse: isWorse, isConfirmed: isConfirmed)
    point.previousIndex = isKnown ? before : nil
    return point
  }

  /// The window's runs and this one, as the report has them.
  func reported(with run: Run) -> [WindowRun] {
    zip(runs, counts).map { stored, counts in
      let header = stored.header
      return WindowRun(
        id: header.id, identifier: Identity.id(ofRun: header.id), time: header.time,
        commit: header.commit, branch: header.branch, url: header.url,
        verdict: stored.judgement.flatMap { Verdict(rawValue: $0.verdict) }, counts: counts,
        seriesCount: stored.values.count)
    } + [Self.reported(run)]
  }

  private static func reported(_ run: Run) -> WindowRun {
    var counts = OutcomeCounts()
    for part in run.parts { for test in part.tests { counts.add(test.outcome) } }
    let header = run.header
    return WindowRun(
      id: header.id, identifier: Identity.id(ofRun: header.id), time: header.time,
      commit: header.commit, branch: header.branch, url: header.url, counts: counts,
      seriesCount: run.parts.reduce(0) { $0 + $1.values.count })
  }
}

extension Part {
  /// Whether the job delivered anything; one that did not is missing, whatever its part says.
  var hasResults: Bool { !tests.isEmpty || !values.isEmpty }
}
