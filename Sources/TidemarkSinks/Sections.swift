internal import TidemarkModel
internal import TidemarkReport
private import TidemarkSyntax

/// Builds the sections of a report in the order in which people read them: what is newly broken,
/// what else they must know, then the rest, folded.
struct Sections {
  /// How much is told.
  enum Detail: Sendable {
    /// A comment: what changed.
    case brief
    /// A summary or page: also the failures' texts, the inputs and the notes.
    case full
  }

  /// Rows of a section that stand open; what is behind them is folded.
  private static let openRows = 25
  /// Rows that are made at all: more than the budgets take of the shortest.
  private var rowLimit: Int { detail == .brief ? 1500 : 10_000 }
  /// Failure texts of ``Detail/full``.
  private static let textLimit = 200

  private let report: Report
  private let detail: Detail
  private let changes: [TestState: [TestResult]]
  private let seriesByState: [SeriesState: [SeriesChange]]

  init(_ report: Report, detail: Detail) {
    self.report = report
    self.detail = detail
    changes = Dictionary(grouping: report.testChanges, by: \.state)
    seriesByState = Dictionary(grouping: report.series, by: \.state)
  }

  var all: [Section] {
    let newlyFailing = split(
      tests(.newlyFailing, "Newly failing", isFolded: false), isEssential: true)
    let regressed = split(
      series(.regressed, "Regressed", columns: changeColumns(last: "Suspects")), isEssential: true)
    let suspected = split(
      series(.suspected, "Suspected", columns: changeColumns(last: "What would confirm it")),
      isEssential: true)
    let leading = [newlyFailing.open, regressed.open, suspected.open, mustKnow, causes]
    let following = [newlyFailing.folded, regressed.folded, suspected.folded, failureTexts]
    return (leading + following + others + facts).compactMap { $0 }
  }

  private var others: [Section?] {
    [
      series(.missing, "Missing series", columns: [.init(title: "Series"), .init(title: "Last")]),
      tests(.stillFailing, "Still failing"), tests(.flaky, "Flaky"),
      tests(.quarantined, "Quarantined"), tests(.removed, "Removed"), tests(.fixed, "Fixed"),
      series(.improved, "Improved", columns: changeColumns(last: "Suspects")),
      tests(.new, "New tests"),
      series(
        .insufficientData, "Insufficient data",
        columns: [.init(title: "Series"), .init(title: "Value"), .init(title: "What is missing")]),
      detail == .full
        ? series(.new, "New series", columns: [.init(title: "Series"), .init(title: "Value")])
        : nil,
    ]
  }

  private var facts: [Section?] {
    detail == .full ? [environment, inputs, jobs, notes] : [environment]
  }

  // MARK: Tests

  private func tests(_ state: TestState, _ title: String, isFolded: Bool = true) -> Section? {
    guard let tests = changes[state], !tests.isEmpty else { return nil }
    let columns: [Section.Column] =
      switch state {
      case .removed, .new: [.init(title: "Test"), .init(title: "Job")]
      case .fixed: [.init(title: "Test"), .init(title: "Since"), .init(title: "Record")]
      case .quarantined: [.init(title: "Test"), .init(title: "Why"), .init(title: "Record")]
      default:
        [
          .init(title: "Test"), .init(title: "What it says"), .init(title: "Since"),
          .init(title: "Record"),
        ]
      }
    var section = Section(
      title, what: "\(state.word) tests", shape: .table(columns),
      rows: tests.prefix(rowLimit).map { test in Section.Row(cells: cells(of: test, in: state)) })
    section.total = tests.count
    section.count = tests.count
    section.glyph = state.glyph
    section.tone = state.tone
    section.isFolded = isFolded
    section.page = "tests.html"
    return section
  }

  private func cells(of test: TestResult, in state: TestState) -> [[Piece]] {
    switch state {
    case .removed, .new: [name(of: test), [.text(test.job)]]
    case .fixed: [name(of: test), since(test.since, wasGood: false), record(of: test)]
    case .quarantined: [name(of: test), quarantine(of: test), record(of: test)]
    default:
      [
        name(of: test), message(of: test),
        since(test.since, wasGood: test.runsInLast > test.failuresInLast), record(of: test),
      ]
    }
  }

  private func name(of test: TestResult) -> [Piece] {
    var pieces: [Piece] = [.code(SafeText.middleCut(test.identity.title, to: 160))]
    var context: [Piece] = []
    func add(_ lead: String, _ text: String) {
      let shown = SafeText.oneLine(SafeText.middleCut(text, to: 160))
      guard !shown.isEmpty else { return }
      context += [.own((context.isEmpty ? "" : " · ") + lead), .text(shown)]
    }
    add("", test.identity.place)
    if let file = test.detail?.file {
      add("", test.detail?.line.map { "\(file):\($0)" } ?? file)
    }
    add("", test.identity.labels.description)
    if report.jobs.count > 1 { add("job ", test.job) }
    add("owner ", test.owner ?? "")
    if !context.isEmpty { pieces += [.lineBreak] + context }
    return pieces
  }

  private func message(of test: TestResult) -> [Piece] {
    let message = test.detail.flatMap { $0.message ?? $0.text } ?? ""
    let line = SafeText.oneLine(String(message.prefix(1000)))
    return line.isEmpty ? [.own("no message")] : [.text(SafeText.middleCut(line, to: 240))]
  }

  /// - Parameter wasGood: Whether anything is known to have been right before it.
  private func since(_ point: ChangePoint?, wasGood: Bool = true) -> [Piece] {
    guard let point else { return [.own("not known")] }
    var pieces: [Piece] = []
    if let commit = point.commit {
      pieces.append(.code(Words.commit(commit)))
    } else {
      pieces += [.own("run "), .code(SafeText.middleCut(point.run, to: 40))]
    }
    if let age = Words.age(of: point, in: report) { pieces.append(.own(", \(age)")) }
    if wasGood, let previous = point.previousCommit, previous != point.commit {
      pieces += [.own("; good at "), .code(Words.commit(previous))]
    }
    return pieces
  }

  private func record(of test: TestResult) -> [Piece] {
    var pieces: [Piece] = [
      .own(
        test.runsInLast > 0
          ? "failed \(test.failuresInLast) of last \(test.runsInLast)" : "no record")
    ]
    if detail == .full, !test.explanation.isEmpty {
      pieces += [.lineBreak] + Piece.sentence(SafeText.middleCut(test.explanation, to: 300))
    }
    return pieces
  }

  private func quarantine(of test: TestResult) -> [Piece] {
    guard let quarantine = test.quarantine else { return [.own("not said")] }
    var pieces: [Piece] = [.text(SafeText.middleCut(quarantine.reason, to: 160))]
    if let owner = quarantine.owner { pieces += [.own(", owner "), .text(owner)] }
    if let expires = quarantine.expires {
      pieces.append(.own(", until \(TimeText.minute(expires).prefix(10))"))
    }
    return pieces
  }

  /// The texts of the failures that changed, then of those that go on.
  private var failureTexts: Section? {
    guard detail == .full else { return nil }
    let failures = [TestState.newlyFailing, .flaky, .stillFailing].flatMap { changes[$0] ?? [] }
    let rows = failures.compactMap { test -> Section.Row? in
      guard let text = test.detail?.text ?? test.detail?.message, !text.isEmpty else { return nil }
      let title: [Piece] = [.code(SafeText.middleCut(test.identity.title, to: 160))]
      return Section.Row(cells: [title], text: shortened(text))
    }
    guard !rows.isEmpty else { return nil }
    var section = Section(
      "Failure texts", what: "failure texts", shape: .texts,
      rows: Array(rows.prefix(Self.textLimit)))
    section.total = rows.count
    section.count = rows.count
    section.page = "tests.html"
    return section
  }

  /// Head and tail of a long text: the assertion stands at one end, its cause at the other.
  private func shortened(_ text: String) -> String {
    let limit = 4000
    guard text.utf8.count > limit else { return text }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count > 60 else { return SafeText.middleCut(text, to: limit) }
    let kept = lines.prefix(40) + ["… \(lines.count - 60) lines …"] + lines.suffix(20)
    return SafeText.middleCut(kept.joined(separator: "\n"), to: limit)
  }

  // MARK: Series

  private func changeColumns(last: String) -> [Section.Column] {
    ["Series", "Change", "Certainty", "Since", last].map { Section.Column(title: $0) }
  }

  private func series(
    _ state: SeriesState, _ title: String, columns: [Section.Column]
  ) -> Section? {
    guard let all = seriesByState[state], !all.isEmpty else { return nil }
    var section = Section(
      title, what: "\(state.word) series", shape: .table(columns),
      rows: all.prefix(rowLimit).map { series in Section.Row(cells: cells(of: series)) })
    section.total = all.count
    section.count = all.count
    section.glyph = state.glyph
    section.tone = state.tone
    section.isFolded = state != .regressed && state != .suspected
    section.page = state == .missing ? "alerts.html" : "benchmarks.html"
    return section
  }

  private func cells(of series: SeriesChange) -> [[Piece]] {
    switch series.state {
    case .missing: return [name(of: series), values([series.points.last?.value], of: series)]
    case .new: return [name(of: series), values([series.value], of: series)]
    case .insufficientData:
      return [name(of: series), values([series.value], of: series), explanation(of: series)]
    default:
      let last =
        series.state == .suspected ? Piece.sentence(remedy(for: series)) : suspects(series.suspects)
      let change =
        [.own(Words.change(of: series) ?? "not known"), .lineBreak]
        + values([series.baseline?.value, series.value], of: series)
      return [
        name(of: series), change, [.own(Words.certainty(of: series))], since(series.changePoint),
        last,
      ]
    }
  }

  private func values(_ values: [Double?], of series: SeriesChange) -> [Piece] {
    let text = Words.values(values, of: series)
    return [DisplayUnit.isOwn(series.unit) ? .own(text) : .text(text)]
  }

  private func remedy(for series: SeriesChange) -> String {
    SafeText.middleCut(Words.remedy(for: series), to: 300)
  }

  private func explanation(of series: SeriesChange) -> [Piece] {
    series.explanation.isEmpty
      ? [.own("more runs")] : Piece.sentence(SafeText.middleCut(series.explanation, to: 300))
  }

  private func name(of series: SeriesChange) -> [Piece] {
    let identity = series.identity
    var pieces: [Piece] = [
      .code(SafeText.middleCut(identity.title, to: 160)), .lineBreak,
      .text(SafeText.middleCut(identity.metric, to: 80)),
    ]
    for text in [identity.labels.description, report.jobs.count > 1 ? series.job : ""]
    where !SafeText.oneLine(text).isEmpty {
      pieces += [.own(" · "), .text(SafeText.middleCut(text, to: 160))]
    }
    if let owner = series.owner, !owner.isEmpty { pieces += [.own(" · owner "), .text(owner)] }
    pieces.append(.page("chart", path: "series/\(series.id).html"))
    if let line = Sparkline(series) { pieces.append(.spark(line)) }
    return pieces
  }

  private func suspects(_ suspects: [Suspect]) -> [Piece] {
    guard !suspects.isEmpty else { return [.own("not known")] }
    var pieces: [Piece] = []
    for (index, suspect) in suspects.prefix(3).enumerated() {
      if index > 0 { pieces.append(.lineBreak) }
      pieces.append(.code(Words.commit(suspect.commit)))
      if let author = suspect.author {
        pieces += [.own(" "), .text(SafeText.middleCut(author, to: 60))]
      }
      if let subject = suspect.subject {
        pieces += [.own(": "), .text(SafeText.middleCut(subject, to: 72))]
      }
    }
    if suspects.count > 3 { pieces += [.lineBreak, .own("\(suspects.count - 3) more")] }
    return pieces
  }

  // MARK: What else to know

  /// Gate rules that failed, and every reason that no section of its own tells.
  private var mustKnow: Section? {
    let told: Set<Reason.Code> = [
      .newlyFailing, .regressed, .suspected, .stillFailing, .flaky, .seriesMissing, .testsRemoved,
    ]
    let gates = report.gate.filter(\.failed).map { gate -> Section.Row in
      Section.Row(cells: [
        [
          .own("Gate "), .code(SafeText.middleCut(gate.rule, to: 120)), .own(" failed: "),
        ] + Piece.sentence(SafeText.middleCut(gate.message, to: 400))
      ])
    }
    // Where the headline is the first reason, it is told.
    let isTold = report.verdict == .unjudged && (report.reasons.first?.message.count ?? 0) < 240
    let others = report.reasons.dropFirst(isTold ? 1 : 0)
    let reasons = others.filter { !told.contains($0.code) }.map { reason -> Section.Row in
      Section.Row(cells: [Piece.sentence(SafeText.middleCut(reason.message, to: 600))])
    }
    guard !gates.isEmpty || !reasons.isEmpty else { return nil }
    var section = Section("To know", what: "reasons", shape: .list, rows: gates + reasons)
    section.isEssential = true
    return section
  }

  private var causes: Section? {
    guard !report.clusters.isEmpty else { return nil }
    let rows = report.clusters.map { cluster -> Section.Row in
      var parts: [String] = []
      if !cluster.series.isEmpty {
        parts.append(Words.count(cluster.series.count, "series", "series"))
      }
      if !cluster.tests.isEmpty { parts.append(Words.count(cluster.tests.count, "test")) }
      var pieces: [Piece] = [.own(parts.joined(separator: " and ") + kind(of: cluster))]
      if cluster.changePoint != nil { pieces += [.own(" since ")] + since(cluster.changePoint) }
      if let suspect = cluster.suspects.first {
        pieces += [.own("; suspected: "), .code(Words.commit(suspect.commit))]
        if let subject = suspect.subject {
          pieces += [.own(" "), .text(SafeText.middleCut(subject, to: 72))]
        }
      }
      if !cluster.environment.isEmpty {
        let moves = cluster.environment.prefix(3).joined(separator: "; ")
        pieces.append(.own("; in the same runs the machine changed: "))
        pieces += Piece.sentence(SafeText.middleCut(moves, to: 300))
      }
      if let command = report.bisection(of: cluster) { pieces += [.lineBreak, .code(command)] }
      return Section.Row(cells: [pieces])
    }
    return Section("Likely common causes", what: "clusters", shape: .list, rows: rows)
  }

  private func kind(of cluster: Cluster) -> String {
    switch cluster.kind {
    case "machine": " moved together (the machine, not the program)"
    case "message": " failed with the same message"
    default: " changed together"
    }
  }

  private var environment: Section? {
    guard !report.environmentChanges.isEmpty else { return nil }
    let rows = report.environmentChanges.map { change in
      Section.Row(
        cells: [change.job, change.key, change.from ?? "–", change.to ?? "–"].map {
          [.text(SafeText.middleCut($0, to: 120))]
        })
    }
    let columns = ["Job", "Fact", "Was", "Is"].map { Section.Column(title: $0) }
    var section = Section(
      "Environment changes", what: "environment changes", shape: .table(columns), rows: rows)
    section.isFolded = true
    return section
  }

  private var inputs: Section? {
    guard !report.inputs.isEmpty else { return nil }
    // Files that could not be read come first: nobody looks for them among the others.
    let sorted = report.inputs.enumerated().sorted {
      (rank($0.element), $0.offset) < (rank($1.element), $1.offset)
    }
    let rows = sorted.map { _, input -> Section.Row in
      let found = [
        input.counts.total > 0 ? Words.count(input.counts.total, "test") : nil,
        input.series > 0 ? Words.count(input.series, "series", "series") : nil,
      ].compactMap { $0 }.joined(separator: ", ")
      let trouble = input.error?.description ?? input.problems.first?.message ?? ""
      return Section.Row(cells: [
        [.code(SafeText.middleCut(input.path, to: 160))], [.text(input.format ?? "–")],
        [.own(input.status.rawValue)], [.own(found.isEmpty ? "–" : found)],
        [trouble.isEmpty ? .own("–") : .text(SafeText.middleCut(trouble, to: 240))],
      ])
    }
    let columns = ["File", "Format", "Status", "Found", "Trouble"].map { Section.Column(title: $0) }
    var section = Section("Inputs", what: "inputs", shape: .table(columns), rows: rows)
    section.isFolded = true
    section.page = "runs/\(report.runs.last.map { $0.identifier.description } ?? "").html"
    return section
  }

  private func rank(_ input: InputRecord) -> Int {
    switch input.status {
    case .failed: 0
    case .unrecognised: 1
    case .read: input.problems.isEmpty ? 3 : 2
    }
  }

  private var jobs: Section? {
    guard !report.jobs.isEmpty else { return nil }
    let rows = report.jobs.map { job -> Section.Row in
      let facts = job.environment.sorted { utf8Precedes($0.key, $1.key) }
        .map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      return Section.Row(cells: [
        [.text(SafeText.middleCut(job.name, to: 120))],
        [facts.isEmpty ? .own("–") : .text(SafeText.middleCut(facts, to: 400))],
      ])
    }
    var section = Section(
      "Jobs", what: "jobs", shape: .table([.init(title: "Job"), .init(title: "Environment")]),
      rows: rows)
    section.isFolded = true
    return section
  }

  private var notes: Section? {
    guard !report.annotations.isEmpty else { return nil }
    let rows = report.annotations.map { note in
      Section.Row(cells: [
        [
          .code(Words.commit(note.commit)), .own(" "),
          .text(SafeText.middleCut(note.markdown, to: 600)),
        ]
      ])
    }
    return Section("Notes", what: "notes", shape: .list, rows: rows)
  }

  // MARK: Long sections

  /// The first rows of a section as they are, and the rest folded behind the other essentials.
  private func split(_ section: Section?, isEssential: Bool) -> (open: Section?, folded: Section?) {
    guard var open = section else { return (nil, nil) }
    open.isEssential = isEssential
    guard open.rows.count > Self.openRows else { return (open, nil) }
    var folded = open
    folded.title += ", the others"
    folded.rows.removeFirst(Self.openRows)
    folded.total -= Self.openRows
    folded.count = folded.total
    folded.isFolded = true
    folded.isEssential = false
    open.rows.removeLast(open.rows.count - Self.openRows)
    open.total = open.rows.count
    return (open, folded)
  }
}
