import Testing
import TidemarkModel

@testable import TidemarkFormats

/// Layouts of older, newer or rarer versions of a tool.
@Suite struct DialectsTests {
  @Test("JUnit: Eclipse's export has the root <testrun>")
  func eclipse() throws {
    let text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testrun name="All" project="p" tests="2" started="2" failures="1" errors="0" ignored="0">
      <testsuite name="a.B" time="0.5"><testcase name="c" classname="a.B" time="0.25"/>
      <testcase name="d" classname="a.B" time="0.25"><failure>no</failure></testcase></testsuite>
      </testrun>
      """
    #expect(JUnit.recognises(head(text)) == .yes)
    let results = try JUnit.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .failed])
    #expect(results.suites.map(\.path) == [["a.B"]])
  }

  @Test("NUnit 3: a fixture whose tear-down failed is no pass although its tests are")
  func nunitTearDown() throws {
    let text = """
      <test-run id="2" result="Failed"><test-suite type="Assembly" name="A.dll" result="Failed"
      site="Child"><failure><message>One or more child tests had errors</message></failure>
      <test-suite type="TestFixture" name="F" fullname="N.F" result="Failed" site="TearDown">
      <failure><message>TearDown : boom</message></failure>
      <test-case name="a" fullname="N.F.a" classname="N.F" result="Passed" duration="0.1"/>
      </test-suite></test-suite></test-run>
      """
    let results = try NUnit3.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed])
    #expect(results.problems.map(\.message) == ["N.F: TearDown : boom"])
    #expect(results.problems.allSatisfy { $0.isBlocking && $0.code == .suiteError })
  }

  @Test("NUnit 2: the same, told by the message alone")
  func nunit2TearDown() throws {
    let text = """
      <test-results name="A.dll" total="1" failures="0"><test-suite type="Assembly" name="A.dll"
      result="Error"><failure><message>Child test failed</message></failure><results>
      <test-suite type="TestFixture" name="F" result="Error"><failure>
      <message>TearDown : System.Exception : boom</message></failure><results>
      <test-case name="N.F.a" executed="True" result="Success" time="0.1"/></results></test-suite>
      </results></test-suite></test-results>
      """
    let results = try NUnit2.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed])
    #expect(results.problems.map(\.message) == ["F: TearDown : System.Exception : boom"])
  }

  @Test("Robot Framework: output.json says what output.xml says")
  func robotJSON() throws {
    let text = """
      {"generator":"Robot 7.2 (Python 3.13.0 on linux)","generated":"2026-01-02T03:04:05.000000",
      "rpa":false,"suite":{"name":"Top","id":"s1","suites":[{"name":"Sub","source":"/x/sub.robot",
      "tests":[{"name":"a","id":"s1-s1-t1","lineno":3,"status":"PASS","elapsed_time":0.5,"body":[]},
      {"name":"b","lineno":9,"status":"FAIL","message":"1 != 2","elapsed_time":0.25},
      {"name":"c","status":"SKIP","message":"later","elapsed_time":0}],
      "teardown":{"name":"Close","status":"FAIL","message":"gone"},"status":"FAIL"}]},
      "statistics":{},"errors":[{"message":"bad import","level":"ERROR"}]}
      """
    #expect(Robot.recognises(head(text)) == .yes)
    let results = try Robot.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .failed, .skipped])
    #expect(results.suites.map(\.path) == [["Top", "Sub"]])
    #expect(results.detail(of: results.tests[1])?.line == 9)
    #expect(results.problems.map(\.message) == ["Top.Sub: teardown: gone", "bad import"])
    #expect(results.problems.map(\.isBlocking) == [true, false])
  }

  @Test("Vitest before version 2 wrote its benchmarks by suite, and they are no tests of Jest")
  func oldVitest() throws {
    let text = """
      {"numTotalTestSuites":2,"numTotalTests":2,"testResults":{"sort":[
      {"name":"normal","rank":1,"rme":2,"samples":[0.5,0.25],"hz":3000,"mean":0.3,"p99":0.4},
      {"name":"reverse","rank":2,"hz":1000,"mean":1,"samples":[]}]}}
      """
    let takers = formats.filter { $0.recognises(head(text)) == .yes }.map { $0.name }
    #expect(takers == ["vitest-bench"])
    let results = try VitestBench.read(memory(text))
    let main = results.measurements.filter(\.isPrimary)
    #expect(main.map(\.name) == ["sort > normal", "sort > reverse"])
    #expect(main.map(\.value) == [3000, 1000])
  }

  @Test("lm-eval: since filters are named, a number without one is no score")
  func lmEvalCounts() throws {
    let text = """
      {"results":{"t":{"alias":"t","sample_len":500,"acc,none":0.5,"acc_stderr,none":0.1}},
      "n-shot":{"t":0}}
      """
    let measurements = try LMEval.read(memory(text)).measurements
    #expect(measurements.map(\.metric) == ["acc"])
    #expect(measurements.first?.standardError == 0.1)
  }

  @Test("MTEB before version 1.11: splits at the top, with subsets or without")
  func oldMTEB() throws {
    let subsets = """
      {"dataset_revision":"r","mteb_dataset_name":"C","mteb_version":"1.0.2","test":{
      "de":{"accuracy":0.5,"main_score":0.5},"en":{"accuracy":0.75,"main_score":0.75},
      "evaluation_time":3.5}}
      """
    #expect(MTEB.recognises(head(subsets)) == .yes)
    let results = try MTEB.read(memory(subsets))
    #expect(results.measurements.map(\.value) == [0.5, 0.75])
    #expect(results.measurements.map { $0.parameters["subset"] } == ["de", "en"])
    let plain = """
      {"mteb_dataset_name":"S","test":{"cos_sim":{"pearson":0.1,"spearman":0.8},
      "euclidean":{"pearson":0.2,"spearman":0.3},"evaluation_time":1},
      "dev":{"ndcg_at_10":0.4,"map_at_10":0.2}}
      """
    let other = try MTEB.read(memory(plain))
    #expect(other.measurements.map(\.value) == [0.8, 0.4])
    #expect(other.measurements.map { $0.parameters["split"] } == ["test", "dev"])
  }

  @Test("BenchmarkTools.jl: trials and estimates under the names of their groups")
  func julia() throws {
    let text = """
      [{"Julia":"1.11.1","BenchmarkTools":"1.0.0"},[["BenchmarkGroup",{"data":{
      "utf8":["BenchmarkGroup",{"data":{"join":["Trial",{"allocs":3,"gctimes":[0,0,0],"memory":96,
      "params":["Parameters",{"seconds":5}],"times":[30,10,20]}]},"tags":[]}],
      "trig":["BenchmarkTools.TrialEstimate",{"allocs":0,"memory":0,"gctime":0,"time":7.5}]},
      "tags":[]}]]]
      """
    let takers = formats.filter { $0.recognises(head(text)) == .yes }.map { $0.name }
    #expect(takers == ["benchmarktools"])
    let results = try BenchmarkToolsJL.read(memory(text))
    let main = results.measurements.filter(\.isPrimary)
    #expect(main.map(\.name) == ["utf8/join", "trig"])
    #expect(main.map(\.value) == [20, 7.5])
    #expect(main.first?.samples?.values == [30, 10, 20])
    #expect(results.environment["julia"] == "1.11.1")
  }

  @Test("NUnit 2: a suite cut out of its file is read, Allure's of the same name is another's")
  func nunitFragment() throws {
    let text = """
      <test-suite type="TestFixture" name="Sums" executed="True" result="Success"><results>
      <test-case name="Shop.Sums.Adds" executed="True" result="Success" time="0.5"/>
      </results></test-suite>
      """
    #expect(Reading.recognise(head(text))?.name == "nunit2")
    let results = try NUnit2.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed])
    let allure = """
      <ns2:test-suite xmlns:ns2="urn:model.allure.qatools.yandex.ru"><name>s</name><test-cases>
      <test-case status="passed"><name>t</name></test-case></test-cases></ns2:test-suite>
      """
    #expect(Reading.recognise(head(allure))?.name == "allure1")
  }

  @Test(
    "NUnit: the words of one version in the form of the other",
    arguments: [
      ("result='Passed'", Outcome.passed), ("result='Success'", .passed),
      ("result='Failure'", .failed), ("result='Failed' label='Error'", .errored),
      ("result='Error'", .errored), ("result='Ignored'", .skipped), ("result='Skipped'", .skipped),
      ("result='Inconclusive'", .skipped), ("result='new' success='True'", .failed),
    ])
  func nunitWords(attributes: String, outcome: Outcome) throws {
    let test = "<test-case name='N.a' \(attributes)/>"
    let third = try NUnit3.read(memory("<test-run><test-suite>\(test)</test-suite></test-run>"))
    #expect(third.tests.map(\.outcome) == [outcome])
    // Version 2 has a second word for it.
    let second = try NUnit2.read(memory("<test-results>\(test)</test-results>"))
    let isNew = attributes.hasPrefix("result='new'")
    let isLabelled = attributes.contains("label")
    #expect(second.tests.map(\.outcome) == [isNew ? .passed : isLabelled ? .failed : outcome])
  }

  @Test(
    "decimals have a comma or a point, thousands either",
    arguments: [
      ("1.5", 1.5), ("0,125", 0.125), ("1,234.5", 1234.5), ("1.234,5", 1234.5),
      ("1,234,567", 1_234_567), ("1e-05", 1e-05), ("-2", -2),
    ])
  func decimals(text: String, value: Double) {
    #expect(text.decimal == value)
    #expect((text + "x").decimal == nil && ",".decimal == nil && "nan".decimal == nil)
  }

  @Test(
    "programs and pages that hold a report are none",
    arguments: [
      "#!/bin/sh\ncat <<E\n<?xml version='1.0'?>\n<testsuite/>\nE\n",
      "#!/usr/bin/perl\n1..2\nok 1\n",
      "# Use\n\n```xml\n<?xml version='1.0'?>\n<testsuite name='a'/>\n```\n",
    ])
  func notReports(text: String) {
    #expect(Reading.recognise(head(text)) == nil)
  }

  @Test("a command's own lines may stand before the report that it printed")
  func behindLines() {
    let text = "running 2 tests\n<?xml version='1.0'?>\n<testsuite/>\n"
    #expect(Reading.recognise(head(text))?.name == "junit")
  }

  @Test("NUnit 2: the run's time is in its root")
  func nunitTime() throws {
    let text = """
      <test-results name="a.dll" date="2026-01-02" time="03:04:05"><environment os-version="Unix"/>
      <test-suite name="a.dll"><results><test-case name="N.a" executed="True" success="True"/>
      </results></test-suite></test-results>
      """
    let results = try NUnit2.read(memory(text))
    #expect(results.newestTime == Timestamp(millisecondsSince1970: 1_767_323_045_000))
    #expect(results.tests.map(\.outcome) == [.passed])
  }

  @Test("NUnit: an assembly that could not be loaded is no pass")
  func nunitUnloadable() throws {
    let text = """
      <test-run testcasecount="0" result="Failed"><test-suite type="Assembly" name="Shop.dll"
      testcasecount="0" runstate="NotRunnable" result="Failed" label="Invalid"><properties/>
      <reason><message>File not found: Shop.dll</message></reason></test-suite></test-run>
      """
    let results = try NUnit3.read(memory(text))
    #expect(results.tests.isEmpty)
    #expect(results.problems.map(\.message) == ["Shop.dll: File not found: Shop.dll"])
    let skipped = """
      <test-run><test-suite type="TestFixture" name="Sums" testcasecount="1" runstate="Ignored"
      result="Skipped" label="Ignored"><reason><message>later</message></reason>
      <test-case name="Adds" fullname="Sums.Adds" result="Skipped"/></test-suite></test-run>
      """
    #expect(try NUnit3.read(memory(skipped)).problems.isEmpty)
  }

  @Test(
    "TRX: a run that broke off is no pass, if nothing else says so",
    arguments: [
      ("Aborted", "Passed", "", ["the run ended as Aborted without a failed test"]),
      ("Completed", "Passed", "", []), ("Aborted", "Failed", "", []),
      ("Failed", "Passed", "", ["the run ended as Failed without a failed test"]),
      (
        "Aborted", "Passed",
        "<RunInfos><RunInfo outcome='Error'><Text>host died</Text></RunInfo></RunInfos>",
        ["host died"]
      ),
    ])
  func trxSummary(outcome: String, test: String, infos: String, problems: [String]) throws {
    let text = """
      <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
      <UnitTestResult testName="a" outcome="\(test)" duration="00:00:01,5"/></Results>
      <ResultSummary outcome="\(outcome)"><Counters total="1"/>\(infos)</ResultSummary></TestRun>
      """
    let results = try TRX.read(memory(text))
    #expect(results.problems.map(\.message) == problems)
    #expect(results.tests.first?.duration == 1.5)
  }

  @Test("xUnit.net 1: classes hold the tests, and a fixture's failure that is no test's")
  func xunitOne() throws {
    let text = """
      <assembly name="C:\\b\\Shop.dll" run-date="2026-01-02" run-time="03:04:05" time="0.7">
      <class name="Shop.Sums" time="0.7"><failure exception-type="E"><message>no till</message></failure>
      <test name="Shop.Sums.Adds" type="Shop.Sums" method="Adds" result="Pass" time="0.5"/>
      <test name="Shop.Sums.Later" type="Shop.Sums" method="Later" result="Skip">
      <reason><message>slow</message></reason></test></class></assembly>
      """
    #expect(Reading.recognise(head(text))?.name == "xunit")
    let results = try XUnit.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .skipped])
    #expect(results.detail(of: results.tests[1])?.message == "slow")
    #expect(results.problems.map(\.message) == ["no till"])
    let maven = "<assembly><id>bin</id><formats><format>zip</format></formats></assembly>"
    #expect(Reading.recognise(head(maven)) == nil)
  }

  @Test("Robot: a suite that failed in another file is no pass")
  func robotSplit() throws {
    let text = """
      <robot generator="Robot 2.9"><suite name="Shop"><suite src="out-001.xml" name="Cart">
      <status status="FAIL"/></suite><suite src="out-002.xml" name="Till"><status status="PASS"/></suite>
      <status status="FAIL"/></suite></robot>
      """
    let results = try Robot.read(memory(text))
    #expect(results.problems.map(\.message) == ["Cart: failed; its tests are in out-001.xml"])
    #expect(results.problems.allSatisfy { $0.isBlocking })
  }

  @Test(
    "TAP: streams one after the other have a plan each",
    arguments: [
      ("TAP version 13\n1..1\nok 1 a\nTAP version 13\n1..2\nok 1 b\nnot ok 2 c\n", 3, 0),
      ("1..1\nok 1 a\n1..2\nok 1 b\nok 2 c\n", 3, 0),
      ("TAP version 13\nok 1 a\n1..1\nTAP version 13\nok 1 b\n1..2\n", 2, 1),
      ("TAP version 13\n1..2\nok 1 a\nTAP version 13\n1..1\nok 1 b\n", 2, 1),
    ])
  func tapStreams(text: String, tests: Int, mismatches: Int) throws {
    let results = try TAP.read(memory(text))
    #expect(results.tests.count == tests)
    #expect(results.problems.count { $0.code == .planMismatch } == mismatches)
  }

  @Test("Mochawesome: the tree of suites, hooks that failed, and what is put off")
  func mochawesome() throws {
    let text = """
      {"stats":{"suites":2,"tests":4,"passes":1,"pending":1,"failures":2,"testsRegistered":4,
      "end":"2026-01-02T03:04:05.000Z","passPercent":50},"results":[{"uuid":"1","title":"",
      "file":"cypress/e2e/a.cy.js","root":true,"tests":[],"beforeHooks":[],"afterHooks":[],
      "suites":[{"title":"login","root":false,"beforeHooks":[{"title":"\\"before each\\" hook",
      "fail":true,"err":{"message":"no server"},"isHook":true}],"tests":[
      {"title":"works","duration":250,"state":"passed","pass":true,"fail":false,"pending":false},
      {"title":"fails","duration":50,"state":"failed","pass":false,"fail":true,
      "err":{"message":"AssertionError: no","estack":"AssertionError: no\\n at a.cy.js:3"}},
      {"title":"later","duration":0,"state":"pending","pass":false,"fail":false,"pending":true},
      {"title":"kept","duration":0,"state":null,"pass":false,"fail":false,"skipped":true}],
      "suites":[]}]}],"meta":{"mocha":{"version":"10.2.0"},"mochawesome":{"version":"7.1.3"}}}
      """
    let takers = formats.filter { $0.recognises(head(text)) == .yes }.map { $0.name }
    #expect(takers == ["mochawesome"])
    let results = try Mochawesome.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .failed, .skipped, .skipped])
    #expect(results.suites.map(\.path) == [["cypress/e2e/a.cy.js", "login"]])
    #expect(results.tests.first?.duration == 0.25)
    #expect(results.problems.map(\.code) == [.suiteError])
  }

  @Test("Mochawesome: before version 4 the root suite stood alone")
  func mochawesomeRoot() throws {
    let text = """
      {"stats":{"suites":1,"tests":2,"passes":1,"pending":0,"failures":1,"testsRegistered":2},
      "suites":{"title":"","root":true,"tests":[],"suites":[{"title":"s","root":false,"tests":[
      {"title":"a","duration":1,"state":"passed","pass":true,"fail":false},
      {"title":"b","state":"failed","fail":true,"err":{"message":"no"}}],"suites":[]}]},
      "allTests":[],"allFailures":[],"copyrightYear":2017}
      """
    let takers = formats.filter { $0.recognises(head(text)) == .yes }.map { $0.name }
    #expect(takers == ["mochawesome"])
    let results = try Mochawesome.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .failed])
    #expect(results.problems.isEmpty)
  }

  @Test("go test: events that another tool wrote again, with blanks between")
  func spacedEvents() throws {
    let text = """
      {"Time": "2026-01-02T03:04:05Z", "Action": "run", "Package": "p", "Test": "TestA"}
      {"Action": "pass", "Package": "p", "Test": "TestA", "Elapsed": 0.5}
      {"Action": "pass", "Package": "p", "Elapsed": 0.6}
      """
    #expect(GoTestJSON.recognises(head(text)) == .yes)
    #expect(try GoTestJSON.read(memory(text)).tests.map(\.outcome) == [.passed])
  }

  @Test("Allure: a result that never got a status is no pass")
  func allureWithoutStatus() throws {
    let text = #"{"uuid":"u","name":"n","fullName":"f","stage":"running","start":1000}"#
    #expect(AllureResult.recognises(head(text)) == .yes)
    #expect(try AllureResult.read(memory(text)).tests.map(\.outcome) == [.errored])
  }
}
