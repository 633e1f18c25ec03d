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

/// The newest changes of a batch, corrected for the number of its series.
struct Family {
  /// Where a change stands: series, track of the series, change of the track.
  private struct Key: Hashable {
    var series: Int
    var track: Int
    var change: Int
  }

  private var q: [Key: Double] = [:]
  private let rate: Double

  init(of judged: [JudgedSeries], series count: Int, options: DetectorOptions) {
    rate = options.falseDiscoveryRate
    var keys: [Key] = []
    var p: [Double] = []
    for (series, judgedSeries) in judged.enumerated() {
      for (track, judgedTrack) in judgedSeries.tracks.enumerated() {
        for (change, isInFamily) in judgedTrack.isInFamily.enumerated() where isInFamily {
          keys.append(Key(series: series, track: track, change: change))
          p.append(judgedTrack.changes[change].p)
        }
      }
    }
    for (key, adjusted) in zip(keys, BenjaminiHochberg.adjusted(p, tests: count)) {
      q[key] = adjusted
    }
  }

  func letThrough(_ judged: JudgedTrack, series: Int, track: Int) -> [Change] {
    judged.changes.enumerated().compactMap { place, change in
      guard let adjusted = q[Key(series: series, track: track, change: place)] else {
        return change
      }
      guard adjusted <= rate else { return nil }
      var change = change
      change.q = adjusted
      return change
    }
  }
}
