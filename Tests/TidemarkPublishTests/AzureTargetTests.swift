internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSinks
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct AzureTargetTests {
  @Test(
    "a web token is a bearer, anything else a password",
    arguments: [
      ("eyJhbGciOi.eyJzdWIi.c2ln", "Bearer eyJhbGciOi.eyJzdWIi.c2ln"), ("pat", "Basic OnBhdA=="),
      ("eyJ-no-token", "Basic OmV5Si1uby10b2tlbg=="),
    ])
  func authorization(token: String, header: String) {
    #expect(AzureTarget.authorization(token) == header)
  }

  @Test(
    "a text in a command ends neither it nor its property, and begins none",
    arguments: [
      ("a;b]c%d", "a%3Bb%5Dc%AZP25d"), ("##vso[x]y", "#\u{2060}#vso[x%5Dy"),
      ("a\nb\rc", "a b c"), ("%0A", "%AZP250A"), ("%AZP25", "%AZP25AZP25"),
    ])
  func escaped(text: String, escaped: String) { #expect(AzureLog.escaped(text) == escaped) }

  @Test("a pause that a good answer asks for is kept before the next request")
  func pause() async throws {
    let rest = (name: "Retry-After", value: "9")
    let outlet = FakeOutlet([.success(.json("{}", headers: [rest])), .success(.json("{}"))])
    let client = try outlet.client(rates: .azure)
    for _ in 0..<3 { try await client.perform(Call.azure(.get, "/x")) }
    #expect(outlet.waits == [9])
    let github = FakeOutlet([.success(.json("{}", headers: [rest]))])
    let other = try github.client()
    for _ in 0..<2 { try await other.perform(Call(.get, "/x")) }
    #expect(github.waits.isEmpty)
    let long = FakeOutlet([
      .success(.json("{}", headers: [(name: "Retry-After", value: "900")]))
    ])
    let third = try long.client(rates: .azure)
    try await third.perform(Call.azure(.get, "/x"))
    await #expect(throws: Failure.self) { try await third.perform(Call.azure(.get, "/x")) }
  }

  @Test("an alert's mark survives in a description that a server has rewritten")
  func carrier() throws {
    let publication = try Publication(
      SampleReport.report(branch: "main"), key: "main", facts: TestedRun(), folder: "")
    let alert = try #require(AlertPlan(publication).standing.first)
    let html = AlertCarrier.html(of: alert.body)
    #expect(!html.contains("<!--") && !html.contains("<script"))
    let rewritten = "<div>" + html.replacing("<p>", with: "<p style=\"x\">\n") + "</div><br>"
    let carrier = try #require(AlertCarrier(in: rewritten))
    #expect(carrier.mark == AlertMark(inBody: alert.body))
    #expect(carrier.digest == AlertCarrier.digest(of: alert.body))
    var mark = carrier.mark
    mark.isOver = true
    let closed = AlertCarrier.replacing(mark, in: rewritten)
    #expect(AlertCarrier(in: closed)?.mark == mark)
    #expect(closed.hasSuffix("</div><br>") && closed.ranges(of: "tidemark:alert ").count == 1)
  }

  @Test(
    "no other text is a mark",
    arguments: [
      "", "tidemark:alert", "tidemark:alert a b", "tidemark:alert a b v1",
      "x tidemark:alert a b v2 run=1 attempt=1",
    ])
  func noCarrier(text: String) { #expect(AlertCarrier(in: text) == nil) }
}

@Suite struct JUnitResultsTests {
  private func read(_ body: String, limit: Int = 100) throws(Problem) -> [PublishedResult] {
    try JUnitResults.read(
      Array("<testsuites><testsuite name=\"S\">\(body)</testsuite></testsuites>".utf8),
      limit: limit)
  }

  @Test("what `report` writes is read as it was")
  func own() throws {
    let report = SampleReport.report(failing: 3)
    let file = try #require(try JUnitFile.render(report, options: SinkOptions()).files.first)
    let results = try JUnitResults.read(file.bytes, limit: 10)
    #expect(results.count == 3 && results.allSatisfy { $0.outcome == .failed })
    #expect(results.map(\.name).sorted() == ["test 0", "test 1", "test 2"])
    #expect(results[0].message.contains("expected"))
  }

  @Test("failures win over skips, and texts go where they belong")
  func outcomes() throws {
    let results = try read(
      """
      <testcase classname="C" name="a" time="1.5"/>
      <testcase name="b"><skipped>why</skipped><failure message="m">text</failure></testcase>
      <testcase name="c"><error message="e"/><skipped message="s"/></testcase>
      <testcase name="d"><skipped message="s"/><system-out>o</system-out><system-err>e</system-err></testcase>
      <testcase name="e" time="-1"><rerunFailure message="x">no</rerunFailure></testcase>
      """)
    #expect(results.map(\.outcome) == [.passed, .failed, .failed, .skipped, .passed])
    #expect(results[0].duration == 1.5 && results[0].className == "C")
    #expect(results[1].message == "m" && results[1].text == "text")
    #expect(results[2].message == "e" && results[3].message == "s" && results[3].output == "oe")
    #expect(results[4].duration == 0 && results[4].text.isEmpty)
  }

  @Test("too many tests, and texts without end, are bounded")
  func bounds() throws {
    #expect(throws: Problem.self) {
      try self.read(String(repeating: "<testcase name=\"a\"/>", count: 11), limit: 10)
    }
    let long = String(repeating: "x", count: 200_000)
    let result = try #require(
      try read(
        "<testcase name=\"\(long)\"><failure message=\"\(long)\">\(long)</failure></testcase>"
      )
      .first)
    for text in [result.name, result.message, result.text] {
      #expect(text.utf8.count == JUnitResults.textLimit)
    }
  }

  @Test("no entity is expanded, and elements in the wrong place are no test's")
  func hostile() throws {
    let bomb =
      "<!DOCTYPE a [<!ENTITY x \"lol\"><!ENTITY y \"&x;&x;\">]><testsuites><testsuite name=\"S\">"
      + "<testcase name=\"t\"><failure>&y;</failure></testcase></testsuite></testsuites>"
    let results = try? JUnitResults.read(Array(bomb.utf8), limit: 10)
    #expect(!(results?.first?.text.contains("lol") ?? false))
    let stray = try read("<failure message=\"x\"/><system-out>x</system-out><testcase name=\"a\"/>")
    #expect(stray.map(\.outcome) == [.passed] && stray[0].output.isEmpty)
  }
}
