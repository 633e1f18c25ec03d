import TidemarkHistory
import TidemarkModel
import TidemarkReport

/// Which changes people have accepted, and from which run of the window on.
struct Acceptances: Sendable {
  private var newest: [Identifier: Acceptance] = [:]
  /// What accepts all that began in a run of the window, by the run's index.
  private var clusters: [Int: Acceptance] = [:]

  /// What a commit's abbreviation has at least.
  private static let leastDigits = 7

  /// One whose run and commit are neither in the window nor in the log says nothing here: what it
  /// accepted is older than anything that is judged.
  init(_ history: HistoryContents, window: Window, run: Run, options: JudgeOptions) {
    let headers = window.runs.map(\.header) + [run.header]
    for case .accept(let id, let commit, let acceptedRun, let reason, let author)
      in history.records
    {
      let index =
        headers.firstIndex { $0.id == acceptedRun }
        ?? commit.flatMap { Self.index(of: $0, in: headers, options.commits) }
      add(options.aliases.target(of: id), at: index, in: headers, reason, author)
    }
    for change in options.accepted {
      let index = Self.index(of: change.commit, in: headers, options.commits)
      for id in Self.ids(change.pattern, history, run) {
        add(options.aliases.target(of: id), at: index, in: headers, change.reason, nil)
      }
    }
    guard !newest.isEmpty else { return }
    for (index, header) in headers.enumerated() {
      clusters[index] = newest[Clusters.id(kind: Clusters.commitKind, run: header.id)]
    }
  }

  /// The ids that a pattern of the config means: itself, or those of the names that it meets.
  private static func ids(
    _ pattern: NamePattern, _ history: HistoryContents, _ run: Run
  ) -> Set<Identifier> {
    if let id = pattern.id { return [id] }
    var ids: Set<Identifier> = []
    for series in history.series where pattern.matches(series.identity, id: series.id) {
      ids.insert(series.id)
    }
    for test in history.tests where pattern.matches(test.identity, id: test.id, file: nil) {
      ids.insert(test.id)
    }
    for part in run.parts {
      for value in part.values where pattern.matches(value.identity, id: value.id) {
        ids.insert(value.id)
      }
      for test in part.tests
      where pattern.matches(test.identity, id: test.id, file: test.detail?.file) {
        ids.insert(test.id)
      }
    }
    return ids
  }

  /// Keeps the newest of each id; of two at one run the one that was there.
  private mutating func add(
    _ id: Identifier, at index: Int?, in headers: [RunHeader], _ reason: String, _ author: String?
  ) {
    guard let index, newest[id].map({ $0.index < index }) ?? true else { return }
    let header = headers[index]
    newest[id] = Acceptance(
      id: id, index: index, run: header.id, commit: header.commit, reason: reason, author: author)
  }

  var isEmpty: Bool { newest.isEmpty }

  /// The newest acceptance of each id, oldest first.
  var all: [Acceptance] { newest.values.sorted { ($0.index, $0.id) < ($1.index, $1.id) } }

  subscript(id: Identifier) -> Acceptance? { newest[id] }

  /// The index of the first run that has the newest accepted change of `id`.
  func index(of id: Identifier) -> Int? { newest[id]?.index }

  /// What accepts the cluster of one of the runs, the newest first, and which run that is.
  func ofCluster(in runs: ClosedRange<Int>) -> (acceptance: Acceptance, run: Int)? {
    guard !clusters.isEmpty else { return nil }
    for run in runs.reversed() {
      if let acceptance = clusters[run] { return (acceptance, run) }
    }
    return nil
  }

  private static func index(of commit: String, in headers: [RunHeader], _ log: CommitLog) -> Int? {
    if let index = headers.firstIndex(where: { $0.commit == commit }) { return index }
    let isAbbreviated = (leastDigits..<40).contains(commit.utf8.count)
    if isAbbreviated,
      let index = headers.firstIndex(where: { $0.commit?.hasPrefix(commit) == true })
    {
      return index
    }
    let place =
      log.place(of: commit)
      ?? (isAbbreviated ? log.entries.firstIndex { $0.commit.hasPrefix(commit) } : nil)
    guard let place else { return nil }
    return headers.firstIndex { header in
      header.commit.flatMap(log.place).map { $0 >= place } ?? false
    }
  }
}
