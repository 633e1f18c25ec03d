@testable import TidemarkStatistics
private import Glibc

/// Seeded numbers for the tests of this module.
struct Noisy {
  private var random: SplitMix

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
  }

  /// From 0 to below 1.
  mutating func uniform() -> Double { Double(random.next() >> 11) * 0x1p-53 }

  /// Normal, with mean 0 and sd 1.
  mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }

  /// Values around 100 with the relative sd `noise`, times each step's factor from its run on.
  mutating func series(_ count: Int, noise: Double, steps: [(run: Int, factor: Double)] = [])
    -> [Double]
  {
    (0..<count).map { run in
      let level = steps.reduce(100) { run >= $1.run ? $0 * $1.factor : $0 }
      return level * exp(noise * normal())
    }
  }
}

func expectClose(
  _ actual: Double, _ expected: Double, within relative: Double = 1e-10
) -> Bool {
  actual == expected || abs(actual - expected) <= relative * max(abs(actual), abs(expected))
}
