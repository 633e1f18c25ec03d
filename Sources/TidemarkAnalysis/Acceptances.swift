import TidemarkHistory
import TidemarkModel

/// Which changes people have accepted, and from which run of the window on.
struct Acceptances: Sendable {
  private var indices: [Identifier: Int] = [:]

  /// A record whose run and commit are neither in the window nor in the log says nothing here: what
  /// it accepted is older than anything that is judged.
  init(_ history: HistoryContents, window: Window, run: RunHeader, options: JudgeOptions) {
    let headers = window.runs.map(\.header) + [run]
    for case .accept(let id, let commit, let acceptedRun, _, _) in history.records {
      let index =
        headers.firstIndex { $0.id == acceptedRun }
        ?? commit.flatMap { Self.index(of: $0, in: headers, options.commits) }
      guard let index else { continue }
      let target = options.aliases.target(of: id)
      indices[target] = max(indices[target] ?? 0, index)
    }
  }

  var isEmpty: Bool { indices.isEmpty }

  /// The index of the first run that has the newest accepted change of `id`.
  func index(of id: Identifier) -> Int? { indices[id] }

  private static func index(of commit: String, in headers: [RunHeader], _ log: CommitLog) -> Int? {
    if let index = headers.firstIndex(where: { $0.commit == commit }) { return index }
    guard let place = log.place(of: commit) else { return nil }
    return headers.firstIndex { header in
      header.commit.flatMap(log.place).map { $0 >= place } ?? false
    }
  }
}
