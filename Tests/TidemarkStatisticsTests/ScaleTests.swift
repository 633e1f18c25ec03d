import Testing

@testable import TidemarkStatistics

@Suite struct ScaleTests {
  @Test("a value comes back from every scale")
  func roundTrip() {
    let cases: [(Scale, Double)] = [
      (.logarithmic, 1e-9), (.logarithmic, 8e12), (.arcsine(percent: false), 0.93),
      (.arcsine(percent: true), 12.5), (.linear(factor: 1), -4.25),
      (.linear(factor: 0x1p-400), 3e120),
    ]
    for (scale, value) in cases {
      #expect(expectClose(scale.value(at: scale.position(of: value)), value))
    }
  }

  @Test("the effect is that of the values, on every scale")
  func effect() {
    let scales: [Scale] = [
      .logarithmic, .arcsine(percent: false), .arcsine(percent: true), .linear(factor: 1),
    ]
    for scale in scales {
      let effect = scale.effect(from: scale.position(of: 0.8), to: scale.position(of: 0.6))
      #expect(expectClose(effect, -0.25))
    }
  }

  @Test("from nothing to something is all of it")
  func fromZero() {
    #expect(Scale.linear(factor: 1).effect(from: 0, to: 3) == 1)
    #expect(Scale.linear(factor: 1).effect(from: 0, to: -3) == -1)
    #expect(Scale.linear(factor: 1).effect(from: 0, to: 0) == 0)
    #expect(Scale.arcsine(percent: false).effect(from: 0, to: 0.5) == 1)
  }

  @Test("a negative level rises when it comes nearer to zero")
  func negative() {
    #expect(Scale.linear(factor: 1).effect(from: -10, to: -5) == 0.5)
  }

  @Test("rates outside 0 to 1 are taken to the nearer end")
  func outside() {
    let scale = Scale.arcsine(percent: false)
    #expect(scale.value(at: scale.position(of: 1.2)) == 1)
    #expect(scale.value(at: scale.position(of: -0.2)) == 0)
  }
}
