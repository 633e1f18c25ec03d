import Testing
import TidemarkModel
import TidemarkReport
import TidemarkSyntax

@testable import TidemarkSite

@Suite struct SiteContextTests {
  private func context(_ report: Report = SampleReports.allFine()) throws -> SiteContext {
    try SiteContext(report: report, theme: Theme(), options: SiteOptions())
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .text(let text): text
    case .html(let bytes): String(decoding: bytes, as: UTF8.self)
    default: ""
    }
  }

  @Test(
    "a sentence of the report shows its names as code, and its text as text",
    arguments: [
      ("1 regression: `a<b`", "1 regression: <code>a&lt;b</code>"), ("rose", "Rose"),
      ("a ` b", "A ` b"), ("`x` and `y", "<code>x</code> and `y"), ("", ""),
      ("two\nlines", "Two lines"),
    ])
  func prose(sentence: String, markup: String) throws {
    #expect(text(try context().prose(sentence)) == markup)
  }

  @Test("a name may break where its parts meet")
  func breakable() throws {
    #expect(text(try context().breakable("a/b_c::d<e>.")) == "a/<wbr>b_<wbr>c::<wbr>d&lt;e&gt;.")
    #expect(text(try context().breakable("plain")) == "plain")
  }

  @Test("of a message that begins with a place alone, what happened is shown")
  func messages() throws {
    let context = try context()
    #expect(
      context.firstLine(
        TestDetail(message: "tests/a.cpp:53\nValue of: ok()\n  Actual: false\nExpected: true"))
        == "Value of: ok() Actual: false Expected: true")
    #expect(context.firstLine(TestDetail(message: "tests/a.cpp:53")) == "tests/a.cpp:53")
    #expect(context.firstLine(TestDetail(message: "\n  expected 3\ngot 4")) == "expected 3")
    #expect(context.firstLine(TestDetail(text: "only a text")) == "only a text")
    #expect(context.firstLine(nil) == nil)
  }

  @Test("an interval without width is not shown")
  func effects() throws {
    var series = try #require(SampleReports.rich().series.first { $0.state == .regressed })
    series.changePercent = 7.8
    series.changeLow = 7.8
    series.changeHigh = 7.8
    #expect(try context().effect(series)?.contains("(") == false)
    series.changeLow = -1.25
    series.changeHigh = 16
    #expect(try context().effect(series)?.hasSuffix("(\u{2212}1.2 to +16.0)") == true)
    series.changePercent = -20
    series.changeLow = -30
    series.changeHigh = -10
    #expect(try context().effect(series)?.hasSuffix("(10.0 to 30.0)") == true)
  }

  @Test("a commit shows its first seven digits, another name is cut in its middle")
  func commits() {
    #expect(shortCommit("0123456789abcdef") == "0123456")
    #expect(shortCommit("release/2.0") == "release/2.0")
    #expect(shortCommit(String(repeating: "x", count: 99)).count == 24)
  }
}
