package import TidemarkModel

extension History {
  /// Adds a run as one segment, written and synced before it is seen.
  ///
  /// - Parameter normalisationVersion: The version of the rules that made the ids.
  /// - Returns: The segment's name; nothing is written if it is there already.
  package func append(
    _ run: Run, judgement: Judgement? = nil, normalisationVersion: Int
  ) throws(Problem) -> String {
    try append(
      [RecordedRun(run: run, judgement: judgement)], normalisationVersion: normalisationVersion)
  }

  /// Adds runs as one segment, as an import does.
  package func append(
    _ runs: [RecordedRun], normalisationVersion: Int
  ) throws(Problem) -> String { throw Problem("not written yet") }

  /// Adds records as one segment.
  package func append(_ records: [HistoryRecord]) throws(Problem) -> String {
    throw Problem("not written yet")
  }

  /// Reads the runs that count, joined from their parts.
  ///
  /// - Throws: If the folder is there and none of its segments can be read.
  package func load(_ options: LoadOptions = LoadOptions()) throws(Problem) -> HistoryContents {
    throw Problem("not written yet")
  }

  /// All runs, oldest first; those that do not count say why.
  package func list() throws(Problem) -> [RunSummary] { throw Problem("not written yet") }

  /// One run whole, in contents of its own; nil if there is none of this id.
  package func show(_ run: String) throws(Problem) -> HistoryContents? {
    throw Problem("not written yet")
  }

  /// Takes in the segments of other histories: set union by content.
  package func merge(from directories: [String]) throws(Problem) -> MergeResult {
    throw Problem("not written yet")
  }

  /// Reads every byte of every segment.
  ///
  /// - Parameter setsAside: Whether damaged segments are renamed to `NAME.damaged`.
  package func verify(setsAside: Bool) throws(Problem) -> VerifyResult {
    throw Problem("not written yet")
  }

  /// Writes larger segments, and only then removes the ones that they cover.
  package func compact() throws(Problem) -> CompactionResult { throw Problem("not written yet") }

  package func statistics() throws(Problem) -> HistoryStatistics {
    throw Problem("not written yet")
  }
}
