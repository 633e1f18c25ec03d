/// A series with its changes, before the correction for the batch's size.
package struct JudgedSeries: Sendable {
  /// One, or one a machine class where classes alternate.
  let tracks: [JudgedTrack]

  init(_ tracks: [JudgedTrack]) {
    self.tracks = tracks
  }

  /// The place of the track of the newest run; `nil` without any track.
  private var newestPlace: Int? {
    tracks.indices.max { tracks[$0].newestIndex < tracks[$1].newestIndex }
  }

  /// The answer, with those changes that the family lets through.
  func answer(to input: SeriesInput, family: Family, place: Int, options: DetectorOptions)
    -> SeriesAnswer
  {
    var answer = SeriesAnswer(
      id: input.id, changes: [], verdict: .insufficient, minimumDetectableEffect: nil, noise: nil,
      regimes: [], newestP: nil, neededRuns: options.minimumBaseline)
    guard let newestPlace else { return answer }
    let newest = tracks[newestPlace]
    var kept = tracks.enumerated().map { family.letThrough($1, series: place, track: $0) }
    answer.regimes = newest.regimes(keeping: kept[newestPlace])
    joinClasses(&kept, into: newestPlace)
    answer.changes = kept.joined().sorted { $0.index < $1.index }
    answer.neededRuns = max(0, options.minimumBaseline - newest.runsOfClass)
    guard answer.neededRuns == 0 else { return answer }
    answer.verdict = newest.verdict(kept[newestPlace])
    answer.minimumDetectableEffect = newest.minimumDetectableEffect
    answer.noise = newest.noise
    answer.newestP = newest.newestP
    return answer
  }

  /// Makes one of the changes in which alternating classes saw the same, each at its own next run:
  /// that of the newest run's class, from the earliest run on, as sure as the surest.
  private func joinClasses(_ kept: inout [[Change]], into newestPlace: Int) {
    let order = [newestPlace] + tracks.indices.filter { $0 != newestPlace }
    for (rank, own) in order.enumerated() {
      var joined = kept[own]
      for other in order.dropFirst(rank + 1) {
        kept[other] = kept[other].filter { change in
          let same = joined.firstIndex {
            $0.isRegression == change.isRegression
              && tracks[own].isSame($0.index, as: change.index, of: tracks[other])
          }
          guard let same else { return true }
          joined[same].join(change)
          return false
        }
      }
      kept[own] = joined
    }
  }
}

extension JudgedTrack {
  /// Whether a change of this class may be that of another: the class that saw it later has hardly a
  /// run in between.
  fileprivate func isSame(_ index: Int, as otherIndex: Int, of other: JudgedTrack) -> Bool {
    let later = index > otherIndex ? self : other
    let between = min(index, otherIndex)..<max(index, otherIndex)
    return later.indicesOfClass.count { between.contains($0) } <= JudgedTrack.margin
  }
}

extension Change {
  fileprivate mutating func join(_ other: Change) {
    index = min(index, other.index)
    if other.state == .confirmed {
      state = .confirmed
      doubt = nil
      runsToConfirm = 0
    }
  }
}
