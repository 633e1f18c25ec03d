import Testing

@testable import TidemarkSite

@Suite struct ScaleTests {
  @Test("an axis begins at zero where the data fill half the height then")
  func zero() {
    #expect(Scale([10, 21], bottom: 100, top: 0).startsAtZero)
    #expect(!Scale([10, 19], bottom: 100, top: 0).startsAtZero)
    #expect(!Scale([-1, 19], bottom: 100, top: 0).startsAtZero)
  }

  @Test(
    "ticks stand on steps of 1, 2 or 5, three to six of them, inside the axis",
    arguments: [
      [0.0, 1], [11.0, 12.8], [0.00061, 0.00083], [-5, 5], [1e-9, 3e-9], [4_210_000, 5_020_000],
      [0.79, 0.8], [1e15, 1.7e15],
    ])
  func ticks(values: [Double]) {
    let scale = Scale(values, bottom: 100, top: 0)
    let ticks = scale.ticks()
    #expect((3...6).contains(ticks.count), "\(ticks)")
    #expect(ticks.allSatisfy { $0 >= scale.low && $0 <= scale.high })
    #expect(Set(Scale.labels(ticks)).count == ticks.count, "\(Scale.labels(ticks))")
  }

  @Test(
    "any values give places inside the chart",
    arguments: [
      [], [0], [5, 5], [.nan, 3], [.infinity, -.infinity], [-1.7e308, 1.7e308], [1.7e308],
      [.leastNonzeroMagnitude], [1, 1 + 1e-15],
    ] as [[Double]])
  func extremes(values: [Double]) {
    let scale = Scale(values, bottom: 100, top: 0)
    for value in values + [0, 1e300, -.infinity] {
      #expect((-3...103).contains(scale.y(value)), "\(scale.y(value))")
    }
    #expect(scale.ticks().count <= 7)
    _ = Scale.labels(scale.ticks())
  }

  @Test("labels have the digits of their step, a sign of their own, and groups")
  func labels() {
    #expect(Scale.labels([11, 11.5, 12]) == ["11.0", "11.5", "12.0"])
    #expect(Scale.labels([-5, 0, 5]) == ["\u{2212}5", "0", "5"])
    #expect(Scale.labels([4000, 6000]) == ["4,000", "6,000"])
  }

  @Test("a coordinate has one digit behind the point and no exponent")
  func coordinates() {
    #expect(SVG.number(12.34) == "12.3")
    #expect(SVG.number(-0.04) == "0")
    #expect(SVG.number(-3.25) == "-3.3")
    #expect(SVG.number(7) == "7")
    #expect(SVG.number(.infinity) == "0")
    #expect(SVG.number(1e300) == "100000")
  }
}
