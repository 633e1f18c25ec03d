import Testing
import TidemarkModel

@testable import TidemarkFormats

/// `suite › class › name outcome: message`
private func shown(_ results: Results) -> [String] {
  results.tests.map { test in
    let suite = test.suite >= 0 ? results.suites[Int(test.suite)] : Suite(path: [])
    let steps = suite.path + [results.text.string(test.className), results.text.string(test.name)]
    let labels = suite.labels.isEmpty ? "" : " {\(suite.labels)}"
    let message = results.detail(of: test)?.message.map { ": \($0)" } ?? ""
    return steps.filter { !$0.isEmpty }.joined(separator: " › ") + labels
      + " \(test.outcome.name)\(message)"
  }
}

private func problems(_ results: Results) -> [String] {
  results.problems.map { "\($0.isBlocking) \($0.code.rawValue): \($0.message)" }
}

@Suite struct PytestNodeTests {
  @Test(
    "a node's name is parted at its colons, but for those in its parameters",
    arguments: [
      ("a/test_b.py::test_c", "a/test_b.py|" + "|test_c"),
      ("a.py::B::test_c[x::y]", "a.py|B|test_c[x::y]"),
      ("a.py::B::C::test_d", "a.py|B::C|test_d"), ("README.md", "README.md||README.md"),
      ("a.py::", "a.py||"), ("::[::", "||[::"),
    ])
  func parts(node: String, parts: String) {
    let read = PytestNode(node)
    #expect("\(read.file)|\(read.className)|\(read.name)" == parts)
  }
}

@Suite struct PytestJSONReportTests {
  private func report(_ tests: String, status: Int = 1, more: String = "") -> String {
    #"""
    {"created":1795546000.5,"duration":1,"exitcode":\#(status),"root":"/r","environment":{},
     "summary":{"total":1,"collected":1}\#(more),"tests":[\#(tests)]}
    """#
  }

  @Test(
    "a word that is no pass, and a test of which only the set-up is told, do not pass",
    arguments: [
      (#""outcome":"passed","setup":{"outcome":"passed"}"#, "errored: began and never ended"),
      (#""outcome":"passed","call":{"outcome":"passed"}"#, "passed"),
      (#""outcome":"xpassed","call":{"outcome":"passed"}"#, "passed"),
      (#""outcome":"xfailed","call":{"outcome":"skipped"}"#, "skipped"),
      (#""outcome":"rerun","call":{"outcome":"passed"}"#, "passed"),
      (#""outcome":"novel","call":{"outcome":"failed"}"#, "failed"),
      (#""outcome":"novel","teardown":{"outcome":"failed"}"#, "errored: began and never ended"),
      (#""outcome":"subtests failed","call":{"outcome":"passed"}"#, "failed"),
      (
        #""outcome":"failed","???":{"outcome":"failed","longrepr":"gw0 crashed"}"#,
        "failed: gw0 crashed"
      ),
    ])
  func outcomes(test: String, expected: String) throws {
    let text = report(#"{"nodeid":"a.py::t","lineno":3,\#(test)}"#)
    #expect(PytestJSONReport.recognises(head(text)) == .yes)
    #expect(shown(try PytestJSONReport.read(memory(text))) == ["a.py › t \(expected)"])
  }

  @Test(
    "a status that no test explains blocks",
    arguments: [
      (0, []),
      (1, ["true outside_error: pytest ended with status 1, and no test in the report failed"]),
      (2, ["true bailed_out: pytest was interrupted"]),
      (3, ["true outside_error: pytest ended with an internal error"]),
      (5, ["true plan_mismatch: pytest found no test"]),
    ])
  func status(status: Int, expected: [String]) throws {
    let text = report(
      #"{"nodeid":"a.py::t","outcome":"passed","call":{"outcome":"passed"}}"#, status: status)
    #expect(problems(try PytestJSONReport.read(memory(text))) == expected)
  }

  @Test("what the last subtest has overwritten is told")
  func subtests() throws {
    let text = report(
      #"{"nodeid":"a.py::t","outcome":"subtests passed","call":{"outcome":"passed"}}"#)
    #expect(
      problems(try PytestJSONReport.read(memory(text))) == [
        "true outside_error: pytest ended with status 1, and no test in the report failed",
        "false outside_error: t may have subtests that failed: the report keeps only the last "
          + "one's outcome",
      ])
  }

  @Test("a summary alone is refused: it names no test")
  func summary() {
    let text = #"{"created":1.5,"duration":1,"exitcode":0,"root":"/r","summary":{"passed":2}}"#
    #expect(throws: Problem.self) { try PytestJSONReport.read(memory(text)) }
  }
}

@Suite struct PytestReportLogTests {
  private func log(_ lines: [String], end: Bool = true) -> String {
    let start = #"{"pytest_version":"9.2.0","$report_type":"SessionStart"}"#
    let finish = #"{"exitstatus":1,"$report_type":"SessionFinish"}"#
    return ([start] + lines + (end ? [finish] : [])).joined(separator: "\n")
  }

  private func stage(_ when: String, _ outcome: String, more: String = "", node: String = "a.py::t")
    -> String
  {
    #"{"nodeid":"\#(node)","when":"\#(when)","outcome":"\#(outcome)","duration":0.5,"#
      + #""longrepr":null\#(more),"$report_type":"TestReport"}"#
  }

  @Test("a log that breaks off leaves no pass")
  func cut() throws {
    let text = log([stage("setup", "passed")], end: false)
    #expect(PytestReportLog.recognises(head(text)) == .yes)
    let results = try PytestReportLog.read(memory(text))
    #expect(shown(results) == ["a.py › t errored: began and never ended"])
    #expect(
      problems(results) == [
        "true unterminated: a.py::t began and never ended",
        "true unterminated: the session began and never ended",
      ])
  }

  @Test("attempts are of one test, and its stages' times are added up")
  func attempts() throws {
    let text = log([
      stage("setup", "passed"), stage("call", "rerun"), stage("teardown", "passed"),
      stage("setup", "passed"), stage("call", "passed"), stage("teardown", "passed"),
    ])
    let results = try PytestReportLog.read(memory(text))
    #expect(shown(results) == ["a.py › t passed"])
    #expect(results.tests[0].duration == 1.5)
    #expect(results.detail(of: results.tests[0])?.attempts.map(\.outcome) == [.failed])
    #expect(problems(results).count == 1)
  }

  @Test("workers' lines come in any order, and xdist tells of one that crashed")
  func workers() throws {
    let first = #","worker_id":"gw0""#
    let second = #","worker_id":"gw1""#
    let text = log([
      stage("setup", "passed", more: first),
      stage("setup", "passed", more: second, node: "a.py::u"),
      stage("call", "passed", more: first), stage("teardown", "passed", more: first),
      stage("???", "failed", node: "a.py::u"),
    ])
    let results = try PytestReportLog.read(memory(text))
    #expect(shown(results) == ["a.py › t passed", "a.py › u failed"])
    #expect(problems(results) == [])
  }

  @Test("an end that fails makes an error of a test that passed")
  func teardown() throws {
    let text = log([
      stage("setup", "passed"), stage("call", "passed"), stage("teardown", "failed"),
    ])
    #expect(shown(try PytestReportLog.read(memory(text))) == ["a.py › t errored"])
  }
}

@Suite struct MesonTestLogTests {
  @Test("each result has its state, and one that no version writes is no pass")
  func states() throws {
    let states = [
      "OK", "EXPECTEDFAIL", "FAIL", "UNEXPECTEDPASS", "TIMEOUT", "SKIP", "ERROR", "INTERRUPT",
      "RUNNING", "NOVEL",
    ]
    let text = states.map {
      #"{"name":"p:s / a / b","stdout":"","result":"\#($0)","starttime":1,"duration":0.5,"#
        + #""returncode":-11,"env":{},"command":["x"]}"#
    }.joined(separator: "\n")
    #expect(MesonTestLog.recognises(head(text)) == .yes)
    let results = try MesonTestLog.read(memory(text))
    #expect(
      shown(results) == [
        "p:s › a / b passed", "p:s › a / b passed: failed as expected",
        "p:s › a / b failed: was killed by signal 11",
        "p:s › a / b failed: passed although a failure was expected",
        "p:s › a / b failed: took longer than its limit", "p:s › a / b skipped",
        "p:s › a / b errored: was killed by signal 11", "p:s › a / b errored: was interrupted",
        "p:s › a / b errored: was killed by signal 11",
        "p:s › a / b errored: was killed by signal 11",
      ])
  }
}

@Suite struct DejaGnuTests {
  private let start = """
    Test run by user on Tue Nov 24 18:48:50 2026
    Native configuration is x86_64-pc-linux-gnu

    \t\t=== gdb tests ===

    Schedule of variations:
        unix/-m32

    Running target unix/-m32
    Running /src/gdb/testsuite/gdb.base/a.exp ...

    """

  @Test("what GDB appends to a failure is no part of its name, and a variation is a label")
  func names() throws {
    let text =
      start + """
        FAIL: gdb.base/a.exp: step (timeout)
        PASS: gdb.base/a.exp: step (2)
        KFAIL: gdb.base/a.exp: next (PRMS: gdb/12)

        \t\t=== gdb Summary ===

        # of expected passes\t\t1
        # of unexpected failures\t1
        """
    #expect(DejaGnu.recognises(head(text)) == .yes)
    let results = try DejaGnu.read(memory(text))
    let place = "gdb › gdb.base/a.exp › gdb.base/a.exp: "
    #expect(
      shown(results) == [
        "\(place)step {target=unix/-m32} failed: timeout",
        "\(place)step (2) {target=unix/-m32} passed",
        "\(place)next {target=unix/-m32} skipped: PRMS: gdb/12",
      ])
    #expect(problems(results) == [])
  }

  @Test("tests without a summary, and failures that are only counted, block")
  func cut() throws {
    #expect(
      problems(try DejaGnu.read(memory(start + "PASS: a"))) == [
        "true unterminated: the tests of gdb began and have no summary"
      ])
    let counted = start + "\t\t=== gdb Summary ===\n# of unexpected failures\t2\n"
    #expect(
      problems(try DejaGnu.read(memory(counted))) == [
        "true plan_mismatch: the summary counts 2 failures, the tests show 0"
      ])
  }

  @Test("the log beside a summary, with the same results in it, is not taken")
  func log() {
    let text = start + "Executing on host: gcc a.c    (timeout = 300)\nPASS: a\n"
    #expect(DejaGnu.recognises(head(text)) == .no)
  }
}

@Suite struct AutomakeTRSTests {
  @Test("the file's place gives the name; each word has its state")
  func states() throws {
    let text = """
      :test-result: PASS
      :test-result: XPASS
      :test-result: NOVEL word
      :global-test-result: FAIL
      """
    #expect(AutomakeTRS.recognises(head(text)) == .yes)
    let file = InputFile(path: "out/tests/a.b.trs", bytes: Array(text.utf8))
    #expect(
      shown(try AutomakeTRS.read(file)) == [
        "tests › a.b 1 passed", "tests › a.b 2 failed: passed although a failure was expected",
        "tests › a.b 3 errored: word",
      ])
  }

  @Test("a whole that failed without any of its results blocks")
  func whole() throws {
    let text = ":test-result: PASS\n:global-test-result: ERROR\n"
    #expect(problems(try AutomakeTRS.read(memory(text))).count == 1)
  }

  @Test("a text with such a line in it is not taken")
  func text() {
    #expect(AutomakeTRS.recognises(head("Write `:test-result: PASS`.\n")) == .no)
    #expect(AutomakeTRS.recognises(head(":note: a\n:test-result: PASS\nmore\n")) == .no)
  }
}

@Suite struct GinkgoTests {
  private func report(_ specs: String, succeeded: Bool = true, reasons: String = "null") -> String {
    #"""
    [{"SuitePath":"/w/books","SuiteDescription":"Books","SuiteLabels":[],
      "SuiteSucceeded":\#(succeeded),"SuiteHasProgrammaticFocus":false,
      "SpecialSuiteFailureReasons":\#(reasons),"PreRunStats":{"TotalSpecs":1,"SpecsThatWillRun":1},
      "EndTime":"2026-11-24T18:00:00.5+01:00","SpecReports":[\#(specs)]}]
    """#
  }

  private func spec(_ state: String, more: String = "") -> String {
    #"{"ContainerHierarchyTexts":["A book","when long"],"LeafNodeType":"It","LeafNodeText":"is a novel","#
      + #""LeafNodeLocation":{"FileName":"/w/b_test.go","LineNumber":7},"State":"\#(state)","#
      + #""RunTime":1500000000,"NumAttempts":1\#(more)}"#
  }

  @Test(
    "each state is told, and one that no version writes is no pass",
    arguments: [
      ("passed", "passed"), ("failed", "failed: no: x"), ("timedout", "failed: no: x"),
      ("panicked", "errored: no: x"), ("aborted", "errored: no: x"),
      ("interrupted", "errored: no: x"), ("INVALID SPEC STATE", "errored: no: x"),
      ("pending", "skipped: no: x"), ("skipped", "skipped: no: x"),
    ])
  func states(state: String, expected: String) throws {
    let failure =
      #","Failure":{"Message":"no: x\nmore","Location":{"FileName":"b.go","LineNumber":9}}"#
    let text = report(spec(state, more: failure))
    #expect(Ginkgo.recognises(head(text)) == .yes)
    let results = try Ginkgo.read(memory(text))
    #expect(shown(results) == ["Books › A book › when long › is a novel \(expected)"])
    #expect(results.tests[0].duration == 1.5)
    #expect(results.newestTime?.millisecondsSince1970 == 1_795_539_600_500)
  }

  @Test("attempts are told, but not where each had to pass")
  func attempts() throws {
    let flaky = #","NumAttempts":3,"MaxFlakeAttempts":4"#
    let repeated = #","NumAttempts":3,"MaxMustPassRepeatedly":3"#
    let text = report(spec("passed", more: flaky) + "," + spec("passed", more: repeated))
    let results = try Ginkgo.read(memory(text))
    #expect(results.tests.map { results.detail(of: $0)?.attempts.count ?? 0 } == [2, 0])
  }

  @Test("a node around the specs that failed, a reason, and a suite without success block")
  func suites() throws {
    let node = #"{"LeafNodeType":"BeforeSuite","State":"failed","Failure":{"Message":"no server"}}"#
    #expect(
      problems(try Ginkgo.read(memory(report(node, succeeded: false)))) == [
        "true suite_error: Books: BeforeSuite ended as failed: no server"
      ])
    #expect(
      problems(
        try Ginkgo.read(
          memory(report("", succeeded: false, reasons: #"["Failed to compile books:\n\nx"]"#))))
        == [
          "true build_failed: Books: Failed to compile books:\n\nx"
        ])
    #expect(
      problems(try Ginkgo.read(memory(report(spec("passed"), succeeded: false)))) == [
        "true suite_error: Books: did not succeed, and no spec in the report failed"
      ])
  }
}

@Suite struct NewmanTests {
  @Test("assertions are tests of their request; what fails outside of them blocks")
  func complete() throws {
    let text = #"""
      {"collection":{"item":[{"name":"Users","item":[{"id":"1","name":"List"}]},
         {"id":"2","name":"Health"}],"info":{"name":"API"}},
       "run":{"stats":{"assertions":{"total":3,"pending":0,"failed":1}},
        "timings":{"completed":1795539600500},
        "executions":[
         {"item":{"id":"1","name":"List"},"assertions":[
          {"assertion":"is 200","skipped":false},{"assertion":"later","skipped":true},
          {"assertion":"has users","skipped":false,
           "error":{"name":"AssertionError","message":"expected 0","stack":"at x"}}]},
         {"item":{"id":"2","name":"Health"},"requestError":{"code":"ECONNREFUSED"}}],
        "failures":[
         {"at":"assertion:1 in test-script","error":{"message":"expected 0"},"source":{"name":"List"}},
         {"at":"request","error":{"message":"connect ECONNREFUSED"},"source":{"name":"Health"}}]}}
      """#
    #expect(Newman.recognises(head(text)) == .yes)
    let results = try Newman.read(memory(text))
    #expect(
      shown(results) == [
        "API › Users › List › is 200 passed", "API › Users › List › later skipped",
        "API › Users › List › has users failed: expected 0",
      ])
    #expect(
      problems(results) == ["true outside_error: Health: request: connect ECONNREFUSED"])
    #expect(results.newestTime?.millisecondsSince1970 == 1_795_539_600_500)
  }

  @Test("a collection by itself is not taken")
  func collection() {
    #expect(Newman.recognises(head(#"{"info":{"name":"API"},"item":[]}"#)) == .no)
    #expect(
      Newman.recognises(head(#"{"collection":{"info":{"name":"API"},"item":[]}}"#)) == .no)
  }
}

@Suite struct TwisterTests {
  private func report(_ suites: String) -> String {
    #"{"environment":{"os":"posix","zephyr_version":"v4.0.0","run_date":"2026-11-24T18:00:00+00:00"},"#
      + #""testsuites":[\#(suites)]}"#
  }

  @Test("cases have their state, their platform as label, and the suite's memory is a series")
  func complete() throws {
    let text = report(
      #"""
      {"name":"kernel.a","platform":"qemu_x86","used_ram":100,"used_rom":"200","status":"failed",
       "reason":"Timeout","execution_time":"3.50","testcases":[
        {"identifier":"kernel.a.x","execution_time":"1.50","status":"passed"},
        {"identifier":"kernel.a.y","status":"failed","reason":"assert"},
        {"identifier":"kernel.a.z","status":"blocked"},{"identifier":"kernel.a.n","status":"none"},
        {"identifier":"kernel.a.s","status":"skipped","reason":"no"}]},
      {"name":"kernel.b","platform":"native_sim","status":"not run","reason":"Test was built only",
       "testcases":[{"identifier":"kernel.b.x","status":"none"}]},
      {"name":"kernel.c","platform":"native_sim","status":"error","reason":"Build failure",
       "testcases":[]},
      {"name":"kernel.d","platform":"native_sim","status":"error","reason":"Memory overflow",
       "testcases":[{"identifier":"kernel.d.x","status":"passed"}]}
      """#)
    #expect(Twister.recognises(head(text)) == .yes)
    let results = try Twister.read(memory(text))
    #expect(
      shown(results) == [
        "kernel.a › kernel.a.x {platform=qemu_x86} passed",
        "kernel.a › kernel.a.y {platform=qemu_x86} failed: assert",
        "kernel.a › kernel.a.z {platform=qemu_x86} failed: Timeout",
        "kernel.a › kernel.a.n {platform=qemu_x86} errored: Timeout",
        "kernel.a › kernel.a.s {platform=qemu_x86} skipped: no",
        "kernel.b › kernel.b.x {platform=native_sim} skipped: Test was built only",
        "kernel.c › kernel.c {platform=native_sim} errored: Build failure",
        "kernel.d › kernel.d.x {platform=native_sim} passed",
      ])
    #expect(
      problems(results) == ["true suite_error: kernel.d on native_sim: Memory overflow"])
    #expect(results.measurements.map { "\($0.metric) \($0.value)" } == ["ram 100.0", "rom 200.0"])
    #expect(results.tests[0].duration == 1.5)
  }

  @Test("a plan holds no result, and footprints no test")
  func others() throws {
    let plan = report(
      #"{"name":"a","platform":"p","status":"none","testcases":[{"identifier":"a.x","status":"none"}]}"#
    )
    #expect(try Twister.read(memory(plan)).tests.isEmpty)
    let footprint = report(#"{"name":"a","platform":"p","status":"passed","used_ram":5}"#)
    let results = try Twister.read(memory(footprint))
    #expect(results.tests.isEmpty && results.measurements.count == 1)
  }
}

@Suite struct BazelEventsTests {
  private let started = #"{"id":{"started":{}},"started":{"uuid":"u","buildToolVersion":"7.4.1"}}"#

  private func summary(_ label: String, _ status: String) -> String {
    #"{"id":{"testSummary":{"label":"\#(label)","configuration":{"id":"c"}}},"testSummary":{"#
      + #""totalRunCount":1,"overallStatus":"\#(status)","totalRunDurationMillis":"1500"}}"#
  }

  private func end(_ code: Int, _ name: String) -> String {
    #"{"id":{"buildFinished":{}},"finished":{"exitCode":{"name":"\#(name)","code":\#(code)},"#
      + #""finishTimeMillis":"1795539600500"}}"#
  }

  @Test(
    "each status is told, and one that no version writes is no pass",
    arguments: [
      ("PASSED", "passed"), ("FLAKY", "passed"), ("FAILED", "failed: failed"),
      ("TIMEOUT", "failed: took longer than its limit"),
      ("FAILED_TO_BUILD", "errored: did not build"), ("NO_STATUS", "errored: did not run"),
      ("INCOMPLETE", "errored: was interrupted"), ("NOVEL", "errored: NOVEL"),
    ])
  func states(status: String, expected: String) throws {
    let text = [
      started, summary("//a/b:c_test", status),
      end(["PASSED", "FLAKY"].contains(status) ? 0 : 3, "X"),
    ]
    .joined(separator: "\n")
    #expect(BazelEvents.recognises(head(text)) == .yes)
    let results = try BazelEvents.read(memory(text))
    #expect(shown(results) == ["//a/b › c_test \(expected)"])
    #expect(results.tests[0].duration == 1.5 && problems(results) == [])
  }

  @Test("a test that does not fit the platform is skipped, one without a status has its runs'")
  func withoutStatus() throws {
    let skipped =
      #"{"id":{"targetCompleted":{"label":"//a:s"}},"aborted":{"reason":"SKIPPED","#
      + #""description":"Target //a:s build was skipped."}}"#
    func bare(_ label: String, _ more: String = "") -> String {
      #"{"id":{"testSummary":{"label":"\#(label)"}},"testSummary":{"totalRunCount":1\#(more)}}"#
    }
    let run = #"{"id":{"testResult":{"label":"//a:r","run":2}},"testResult":{"status":"FAILED"}}"#
    let cancelled =
      #"{"id":{"testResult":{"label":"//a:c","run":2}},"testResult":{"status":"INCOMPLETE"}}"#
    let text = [
      started, skipped, bare("//a:s"), run, bare("//a:r"),
      bare("//a:f", #","failed":[{"uri":"file:///t.log"}]"#), bare("//a:n"), cancelled,
      summary("//a:c", "FLAKY"), end(3, "TESTS_FAILED"),
    ].joined(separator: "\n")
    let results = try BazelEvents.read(memory(text))
    #expect(
      shown(results) == [
        "//a › s skipped", "//a › r failed: failed", "//a › f failed: failed",
        "//a › n errored: did not run", "//a › c passed",
      ])
    #expect(results.detail(of: results.tests[4])?.attempts.isEmpty == true)
    #expect(problems(results) == [])
  }

  @Test("an end that tells of failures which no summary has blocks")
  func lostFailure() throws {
    let text = [started, summary("//a:t", "PASSED"), end(3, "TESTS_FAILED")]
      .joined(separator: "\n")
    #expect(
      problems(try BazelEvents.read(memory(text))) == [
        "true plan_mismatch: bazel says that tests failed, and no summary tells of one"
      ])
  }

  @Test("a flaky test has the attempts that its results tell")
  func attempts() throws {
    let attempt =
      #"{"id":{"testResult":{"label":"//a:t","run":1,"shard":1,"attempt":1}},"#
      + #""testResult":{"status":"FAILED","testAttemptDuration":"0.5s"}}"#
    let text = [started, attempt, summary("//a:t", "FLAKY"), end(0, "SUCCESS")]
      .joined(separator: "\n")
    let results = try BazelEvents.read(memory(text))
    let detail = results.detail(of: results.tests[0])
    #expect(detail?.isMarkedFlaky == true && detail?.attempts.map(\.duration) == [0.5])
  }

  @Test("a build that failed, one that broke off and a test without a summary block")
  func builds() throws {
    let target =
      #"{"id":{"targetCompleted":{"label":"//a:t"}},"completed":{"success":false,"#
      + #""failureDetail":{"message":"Compiling a.cc failed"}}}"#
    let failed = [started, target, end(1, "BUILD_FAILURE")].joined(separator: "\n")
    #expect(
      problems(try BazelEvents.read(memory(failed))) == [
        "true build_failed: bazel ended with status 1 (BUILD_FAILURE): //a:t: Compiling a.cc failed"
      ])
    #expect(
      problems(try BazelEvents.read(memory(started))) == [
        "true unterminated: the build began and never ended"
      ])
    let announced =
      #"{"id":{"targetCompleted":{"label":"//a:t"}},"completed":{"success":true},"#
      + #""children":[{"testSummary":{"label":"//a:t"}}]}"#
    let lost = [started, announced, end(3, "TESTS_FAILED")].joined(separator: "\n")
    #expect(
      problems(try BazelEvents.read(memory(lost))) == [
        "true plan_mismatch: 1 test was announced and not summed up"
      ])
  }
}

@Suite struct TeamCityTests {
  @Test("suites, flows, escapes, failures and skips are read among other lines")
  func complete() throws {
    let text = """
      PHPUnit 11.0
      ##teamcity[testSuiteStarted name='A' flowId='1']
      ##teamcity[testStarted name='one' flowId='1']
      ##teamcity[testFailed name='one' message='it|'s |[bad|]|nmore' details='at a|0x00fc' flowId='1']
      ##teamcity[testFinished name='one' duration='1500' flowId='1']
        ##teamcity[testStarted\tname = 'two'\tflowId='2' ]
      ##teamcity[testStarted name='three' flowId='1']
      ##teamcity[testIgnored name='three' message='later' flowId='1']
      ##teamcity[testFinished name='three' duration='0' flowId='1']
      ##teamcity[testFinished name='two' duration='2' flowId='2']
      ##teamcity[testIgnored name='four' message='no' flowId='1']
      ##teamcity[testSuiteFinished name='A' flowId='1']
      ##teamcity[testStarted name='five' flowId='1']
      ##teamcity[buildProblem description='out of memory']
      """
    #expect(TeamCity.recognises(head(text)) == .yes)
    let results = try TeamCity.read(memory(text))
    #expect(
      shown(results) == [
        "A › one failed: it's [bad]", "A › three skipped: later", "two passed",
        "A › four skipped: no", "five errored: began and never ended",
      ])
    #expect(results.tests[0].duration == 1.5)
    #expect(results.detail(of: results.tests[0])?.text == "at aü")
    #expect(
      problems(results) == [
        "true outside_error: out of memory", "true unterminated: five began and never ended",
      ])
  }

  @Test("repeats are attempts where the runner says so")
  func retries() throws {
    let text = """
      ##teamcity[testRetrySupport enabled='true']
      ##teamcity[testStarted name='a']
      ##teamcity[testFailed name='a' message='no']
      ##teamcity[testFinished name='a']
      ##teamcity[testStarted name='a']
      ##teamcity[testFinished name='a']
      """
    #expect(try TeamCity.read(memory(text)).suites.map(\.repeatsAreAttempts) == [true])
  }

  @Test("a runner that ended between two tests leaves a suite open, which blocks")
  func openSuite() throws {
    let text = """
      ##teamcity[testSuiteStarted name='A' flowId='1']
      ##teamcity[flowStarted flowId='2' parent='1']
      ##teamcity[testStarted name='a' flowId='2']
      ##teamcity[testFinished name='a' duration='1' flowId='2']
      """
    let results = try TeamCity.read(memory(text))
    #expect(shown(results) == ["A › a passed"])
    #expect(
      problems(results) == ["true unterminated: the suite A began and never ended"])
  }

  @Test("a page that shows the messages is not taken")
  func page() {
    let text = "Write\n```\n##teamcity[testStarted name='a']\n```\n"
    #expect(TeamCity.recognises(head(text)) == .no)
    #expect(TeamCity.recognises(head("print(\"##teamcity[testStarted name='a']\")\n")) == .no)
  }
}
