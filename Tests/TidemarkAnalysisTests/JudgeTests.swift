import Testing
import TidemarkAnalysis
import TidemarkHistory
import TidemarkModel
import TidemarkReport
import TidemarkRun

@Suite struct JudgeTests {
  /// A bit of everything: 40 runs, two jobs, failures, flakes, a step and an evaluation.
  private var everything: Laboratory {
    var tests: [String: String] = [:]
    var noise = Noise(seed: 99)
    for number in 0..<30 {
      tests["t\(number)"] = String(
        (0..<40).map { _ in noise.uniform() < 0.03 ? "F" : "." })
    }
    tests["broken"] = String(repeating: ".", count: 38) + "FF"
    tests["fresh"] = String(repeating: " ", count: 39) + "F"
    tests["gone"] = String(repeating: ".", count: 39) + " "
    var series: [String: [Double]] = [
      "step": Noise.values(35) + Noise.values(5, level: 130, seed: 7)
    ]
    for number in 0..<8 {
      series["s\(number)"] = Noise.values(40, level: 10, sd: 0.02, seed: UInt64(number + 10))
    }
    series["gone"] = Noise.values(39) + [.nan]
    return Laboratory(tests: tests, series: series).with {
      for index in 0..<40 {
        $0.runs[index].parts[0].environment["cpu"] = index < 36 ? "A" : "B"
        $0.runs[index].parts.append(
          Part(
            job: "alpha", tests: [Test("t1", mark: "."), Test("a", mark: ".")].compactMap { $0 },
            values: [SeriesValue("s1", 5)]))
      }
    }
  }

  private func text(_ report: Report) -> String {
    var text = ""
    dump(report, to: &text)
    return text
  }

  @Test("The order of parts, tests and values does not show")
  func order() {
    let straight = everything
    let shuffled = everything.with {
      $0.current.parts.reverse()
      for part in $0.current.parts.indices {
        $0.current.parts[part].tests.reverse()
        $0.current.parts[part].values.reverse()
      }
    }
    #expect(text(straight.report) == text(shuffled.report))
  }

  @Test("Judging twice, and with any number of workers, gives the same report")
  func repeatable() async {
    let laboratory = everything
    let first = text(laboratory.report)
    #expect(first == text(laboratory.report))
    for workers in [1, 2, 5] {
      let report = await Judge(options: laboratory.options)
        .report(on: laboratory.current, against: laboratory.history, workers: workers)
      #expect(text(report) == first)
    }
  }

  @Test("The order in which a history lists its tests and series does not show")
  func tableOrder() {
    let laboratory = everything
    var history = laboratory.history
    let tests = history.tests.count
    let series = history.series.count
    history.tests.reverse()
    history.series.reverse()
    for run in history.runs.indices {
      let stored = history.runs[run]
      let outcomes = stored.outcomes.map { outcome in
        var outcome = outcome
        outcome.test = Int32(tests - 1) - outcome.test
        return outcome
      }
      let values = stored.values.map { value in
        var value = value
        value.series = Int32(series - 1) - value.series
        return value
      }
      history.runs[run] = StoredRun(
        header: stored.header, jobs: stored.jobs,
        outcomes: outcomes.sorted { ($0.test, $0.job) < ($1.test, $1.job) },
        values: values.sorted { ($0.series, $0.job) < ($1.series, $1.job) })
    }
    let turned = Judge(options: laboratory.options).report(on: laboratory.current, against: history)
    #expect(text(turned) == text(laboratory.report))
  }

  @Test("One more quiet series never turns a pass into a fail")
  func unrelatedSeries() {
    let quiet = Laboratory(
      tests: ["t": String(repeating: ".", count: 40)], series: ["s": Noise.values(40)])
    #expect(quiet.report.verdict == .pass)
    for seed in 50..<90 {
      let more = quiet.with {
        for (index, value) in Noise.values(40, sd: 0.03, seed: UInt64(seed)).enumerated() {
          $0.runs[index].parts[0].values.append(SeriesValue("more", value))
        }
      }
      #expect(more.report.verdict == .pass)
      #expect(more.report.seriesState("s") == quiet.report.seriesState("s"))
    }
  }

  @Test("Every test has one state, and outcomes add up to the total")
  func totals() {
    let report = everything.report
    let totals = report.testTotals
    let listed =
      totals.newlyFailing + totals.stillFailing + totals.fixed + totals.flaky + totals.quarantined
      + totals.removed + totals.new
    #expect(report.tests.count { $0.state != .passing } == listed)
    #expect(report.tests.count == totals.counts.total + totals.removed)
    let series = report.seriesTotals
    let ofStates =
      series.regressed + series.suspected + series.improved + series.unchanged + series.new
    #expect(series.series == ofStates + series.missing + series.insufficientData)
    #expect(series.series == report.series.count)
  }

  @Test("Every index of a report points into its runs, and every regime into its points")
  func indices() {
    let report = everything.report
    for series in report.series {
      for point in series.points { #expect(report.runs.indices.contains(point.run)) }
      for regime in series.regimes {
        #expect(series.points.indices.contains(regime.first))
        #expect(series.points.indices.contains(regime.last))
      }
      for point in series.changePoints {
        #expect(point.index.map { report.runs[$0].id } == point.run)
      }
    }
    #expect(report.runs.last?.id == report.run.id)
    #expect(report.runs.last?.verdict == report.verdict)
  }

  @Test("Lists run from the worst to the least")
  func worstFirst() {
    let report = everything.report
    #expect(report.series.map(\.state.rank) == report.series.map(\.state.rank).sorted())
    #expect(report.series.first?.identity.name == "step")
    let order = Reason.Code.allCases
    let places = report.codes.compactMap { order.firstIndex(of: $0) }
    #expect(places == places.sorted())
  }

  @Test(
    "A verdict is what its definition says",
    arguments: [
      ("......", "", Verdict.pass), (".....F", "", .fail), ("....FF", "", .pass),
      (".", "", .unjudged), ("F", "", .fail), ("......", "blocking", .fail),
      ("......", "notice", .pass), ("......", "unreadable", .fail), ("     s", "", .pass),
      (".....f", "", .pass), (".", "unreadable", .fail), ("......", "unrecognised", .pass),
    ])
  func verdict(record: String, input: String, expected: Verdict) {
    let laboratory = Laboratory(tests: [
      "t": record, "u": String(repeating: ".", count: record.count),
    ])
    .with {
      var record = InputRecord(path: "a.xml", format: "junit", status: .read)
      record.counts.passed = 2
      switch input {
      case "blocking", "notice":
        record.problems = [
          ResultProblem(.bailedOut, "Bail out!", line: 3, isBlocking: input == "blocking")
        ]
      case "unreadable":
        record = InputRecord(path: "b.xml", format: "junit", status: .failed)
        record.error = Problem("no element found", line: 1, column: 1)
      case "unrecognised": record = InputRecord(path: "c", format: nil, status: .unrecognised)
      default: break
      }
      $0.current.parts[0].inputs = [record]
    }
    #expect(laboratory.report.verdict == expected)
  }

  @Test("Where nothing was read the run is unjudged, whatever the history")
  func nothingRead() {
    let laboratory = Laboratory(tests: ["t": "......"]).with { $0.current.parts = [] }
    let report = laboratory.report
    #expect(report.verdict == .unjudged)
    #expect(report.reason(.nothingRead) == "no result was read: no input matched")
    let unreadable = laboratory.with {
      var part = Part(job: "build")
      var record = InputRecord(path: "b.xml", format: "junit", status: .failed)
      record.error = Problem("no element found", line: 1, column: 1)
      part.inputs = [record]
      $0.current.parts = [part]
    }.report
    #expect(unreadable.verdict == .unjudged)
    #expect(unreadable.reason(.inputFailed) == "could not read b.xml:1:1: no element found")
    #expect(unreadable.codes.contains(.jobMissing))
  }

  @Test("A problem that a part and its input both tell counts once")
  func problemsOnce() {
    let report = Laboratory(tests: ["t": "......"]).with {
      var record = InputRecord(path: "a.xml", format: "tap", status: .read)
      record.problems = [ResultProblem(.bailedOut, "Bail out!", line: 3, isBlocking: true)]
      $0.current.parts[0].inputs = [record]
      $0.current.parts[0].problems = [
        ResultProblem(.bailedOut, "Bail out!", line: 3, isBlocking: true, path: "a.xml")
      ]
      $0.options.gate = [.problems]
    }.report
    #expect(report.codes == [.problem, .noTests])
    #expect(report.reason(.problem) == "a.xml:3: Bail out! (bailed_out)")
    #expect(report.gate.map(\.count) == [1])
  }

  @Test("A file that says why it holds no tests has not lost any", arguments: [true, false])
  func toldWhyEmpty(isTold: Bool) {
    let report = Laboratory(tests: ["t": "......"]).with {
      var plan = InputRecord(path: "testplan.json", format: "twister", status: .read)
      if isTold { plan.problems = [ResultProblem(.limit, "is a plan", isBlocking: false)] }
      $0.current.parts[0].inputs = [plan]
    }.report
    #expect(report.codes == (isTold ? [] : [.noTests]))
    #expect(report.verdict == .pass)
  }

  @Test("Without a baseline a failure is named as such, and counts as newly failing")
  func failedWithoutBaseline() {
    let report = Laboratory(tests: ["t": "F", "u": "."]).with { $0.options.gate = [.newFailures] }
      .report
    #expect(report.codes == [.failedWithoutBaseline, .baselineNone])
    #expect(report.state("t") == .newlyFailing)
    #expect(report.gate.map(\.failed) == [true])
  }

  @Test("Suspects of changes that begin together are named once, with what they have in common")
  func clusters() throws {
    let report = Laboratory(
      tests: ["a": "..........F", "b": "..........F", "c": "..........."]
    ).with {
      for test in 0..<2 {
        var detail = TestDetail()
        detail.message = "timed out after \(test + 1)5 s\nat line \(test)"
        $0.current.parts[0].tests[test].detail = detail
      }
      $0.options.commits = CommitLog([
        CommitLog.Entry(commit: "commit9"),
        CommitLog.Entry(commit: "commit10", author: "ann", subject: "Change"),
      ])
    }.report
    #expect(report.clusters.map(\.kind) == ["commit", "message"])
    let commit = try #require(report.clusters.first)
    #expect(commit.tests.count == 2)
    #expect(commit.suspects == [Suspect(commit: "commit10", author: "ann", subject: "Change")])
    #expect(report.clusters.last?.tests == commit.tests)
  }

  @Test("A change of the environment is reported against the newest run that has the job")
  func environmentChanges() {
    let report = Laboratory(tests: ["t": "......"]).with {
      for index in 0..<5 { $0.runs[index].parts[0].environment = ["cpu": "A", "os": "12"] }
      $0.current.parts[0].environment = ["cpu": "B", "os": "12", "image": "x"]
    }.report
    #expect(
      report.environmentChanges == [
        EnvironmentChange(job: "build", key: "cpu", from: "A", to: "B"),
        EnvironmentChange(job: "build", key: "image", from: nil, to: "x"),
      ])
    #expect(
      report.reason(.environmentChanged)
        == "the environment changed: cpu of job `build` from `A` to `B` and image of job `build`"
        + " from nothing to `x`")
  }
}

@Suite struct GateTests {
  @Test(
    "A gate rule counts what it names",
    arguments: [
      (GateRule.newFailures, 1), (.failures, 2), (.regressions, 1), (.suspected, 1), (.missing, 2),
      (.unjudged, 0), (.problems, 1), (.thresholds, 1),
    ])
  func rules(rule: GateRule, count: Int) {
    let laboratory = Laboratory(
      tests: [
        "new": String(repeating: ".", count: 35) + "F", "old": String(repeating: "F", count: 36),
      ],
      series: [
        "up": Noise.values(30) + Noise.values(6, level: 130, seed: 5),
        "once": Noise.values(35, seed: 6) + [140],
        "gone": Noise.values(35, seed: 7) + [.nan],
      ]
    ).with {
      for index in 0..<35 {
        $0.runs[index].parts.append(
          Part(job: "gone", tests: [Test("g", mark: ".")].compactMap { $0 }))
      }
      $0.current.parts[0].problems = [
        ResultProblem(.suiteError, "died", isBlocking: true),
        ResultProblem(.linesSkipped, "2 lines", isBlocking: false),
      ]
      $0.options.thresholds = [
        ThresholdRule(
          pattern: NamePattern("once"),
          maximum: .init(0.139, Unit(text: "s", quantity: .time, scale: 1))),
        ThresholdRule(pattern: NamePattern("up"), maximum: .init(1000)),
      ]
      $0.options.gate = GateRule.allCases
    }
    let report = laboratory.report
    let result = report.gate.first { $0.rule == rule.rawValue }
    #expect(result?.count == count)
    #expect(result?.failed == (count > 0))
  }

  private static let seconds = Unit(text: "s", quantity: .time, scale: 1)

  private func threshold(
    _ rule: ThresholdRule, direction: Direction = .lower, unit: Unit = .ms
  ) -> Report {
    Laboratory(series: ["s": Noise.values(9) + [100]], unit: unit, direction: direction).with {
      $0.options.thresholds = [rule]
      $0.options.gate = [.thresholds]
    }.report
  }

  @Test("A failed threshold fails the verdict, and says value, bound and where it stands")
  func threshold() {
    let report = threshold(
      ThresholdRule(
        pattern: NamePattern("s"), minimum: .init(110), path: "tidemark.yml", line: 12))
    #expect(report.verdict == .fail)
    #expect(
      report.reason(.thresholdFailed)
        == "`s` time is 100 ms, below its minimum of 110 ms (tidemark.yml:12)")
    #expect(report.gate.map(\.rule) == ["thresholds", "thresholds: s at least 110"])
    #expect(report.gate.map(\.failed) == [true, true])
  }

  @Test("A threshold that is kept has its line in the list of gates, too")
  func kept() {
    let report = threshold(
      ThresholdRule(pattern: NamePattern("*"), maximum: .init(0.2, Self.seconds)))
    #expect(report.verdict == .pass)
    #expect(report.gate.map(\.failed) == [false, false])
    #expect(report.gate.last?.message == "the threshold `*` at most 0.200 s: kept by 1 series")
  }

  @Test(
    "A threshold that nothing can be held against is no pass of the gate",
    arguments: [
      (ThresholdRule(pattern: NamePattern("t"), maximum: .init(1)), "meets no series of this run"),
      (
        ThresholdRule(pattern: NamePattern("s"), maximum: .init(10, .bytes)),
        "is no bound for `s` time, which is in `ms`"
      ),
      (
        ThresholdRule(pattern: NamePattern("s"), reference: .init(name: "v1", tolerance: 0.1)),
        "there is no stored run of `v1`"
      ),
      (
        ThresholdRule(
          pattern: NamePattern("s"),
          reference: .init(name: "v1", tolerance: 0.1, run: ReferenceRun(id: "r", values: [:]))),
        "`v1` has no `s` time"
      ),
    ])
  func unheld(rule: ThresholdRule, what: String) {
    let report = threshold(rule)
    #expect(report.verdict == .pass)
    #expect(report.reason(.thresholdUnjudged)?.contains(what) == true)
    #expect(report.gate.map(\.failed) == [true, true])
    #expect(report.gate.last?.message.contains(what) == true)
  }

  @Test(
    "Relative to a reference only what is worse by more than the tolerance fails",
    arguments: [
      (100.0, 0.0, Direction.lower, false), (95, 0.05, .lower, true), (96, 0.05, .lower, false),
      (200, 0.05, .lower, false), (105, 0.05, .higher, false), (106, 0.05, .higher, true),
      (50, 0, .higher, false),
    ])
  func reference(old: Double, tolerance: Double, direction: Direction, fails: Bool) throws {
    let id = SeriesValue("s", 1).id
    let rule = ThresholdRule(
      pattern: NamePattern("s"),
      reference: .init(
        name: "v1", tolerance: tolerance,
        run: ReferenceRun(id: "r", values: [id: old * 1e-3])))
    let report = threshold(rule, direction: direction)
    #expect((report.verdict == .fail) == fails)
    if fails {
      let message = try #require(report.reason(.thresholdFailed))
      #expect(message.contains("worse than the"))
      #expect(message.contains("of `v1`"))
    }
  }

  @Test("Without a baseline the rule `unjudged` fails")
  func unjudged() {
    let report = Laboratory(tests: ["t": "."]).with { $0.options.gate = [.unjudged] }.report
    #expect(report.gate.map(\.message) == ["there is no baseline"])
    #expect(report.gate.map(\.failed) == [true])
  }
}
