internal import TidemarkModel

/// Decodes the parts of selected runs and joins them to contents.
struct HistoryLoader {
  private let set: SegmentSet
  private let runs: [SelectedRun]
  private let columns: LoadOptions.Columns
  /// Of each segment that has a selected part.
  private var tables: [Int: SegmentTables] = [:]
  /// For each run and each of its parts.
  private var contents: [[PartContents]]

  /// - Parameter runs: In the order of (time, id).
  static func load(
    _ set: SegmentSet, _ runs: [SelectedRun], columns: LoadOptions.Columns
  ) throws(SegmentFault) -> HistoryContents {
    var loader = HistoryLoader(set, runs, columns)
    try loader.decodeBlocks()
    var tests = TestUnion(loader.tables)
    var series = SeriesUnion(loader.tables)
    loader.markUsed(&tests, &series)
    var contents = HistoryContents()
    contents.tests = try tests.named(set)
    contents.series = try series.named(set)
    contents.runs = loader.joinedRuns(tests, series)
    return contents
  }

  /// The parts of each run as they stand in their segments, with the ids of those segments.
  static func parts(
    _ set: SegmentSet, _ runs: [SelectedRun]
  ) throws(SegmentFault) -> (contents: [[PartContents]], tables: [Int: SegmentTables]) {
    var loader = HistoryLoader(set, runs, .all)
    try loader.decodeBlocks()
    return (loader.contents, loader.tables)
  }

  private init(_ set: SegmentSet, _ runs: [SelectedRun], _ columns: LoadOptions.Columns) {
    self.set = set
    self.runs = runs
    self.columns = columns
    contents = runs.map { $0.parts.map { _ in PartContents() } }
  }

  // MARK: Blocks

  private struct Wanted {
    var place: Int
    var run: Int
    var part: Int
  }

  /// Block by block, so that each is read once.
  private mutating func decodeBlocks() throws(SegmentFault) {
    var wanted: [Int: [Int: [Wanted]]] = [:]
    for (runIndex, run) in runs.enumerated() {
      for (partIndex, part) in run.parts.enumerated() {
        guard let place = part.place else { continue }
        wanted[part.segment, default: [:]][place.block, default: []].append(
          Wanted(place: place.place, run: runIndex, part: partIndex))
      }
    }
    for segment in wanted.keys.sorted() {
      let tables = try SegmentTables(set.segments[segment])
      self.tables[segment] = tables
      var cellsLeft = set.segments[segment].file.cellLimit
      for (block, parts) in (wanted[segment] ?? [:]).sorted(by: { $0.key < $1.key }) {
        cellsLeft -= try decode(
          parts.sorted { $0.place < $1.place }, segment, block, tables, cellLimit: cellsLeft)
      }
    }
  }

  /// - Returns: How many cells were read.
  private mutating func decode(
    _ parts: [Wanted], _ number: Int, _ block: Int, _ tables: SegmentTables, cellLimit: Int
  ) throws(SegmentFault) -> Int {
    let segment = set.segments[number]
    do throws(Problem) {
      let decoded = try BlockReader.read(
        segment.file, block: block, partCount: segment.blockSizes[block],
        wanted: parts.map(\.place), tests: tables.tests.count, series: tables.series.count,
        columns: columns, cellLimit: cellLimit)
      for (part, contents) in zip(parts, decoded) {
        self.contents[part.run][part.part] = contents
      }
      return decoded.reduce(0) { $0 + max($1.codes.count, $1.numbers.count) }
    } catch { throw set.fault(segment, block: block, error) }
  }

  // MARK: Tables

  /// Goes from the newest part to the oldest, so that names and units are as last written.
  private func markUsed(_ tests: inout TestUnion, _ series: inout SeriesUnion) {
    for (run, parts) in zip(runs, contents).reversed() {
      for (part, contents) in zip(run.parts, parts) {
        tests.use(contents.tests, ofSegment: part.segment)
        series.use(contents.series, ofSegment: part.segment)
      }
    }
    tests.settle()
    series.settle()
  }

  // MARK: Runs

  private func joinedRuns(_ tests: TestUnion, _ series: SeriesUnion) -> [StoredRun] {
    var joiner = RunJoiner()
    return zip(runs, contents).map { run, contents in
      let parts = zip(run.parts, contents).map { part, contents in
        RunJoiner.Part(
          record: part.record, tests: tests.shape(contents.tests),
          series: series.shape(contents.series), contents: contents)
      }
      return joiner.joined(run, parts)
    }
  }
}

extension SegmentSet {
  /// What a problem with a segment means for reading on.
  func fault(_ segment: OpenSegment, block: Int?, _ problem: Problem) -> SegmentFault {
    segment.file.isThere
      ? .damaged(segment: segment.file.name, block: block, problem) : .vanished
  }
}

/// The ids of a segment's tables.
struct SegmentTables {
  let tests: [UInt64]
  let series: [SeriesTable.Entry]

  init(_ segment: OpenSegment) throws(SegmentFault) {
    do throws(Problem) {
      tests =
        try segment.file.decode(.testIDs) { (reader) throws(Problem) in
          try IDColumn.read(from: &reader)
        } ?? []
      series =
        try segment.file.decode(.seriesIDs) { (reader) throws(Problem) in
          try SeriesTable.readIDs(from: &reader)
        } ?? []
    } catch {
      throw segment.file.isThere
        ? .damaged(segment: segment.file.name, block: nil, error) : .vanished
    }
  }
}
