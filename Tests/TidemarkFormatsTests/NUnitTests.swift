import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct NUnitTests {
  @Test("NUnit 2: a fixture that failed without a word is no pass although its tests are")
  func silentTearDown() throws {
    func suite(_ name: String, _ test: String) -> String {
      """
      <test-suite type="TestFixture" name="\(name)" executed="True" result="Failure" success="False">
      <results><test-case name="N.\(name).X" executed="True" result="\(test)"/></results></test-suite>
      """
    }
    let text = """
      <test-results name="a.dll"><test-suite type="Assembly" name="a.dll" result="Failure"><results>
      \(suite("Tears", "Success"))\(suite("Fails", "Failure"))</results></test-suite></test-results>
      """
    let results = try NUnit2.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.passed, .failed])
    #expect(results.problems.map(\.message) == ["Tears: failed, and none of its tests did"])
    #expect(results.problems.map(\.isBlocking) == [true])
  }

  @Test(
    "NUnit 3: the run that failed although no test did is told once, and by its innermost suite")
  func claims() throws {
    let text = """
      <test-run result="Failed"><test-suite type="Assembly" name="a.dll" result="Failed" site="Child">
      <failure><message>One or more child tests had errors</message></failure>
      <test-suite type="TestFixture" name="F" fullname="N.F" result="Failed" site="Child">
      <failure><message>One or more child tests had errors</message></failure>
      <test-case name="a" fullname="N.F.a" result="Passed"/></test-suite></test-suite></test-run>
      """
    let results = try NUnit3.read(memory(text))
    #expect(results.problems.map(\.message) == ["N.F: failed, and none of its tests did"])
    let told = text.replacing("result=\"Passed\"", with: "result=\"Failed\"")
    #expect(try NUnit3.read(memory(told)).problems.isEmpty)
  }

  @Test("NUnit 3: a list of tests (--explore) is no run of them")
  func explored() throws {
    let text = """
      <test-run id="0" runstate="Runnable" testcasecount="1"><test-suite type="TestFixture" name="F"
      runstate="Runnable"><test-case name="a" fullname="N.F.a" runstate="Runnable" seed="1"/>
      </test-suite></test-run>
      """
    let results = try NUnit3.read(memory(text))
    #expect(results.tests.map(\.outcome) == [.skipped])
    #expect(results.problems.map(\.message) == ["1 tests are listed without a result"])
  }

  @Test(
    "NUnit 2: dots in a test case's own name are not its class's",
    arguments: [
      ("N.Sums.with.dots", "N.Sums", "with.dots"), ("Sums.a", "Sums", "a"),
      ("N.MySums.a", "N.MySums", "a"),
      ("N.Sums.Case(\"a.b(c)\",1)", "N.Sums", "Case(\"a.b(c)\",1)"),
    ])
  func classes(full: String, className: String, name: String) throws {
    let written = full.replacing("\"", with: "&quot;")
    let text = """
      <test-results><test-suite type="TestFixture" name="Sums"><results>
      <test-case name="\(written)" executed="True" result="Success"/></results></test-suite>
      </test-results>
      """
    let results = try NUnit2.read(memory(text))
    let test = try #require(results.tests.first)
    #expect(results.text.string(test.className) == className)
    #expect(results.text.string(test.name) == name)
  }

  @Test("a test's suite is its assembly, not the project that the assembly stands in")
  func assemblies() throws {
    let text = """
      <test-run><test-suite type="TestSuite" name="workspace"><test-suite type="Assembly"
      name="/build/Editor.dll"><test-case name="a" fullname="N.F.a" result="Passed"/></test-suite>
      </test-suite></test-run>
      """
    #expect(try NUnit3.read(memory(text)).suites.map(\.path) == [["Editor.dll"]])
  }

  @Test("a set-up that failed is told once, not by the suites that it took down")
  func takenDown() throws {
    let failure = "<failure><message>OneTimeSetUp: no till</message></failure>"
    let text = """
      <test-run result="Failed"><test-suite type="SetUpFixture" name="Till" result="Failed"
      site="SetUp">\(failure)<test-suite type="TestFixture" name="Sums" result="Failed"
      site="Parent">\(failure)</test-suite></test-suite>
      <test-suite type="TestFixture" name="Old" result="Failed">\(failure)
      <test-case name="a" fullname="Old.a" result="Failed"/></test-suite></test-run>
      """
    let messages = try NUnit3.read(memory(text)).problems.map(\.message)
    #expect(messages == ["Till: OneTimeSetUp: no till", "Old: OneTimeSetUp: no till"])
  }
}
