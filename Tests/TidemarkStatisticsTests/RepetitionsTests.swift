import Testing

@testable import TidemarkStatistics

@Suite struct RepetitionsTests {
  private func series(_ noisy: inout Noisy, runs: Int = 40) -> SeriesInput {
    SeriesInput(
      id: "s", unit: "ns", direction: .lower, values: noisy.series(runs, noise: 0.01))
  }

  private func repetitions(_ noisy: inout Noisy, _ factor: Double, count: Int = 10) -> [Double] {
    noisy.series(count, noise: 0.02, steps: [(run: 0, factor: factor)])
  }

  @Test("repetitions that agree confirm what the run alone only suspects")
  func confirms() throws {
    var noisy = Noisy(seed: 1)
    var input = series(&noisy)
    let own = repetitions(&noisy, 1.3)
    let evidence = try #require(Detector().judge(repetitions: own, after: input))
    #expect(evidence.confirms && evidence.isRegression && abs(evidence.effect - 0.3) < 0.03)
    input.values.append(130)
    input.runs.append(40)
    #expect(Detector().judge([input]).series[0].changes[0].state == .suspected)
    input.samples = [[Double]](repeating: [], count: 40) + [own]
    let answer = Detector().judge([input]).series[0]
    #expect(answer.verdict == .regressed && answer.changes[0].doubt == nil)
  }

  @Test("one slow repetition among good ones confirms nothing")
  func oneSlowRepetition() {
    var noisy = Noisy(seed: 2)
    var input = series(&noisy)
    let own = repetitions(&noisy, 1, count: 9) + [500]
    #expect(Detector().judge(repetitions: own, after: input)?.confirms == false)
    // The run's value is their mean: on its own it would look 40 % slower.
    input.values.append(own.reduce(0, +) / 10)
    input.runs.append(40)
    input.samples = [[Double]](repeating: [], count: 40) + [own]
    #expect(Detector().judge([input]).series[0].verdict == .unchanged)
  }

  @Test("no change is confirmed where there is none", arguments: 0..<50)
  func nothing(seed: Int) {
    var noisy = Noisy(seed: UInt64(seed))
    let input = series(&noisy)
    let own = repetitions(&noisy, 1)
    #expect(Detector().judge(repetitions: own, after: input)?.confirms == false)
  }

  @Test("where the series has had outliers as large, repetitions cannot confirm")
  func outliers() {
    var noisy = Noisy(seed: 3)
    var input = series(&noisy)
    input.values[20] *= 1.3
    let own = repetitions(&noisy, 1.3)
    #expect(Detector().judge(repetitions: own, after: input)?.confirms == false)
  }

  @Test("a value that is the least of its repetitions is no change to their mean")
  func leastOfRepetitions() {
    var noisy = Noisy(seed: 9)
    let samples = (0..<41).map { _ in
      noisy.series(10, noise: 0.01).map { $0 * (1 + 0.2 * noisy.uniform()) }
    }
    var input = SeriesInput(
      id: "s", unit: "ns", direction: .lower, values: samples.map { $0.min() ?? 0 })
    input.samples = samples
    #expect(Detector().judge([input]).series[0].changes.isEmpty)
    input.values.removeLast()
    let same = Detector().judge(repetitions: samples[40], after: input)
    #expect(same?.confirms == false && abs(same?.effect ?? 1) < 0.05)
    let slower = Detector().judge(repetitions: samples[40].map { $0 * 1.5 }, after: input)
    #expect(slower?.confirms == true && abs((slower?.effect ?? 0) - 0.5) < 0.05)
  }

  @Test("too few repetitions or runs have no answer")
  func tooFew() {
    var noisy = Noisy(seed: 1)
    let input = series(&noisy)
    let few = repetitions(&noisy, 1.3, count: 4) + [.nan]
    #expect(Detector().judge(repetitions: few, after: input) == nil)
    let own = repetitions(&noisy, 1.3)
    let short = series(&noisy, runs: 3)
    #expect(Detector().judge(repetitions: own, after: short) == nil)
  }

  @Test("an improvement is confirmed alike")
  func improvement() throws {
    var noisy = Noisy(seed: 1)
    let input = series(&noisy)
    let own = repetitions(&noisy, 0.7)
    let evidence = try #require(Detector().judge(repetitions: own, after: input))
    #expect(evidence.confirms && !evidence.isRegression)
  }
}
