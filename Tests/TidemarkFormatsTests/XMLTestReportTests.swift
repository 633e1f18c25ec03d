import Testing
import TidemarkModel

@testable import TidemarkFormats

/// `name outcome` of every test.
private func lines(_ results: Results) -> [String] {
  results.tests.map { "\(results.text.string($0.name)) \($0.outcome.name)" }
}

/// The suite path and class of every test.
private func places(_ results: Results) -> [String] {
  results.tests.map { test in
    let path = test.suite < 0 ? [] : results.suites[Int(test.suite)].path
    return (path + [results.text.string(test.className)]).joined(separator: "/")
  }
}

/// What the test number `index` has beyond its name.
private func detail(_ results: Results, _ index: Int) throws -> TestDetail {
  try #require(results.detail(of: results.tests[index]))
}

private func problems(_ results: Results) -> [String] {
  results.problems.map { "\($0.isBlocking ? "!" : "")\($0.code.rawValue) \($0.message)" }
}

/// Files that the real tools wrote, and the counts that their samples were written to give.
@Suite struct XMLFixturesTests {
  struct Expected: Sendable {
    var path: String
    var format: String
    var counts: [Int]
    var problems: [String] = []
  }

  @Test(
    "a tool's file is recognised by its content and has what its sample has",
    arguments: [
      Expected(path: "boost/log.xml", format: "boost", counts: [2, 4, 1, 1]),
      Expected(path: "boost/report.xml", format: "boost", counts: [3, 2, 2, 0]),
      Expected(
        path: "catch2/sample.xml", format: "catch2", counts: [3, 2, 0, 0],
        problems: ["!outside_error breaks: no time"]),
      Expected(
        path: "ctest/Test.xml", format: "ctest", counts: [1, 2, 0, 3],
        problems: ["!build_failed missing: Unable to find executable: /no/such/program"]),
      Expected(
        path: "robot/robot7.xml", format: "robot", counts: [1, 1, 0, 1],
        problems: ["!suite_error Shop.Cart: teardown: the till stayed open"]),
      Expected(
        path: "robot/legacy.xml", format: "robot", counts: [1, 1, 0, 1],
        problems: ["!suite_error Shop.Cart: teardown: the till stayed open"]),
    ])
  func fixture(expected: Expected) throws {
    let file = InputFile(path: "fixtures/" + expected.path)
    let format = try #require(Reading.recognise(try Reading.head(of: file)))
    #expect(format.name == expected.format)
    let results = try format.read(file)
    var counts = OutcomeCounts()
    for test in results.tests { counts.add(test.outcome) }
    #expect([counts.passed, counts.failed, counts.errored, counts.skipped] == expected.counts)
    #expect(problems(results) == expected.problems)
    #expect(results.environment["hostname"] == nil)
  }
}

@Suite struct BoostTestTests {
  private let log = """
    <TestLog><TestSuite name="m"><Error file="f.cpp" line="2">the fixture broke</Error>
    <TestCase name="known" file="a.cpp" line="4"><Error file="a.cpp" line="5">no</Error>
    <TestingTime>1500</TestingTime></TestCase>
    <TestCase name="dies"><Exception file="unknown location" line="0">boom
    <LastCheckpoint file="a.cpp" line="9">entry</LastCheckpoint></Exception></TestCase>
    </TestSuite></TestLog>
    """

  @Test("an exception is an error at its last checkpoint, an error outside test cases a problem")
  func logged() throws {
    let results = try BoostTest.read(memory(log))
    #expect(lines(results) == ["known failed", "dies errored"])
    #expect(results.tests[0].duration == 0.0015)
    #expect(try detail(results, 0).line == 5)
    #expect(try detail(results, 1).file == "a.cpp")
    #expect(try detail(results, 1).line == 9)
    #expect(problems(results) == ["!outside_error m: the fixture broke"])
  }

  @Test("of log and report in one file the report decides, and each test counts once")
  func both() throws {
    let report = """
      <TestResult><TestSuite name="m" result="failed" test_cases_failed="2">
      <TestCase name="known" result="passed"/><TestCase name="dies" result="aborted"/>
      <TestCase name="late" result="failed" assertions_failed="1"/></TestSuite></TestResult>
      """
    let results = try BoostTest.read(memory(log + "\n" + report))
    #expect(lines(results) == ["known passed", "dies errored", "late failed"])
    #expect(try detail(results, 2).message == "failed: 1 assertion failed")
  }

  @Test("a short report that counts failures is no pass")
  func short() throws {
    let text = """
      <TestResult><TestSuite name="m" result="failed" assertions_failed="1" test_cases_failed="1">
      </TestSuite></TestResult>
      """
    #expect(BoostTest.recognises(head(text)) == .yes)
    let results = try BoostTest.read(memory(text))
    #expect(results.tests.isEmpty)
    #expect(results.problems.contains { $0.code == .planMismatch && $0.isBlocking })
  }

  @Test("after a crash the report passes what was never come to, and it counts as skipped")
  func crash() throws {
    let report = """
      <TestResult><TestSuite name="m" result="failed" test_cases_passed="1" test_cases_failed="1">
      <TestCase name="a" result="aborted"/><TestCase name="b" result="passed"/>
      <TestSuite name="s" result="passed" test_cases_passed="0" test_cases_failed="0">
      <TestCase name="c" result="passed"/></TestSuite></TestSuite></TestResult>
      """
    let log = "<TestLog><TestSuite name='m'><TestCase name='a'/></TestSuite></TestLog>"
    #expect(
      lines(try BoostTest.read(memory(report))) == ["a errored", "b passed", "c skipped"])
    #expect(
      lines(try BoostTest.read(memory(log + report))) == ["a errored", "b skipped", "c skipped"])
  }

  @Test("what the framework says before its log begins does not hide the log")
  func messageFirst() throws {
    let text = """
      <Message file="f.ipp" line="3"><![CDATA[Including test case a as a dependency of b]]></Message>\
      <TestLog><TestSuite name="m"><TestCase name="a"><TestingTime>5</TestingTime></TestCase>\
      </TestSuite></TestLog>
      """
    #expect(BoostTest.recognises(head(text)) == .yes)
    #expect(lines(try BoostTest.read(memory(text))) == ["a passed"])
    #expect(BoostTest.recognises(head("<Message>Dear all</Message>")) == .no)
  }

  @Test("a suite of a report that failed outside its test cases is told beside other failures")
  func suiteFixture() throws {
    let text = """
      <TestResult><TestSuite name="m" result="failed" test_cases_failed="1">
      <TestCase name="a" result="failed" assertions_failed="1"/><TestSuite name="s" result="aborted"
      test_cases_failed="0"><TestCase name="q" result="passed"/></TestSuite></TestSuite></TestResult>
      """
    let results = try BoostTest.read(memory(text))
    #expect(lines(results) == ["a failed", "q skipped"])
    #expect(problems(results) == ["!suite_error s: failed outside its test cases"])
  }
}

@Suite struct CTestTests {
  @Test(
    "a test that did not run is a fault unless it was meant to",
    arguments: [
      ("Not Run", "Unable to find executable: /a", "", true), ("Not Run", "", "", false),
      ("Not Run", "Unable to find required file: /f", "", true),
      ("Disabled", "Disabled", "", false),
      ("SKIP_RETURN_CODE=77", "", "/a", false), ("no GPU here", "", "/a", false),
      ("a word to come", "", "", true), ("Required Files Missing", "", "/a", true),
      ("Fixture dependency failed", "", "", true), ("", "Unable to find executable: /a", "", true),
    ])
  func faults(completion: String, output: String, command: String, isFault: Bool) throws {
    let text = """
      <Site><Testing><Test Status="notrun"><Name>t</Name><FullCommandLine>\(command)</FullCommandLine>
      <Results><NamedMeasurement name="Execution Time"><Value>99</Value></NamedMeasurement>
      <NamedMeasurement name="Execution Time"><Value>0.5</Value></NamedMeasurement>
      <NamedMeasurement name="Completion Status"><Value>\(completion)</Value></NamedMeasurement>
      <Measurement><Value>\(output)</Value></Measurement></Results></Test></Testing></Site>
      """
    let results = try CTest.read(memory(text))
    #expect(lines(results) == ["t skipped"])
    #expect(results.problems.contains(where: \.isBlocking) == isFault)
    // A test may measure a time of its own under the same name, before CTest's.
    #expect(results.tests.first?.duration == 0.5)
  }

  @Test("a listed test that never ran and a missing program are blocking problems")
  func missing() throws {
    let text = """
      <Site OSName="Linux" Hostname="h"><Testing><EndTestTime>1000</EndTestTime>
      <TestList><Test>./a/t</Test><Test>./u</Test></TestList>
      <Test Status="failed"><Name>t</Name><Path>./a</Path><Results>
      <NamedMeasurement name="Exit Code"><Value>Timeout</Value></NamedMeasurement>
      <NamedMeasurement name="Execution Time"><Value>1.5</Value></NamedMeasurement>
      <Measurement><Value encoding="base64" compression="gzip">H4sI</Value></Measurement>
      </Results></Test></Testing></Site>
      """
    #expect(CTest.recognises(head(text)) == .yes)
    let results = try CTest.read(memory(text))
    #expect(lines(results) == ["t failed"])
    #expect(places(results) == ["a/"])
    #expect(results.tests[0].duration == 1.5)
    #expect(try detail(results, 0).message == "Timeout")
    #expect(try detail(results, 0).text == nil)
    #expect(results.newestTime == Timestamp(millisecondsSince1970: 1_000_000))
    #expect(problems(results) == ["!plan_mismatch 2 tests are listed, 1 were run"])
  }
}

@Suite struct QTestTests {
  @Test("rows are tests, the worst verdict of a row counts, the blacklist does not fail")
  func rows() throws {
    let text = """
      <TestCase name="C"><Environment><QtVersion>6.5.0</QtVersion></Environment>
      <TestFunction name="known"><Incident type="xfail" file="a" line="1"/>
      <Incident type="pass" file="" line="0"/></TestFunction>
      <TestFunction name="data"><Incident type="fail" file="a.cpp" line="7">
      <DataTag><![CDATA[one]]></DataTag><Description><![CDATA[not same
      Actual: 1]]></Description></Incident>
      <Incident type="pass" file="" line="0"><DataTag>two</DataTag></Incident></TestFunction>
      <TestFunction name="old"><Message type="skip" file="a" line="3">
      <Description>no display</Description></Message></TestFunction>
      <TestFunction name="listed"><Incident type="bfail" file="" line="0"/></TestFunction>
      <TestFunction name="speed"><Incident type="pass" file="" line="0"/>
      <BenchmarkResult metric="WalltimeMilliseconds" tag="n" value="0.25" iterations="4"/>
      </TestFunction><TestFunction name="none"/></TestCase>
      """
    #expect(QTest.recognises(head(text)) == .yes)
    let results = try QTest.read(memory(text))
    #expect(
      lines(results) == [
        "known passed", "data(one) failed", "data(two) passed", "old skipped", "listed skipped",
        "speed passed",
      ])
    #expect(try detail(results, 1).message == "not same")
    #expect(try detail(results, 1).line == 7)
    #expect(try detail(results, 4).isKnownFailure)
    #expect(results.measurements.map(\.name) == ["C::speed(n)"])
    #expect(results.measurements.map(\.unit) == [.milliseconds])
    #expect(problems(results) == ["unterminated none: has no verdict"])
  }

  @Test("the oldest benchmark results are totals, and are divided by their iterations")
  func totals() throws {
    let text = """
      <TestCase name="C"><TestFunction name="f"><BenchmarkResult metric="walltime" tag="" value="32"
       iterations="64"/><Incident type="pass" file="" line="0"/></TestFunction></TestCase>
      """
    let results = try QTest.read(memory(text))
    #expect(results.measurements.map(\.value) == [0.5])
    #expect(results.measurements.map(\.unit) == [.milliseconds])
  }

  @Test("the light form has no root")
  func light() throws {
    let text = """
      <Environment><QtVersion>5.15.2</QtVersion></Environment>
      <TestFunction name="a"><Incident type="pass" file="" line="0"/></TestFunction>
      <TestFunction name="b"><Incident type="fail" file="" line="0"/></TestFunction>
      <Duration msecs="1"/>
      """
    #expect(QTest.recognises(head(text)) == .yes)
    #expect(lines(try QTest.read(memory(text))) == ["a passed", "b failed"])
  }
}

@Suite struct CppUnitTests {
  @Test("the list that a test stands in is its outcome, in CppUnit's form and AUnit's")
  func lists() throws {
    let text = """
      <TestRun><FailedTests><FailedTest id="1"><Name>ns::Math::sum</Name>
      <FailureType>Assertion</FailureType><Location><File>m.cpp</File><Line>5</Line></Location>
      <Message>not equal
      - Expected: 1</Message></FailedTest>
      <Test><Name>plain</Name><FailureType>Error</FailureType></Test></FailedTests>
      <SuccessfulTests><Test id="2"><Name>Math::add</Name></Test></SuccessfulTests>
      <SkippedTests><Test><Name>Math::later</Name></Test></SkippedTests>
      <Statistics><Tests>5</Tests><FailuresTotal>3</FailuresTotal></Statistics></TestRun>
      """
    #expect(CppUnit.recognises(head(text)) == .yes)
    #expect(TRX.recognises(head(text)) == .no)
    let results = try CppUnit.read(memory(text))
    #expect(lines(results) == ["sum failed", "plain errored", "add passed", "later skipped"])
    #expect(places(results) == ["ns::Math", "", "Math", "Math"])
    #expect(try detail(results, 0).message == "not equal")
    #expect(try detail(results, 0).line == 5)
    #expect(
      problems(results) == ["!plan_mismatch the summary counts 3 failures, the tests show 2"])
  }
}

@Suite struct LibCheckTests {
  @Test("an early exit is an error, an iteration a parameter, a duration of -1 none")
  func results() throws {
    let text = """
      <testsuites xmlns="http://check.sourceforge.net/ns"><datetime>2020-01-01 00:00:01</datetime>
      <suite><title>S</title>
      <test result="success"><path>src</path><fn>a.c:3</fn><id>t</id><iteration>0</iteration>
      <duration>0.25</duration><description>Core</description><message>Passed</message></test>
      <test result="error"><path>src</path><fn>a.c:9</fn><id>t</id><iteration>1</iteration>
      <duration>-1.000000</duration><description>Core</description>
      <message>Early exit</message></test></suite></testsuites>
      """
    #expect(LibCheck.recognises(head(text)) == .yes)
    #expect(JUnit.recognises(head(text)) == .no)
    let results = try LibCheck.read(memory(text))
    #expect(lines(results) == ["t passed", "t errored"])
    #expect(places(results) == ["S/Core", "S/Core"])
    #expect(results.tests.map(\.duration) == [0.25, nil])
    let failure = try detail(results, 1)
    #expect(failure.message == "Early exit")
    #expect(failure.file == "src/a.c")
    #expect(failure.parameters == "iteration 1")
    #expect(results.detail(of: results.tests[0]) == nil)
  }
}

@Suite struct UnitTestPPTests {
  @Test("file and line come out of the message, also under Windows")
  func place() throws {
    let text = """
      <unittest-results tests="2" failedtests="2"><test suite="S" name="a" time="0.5"/>
      <test suite="S" name="b"><failure message="C:\\x (1)\\t.cpp(14) : 1 != 2"/>
      <failure message="more"/></test></unittest-results>
      """
    let results = try UnitTestPP.read(memory(text))
    #expect(lines(results) == ["a passed", "b failed"])
    let failure = try detail(results, 1)
    #expect(failure.file == "C:\\x (1)\\t.cpp")
    #expect(failure.line == 14)
    #expect(failure.message == "1 != 2")
    #expect(failure.text?.contains("more") == true)
    #expect(problems(results).count == 1)
  }
}

@Suite struct Catch2Tests {
  @Test("sections are part of their test case, a part that was skipped makes it skipped")
  func sections() throws {
    let text = """
      <Catch2TestRun name="c"><TestCase name="a" filename="f.cpp" line="1">
      <Section name="s"><Expression success="false" type="CHECK" filename="f.cpp" line="3">
      <Original>
        x == 2
      </Original><Expanded>
        1 == 2
      </Expanded></Expression><OverallResults successes="0" failures="1"/></Section>
      <OverallResult success="false" durationInSeconds="0.5"><StdOut>said</StdOut></OverallResult>
      </TestCase><TestCase name="b"><Skip filename="f.cpp" line="9">not here</Skip>
      <OverallResult success="true" skips="1"/></TestCase>
      <TestCase name="cut"><Failure>bad</Failure></TestCase>
      <TestCase name="d"><OverallResult success="true"/></TestCase>
      <OverallResultsCases successes="1" failures="3"/></Catch2TestRun>
      """
    #expect(Catch2.recognises(head(text)) == .yes)
    let results = try Catch2.read(memory(text))
    #expect(lines(results) == ["a failed", "b skipped", "cut errored", "d passed"])
    #expect(results.tests[0].duration == 0.5)
    let failure = try detail(results, 0)
    #expect(failure.message == "CHECK(x == 2) [1 == 2]")
    #expect(failure.text == "f.cpp:3: s: CHECK(x == 2) [1 == 2]")
    #expect(failure.output == "said")
    #expect(try detail(results, 1).message == "not here")
    #expect(
      problems(results) == [
        "!unterminated cut: has no result",
        "!plan_mismatch the summary counts 3 failures, the tests show 2",
      ])
  }

  @Test("a test that should fail and did not says so")
  func shouldFail() throws {
    let text = """
      <Catch name="c"><Group name="c"><TestCase name="a" tags="[!shouldfail]">
      <OverallResult success="false"/></TestCase></Group></Catch>
      """
    let results = try Catch2.read(memory(text))
    #expect(lines(results) == ["a failed"])
    #expect(try detail(results, 0).message == "did not fail, as it should")
  }

  @Test("a benchmark has its mean in ns, and the error of the mean")
  func benchmark() throws {
    let results = try Catch2.read(InputFile(path: "fixtures/catch2/sample.xml"))
    #expect(results.measurements.map(\.name) == ["add 100", "add 1000"])
    let first = try #require(results.measurements.first)
    #expect(first.value == 54.9381)
    #expect(first.unit == .nanoseconds)
    #expect(first.n == 10)
    let error = try #require(first.standardError)
    #expect(abs(error - 0.0344335 / 10.0.squareRoot()) < 1e-12)
    #expect(results.unmeasured.isEmpty)
  }
}

@Suite struct RobotTests {
  @Test("times of version 7 and of before, and none, are read; keywords are no tests")
  func times() throws {
    let text = """
      <robot generator="Robot 6.0" generated="20240101 10:00:00.000"><suite name="S" source="s.robot">
      <test name="old" line="3"><kw name="k"><status status="FAIL" starttime="20240101 10:00:01.000"
       endtime="20240101 10:00:02.000"/></kw>
      <status status="FAIL" starttime="20240101 10:00:01.000" endtime="20240101 10:00:02.500">Several:

      1) a</status></test>
      <test name="new"><status status="PASS" start="2024-01-01T10:00:03.0" elapsed="0.75"/></test>
      <test name="none"><status status="NOT RUN" starttime="N/A" endtime="N/A"/></test>
      </suite><errors><msg level="WARN">w</msg><msg level="ERROR">no library</msg></errors></robot>
      """
    #expect(Robot.recognises(head(text)) == .yes)
    let results = try Robot.read(memory(text))
    #expect(lines(results) == ["old failed", "new passed", "none skipped"])
    #expect(results.tests.map(\.duration) == [1.5, 0.75, nil])
    #expect(try detail(results, 0).message == "Several:")
    #expect(try detail(results, 0).line == 3)
    #expect(try detail(results, 0).file == "s.robot")
    #expect(problems(results) == ["outside_error no library"])
  }

  @Test("a description of a machine with the same root is none of ours")
  func otherRobot() {
    #expect(Robot.recognises(head("<robot name=\"arm\"><link name=\"l\"/></robot>")) == .no)
  }
}

@Suite struct SonarExecutionsTests {
  @Test("durations are milliseconds, an error weighs more than a failure")
  func cases() throws {
    let text = """
      <testExecutions version="1"><file path="a.js"><testCase name="a" duration="250"/>
      <testCase name="b" duration="0"><failure message="one">at x</failure>
      <error message="two">boom</error></testCase>
      <testCase name="c" duration="1"><skipped message="later"/></testCase></file></testExecutions>
      """
    #expect(SonarExecutions.recognises(head(text)) == .yes)
    let results = try SonarExecutions.read(memory(text))
    #expect(lines(results) == ["a passed", "b errored", "c skipped"])
    #expect(results.tests[0].duration == 0.25)
    #expect(try detail(results, 1).message == "two")
    #expect(try detail(results, 1).file == "a.js")
    #expect(try detail(results, 2).message == "later")
  }
}

@Suite struct Allure1Tests {
  @Test("a broken test is an error, a pending one skipped, one without status a problem")
  func statuses() throws {
    let text = """
      <ns2:test-suite xmlns:ns2="urn:model.allure.qatools.yandex.ru"><name>p.T</name><title>T</title>
      <test-cases><test-case start="1000" stop="1250" status="broken"><name>a</name>
      <failure><message>m</message><stack-trace>at x</stack-trace></failure>
      <labels><label name="testClass" value="p.T"/></labels>
      <parameters><parameter name="n" value="1" kind="argument"/>
      <parameter name="env" value="e" kind="environment-variable"/></parameters></test-case>
      <test-case start="0" stop="0" status="pending"><name>b</name></test-case>
      <test-case><name>c</name></test-case></test-cases></ns2:test-suite>
      """
    #expect(Allure1.recognises(head(text)) == .yes)
    let results = try Allure1.read(memory(text))
    #expect(lines(results) == ["a errored", "b skipped", "c passed"])
    #expect(places(results) == ["p.T/p.T", "p.T/", "p.T/"])
    #expect(results.tests.map(\.duration) == [0.25, nil, nil])
    #expect(try detail(results, 0).message == "m")
    #expect(try detail(results, 0).parameters == "n=1")
    #expect(problems(results) == ["!unterminated c: has no status"])
  }
}

@Suite struct CutXMLReportTests {
  @Test(
    "a file that ends in the middle is an error with its line",
    arguments: [
      "<TestLog>\n<TestSuite name='a'>", "<Site>\n<Testing>", "<TestCase name='a'>\n<TestFunction>",
      "<TestRun>\n<FailedTests>", "<unittest-results>\n<test>", "<Catch2TestRun>\n<TestCase>",
      "<robot generator='r'>\n<suite>", "<testExecutions>\n<file>",
      "<test-suite>\n<test-cases>", "<testsuites xmlns='http://check.sourceforge.net/ns'>\n<suite>",
    ])
  func cut(text: String) throws {
    let format = try #require(Reading.recognise(head(text)))
    #expect(format.name != "junit")
    let problem = #expect(throws: Problem.self) { _ = try format.read(memory(text)) }
    #expect(problem?.line == 2)
  }
}
