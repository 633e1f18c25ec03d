internal import TidemarkModel
internal import TidemarkReport

/// Reports made up for the tests.
enum SampleReport {
  static let noon = Timestamp(millisecondsSince1970: 1_795_521_600_000)  // 2026-11-24T12:00:00Z

  /// Texts that break out of somewhere if nobody minds them.
  static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a | b `c` *d* _e_ ~~f~~",
    "[x](javascript:alert(1))", "![p](https://evil.example/p.png)", "<https://evil.example>",
    "first\nsecond\n| x | y |\n|---|---|", "@everyone and @octo-cat", "fixes #1, closes !2, GH-3",
    "::error file=a.swift,line=1::pwned", "  ::set-output name=x::y", "##vso[task.complete]x",
    "##[error]x", "/merge", "/close\n/approve", "\u{202E}gnp.exe\u{202C}",
    "zero\u{200B}width\u{FEFF}",
    "\u{1B}[31mred\u{1B}[0m", "nul\u{0}bell\u{7}", "../../../etc/passwd", "C:\\windows\\x",
    "=1+1", "@SUM(A1)", "-->", "--> <!--", "]]>", "&lt;already&gt; &amp;", "</details>",
    "# heading",
    "> quote", "- item", "1. item", "-----", "```", "`` ` ``", "\\", "\\|", "a\\|b|c\\",
    "https://evil.example/?a=b&c", "www.evil.example", "mail@evil.example", "xmlns=\"x\"",
    "{{7*7}} ${7*7} $x$", "👩‍👩‍👧 e\u{301}\u{301}", "", " ", "\t", "CON",
    "\u{FFFE}\u{FFFF}", "<code>", "</code>", "&#64;everyone", "&commat;everyone", "*", "__init__",
    "section_start:1:x\r\u{1B}[0Ky", String(repeating: "x", count: 5000),
    String(repeating: "`|", count: 200),
  ]

  /// A small one with something of everything that people meet.
  static func small() -> Report {
    var report = empty()
    report.verdict = .fail
    report.links = Links(
      site: "https://example.com/tidemark", run: "https://ci.example.com/runs/812",
      artifact: "https://ci.example.com/runs/812/files")
    report.jobs = [
      Job(name: "linux", url: nil, environment: ["cpu": "EPYC 7763", "os": "Debian 12"]),
      Job(name: "macos", url: nil, environment: ["cpu": "Apple M2"]),
    ]
    report.baseline = Baseline(
      status: .ok, runs: 20, branch: "main", newestCommit: commit(19),
      newestTime: Timestamp(millisecondsSince1970: noon.millisecondsSince1970 - 10_800_000),
      message: "against 20 runs of `main`, the newest 3 h old")
    report.reasons = [
      Reason(.newlyFailing, "2 tests are newly failing"),
      Reason(.regressed, "1 series regressed"),
      Reason(.inputUnrecognised, "1 of 4 files is in no known format: notes.txt"),
    ]
    report.gate = [
      GateResult(rule: "new-failures", failed: true, count: 2, message: "2 tests newly failing"),
      GateResult(rule: "regressions", failed: false, count: 0, message: "none"),
    ]
    addRuns(20, to: &report)
    addTests(to: &report)
    addSeries(to: &report)
    addInputs(to: &report)
    report.clusters = [
      Cluster(
        id: Identifier(bits: 77), kind: "commit", series: [Identifier(bits: 101)],
        tests: [Identifier(bits: 1)], changePoint: point(report, ago: 0), suspects: suspects)
    ]
    report.environmentChanges = [
      EnvironmentChange(job: "linux", key: "kernel", from: "6.1.0-17", to: "6.1.0-18")
    ]
    report.annotations = [Annotation(commit: commit(12), markdown: "Moved to **zstd 1.5**.")]
    return report
  }

  /// Nothing is wrong.
  static func calm() -> Report {
    var report = empty()
    report.verdict = .pass
    report.links.run = "https://ci.example.com/runs/812"
    report.baseline = Baseline(
      status: .ok, runs: 20, branch: "main", message: "against 20 runs of main, the newest 3 h old")
    addRuns(20, to: &report)
    report.tests = (0..<1204).map { number in
      test(number, name: "works \(number)", state: .passing, outcome: .passed)
    }
    var series = self.series(101, "parse", state: .unchanged, value: 12.4)
    series.minimumDetectablePercent = 1.8
    report.series = [series]
    count(&report)
    return report
  }

  /// No test, no series, no history.
  static func nothing() -> Report {
    var report = empty()
    report.verdict = .unjudged
    report.reasons = [
      Reason(.nothingRead, "no result was read: 3 files matched, none was recognised")
    ]
    report.baseline = Baseline(status: .none)
    return report
  }

  /// Every text from outside is hostile; every state stands once for each.
  static func hostileReport() -> Report {
    var report = small()
    let all = hostile
    report.tests = []
    var number = 0
    for text in all {
      for state in TestState.allCases {
        number += 1
        var result = test(
          number, suite: [text, text], className: text, name: text, state: state,
          outcome: outcome(of: state))
        result.identity.labels = Labels([("os", text), (text, text)])
        result.job = text
        result.owner = text
        result.detail = failure(message: text, text: "\(text)\n\(text)\n\n\(text)")
        result.detail?.type = text
        result.detail?.file = text
        result.detail?.line = number
        result.detail?.output = text
        result.detail?.parameters = text
        result.detail?.attempts = [Attempt(outcome: .failed, message: text, text: text)]
        result.since = ChangePoint(
          index: 3, run: text, commit: text, time: noon, previousCommit: text)
        result.quarantine = Quarantine(owner: text, reason: text)
        report.tests.append(result)
      }
    }
    report.tests.sort { $0.sortKey < $1.sortKey }
    report.series = []
    for (index, text) in all.enumerated() {
      for (offset, state) in SeriesState.allCases.enumerated() {
        var change = series(
          UInt64(1000 + index * 10 + offset), text, state: state,
          value: state == .missing ? nil : 12)
        change.identity.metric = text
        change.identity.parameters = Labels([(text, text)])
        change.identity.labels = Labels([(text, text), ("os", text)])
        change.unit = Unit(text: text, quantity: .other(text), scale: 1)
        change.job = text
        change.owner = text
        change.explanation = text
        change.suspects = [Suspect(commit: text, author: text, subject: text)]
        report.series.append(change)
      }
    }
    report.series.sort { ($0.state.rank, $0.sortKey) < ($1.state.rank, $1.sortKey) }
    report.reasons = all.map { Reason(.problem, $0) }
    report.gate = all.map { GateResult(rule: $0, failed: true, count: 1, message: $0) }
    report.inputs = all.map { text in
      var input = InputRecord(path: text, format: text, status: .failed)
      input.error = Problem(text, path: text, line: 1, column: 1, remedy: text)
      input.problems = [ResultProblem(.suiteError, text, line: 2, isBlocking: true)]
      return input
    }
    report.jobs = all.map { Job(name: $0, url: $0, environment: [$0: $0]) }
    report.environmentChanges = all.map { EnvironmentChange(job: $0, key: $0, from: $0, to: $0) }
    report.annotations = all.map { Annotation(commit: $0, markdown: $0) }
    report.clusters = all.map { text in
      Cluster(
        id: Identifier(bits: 5), kind: text, series: [Identifier(bits: 1)], tests: [],
        changePoint: ChangePoint(index: nil, run: text, commit: text, time: nil),
        suspects: [Suspect(commit: text, author: text, subject: text)])
    }
    report.run.id = "-->\n<script>##vso[x]"
    report.run.commit = "--> @octocat"
    report.run.branch = "/merge `x` | @all"
    report.baseline.message = "against 3 runs of @all | `main` /close"
    count(&report)
    return report
  }

  /// `tests` tests of which every tenth fails, `series` series of which every tenth regressed.
  static func large(tests: Int, series seriesCount: Int, nameLength: Int = 30) -> Report {
    var report = small()
    report.tests = (0..<tests).map { number in
      let state: TestState =
        number % 10 == 0 ? .newlyFailing : number % 10 == 1 ? .stillFailing : .passing
      return test(
        number, suite: ["suite \(number / 100)"], className: "pkg.Class\(number / 20)",
        name: "test \(number) " + String(repeating: "n", count: nameLength), state: state,
        outcome: outcome(of: state))
    }
    report.series = (0..<seriesCount).map { number in
      series(
        UInt64(10_000 + number), "bench \(number) " + String(repeating: "b", count: nameLength),
        state: number % 10 == 0 ? .regressed : .unchanged, value: 12)
    }
    report.series.sort { ($0.state.rank, $0.sortKey) < ($1.state.rank, $1.sortKey) }
    count(&report)
    return report
  }

  /// `count` passing tests and nothing else.
  static func passing(_ count: Int) -> Report {
    var report = empty()
    report.verdict = .pass
    report.tests = (0..<count).map { number in
      test(
        number, suite: ["suite \(number / 100)"], className: "org.example.pkg.Class\(number / 20)",
        name: "test that number \(number) is read", state: .passing, outcome: .passed)
    }
    self.count(&report)
    return report
  }

  // MARK: Parts

  static func empty() -> Report {
    let run = RunHeader(
      id: "812", attempt: 2, time: noon, commit: commit(20), branch: "feature/faster-parser",
      base: "main", pullRequest: "41", url: "https://ci.example.com/runs/812")
    return Report(run: run, generator: Generator(version: "1.0.0"))
  }

  static func commit(_ number: Int) -> String {
    let digits = String(number, radix: 16)
    let head = String(repeating: "0", count: 4 - min(digits.count, 4)) + digits
    return "9fc" + head + "d0ae598e95dc970b74767f19372d61af8"
  }

  static var suspects: [Suspect] {
    [Suspect(commit: commit(20), author: "Ada Lovelace", subject: "Parse numbers by hand")]
  }

  static func point(_ report: Report, ago: Int) -> ChangePoint? {
    let index = report.runs.count - 1 - ago
    guard report.runs.indices.contains(index) else { return nil }
    let run = report.runs[index]
    return ChangePoint(
      index: index, run: run.id, commit: run.commit, time: run.time,
      previousCommit: index > 0 ? report.runs[index - 1].commit : nil)
  }

  static func outcome(of state: TestState) -> Outcome? {
    switch state {
    case .removed: nil
    case .newlyFailing, .stillFailing, .quarantined: .failed
    case .flaky, .fixed, .new, .passing: .passed
    }
  }

  static func failure(message: String, text: String) -> TestDetail {
    TestDetail(message: message, text: text, type: "AssertionError")
  }

  static func test(
    _ number: Int, suite: [String] = ["Parser"], className: String = "ParserTests", name: String,
    state: TestState, outcome: Outcome?
  ) -> TestResult {
    var result = TestResult(
      id: Identifier(bits: UInt64(number)),
      identity: TestIdentity(suite: suite, className: className, name: name), job: "linux",
      state: state, outcome: outcome, duration: Double(number % 7) / 8)
    if outcome?.isFailure == true {
      result.detail = failure(
        message: "expected 1, got 2", text: "expected 1, got 2\n  at x.swift:3")
    }
    result.runsInLast = 20
    result.failuresInLast = outcome?.isFailure == true ? 1 : 0
    return result
  }

  static func series(
    _ number: UInt64, _ name: String, state: SeriesState, value: Double?
  ) -> SeriesChange {
    var change = SeriesChange(
      id: Identifier(bits: number),
      identity: SeriesIdentity(
        name: name, metric: "time", quantity: .time, labels: Labels([("os", "linux")])),
      unit: Unit(text: "ms", quantity: .time, scale: 1e-3), direction: .lower, job: "linux",
      state: state, value: value)
    change.window = 20
    change.baseline = SeriesBaseline(value: 11.03, low: 10.9, high: 11.2, runs: 20)
    change.changePercent = 12.42
    change.changeLow = 9.8
    change.changeHigh = 15.1
    change.p = 0.0004
    change.q = 0.002
    change.noisePercent = 1.2
    change.n = 10
    change.points = (0..<20).map { run in
      SeriesPoint(run: run, value: run < 19 ? 11 + Double(run % 3) / 10 : 12.4)
    }
    return change
  }

  private static func addRuns(_ count: Int, to report: inout Report) {
    report.runs = (1...count).map { number in
      WindowRun(
        id: "\(792 + number)", identifier: Identifier(bits: UInt64(9000 + number)),
        time: Timestamp(
          millisecondsSince1970: noon.millisecondsSince1970 - Int64(count - number) * 3_600_000),
        commit: commit(number), branch: "main", url: "https://ci.example.com/runs/\(792 + number)")
    }
  }

  private static func addTests(to report: inout Report) {
    var newly = test(1, name: "parses exponents", state: .newlyFailing, outcome: .failed)
    newly.detail = failure(
      message: "#expect(value == 1e-3) failed: value → 0.01",
      text: """
        #expect(value == 1e-3) failed: value → 0.01
          at Tests/ParserTests.swift:41
          at Parser.number(_:)
        """)
    newly.detail?.file = "Tests/ParserTests.swift"
    newly.detail?.line = 41
    newly.detail?.output = "reading fixture numbers.json\n"
    newly.since = point(report, ago: 0)
    newly.owner = "parsing"
    var error = test(2, name: "reads a file", state: .newlyFailing, outcome: .errored)
    error.detail = failure(message: "timed out after 60 s", text: "timed out after 60 s")
    error.since = point(report, ago: 2)
    error.job = "macos"
    var still = test(3, name: "keeps order", state: .stillFailing, outcome: .failed)
    still.failuresInLast = 14
    still.since = point(report, ago: 13)
    var flaky = test(4, name: "talks to the server", state: .flaky, outcome: .passed)
    flaky.detail = TestDetail()
    flaky.detail?.attempts = [
      Attempt(outcome: .failed, duration: 1, message: "connection reset", text: "at net.swift:9")
    ]
    flaky.failuresInLast = 3
    var rerun = test(5, name: "talks twice", state: .stillFailing, outcome: .failed)
    rerun.detail?.attempts = [Attempt(outcome: .errored, message: "refused")]
    var quarantined = test(6, name: "draws", state: .quarantined, outcome: .failed)
    quarantined.quarantine = Quarantine(
      owner: "ui", reason: "needs a display",
      expires: Timestamp(millisecondsSince1970: noon.millisecondsSince1970 + 864_000_000))
    var skipped = test(7, name: "runs on Windows", state: .passing, outcome: .skipped)
    skipped.detail = TestDetail(message: "not on this platform")
    var labelled = test(8, name: "parses exponents", state: .passing, outcome: .passed)
    labelled.identity.labels = Labels([("os", "linux")])
    report.tests = [
      newly, error, still, flaky, rerun, quarantined, skipped, labelled,
      test(9, name: "is fixed", state: .fixed, outcome: .passed),
      test(10, name: "is new", state: .new, outcome: .passed),
      test(11, name: "is gone", state: .removed, outcome: nil),
      test(12, suite: [], className: "", name: "stands alone", state: .passing, outcome: .passed),
    ]
    report.tests.sort { $0.sortKey < $1.sortKey }
    count(&report)
  }

  private static func addSeries(to report: inout Report) {
    var regressed = series(101, "parse", state: .regressed, value: 12.4)
    regressed.changePoint = point(report, ago: 0)
    regressed.suspects = suspects
    regressed.explanation = "10 repetitions and the window of 20 runs agree"
    regressed.owner = "parsing"
    var suspected = series(102, "write", state: .suspected, value: 3.2)
    suspected.changePercent = 4.1
    suspected.changeLow = -0.4
    suspected.changeHigh = 8.7
    suspected.q = 0.04
    suspected.changePoint = point(report, ago: 1)
    suspected.explanation = "one run alone does not confirm: 2 more runs would"
    suspected.runsNeeded = 2
    var improved = series(103, "sort", state: .improved, value: 8.1)
    improved.changePercent = -22
    improved.changeLow = -25
    improved.changeHigh = -19
    var memory = series(104, "peak", state: .unchanged, value: 104_857_600)
    memory.identity.quantity = .bytes
    memory.identity.metric = "memory"
    memory.unit = Unit(text: "B", quantity: .bytes, scale: 1)
    var new = series(106, "tokenise", state: .new, value: 0.4)
    new.baseline = nil
    new.changePercent = nil
    report.series = [
      regressed, suspected, series(105, "legacy", state: .missing, value: nil), improved, new,
      series(107, "rare", state: .insufficientData, value: 7), memory,
    ]
    count(&report)
  }

  private static func addInputs(to report: inout Report) {
    var junit = InputRecord(path: "results/junit.xml", format: "junit", status: .read)
    junit.counts.passed = 6
    junit.counts.failed = 4
    junit.counts.skipped = 1
    var bench = InputRecord(path: "results/bench.json", format: "googlebenchmark", status: .read)
    bench.series = 7
    bench.benchmarks = 7
    var broken = InputRecord(path: "results/broken.xml", format: "junit", status: .failed)
    broken.error = Problem(
      "the document ends inside <testcase>", path: "results/broken.xml", line: 14, column: 3,
      remedy: "write it again, or exclude it under inputs:")
    report.inputs = [
      junit, bench, broken,
      InputRecord(path: "results/notes.txt", format: nil, status: .unrecognised),
    ]
  }

  static func count(_ report: inout Report) {
    var totals = TestTotals()
    for test in report.tests {
      if let outcome = test.outcome { totals.counts.add(outcome) }
      if let duration = test.duration { totals.duration = (totals.duration ?? 0) + duration }
      switch test.state {
      case .newlyFailing: totals.newlyFailing += 1
      case .stillFailing: totals.stillFailing += 1
      case .fixed: totals.fixed += 1
      case .flaky: totals.flaky += 1
      case .quarantined: totals.quarantined += 1
      case .removed: totals.removed += 1
      case .new: totals.new += 1
      case .passing: break
      }
    }
    report.testTotals = totals
    var series = SeriesTotals()
    for change in report.series {
      series.series += 1
      switch change.state {
      case .regressed: series.regressed += 1
      case .suspected: series.suspected += 1
      case .improved: series.improved += 1
      case .unchanged: series.unchanged += 1
      case .new: series.new += 1
      case .missing: series.missing += 1
      case .insufficientData: series.insufficientData += 1
      }
    }
    report.seriesTotals = series
  }
}
