package import TidemarkModel

extension History {
  /// Reads the runs that count, joined from their parts, in the order of (time, id).
  ///
  /// Headers are read of every segment; columns only of the runs that the options take, and only
  /// the ones that they name. What is damaged is named in ``HistoryContents/damaged``.
  /// - Throws: If the folder has segments and none of them can be read.
  package func load(_ options: LoadOptions = LoadOptions()) throws(Problem) -> HistoryContents {
    var (contents, damage) = try folder.reading {
      (set, damage) throws(SegmentFault) -> HistoryContents in
      var selection = RunSelection(set, damage)
      selection.keep(options)
      var contents = try HistoryLoader.load(set, selection.runs, columns: options.columns)
      contents.records = selection.records
      return contents
    }
    contents.damaged = damage.problems
    contents.setAside = try setAside()
    return contents
  }

  /// All runs, oldest first, with what their headers tell; those that do not count say why.
  package func list() throws(Problem) -> [RunSummary] { try listing().runs }

  /// The same as ``list()``, and the segments that could not be read or were set aside.
  package func listing() throws(Problem) -> (runs: [RunSummary], damaged: [Problem]) {
    let (runs, damage) = try folder.reading { set, damage in
      RunSelection(set, damage).runs.map { RunSummary($0) }
    }
    return (runs, damage.problems + (try setAside()))
  }

  /// What ``verify(setsAside:)`` took out of the way: its runs are missing still.
  private func setAside() throws(Problem) -> [Problem] {
    try folder.namesSetAside().map { name in
      Problem(
        "is damaged and was set aside", path: "\(directory)/\(name)",
        remedy: "merge from a copy that has it whole, or delete it if there is none")
    }
  }

  /// One run whole, in contents of its own, also if it is excluded; nil if there is none of this
  /// id.
  package func show(_ run: String) throws(Problem) -> HistoryContents? {
    var (contents, damage) = try folder.reading {
      (set, damage) throws(SegmentFault) -> HistoryContents in
      let selection = RunSelection(set, damage)
      let runs = selection.runs.filter { $0.header.id == run }
      var contents = try HistoryLoader.load(set, runs, columns: .all)
      contents.records = selection.records
      return contents
    }
    contents.damaged = damage.problems
    contents.setAside = try setAside()
    return contents.runs.isEmpty ? nil : contents
  }

  /// Counts what is there, from directories and headers.
  package func statistics() throws(Problem) -> HistoryStatistics {
    let (statistics, damage) = try folder.reading {
      (set, damage) throws(SegmentFault) -> HistoryStatistics in
      try HistoryStatistics(set, RunSelection(set, damage))
    }
    var all = statistics
    all.damaged = damage.problems
    return all
  }
}

extension RunSummary {
  init(_ run: SelectedRun) {
    header = run.header
    judgement = run.judgement
    exclusion = run.exclusion
    jobs = []
    counts = OutcomeCounts()
    flaky = 0
    series = 0
    for part in run.parts.map(\.record) {
      if jobs.last?.name != part.job {
        jobs.append(
          StoredJob(
            name: part.job, url: part.jobURL, attempt: part.attempt,
            environment: part.environment))
      }
      counts += part.counts
      flaky += part.flaky
      series += part.values
    }
  }
}

extension HistoryStatistics {
  init(_ set: SegmentSet, _ selection: RunSelection) throws(SegmentFault) {
    segments = set.segments.count
    bytes = set.segments.reduce(0) { $0 + $1.file.size }
    bytesBySection = [:]
    for segment in set.segments {
      for entry in segment.file.entries {
        bytesBySection[entry.kind, default: 0] += entry.storedSize
      }
    }
    let counting = selection.runs.filter { $0.exclusion == nil }
    runs = counting.count
    let records = counting.flatMap(\.parts).map(\.record)
    parts = records.count
    outcomes = records.reduce(0) { $0 + $1.counts.total }
    points = records.reduce(0) { $0 + $1.values }
    self.records = selection.records.count
    damaged = []
    var testIDs: Set<UInt64> = []
    var seriesIDs: Set<UInt64> = []
    for segment in set.segments {
      let tables = try SegmentTables(segment)
      testIDs.formUnion(tables.tests)
      seriesIDs.formUnion(tables.series.map(\.id))
    }
    tests = testIDs.count
    series = seriesIDs.count
  }
}
