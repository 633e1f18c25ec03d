import Testing

@testable import TidemarkStatistics

@Suite struct ComparisonTests {
  @Test("a clear loss is worse, a clear gain better")
  func clear() {
    #expect(Comparison.ofShares(480, of: 500, against: 400, of: 500).verdict == .worse)
    #expect(Comparison.ofShares(400, of: 500, against: 480, of: 500).verdict == .better)
    #expect(Comparison.ofItems(lost: 21, gained: 3, of: 100).verdict == .worse)
    #expect(Comparison.ofItems(lost: 3, gained: 21, of: 100).verdict == .better)
    let scores = (0..<50).map { Double($0 % 7) }
    let higher = scores.map { $0 + 1 }
    #expect(Comparison.ofScores(scores, higher).verdict == .better)
    #expect(Comparison.ofScores(scores, higher, direction: .lower).verdict == .worse)
  }

  @Test("a small difference is unchanged")
  func small() {
    #expect(Comparison.ofShares(480, of: 500, against: 478, of: 500).verdict == .unchanged)
    #expect(Comparison.ofItems(lost: 6, gained: 5, of: 100).verdict == .unchanged)
  }

  @Test("few items, or few that differ, give no verdict however far apart")
  func insufficient() {
    #expect(Comparison.ofShares(19, of: 19, against: 0, of: 500).verdict == .insufficient)
    #expect(Comparison.ofItems(lost: 4, gained: 0, of: 1000).verdict == .insufficient)
    #expect(Comparison.ofItems(lost: 19, gained: 0, of: 19).verdict == .insufficient)
    let zeros = [Double](repeating: 0, count: 19)
    #expect(Comparison.ofScores(zeros, zeros.map { $0 + 1 }).verdict == .insufficient)
    let prompts = (0..<100).map { $0 % 10 }
    let many = [Double](repeating: 0, count: 100)
    #expect(
      Comparison.ofScores(many, many.map { $0 + 1 }, groups: prompts).verdict == .insufficient)
  }

  @Test("the interval of paired items holds the difference")
  func interval() {
    for lost in stride(from: 0, through: 40, by: 5) {
      let found = Comparison.ofItems(lost: lost, gained: 10, of: 60)
      #expect(found.low <= found.difference && found.difference <= found.high)
    }
  }
}
