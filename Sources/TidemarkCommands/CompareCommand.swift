import ArgumentParser
private import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkRun
private import TidemarkStatistics
private import TidemarkSyntax

/// `tidemark compare A B`: two runs, commits, branches or files side by side.
///
/// It says what differs and, where both sides have repetitions, how sure that is. It judges nothing:
/// two runs alone are no baseline.
struct CompareCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Show what differs between two runs, commits, branches or files.",
    discussion: """
      A and B are each a file or a folder of results, a run's id, the beginning of a commit (four
      characters or more), or a branch, of which the newest run is taken; runs of pull requests and runs
      that do not count are found as well, where no other fits. Changes are from A to B. A change is
      called worse or better where both sides have repetitions that tell it from chance.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var historyOptions: HistoryOptions

  @Flag(help: "Show what does not differ, too.")
  var all = false

  @Option(help: ArgumentHelp("Only this series. May be repeated.", valueName: "id"))
  var series: [String] = []

  @Option(
    help: ArgumentHelp(
      "End with status 1 if a series of B is worse by more than this, as in 5%; with 3 if there is none to compare.",
      valueName: "share"))
  var tolerance: String?

  @Argument(help: "A file (FORMAT:PATH forces a format), a run's id, a commit or a branch.")
  var first: String

  @Argument(help: "The same, to be held against the first.")
  var second: String

  mutating func run() async throws {
    let session = try Session(common)
    if series.isEmpty { series = session.settings.list("series") }
    tolerance = tolerance ?? session.settings.text("tolerance")
    let (wanted, limit) = try session.orExit(.usage) { () throws(Problem) in
      (try wantedSeries(), try largestChange())
    }
    let finder = SideFinder(history: historyOptions.folder(session.settings), session: session)
    try session.orExit(.usage) { () throws(Problem) in
      for name in [first, second] { try finder.check(name) }
    }
    let sides = [await finder.side(first), await finder.side(second)]
    let (one, other) = try session.orExit(.nothingRead) { () throws(Problem) in
      (try sides[0].get(), try sides[1].get())
    }
    let difference = Difference(from: one.only(wanted), to: other.only(wanted))
    if session.isJSON {
      Terminal.print(bytes: difference.json)
    } else {
      difference.lines(all: all).forEach { Terminal.print(Terminal.harmless($0)) }
    }
    guard let limit else { return }
    guard let worst = difference.worst else {
      throw session.fail(
        Problem(
          "A and B have no series in common that can be compared",
          remedy: "`tidemark compare A B --all` prints what each has"), .nothingRead)
    }
    if worst > limit { throw ExitStatus.gate }
  }

  private func wantedSeries() throws(Problem) -> Set<Identifier>? {
    guard !series.isEmpty else { return nil }
    var ids: Set<Identifier> = []
    for text in series {
      guard let id = Identifier(text) else {
        throw Problem(
          "--series \(text) is no id", remedy: "give the 16 hexadecimal digits that a report prints"
        )
      }
      ids.insert(id)
    }
    return ids
  }

  /// In percent.
  private func largestChange() throws(Problem) -> Double? {
    guard let tolerance else { return nil }
    guard let share = ConfigValue.share(tolerance) else {
      throw Problem(
        "--tolerance \(tolerance) is no share", remedy: "write it as 5% or as 0.05")
    }
    return share * 100
  }
}

/// One side of a comparison.
private struct Side: Sendable {
  /// As the user named it, with what it turned out to be.
  var name: String
  var tests: [Identifier: (identity: TestIdentity, outcome: Outcome)] = [:]
  var series: [Identifier: Value] = [:]

  /// This side with these series and nothing else; all of it for nil.
  func only(_ ids: Set<Identifier>?) -> Side {
    guard let ids else { return self }
    var side = self
    side.tests = [:]
    side.series = series.filter { ids.contains($0.key) }
    return side
  }

  struct Value: Sendable {
    var identity: SeriesIdentity
    var value: Double
    var unit: Unit
    var direction: Direction
    var samples: [Double]
  }
}

private struct SideFinder {
  let history: History
  let session: Session

  /// - Throws: ``Problem`` for a `FORMAT:PATH` whose format there is not, unless a run has that name.
  func check(_ name: String) throws(Problem) {
    do throws(Problem) {
      try InputNames.check([name])
    } catch {
      guard case .success(_?) = stored(name) else { throw error }
    }
  }

  func side(_ name: String) async -> Result<Side, Problem> {
    let stored = stored(name)
    if case .success(let side?) = stored { return .success(side) }
    let gathering = await Gathering(
      [name], excluding: [], labels: { session.settings.labels(forInput: $0) },
      progress: session.progress)
    if gathering.hasResults {
      gathering.unread.compactMap(\.error).collapsed().forEach(session.progress.warn)
      return .success(side(name, of: gathering))
    }
    if case .failure(let problem) = stored { return .failure(problem) }
    if let error = gathering.unread.first?.error, error.what != "does not exist" {
      return .failure(error)
    }
    return .failure(
      Problem(
        "\(name) is no file, run, commit or branch with results",
        remedy: "`tidemark history list` prints the runs of \(history.directory)"))
  }

  private func side(_ name: String, of gathering: Gathering) -> Side {
    let header = RunHeader(id: "", time: Timestamp(millisecondsSince1970: 0))
    let run = RunBuilder(header: header, job: "").build(gathering.inputs).run
    var side = Side(name: name)
    for part in run.parts {
      for test in part.tests { side.tests[test.id] = (test.identity, test.outcome) }
      for value in part.values {
        side.series[value.id] = Side.Value(
          identity: value.identity, value: value.value, unit: value.unit,
          direction: value.direction, samples: value.samples?.values ?? [])
      }
    }
    return side
  }

  private func stored(_ name: String) -> Result<Side?, Problem> {
    do throws(Problem) {
      guard let found = Self.run(name, among: try history.list()),
        let contents = try history.show(found.header.id)
      else { return .success(nil) }
      var side = side(name, found.header, contents)
      if let exclusion = found.exclusion {
        side.name += ", \(SafeText.oneLine(exclusion))"
      }
      return .success(side)
    } catch {
      return .failure(error)
    }
  }

  /// By id, then by commit, then by branch; of several the newest, and of those first one that counts,
  /// and that is no pull request's.
  private static func run(_ name: String, among runs: [RunSummary]) -> RunSummary? {
    let isMeant: [(RunHeader) -> Bool] = [
      { $0.id == name },
      { name.count >= 4 && $0.commit?.hasPrefix(name) == true },
      { $0.branch == name },
    ]
    for isMeant in isMeant {
      let meant = runs.filter { isMeant($0.header) }
      let counting = meant.filter { $0.exclusion == nil }
      if let run = counting.last(where: { $0.header.pullRequest == nil }) ?? counting.last
        ?? meant.last
      {
        return run
      }
    }
    return nil
  }

  private func side(_ name: String, _ header: RunHeader, _ contents: HistoryContents) -> Side {
    let commit = header.commit.map { " at \($0.prefix(9))" } ?? ""
    var side = Side(name: "\(name) (run \(header.id)\(commit), \(TimeText.minute(header.time)))")
    for run in contents.runs {
      for outcome in run.outcomes where contents.tests.indices.contains(Int(outcome.test)) {
        let test = contents.tests[Int(outcome.test)]
        side.tests[test.id] = (test.identity, outcome.outcome)
      }
      for value in run.values where contents.series.indices.contains(Int(value.series)) {
        let series = contents.series[Int(value.series)]
        // The series' unit is the newest one; this run may have had another.
        let factor = value.unitScale / series.unit.scale
        side.series[series.id] = Side.Value(
          identity: series.identity, value: value.value * factor, unit: series.unit,
          direction: series.direction, samples: (value.samples?.values ?? []).map { $0 * factor })
      }
    }
    return side
  }
}

/// What differs between two sides.
private struct Difference {
  private let one: Side
  private let other: Side
  private var tests: [TestPair] = []
  private var series: [SeriesPair] = []

  /// The largest p at which a change is called worse or better.
  private static let alpha = 0.05

  private struct TestPair {
    var id: Identifier
    var identity: TestIdentity
    var from: Outcome?
    var to: Outcome?
  }

  private struct SeriesPair {
    var id: Identifier
    var from: Side.Value?
    var to: Side.Value?
    /// In percent; nil where a side is missing or zero.
    var change: Double?
    /// The 95 % interval of the change and p, where both sides have repetitions.
    var certainty: (low: Double, high: Double, p: Double)?

    var identity: SeriesIdentity? { to?.identity ?? from?.identity }
    /// Whether the repetitions tell the change from chance; nil where there are too few to tell.
    var isSignificant: Bool? { certainty.map { $0.p < Difference.alpha } }

    /// nil where nothing tells the change from chance.
    var isWorse: Bool? {
      guard isSignificant == true, let change, change != 0, let direction = to?.direction
      else { return nil }
      return (change > 0) == (direction == .lower)
    }
  }

  init(from one: Side, to other: Side) {
    self.one = one
    self.other = other
    tests = Set(one.tests.keys).union(other.tests.keys).compactMap { id in
      guard let identity = (other.tests[id] ?? one.tests[id])?.identity else { return nil }
      return TestPair(
        id: id, identity: identity, from: one.tests[id]?.outcome, to: other.tests[id]?.outcome)
    }.sorted { first, second in
      first.identity.shown == second.identity.shown
        ? first.id < second.id : utf8Precedes(first.identity.shown, second.identity.shown)
    }
    series = Set(one.series.keys).union(other.series.keys).map { id in
      Difference.pair(id, one.series[id], other.series[id])
    }.sorted { first, second in
      let sizes = (abs(first.change ?? -1), abs(second.change ?? -1))
      return sizes.0 == sizes.1 ? first.id < second.id : sizes.0 > sizes.1
    }
  }

  private static func pair(_ id: Identifier, _ from: Side.Value?, _ to: Side.Value?) -> SeriesPair {
    var pair = SeriesPair(id: id, from: from, to: to)
    guard let from, let to else { return pair }
    let factor = to.unit.scale / from.unit.scale
    let base = from.value
    guard base != 0, factor.isFinite, factor > 0 else { return pair }
    pair.change = (to.value * factor - base) / abs(base) * 100
    if let test = WelchTest(from.samples, to.samples.map { $0 * factor }) {
      pair.certainty = (test.low / abs(base) * 100, test.high / abs(base) * 100, test.p)
    }
    return pair
  }

  /// By how many percent the series that is most worse is worse; nil where nothing can be compared.
  var worst: Double? {
    series.compactMap { pair -> Double? in
      guard let change = pair.change, let direction = pair.to?.direction else { return nil }
      return direction == .lower ? change : -change
    }.max()
  }

  func lines(all: Bool) -> [String] {
    var lines = ["A: \(SafeText.oneLine(one.name))", "B: \(SafeText.oneLine(other.name))"]
    let changed = tests.filter { $0.from != $0.to }
    lines.append(
      "tests: \(one.tests.count) in A, \(other.tests.count) in B, \(changed.count) differ")
    for test in all ? tests : changed {
      lines.append("  \(Difference.arrow(test.from, test.to))  \(test.identity.shown)")
    }
    let moved = series.filter { $0.change != 0 }
    lines.append(
      "series: \(one.series.count) in A, \(other.series.count) in B, \(moved.count) differ")
    for pair in all ? series : moved { lines.append("  " + Difference.line(pair)) }
    return lines
  }

  private static func arrow(_ from: Outcome?, _ to: Outcome?) -> String {
    "\(from?.name ?? "absent") → \(to?.name ?? "absent")"
  }

  private static func line(_ pair: SeriesPair) -> String {
    let name = pair.identity?.shown ?? ""
    guard let from = pair.from, let to = pair.to else {
      return "\(pair.from == nil ? "only in B" : "only in A")  \(name)"
    }
    let values =
      "\(NumberText.significant(from.value)) \(from.unit.text) → "
      + "\(NumberText.significant(to.value)) \(to.unit.text)"
    guard let change = pair.change else { return "\(name): \(values)" }
    let word =
      pair.isWorse.map { $0 ? "worse" : "better" }
      ?? (change == 0 ? "equal" : pair.isSignificant == false ? "within noise" : "uncertain")
    let certainty =
      pair.certainty.map { certainty in
        "95 % interval \(NumberText.percentChange(certainty.low)) to "
          + "\(NumberText.percentChange(certainty.high)), p = \(NumberText.probability(certainty.p))"
      } ?? "one value each, so no certainty"
    return "\(NumberText.percentChange(change)) \(word)  \(name): \(values) (\(certainty))"
  }

  var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("a", one.name)
      json.member("b", other.name)
      json.member("tests", array: tests.filter { $0.from != $0.to }) { json, test in
        json.object { json in
          json.member("id", test.id.description)
          json.member("name", test.identity.shown)
          json.member("from", test.from?.name)
          json.member("to", test.to?.name)
        }
      }
      json.member("series", array: series) { json, pair in
        json.object { json in
          json.member("id", pair.id.description)
          json.member("name", pair.identity?.shown)
          json.member("from", pair.from?.value)
          json.member("from_unit", pair.from?.unit.text)
          json.member("to", pair.to?.value)
          json.member("to_unit", pair.to?.unit.text)
          json.member("change_percent", pair.change)
          json.member("change_low", pair.certainty?.low)
          json.member("change_high", pair.certainty?.high)
          json.member("p", pair.certainty?.p)
          json.member("worse", pair.isWorse ?? false)
          json.member("significant", pair.isSignificant ?? false)
        }
      }
    }
    json.newLine()
    return json.bytes
  }
}
