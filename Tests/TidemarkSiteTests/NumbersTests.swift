import Testing
import TidemarkSyntax

@testable import TidemarkSite

@Suite struct NumbersTests {
  private static let numbers: [Double] = {
    var rule = SampleReports.Rule(11)
    var numbers: [Double] = [
      0, 1, -1, 0.1, 0.01, 0.001, 9.995, 99.95, 999.5, 9.994, 0.0999, 0.9999, 1000, 999_999, 1e6,
      0.05,
      12.45, 12.35, -12.4, 1e-9, 1e300, .infinity, .nan, 0.09, 0.9, 9, 90, 900, 0.0944, 99.949,
    ]
    for _ in 0..<20_000 {
      let size = Double(Int(rule.next() * 14) - 5)
      var power = 1.0
      for _ in 0..<Int(abs(size)) { power *= size < 0 ? 0.1 : 10 }
      numbers.append((rule.next() * 2 - 1) * power)
    }
    return numbers
  }()

  @Test("what is written as bytes is what is written as text")
  func bytes() {
    let plain = Numbers()
    let german = Numbers(point: ",", group: ".")
    for number in Self.numbers {
      for style in [plain, german] {
        var bytes: [UInt8] = []
        style.append(significant: number, to: &bytes)
        let text = style.significant(number)
        let shown = text.hasPrefix("-") ? "\u{2212}" + text.dropFirst() : text
        #expect(String(decoding: bytes, as: UTF8.self) == shown, "\(number)")
        bytes = []
        style.append(percentChange: number, to: &bytes)
        #expect(
          String(decoding: bytes, as: UTF8.self)
            == style.percentChange(number).replacing("<", with: "&lt;"), "\(number)")
      }
    }
  }

  @Test("a language's signs stand in the place of point and comma")
  func signs() {
    let german = Numbers(point: ",", group: ".")
    #expect(german.count(1_234_567) == "1.234.567")
    #expect(german.significant(12.4) == "12,4")
    #expect(german.percentChange(-3.1) == "\u{2212}3,1\u{A0}%")
    #expect(german.grouped(-4000.5, digits: 2) == "\u{2212}4.000,50")
    let french = Numbers(point: ",", group: "\u{202F}")
    #expect(french.count(1204) == "1\u{202F}204")
  }
}
