private import Glibc

/// McNemar's exact test of paired outcomes.
package enum McNemar {
  /// Two-sided p of `lost` items that were right and are wrong, and `gained` ones the other way.
  ///
  /// Were nothing changed, each would be as likely lost as gained. Counts below 0 are 0, those
  /// beyond 2³² are that. O(√n).
  /// - Source: McNemar, "Note on the sampling error of the difference between correlated
  ///   proportions", 1947; exact by the binomial distribution.
  package static func p(lost: Int, gained: Int) -> Double {
    let lost = min(max(lost, 0), 1 << 32)
    let gained = min(max(gained, 0), 1 << 32)
    let count = lost + gained
    guard count > 0 else { return 1 }
    var k = min(lost, gained)
    var term = exp(logChoose(count, k) - Double(count) * log(2))
    var tail = term
    while k > 0, term > tail * 1e-18 {
      term *= Double(k) / Double(count - k + 1)
      tail += term
      k -= 1
    }
    return min(1, 2 * tail)
  }
}
