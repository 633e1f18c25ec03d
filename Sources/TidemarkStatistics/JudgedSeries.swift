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
    let kept = tracks.enumerated().map { family.letThrough($1, series: place, track: $0) }
    var answer = SeriesAnswer(
      id: input.id, changes: kept.joined().sorted { $0.index < $1.index }, verdict: .insufficient,
      minimumDetectableEffect: nil, noise: nil, regimes: [], newestP: nil,
      neededRuns: options.minimumBaseline)
    guard let newest, let place = tracks.firstIndex(where: { $0.newestIndex == newest.newestIndex })
    else { return answer }
    answer.regimes = newest.regimes(keeping: kept[place], options: options)
    answer.neededRuns = max(0, options.minimumBaseline - newest.runsOfClass)
    guard answer.neededRuns == 0 else { return answer }
    answer.verdict = newest.verdict(kept[place])
    answer.minimumDetectableEffect = newest.minimumDetectableEffect
    answer.noise = newest.noise
    answer.newestP = newest.newestP
    return answer
  }
}

extension JudgedTrack {
  /// The newest runs of one machine class.
  fileprivate var runsOfClass: Int { track.y.count - track.classStart }

  /// The direction of the last confirmed change since the newest baseline that was given.
  fileprivate func verdict(_ changes: [Change]) -> SeriesVerdict {
    let start = track.fixedBoundaries.last.map { track.indices[$0] } ?? 0
    guard let last = changes.last(where: { $0.state == .confirmed && $0.index >= start }) else {
      return .unchanged
    }
    return last.isRegression ? .regressed : .improved
  }

  /// The regimes, parted only by changes that were kept.
  fileprivate func regimes(keeping kept: [Change], options: DetectorOptions) -> [Regime] {
    guard kept.count < changes.count else { return regimes }
    let indices = Set(kept.map(\.index))
    var sample = OrderedSample()
    return regimes(
      boundaries: positions.filter { indices.contains(track.indices[$0]) }, options: options,
      sample: &sample)
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
