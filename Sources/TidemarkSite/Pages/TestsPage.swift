internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// Which tests changed, and were they flaky before? First what is newly failing, at last every
/// test by its suite; 500 rows a page.
struct TestsPage {
  private static let slowestCount = 10
  private static let clusterCount = 10
  /// Rows of one table of sides.
  private static let sideCount = 200

  private struct Section {
    var title: String
    var anchor: String
    /// A folded table of one suite's tests; else a list of changed tests.
    var isTree: Bool
    var isTable: Bool
    /// Whether each test has its place here, to which links lead.
    var hasPlaces = false
    var summary: String = ""
    /// The head of a table of sides.
    var head: [String: Value] = [:]
    var rows: [[UInt8]] = []
    /// The test that each row shows, by its place in the report.
    var tests: [Int] = []
  }

  private let context: SiteContext
  private let treeRows: [[UInt8]]
  private var sections: [Section] = []
  private var pages: [[Pager.Stretch]] = []
  /// Where each changed test stands, by its place in the report.
  private(set) var addresses: [Int: String] = [:]
  /// Where the suites begin; nil where there are none.
  private(set) var suitesAddress: String?

  /// - Parameter rows: What ``rows(_:_:)`` gives for all tests.
  init(_ context: SiteContext, rows: [[UInt8]]) throws(Problem) {
    self.context = context
    treeRows = rows
    guard !context.report.tests.isEmpty else { return }
    let tests = context.report.tests
    var byState: [TestState: [Int]] = [:]
    var unsteady: [Int] = []
    for index in tests.indices {
      if tests[index].state != .passing {
        byState[tests[index].state, default: []].append(index)
      } else if tests[index].failuresInLast >= 2, isUnsteady(tests[index]) {
        unsteady.append(index)
      }
    }
    for state in TestsPage.states {
      try addList(state.rawValue, byState[state] ?? [])
      // Unsteady tests that pass this time are no change, and still what one looks for here.
      if state == .flaky { try addList("failed_lately", unsteady) }
    }
    try addSides()
    try addNewlySlow()
    try addSlowest()
    addSuites()
    pages = Pager.pages(sections.map { $0.rows.map(\.count) })
    for (number, page) in pages.enumerated() {
      let suites = page.contains {
        $0.rows.lowerBound == 0 && sections[$0.section].anchor == "suites"
      }
      if suites { suitesAddress = "\(Pager.path("tests", page: number))#suites" }
      for stretch in page where sections[stretch.section].hasPlaces {
        for row in stretch.rows {
          let test = sections[stretch.section].tests[row]
          addresses[test] =
            "\(Pager.path("tests", page: number))#\(TestsPage.anchor(context, test))"
        }
      }
    }
  }

  /// The states that have a list, in the order of the page.
  private static let states = TestState.allCases.filter { $0 != .passing }
    .sorted { $0.rank < $1.rank }

  /// The place of a test on its page. An id may stand twice, where no label tells two jobs apart.
  private static func anchor(_ context: SiteContext, _ test: Int) -> String {
    let id = context.report.tests[test].id
    return context.testIndex(id) == test ? "t-\(id)" : "t-\(id)-\(test)"
  }

  /// Passing now, and failed at least twice in the window but in fewer than half of its runs: once may
  /// have been a defect that was mended.
  private func isUnsteady(_ test: TestResult) -> Bool {
    test.state == .passing && test.failuresInLast >= 2
      && test.failuresInLast * 2 < test.runsInLast
  }

  private mutating func addList(_ name: String, _ members: [Int]) throws(Problem) {
    var section = Section(
      title: context.words.text("section.\(name)"), anchor: name, isTree: false, isTable: false,
      hasPlaces: true)
    for index in members {
      var values = context.values(context.report.tests[index])
      values["sides"] = Value(context.sides.of(test: index).flatMap(context.sentence(tests:)))
      values["anchor"] = .text(TestsPage.anchor(context, index))
      values["t"] = context.words.tree
      section.rows.append(try context.theme.rendered("test_item", .object(values)))
      section.tests.append(index)
    }
    if !section.rows.isEmpty { sections.append(section) }
  }

  /// Tests that fail under some labels and pass under others.
  private mutating func addSides() throws(Problem) {
    let mixed = context.sides.tests.filter { $0.count(.bad) > 0 && $0.count(.clear) > 0 }
    for table in Sides.tables(mixed, context).prefix(5) {
      let head = context.sideHead(table)
      var section = Section(
        title: context.words.text("section.sides"),
        anchor: sections.contains { !$0.head.isEmpty } ? "" : "sides", isTree: false,
        isTable: true)
      section.head = head
      for side in table.groups.prefix(TestsPage.sideCount) {
        section.rows.append(try context.sideRow(tests: side))
        section.tests.append(side.members[0].index)
      }
      sections.append(section)
    }
  }

  /// Tests and classes of tests that take longer than they did: they pass, so no state tells it.
  private mutating func addNewlySlow() throws(Problem) {
    var section = Section(
      title: context.words.text("section.newly_slow"), anchor: "newly-slow", isTree: false,
      isTable: false)
    for slow in context.report.slowTests {
      guard let id = slow.tests.first, let index = context.testIndex(id) else { continue }
      let values: [String: Value] = [
        "name": .text(SafeText.middleCut(SafeText.oneLine(slow.title), to: 200)),
        "before": .text(context.duration(slow.before)),
        "after": .text(context.duration(slow.after)),
        "change": .text(context.words.numbers.percentChange(slow.changePercent)),
        "since": context.since(slow.changePoint),
        "most": slow.name == nil ? .text(context.testName(context.report.tests[index])) : .empty,
        "t": context.words.tree,
      ]
      section.rows.append(try context.theme.rendered("slow_item", .object(values)))
      section.tests.append(index)
    }
    if !section.rows.isEmpty { sections.append(section) }
  }

  private mutating func addSlowest() throws(Problem) {
    let tests = context.report.tests
    var timed: [(duration: Double, index: Int)] = []
    for index in tests.indices {
      if tests[index].outcome != nil, let duration = tests[index].duration, duration > 0 {
        timed.append((duration, index))
      }
    }
    guard timed.count > TestsPage.slowestCount else { return }
    timed.sort { ($1.duration, $0.index) < ($0.duration, $1.index) }
    var section = Section(
      title: context.words.text("section.slowest"), anchor: "slowest", isTree: false,
      isTable: true)
    for (_, index) in timed.prefix(TestsPage.slowestCount) {
      section.rows.append(try TestsPage.row(context, tests[index], withPlace: true))
      section.tests.append(index)
    }
    sections.append(section)
  }

  private mutating func addSuites() {
    var section: Section?
    var key: [String]?
    var counts = OutcomeCounts()
    var suites: [Section] = []
    func finish() {
      guard var done = section else { return }
      done.summary = summary(counts)
      suites.append(done)
    }
    let tests = context.report.tests
    for index in tests.indices {
      guard let outcome = tests[index].outcome else { continue }
      let identity = tests[index].identity
      let suite = identity.suite.isEmpty ? [identity.className] : identity.suite
      if suite != key {
        finish()
        key = suite
        counts = OutcomeCounts()
        section = Section(
          title: suite.map(context.name).joined(separator: " › "), anchor: "", isTree: true,
          isTable: true)
      }
      counts.add(outcome)
      section?.rows.append(treeRows[index])
      section?.tests.append(index)
    }
    finish()
    if !suites.isEmpty { suites[0].anchor = "suites" }
    sections += suites
  }

  /// The rows of a stretch of the report's tests in the tables of their suites.
  static func rows(_ context: SiteContext, _ range: Range<Int>) throws(Problem) -> [[UInt8]] {
    var rows: [[UInt8]] = []
    rows.reserveCapacity(range.count)
    for index in range {
      rows.append(try row(context, context.report.tests[index], withPlace: false))
    }
    return rows
  }

  private static func row(
    _ context: SiteContext, _ test: TestResult, withPlace: Bool
  ) throws(Problem) -> [UInt8] {
    let mark = test.outcome?.mark
    var values = mark?.values(context.words) ?? [:]
    // A hundred thousand passes weigh less without an element of their own.
    values["plain"] = .flag(mark?.tone == "plain")
    values["name"] = .text(context.testName(test))
    let className = test.identity.className
    let isRepeated = test.identity.suite.isEmpty || test.identity.suite.last == className
    values["where"] =
      withPlace
      ? .text(context.testPlace(test))
      : isRepeated || className.isEmpty ? .empty : .text(context.name(className))
    values["duration"] = Value(context.duration(of: test))
    return try context.theme.rendered("test_row", .object(values))
  }

  /// `12 tests, 1 failed`
  private func summary(_ counts: OutcomeCounts) -> String {
    var parts = [context.words.count("tests", counts.total)]
    let failed = counts.failed + counts.errored
    if failed > 0 { parts.append(context.words.count("strip.failed", failed)) }
    if counts.skipped > 0 { parts.append(context.words.count("strip.skipped", counts.skipped)) }
    return parts.joined(separator: ", ")
  }

  func render() throws(Problem) -> [SiteFile] {
    var files: [SiteFile] = []
    // Each looks at every test: once for all pages.
    let (lead, totals) = (lead, totals)
    let total = sections.reduce(0) { $0 + $1.rows.count }
    for (number, page) in pages.enumerated() {
      let path = Pager.path("tests", page: number)
      let shown = page.reduce(0) { $0 + $1.rows.count }
      var title = context.words.text("nav.tests")
      if number > 0 {
        title = context.words.text("page.number", ["title": title, "n": "\(number + 1)"])
      }
      files.append(
        try context.page(
          "tests", path: path, title: title, tab: .tests,
          [
            "heading": .text(title), "lead": .text(lead),
            "totals": .text(totals),
            "jump": .list(number == 0 ? jump : []),
            "clusters": .list(number == 0 ? clusters : []),
            "cluster_count": .text(context.words.numbers.count(clusters.count)),
            "owners": Value(number == 0 ? owners : nil),
            "cut": context.cut(
              shown: shown, total: total, name: "tests", page: number, pages: pages.count),
            "has_strips": .flag(page.contains { !sections[$0.section].isTable }),
            "sections": .list(page.map(values)),
          ]))
    }
    return files
  }

  private func values(_ stretch: Pager.Stretch) -> Value {
    let section = sections[stretch.section]
    let values: [String: Value] = [
      "title": .text(section.title), "tree": .flag(section.isTree),
      "table": .flag(section.isTable), "sides": .flag(!section.head.isEmpty),
      "summary": .text(section.summary),
      "anchor": stretch.rows.lowerBound == 0 ? Value(section.anchor) : .empty,
      "continued": .flag(stretch.rows.lowerBound > 0),
      "count": .text(context.words.numbers.count(section.rows.count)),
      "heading": .flag(section.isTree && section.anchor == "suites"),
      "rows": .html(Array(section.rows[stretch.rows].joined())),
    ]
    return .object(values.merging(section.head) { _, head in head })
  }

  private var jump: [Value] {
    pages.enumerated().flatMap { number, page in
      page.compactMap { stretch -> Value? in
        let section = sections[stretch.section]
        guard stretch.rows.lowerBound == 0, !section.anchor.isEmpty else { return nil }
        let path = number == 0 ? "" : Pager.path("tests", page: number)
        let isTree = section.isTree
        return [
          "href": .text("\(path)#\(section.anchor)"),
          "name": .text(isTree ? context.words.text("section.suites") : section.title),
          "count": .text(
            context.words.numbers.count(
              isTree ? context.report.testTotals.counts.total : section.rows.count)),
        ]
      }
    }
  }

  /// Failures that say the same, the largest group first.
  private var clusters: [Value] {
    context.report.clusters.filter { $0.kind == "message" && $0.tests.count > 1 }
      .prefix(TestsPage.clusterCount).map { cluster in
        let tests = cluster.tests.compactMap(context.testIndex)
        let detail = tests.first.map { context.report.tests[$0].detail } ?? nil
        return [
          "sentence": .text(context.words.count("tests.cluster", cluster.tests.count)),
          "message": Value(context.firstLine(detail)),
          "members": .list(
            tests.prefix(8).map { index in
              [
                "name": .text(context.testName(context.report.tests[index])),
                "href": Value(addresses[index]),
              ]
            }),
          "more": Value(
            tests.count > 8 ? context.words.count("more", tests.count - 8) : nil),
        ]
      }
  }

  /// `Who looks: search team 2, nobody 1`, over what fails or is flaky.
  private var owners: String? {
    var counts: [String: Int] = [:]
    for test in context.report.tests
    where [.newlyFailing, .stillFailing, .flaky].contains(test.state) {
      counts[test.owner ?? "", default: 0] += 1
    }
    guard counts.keys.contains(where: { !$0.isEmpty }) else { return nil }
    let ordered = counts.sorted {
      $0.value == $1.value ? utf8Precedes($0.key, $1.key) : $0.value > $1.value
    }
    let parts = ordered.prefix(8).map { owner, count in
      "\(owner.isEmpty ? context.words.text("tests.no_owner") : context.name(owner)) \(count)"
    }
    return context.words.text(
      "tests.owners", ["owners": parts.joined(separator: context.words.text("list.separator"))])
  }

  /// `2 tests newly failing and 3 still failing; 4 flaky.`
  private var lead: String {
    let words = context.words
    let totals = context.report.testTotals
    let parts = [
      (totals.newlyFailing, "lead.newly_failing"), (totals.stillFailing, "lead.still_failing"),
      (totals.flaky, "lead.flaky"), (totals.fixed, "lead.fixed"),
      (totals.quarantined, "lead.quarantined"), (totals.removed, "lead.removed"),
    ].filter { $0.0 > 0 }.map { words.count($0.1, $0.0) }
    if !parts.isEmpty {
      let sentence = words.text("sentence", ["text": words.joined(parts)])
      return [sentence, evidence, common].compactMap { $0 }.joined(separator: " ")
    }
    let failed = totals.counts.failed + totals.counts.errored
    if failed > 0 { return words.count("tests.failed_only", failed) }
    return words.count("tests.all_passed", totals.counts.total)
  }

  /// Whether what newly fails had failed before: the difference between a defect and a flaky test.
  private var evidence: String? {
    let failing = context.report.tests.filter { $0.state == .newlyFailing && $0.runsInLast > 1 }
    guard let first = failing.first else { return nil }
    // The run itself is counted in.
    let before = failing.count { $0.failuresInLast > 1 }
    if before > 0 {
      return context.words.count("tests.failed_before", before)
    }
    guard failing.count == 1 else { return context.words.text("tests.never_failed_all") }
    return context.words.count("tests.never_failed", first.runsInLast - 1)
  }

  /// Under which labels alone all of what newly fails does.
  private var common: String? {
    let failing = context.report.tests.indices.filter {
      context.report.tests[$0].state == .newlyFailing
    }
    let sides = failing.map(context.sides.of(test:))
    if failing.count == 1 { return sides[0].flatMap(context.sentence(tests:)) }
    return context.commonSentence("tests.common", sides)
  }

  private var totals: String {
    let totals = context.report.testTotals
    var parts = [context.words.count("tests", totals.counts.total)]
    parts.append(context.words.count("strip.passed", totals.counts.passed))
    let failed = totals.counts.failed + totals.counts.errored
    if failed > 0 { parts.append(context.words.count("strip.failed", failed)) }
    if totals.counts.skipped > 0 {
      parts.append(context.words.count("strip.skipped", totals.counts.skipped))
    }
    if let duration = totals.duration, duration > 0 { parts.append(context.duration(duration)) }
    return parts.joined(separator: " · ")
  }
}
