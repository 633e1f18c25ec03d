import TidemarkModel
import TidemarkReport

/// Reports to render, written by hand and by rule: the same on every machine.
enum SampleReports {
  static let epoch = Timestamp(millisecondsSince1970: 1_795_000_000_000)

  /// A rule that gives numbers in 0..<1 (a linear congruential generator, constants of Knuth's
  /// MMIX).
  struct Rule {
    var state: UInt64
    init(_ seed: UInt64) { state = seed &* 2_654_435_769 &+ 88_172_645_463_325_252 }
    mutating func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / 9_007_199_254_740_992
    }
    /// About −1 to 1, mostly near 0.
    mutating func noise() -> Double { (next() + next() + next() - 1.5) / 1.5 }
  }

  static func commit(_ number: Int) -> String {
    var rule = Rule(UInt64(number) + 7)
    return (0..<40).map { _ in String(Int(rule.next() * 16), radix: 16) }.joined()
  }

  static let milliseconds = Unit(text: "ms", quantity: .time, scale: 1e-3)

  static func runs(_ count: Int, branch: String = "main") -> [WindowRun] {
    (0..<count).map { index in
      let ago = Int64(count - 1 - index)
      var counts = OutcomeCounts()
      counts.passed = 1196
      counts.failed = index == count - 1 ? 4 : index % 11 == 3 ? 1 : 0
      counts.skipped = 8
      return WindowRun(
        id: "github/\(8_800_000 + index * 37)",
        identifier: Identifier(bits: UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15),
        time: Timestamp(millisecondsSince1970: epoch.millisecondsSince1970 - ago * 21_600_000),
        commit: commit(index), branch: branch, url: "https://ci.example/runs/\(index)",
        verdict: index == count - 1
          ? .fail : index % 11 == 3 ? .fail : index < 5 ? .unjudged : .pass,
        counts: counts, seriesCount: 12)
    }
  }

  static func header(_ runs: [WindowRun]) -> RunHeader {
    RunHeader(
      id: runs.last?.id ?? "local", time: runs.last?.time ?? epoch, commit: runs.last?.commit,
      branch: "main", url: "https://ci.example/runs/39?attempt=1&view=all")
  }

  /// A series of noise around levels that begin at the given runs.
  static func series(
    _ number: Int, name: String, metric: String = "real_time", unit: Unit = milliseconds,
    direction: Direction = .lower, labels: Labels = .none, levels: [(start: Int, value: Double)],
    noise: Double, runs: [WindowRun], missing: Set<Int> = [], state: SeriesState,
    samples: Int = 0
  ) -> SeriesChange {
    var rule = Rule(UInt64(number) &* 31 &+ 5)
    let id = Identifier(bits: UInt64(number + 1) &* 0xD6E8_FEB8_6659_FD93)
    var series = SeriesChange(
      id: id,
      identity: SeriesIdentity(
        name: name, metric: metric, quantity: unit.quantity, labels: labels),
      unit: unit, direction: direction, job: "bench (linux)", state: state, value: nil)
    for run in runs.indices where !missing.contains(run) && run >= (levels.first?.start ?? 0) {
      let level = levels.last { $0.start <= run }?.value ?? 0
      let value = level * (1 + noise * rule.noise())
      let repeated = (0..<samples).map { _ in value * (1 + noise / 2 * rule.noise()) }
      series.points.append(
        SeriesPoint(
          run: run, value: value, low: value * (1 - noise / 2), high: value * (1 + noise / 2),
          samples: repeated))
    }
    for (index, level) in levels.enumerated() {
      let end = index + 1 < levels.count ? levels[index + 1].start : runs.count
      let first = series.points.firstIndex { $0.run >= level.start && $0.run < end }
      let last = series.points.lastIndex { $0.run >= level.start && $0.run < end }
      guard let first, let last else { continue }
      series.regimes.append(
        Regime(
          first: first, last: last, level: level.value, low: level.value * (1 - noise),
          high: level.value * (1 + noise)))
      if index > 0 {
        let old = levels[index - 1].value
        let change = (level.value - old) / old * 100
        series.changePoints.append(
          ChangePoint(
            index: level.start, run: runs[level.start].id, commit: runs[level.start].commit,
            time: runs[level.start].time, previousCommit: runs[level.start - 1].commit,
            changePercent: change, isWorse: (change > 0) == (direction == .lower),
            isConfirmed: state != .suspected))
      }
    }
    if let last = series.points.last, last.run == runs.count - 1 { series.value = last.value }
    series.window = series.points.count
    series.n = samples > 0 ? samples : nil
    series.noisePercent = noise * 50
    series.effectFloorPercent = 2
    series.minimumDetectablePercent = noise * 90
    if series.regimes.count > 1, [.regressed, .improved, .suspected].contains(state) {
      let old = series.regimes[series.regimes.count - 2]
      let new = series.regimes[series.regimes.count - 1]
      series.baseline = SeriesBaseline(
        value: old.level, low: old.low, high: old.high, runs: old.last - old.first + 1)
      let change = (new.level - old.level) / old.level * 100
      series.changePercent = change
      series.changeLow = change - noise * 60
      series.changeHigh = change + noise * 60
      series.q = state == .suspected ? 0.03 : 0.0004
      series.p = state == .suspected ? 0.004 : 0.000_02
      series.changePoint = series.changePoints.last
      series.suspects = [
        Suspect(
          commit: series.changePoint?.commit ?? "", author: "Maya Lindqvist",
          subject: "Read the whole file before parsing it"),
        Suspect(
          commit: commit(900 + number), author: "J. <Doe> & Sons",
          subject: "Bump \"zlib\" </script><script>alert(1)</script>"),
      ]
      series.explanation =
        state == .suspected
        ? "Two of three checks agree; 3 further runs would settle it." : ""
    } else if let last = series.regimes.last, state != .new, state != .insufficientData {
      series.baseline = SeriesBaseline(
        value: last.level, low: last.low, high: last.high, runs: last.last - last.first + 1)
      series.changePercent = series.value.map { ($0 - last.level) / last.level * 100 }
    }
    return series
  }

  static func test(
    _ number: Int, _ name: String, suite: [String], className: String = "", state: TestState,
    outcome: Outcome? = .passed, message: String? = nil, text: String? = nil,
    history: [Outcome?] = [], runs: [WindowRun] = [], since: Int? = nil
  ) -> TestResult {
    var detail: TestDetail?
    if message != nil || text != nil {
      detail = TestDetail(message: message, text: text)
      detail?.file = "Tests/\(suite.first ?? "x")/\(name.prefix(20)).swift"
      detail?.line = 40 + number
    }
    var test = TestResult(
      id: Identifier(bits: UInt64(number + 1) &* 0xA24B_AED4_963E_E407),
      identity: TestIdentity(suite: suite, className: className, name: name), job: "test (linux)",
      state: state, outcome: outcome, duration: Double(number % 97) * 0.013 + 0.0004,
      detail: detail)
    test.history = history
    test.failuresInLast = history.count { $0?.isFailure == true }
    test.runsInLast = history.count { $0 != nil }
    if let since, runs.indices.contains(since) {
      test.since = ChangePoint(
        index: since, run: runs[since].id, commit: runs[since].commit, time: runs[since].time)
    }
    return test
  }

  static func total(_ report: inout Report) {
    var tests = TestTotals()
    var duration = 0.0
    for test in report.tests {
      if let outcome = test.outcome { tests.counts.add(outcome) }
      duration += test.duration ?? 0
      switch test.state {
      case .newlyFailing: tests.newlyFailing += 1
      case .stillFailing: tests.stillFailing += 1
      case .fixed: tests.fixed += 1
      case .flaky: tests.flaky += 1
      case .quarantined: tests.quarantined += 1
      case .removed: tests.removed += 1
      case .new: tests.new += 1
      case .passing: break
      }
    }
    tests.duration = report.tests.isEmpty ? nil : duration
    report.testTotals = tests
    var series = SeriesTotals()
    series.series = report.series.count
    for one in report.series {
      switch one.state {
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
    report.tests.sort { $0.sortKey < $1.sortKey }
    report.series.sort { ($0.state.rank, $0.sortKey) < ($1.state.rank, $1.sortKey) }
  }

  // MARK: Reports

  /// Every state, hostile names, forty runs with a step, noise, gaps and change of machine.
  static func rich() -> Report {
    let runs = runs(40)
    var report = Report(run: header(runs), generator: Generator(version: "0.1.0"))
    report.runs = runs
    report.verdict = .fail
    report.baseline = Baseline(
      status: .ok, runs: 39, branch: "main", newestCommit: runs[38].commit,
      newestTime: runs[38].time, message: "against 39 runs of main, the newest 6 h old")
    report.reasons = [
      Reason(.newlyFailing, "3 tests are newly failing"),
      Reason(.regressed, "2 series have regressed"),
      Reason(
        .machineChanged, "The machine of job bench (linux) changed: cpu Xeon 8370C → EPYC 7763"),
      Reason(
        .quarantineExpired,
        "The quarantine of LoginTests › slow login expired on 2026-11-01 (tidemark.yml:31, owner team-auth)"
      ),
      Reason(.seriesMissing, "1 series is missing although its job ran"),
    ]
    report.jobs = [
      Job(
        name: "test (linux)", url: "https://ci.example/jobs/1",
        environment: ["os": "Ubuntu 24.04", "kernel": "6.8.0"]),
      Job(
        name: "bench (linux)", url: "https://ci.example/jobs/2",
        environment: ["cpu": "AMD EPYC 7763", "os": "Ubuntu 24.04", "governor": "performance"]),
    ]
    report.environmentChanges = [
      EnvironmentChange(
        job: "bench (linux)", key: "cpu", from: "Intel Xeon 8370C", to: "AMD EPYC 7763")
    ]
    report.annotations = [
      Annotation(
        commit: String(runs[20].commit?.prefix(10) ?? ""),
        markdown: "Moved to the **new runners**. <script>alert(1)</script>")
    ]
    report.gate = [
      GateResult(
        rule: "new-failures", failed: true, count: 3, message: "3 tests are newly failing"),
      GateResult(
        rule: "missing", failed: false, count: 1, message: "1 series is missing, 2 are allowed"),
    ]
    report.inputs = inputs()
    report.links.run = "https://ci.example/runs/39"
    addTests(&report)
    addSeries(&report)
    total(&report)
    let regressed = report.series.filter { $0.state == .regressed }
    let failing = report.tests.filter { $0.state == .newlyFailing }
    report.clusters = [
      Cluster(
        id: Identifier(bits: 77), kind: "commit", series: regressed.map(\.id),
        tests: failing.prefix(1).map(\.id), changePoint: regressed.first?.changePoint,
        suspects: regressed.first?.suspects ?? []),
      Cluster(
        id: Identifier(bits: 78), kind: "message", series: [], tests: failing.map(\.id)),
    ]
    return report
  }

  private static func inputs() -> [InputRecord] {
    var junit = InputRecord(path: "results/junit.xml", format: "junit", status: .read)
    junit.counts.passed = 60
    junit.problems = [
      ResultProblem(.planMismatch, "1..70 was announced, 68 tests ran", line: 1, isBlocking: true)
    ]
    var bench = InputRecord(path: "results/bench.json", format: "google-benchmark", status: .read)
    bench.benchmarks = 12
    bench.series = 12
    var broken = InputRecord(
      path: "results/<b>&broken\u{1B}[31m.xml", format: "junit", status: .failed)
    broken.error = Problem(
      "the document ends inside <testcase>", path: "x.xml", line: 1204, column: 7,
      remedy: "rerun the job that wrote it, or exclude it under inputs:")
    return [
      junit, bench, broken,
      InputRecord(path: "results/notes.txt", format: nil, status: .unrecognised),
    ]
  }

  private static func addTests(_ report: inout Report) {
    let runs = report.runs
    let passing = [Outcome?](repeating: .passed, count: 19)
    var flaky = passing
    for index in [2, 7, 8, 15] { flaky[index] = .failed }
    flaky[11] = nil
    flaky[12] = .skipped
    var tests = [
      test(
        1, "rejects a header without a length", suite: ["ParserTests"], className: "HeaderTests",
        state: .newlyFailing, outcome: .failed,
        message: "Expectation failed: (status → 200) == 400\nand more",
        text:
          "Expectation failed: (status → 200) == 400\n  at HeaderTests.swift:41\n  at Parser.swift:112\n\u{1B}[31mred\u{1B}[0m text\n"
          + String(repeating: "  frame of a deep stack\n", count: 60),
        history: passing + [.failed], runs: runs, since: 39),
      test(
        2, "survives </td><script>alert(\"x\")</script> & 'quotes' in {{names}}",
        suite: ["Hostile <b>suite</b>"], className: "</title><h1>", state: .newlyFailing,
        outcome: .errored, message: "<img src=x onerror=alert(1)>", history: passing + [.errored],
        runs: runs, since: 39),
      test(
        3, String(repeating: "very_long_name_without_any_blank_", count: 14),
        suite: [String(repeating: "DeepSuite", count: 20)], state: .newlyFailing, outcome: .failed,
        message: String(repeating: "assertion ", count: 120), history: passing + [.failed],
        runs: runs, since: 38),
      test(
        4, "reconnects after a timeout", suite: ["NetworkTests"], state: .stillFailing,
        outcome: .failed, message: "timed out after 30 s",
        history: Array(passing.prefix(8)) + [Outcome?](repeating: .failed, count: 12), runs: runs,
        since: 28),
      test(
        5, "uploads in order", suite: ["NetworkTests"], state: .flaky, outcome: .passed,
        message: "attempt 1: order was [2, 1, 3]", history: flaky + [.passed], runs: runs, since: 3),
      test(
        6, "slow login", suite: ["LoginTests"], state: .quarantined, outcome: .failed,
        message: "took 31 s", history: flaky + [.failed], runs: runs, since: 20),
      test(
        7, "draws \u{202E}reversed\u{202C} text with \u{0} NUL", suite: ["RenderTests"],
        state: .fixed, history: flaky + [.passed],
        runs: runs, since: 39),
      test(
        8, "old importer", suite: ["ImportTests"], state: .removed, outcome: nil,
        history: passing + [nil]),
      test(9, "reads مرحبا and 你好 🎉", suite: ["RenderTests"], state: .new, history: [.passed]),
    ]
    tests[4].detail?.attempts = [Attempt(outcome: .failed, duration: 1.2, message: "order")]
    tests[5].quarantine = Quarantine(
      owner: "team-auth", reason: "the identity provider is slow on Mondays",
      expires: Timestamp(millisecondsSince1970: epoch.millisecondsSince1970 + 864_000_000))
    tests[0].owner = "team-parser"
    for number in 10..<70 {
      tests.append(
        test(
          number, "case \(number)", suite: ["Suite \(number / 12)"],
          className: "Group\(number % 3)",
          state: .passing, outcome: number % 17 == 0 ? .skipped : .passed,
          history: passing + [.passed]))
    }
    report.tests = tests
  }

  private static func addSeries(_ report: inout Report) {
    let runs = report.runs
    let bytes = Unit(text: "bytes", quantity: .bytes, scale: 1)
    let score = Unit(text: "", quantity: .score, scale: 1)
    let rate = Unit(text: "req/s", quantity: .rate, scale: 1)
    var all = [
      series(
        1, name: "parse/large_document", levels: [(0, 11.2), (36, 12.6)], noise: 0.02, runs: runs,
        missing: [9, 10, 22], state: .regressed, samples: 8),
      series(
        2, name: "binary size", metric: "text", unit: bytes,
        levels: [(0, 4_210_000), (20, 4_380_000), (37, 5_020_000)],
        noise: 0.0004, runs: runs, state: .regressed),
      series(
        3, name: "serve </a><script>alert(1)</script>", unit: rate, direction: .higher,
        levels: [(0, 18_400), (38, 17_100)], noise: 0.03, runs: runs, state: .suspected),
      series(
        4, name: "lex/short_lines", levels: [(0, 0.00083), (30, 0.00061)], noise: 0.015, runs: runs,
        state: .improved, samples: 5),
      series(
        5, name: "parse/small_document", levels: [(0, 0.42)], noise: 0.05, runs: runs,
        state: .unchanged),
      series(
        6, name: "lex/unicode", levels: [(0, 3.31)], noise: 0.11, runs: runs, state: .unchanged),
      series(
        7, name: "open/cold", levels: [(34, 210)], noise: 0.3, runs: runs, state: .insufficientData),
      series(
        8, name: "open/warm", levels: [(0, 2.2)], noise: 0.02, runs: runs, missing: [39],
        state: .missing),
      series(9, name: "open/new_path", levels: [(39, 2.2)], noise: 0.02, runs: runs, state: .new),
      series(
        10, name: String(repeating: "benchmark_with_a_name_beyond_reason/", count: 9),
        labels: Labels([("os", "linux"), ("toolchain", "swift-6.3 \"nightly\" <x>")]),
        levels: [(0, 1200)], noise: 0.01, runs: runs, state: .unchanged),
    ]
    all[6].runsNeeded = 8
    all[6].effectFloorPercent = 5
    all[0].owner = "team-parser"
    var number = 20
    for (model, base) in [("small-7b", 0.61), ("medium-70b", 0.78), ("large-405b", 0.79)] {
      for (task, easy) in [("arithmetic", 0.02), ("reading", 0.12), ("code <repair>", -0.1)] {
        if model == "small-7b", task == "reading" { continue }
        var one = series(
          number, name: task, metric: "accuracy", unit: score, direction: .higher,
          labels: Labels([("model", model), ("task", task)]), levels: [(0, base + easy)],
          noise: 0.02, runs: runs, state: .unchanged)
        one.n = 400
        all.append(one)
        all.append(
          series(
            number + 1, name: task, metric: "latency",
            unit: Unit(text: "s", quantity: .time, scale: 1),
            labels: Labels([("model", model), ("task", task)]),
            levels: [(0, base * 3 + Double(number % 5))], noise: 0.06, runs: runs,
            state: .unchanged))
        number += 2
      }
    }
    report.series = all
  }

  /// The first run: nothing to compare with.
  static func firstRun() -> Report {
    var report = rich()
    report.runs = Array(runs(1))
    report.run = header(report.runs)
    report.verdict = .unjudged
    report.baseline = Baseline(status: .none, message: "no earlier run is stored")
    report.reasons = [Reason(.baselineNone, "There is no baseline yet")]
    report.clusters = []
    report.annotations = []
    report.environmentChanges = []
    report.gate = []
    report.inputs = report.inputs.filter { $0.status == .read }
    report.tests = (0..<12).map {
      test($0, "case \($0)", suite: ["Suite"], state: .passing, history: [.passed])
    }
    report.series = (0..<4).map {
      series(
        $0, name: "bench \($0)", levels: [(0, 1.5)], noise: 0.1, runs: report.runs, state: .new)
    }
    total(&report)
    return report
  }

  /// Three files matched, none was recognised.
  static func nothingRead() -> Report {
    var report = Report(
      run: RunHeader(id: "local", time: epoch, commit: commit(3), branch: "topic/empty"),
      generator: Generator(version: "0.1.0"))
    report.inputs = (1...3).map {
      InputRecord(path: "out/log-\($0).txt", format: nil, status: .unrecognised)
    }
    report.reasons = [Reason(.nothingRead, "No result was read")]
    return report
  }

  /// The newest baseline is too old to judge by.
  static func stale() -> Report {
    var report = rich()
    report.verdict = .unjudged
    report.baseline.status = .stale
    report.baseline.newestTime = Timestamp(
      millisecondsSince1970: epoch.millisecondsSince1970 - 41 * 86_400_000)
    report.reasons = [Reason(.baselineStale, "The newest baseline is 41 days old")]
    report.tests = report.tests.filter { $0.state == .passing }
    report.series = report.series.filter { $0.state == .unchanged }
    report.clusters = []
    report.gate = []
    total(&report)
    return report
  }

  /// Everything passed, nothing moved.
  static func allFine() -> Report {
    let runs = runs(40)
    var report = rich()
    report.verdict = .pass
    report.reasons = []
    report.clusters = []
    report.gate = []
    report.annotations = []
    report.environmentChanges = []
    report.inputs = report.inputs.filter { $0.status == .read }
    report.inputs[0].problems = []
    report.tests = (0..<204).map {
      test(
        $0, "case \($0)", suite: ["Suite \($0 / 40)"], state: .passing,
        history: [Outcome?](repeating: .passed, count: 20))
    }
    report.series = (0..<8).map {
      series(
        $0, name: "parse/input_\($0)", levels: [(0, 3 + Double($0) * 1.7)],
        noise: 0.01 + Double($0) * 0.008, runs: runs, state: .unchanged)
    }
    total(&report)
    return report
  }

  /// 2,000 tests, 300 series, 200 runs.
  static func large() -> Report {
    let runs = runs(200)
    var report = rich()
    report.runs = runs
    report.run = header(runs)
    report.clusters = []
    report.annotations = []
    let passing = [Outcome?](repeating: .passed, count: 20)
    report.tests = (0..<2000).map { number in
      let fails = number % 250 == 7
      return test(
        number, "handles case \(number) of the table of inputs",
        suite: ["Module\(number / 200)", "Suite\(number / 50)"],
        className: "Class\(number / 50)", state: fails ? .newlyFailing : .passing,
        outcome: fails ? .failed : .passed,
        message: fails ? "expected 3, got \(number)" : nil, history: passing, runs: runs,
        since: fails ? 199 : nil)
    }
    report.series = (0..<300).map { number in
      let moved = number % 60 == 5
      return series(
        number, name: "group\(number / 25)/benchmark_\(number)",
        levels: moved ? [(0, 10), (190, 12)] : [(0, 10 + Double(number))], noise: 0.03, runs: runs,
        state: moved ? .regressed : .unchanged)
    }
    total(&report)
    return report
  }
}
