import Testing
import TidemarkModel
import TidemarkSyntax

@testable import TidemarkFormats

/// Bytes given out in pieces of at most `piece` bytes.
private final class Pieces: ByteSource {
  private let bytes: [UInt8]
  private let piece: Int
  private var position = 0

  init(_ bytes: [UInt8], piece: Int) {
    self.bytes = bytes
    self.piece = piece
  }

  var sizeHint: Int { bytes.count }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, piece, bytes.count - position)
    buffer.copyBytes(from: bytes[position..<position + count])
    position += count
    return count
  }
}

/// One line a test: `suite/suite class.name outcome seconds message`, then the problems.
private func summary(_ results: Results) -> String {
  let tests = results.tests.map { test -> String in
    let suite = test.suite < 0 ? [] : results.suites[Int(test.suite)].path
    let detail = results.detail(of: test)
    var line = suite.joined(separator: "/") + " " + results.text.string(test.className) + "."
    line += results.text.string(test.name) + " " + test.outcome.name
    if let duration = test.duration { line += " \(duration)" }
    if let detail { line += " \(detail)" }
    return line
  }
  return (tests + results.problems.map { "\($0)" }).joined(separator: "\n")
}

private func read(_ xml: String) throws -> Results { try JUnit.read(memory(xml)) }

/// The outcomes of a file's tests, in its order.
private func outcomes(_ xml: String) throws -> [Outcome] { try read(xml).tests.map(\.outcome) }

/// The first test's detail, of a `<testcase>` with these attributes and children.
private func detail(_ attributes: String, _ children: String) throws -> TestDetail? {
  let results = try read("<testsuite><testcase \(attributes)>\(children)</testcase></testsuite>")
  return results.tests.first.flatMap(results.detail)
}

@Suite struct JUnitTests {
  @Test(
    "a root decides, whatever its prefix and whatever stands before it",
    arguments: [
      ("<testsuites/>", Recognition.yes), ("<testsuite name='a'>", .yes),
      ("<x:testsuites xmlns:x='u'>", .yes), ("<!-- <suite> -->\n<testsuite/>", .yes),
      ("Running…\n<?xml version='1.0'?><testsuites/>", .yes), ("<TESTSUITE/>", .no),
      ("<testsuites xmlns='http://check.sourceforge.net/ns'>", .no), ("<project/>", .no),
      ("{\"testsuites\": 1}", .no), ("ok 1 <?xml version='1.0'?><testsuites/>", .no),
    ])
  func recognised(text: String, answer: Recognition) {
    #expect(JUnit.recognises(head(text)) == answer)
  }

  @Test(
    "children decide how a test ended, the gravest first",
    arguments: [
      ("", Outcome.passed), ("<failure/>", .failed), ("<error/>", .errored),
      ("<skipped/>", .skipped), ("<failure/><error/>", .errored), ("<error/><failure/>", .errored),
      ("<skipped/><failure/>", .failed), ("<failure/><skipped/>", .failed),
      ("<failure/><failure/>", .failed), ("<flakyFailure/>", .passed), ("<flakyError/>", .passed),
      ("<failure/><rerunFailure/><rerunError/>", .failed), ("<rerunFailure/>", .passed),
      ("<error/><rerunError/>", .errored), ("<passed/><warning/>", .passed),
      ("<system-out>&lt;failure/></system-out>", .passed), ("<x:failure xmlns:x='u'/>", .failed),
      ("<properties><property name='p'><failure/></property></properties>", .passed),
    ])
  func children(children: String, outcome: Outcome) throws {
    #expect(try outcomes("<testsuite><testcase>\(children)</testcase></testsuite>") == [outcome])
  }

  @Test(
    "attributes decide where no child does",
    arguments: [
      ("status='run'", "", Outcome.passed), ("status='fail'", "", .failed),
      ("status='FAILED'", "", .failed), ("status='error'", "", .errored),
      ("status='notrun'", "", .skipped), ("status='not run'", "", .skipped),
      ("status='disabled'", "", .skipped), ("status='aborted'", "", .errored),
      ("status='run' result='suppressed'", "", .skipped), ("result='bfail'", "", .skipped),
      ("status='notrun' result='completed'", "", .skipped),
      ("status=''", "", .passed), ("status='  '", "", .passed), ("status='whatever'", "", .passed),
      ("status='notrun'", "<failure/>", .failed), ("status='passed'", "<error/>", .errored),
      ("status='failed'", "<skipped/>", .failed), ("status='error'", "<failure/>", .failed),
      // Maestro, Ginkgo, Pester, Jenkins, Eclipse.
      ("status='CANCELED'", "", .skipped), ("status='STOPPED'", "", .skipped),
      ("status='panicked'", "", .errored), ("status='NotRun'", "", .skipped),
      ("status='REGRESSION'", "", .failed), ("ignored='true'", "", .skipped),
      ("ignored='false'", "", .passed), ("skipped='true'", "", .skipped),
      ("ignored='true'", "<error/>", .errored),
    ])
  func attributes(attributes: String, children: String, outcome: Outcome) throws {
    let xml = "<testsuite><testcase \(attributes)>\(children)</testcase></testsuite>"
    #expect(try outcomes(xml) == [outcome])
  }

  @Test("tests stand below suites of any depth, beside them and in one another")
  func places() throws {
    let results = try read(
      """
      <testsuites name="the run">
        <testcase name="top"/>
        <testsuite name="a"><testcase classname="C" name="1"/>
          <testsuite name="b"><testcase classname="C" name="2"><testcase name="3"/></testcase></testsuite>
          <testcase classname="C" name="4"/>
          <testsuite><testcase class="D" name="5"/></testsuite>
        </testsuite>
      </testsuites>
      """)
    #expect(
      summary(results) == """
         .top passed
        a C.1 passed
        a/b C.2 passed
        a/b .3 passed
        a C.4 passed
        a D.5 passed
        """)
  }

  @Test("a nested test's failure is its own")
  func nested() throws {
    let xml = """
      <testsuite><testcase name="outer"><testcase name="inner"><failure message="m"/></testcase>
      <skipped message="s"/></testcase></testsuite>
      """
    #expect(try outcomes(xml) == [.skipped, .failed])
    #expect(try read(xml).details.map(\.message) == ["m", "s"])
  }

  @Test("a failure's message is its attribute, else its first line")
  func messages() throws {
    let full = try detail(
      "name='a' file='a.py' line='3'",
      "<failure message=' m ' type='T'>\n  one\n  two\n</failure><system-out>o1</system-out>"
        + "<system-err>o2</system-err>")
    #expect(full?.message == "m")
    #expect(full?.type == "T")
    #expect(full?.text == "  one\n  two")
    #expect(full?.output == "o1o2")
    #expect(full?.file == "a.py")
    #expect(full?.line == 3)
    #expect(try detail("", "<failure>\n\n  one\n two</failure>")?.message == "one")
    #expect(try detail("", "<failure message=''>one</failure>")?.message == "one")
    #expect(try detail("", "<failure/><system-out>\nsaid</system-out>")?.message == "said")
    #expect(try detail("", "<failure/>") == TestDetail())
    #expect(try detail("", "<skipped>why</skipped>")?.message == "why")
    #expect(try detail("", "<skipped/>") == nil)
    #expect(try detail("status='fail' message='m'", "")?.message == "m")
    #expect(try detail("", "<system-out>lots</system-out>") == nil)
    #expect(try detail("", "<failure message='\u{1B}[31mred\u{1B}[0m'/>")?.message == "red")
  }

  @Test("all failures of one test are kept in one text")
  func severalFailures() throws {
    let detail = try detail("", "<failure message='1'>one</failure><failure message='2'/>")
    #expect(detail?.message == "1")
    #expect(detail?.text == "one\n\n2")
  }

  @Test("reruns are attempts, with their time and text")
  func attempts() throws {
    let detail = try detail(
      "name='a'",
      """
      <flakyFailure message="m" time="1.5"><stackTrace>at f()</stackTrace><system-out>o</system-out>
      </flakyFailure><flakyError>boom</flakyError>
      """)
    #expect(
      detail?.attempts == [
        Attempt(outcome: .failed, duration: 1.5, message: "m", text: "at f()"),
        Attempt(outcome: .errored, message: "boom", text: "boom"),
      ])
    #expect(detail?.message == nil)
  }

  @Test("reruns of a passed test that nothing calls flaky are its text, and no attempts")
  func rerunsWithoutFailure() throws {
    let passed = try detail(
      "name='a'", "<rerunFailure message='1'>one</rerunFailure><rerunError message='2'/>")
    #expect(passed?.attempts == [])
    #expect(passed?.message == "1")
    #expect(passed?.text == "one\n\n2")
    let flaky = try detail("name='a'", "<rerunFailure/><flakyFailure message='1'/>")
    #expect(flaky?.attempts.count == 2)
  }

  @Test(
    "a suite that counts failures which no test of it shows is a blocking problem",
    arguments: [
      ("errors='1'", "<testcase/>", 1), ("failures='1'", "<testcase/><testcase/>", 1),
      ("errors='1'", "<testcase/><system-err>boom\nat x</system-err>", 1),
      ("failures='2'", "<testcase><failure/></testcase>", 0),
      ("failures='1'", "<testcase status='failed'/>", 0),
      ("failures='1'", "<testcase><flakyFailure/></testcase>", 0),
      ("errors='1'", "<testcase><skipped/></testcase>", 0),
      ("errors='2'", "<testcase><skipped/></testcase>", 1),
      ("errors='1'", "<error/><testcase/>", 1),
      ("failures='1'", "<testsuite failures='1'><testcase/></testsuite>", 1),
      ("failures='1'", "<testsuite><testcase><failure/></testcase></testsuite>", 0),
    ])
  func hiddenFailures(attributes: String, children: String, problems: Int) throws {
    let results = try read("<testsuite name='s' \(attributes)>\(children)</testsuite>")
    #expect(results.problems.map(\.code) == Array(repeating: .suiteError, count: problems))
    #expect(results.problems.allSatisfy { $0.isBlocking })
    if children.contains("boom") {
      #expect(
        results.problems.first?.message == "the suite `s` announces 1 failed but shows none: boom")
    }
  }

  @Test("Meson: a program that exited in error after its last point is no pass")
  func mesonExit() throws {
    func problems(_ log: String, _ children: String = "") throws -> [String] {
      try read(
        "<testsuites><testsuite name='p.t' errors='0'><testcase name='a'/>\(children)"
          + "<system-err>\(log)</system-err></testsuite></testsuites>"
      ).problems.map(\.message)
    }
    let exit = "\n(test program exited with status code 3)"
    #expect(try problems("noise\(exit)\n") == ["p.t: test program exited with status code 3"])
    #expect(try problems("noise\(exit)\nmore") == [])
    #expect(try problems(exit, "<testcase><failure/></testcase>") == [])
    #expect(try problems("noise") == [])
  }

  @Test("vstest: an error of the run, in the assembly's log alone, is no pass")
  func assemblyLog() throws {
    func problems(_ log: String, _ child: String = "") throws -> [String] {
      try read(
        "<testsuites><testsuite name='A.Tests.dll'><testcase name='a'>\(child)</testcase>"
          + "<system-out>x</system-out><system-err>\(log)</system-err></testsuite></testsuites>"
      ).problems.map(\.message)
    }
    let crash = "Error - The active test run was aborted. Reason: Test host process crashed"
    #expect(try problems("Warning - w\n\(crash)\n") == ["A.Tests.dll: \(crash)"])
    #expect(try problems("Error - [xUnit.net 00:00:01]  a [FAIL]", "<failure/>") == [])
    #expect(try problems("Error - a [FAIL]\n\(crash)", "<failure/>") == ["A.Tests.dll: \(crash)"])
    #expect(try problems("Warning - w") == [])
  }

  @Test(
    "Ginkgo: a suite that failed for a reason of its own is no pass",
    arguments: [
      ("false", "Interrupted by Timeout", "", ["s: Interrupted by Timeout"]),
      ("false", "Interrupted by Timeout", "<failure/>", ["s: Interrupted by Timeout"]),
      ("false", "", "", ["s: did not succeed"]), ("false", "", "<failure/>", []),
      ("true", "", "", []),
    ])
  func ginkgo(succeeded: String, reason: String, child: String, problems: [String]) throws {
    let results = try read(
      """
      <testsuites><testsuite name="s"><properties>
      <property name="SuiteSucceeded" value="\(succeeded)"></property>
      <property name="SpecialSuiteFailureReason" value="\(reason)"></property></properties>
      <testcase name="[It] a" status="passed">\(child)</testcase></testsuite></testsuites>
      """)
    #expect(results.problems.map(\.message) == problems)
    #expect(results.problems.allSatisfy { $0.isBlocking })
  }

  @Test(
    "the time of the run that unittest-xml-reporting writes is no part of a suite's name",
    arguments: [
      ("t.T-20261123134106", "t.T"), ("t.T-99991323134106", "t.T-99991323134106"),
      ("t.T20261123134106", "t.T20261123134106"), ("-20261123134106", "-20261123134106"),
      ("t.T-2026112313410", "t.T-2026112313410"), ("é-20261123134106", "é"),
    ])
  func timedSuite(name: String, kept: String) throws {
    let results = try read("<testsuite name='\(name)'><testcase/></testsuite>")
    #expect(results.suites.map(\.path) == [[kept]])
  }

  @Test("busted: the line of a test is no part of its class")
  func busted() throws {
    let xml = """
      <testsuites><testsuite name="NAME"><testcase classname="spec/a_spec.lua:12" name="a">
      <failure/></testcase><testcase classname="C" name="b"/></testsuite></testsuites>
      """
    let results = try read(xml.replacing("NAME", with: "Run 1 of 1"))
    #expect(results.tests.map { results.text.string($0.className) } == ["spec/a_spec.lua", "C"])
    #expect(results.details.map(\.line) == [12])
    let other = try read(xml.replacing("NAME", with: "Run of 1"))
    #expect(other.tests.map { other.text.string($0.className) } == ["spec/a_spec.lua:12", "C"])
  }

  @Test("GoogleTest: a list of tests is no run")
  func list() throws {
    let results = try read(
      """
      <testsuites tests="2" name="AllTests"><testsuite name="A" tests="2">
      <testcase name="x" file="a.cc" line="3"/><testcase name="y" file="a.cc" line="7"/>
      </testsuite></testsuites>
      """)
    #expect(results.tests.map(\.outcome) == [.skipped, .skipped])
    #expect(results.problems.map(\.isBlocking) == [true])
    let run = try read(
      "<testsuites tests='1' failures='0' time='0' name='AllTests'><testsuite><testcase/></testsuite>"
        + "</testsuites>")
    #expect(run.tests.map(\.outcome) == [.passed])
    #expect(run.problems.isEmpty)
  }

  @Test("EUnit: a skip that is a cancelled test is told", arguments: ["timeout", "setup_failed"])
  func cancelled(type: String) throws {
    let results = try read(
      "<testsuite><testcase name='m:3 t_test'><skipped type='\(type)'/></testcase></testsuite>")
    #expect(results.tests.map(\.outcome) == [.skipped])
    #expect(results.problems.map(\.message) == ["m:3 t_test: was cancelled (\(type))"])
    #expect(results.problems.allSatisfy { $0.isBlocking })
    let skip = "<testsuite><testcase><skipped type='pytest.skip'/></testcase></testsuite>"
    #expect(try read(skip).problems.isEmpty)
  }

  @Test("Eclipse: what a run that was stopped did not run to the end is skipped, and told")
  func incomplete() throws {
    let results = try read(
      """
      <testrun name="r" tests="3" started="2" ignored="0"><testsuite name="s" incomplete="true">
      <testcase name="a" time="1"/><testcase name="b" incomplete="true"/>
      <testcase name="c" incomplete="true"/></testsuite></testrun>
      """)
    #expect(results.tests.map(\.outcome) == [.passed, .skipped, .skipped])
    #expect(results.problems.map(\.code) == [.unterminated])
    #expect(results.problems.map(\.message) == ["2 tests did not run to the end"])
    #expect(results.problems.map(\.isBlocking) == [true])
  }

  @Test("an error of a suite is a blocking problem and no test")
  func suiteErrors() throws {
    let results = try read(
      """
      <testsuites><testsuite name="a" errors="1"><error message="setup failed"/></testsuite>
      <testsuite name="b" tests="1" errors="2"/>
      <testsuite name="c" failures="1"><testcase name="t"><failure/></testcase></testsuite>
      <testsuite name="d" failures="0"/></testsuites>
      """)
    #expect(results.tests.count == 1)
    #expect(results.problems.map(\.code) == [.suiteError, .suiteError])
    #expect(results.problems.allSatisfy { $0.isBlocking })
    #expect(results.problems.map(\.line) == [1, 2])
    #expect(results.problems.first?.message == "a: setup failed")
  }

  @Test(
    "a file without tests is read, with none",
    arguments: ["<testsuites/>", "<testsuite name='a' tests='0'/>", "<testsuites>\n</testsuites>"])
  func empty(xml: String) throws {
    #expect(summary(try read(xml)) == "")
  }

  @Test("bare repeats are attempts only where the suite's count leaves out just them")
  func reruns() throws {
    func joins(_ tests: Int, _ cases: String) throws -> Bool {
      let xml = "<testsuite name='pytest' tests='\(tests)'>\(cases)</testsuite>"
      return try read(xml).suites.first?.repeatsAreAttempts ?? false
    }
    let bare = "<testcase classname='c' name='a'/>"
    let failed = "<testcase classname='c' name='a'><failure/></testcase>"
    let dressed = "<testcase classname='c' name='a'><system-out>x</system-out></testcase>"
    let other = "<testcase classname='c' name='b'/>"
    #expect(try joins(2, bare + bare + bare + other))
    #expect(try joins(1, bare + bare + failed))
    #expect(try !joins(3, bare + bare + bare))
    #expect(try !joins(2, bare + bare + bare))
    #expect(try !joins(1, dressed + bare))
    #expect(try !joins(1, failed + bare))
    #expect(try !joins(1, bare + other))
    #expect(try !joins(1, "<testcase name='a'/><testcase classname='c' name='a'/>"))
  }

  @Test("a time that is no number is unknown, and said once")
  func times() throws {
    let results = try read(
      """
      <testsuite><testcase time="1,234.5"/><testcase time="NaN"/><testcase time="-1"/>
      <testcase time=""/><testcase duration="2"/><testcase time="x" duration="3"/></testsuite>
      """)
    #expect(results.tests.map(\.duration) == [1234.5, nil, nil, nil, 2, 3])
    #expect(
      results.problems.map(\.message) == [
        "the time \"NaN\" and 2 others is no number of seconds"
      ])
    #expect(results.problems.allSatisfy { !$0.isBlocking })
  }

  @Test(
    "a comma before three digits marks thousands where other times have points",
    arguments: [
      (["1,234"], [1.234]), (["1,234", "0.5"], [1234, 0.5]),
      (["0.5", "1,234", "2"], [0.5, 1234, 2]),
      (["1,234", "0,5"], [1.234, 0.5]), (["1,234", "7"], [1.234, 7]),
      (["1,234", "1,500.25"], [1234, 1500.25]),
    ])
  func commas(times: [String], seconds: [Double]) throws {
    let cases = times.map { "<testcase time='\($0)'/>" }.joined()
    #expect(try read("<testsuite>\(cases)</testsuite>").tests.map(\.duration) == seconds)
  }

  @Test("the newest time and the machine's facts come from the suites")
  func facts() throws {
    let results = try read(
      """
      <testsuites timestamp="2026-01-01T00:00:00"><testsuite hostname="ci-7" timestamp="2026-01-02T00:00:00Z">
      <properties><property name="java.version" value="21"/><property name="os.name" value="Linux"/>
      <property name="user.home" value="/root"/><property name="os.arch"/></properties>
      <testcase><properties><property name="os.arch" value="no"/></properties></testcase>
      </testsuite><testsuite hostname="ci-8" timestamp="yesterday"/></testsuites>
      """)
    #expect(results.environment == ["java": "21", "os": "Linux"])
    #expect(results.newestTime == TimeText.parse("2026-01-02T00:00:00Z"))
  }

  @Test("a class name that repeats is kept once")
  func classNames() throws {
    let results = try read(
      """
      <testsuite><testcase classname="abc" name="1"/><testcase classname="abc" name="2"/>
      <testcase classname="abd" name="3"/><testcase name="4"/></testsuite>
      """)
    #expect(results.text.bytes.count == 3 + 3 + 4)
    #expect(results.tests.map { results.text.string($0.className) } == ["abc", "abc", "abd", ""])
  }

  @Test("a name of any size is kept short, and apart from others that begin alike")
  func longNames() throws {
    let long = String(repeating: "é", count: 100_000)
    let results = try read(
      "<testsuite><testcase name='\(long)1'/><testcase name='\(long)2'/></testsuite>")
    let names = results.tests.map { results.text.string($0.name) }
    #expect(names[0] != names[1])
    #expect(names.allSatisfy { $0.utf8.count <= 4096 && $0.hasPrefix("éé") })
  }

  @Test("of a failure's text no more than its limit is kept")
  func longTexts() throws {
    let long = String(repeating: "line of output\n", count: 200_000)
    let detail = try detail("", "<failure>\(long)</failure><system-out>\(long)</system-out>")
    let kept = try #require(detail)
    #expect(kept.text.map { $0.utf8.count < TestDetail.textLimit + 100 } == true)
    #expect(kept.text?.hasSuffix("more bytes") == true)
    #expect(kept.output.map { $0.utf8.count <= 4096 } == true)
  }

  @Test("Bazel's output of a target goes to its only test")
  func suiteOutput() throws {
    let results = try read(
      """
      <testsuites><testsuite name="t"><testcase name="t"><error message="exited"/></testcase>
      <system-out>why</system-out></testsuite><testsuite name="u"><testcase name="u"/>
      <system-out>fine</system-out></testsuite></testsuites>
      """)
    #expect(results.details.map(\.output) == ["why"])
  }

  @Test("what is no report says what it is, also where the format is forced")
  func noReport() {
    func what(_ text: String) -> String? { #expect(throws: Problem.self) { try read(text) }?.what }
    #expect(what("")?.contains("empty") == true)
    #expect(what("<!DOCTYPE html><html><br></html>")?.contains("HTML page") == true)
    #expect(what("version https://git-lfs.github.com/spec/v1\n")?.contains("Git LFS") == true)
    #expect(what("<project/>")?.contains("<project>") == true)
    #expect(what("<testsuite>\n<<<<<<< HEAD\n</testsuite>")?.contains("unfinished merge") == true)
  }

  @Test("Playwright's project is a label and no host")
  func playwright() throws {
    let results = try read(
      """
      <testsuites id="" name=""><testsuite name="a.spec.ts" hostname="firefox">
      <testcase classname="a.spec.ts" name="t"/></testsuite></testsuites>
      """)
    #expect(results.suites.map(\.labels) == [Labels([("project", "firefox")])])
    #expect(results.environment.isEmpty)
  }

  @Test("a file that is cut off is an error with its place, and names the file")
  func cut() {
    let error = #expect(throws: Problem.self) { try read("<testsuite>\n<testcase name='a'>") }
    #expect(error?.path == "x")
    #expect(error?.line == 2)
  }
}

/// A generator that gives the same numbers on every machine (Knuth, MMIX).
private struct Numbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ (state >> 31)) &* 0x9E37_79B9_7F4A_7C15
  }
}

private let seeds = [
  """
  <?xml version="1.0" encoding="UTF-8"?>
  <testsuites name="r"><testsuite name="é€😀" tests="2" timestamp="2026-01-01T00:00:00">
  <properties><property name="os.name" value="Linux"/></properties>
  <testcase classname="c" name="a&lt;b&amp;c" time="1,234.5"><failure message="m">x<![CDATA[<y>]]]>&amp;</failure>
  <system-out><![CDATA[out]]></system-out></testcase><testcase name="n"><testcase name="o"/></testcase>
  <testcase name="f" status="fail"><flakyError type="t">z</flakyError></testcase></testsuite>
  <testsuite name="e" errors="1"><error>dead</error></testsuite></testsuites>
  <?xml version="1.0"?><testsuite><!-- c --><testcase name="p" file="f" line="1"><skipped/></testcase></testsuite>
  """,
  "<!DOCTYPE t [<!ENTITY e 'x'><!ELEMENT t ANY>]><testsuite><testcase name='&e;'/></testsuite>",
]

/// Pieces that make trouble where they land.
private let troubles: [[UInt8]] =
  [
    "<![CDATA[", "]]>", "<!--", "-->", "&", "&#0;", "&#x1F600;", "<", ">", "\"", "'", "<testcase>",
    "</testcase>", "<testsuite name='z'>", "</testsuite>", "<failure>", "<?xml version='1.0'?>",
    "<?",
    "time='1e999'", "\u{0}", "\u{1B}[31m", "\u{FEFF}", "xmlns:a='b'", "<a:testcase/>", "\r\n",
  ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80], [0xFF, 0xFE]]

@Suite struct JUnitPropertyTests {
  private static func mutated(_ seed: [UInt8], _ numbers: inout Numbers) -> [UInt8] {
    var bytes = seed
    for _ in 0..<Int.random(in: 1...6, using: &numbers) {
      let place = Int.random(in: 0...bytes.count, using: &numbers)
      let end = min(bytes.count, place + Int.random(in: 0...12, using: &numbers))
      switch Int.random(in: 0..<4, using: &numbers) {
      case 0: bytes.removeSubrange(place..<end)
      case 1: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 2: bytes.insert(contentsOf: troubles.randomElement(using: &numbers) ?? [], at: place)
      default:
        if place < bytes.count { bytes[place] = UInt8.random(in: .min ... .max, using: &numbers) }
      }
    }
    return bytes
  }

  private static func outcome(of bytes: [UInt8], piece: Int, block: Int) -> String {
    do {
      let reader = try XMLReader(Pieces(bytes, piece: piece), blockSize: block)
      return summary(try JUnit.read(reader))
    } catch {
      return "\(error)"
    }
  }

  @Test("whatever a file holds, it is read or refused, and the same however its bytes come")
  func mutations() {
    var numbers = Numbers(state: 7)
    for round in 0..<2000 {
      let bytes = JUnitPropertyTests.mutated(Array(seeds[round % seeds.count].utf8), &numbers)
      let whole = JUnitPropertyTests.outcome(of: bytes, piece: .max, block: 262_144)
      let piece = Int.random(in: 1...40, using: &numbers)
      let block = Int.random(in: 1...200, using: &numbers)
      let chunked = JUnitPropertyTests.outcome(of: bytes, piece: piece, block: block)
      guard chunked == whole else {
        Issue.record(
          "round \(round): \(whole)\n\(chunked)\n\(String(decoding: bytes, as: UTF8.self))")
        return
      }
    }
  }

  @Test("a file cut anywhere is refused")
  func cuts() {
    let xml =
      Array("<testsuites><testsuite name='é'><testcase name='a'>".utf8)
      + Array("<failure>x<![CDATA[y]]></failure></testcase></testsuite></testsuites>".utf8)
    for end in 0..<xml.count {
      #expect(throws: Problem.self) {
        try JUnit.read(InputFile(path: "x", bytes: Array(xml[..<end])))
      }
    }
  }
}
