/// Benjamini and Hochberg's control of the false discovery rate.
///
/// - Source: Benjamini and Hochberg, "Controlling the false discovery rate", 1995.
package enum BenjaminiHochberg {
  /// The adjusted p of each of `p`, in its order: the least rate at which it is let through.
  ///
  /// - Parameter tests: How many tests were made; at least as many as `p` has, some of which may not
  ///   have got a p.
  package static func adjusted(_ p: [Double], tests: Int) -> [Double] {
    let order = p.indices.sorted { (p[$0], $0) < (p[$1], $1) }
    let count = Double(max(tests, p.count))
    var adjusted = p
    var least = 1.0
    for (rank, index) in order.enumerated().reversed() {
      least = min(least, p[index] * count / Double(rank + 1))
      adjusted[index] = least
    }
    return adjusted
  }
}
