internal import TidemarkModel

/// The tests of several segments in one table, in the order of their ids, of which only those
/// stand in it that some selected part has.
struct TestUnion {
  private var union: IDUnion

  init(_ tables: [Int: SegmentTables]) { union = IDUnion(tables.mapValues(\.tests)) }

  mutating func use(_ shape: Shape, ofSegment segment: Int) {
    union.use(shape, ofSegment: segment)
  }

  mutating func settle() { union.settle() }

  /// The same entries in the table of the union.
  func shape(_ shape: Shape) -> Shape { union.shape(shape) }

  func named(_ set: SegmentSet) throws(SegmentFault) -> [StoredTest] {
    var tests = [StoredTest?](repeating: nil, count: union.ids.count)
    for (number, wanted) in union.wanted {
      let segment = set.segments[number]
      do throws(Problem) {
        let names =
          try segment.file.decode(.testNames) { (reader) throws(Problem) in
            try TestTable.readNames(
              union.count(ofSegment: number), wanted: wanted, from: &reader)
          }
        guard let names else { throw Problem("its names are missing", path: segment.file.name) }
        for (entry, identity) in zip(wanted, names) {
          let place = union.place(ofEntry: entry, segment: number)
          tests[place] = StoredTest(id: Identifier(bits: union.ids[place]), identity: identity)
        }
      } catch { throw set.fault(segment, block: nil, error) }
    }
    return tests.compactMap { $0 }
  }
}

/// The same for series: one for each id, with unit and direction as last written.
struct SeriesUnion {
  private var union: IDUnion
  private let entries: [Int: [SeriesTable.Entry]]

  init(_ tables: [Int: SegmentTables]) {
    entries = tables.mapValues(\.series)
    union = IDUnion(tables.mapValues { $0.series.map(\.id) })
  }

  mutating func use(_ shape: Shape, ofSegment segment: Int) {
    union.use(shape, ofSegment: segment)
  }

  mutating func settle() {
    union.settle { segment, entries in
      self.entries[segment].map { table in entries.map { table[Int($0)].unit.scale } } ?? []
    }
  }

  func shape(_ shape: Shape) -> SeriesShape {
    SeriesShape(entries: union.shape(shape), unitScales: union.scales(shape))
  }

  func named(_ set: SegmentSet) throws(SegmentFault) -> [StoredSeries] {
    var series = [StoredSeries?](repeating: nil, count: union.ids.count)
    for (number, wanted) in union.wanted {
      let segment = set.segments[number]
      do throws(Problem) {
        let names =
          try segment.file.decode(.seriesNames) { (reader) throws(Problem) in
            try SeriesTable.readNames(
              union.count(ofSegment: number), wanted: wanted, from: &reader)
          }
        guard let names, let table = entries[number] else {
          throw Problem("its names are missing", path: segment.file.name)
        }
        for (entry, identity) in zip(wanted, names) {
          let place = union.place(ofEntry: entry, segment: number)
          series[place] = StoredSeries(
            id: Identifier(bits: union.ids[place]), identity: identity,
            unit: table[Int(entry)].unit, direction: table[Int(entry)].direction)
        }
      } catch { throw set.fault(segment, block: nil, error) }
    }
    return series.compactMap { $0 }
  }
}

/// A part's series in the table of the union, and the scale of each one's unit.
struct SeriesShape {
  var entries: Shape
  var unitScales: [Double]
}

/// Merges sorted lists of ids, and maps what pointed into them.
private struct IDUnion {
  private struct Use {
    var segment: Int
    var shape: Shape
  }

  private struct Mapped {
    var shape: Shape
    var scales: [Double]
  }

  private let tables: [Int: [UInt64]]
  /// Each shape once, those of the newest parts first.
  private var uses: [Use] = []
  private var known: Set<ObjectIdentifier> = []
  private var mapped: [ObjectIdentifier: Mapped] = [:]
  private var places: [Int: [Int32]] = [:]

  /// The ids that are used, ascending.
  private(set) var ids: [UInt64] = []
  /// Of each segment the entries whose names are to be read from it.
  private(set) var wanted: [Int: [Int32]] = [:]

  init(_ tables: [Int: [UInt64]]) { self.tables = tables }

  func count(ofSegment segment: Int) -> Int { tables[segment]?.count ?? 0 }

  func place(ofEntry entry: Int32, segment: Int) -> Int {
    Int(places[segment]?[Int(entry)] ?? 0)
  }

  mutating func use(_ shape: Shape, ofSegment segment: Int) {
    guard !shape.entries.isEmpty, known.insert(ObjectIdentifier(shape)).inserted else { return }
    uses.append(Use(segment: segment, shape: shape))
  }

  mutating func settle(scales: (Int, [Int32]) -> [Double] = { _, _ in [] }) {
    unite()
    mapTables()
    var isNamed = [Bool](repeating: false, count: ids.count)
    var recent: [Mapped] = []
    for use in uses {
      guard let places = places[use.segment] else { continue }
      var entries = [Int32]()
      entries.reserveCapacity(use.shape.entries.count)
      for entry in use.shape.entries {
        let place = places[Int(entry)]
        entries.append(place)
        guard !isNamed[Int(place)] else { continue }
        isNamed[Int(place)] = true
        wanted[use.segment, default: []].append(entry)
      }
      let scales = scales(use.segment, use.shape.entries)
      // Runs of one job mostly have the same: they share it, whatever segments they stand in.
      if let same = recent.first(where: { $0.shape.entries == entries && $0.scales == scales }) {
        mapped[ObjectIdentifier(use.shape)] = same
        continue
      }
      let new = Mapped(shape: Shape(entries), scales: scales)
      mapped[ObjectIdentifier(use.shape)] = new
      recent.insert(new, at: 0)
      if recent.count > 16 { recent.removeLast() }
    }
  }

  func shape(_ shape: Shape) -> Shape {
    mapped[ObjectIdentifier(shape)]?.shape ?? .empty
  }

  func scales(_ shape: Shape) -> [Double] {
    mapped[ObjectIdentifier(shape)]?.scales ?? []
  }

  private mutating func unite() {
    var last: [UInt64] = []
    for use in uses {
      let table = tables[use.segment] ?? []
      let used = use.shape.entries.map { table[Int($0)] }
      guard used != last else { continue }
      ids = IDUnion.union(ids, used)
      last = used
    }
  }

  /// The ids of both, ascending, each once.
  private static func union(_ first: [UInt64], _ second: [UInt64]) -> [UInt64] {
    var union: [UInt64] = []
    union.reserveCapacity(max(first.count, second.count))
    var one = 0
    var other = 0
    while one < first.count || other < second.count {
      let id: UInt64
      if other >= second.count || (one < first.count && first[one] <= second[other]) {
        id = first[one]
        one += 1
      } else {
        id = second[other]
        other += 1
      }
      if union.last != id { union.append(id) }
    }
    return union
  }

  /// Where each entry of each table stands in the union; entries that no part uses point to the
  /// next one that is used, and nothing asks for them.
  private mutating func mapTables() {
    var lastTable: [UInt64] = []
    var lastPlaces: [Int32] = []
    for segment in Set(uses.map(\.segment)).sorted() {
      let table = tables[segment] ?? []
      if table != lastTable || lastPlaces.isEmpty {
        var place = 0
        lastPlaces = table.map { id in
          while place < ids.count - 1, ids[place] < id { place += 1 }
          return Int32(truncatingIfNeeded: place)
        }
        lastTable = table
      }
      places[segment] = lastPlaces
    }
  }
}
