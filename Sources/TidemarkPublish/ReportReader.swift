package import TidemarkModel
package import TidemarkReport
private import TidemarkSyntax

/// Makes a ``TidemarkReport/Report`` of report.json again, so that the same sections serve.
///
/// The document may come from a stranger's pull request: every field is checked, every list and
/// text has a bound, and what no text is made of is not read. Command lines for a shell (`bisect`) are
/// not taken from it: they are made anew, of commits that are hexadecimal digits. What stands nowhere in the document
/// (failure texts, passing tests, the points of a series) is not in the answer either.
package enum ReportReader {
  /// Entries of one list.
  static let listLimit = 500_000
  /// Bytes of one text; what is behind is dropped.
  static let textLimit = 8192
  /// No count is larger: sums of them stay far from overflowing.
  static let countLimit = 1 << 40

  /// - Throws: ``Problem`` for anything that `report` would not have written.
  package static func read(_ bytes: [UInt8]) throws(Problem) -> Report {
    guard bytes.count <= ReportJSON.byteBudget else {
      throw Problem("the report is larger than \(ReportJSON.byteBudget >> 20) MiB")
    }
    return try JSONReader.read(bytes, count: bytes.count) { (root, _) throws(Problem) in
      let root = try Field(root, "the document")
      let schema = try root.text("schema")
      guard schema == ReportJSON.schema else {
        throw Problem(
          "the document is no report of the schema \(ReportJSON.schema)",
          remedy: "name the report.json that `tidemark report` wrote, of the same version")
      }
      return try report(root)
    }
  }

  private static func report(_ root: Field) throws(Problem) -> Report {
    let generator = try root.object("generator")
    var report = Report(
      run: try header(root.object("run")),
      generator: Generator(
        name: try generator.text("name"), version: try generator.text("version")),
      key: try root.text("key"))
    report.jobs = try root.object("run").list("jobs") { (job) throws(Problem) in
      Job(name: try job.text("name"), url: try job.optionalText("url"))
    }
    report.verdict = try root.word("verdict", Verdict.init(rawValue:))
    report.reasons = try root.list("reasons") { (reason) throws(Problem) in
      Reason(
        try reason.word("code", Reason.Code.init(rawValue:)), try reason.text("message"))
    }
    report.gate = try root.list("gate") { (result) throws(Problem) in
      GateResult(
        rule: try result.text("rule"), failed: try result.flag("failed"),
        count: try result.count("count"), message: try result.text("message"))
    }
    let links = try root.object("links")
    report.links = Links(
      site: try links.optionalText("site"), run: try links.optionalText("run"),
      artifact: try links.optionalText("artifact"))
    report.baseline = try baseline(root.object("baseline"))
    report.inputs = try root.list("inputs", input)
    report.testTotals = try testTotals(root.object("tests"))
    report.seriesTotals = try seriesTotals(root.object("benchmarks"))
    report.runs = try root.list("runs", windowRun)
    var places: [String: Int] = [:]
    for (index, run) in report.runs.enumerated() { places[run.id] = index }
    report.tests = try root.list("test_changes") { (test) throws(Problem) in
      try self.test(test, places)
    }
    report.series = try root.list("series") { (series) throws(Problem) in
      try self.series(series, places)
    }
    report.clusters = try root.list("clusters") { (cluster) throws(Problem) in
      try self.cluster(cluster, places)
    }
    report.environmentChanges = try root.list("environment_changes") { (change) throws(Problem) in
      EnvironmentChange(
        job: try change.text("job"), key: try change.text("key"),
        from: try change.optionalText("from"), to: try change.optionalText("to"))
    }
    return report
  }

  private static func header(_ run: Field) throws(Problem) -> RunHeader {
    RunHeader(
      id: try run.text("id"), attempt: try run.count("attempt"), time: try run.time("time"),
      commit: try run.optionalText("commit"), branch: try run.optionalText("branch"),
      base: try run.optionalText("base"), pullRequest: try run.optionalText("pull_request"),
      url: try run.optionalText("url"))
  }

  private static func windowRun(_ run: Field) throws(Problem) -> WindowRun {
    let id = try run.text("id")
    return WindowRun(
      id: id, identifier: Digest.identifier(of: Array(id.utf8)), time: try run.time("time"),
      commit: try run.optionalText("commit"), url: try run.optionalText("url"))
  }

  private static func baseline(_ baseline: Field) throws(Problem) -> Baseline {
    Baseline(
      status: try baseline.word("status", Baseline.Status.init(rawValue:)),
      runs: try baseline.count("runs"), branch: try baseline.optionalText("branch"),
      newestCommit: try baseline.optionalText("newest_commit"),
      newestTime: try baseline.optionalTime("newest_time"),
      message: try baseline.text("message"))
  }

  private static func input(_ field: Field) throws(Problem) -> InputRecord {
    var input = InputRecord(
      path: try field.text("path"), format: try field.optionalText("format"),
      status: try field.word("status", InputRecord.Status.init(rawValue:)))
    input.counts = try counts(field.object("tests"))
    input.benchmarks = try field.count("benchmarks")
    input.series = try field.count("series")
    input.problems = try field.list("problems") { (problem) throws(Problem) in
      ResultProblem(
        try problem.word("code", ResultProblem.Code.init(rawValue:)),
        try problem.text("message"), line: try problem.optionalCount("line"),
        isBlocking: try problem.flag("blocking"))
    }
    if let error = try field.optionalObject("error") {
      input.error = Problem(
        try error.text("message"), line: try error.optionalCount("line"),
        column: try error.optionalCount("column"))
    }
    return input
  }

  private static func counts(_ field: Field) throws(Problem) -> OutcomeCounts {
    var counts = OutcomeCounts()
    counts.passed = try field.count("passed")
    counts.failed = try field.count("failed")
    counts.errored = try field.count("errored")
    counts.skipped = try field.count("skipped")
    return counts
  }

  private static func testTotals(_ field: Field) throws(Problem) -> TestTotals {
    var totals = TestTotals()
    totals.counts = try counts(field)
    totals.duration = try field.optionalNumber("duration_s")
    totals.newlyFailing = try field.count("newly_failing")
    totals.stillFailing = try field.count("still_failing")
    totals.fixed = try field.count("fixed")
    totals.flaky = try field.count("flaky")
    totals.quarantined = try field.count("quarantined")
    totals.removed = try field.count("removed")
    totals.new = try field.count("new")
    return totals
  }

  private static func seriesTotals(_ field: Field) throws(Problem) -> SeriesTotals {
    var totals = SeriesTotals()
    totals.series = try field.count("series")
    totals.regressed = try field.count("regressed")
    totals.suspected = try field.count("suspected")
    totals.improved = try field.count("improved")
    totals.unchanged = try field.count("unchanged")
    totals.new = try field.count("new")
    totals.missing = try field.count("missing")
    totals.insufficientData = try field.count("insufficient_data")
    return totals
  }

  // MARK: Tests and series

  private static func test(
    _ field: Field, _ places: [String: Int]
  ) throws(Problem) -> TestResult {
    let identity = TestIdentity(
      suite: try field.texts("suite"), className: try field.text("class"),
      name: try field.text("name"), labels: try field.labels("labels"))
    var test = TestResult(
      id: try field.identifier("id"), identity: identity, job: "",
      state: try field.word("state", TestState.init(rawValue:)),
      outcome: try field.optionalText("outcome").flatMap { Outcome(name: $0) })
    var detail = TestDetail(message: try field.optionalText("message"))
    detail.file = try field.optionalText("file")
    detail.line = try field.optionalCount("line")
    test.detail = detail
    if let since = try field.optionalObject("since") {
      let run = try since.text("run")
      test.since = ChangePoint(
        index: places[run], run: run, commit: try since.optionalText("commit"), time: nil,
        previousCommit: try field.optionalText("good_commit"))
    }
    test.failuresInLast = try field.count("failures_in_last")
    test.runsInLast = try field.count("runs_in_last")
    test.owner = try field.optionalText("owner")
    test.job = try field.optionalText("job") ?? ""
    test.explanation = try field.optionalText("explanation") ?? ""
    return test
  }

  private static func series(
    _ field: Field, _ places: [String: Int]
  ) throws(Problem) -> SeriesChange {
    let unit = Unit(parsing: try field.text("unit"))
    let identity = SeriesIdentity(
      name: try field.text("name"), metric: try field.text("metric"), quantity: unit.quantity,
      labels: try field.labels("labels"))
    var series = SeriesChange(
      id: try field.identifier("id"), identity: identity, unit: unit,
      direction: try field.word("direction", Direction.init(rawValue:)), job: "",
      state: try field.word("state", SeriesState.init(rawValue:)),
      value: try field.optionalNumber("value"))
    series.n = try field.optionalCount("n")
    if let baseline = try field.optionalObject("baseline") {
      series.baseline = SeriesBaseline(
        value: try baseline.number("value"), low: try baseline.number("low"),
        high: try baseline.number("high"), runs: try baseline.count("runs"))
    }
    series.changePercent = try field.optionalNumber("change_percent")
    series.changeLow = try field.optionalNumber("change_low")
    series.changeHigh = try field.optionalNumber("change_high")
    series.p = try field.optionalNumber("p")
    series.q = try field.optionalNumber("q")
    series.noisePercent = try field.optionalNumber("noise_percent")
    series.window = try field.count("window")
    series.minimumDetectablePercent = try field.optionalNumber("minimum_detectable_percent")
    series.changePoint = try changePoint(field, places)
    series.suspects = try suspects(field)
    series.job = try field.optionalText("job") ?? ""
    series.owner = try field.optionalText("owner")
    series.runsNeeded = try field.optionalCount("runs_needed")
    series.explanation = try field.optionalText("explanation") ?? ""
    return series
  }

  private static func changePoint(
    _ field: Field, _ places: [String: Int]
  ) throws(Problem) -> ChangePoint? {
    guard let point = try field.optionalObject("change_point") else { return nil }
    let run = try point.text("run")
    return ChangePoint(
      index: places[run], run: run, commit: try point.optionalText("commit"),
      time: try point.optionalTime("time"),
      previousCommit: try field.optionalText("good_commit"))
  }

  private static func suspects(_ field: Field) throws(Problem) -> [Suspect] {
    try field.list("suspects") { (suspect) throws(Problem) in
      Suspect(
        commit: try suspect.text("commit"), author: try suspect.optionalText("author"),
        subject: try suspect.optionalText("subject"))
    }
  }

  private static func cluster(
    _ field: Field, _ places: [String: Int]
  ) throws(Problem) -> Cluster {
    var cluster = Cluster(
      id: try field.identifier("id"), kind: try field.text("kind"),
      series: try field.identifiers("series"), tests: try field.identifiers("tests"),
      changePoint: try changePoint(field, places), suspects: try suspects(field))
    cluster.environment = try field.optionalTexts("environment")
    return cluster
  }
}

/// A JSON object whose members are asked for by name and kind.
private struct Field {
  private let value: JSONValue
  /// For messages; fixed words of ours only.
  private let name: String

  init(_ value: JSONValue, _ name: String) throws(Problem) {
    guard value.isObject else { throw Problem("\(name) is no object") }
    self.value = value
    self.name = name
  }

  private func member(_ key: StaticString) -> JSONValue? {
    value[key].flatMap { $0.isNull ? nil : $0 }
  }

  private func fault(_ key: StaticString, _ what: String) -> Problem {
    Problem("the report's `\(key)` (in \(name)) is \(what)")
  }

  private func required<Value>(
    _ key: StaticString, _ value: Value?, _ what: String
  ) throws(Problem) -> Value {
    guard let value else { throw fault(key, "missing, or no \(what)") }
    return value
  }

  func optionalText(_ key: StaticString) throws(Problem) -> String? {
    guard let member = member(key) else { return nil }
    let text = try required(key, member.string, "text")
    return String(SafeText.prefix(text, bytes: ReportReader.textLimit))
  }

  func text(_ key: StaticString) throws(Problem) -> String {
    try required(key, try optionalText(key), "text")
  }

  func word<Word>(
    _ key: StaticString, _ read: (String) -> Word?
  ) throws(Problem) -> Word {
    try required(key, read(try text(key)), "word that is known")
  }

  func flag(_ key: StaticString) throws(Problem) -> Bool {
    try required(key, member(key)?.bool, "truth value")
  }

  func optionalNumber(_ key: StaticString) throws(Problem) -> Double? {
    guard let member = member(key) else { return nil }
    return try required(key, member.double, "number")
  }

  func number(_ key: StaticString) throws(Problem) -> Double {
    try required(key, try optionalNumber(key), "number")
  }

  func optionalCount(_ key: StaticString) throws(Problem) -> Int? {
    guard let member = member(key) else { return nil }
    let count = try required(key, member.int, "whole number")
    guard (0...ReportReader.countLimit).contains(count) else { throw fault(key, "out of range") }
    return count
  }

  func count(_ key: StaticString) throws(Problem) -> Int {
    try required(key, try optionalCount(key), "whole number")
  }

  func optionalTime(_ key: StaticString) throws(Problem) -> Timestamp? {
    guard let text = try optionalText(key) else { return nil }
    return try required(key, TimeText.parse(text), "time")
  }

  func time(_ key: StaticString) throws(Problem) -> Timestamp {
    try required(key, try optionalTime(key), "time")
  }

  func identifier(_ key: StaticString) throws(Problem) -> Identifier {
    try required(key, Identifier(try text(key)), "id of 16 hex digits")
  }

  func optionalObject(_ key: StaticString) throws(Problem) -> Field? {
    guard let member = member(key) else { return nil }
    return try Field(member, "\(key)")
  }

  func object(_ key: StaticString) throws(Problem) -> Field {
    try required(key, try optionalObject(key), "object")
  }

  private func elements(_ key: StaticString) throws(Problem) -> JSONElements {
    guard let member = member(key), member.isArray else { throw fault(key, "no list") }
    guard member.count <= ReportReader.listLimit else { throw fault(key, "too long a list") }
    return member.elements
  }

  func list<Element>(
    _ key: StaticString, _ read: (Field) throws(Problem) -> Element
  ) throws(Problem) -> [Element] {
    var list: [Element] = []
    for element in try elements(key) { list.append(try read(try Field(element, "\(key)"))) }
    return list
  }

  func texts(_ key: StaticString) throws(Problem) -> [String] {
    var texts: [String] = []
    for element in try elements(key) {
      let text = try required(key, element.string, "list of texts")
      texts.append(String(SafeText.prefix(text, bytes: ReportReader.textLimit)))
    }
    return texts
  }

  func optionalTexts(_ key: StaticString) throws(Problem) -> [String] {
    member(key) == nil ? [] : try texts(key)
  }

  func identifiers(_ key: StaticString) throws(Problem) -> [Identifier] {
    var identifiers: [Identifier] = []
    for text in try texts(key) {
      identifiers.append(try required(key, Identifier(text), "list of ids"))
    }
    return identifiers
  }

  func labels(_ key: StaticString) throws(Problem) -> Labels {
    guard let member = member(key), member.isObject, member.count <= 1000 else {
      throw fault(key, "no mapping")
    }
    var labels = Labels.none
    for (name, value) in member.members {
      let text = try required(key, value.string, "mapping of texts")
      labels[name.string] = String(SafeText.prefix(text, bytes: ReportReader.textLimit))
    }
    return labels
  }
}
