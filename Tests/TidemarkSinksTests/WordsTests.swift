internal import Testing
internal import TidemarkModel
internal import TidemarkReport

@testable internal import TidemarkSinks

@Suite struct WordsTests {
  @Test("the direction's word fits the quantity")
  func directions() {
    var series = SampleReport.series(1, "x", state: .regressed, value: 1)
    #expect(Words.change(of: series) == "12.4\u{A0}% slower (9.8 to 15.1)")
    series.changePercent = -12.42
    series.changeLow = -15.1
    series.changeHigh = -9.8
    #expect(Words.change(of: series) == "12.4\u{A0}% faster (9.8 to 15.1)")
    series.identity.quantity = .bytes
    #expect(Words.change(of: series) == "12.4\u{A0}% smaller (9.8 to 15.1)")
    series.identity.quantity = .rate
    series.direction = .higher
    #expect(Words.change(of: series) == "12.4\u{A0}% lower (9.8 to 15.1)")
    series.changePercent = nil
    #expect(Words.change(of: series) == nil)
  }

  @Test(
    "values are shown in a unit that reads well",
    arguments: [
      (12_400_000, Unit(text: "ns", quantity: .time, scale: 1e-9), "12.4\u{A0}ms"),
      (0.5, Unit(text: "s", quantity: .time, scale: 1), "500\u{A0}ms"),
      (104_857_600, Unit(text: "B", quantity: .bytes, scale: 1), "100\u{A0}MiB"),
      (0, Unit(text: "s", quantity: .time, scale: 1), "0\u{A0}ns"),
      (0.913, Unit(text: "", quantity: .score, scale: 1), "0.913"),
      (3, Unit(text: "widgets", quantity: .other("widgets"), scale: 1), "3.00\u{A0}widgets"),
    ])
  func values(value: Double, unit: Unit, text: String) {
    #expect(DisplayUnit(for: unit, largest: abs(value)).text(value) == text)
  }
}
