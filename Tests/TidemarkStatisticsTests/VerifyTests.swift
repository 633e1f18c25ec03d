import Testing

@testable import TidemarkStatistics

/// Each check by a boundary that passes all others.
@Suite struct VerifyTests {
  private func evidence(
    _ values: [Double], at boundary: Int, unit: String? = "ns", options: DetectorOptions = .init()
  ) -> BoundaryEvidence {
    var sample = OrderedSample()
    let input = SeriesInput(id: "s", unit: unit, direction: .lower, values: values)
    let track = Track.tracks(of: input, series: 0, limit: .max)[0]
    let window = Window(0..<values.count, of: track, options: options, sample: &sample)
    let before = window.piece(0..<boundary, sample: &sample)
    let after = window.piece(boundary..<values.count, sample: &sample)
    let residual = window.residualSpread([before, after], sample: &sample)
    return window.judge(before, after, residualSpread: residual, sample: &sample)
  }

  private func step(_ factor: Double, noise: Double = 0.01, runs: Int = 60) -> [Double] {
    var noisy = Noisy(seed: 14)
    return noisy.series(runs, noise: noise, steps: [(run: runs / 2, factor: factor)])
  }

  @Test("a plain step holds")
  func plain() {
    let found = evidence(step(1.1), at: 30)
    #expect(found.holds && found.p < 1e-20 && abs(found.effect - 0.1) < 0.01)
    #expect(abs(found.deviation - 0.01) < 0.004 && found.size > 5)
  }

  @Test("the floor follows the noise between its ends")
  func floor() {
    #expect(evidence(step(1.1, noise: 1e-5), at: 30).floor == 0.001)
    #expect(abs(evidence(step(1.1, noise: 0.003), at: 30).floor - 0.009) < 0.004)
    #expect(evidence(step(1.1, noise: 0.05), at: 30).floor == 0.02)
    #expect(!evidence(step(1.0008, noise: 1e-5), at: 30).holds)
    var options = DetectorOptions()
    options.effectFloorMinimum = 0.0005
    #expect(evidence(step(1.0008, noise: 1e-5), at: 30, options: options).holds)
  }

  @Test("a step of less than 1.3 sd needs two long pieces")
  func size() {
    #expect(!evidence(step(1.055, noise: 0.05, runs: 40), at: 20).holds)
    #expect(evidence(step(1.055, noise: 0.05, runs: 250), at: 125).holds)
  }

  @Test("one tick of a clock that has ticked before is nothing")
  func tick() {
    let ticking = (0..<60).map { $0 % 8 == 0 ? 11.0 : $0 < 30 ? 10 : 11 }
    #expect(!evidence(ticking, at: 30).holds)
    let constant = (0..<60).map { $0 < 30 ? 10.0 : 11 }
    #expect(evidence(constant, at: 30).holds)
  }

  @Test("a mixture that changes its weights is no step")
  func separation() {
    let weights = (0..<80).map { run in
      run < 40 ? (run % 3 == 0 ? 110.0 : 100) : (run % 3 == 0 ? 100 : 110)
    }
    #expect(!evidence(weights, at: 40).holds)
  }

  @Test("what the series has done before is nothing new")
  func wandering() {
    var values = step(1, runs: 60)
    for run in 55..<60 { values[run] *= 1.1 }
    #expect(evidence(values, at: 55).holds)
    for run in 20..<25 { values[run] *= 1.1 }
    #expect(!evidence(values, at: 55).holds)
  }

  @Test("without noise p follows how long the value stood, and never exceeds 1")
  func withoutNoise() {
    let p = (12..<30).map { before in
      evidence([Double](repeating: 5, count: before) + [6, 6, 6], at: before).p
    }
    #expect(zip(p, p.dropFirst()).allSatisfy { $0 > $1 })
    #expect(expectClose(p[0], 0.01 / (13 * 13 * 13)))
    #expect(evidence([5, 5] + [Double](repeating: 6, count: 12), at: 2).p == 1)
    #expect(evidence([5, 5, 5, 5, 5, 5], at: 3).p == 1)
  }

  @Test("correlated noise makes the same step less sure")
  func correlation() {
    var noisy = Noisy(seed: 31)
    var wander = 0.0
    let correlated = (0..<200).map { run in
      wander = 0.7 * wander + noisy.normal()
      return 100 + wander + (run < 100 ? 0 : 3)
    }
    let white = (0..<200).map { run in 100 + 1.4 * noisy.normal() + (run < 100 ? 0 : 3) }
    #expect(evidence(correlated, at: 100).p > evidence(white, at: 100).p)
  }

  @Test("a rank test's limit is the number of ways to choose")
  func rankTest() {
    var sample = OrderedSample()
    let input = SeriesInput(
      id: "s", unit: "ns", direction: .lower, values: step(1.05, noise: 0.01, runs: 60))
    let track = Track.tracks(of: input, series: 0, limit: .max)[0]
    let window = Window(0..<60, of: track, options: DetectorOptions(), sample: &sample)
    func allows(_ before: Int, _ after: Int) -> Bool {
      let first = window.piece(30 - before..<30, sample: &sample)
      let second = window.piece(30..<30 + after, sample: &sample)
      return window.allowsRankTest(
        window.judge(first, second, residualSpread: 0.01, sample: &sample))
    }
    // C(14, 3) = 364, C(16, 3) = 560; C(9, 4) = 126, C(12, 4) = 495, C(13, 4) = 715.
    #expect(!allows(11, 3) && allows(13, 3))
    #expect(!allows(8, 4) && allows(9, 4))
  }
}
