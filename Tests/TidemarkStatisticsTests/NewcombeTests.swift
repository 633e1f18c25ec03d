import Testing

@testable import TidemarkStatistics

@Suite struct NewcombeTests {
  @Test("gives the intervals of Newcombe's paper, second minus first")
  func paper() {
    // Table II of the paper, method 10: 56/70 − 48/80, and 5/56 − 0/29.
    let first = Newcombe.interval(48, of: 80, against: 56, of: 70)
    #expect(abs(first.low - 0.0524) < 5e-5 && abs(first.high - 0.3339) < 5e-5)
    let second = Newcombe.interval(0, of: 29, against: 5, of: 56)
    #expect(abs(second.low + 0.0381) < 5e-5 && abs(second.high - 0.1926) < 5e-5)
  }

  @Test("holds the difference and stays within −1 and 1")
  func holds() {
    for first in 0...10 {
      for second in 0...10 {
        let (difference, low, high) = Newcombe.interval(first, of: 10, against: second, of: 10)
        #expect(low <= difference && difference <= high)
        #expect(low >= -1 - 1e-12 && high <= 1 + 1e-12)
      }
    }
  }

  @Test("without items nothing is known")
  func nothing() {
    let (difference, low, high) = Newcombe.interval(0, of: 0, against: 3, of: 10)
    #expect((difference, low, high) == (0.3, -1, 1))
  }
}
