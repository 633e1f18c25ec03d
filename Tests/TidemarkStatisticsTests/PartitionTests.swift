import Testing

@testable import TidemarkStatistics

@Suite struct PartitionTests {
  private func boundaries(_ x: [Double], penalty: Double) -> [Int] {
    var sample = OrderedSample()
    return x.withUnsafeBufferPointer {
      let noise = Noise(
        of: $0, isLogarithmic: false, knownDeviation: 0, options: DetectorOptions(),
        sample: &sample)
      sample.take($0)
      return Partition.boundaries(
        of: $0, noise: noise, penalty: penalty, center: sample.median)
    }
  }

  /// The cost that the partition minimises, by its definition.
  private func cost(_ x: [Double], _ boundaries: [Int], beta: Double) -> Double {
    let starts = [0] + boundaries
    return zip(starts, boundaries + [x.count]).reduce(Double(boundaries.count) * beta) {
      let piece = x[$1.0..<$1.1]
      let mean = piece.reduce(0, +) / Double(piece.count)
      return $0 + piece.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
  }

  /// All ways to part `count` values into pieces of at least two.
  private func allPartitions(_ count: Int, from start: Int = 0) -> [[Int]] {
    var found: [[Int]] = [[]]
    for next in stride(from: start + 2, through: count - 2, by: 1) {
      found += allPartitions(count, from: next).map { [next] + $0 }
    }
    return found
  }

  @Test("no other partition is cheaper", arguments: 0..<12)
  func isOptimal(seed: Int) {
    var noisy = Noisy(seed: UInt64(seed))
    let step = Int(noisy.uniform() * 12)
    let x = (0..<14).map { noisy.normal() + ($0 >= step ? 3 : 0) }
    var sample = OrderedSample()
    let noise = x.withUnsafeBufferPointer {
      Noise(
        of: $0, isLogarithmic: false, knownDeviation: 0, options: DetectorOptions(),
        sample: &sample)
    }
    // ln 14, written out: the test states the formula itself.
    let beta = 0.5 * noise.sigma * noise.sigma * 2.639057329615259
    let found = cost(x, boundaries(x, penalty: 0.5), beta: beta)
    let best = allPartitions(14).map { cost(x, $0, beta: beta) }.min() ?? 0
    #expect(found <= best + 1e-9)
  }

  @Test("steps are found where they are")
  func steps() {
    var noisy = Noisy(seed: 9)
    let x = (0..<256).map { 0.1 * noisy.normal() + ($0 >= 100 ? 1 : 0) - ($0 >= 180 ? 2 : 0) }
    #expect(boundaries(x, penalty: 3) == [100, 180])
  }

  @Test("equal values have no boundary, whatever their size", arguments: [0.0, 0.1, 1e9, -3.7])
  func constant(value: Double) {
    let x = (0..<200).map { $0 < 100 ? value : value + 1 }
    #expect(boundaries(x, penalty: 2.5) == [100])
    #expect(boundaries([Double](repeating: value, count: 200), penalty: 2.5) == [])
  }

  @Test("too few values have no boundary")
  func few() {
    #expect(boundaries([1, 2, 3], penalty: 0) == [])
    #expect(boundaries([], penalty: 0) == [])
  }
}
