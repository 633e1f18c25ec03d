import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct TRXTests {
  private func run(_ results: String, summary: String = "") -> InputFile {
    memory(
      """
      <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>\(results)
      </Results>\(summary)</TestRun>
      """)
  }

  @Test(
    "each outcome of the schema is what it says, and a test that never ended is an error",
    arguments: [
      ("Passed", Outcome.passed), ("Completed", .passed), ("Warning", .passed),
      ("PassedButRunAborted", .passed), ("Failed", .failed), ("NotExecuted", .skipped),
      ("NotRunnable", .skipped), ("Inconclusive", .skipped), ("Pending", .skipped),
      ("Error", .errored), ("Timeout", .errored), ("Aborted", .errored),
      ("Disconnected", .errored), ("InProgress", .errored), ("Skipped", .skipped),
    ])
  func outcomes(word: String, outcome: Outcome) throws {
    let results = try TRX.read(run("<UnitTestResult testName='a' outcome='\(word)'/>"))
    #expect(results.tests.map(\.outcome) == [outcome])
  }

  @Test("a test that holds others and failed alone is a blocking problem, else its parts tell")
  func parents() throws {
    func parent(_ outcome: String, inner: String) -> String {
      """
      <UnitTestResult testName="rows" outcome="\(outcome)" resultType="DataDrivenTest"><Output>
      <ErrorInfo><Message>clean-up broke</Message></ErrorInfo></Output><InnerResults>
      <UnitTestResult testName="rows" outcome="\(inner)" dataRowInfo="0"/></InnerResults>
      </UnitTestResult>
      """
    }
    let alone = try TRX.read(run(parent("Failed", inner: "Passed")))
    #expect(alone.tests.map(\.outcome) == [.passed])
    #expect(alone.problems.map(\.message) == ["rows: clean-up broke"])
    #expect(alone.problems.map(\.isBlocking) == [true])
    #expect(try TRX.read(run(parent("Failed", inner: "Failed"))).problems.isEmpty)
    #expect(try TRX.read(run(parent("Passed", inner: "Passed"))).problems.isEmpty)
  }

  @Test("rows of one name are told apart by their number, in whatever order they stand")
  func rows() throws {
    let text = [2, 0, 1].map {
      "<UnitTestResult testName='t' outcome='Passed' dataRowInfo='\($0)'/>"
    }
    let results = try TRX.read(
      run(
        """
        <UnitTestResult testName="t" outcome="Passed"><InnerResults>\(text.joined())</InnerResults>
        </UnitTestResult>
        """))
    let rows = results.tests.map { results.detail(of: $0)?.parameters }
    #expect(rows == ["row 2", "row 0", "row 1"])
  }

  @Test(
    "what the log repeats of failed tests does not block by itself",
    arguments: [
      ("Failed", "[xUnit.net 00:00:00.39]     Shop.Sums.Adds [FAIL]", 0),
      ("Passed", "[xUnit.net 00:00:00.39]     Shop.Sums.Adds [FAIL]", 1),
      ("Failed", "Exit code indicates failure: '2'. See the manual.", 0),
      ("Failed", "Exit code indicates failure: '8'. See the manual.", 1),
    ])
  func echoes(outcome: String, text: String, problems: Int) throws {
    let summary = """
      <ResultSummary outcome="Failed"><RunInfos><RunInfo outcome="Error"><Text>\(text)</Text></RunInfo>
      </RunInfos></ResultSummary>
      """
    let results = try TRX.read(
      run("<UnitTestResult testName='a' outcome='\(outcome)'/>", summary: summary))
    #expect(results.problems.count == problems)
  }

  @Test("a name that begins with its class loses it")
  func names() throws {
    let definitions = """
      <TestDefinitions><UnitTest id="1"><TestMethod className="N.Sums"/></UnitTest></TestDefinitions>
      """
    let results = try TRX.read(
      run(
        "<UnitTestResult testId='1' testName='N.Sums.Adds(a: 1)' outcome='Passed'/>"
          + "<UnitTestResult testId='1' testName='N.SumsMore' outcome='Passed'/>",
        summary: definitions))
    #expect(results.tests.map { results.text.string($0.name) } == ["Adds(a: 1)", "N.SumsMore"])
  }

  @Test("a class keeps the types in its brackets and loses its assembly")
  func classNames() throws {
    let summary = """
      <TestDefinitions><UnitTest id="1"><TestMethod
      className="N.Box`1[[System.Int32, mscorlib, Version=4.0.0.0]], N, Version=1.0.0.0"/></UnitTest>
      </TestDefinitions>
      """
    let results = try TRX.read(
      run("<UnitTestResult testId='1' testName='a' outcome='Passed'/>", summary: summary))
    let name = results.tests.first.map { results.text.string($0.className) }
    #expect(name == "N.Box`1[[System.Int32, mscorlib, Version=4.0.0.0]]")
  }

  @Test(
    "a stack trace's place is found in the runner's language and in Mono's form",
    arguments: [
      ("   at N.C.M() in C:\\src\\A.cs:line 16", "C:\\src\\A.cs", 16),
      (
        "   at N.C.M(Int32 a) in C:\\Program Files (x86)\\A.cs:line 7",
        "C:\\Program Files (x86)\\A.cs", 7
      ),
      ("   bei N.C.M(String p) in C:\\src\\A.cs:Zeile 27.", "C:\\src\\A.cs", 27),
      ("   à N.C.M() dans /src/A.cs:ligne 3", "/src/A.cs", 3),
      ("   在 N.C.M() 位置 C:\\src\\A.cs:行号 9", "C:\\src\\A.cs", 9),
      ("  at N.C.M (System.String p) [0x00009] in /src/A.cs:58 ", "/src/A.cs", 58),
      ("System.Exception: at (5): no\n   at N.C.M() in /A.cs:line 1\n", "/A.cs", 1),
    ])
  func places(stack: String, file: String, line: Int) {
    let place = DotNetStack.place(stack)
    #expect(place.0 == file && place.1 == line)
  }

  @Test(
    "a stack trace without a source has no place",
    arguments: [
      "   at N.C.M()", "at N.C.M () [0x00000] in <f7b9943e>:0", "", ") : 5",
      "at N.C.M() in C:\\src\\A.cs",
    ])
  func noPlaces(stack: String) {
    let place = DotNetStack.place(stack)
    #expect(place.0 == nil && place.1 == nil)
  }
}
