import Testing

@testable import TidemarkStatistics

@Suite struct McNemarTests {
  /// Lost, gained, and `scipy.stats.binomtest(lost, lost + gained, 0.5).pvalue` of SciPy 1.17.
  @Test(
    "agrees with SciPy's binomial test",
    arguments: [
      (0, 7, 0.015625), (3, 12, 0.03515625), (15, 15, 1.0), (40, 70, 0.005447429511444476),
      (400, 520, 8.549170923883781e-05), (1, 0, 1.0),
    ])
  func agreesWithSciPy(lost: Int, gained: Int, p: Double) {
    #expect(expectClose(McNemar.p(lost: lost, gained: gained), p))
    #expect(McNemar.p(lost: gained, gained: lost) == McNemar.p(lost: lost, gained: gained))
  }

  @Test("nothing and nonsense have an answer")
  func extremes() {
    #expect(McNemar.p(lost: 0, gained: 0) == 1)
    #expect(McNemar.p(lost: -4, gained: 0) == 1)
    #expect(McNemar.p(lost: .max, gained: .max) > 0.99)
  }
}
