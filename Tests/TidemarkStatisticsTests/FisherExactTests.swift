import Testing

@testable import TidemarkStatistics

@Suite struct FisherExactTests {
  /// Two tables' hits and counts, and `scipy.stats.fisher_exact` of SciPy 1.17.
  @Test(
    "agrees with SciPy",
    arguments: [
      ([506, 638, 101, 145], 0.015118592673703829), ([441, 775, 325, 499], 0.003413689160420533),
      ([6, 42, 18, 68], 0.1589290806100097), ([30, 54, 137, 238], 0.8790871596263488),
      ([436, 599, 376, 436], 1.6186139446705605e-07), ([3, 29, 85, 396], 0.23291221445114185),
      ([291, 533, 9, 16], 1.0), ([100, 245, 406, 727], 6.2139793344469e-05),
      ([30, 58, 504, 737], 0.01297858668024525), ([195, 695, 105, 274], 0.0025730217972666602),
      ([183, 495, 169, 354], 0.0018784843515386482),
      ([220, 706, 309, 532], 2.8985606463721916e-21),
      ([64, 293, 52, 272], 0.4660114286606014), ([22, 49, 49, 115], 0.8637182981805229),
    ])
  func agreesWithSciPy(table: [Int], p: Double) {
    let found = FisherExact.p(table[0], of: table[1], against: table[2], of: table[3])
    #expect(expectClose(found, p, within: 1e-9))
  }

  @Test("the sides can change places")
  func symmetric() {
    for hits in 0...12 {
      let p = FisherExact.p(hits, of: 12, against: 5, of: 30)
      #expect(expectClose(p, FisherExact.p(5, of: 30, against: hits, of: 12)))
      #expect(expectClose(p, FisherExact.p(12 - hits, of: 12, against: 25, of: 30)))
    }
  }

  @Test("is the sum by its definition", arguments: 0...9)
  func byDefinition(hits: Int) {
    func choose(_ n: Int, _ k: Int) -> Double {
      (0..<k).reduce(1.0) { $0 * Double(n - $1) / Double($1 + 1) }
    }
    let total = hits + 4
    let chances = (max(0, total - 7)...min(total, 9)).map { k in
      (k, choose(9, k) * choose(7, total - k) / choose(16, total))
    }
    let own = chances.first { $0.0 == hits }?.1 ?? 0
    let sum = chances.reduce(0) { $1.1 <= own * (1 + 1e-7) ? $0 + $1.1 : $0 }
    #expect(expectClose(FisherExact.p(hits, of: 9, against: 4, of: 7), min(sum, 1)))
  }

  @Test("nothing, nonsense and huge counts have an answer")
  func extremes() {
    #expect(FisherExact.p(0, of: 0, against: 0, of: 0) == 1)
    #expect(FisherExact.p(5, of: 5, against: 9, of: 9) == 1)
    #expect(FisherExact.p(-3, of: 10, against: 99, of: 10) < 1e-4)
    #expect(FisherExact.p(.max / 2, of: .max, against: .max / 4, of: .max) == 0)
    #expect(FisherExact.p(1_000_000, of: 2_000_000, against: 1_000_000, of: 2_000_000) == 1)
  }
}
