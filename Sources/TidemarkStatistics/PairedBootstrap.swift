/// The paired bootstrap of a mean difference.
package enum PairedBootstrap {
  /// The mean of `second` − `first` with its 95 % interval and two-sided p.
  ///
  /// - Parameters:
  ///   - first: one score an item; as long as `second`.
  ///   - groups: the same number for scores that are drawn together (samples of one prompt);
  ///     `nil`: each on its own.
  package static func compare(
    _ first: [Double], _ second: [Double], groups: [Int]? = nil, draws: Int = 2000, seed: UInt64 = 1
  ) -> (difference: Double, low: Double, high: Double, p: Double) { (0, 0, 0, 1) }
}
