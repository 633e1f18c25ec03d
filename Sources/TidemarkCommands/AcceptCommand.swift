import ArgumentParser
internal import TidemarkAnalysis
internal import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkReport
private import TidemarkSyntax

/// `tidemark accept ID…`: these changes are intended; from here on the new level is the baseline.
struct AcceptCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "accept",
    abstract: "Say that a change is intended: its new level is the baseline from there on.",
    discussion: """
      ID is that of a series, of a test, or of a cluster, which stands for all its members; the report
      shows them. What is accepted is recorded in the history and travels with it. The place is the run
      at which the change began. Where the history shows no change of ID yet, it is the commit that is
      checked out: say so before the run that will show it. The key `accept` of an annotation in
      tidemark.yml does the same from a file in the repository. A history keeps no messages: which
      failures a cluster of equal messages has is read from the report that names it.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var historyOptions: HistoryOptions

  @Argument(help: ArgumentHelp("Ids of series, tests or clusters.", valueName: "id"))
  var ids: [String]

  @Option(help: "Why it is intended: it is shown on the chart.")
  var reason: String?

  @Option(help: "The commit that made the change, if it is not the one at which it shows.")
  var commit: String?

  @Option(help: "The run from which on the level is accepted.")
  var run: String?

  @Option(
    help: ArgumentHelp(
      "The report that names a cluster: report.json, or its folder (default: tidemark-report).",
      valueName: "path"))
  var report: String?

  @Option(help: "Who says so (default: GIT_AUTHOR_NAME, else git's user.name).")
  var author: String?

  func run() async throws {
    let session = try Session(common)
    let reason = (reason ?? session.settings.text("reason") ?? "").trimmed
    guard !reason.isEmpty else {
      throw session.fail(
        Problem("there is no --reason", remedy: "say why the change is intended"), .usage)
    }
    let folder = historyOptions.folder(session.settings)
    let storedRuns = try Rejudgement.options(session).storedRuns
    let contents = try session.orExit(.nothingRead) { () throws(Problem) in
      try folder.load(LoadOptions(newestOfEachBranch: storedRuns))
    }
    let settings = session.settings
    let findings = await AcceptableChanges(
      ids, in: try await Rejudgement(contents, session: session),
      reported: try session.orExit(.usage) { () throws(Problem) in
        try ReportedClusters.read(
          report ?? settings.text("report"), else: settings.text("out") ?? "tidemark-report")
      })
    let head = await Git.head().commit
    let author = await authorName(session)
    let accepted = try session.orExit(.usage) { () throws(Problem) in
      guard !contents.runs.isEmpty else {
        throw Problem(
          "there is no run to accept a change of", path: folder.directory,
          remedy: "name the history's folder with --history")
      }
      let place = try Self.place(
        run: run ?? session.settings.text("run"), commit: commit, in: contents)
      let standing = session.platform.commit ?? head
      let changes = try findings.changes(from: place, else: standing)
      _ = try folder.append(
        changes.map {
          .accept(
            id: $0.id, commit: $0.commit, run: $0.run, reason: reason, author: author)
        })
      return changes
    }
    for change in accepted {
      if session.isJSON {
        Terminal.print(bytes: change.json(reason: reason, author: author))
      } else {
        Terminal.print(Terminal.harmless(change.line))
      }
    }
  }

  private func authorName(_ session: Session) async -> String? {
    let told = [
      author, session.settings.text("author"), session.environment["GIT_AUTHOR_NAME"],
    ].lazy
      .compactMap { $0?.trimmed }.first { !$0.isEmpty }
    if let told { return told }
    return await Git.userName()
  }

  /// What `--run` and `--commit` name; nil where neither is given.
  private static func place(
    run: String?, commit: String?, in contents: HistoryContents
  ) throws(Problem) -> AcceptedPlace? {
    if let run {
      guard let header = contents.runs.last(where: { $0.header.id == run })?.header else {
        throw Problem(
          "has no run \(run) that counts", remedy: "`tidemark history list` prints the ids")
      }
      return AcceptedPlace(run: header.id, commit: commit ?? header.commit)
    }
    guard let commit else { return nil }
    let known = contents.runs.lazy.compactMap(\.header.commit).last { $0.hasPrefix(commit) }
    return AcceptedPlace(run: nil, commit: commit.utf8.count >= 7 ? known ?? commit : commit)
  }
}

/// Where an acceptance holds from.
struct AcceptedPlace: Sendable {
  var run: String?
  var commit: String?
}

/// The changes that ids from the command line stand for.
private struct AcceptableChanges: Sendable {
  private let ids: [String]
  private let contents: HistoryContents
  private var found: [Identifier: [Change]] = [:]
  /// What stands in the newest reports and is worth accepting, the worst first.
  private var open: [Identifier] = []
  /// Clusters of which nothing fails a verdict, and all clusters until those are told apart.
  private var clusters: Set<Identifier> = []
  private var settled: Set<Identifier> = []

  struct Change: Sendable {
    var id: Identifier
    var kind: String
    var name: String
    /// The cluster that it was named by.
    var cluster: Identifier?
    var state: String?
    var run: String?
    var commit: String?
  }

  /// The most branches whose newest run is judged again.
  private static let branchLimit = 16

  /// - Parameter reported: For each cluster of a report its members.
  init(
    _ ids: [String], in rejudgement: Rejudgement, reported: [Identifier: [Identifier]]
  ) async {
    self.ids = ids
    contents = rejudgement.history
    let wanted = ids.compactMap { Identifier($0) }
    var missing = Set(wanted)
    // The members of a cluster that no judgement finds again are looked for themselves.
    for id in wanted { missing.formUnion(reported[id] ?? []) }
    // What is no id at all is answered with what there is to accept.
    let isAnyWrong = ids.contains { Identifier($0) == nil }
    for run in Self.newestRuns(contents) where !missing.isEmpty || (isAnyWrong && open.isEmpty) {
      add(await rejudgement.report(on: run), run.header)
      missing.subtract(found.keys)
    }
    for id in wanted where found[id] == nil {
      let members = (reported[id] ?? []).flatMap { found[$0] ?? [] }
      guard !members.isEmpty else { continue }
      found[id] = members.map { change in
        var change = change
        change.cluster = id
        return change
      }
    }
    settled = Set(wanted.filter { found[$0] == nil && reported[$0] != nil }).union(clusters)
  }

  /// The newest run of each branch and pull request, the newest first.
  private static func newestRuns(_ contents: HistoryContents) -> [StoredRun] {
    var seen: Set<[String?]> = []
    return Array(
      contents.runs.reversed().filter {
        seen.insert([$0.header.branch, $0.header.pullRequest]).inserted
      }.prefix(branchLimit))
  }

  private mutating func add(_ report: Report, _ header: RunHeader) {
    var members: [Identifier: [Change]] = [:]
    for series in report.series where series.state.isAcceptable {
      members[series.id, default: []].append(
        Change(
          id: series.id, kind: "series", name: series.identity.shown,
          state: series.state.rawValue, run: series.changePoint?.run ?? header.id,
          commit: series.changePoint?.commit ?? header.commit))
      open.append(series.id)
    }
    for test in report.tests where test.state.isAcceptable {
      members[test.id, default: []].append(
        Change(
          id: test.id, kind: "test", name: test.identity.shown, state: test.state.rawValue,
          run: test.since?.run ?? header.id, commit: test.since?.commit ?? header.commit))
      open.append(test.id)
    }
    // Of a class of tests the one that slowed most stands for all.
    for slow in report.slowTests {
      guard let id = slow.tests.first, members[id] == nil else { continue }
      members[id] = [
        Change(
          id: id, kind: "test", name: slow.title, state: "slower", run: slow.changePoint.run,
          commit: slow.changePoint.commit)
      ]
      open.append(id)
    }
    for cluster in report.clusters {
      let all = (cluster.series + cluster.tests).flatMap { members[$0] ?? [] }
      guard !all.isEmpty else {
        clusters.insert(cluster.id)
        continue
      }
      found[cluster.id] = all.map {
        var change = $0
        change.cluster = cluster.id
        change.run = cluster.changePoint?.run ?? change.run
        change.commit = cluster.changePoint?.commit ?? change.commit
        return change
      }
      open.append(cluster.id)
    }
    found.merge(members) { first, _ in first }
  }

  /// - Parameters:
  ///   - place: Where all of them hold from; nil for where each began.
  ///   - commit: The place of those that have not changed yet.
  func changes(
    from place: AcceptedPlace?, else commit: String?
  ) throws(Problem) -> [Change] {
    var changes: [Change] = []
    for text in ids {
      guard let id = Identifier(text) else { throw unknown(text) }
      var own = found[id] ?? []
      if own.isEmpty {
        if settled.contains(id) {
          throw Problem(
            "nothing of cluster \(text) waits to be accepted",
            remedy: "what still fails, and what a machine moved, fails no verdict")
        }
        guard var change = quiet(id) else { throw unknown(text) }
        guard place != nil || commit != nil else {
          throw Problem(
            "the history shows no change of \(text), and there is no checkout to take a commit from",
            remedy: "name the commit that made the change with --commit")
        }
        change.commit = commit
        own = [change]
      }
      for index in own.indices {
        if let place { (own[index].run, own[index].commit) = (place.run, place.commit) }
        if !changes.contains(where: { $0.id == own[index].id }) { changes.append(own[index]) }
      }
    }
    return changes
  }

  /// A series or test that the history has, and that has not changed.
  private func quiet(_ id: Identifier) -> Change? {
    if let series = contents.series.first(where: { $0.id == id }) {
      return Change(id: id, kind: "series", name: series.identity.shown)
    }
    return contents.tests.first { $0.id == id }
      .map { Change(id: id, kind: "test", name: $0.identity.shown) }
  }

  private func unknown(_ text: String) -> Problem {
    let candidates = open.map(\.description)
    let all = candidates + contents.series.map { $0.id.description }
    let known = all + contents.tests.prefix(20_000).map { $0.id.description }
    let beginning = text.count >= 4 ? known.filter { $0.hasPrefix(text) } : []
    let nearest =
      beginning.isEmpty ? NearestName.of(text, among: known).map { [$0] } ?? [] : beginning
    var remedy =
      nearest.isEmpty
      ? "" : "did you mean \(nearest.prefix(3).joined(separator: " or "))? "
    remedy +=
      candidates.isEmpty
      ? "nothing waits to be accepted"
      : "what can be accepted now: " + candidates.prefix(5).joined(separator: ", ")
        + (candidates.count > 5 ? " and \(candidates.count - 5) more" : "")
    return Problem(
      "\(SafeText.oneLine(text)) is the id of no series, test or cluster of the newest runs",
      remedy: remedy)
  }
}

extension SeriesState {
  fileprivate var isAcceptable: Bool {
    switch self {
    case .regressed, .suspected, .improved, .missing: true
    case .unchanged, .new, .insufficientData: false
    }
  }
}

extension TestState {
  fileprivate var isAcceptable: Bool {
    switch self {
    case .newlyFailing, .removed: true
    case .quarantined, .flaky, .stillFailing, .fixed, .new, .passing: false
    }
  }
}

extension AcceptableChanges.Change {
  fileprivate var line: String {
    let state = state.map { " (\(SafeText.oneLine($0)))" } ?? ""
    let places = [commit.map { "commit \($0.prefix(12))" }, run.map { "run \($0)" }]
    let place = places.compactMap { $0 }.joined(separator: ", ")
    return "accepted \(id)  \(name)\(state) from \(SafeText.oneLine(place)) on"
  }

  fileprivate func json(reason: String, author: String?) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("id", id.description)
      json.member("kind", kind)
      json.member("name", name)
      json.member("state", state)
      json.member("cluster", cluster?.description)
      json.member("commit", commit)
      json.member("run", run)
      json.member("reason", reason)
      json.member("author", author)
    }
    json.newLine()
    return json.bytes
  }
}

extension String {
  /// Without blanks at either end.
  fileprivate var trimmed: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
