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
