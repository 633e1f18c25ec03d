internal import TidemarkModel

/// Which segments are covered by which new ones.
struct CompactionPlan {
  var drafts: [SegmentDraft] = []
  /// Names of segments of which every part and record is in `drafts`, or in a segment that stays.
  var covered: [String] = []
  /// Names of segments that stay, and have a part that is left out of `drafts` because of it.
  private(set) var relied: Set<String> = []

  init(
    _ set: SegmentSet, _ damage: Damage, _ limits: CompactionLimits
  ) throws(SegmentFault) {
    let pruned = CompactionPlan.pruned(set)
    let taken = CompactionPlan.taken(set, damage, limits)
    let parts = parts(set, damage, taken: Set(taken), pruned: pruned)
    // One small segment of which nothing goes is as it should be.
    let isSettled =
      taken.count < 2 && taken.allSatisfy { set.segments[$0].parts.count == parts.count }
    if isSettled { return }
    covered = taken.map { set.segments[$0].file.name }
    let records = taken.flatMap { set.segments[$0].records }
    try makeDrafts(set, parts, limits)
    if !records.isEmpty {
      if drafts.isEmpty { drafts.append(SegmentDraft(normalisationVersion: 0)) }
      drafts[drafts.count - 1].records = records
    }
  }

  /// Indexes of the segments that are small enough, whole, and of a format that is known.
  static func taken(
    _ set: SegmentSet, _ damage: Damage, _ limits: CompactionLimits
  ) -> [Int] {
    let pruned = CompactionPlan.pruned(set)
    return set.segments.indices.filter { index in
      let segment = set.segments[index]
      return !segment.isDamaged(damage) && segment.file.minor <= SegmentLayout.minor
        && !segment.isFull(limits, without: pruned)
    }
  }

  static func pruned(_ set: SegmentSet) -> Set<String> {
    var pruned: Set<String> = []
    for case .prune(_, let runs) in set.segments.flatMap(\.records) { pruned.formUnion(runs) }
    return pruned
  }

  /// The parts of the taken segments, oldest first: each once, without those of pruned runs and
  /// those that a segment which stays has as well.
  private mutating func parts(
    _ set: SegmentSet, _ damage: Damage, taken: Set<Int>, pruned: Set<String>
  ) -> [LocatedPart] {
    var staying: [PartKey: (record: PartRecord, name: String)] = [:]
    for (index, segment) in set.segments.enumerated()
    where !taken.contains(index) && !segment.isDamaged(damage) {
      for part in segment.parts { staying[part.key] = (part, segment.file.name) }
    }
    var parts: [LocatedPart] = []
    for part in RunSelection.distinctParts(set, Damage(), only: taken)
    where !pruned.contains(part.record.run.id) {
      if let other = staying[part.record.key],
        other.record == part.record || !part.record.outranks(other.record)
      {
        relied.insert(other.name)
      } else {
        parts.append(part)
      }
    }
    return parts.sorted { SegmentDraft.precedes($0.record, $1.record) }
  }

  private mutating func makeDrafts(
    _ set: SegmentSet, _ parts: [LocatedPart], _ limits: CompactionLimits
  ) throws(SegmentFault) {
    let versions = Set(parts.map { set.version($0) }).sorted()
    for version in versions {
      let same = parts.filter { set.version($0) == version }
      for share in CompactionPlan.shares(same, limits) {
        drafts.append(try CompactionPlan.draft(set, share, version))
      }
    }
  }

  /// Cuts parts, in their order, into shares that each fit a segment.
  private static func shares(
    _ parts: [LocatedPart], _ limits: CompactionLimits
  ) -> [[LocatedPart]] {
    var shares: [[LocatedPart]] = []
    var cells = 0
    for part in parts {
      cells += part.record.cells
      if let last = shares.last, last.count < limits.parts, cells <= limits.cells {
        shares[shares.count - 1].append(part)
      } else {
        shares.append([part])
        cells = part.record.cells
      }
    }
    return shares
  }

  private static func draft(
    _ set: SegmentSet, _ parts: [LocatedPart], _ version: Int
  ) throws(SegmentFault) -> SegmentDraft {
    let (decoded, tables) = try HistoryLoader.parts(
      set, parts.map { SelectedRun(header: $0.record.run, parts: [$0]) })
    let contents = decoded.map { $0[0] }
    var tests = TestUnion(tables)
    var series = SeriesUnion(tables)
    for (part, contents) in zip(parts, contents).reversed() {
      tests.use(contents.tests, ofSegment: part.segment)
      series.use(contents.series, ofSegment: part.segment)
    }
    tests.settle()
    series.settle()
    let variants = SeriesVariants(
      zip(parts, contents).map { ($0.segment, $1.series) }, tables, try series.named(set))
    var draft = SegmentDraft(
      normalisationVersion: version, tests: try tests.named(set), series: variants.series)
    for (part, contents) in zip(parts, contents) {
      var moved = contents
      moved.tests = tests.shape(contents.tests)
      moved.series = variants.shape(contents.series)
      draft.append(part.record, moved)
    }
    return draft
  }
}

/// The series of several segments, once for each unit and direction that they have.
private struct SeriesVariants {
  /// In the order of (id, unit, direction).
  let series: [StoredSeries]
  private var shapes: [ObjectIdentifier: Shape] = [:]

  /// - Parameter named: One for each id.
  init(_ uses: [(Int, Shape)], _ tables: [Int: SegmentTables], _ named: [StoredSeries]) {
    let identities = Dictionary(named.map { ($0.id.bits, $0.identity) }) { first, _ in first }
    var distinct: [ObjectIdentifier: [SeriesTable.Entry]] = [:]
    for (segment, shape) in uses where distinct[ObjectIdentifier(shape)] == nil {
      let table = tables[segment]?.series ?? []
      distinct[ObjectIdentifier(shape)] = shape.entries.map { table[Int($0)] }
    }
    let entries = Set(distinct.values.joined())
    series = entries.compactMap { entry in
      identities[entry.id].map {
        StoredSeries(
          id: Identifier(bits: entry.id), identity: $0, unit: entry.unit,
          direction: entry.direction)
      }
    }.sorted(by: SegmentDraft.precedes)
    var places: [SeriesTable.Entry: Int32] = [:]
    for (place, entry) in series.enumerated() {
      let key = SeriesTable.Entry(
        id: entry.id.bits, unit: entry.unit, direction: entry.direction)
      places[key] = Int32(place)
    }
    for (shape, entries) in distinct { shapes[shape] = Shape(entries.map { places[$0] ?? 0 }) }
  }

  func shape(_ shape: Shape) -> Shape { shapes[ObjectIdentifier(shape)] ?? .empty }
}

extension OpenSegment {
  func isDamaged(_ damage: Damage) -> Bool {
    blockSizes.indices.contains { damage.includes(segment: file.name, block: $0) }
  }

  /// Half of what a segment may hold: rewriting it gains little. One of which a quarter is pruned
  /// gains.
  fileprivate func isFull(_ limits: CompactionLimits, without pruned: Set<String>) -> Bool {
    let kept = parts.filter { !pruned.contains($0.run.id) }
    guard (parts.count - kept.count) * 4 < parts.count else { return false }
    return parts.count * 2 >= limits.parts
      || parts.reduce(0) { $0 + $1.cells } * 2 >= limits.cells
  }
}

extension PartRecord {
  /// What it weighs: an outcome takes an eighth of a value's bytes or less.
  fileprivate var cells: Int { values + counts.total / 8 }
}

extension SegmentSet {
  fileprivate func version(_ part: LocatedPart) -> Int {
    segments[part.segment].file.normalisationVersion
  }
}
