import Testing
import TidemarkAnalysis
import TidemarkHistory
import TidemarkModel
import TidemarkReport
import TidemarkRun

@Suite struct TestStatesTests {
  @Test(
    "A test has the first state that fits its record",
    arguments: [
      ("..........", TestState.passing),
      (".........F", .newlyFailing),
      (".........E", .newlyFailing),
      ("........FF", .stillFailing),
      ("FFFFFFFFFF", .stillFailing),
      ("........F.", .fixed),
      ("FFFFFFFFF.", .fixed),
      ("         .", .new),
      ("         F", .newlyFailing),
      ("        .F", .newlyFailing),
      ("        FF", .stillFailing),
      (".........f", .flaky),
      (".........x", .flaky),
      (".f....f..F", .flaky),
      (".F.F..F..F", .flaky),
      (".F.F..F.F.", .passing),
      (".........s", .passing),
      ("         s", .new),
      ("........ .", .passing),
      (".......F .", .fixed),
      (".......F F", .stillFailing),
      (".......FsF", .stillFailing),
    ])
  func state(record: String, expected: TestState) {
    #expect(Laboratory(tests: ["t": record, "other": ".........."]).report.state("t") == expected)
  }

  @Test("A flaky test that keeps failing becomes newly failing, once")
  func aFlakyTestThatBreaks() {
    let record = "....F.....F......F......F"
    let other = String(repeating: ".", count: 40)
    var states: [TestState] = []
    for failures in 0..<8 {
      let record = record + String(repeating: "F", count: failures)
      let tests = ["t": record, "other": String(other.prefix(record.count))]
      states.append(Laboratory(tests: tests).report.state("t") ?? .passing)
    }
    #expect(states.first == .flaky)
    #expect(states.count { $0 == .newlyFailing } == 1)
    #expect(states.last == .stillFailing)
  }

  @Test("A failure in a pull request stays newly failing until its base has it, too")
  func aPullRequestsFailureStaysNew() {
    let laboratory = Laboratory(tests: ["t": "........FF"]).asPullRequest(newest: 2)
    #expect(laboratory.report.state("t") == .newlyFailing)
    #expect(laboratory.report.verdict == .fail)
    #expect(laboratory.report.test("t")?.since?.run == "r8")
  }

  @Test("A failure that the base has is still failing in a pull request, and fails no verdict")
  func theBasesFailure() {
    let report = Laboratory(tests: ["t": ".....FFFFF"]).asPullRequest().report
    #expect(report.state("t") == .stillFailing)
    #expect(report.verdict == .pass)
  }

  @Test("Since, counts and strip tell the record")
  func theRecordIsTold() {
    let test = Laboratory(tests: ["t": "....s.. FF", "u": ".........."]).report.test("t")
    #expect(test?.since?.run == "r8")
    #expect(test?.since?.previousCommit == "commit6")
    #expect(test?.failuresInLast == 2)
    #expect(test?.runsInLast == 8)
    let passed = Outcome.passed
    #expect(
      test?.history == [
        passed, passed, passed, passed, .skipped, passed, passed, nil, .failed, .failed,
      ])
  }

  @Test("The strip has at most 20 outcomes, and the counts at most 60")
  func boundsOfTheRecord() {
    let record = String(repeating: ".", count: 99) + "F"
    let test = Laboratory(tests: ["t": record]).report.test("t")
    #expect(test?.history.count == 20)
    #expect(test?.history.last == .failed)
    #expect(test?.runsInLast == 60)
    #expect(test?.failuresInLast == 1)
  }

  @Test("A streak longer than the record of 60 is dated to its first run")
  func aLongStreak() {
    let record = String(repeating: ".", count: 20) + String(repeating: "F", count: 100)
    #expect(Laboratory(tests: ["t": record]).report.test("t")?.since?.run == "r20")
  }

  @Test(
    "The order of equal names in a file makes no test newly failing",
    arguments: [("F..", ".F.", 0), ("F..", "..F", 0), ("...", ".F.", 1), ("FF.", ".FF", 0)])
  func twins(before: String, now: String, newlyFailing: Int) {
    func part(_ marks: String) -> Part {
      Part(
        job: "build",
        tests: marks.enumerated().compactMap { Test("t", mark: $1, ordinal: $0 + 1) })
    }
    let laboratory = Laboratory(tests: ["u": "......"]).with {
      for index in 0..<5 { $0.runs[index].parts = [part(before)] }
      $0.runs[5].parts = [part(now)]
    }
    let report = laboratory.report
    #expect(report.testTotals.newlyFailing == newlyFailing)
    #expect(report.testTotals.removed == 0)
    #expect(report.tests.count == 3)
  }

  @Test("Of equal names that become fewer the last ones are removed")
  func fewerTwins() {
    let laboratory = Laboratory(tests: ["u": "......"]).with {
      for index in 0..<6 {
        let marks = index < 5 ? "..." : ".."
        $0.runs[index].parts[0].tests = marks.enumerated().compactMap {
          Test("t", mark: $1, ordinal: $0 + 1)
        }
      }
    }
    let report = laboratory.report
    #expect(report.testTotals.removed == 1)
    #expect(report.tests.filter { $0.state == .removed }.map(\.identity.ordinal) == [3])
  }

  @Test("A run whose tests were all skipped says so, and one with a single result does not")
  func allSkipped() {
    let all = Laboratory(tests: ["t": ".....s", "u": ".....s"]).report
    #expect(all.reason(.allSkipped) == "all 2 tests were skipped: nothing was tested")
    let some = Laboratory(tests: ["t": ".....s", "u": "......"]).report
    #expect(some.reason(.allSkipped) == nil)
  }

  @Test("A test is removed where its job ran without it, and once only")
  func removed() {
    let now = Laboratory(tests: ["t": "..... ", "u": "......"]).report
    #expect(now.state("t") == .removed)
    #expect(now.test("t")?.outcome == nil)
    #expect(now.reason(.testsRemoved) != nil)
    #expect(now.verdict == .pass)
    let later = Laboratory(tests: ["t": ".....  ", "u": "......."]).report
    #expect(later.state("t") == nil)
  }

  @Test("A job that brings nothing is one reason, not removed tests and missing series")
  func aMissingJob() {
    let laboratory = Laboratory(tests: ["t": "......"]).with {
      for index in 0..<5 {
        $0.runs[index].parts.append(
          Part(
            job: "bench", tests: [Test("b", mark: ".")].compactMap { $0 },
            values: [SeriesValue("s", 100)]))
      }
    }
    let report = laboratory.report
    #expect(report.codes.filter { $0 == .jobMissing }.count == 1)
    #expect(report.reason(.jobMissing)?.contains("`bench` with its 1 test and 1 series") == true)
    #expect(report.testTotals.removed == 0)
    #expect(report.seriesTotals.missing == 0)
    #expect(
      laboratory.with { $0.runs[5].parts.append(Part(job: "bench")) }.report.codes
        .contains(.jobMissing))
  }

  @Test("A renamed job keeps its tests' records")
  func aRenamedJob() {
    let report = Laboratory(tests: ["t": "....FF"]).with { $0.runs[5].parts[0].job = "other" }
      .report
    #expect(report.state("t") == .stillFailing)
    #expect(report.codes.contains(.jobMissing))
  }

  @Test("One name in two jobs goes on job by job, and a reason says which label is missing")
  func sharedNames() {
    let laboratory = Laboratory(tests: ["t": "......"], job: "linux").with {
      for index in 0..<6 {
        $0.runs[index].parts.append(
          Part(
            job: "macos",
            tests: [Test("t", mark: index == 5 ? "." : "F")].compactMap { $0 }))
      }
    }
    let report = laboratory.report
    #expect(report.tests.map(\.job) == ["linux", "macos"])
    #expect(report.tests.map(\.state) == [.passing, .fixed])
    #expect(
      report.reason(.labelMissing)
        == "the jobs `linux` and `macos` have 1 test of equal names, told apart by job only; give"
        + " each job a label, as in `--label job=linux`")
  }

  @Test("An alias keeps a renamed test's record")
  func aliases() throws {
    let laboratory = Laboratory(tests: ["old": "....F ", "new": "     F"])
    let old = try #require(Test("old", mark: ".")?.id)
    let new = try #require(Test("new", mark: ".")?.id)
    #expect(laboratory.report.state("new") == .newlyFailing)
    let report = laboratory.with { $0.options.aliases = [old: new] }.report
    #expect(report.state("new") == .stillFailing)
    #expect(report.state("old") == nil)
  }

  @Test("A quarantined test fails nothing, until its quarantine expires")
  func quarantine() {
    let time = RunHeader.number(5).time
    let laboratory = Laboratory(tests: ["t": ".....F"])
    func report(expires: Timestamp?) -> Report {
      laboratory.with {
        $0.options.quarantine = [
          QuarantineRule(
            pattern: NamePattern("t"),
            quarantine: Quarantine(owner: "ann", reason: "slow disk", expires: expires),
            path: "tidemark.yml", line: 12)
        ]
        $0.options.gate = [.failures]
      }.report
    }
    let later = Timestamp(millisecondsSince1970: time.millisecondsSince1970 + 1)
    let current = report(expires: later)
    #expect(current.state("t") == .quarantined)
    #expect(current.verdict == .pass)
    #expect(current.gate.map(\.failed) == [false])
    #expect(current.test("t")?.owner == "ann")
    let expired = report(expires: time)
    #expect(expired.state("t") == .newlyFailing)
    #expect(expired.verdict == .fail)
    #expect(
      expired.reason(.quarantineExpired)
        == "tidemark.yml:12: the quarantine of `t` expired on 2023-11-15 and no longer applies,"
        + " owner ann")
  }

  @Test("An accepted failure is no new one")
  func acceptedFailure() throws {
    let id = try #require(Test("t", mark: ".")?.id)
    let laboratory = Laboratory(tests: ["t": ".....F"]).asPullRequest().with {
      $0.records = [.accept(id: id, commit: "commit5", run: nil, reason: "", author: nil)]
    }
    #expect(laboratory.report.state("t") == .stillFailing)
    #expect(laboratory.report.verdict == .pass)
  }

  @Test(
    "Failures are accepted by the id of what began together, and by that of what they say",
    arguments: ["commit", "message"])
  func acceptedCluster(kind: String) throws {
    let laboratory = Laboratory(tests: ["a": ".........F", "b": ".........F"]).with {
      for test in 0..<2 {
        $0.current.parts[0].tests[test].detail = TestDetail(message: "no route to host \(test)")
      }
    }
    let cluster = try #require(laboratory.report.clusters.first { $0.kind == kind })
    #expect(cluster.tests.count == 2)
    let accepted = laboratory.with {
      $0.records = [
        .accept(id: cluster.id, commit: "commit9", run: nil, reason: "by design", author: nil)
      ]
    }.report
    #expect(accepted.tests.map(\.state) == [.stillFailing, .stillFailing])
    #expect(accepted.test("a")?.explanation == "accepted: “by design”")
    #expect(accepted.verdict == .pass)
  }

  @Test(
    "A failing test says why it is an alarm or none, and what would change that",
    arguments: [
      (
        "....................F", TestState.newlyFailing,
        "it fails, once, after passing 20 times without a failure; the next pass ends it"
      ),
      ("F", .newlyFailing, "no earlier result of it is known; the next pass ends it"),
      (
        "....F...............FFFF", .newlyFailing,
        "it failed in 1 of the 20 results before; failing 4 times in a row is no flakiness, which would"
          + " have a chance of <0.001; the next pass ends it"
      ),
      (
        "....F...............F", .flaky,
        "it failed in 1 of the 20 results before; 2 more failures in a row would say that it is broken"
      ),
      (".F..F..F..F..F", .flaky, nil),
      ("............f", .flaky, "its attempts within this run disagree"),
      ("............", .passing, ""),
    ] as [(String, TestState, String?)])
  func explained(record: String, state: TestState, expected: String?) throws {
    let failing = record.reversed().prefix { $0 == "F" }.count
    let laboratory = Laboratory(tests: ["t": record])
    let own = failing > 1 ? laboratory.asPullRequest(newest: failing) : laboratory
    let test = try #require(own.report.test("t"))
    #expect(test.state == state)
    if let expected {
      #expect(test.explanation == expected)
    } else {
      #expect(test.explanation.hasPrefix("it went between passing and failing"))
    }
  }

  @Test("A test that becomes flaky is told from one that is")
  func newlyFlaky() {
    let old = Laboratory(tests: ["t": "..F..F.F..f"]).report
    let new = Laboratory(tests: ["t": "..........f"]).report
    #expect(old.test("t")?.isNewlyFlaky == false)
    #expect(old.reason(.flaky)?.hasPrefix("1 flaky test: ") == true)
    #expect(new.test("t")?.isNewlyFlaky == true)
    #expect(new.reason(.flaky)?.hasPrefix("1 flaky test, 1 of them new: ") == true)
  }

  @Test("A test that did not run in every run broke after the last in which it passed")
  func sparse() {
    let report = Laboratory(tests: ["t": "...... . F", "u": ".........."]).report
    #expect(report.test("t")?.since?.run == "r9")
    #expect(report.test("t")?.since?.previousCommit == "commit7")
  }

  @Test("A run in which most tests failed makes none of them flaky")
  func massFailures() {
    var tests: [String: String] = [:]
    for number in 0..<12 { tests["t\(number)"] = "....F.......\(number == 0 ? "F" : ".")" }
    let report = Laboratory(tests: tests).report
    #expect(report.state("t0") == .newlyFailing)
  }

  @Test("Durations add up to the total, and outcomes too")
  func totals() {
    let report = Laboratory(tests: ["a": "..", "b": ".F", "c": ".s", "d": ".E"]).report
    let counts = report.testTotals.counts
    #expect([counts.passed, counts.failed, counts.errored, counts.skipped] == [1, 1, 1, 1])
    #expect(abs((report.testTotals.duration ?? 0) - 0.4) < 1e-12)
  }

  @Test("Owners go by the last pattern that matches")
  func owners() {
    let report = Laboratory(tests: ["a": "...F", "b": "...F"]).with {
      $0.options.owners = [
        OwnerRule(pattern: NamePattern("suite/**"), owner: "team"),
        OwnerRule(pattern: NamePattern("Class.b"), owner: "bea"),
      ]
    }.report
    #expect(report.test("a")?.owner == "team")
    #expect(report.test("b")?.owner == "bea")
  }

  @Test("A test that moved, and one of a like name, are proposed as renames; unlike ones are not")
  func renames() throws {
    let laboratory = Laboratory(tests: ["stays": "......"]).with {
      for index in 0..<6 {
        let names =
          index < 5 ? ["moved", "reads_empty_files", "alpha"] : ["reads_empty_file", "omega"]
        $0.runs[index].parts[0].tests += names.compactMap { Test($0, mark: ".") }
      }
      if var moved = Test("moved", mark: ".") {
        moved.identity.suite = ["other"]
        moved.id = Identity.id(of: moved.identity)
        $0.current.parts[0].tests.append(moved)
      }
    }
    let messages = laboratory.report.reasons.filter { $0.code == .renameProposed }.map(\.message)
    #expect(messages.count == 2)
    #expect(
      messages.first?.hasPrefix(
        "`suite/Class/moved` may go on as `other/Class/moved`: under `aliases:`, ") == true)
    #expect(messages.last?.contains("`suite/Class/reads_empty_files` may go on as") == true)
  }

  @Test("Runs that began at the same moment count as earlier ones")
  func equalTimes() {
    let laboratory = Laboratory(tests: ["t": "....FF"]).with {
      for index in 0..<6 { $0.runs[index].header.time = RunHeader.number(0).time }
      $0.current.header.id = "a"
    }
    #expect(laboratory.report.baseline.runs == 5)
    #expect(laboratory.report.state("t") == .stillFailing)
  }
}
