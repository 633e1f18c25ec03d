/// What a comparison of two evaluations says.
package enum ComparisonVerdict: Hashable, Sendable {
  case worse, better, unchanged, insufficient
}

/// Two evaluations held against each other.
package struct Comparison: Hashable, Sendable {
  /// Second minus first: of the share correct, or of the mean score.
  package var difference: Double
  /// The 95 % interval's lower end.
  package var low: Double
  /// The 95 % interval's upper end.
  package var high: Double
  /// Two-sided p of no difference.
  package var p: Double
  package var verdict: ComparisonVerdict
}

extension Comparison {
  /// Shares of unknown items: Fisher's exact test with Newcombe's interval.
  ///
  /// Insufficient below 20 items a side.
  package static func ofShares(
    _ firstHits: Int, of firstCount: Int, against secondHits: Int, of secondCount: Int,
    alpha: Double = 0.01
  ) -> Comparison { Comparison(difference: 0, low: 0, high: 0, p: 1, verdict: .insufficient) }

  /// Outcomes of the same items: exact McNemar.
  ///
  /// Insufficient below 20 items or 5 discordant ones.
  package static func ofItems(lost: Int, gained: Int, of items: Int, alpha: Double = 0.01)
    -> Comparison
  { Comparison(difference: 0, low: 0, high: 0, p: 1, verdict: .insufficient) }

  /// Scores of the same items, higher being better: paired bootstrap, 2,000 draws.
  ///
  /// Insufficient below 20 items or 5 that differ.
  package static func ofScores(
    _ first: [Double], _ second: [Double], groups: [Int]? = nil, alpha: Double = 0.01
  ) -> Comparison { Comparison(difference: 0, low: 0, high: 0, p: 1, verdict: .insufficient) }
}
