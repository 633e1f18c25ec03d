internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// What every page of one site shares: the report, the theme, and where everything stands.
struct SiteContext: Sendable {
  let report: Report
  let theme: Theme
  let options: SiteOptions
  let places: SeriesPlaces
  /// Where each series is shown, by its place in the report: its page, or its place on a page of its
  /// group.
  private(set) var seriesPaths: [String]
  private(set) var runPlaces: RunPlaces
  /// Where each changed test stands, by its place in the report.
  private(set) var testAddresses: [Int: String] = [:]
  /// Where the tests begin to stand by their suites; nil where there are none.
  private(set) var suitesAddress: String?
  /// Tests and series under several labels.
  let sides: Sides
  let hasGridPage: Bool
  /// The run that this one is compared with, side by side, by its place in the window.
  let comparedRun: Int?
  let hasAlertsPage: Bool
  /// The time and the commit of each run of the window, as pages show them.
  let runTimes: [Value]
  let runCommits: [Value]
  /// The beginning of each run's row in the tables of points.
  private(set) var pointRows: [[UInt8]] = []
  /// The day of each run: `11-23`.
  let runDays: [String]
  /// The beginning of each run's point in a chart, up to the value: a link to the run's page, and a title
  /// that says `2026-11-23 13:08 UTC · 9fceb02 · `.
  private(set) var pointBeginnings: [[UInt8]] = []
  private let seriesIndices: [Identifier: Int]
  private let testIndices: [Identifier: Int]

  init(report: Report, theme: Theme, options: SiteOptions) {
    self.report = report
    self.theme = theme
    self.options = options
    places = SeriesPlaces(report.series, hasBaseline: report.baseline.status != .none)
    seriesPaths = places.fileNames.map { "series/\($0).html" }
    runPlaces = RunPlaces(report)
    seriesIndices = Dictionary(
      report.series.enumerated().map { ($0.element.id, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    testIndices = Dictionary(
      report.tests.enumerated().map { ($0.element.id, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    runTimes = report.runs.map { SiteContext.time($0.time) }
    runCommits = report.runs.map { SiteContext.commit($0.commit) }
    runDays = report.runs.map { String(TimeText.minute($0.time).prefix(10).dropFirst(5)) }
    sides = Sides(report)
    hasGridPage = GridPage.hasCells(report)
    comparedRun = ComparePage.otherRun(report)
    hasAlertsPage = !report.series.isEmpty || !report.tests.isEmpty
  }

  var words: Words { theme.words }

  /// Makes links to runs lead to their pages or rows, and renders what all points say of theirs.
  mutating func place(_ runs: RunsPage) throws(Problem) {
    runPlaces.place(rows: runs.addresses)
    pointBeginnings = report.runs.indices.map(pointBeginning)
    for run in report.runs.indices {
      let values: [String: Value] = [
        "time": runTimes[run], "href": Value(runAddress(run).map { "../\($0)" }),
        "commit": runCommits[run], "t": words.tree,
      ]
      var row: [UInt8] = []
      try theme.render("point_row", .object(values), to: &row)
      while row.last == UInt8(ascii: "\n") { row.removeLast() }
      pointRows.append(row)
    }
  }

  private func pointBeginning(_ run: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    if let address = runAddress(run) {
      bytes.append("<a href=\"../")
      HTML.append(address, to: &bytes)
      bytes.append("\" tabindex=\"-1\">")
    } else {
      bytes.append("<a>")
    }
    bytes.append("<title>")
    HTML.append(TimeText.minute(report.runs[run].time) + " · ", to: &bytes)
    if let commit = report.runs[run].commit { HTML.append(shortCommit(commit) + " · ", to: &bytes) }
    return bytes
  }

  /// Where a run of the window is shown, relative to the site.
  func runAddress(_ run: Int) -> String? { runPlaces.addresses[run] }

  /// This run's place in the window; nil where the window is empty.
  var currentRun: Int? { report.runs.indices.last }

  /// Makes links to series without a page lead to their places on the pages of groups.
  mutating func place(_ groups: GroupPages) {
    for index in seriesPaths.indices where !places.hasOwnPage[index] {
      seriesPaths[index] = groups.addresses[index]
    }
  }

  /// The tests whose state is worth a line, the worst first, by their places in the report.
  var testsWithNews: [Int] {
    let isFirst = report.baseline.status == .none
    return report.tests.indices.filter { index in
      let test = report.tests[index]
      return test.state != .passing
        && !(isFirst && test.state == .new && test.outcome?.isFailure != true)
    }.sorted {
      (report.tests[$0].state.rank, $0) < (report.tests[$1].state.rank, $1)
    }
  }

  func seriesIndex(_ id: Identifier) -> Int? { seriesIndices[id] }
  func testIndex(_ id: Identifier) -> Int? { testIndices[id] }

  /// The theme's own files.
  var assets: [SiteFile] {
    theme.assets.keys.sorted(by: utf8Precedes)
      .filter { options.hasScript || !$0.hasSuffix(".js") }
      .map { SiteFile(path: $0, bytes: theme.assets[$0] ?? []) }
  }

  // MARK: Pages

  enum Tab: String, CaseIterable {
    case overview, tests, benchmarks, grid, compare, alerts, runs, health
    var path: String { self == .overview ? "index.html" : "\(rawValue).html" }
  }

  private func exists(_ tab: Tab) -> Bool {
    switch tab {
    case .overview, .runs, .health: true
    case .tests: !report.tests.isEmpty
    case .benchmarks: !report.series.isEmpty
    case .grid: hasGridPage
    // Reached from the overview; the navigation stays short.
    case .compare: false
    case .alerts: hasAlertsPage
    }
  }

  /// One page: the template `template` with `values`, and what every page has.
  ///
  /// - Parameter run: The run of the window that the page is about, if not the report's own.
  func page(
    _ template: String, path: String, title: String, tab: Tab?, run: Int? = nil,
    _ values: [String: Value]
  ) throws(Problem) -> SiteFile {
    let root = path.contains("/") ? "../" : ""
    var all = values
    for (name, value) in values {
      // A heading over a list shows only where the list has something.
      if case .list(let elements) = value { all["has_\(name)"] = .flag(!elements.isEmpty) }
    }
    all["title"] = .text(
      [
        title, options.project,
        (run.map { report.runs[$0].commit } ?? report.run.commit).map(shortCommit),
      ]
      .compactMap { $0 }.joined(separator: " · "))
    all["t"] = words.tree
    all["root"] = .text(root)
    // What the report itself says is English, whatever the language of the page.
    all["in_english"] =
      words.text("lang") == "en" ? .empty : .html(Array(" lang=\"en\"".utf8))
    all["script"] = .flag(options.hasScript)
    all["names"] = options.hasScript && hasAlertsPage ? "names.js" : .empty
    all["newest"] = .text(words.text("script.newest", ["n": "{n}"]))
    all["nav"] = .list(
      Tab.allCases.filter(exists).map { item in
        [
          "href": .text(root + item.path), "name": .text(words.text("nav.\(item.rawValue)")),
          "current": .flag(item == tab),
        ]
      })
    all["header"] = header(run)
    all["against"] = against
    all["generator"] = .text("\(report.generator.name) \(report.generator.version)")
    all["description"] = SiteContext.plain(
      values["description"] ?? values["lead"] ?? values["sentence"] ?? .empty)
    all["project"] = Value(options.project)
    all["has_feed"] = .flag(hasAlertsPage)
    if let site = report.links.site { all["address"] = .text("\(site)/\(path)") }
    return SiteFile(path: path, bytes: try theme.rendered(template, .object(all)))
  }

  /// The text of markup, escaped as markup is.
  static func plain(_ value: Value) -> Value {
    guard case .html(let markup) = value else { return value }
    var text: [UInt8] = []
    var isInTag = false
    for byte in markup {
      switch byte {
      case UInt8(ascii: "<"): isInTag = true
      case UInt8(ascii: ">"): isInTag = false
      default: if !isInTag { text.append(byte) }
      }
    }
    return .html(text)
  }

  private func header(_ run: Int?) -> Value {
    let shown = run.map { report.runs[$0] }
    let branch = shown.map { $0.branch } ?? report.run.branch
    return [
      "project": Value(options.project),
      "commit": run.map { runCommits[$0] } ?? commit(report.run.commit),
      "branch": Value(branch), "pull_request": Value(shown == nil ? report.run.pullRequest : nil),
      "time": run.map { runTimes[$0] } ?? (hasNoRun ? .empty : time(report.run.time)),
      "key": report.key == "main" ? .empty : .text(report.key),
    ]
  }

  // MARK: Small parts

  func commit(_ commit: String?) -> Value { SiteContext.commit(commit) }

  private static func commit(_ commit: String?) -> Value {
    guard let commit, !commit.isEmpty else { return .empty }
    return .html(Array("<code>\(HTML.escaped(shortCommit(commit)))</code>".utf8))
  }

  func time(_ time: Timestamp) -> Value { SiteContext.time(time) }

  private static func time(_ time: Timestamp) -> Value {
    .html(
      Array(
        "<time datetime=\"\(TimeText.rfc3339(time))\">\(TimeText.minute(time))</time>".utf8))
  }

  /// An outside address that is safe to link to, with its text.
  func link(_ address: String?) -> Value {
    guard let address, let safe = HTML.safeAddress(address),
      safe.hasPrefix("https:") || safe.hasPrefix("http:"), isWellFormed(safe)
    else { return .empty }
    return ["href": .text(safe), "text": .text(SafeText.middleCut(safe, to: 80))]
  }

  /// Printable ASCII without what an address may not hold (RFC 3986).
  private func isWellFormed(_ address: String) -> Bool {
    guard let slashes = address.firstRange(of: "://") else { return false }
    let rest = address[slashes.upperBound...].utf8
    return !rest.isEmpty && address.utf8.count <= 2000
      && rest.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "-._~/?#@!$&'()*+,;=%:".utf8.contains(byte)
      } && rest.count { $0 == UInt8(ascii: "#") } < 2 && hasWholeEscapes(rest)
      && hasPlainAuthority(rest)
  }

  private func hasWholeEscapes(_ text: Substring.UTF8View) -> Bool {
    let bytes = Array(text)
    func isHex(_ index: Int) -> Bool {
      index < bytes.count
        && ((48...57).contains(bytes[index]) || (65...70).contains(bytes[index])
          || (97...102).contains(bytes[index]))
    }
    return bytes.indices.allSatisfy {
      bytes[$0] != UInt8(ascii: "%") || (isHex($0 + 1) && isHex($0 + 2))
    }
  }

  private func hasPlainAuthority(_ text: Substring.UTF8View) -> Bool {
    let authority = text.prefix { !"/?#".utf8.contains($0) }
    return authority.first.map { $0 != UInt8(ascii: ":") } ?? false
      && authority.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "-.:".utf8.contains(byte)
      } && authority.count { $0 == UInt8(ascii: ":") } < 2
      && authority.drop { $0 != UInt8(ascii: ":") }.dropFirst()
        .allSatisfy { (48...57).contains($0) }
  }

  /// A name as pages show it: on one line, and not longer than a page can bear.
  func name(_ name: String) -> String {
    let shown = SafeText.middleCut(SafeText.oneLine(name), to: 1000)
    return shown.isEmpty ? words.text("name.none") : shown
  }

  /// A sentence of the report: what stands between backticks shows as code, the first letter is
  /// a capital unless it begins a name (`results/a.json: …`).
  func prose(_ sentence: String) -> Value {
    let line = SafeText.middleCut(SafeText.oneLine(sentence), to: 600)
    guard let first = line.first else { return .empty }
    let isWord = line.prefix { $0 != " " }.allSatisfy { $0.isLetter || $0 == "," || $0 == "-" }
    let parts = (isWord ? first.uppercased() + line.dropFirst() : line)
      .split(separator: "`", omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      // A backtick without a second one is one of the text.
      let isCode = index % 2 == 1 && index + 1 < parts.count
      if index % 2 == 1, !isCode { bytes += "`".utf8 }
      if isCode { bytes += "<code>".utf8 }
      HTML.append(String(part), to: &bytes)
      if isCode { bytes += "</code>".utf8 }
    }
    return .html(bytes)
  }

  /// `name` with places to break it where its parts meet (`parse/`, `large_`).
  func breakable(_ name: String) -> Value {
    var bytes: [UInt8] = []
    var rest = name[...]
    var breaks = 0
    while breaks < 40, let end = rest.firstIndex(where: { "/_.:".contains($0) }) {
      let next = rest.index(after: end)
      HTML.append(String(rest[..<next]), to: &bytes)
      rest = rest[next...]
      if let character = rest.first, character.isLetter || character.isNumber {
        bytes += "<wbr>".utf8
        breaks += 1
      }
    }
    HTML.append(String(rest), to: &bytes)
    return .html(bytes)
  }

  /// `since 9fceb02, 3 runs ago`
  func since(_ point: ChangePoint?) -> Value {
    guard let point else { return .empty }
    let commit =
      point.commit == nil ? Value.text(words.text("since.unknown")) : commit(point.commit)
    guard let ago = runsAgo(point) else { return words.html("since.older", ["commit": commit]) }
    if ago == 0 { return words.html("since.now", ["commit": commit]) }
    return words.html(
      "since.ago", ["commit": commit, "ago": .text(words.count("runs_ago", ago))])
  }

  func runsAgo(_ point: ChangePoint) -> Int? {
    guard let index = point.index, let current = currentRun, index <= current else { return nil }
    return current - index
  }

  // MARK: Sentences

  /// `against 20 runs of main, the newest 3 h old`
  var baselineSentence: Value {
    let baseline = report.baseline
    guard baseline.status != .none, baseline.runs > 0 else {
      return .text(words.text("baseline.none"))
    }
    var values: [String: Value] = [
      "runs": .text(words.count("runs", baseline.runs)),
      "branch": .text(baseline.branch ?? words.text("baseline.branch")),
      "commit": commit(baseline.newestCommit),
    ]
    guard let age = baselineAge else { return words.html("baseline.runs", values) }
    values["age"] = .text(age)
    return words.html("baseline.aged", values)
  }

  /// `Judged against 20 runs of main, the newest 3 h old.`; empty where nothing is judged.
  var against: Value {
    guard report.baseline.status != .none, report.baseline.runs > 0, !nothingRead else {
      return .empty
    }
    return words.html("against", ["baseline": baselineSentence])
  }

  var baselineAge: String? {
    report.baseline.newestTime.map { words.age(seconds: report.run.time.seconds(since: $0)) }
  }

  var nothingRead: Bool {
    report.testTotals.counts.total == 0 && !report.series.contains { $0.value != nil }
      && !report.tests.contains { $0.outcome != nil }
  }

  /// Whether this is the site of a history without runs.
  var hasNoRun: Bool { options.source == .history && report.runs.isEmpty }

  var unreadInputs: [InputRecord] { report.inputs.filter { $0.status != .read } }

  /// Makes links to tests lead to their places.
  mutating func place(_ tests: TestsPage) {
    testAddresses = tests.addresses
    suitesAddress = tests.suitesAddress
  }

  /// Of a list of very many pages the next ones, the first and the last are linked.
  private func isNear(_ other: Int, to page: Int, of pages: Int) -> Bool {
    pages <= 12 || abs(other - page) <= 4 || other == 0 || other == pages - 1
  }

  /// `Showing 500 of 12,431 rows; the rest: tests-2.html`
  func cut(shown: Int, total: Int, name: String, page: Int, pages: Int) -> Value {
    guard pages > 1 || shown < total else { return .empty }
    var links: [Value] = []
    for other in 0..<pages where other != page && isNear(other, to: page, of: pages) {
      links.append(["href": .text(Pager.path(name, page: other)), "first": .flag(links.isEmpty)])
    }
    let sentence = words.text(
      "cut.rows", ["shown": words.numbers.count(shown), "total": words.numbers.count(total)])
    return ["sentence": .text(sentence), "links": .list(links)]
  }
}
