import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct RobotMessageTests {
  /// As `rebot --merge` writes it of a test with these runs, newest first.
  private func merged(_ runs: [(status: String, message: String)]) -> String {
    let parts = runs.enumerated().map { index, run in
      let age = index == 0 ? "New" : "Old"
      let told = run.message.isEmpty ? "" : "<span>\(age) message:</span> \(run.message)<br>"
      return "<span class=\"x\">\(age) status:</span> <span>\(run.status)</span><br>\(told)"
    }
    let head = "*HTML* <span class=\"merge\">Test has been re-executed and results merged.</span>"
    return ([head] + parts).joined(separator: "<hr>")
  }

  @Test("a merged test has its earlier runs as attempts, oldest first")
  func merges() {
    let message = RobotMessage(
      merged([("PASS", ""), ("FAIL", "1 &lt; 2 &amp;&amp; no"), ("SKIP", "later<br>on")]))
    #expect(message.text == nil)
    #expect(message.attempts.map(\.outcome) == [.skipped, .failed])
    #expect(message.attempts.map(\.text) == ["later\non", "1 < 2 && no"])
  }

  @Test("output.xml and output.json tell the runs before alike, and the test is flaky")
  func outputs() throws {
    let markup = merged([("PASS", ""), ("FAIL", "no till")])
    let escaped = markup.replacing("<", with: "&lt;")
    let xml = """
      <robot generator="Rebot 7"><suite name="S"><test name="a"><status status="PASS"
      elapsed="0.1">\(escaped)</status></test></suite></robot>
      """
    let json = """
      {"generator":"Rebot 7.4","suite":{"name":"S","tests":[{"name":"a","status":"PASS","message":"\
      \(markup.replacing("\"", with: "\\\""))","elapsed_time":0.1}]}}
      """
    for text in [xml, json] {
      let results = try Robot.read(memory(text))
      let test = try #require(results.tests.first)
      let detail = try #require(results.detail(of: test))
      #expect(test.outcome == .passed && detail.message == nil)
      #expect(detail.attempts.map(\.message) == ["no till"])
    }
  }

  @Test(
    "markup is read as text, and what is none stays",
    arguments: [
      ("plain <b> & all", "plain <b> & all"), ("*HTML* <b>bold</b> &lt;x&gt;", "bold <x>"),
      ("*HTML*", nil), ("*HTML* cut <b", "cut"), ("*HTML* a<hr>b<br>c", "a\nb\nc"), (nil, nil),
      ("*HTML* <hr>New status: <hr>Old status:", nil), ("*HTML* New status", "New status"),
    ] as [(String?, String?)])
  func markup(message: String?, text: String?) {
    #expect(RobotMessage(message).text == text)
  }
}
