import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct TestNGTests {
  private func results(_ methods: String) throws -> Results {
    try TestNG.read(
      memory(
        """
        <testng-results total="9"><suite name="S"><test name="T"><class name="C">\(methods)</class>
        </test></suite></testng-results>
        """))
  }

  @Test("attempts that were retried are the test's that ends them, and reports show it once")
  func retries() throws {
    let read = try results(
      """
      <test-method status="SKIP" retried="true" name="pays" duration-ms="10" is-config="false">
      <params><param index="0"><value>Order@1b2c3d</value></param></params>
      <exception class="E"><message>no 1</message></exception></test-method>
      <test-method status="PASS" name="pays" duration-ms="20"><params><param index="0">
      <value>Order@aa11bb</value></param></params></test-method>
      <test-method status="FAIL" name="fails" duration-ms="1"/>
      <test-method status="SKIP" retried="true" name="fails" duration-ms="1"/>
      <test-method status="SKIP" retried="true" name="orphan" duration-ms="1"/>
      """)
    #expect(read.tests.map(\.role) == [.parent, .test, .test, .parent, .test])
    let attempts = read.tests.map { read.detail(of: $0)?.attempts.map(\.message) ?? [] }
    #expect(attempts == [[], ["no 1"], [nil], [], []])
    #expect(read.detail(of: read.tests[1])?.attempts.map(\.outcome) == [.failed])
  }

  @Test(
    "a data provider that threw is a blocking problem, what skipped for another reason none",
    arguments: [
      ("java.lang.RuntimeException", "", 1), ("org.testng.SkipException", "", 0),
      ("java.lang.Throwable", "", 0),
      ("java.lang.RuntimeException", "<params><param><value>1</value></param></params>", 0),
    ])
  func providers(exception: String, params: String, problems: Int) throws {
    let read = try results(
      """
      <test-method status="SKIP" name="a" data-provider="rows">\(params)<exception class="\(exception)">
      <message>broke</message></exception></test-method>
      """)
    #expect(read.tests.map(\.outcome) == [.skipped])
    #expect(read.problems.map(\.message) == Array(repeating: "a: broke", count: problems))
  }

  @Test("instances have their names, and methods keep theirs")
  func instances() throws {
    let read = try results(
      """
      <test-method status="PASS" name="BOX" test-instance-name="BOX" signature="opens()[pri:0]"/>
      <test-method status="PASS" name="shuts" test-instance-name="BOX" signature="shuts()[pri:0]">
      <exception class="Expected"><message>as expected</message></exception></test-method>
      """)
    #expect(read.tests.map { read.text.string($0.name) } == ["opens", "shuts"])
    #expect(read.tests.map { read.detail(of: $0)?.parameters } == ["BOX", "BOX"])
    #expect(read.tests.map { read.detail(of: $0)?.message } == [nil, nil])
  }

  @Test(
    "a file whose suites are in files of their own is no pass",
    arguments: [("3", "0", 1), ("26", "26", 0), ("0", "0", 0), ("x", "y", 0)])
  func fragments(total: String, ignored: String, problems: Int) throws {
    let text = """
      <testng-results total="\(total)" ignored="\(ignored)"><suite name="S" url="S.xml"/>
      </testng-results>
      """
    let read = try TestNG.read(memory(text))
    #expect(read.tests.isEmpty && read.problems.count == problems)
  }
}
