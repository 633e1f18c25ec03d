import Testing

@testable import TidemarkStatistics

@Suite struct OrderedSampleTests {
  private static let eleven = [
    -0.333, 0.853, -0.407, -0.154, 0.814, 0.645, 1.695, -2.09, 0.857, -0.482, 0.135,
  ]
  private static let twentyFive = [
    0.838, 1.083, 1.039, 0.155, 1.61, -0.283, -0.141, 0.799, -0.551, 2.161, 1.019, 2.176, -0.027,
    -0.383, 0.167, 0.735, -0.587, 0.38, -0.017, 1.616, -0.663, 1.046, -0.644, -0.961, -0.71,
  ]

  private func sample(_ values: [Double]) -> OrderedSample {
    var sample = OrderedSample()
    sample.take(values)
    return sample
  }

  @Test("order statistics agree with NumPy and SciPy")
  func agreesWithSciPy() {
    let small = sample(Self.eleven)
    #expect(expectClose(small.quantile(0.1), -0.482))
    #expect(expectClose(small.quantile(0.9), 0.857))
    #expect(expectClose(small.trimmedMean(0.2), 0.22185714285714284))
    #expect(expectClose(small.medianAbsoluteDeviation, 0.9147641999999999))
    let large = sample(Self.twentyFive)
    #expect(expectClose(large.quantile(0.1), -0.6554))
    #expect(expectClose(large.quantile(0.9), 1.6136))
    #expect(expectClose(large.trimmedMean(0.2), 0.3184))
    #expect(expectClose(large.medianAbsoluteDeviation, 1.1178804))
    #expect(expectClose(large.spread, 1.1178804))
  }

  @Test("the median absolute deviation is that of its definition", arguments: 1...40)
  func deviationByDefinition(count: Int) {
    var noisy = Noisy(seed: 3)
    let values = (0..<count).map { _ in (noisy.normal() * 3).rounded() }
    let ordered = sample(values)
    let deviations = sample(values.map { abs($0 - ordered.median) })
    #expect(ordered.medianAbsoluteDeviation == 1.4826 * deviations.median)
  }

  @Test("two modes are not taken for no noise")
  func twoModes() {
    let values = (0..<20).map { $0 % 5 == 0 ? 2.0 : 1.0 }
    #expect(sample(values).medianAbsoluteDeviation == 0)
    #expect(sample(values).spread > 0)
  }

  @Test("equal values have their own mean and no spread", arguments: [0.1, 1e-300, 3e200, -7.3])
  func equalValues(value: Double) {
    for count in 1...40 {
      let equal = sample([Double](repeating: value, count: count))
      #expect(equal.trimmedMean(0.2) == value)
      #expect(equal.spread == 0)
      #expect(equal.gaps.isEmpty)
    }
  }

  @Test("an empty sample is 0 throughout")
  func empty() {
    let empty = sample([])
    #expect(empty.median == 0 && empty.spread == 0 && empty.trimmedMean(0.2) == 0)
    #expect(empty.quantile(0.5) == 0 && empty.gaps.isEmpty)
  }

  @Test("taking a value away is as if it had never been there")
  func remove() {
    var ordered = sample(Self.eleven)
    ordered.remove(0.645)
    ordered.remove(99)
    let without = sample(Self.eleven.filter { $0 != 0.645 })
    #expect(ordered.count == 10 && ordered.median == without.median)
    #expect(ordered.spread == without.spread)
  }
}
