/// Finds lasting changes of level in the series of one batch: all series of a project, up to one run.
///
/// Pure and deterministic: the same batch gives the same answer, whatever the number of cores.
/// The stages are open, so that a caller can spread the two per-series ones over cores itself:
/// ``tracks(of:at:extent:)`` each, ``commonMode(of:)`` once, ``judge(_:commonMode:)`` each, and
/// ``settle(_:of:commonMode:)`` once.
package struct Detector: Sendable {
  /// How much of each series is judged.
  package enum Extent: Hashable, Sendable {
    /// The newest window alone, as at a gate.
    case newest
    /// All of it, in windows that overlap.
    case whole
  }

  package let options: DetectorOptions

  package init(options: DetectorOptions = DetectorOptions()) {
    self.options = options
  }

  /// Judges a batch on the calling thread.
  package func judge(_ batch: [SeriesInput], extent: Extent = .newest) -> BatchAnswer {
    let tracks = batch.indices.map { self.tracks(of: batch[$0], at: $0, extent: extent) }
    let commonMode = commonMode(of: tracks)
    var sample = OrderedSample()
    let judged = tracks.map { judge($0, commonMode: commonMode, sample: &sample) }
    return settle(judged, of: batch, commonMode: commonMode)
  }

  /// Judges a batch in as many tasks as `workers`; the answer is that of ``judge(_:extent:)``.
  package func judge(_ batch: [SeriesInput], extent: Extent = .newest, workers: Int) async
    -> BatchAnswer
  {
    let tracks = await inChunks(of: batch.indices, workers: workers) { range in
      range.map { self.tracks(of: batch[$0], at: $0, extent: extent) }
    }
    let commonMode = commonMode(of: tracks)
    let judged = await inChunks(of: tracks.indices, workers: workers) { range in
      var sample = OrderedSample()
      return range.map { self.judge(tracks[$0], commonMode: commonMode, sample: &sample) }
    }
    return settle(judged, of: batch, commonMode: commonMode)
  }

  /// The results for all of `indices`, in their order, made in chunks side by side.
  private func inChunks<Result: Sendable>(
    of indices: Range<Int>, workers: Int, _ body: @escaping @Sendable (Range<Int>) -> [Result]
  ) async -> [Result] {
    // More chunks than workers, so that one with many changes does not keep the others waiting.
    let chunks = min(max(workers, 1) * 8, max(indices.count, 1))
    guard workers > 1, chunks > 1 else { return body(indices) }
    let bounds = (0...chunks).map { indices.count * $0 / chunks }
    return await withTaskGroup(of: (Int, [Result]).self) { group in
      for chunk in 0..<chunks {
        group.addTask { (chunk, body(bounds[chunk]..<bounds[chunk + 1])) }
      }
      var results = [[Result]](repeating: [], count: chunks)
      for await (chunk, result) in group { results[chunk] = result }
      return results.flatMap { $0 }
    }
  }

  /// First stage, a series at a time: its values on the scale on which they are judged.
  ///
  /// - Parameter place: the series' place in the batch.
  package func tracks(of input: SeriesInput, at place: Int, extent: Extent) -> [Track] {
    Track.tracks(of: input, series: place, limit: extent == .newest ? options.window : .max)
  }

  /// Second stage, once a batch: what moves all series together.
  package func commonMode(of tracks: [[Track]]) -> CommonMode {
    CommonMode(of: tracks.flatMap { $0 }, options: options)
  }

  /// Third stage, a series at a time: its changes, before the correction for the batch's size.
  package func judge(_ tracks: [Track], commonMode: CommonMode) -> JudgedSeries {
    var sample = OrderedSample()
    return judge(tracks, commonMode: commonMode, sample: &sample)
  }

  private func judge(
    _ tracks: [Track], commonMode: CommonMode, sample: inout OrderedSample
  ) -> JudgedSeries {
    JudgedSeries(
      tracks.map { track in
        JudgedTrack(
          commonMode.corrected(track, options: options, sample: &sample), options: options,
          sample: &sample)
      })
  }

  /// Last stage, once a batch: what the batch's size leaves of the newest changes.
  ///
  /// - Parameter judged: one a series of `batch`, in its order.
  package func settle(
    _ judged: [JudgedSeries], of batch: [SeriesInput], commonMode: CommonMode
  ) -> BatchAnswer {
    let family = Family(of: judged, series: batch.count, options: options)
    let answers = zip(batch, judged).enumerated().map { place, pair in
      pair.1.answer(to: pair.0, family: family, place: place, options: options)
    }
    return BatchAnswer(series: answers, machineChanges: commonMode.machineChanges)
  }
}
