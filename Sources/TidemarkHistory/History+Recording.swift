package import TidemarkModel

extension History {
  /// Small segments are written often and read often: quick, and nearly as small as the best.
  static let recordingCompression: Int32 = 3

  /// Adds a run as one segment, written and synced before it is seen. Costs the run's size,
  /// whatever the history's.
  ///
  /// - Parameter normalisationVersion: The version of the rules that made the ids.
  /// - Returns: The segment's name. Nothing is written if it is there already.
  package func append(
    _ run: Run, judgement: Judgement? = nil, normalisationVersion: Int
  ) throws(Problem) -> String {
    try append(
      [RecordedRun(run: run, judgement: judgement)], normalisationVersion: normalisationVersion)
  }

  /// Adds several runs as one segment, as an import does.
  package func append(
    _ runs: [RecordedRun], normalisationVersion: Int
  ) throws(Problem) -> String {
    var draft = SegmentDraft(normalisationVersion: normalisationVersion)
    for run in runs { draft.append(run) }
    return try write(draft)
  }

  /// Adds records as one segment.
  package func append(_ records: [HistoryRecord]) throws(Problem) -> String {
    var draft = SegmentDraft(normalisationVersion: 0)
    draft.records = records
    return try write(draft)
  }

  private func write(_ draft: consuming SegmentDraft) throws(Problem) -> String {
    let bytes = draft.encoded(compression: History.recordingCompression, hasDigests: false)
    return try folder.write(bytes).name
  }

  var folder: HistoryFolder { HistoryFolder(path: directory) }
}
