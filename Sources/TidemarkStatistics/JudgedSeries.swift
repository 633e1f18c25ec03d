/// A track with its changes, before the correction for the batch's size.
struct JudgedTrack: Sendable {
  /// In the order of their indices.
  var changes: [Change] = []
  /// For each of `changes`, whether it is one of those that are corrected for the batch's size.
  var isInFamily: [Bool] = []
  var regimes: [Regime] = []
  var noise: Double?
  var minimumDetectableEffect: Double?
  var newestP: Double?
  /// The sd of one run on the scale.
  var noiseDeviation = 0.0
  let track: Track
  /// The position in the track of each of `changes`.
  var positions: [Int] = []

  /// The index in the input of the newest run; −1 without runs.
  var newestIndex: Int { track.indices.last ?? -1 }
}

/// A series with its changes, before the correction for the batch's size.
package struct JudgedSeries: Sendable {
  /// One, or one a machine class where classes alternate.
  let tracks: [JudgedTrack]

  init(_ tracks: [JudgedTrack]) {
    self.tracks = tracks
  }

  /// The track of the newest run.
  private var newest: JudgedTrack? {
    tracks.max { $0.newestIndex < $1.newestIndex }
  }

  /// The answer, with those changes that the family lets through.
  func answer(to input: SeriesInput, family: Family, place: Int, options: DetectorOptions)
    -> SeriesAnswer
  {
    var changes: [Change] = []
    var newestChanges: [Change] = []
    var regimes = newest?.regimes ?? []
    for (trackPlace, track) in tracks.enumerated() {
      let kept = family.letThrough(track, series: place, track: trackPlace)
      changes += kept
      guard track.newestIndex == newest?.newestIndex else { continue }
      newestChanges = kept
      if kept.count < track.changes.count {
        var sample = OrderedSample()
        let indices = Set(kept.map(\.index))
        let positions = track.positions.filter { indices.contains(track.track.indices[$0]) }
        regimes = track.regimes(boundaries: positions, options: options, sample: &sample)
      }
    }
    let runs = newest?.track.y.count ?? 0
    let needed = max(options.minimumBaseline - runs, 0)
    return SeriesAnswer(
      id: input.id, changes: changes.sorted { $0.index < $1.index },
      verdict: needed > 0 ? .insufficient : Self.verdict(newestChanges),
      minimumDetectableEffect: newest?.minimumDetectableEffect, noise: newest?.noise,
      regimes: regimes, newestP: newest?.newestP, neededRuns: needed)
  }

  private static func verdict(_ changes: [Change]) -> SeriesVerdict {
    guard let last = changes.last(where: { $0.state == .confirmed }) else { return .unchanged }
    return last.isRegression ? .regressed : .improved
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
