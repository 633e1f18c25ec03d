import Testing
import TidemarkModel

@testable import TidemarkSite

@Suite struct ValueScaleTests {
  @Test(
    "a value shows in the unit of its size, whatever the file's unit",
    arguments: [
      ("ns", Quantity.time, 1e-9, 12_400_000.0, "12.4\u{A0}ms"),
      ("s", .time, 1, 0.00000061, "610\u{A0}ns"),
      ("ms", .time, 1e-3, 90_000, "90.0\u{A0}s"),
      ("bytes", .bytes, 1, 4_380_000, "4.18\u{A0}MiB"),
      ("kB", .bytes, 1000, 0.5, "500\u{A0}B"),
      ("req/s", .rate, 1, 17_100, "17,100\u{A0}req/s"),
      ("", .score, 1, 0.8123, "0.812"),
      ("°", .other("°"), 1, -3, "\u{2212}3.00\u{A0}°"),
      ("ms", .time, 1e-3, 0, "0\u{A0}ms"),
    ])
  func units(text: String, quantity: Quantity, scale: Double, value: Double, shown: String) {
    let unit = Unit(text: text, quantity: quantity, scale: scale)
    #expect(ValueScale(unit, typical: value, numbers: Numbers()).text(value) == shown)
  }

  @Test("all values of one series have one unit")
  func oneUnit() {
    let scale = ValueScale(SampleReports.milliseconds, typical: 12, numbers: Numbers())
    #expect(scale.text(0.4) == "0.400\u{A0}ms")
    #expect(scale.text(1200) == "1,200\u{A0}ms")
  }
}
