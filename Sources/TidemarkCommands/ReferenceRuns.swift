internal import TidemarkAnalysis
internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// Finds the stored runs that thresholds are relative to: those of tags, commits, branches, or runs
/// themselves, however old.
struct ReferenceRuns {
  private let history: History
  private let run: RunHeader
  /// Those that count and are no pull request's, oldest first; without the run itself.
  private let runs: [RunHeader]

  /// - Parameter run: Which is to be judged: it is no reference of its own.
  private init(_ history: History, for run: RunHeader) throws(Problem) {
    self.history = history
    self.run = run
    runs = try history.list().filter { $0.exclusion == nil }.map(\.header).filter {
      $0.pullRequest == nil && $0.id != run.id
    }
  }

  /// Gives each rule that names a reference the run that is found for it; where none is the rule
  /// stays without, and the report says so.
  static func find(
    for rules: inout [ThresholdRule], in history: History, run: RunHeader
  ) async {
    let names = Set(rules.compactMap { $0.reference?.name })
    guard !names.isEmpty, let references = try? ReferenceRuns(history, for: run) else { return }
    var found: [String: RunHeader] = [:]
    for name in names { found[name] = await references.header(name) }
    let ids = Set(found.values.map(\.id))
    guard
      let contents = try? history.load(LoadOptions(includes: { ids.contains($0.id) }, columns: []))
    else { return }
    let stored = Dictionary(
      contents.runs.map { ($0.header.id, ReferenceRun($0, in: contents)) },
      uniquingKeysWith: { first, _ in first })
    for index in rules.indices {
      guard let name = rules[index].reference?.name, let header = found[name] else { continue }
      rules[index].reference?.run = stored[header.id]
    }
  }

  private func header(_ name: String) async -> RunHeader? {
    if Glob.isPattern(name) {
      let own = run.commit
      for tag in await Git.tags(name) {
        if tag.commit != own, let run = newest(tag.commit) { return run }
      }
      return nil
    }
    if let run = runs.last(where: { $0.id == name }) { return run }
    if let commit = await Git.commit(ofTag: name), let run = newest(commit) { return run }
    if name.utf8.count >= 7, let run = runs.last(where: { $0.commit?.hasPrefix(name) == true }) {
      return run
    }
    return runs.last { $0.branch == name }
  }

  private func newest(_ commit: String) -> RunHeader? { runs.last { $0.commit == commit } }
}
