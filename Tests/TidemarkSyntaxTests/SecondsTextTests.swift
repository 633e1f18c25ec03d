import Testing

@testable import TidemarkSyntax

private func read(_ text: String) -> SecondsText.Reading {
  Array(text.utf8).withUnsafeBufferPointer { SecondsText.read(XMLText($0)) }
}

@Suite struct SecondsTextTests {
  @Test(
    "each form of seconds that reports use is read",
    arguments: [
      ("12", 12), ("0.5", 0.5), (".5", 0.5), ("0.", 0), ("6e-05", 6e-05), ("+1.5E2", 150),
      ("1,234.56", 1234.56), ("1,234,567.5", 1_234_567.5),
      ("1,234,567", 1_234_567), ("1:02:03", 3723), ("02:03.5", 123.5), (" 1.5\n", 1.5), ("-0", 0),
      ("0.000123456789012345678", 0.000123456789012345678),
      ("1234567890123456789", 1.2345678901234568e18), ("1.5s", 1.5), ("12 ms", 0.012),
      ("250µs", 0.00025), ("1m2.5s", 62.5), ("1h 2m 3s", 3723), ("PT0.25S", 0.25),
      ("PT1H1.5S", 3601.5), ("1,5 s", 1.5), ("2 seconds", 2),
    ])
  func forms(text: String, seconds: Double) {
    #expect(read(text) == .seconds(seconds))
  }

  @Test(
    "a decimal comma is told, and whether it may be a mark of thousands",
    arguments: [
      ("1.234,56", 1234.56, true), ("0,005", 0.005, true), ("12,5", 12.5, true),
      ("1,234", 1.234, false), ("123,456", 123.456, false), ("1234,567", 1234.567, true),
    ])
  func commas(text: String, seconds: Double, isCertain: Bool) {
    #expect(read(text) == .comma(seconds, isCertain: isCertain))
  }

  @Test(
    "what is no number of seconds is unknown",
    arguments: [
      "-1.5", "1e400", "NaN", "Infinity", "0x10", "1.2.3", "٣", "12 parsecs", "s", "1.5s s", "PT",
      "-1s", "1s-2s", "1_000", "time", "1e",
      "e5",
      ".", "-", "1:60", "1:2:3:4", ":5", "1,2,3", "1,23.4,5", "--1", "1.5.",
      "99999999999999999999e999",
    ])
  func unknown(text: String) {
    #expect(read(text) == .unknown)
  }

  @Test("blanks say nothing", arguments: ["", " ", "\t\n"])
  func blank(text: String) {
    #expect(read(text) == .blank)
  }

  @Test("a decimal is the double that Swift reads")
  func sameAsStandardLibrary() {
    var state: UInt64 = 42
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let digits = String(state >> (state & 31))
      let point = Int(state >> 33) % (digits.count + 1)
      var text = digits
      text.insert(".", at: text.index(text.startIndex, offsetBy: point))
      if state & 64 != 0 { text += "e\(Int(state >> 40) % 30 - 15)" }
      let expected = Double(
        (point == 0 ? "0" : "") + text.replacing(".e", with: ".0e")
          + (text.hasSuffix(".") ? "0" : ""))
      #expect(
        Array(text.utf8).withUnsafeBufferPointer { DecimalText.parse($0) } == expected, "\(text)")
    }
  }
}
