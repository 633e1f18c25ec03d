private import Glibc

/// Newcombe's interval of the difference of two shares.
package enum Newcombe {
  /// The difference second − first, from −1 to 1, with its 95 % interval.
  ///
  /// Made of the two shares' Wilson score intervals, so that it also holds at 0 and 1. Without items
  /// on a side nothing is known: the interval is all from −1 to 1.
  /// - Source: Newcombe, "Interval estimation for the difference between independent proportions:
  ///   comparison of eleven methods", 1998, method 10.
  package static func interval(
    _ firstHits: Int, of firstCount: Int, against secondHits: Int, of secondCount: Int
  ) -> (difference: Double, low: Double, high: Double) {
    let first = Share(firstHits, of: firstCount)
    let second = Share(secondHits, of: secondCount)
    let difference = second.rate - first.rate
    guard first.count > 0, second.count > 0 else { return (difference, -1, 1) }
    let (firstLow, firstHigh) = wilson(first)
    let (secondLow, secondHigh) = wilson(second)
    return (
      difference,
      difference - hypot(second.rate - secondLow, firstHigh - first.rate),
      difference + hypot(secondHigh - second.rate, first.rate - firstLow)
    )
  }

  /// Wilson's score interval of one share.
  private static func wilson(_ share: Share) -> (low: Double, high: Double) {
    let z = 1.959964
    let n = Double(share.count)
    let p = share.rate
    let denominator = 1 + z * z / n
    let middle = (p + z * z / (2 * n)) / denominator
    let reach = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot() / denominator
    return (middle - reach, middle + reach)
  }
}
