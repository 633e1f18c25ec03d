/// Newcombe's interval of the difference of two shares.
package enum Newcombe {
  /// The difference second − first with its 95 % interval.
  package static func interval(
    _ firstHits: Int, of firstCount: Int, against secondHits: Int, of secondCount: Int
  ) -> (difference: Double, low: Double, high: Double) { (0, 0, 0) }
}
