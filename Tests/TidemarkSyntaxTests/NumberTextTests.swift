import Foundation
import Testing
import TidemarkSyntax

@Suite struct NumberTextTests {
  @Test(
    "exact numbers read back as the same double",
    arguments: [
      0, 1, -1, 0.1, 1e-300, 1e300, 123456789.125, Double.leastNonzeroMagnitude,
      9_007_199_254_740_994,
    ])
  func exactReadsBack(value: Double) throws {
    let text = try #require(NumberText.exact(value))
    #expect(Double(text) == value)
  }

  @Test("whole numbers have no fraction, and what is not finite has no text")
  func exactForms() {
    #expect(NumberText.exact(12) == "12")
    #expect(NumberText.exact(-0.0) == "0")
    #expect(NumberText.exact(.nan) == nil)
    #expect(NumberText.exact(.infinity) == nil)
  }

  @Test(
    "three significant figures, thousands in groups",
    arguments: [
      (12.44, "12.4"), (0.0012345, "0.00123"), (1240, "1,240"), (9.996, "10.0"), (999.6, "1,000"),
      (0, "0"), (-12.44, "-12.4"), (1_234_567, "1,234,567"), (0.5, "0.500"),
    ] as [(Double, String)])
  func significant(value: Double, text: String) { #expect(NumberText.significant(value) == text) }

  @Test(
    "a change has its sign, and is never shown as more exact than a tenth of a percent",
    arguments: [
      (3.14159, "+3.1\u{A0}%"), (-12.44, "\u{2212}12.4\u{A0}%"), (0.04, "<0.1\u{A0}%"),
      (0, "0\u{A0}%"), (1234.5, "+1,234\u{A0}%"), (134.4, "+134\u{A0}%"),
    ] as [(Double, String)])
  func percentChange(value: Double, text: String) {
    #expect(NumberText.percentChange(value) == text)
  }

  @Test("plain decimals have no exponent and no trailing zeros")
  func decimals() {
    #expect(NumberText.decimal(0.0001230, digits: 9) == "0.000123")
    #expect(NumberText.decimal(1e-12, digits: 6) == "0")
    #expect(NumberText.decimal(-0.0000001, digits: 3) == "0")
    #expect(NumberText.fixed(1.5, digits: 3) == "1.500")
  }

  @Test("fixed decimals are those of printf, whatever their size")
  func fixedAgreesWithPrintf() {
    var state: UInt64 = 7
    for _ in 0..<20_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let exponent = Double(state >> 60) - 8
      let value = (Double(state >> 11) / 9_007_199_254_740_992 - 0.5) * pow(10, exponent)
      let digits = Int(state >> 40 & 7)
      #expect(NumberText.fixed(value, digits: digits) == String(format: "%.\(digits)f", value))
    }
    for (value, digits) in [(0.5, 0), (1.5, 0), (0.125, 2), (9.995, 2), (-0.04, 1), (0, 3)] {
      #expect(NumberText.fixed(value, digits: digits) == String(format: "%.\(digits)f", value))
    }
  }

  @Test("a probability below a thousandth is said to be so")
  func probabilities() {
    #expect(NumberText.probability(0.0021) == "0.002")
    #expect(NumberText.probability(0.0009) == "<0.001")
  }
}

@Suite struct TimeTextTests {
  @Test(
    "the forms that reports write are one moment",
    arguments: [
      "2026-11-23T13:08:05Z", "2026-11-23T13:08:05+00:00", "2026-11-23 13:08:05",
      "2026-11-23T13:08:05 UTC", "2026-11-23T15:08:05+02:00", "2026-11-23T15:08:05+0200",
      "2026-11-23T13:08:05.000000", " 2026-11-23T13:08:05Z ", "2026-11-23T08:08:05-05:00",
      "2026-11-23T15:08:05GMT+02:00", "2026-11-23T 13:08:05",
    ])
  func forms(text: String) {
    #expect(TimeText.parse(text).map(TimeText.rfc3339) == "2026-11-23T13:08:05Z")
  }

  @Test(
    "what is no time is none",
    arguments: [
      "", "yesterday", "2026-13-01", "2026-02-29", "2026-04-31", "2026-11-23T25:00:00Z",
      "2026-11-23T10:00:00Zoo", "0001-01-01", "2026-11-23T10:00:00GMTx", "2026-11-23T",
    ])
  func refused(text: String) { #expect(TimeText.parse(text) == nil) }

  @Test(
    "days of all kinds of years read back",
    arguments: [
      "1970-01-01T00:00:00Z", "2000-02-29T23:59:59.123Z", "2024-12-31T12:00:00Z",
      "2100-03-01T00:00:00Z", "1999-12-31T23:59:59Z",
    ])
  func readsBack(text: String) { #expect(TimeText.parse(text).map(TimeText.rfc3339) == text) }

  @Test("an age is told in its largest unit")
  func ages() {
    #expect(TimeText.age(seconds: 59) == "59 s")
    #expect(TimeText.age(seconds: 3 * 3600) == "3 h")
    #expect(TimeText.age(seconds: 41 * 86400) == "41 days")
  }
}
