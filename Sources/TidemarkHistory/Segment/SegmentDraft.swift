internal import TidemarkModel

/// Parts and records that are to become one segment, with tables of their own.
struct SegmentDraft {
  struct Part {
    var record: PartRecord
    var contents: PartContents
  }

  private struct SeriesKey: Hashable {
    var id: Identifier
    var unit: Unit
    var direction: Direction
  }

  var normalisationVersion: Int
  private(set) var tests: [StoredTest] = []
  private(set) var series: [StoredSeries] = []
  private(set) var parts: [Part] = []
  var records: [HistoryRecord] = []
  private var testIndexes: [Identifier: Int32] = [:]
  private var seriesIndexes: [SeriesKey: Int32] = [:]

  init(normalisationVersion: Int) { self.normalisationVersion = normalisationVersion }

  /// A draft with tables that are complete and in the order of their ids.
  init(normalisationVersion: Int, tests: [StoredTest], series: [StoredSeries]) {
    self.normalisationVersion = normalisationVersion
    self.tests = tests
    self.series = series
  }

  /// The index of a test; its identity is kept as it is first given.
  mutating func index(_ id: Identifier, _ identity: @autoclosure () -> TestIdentity) -> Int32 {
    if let index = testIndexes[id] { return index }
    let index = Int32(truncatingIfNeeded: tests.count)
    testIndexes[id] = index
    tests.append(StoredTest(id: id, identity: identity()))
    return index
  }

  /// The index of a series with this unit and direction.
  mutating func index(
    _ id: Identifier, unit: Unit, direction: Direction,
    _ identity: @autoclosure () -> SeriesIdentity
  ) -> Int32 {
    let key = SeriesKey(id: id, unit: unit, direction: direction)
    if let index = seriesIndexes[key] { return index }
    let index = Int32(truncatingIfNeeded: series.count)
    seriesIndexes[key] = index
    series.append(
      StoredSeries(id: id, identity: identity(), unit: unit, direction: direction))
    return index
  }

  /// Adds a part whose shapes point into this draft's tables, in any order.
  mutating func append(_ record: PartRecord, _ contents: PartContents) {
    parts.append(Part(record: record, contents: contents))
  }

  /// Adds the parts of a run as it was measured.
  mutating func append(_ recorded: RecordedRun) {
    for part in recorded.run.parts {
      var contents = PartContents()
      contents.tests = Shape(part.tests.map { index($0.id, $0.identity) })
      contents.codes = part.tests.map {
        StoredOutcomes.code($0.outcome, isFlaky: $0.isFlaky)
      }
      contents.durations = part.tests.map { $0.duration ?? .nan }
      contents.series = Shape(
        part.values.map {
          index($0.id, unit: $0.unit, direction: $0.direction, $0.identity)
        })
      contents.numbers = part.values.map(\.value)
      contents.details = part.values.map {
        ValueDetail(
          n: $0.n, standardError: $0.standardError, samples: $0.samples,
          items: $0.items.sorted { ($0.id, $0.score) < ($1.id, $1.score) })
      }
      if contents.details.allSatisfy({ $0 == ValueDetail() }) { contents.details = [] }
      var counts = OutcomeCounts()
      for test in part.tests { counts.add(test.outcome) }
      append(
        PartRecord(
          run: recorded.run.header, job: part.job, jobURL: part.url, attempt: part.attempt,
          environment: part.environment, digest: PartDigest(high: 0, low: 0),
          judgement: recorded.judgement, counts: counts, flaky: part.tests.count(where: \.isFlaky),
          values: part.values.count), contents)
    }
  }

  /// The segment's bytes: the same for the same draft, whatever order its parts came in.
  ///
  /// - Parameters:
  ///   - compression: The level of zstd; nil for none.
  ///   - hasDigests: Whether the parts' digests are known already.
  consuming func encoded(compression: Int32?, hasDigests: Bool) -> [UInt8] {
    sortTables()
    if !hasDigests {
      for index in parts.indices {
        parts[index].record.digest = PartDigest(
          parts[index].contents, tests: tests, series: series)
      }
    }
    parts.sort { SegmentDraft.precedes($0.record, $1.record) }
    let head = SegmentHead(parts: parts.map(\.record), blocks: blocks())
    var segment = SegmentAssembler(
      normalisationVersion: normalisationVersion, compression: compression)
    if !parts.isEmpty { segment.add(.head, head.encoded()) }
    if !records.isEmpty { segment.add(.records, SegmentRecords.encoded(records)) }
    if !tests.isEmpty {
      segment.add(.testIDs, TestTable.encodedIDs(tests))
      segment.add(.testNames, TestTable.encodedNames(tests, order: testOrder))
    }
    if !series.isEmpty {
      segment.add(.seriesIDs, SeriesTable.encodedIDs(series))
      segment.add(.seriesNames, SeriesTable.encodedNames(series, order: seriesOrder))
    }
    for (block, members) in head.blocks.enumerated() {
      BlockWriter(members.map { parts[Int($0)].contents }, block: block).write(to: &segment)
    }
    return segment.assembled()
  }

  /// The order of (time, run, job, attempt, digest).
  static func precedes(_ first: PartRecord, _ second: PartRecord) -> Bool {
    if first.run.time != second.run.time { return first.run.time < second.run.time }
    if first.run.id != second.run.id { return utf8Precedes(first.run.id, second.run.id) }
    if first.job != second.job { return utf8Precedes(first.job, second.job) }
    if first.attempt != second.attempt { return first.attempt < second.attempt }
    return first.digest < second.digest
  }

  /// The order in which names came: those of one suite beside one another.
  private var testOrder: [Int32] = []
  private var seriesOrder: [Int32] = []

  private mutating func sortTables() {
    let testPlaces = SegmentDraft.places(tests) { $0.id < $1.id }
    let seriesPlaces = SegmentDraft.places(series, by: SegmentDraft.precedes)
    // Tests come suite by suite, which is the order in which their names share most; tables that
    // are in the order of ids already have lost it.
    testOrder = testPlaces ?? SegmentDraft.order(tests) { $0.identity.precedes($1.identity) }
    seriesOrder =
      seriesPlaces ?? SegmentDraft.order(series) { $0.identity.precedes($1.identity) }
    if let testPlaces { tests = SegmentDraft.moved(tests, to: testPlaces) }
    if let seriesPlaces { series = SegmentDraft.moved(series, to: seriesPlaces) }
    for index in parts.indices {
      parts[index].contents.sortTests(testPlaces)
      parts[index].contents.sortSeries(seriesPlaces)
    }
  }

  /// The place of each element in the order that `precedes` says; nil where they are in it.
  private static func places<Element>(
    _ elements: [Element], by precedes: (Element, Element) -> Bool
  ) -> [Int32]? {
    if zip(elements, elements.dropFirst()).allSatisfy({ precedes($0, $1) }) { return nil }
    var places = [Int32](repeating: 0, count: elements.count)
    for (place, index) in order(elements, by: precedes).enumerated() {
      places[Int(index)] = Int32(place)
    }
    return places
  }

  private static func order<Element>(
    _ elements: [Element], by precedes: (Element, Element) -> Bool
  ) -> [Int32] {
    elements.indices.sorted { precedes(elements[$0], elements[$1]) }.map { Int32($0) }
  }

  private static func moved<Element>(_ elements: [Element], to places: [Int32]) -> [Element] {
    var order = [Int32](repeating: 0, count: places.count)
    for (index, place) in places.enumerated() { order[Int(place)] = Int32(index) }
    return order.map { elements[Int($0)] }
  }

  /// The order of (id, unit, direction).
  static func precedes(_ first: StoredSeries, _ second: StoredSeries) -> Bool {
    if first.id != second.id { return first.id < second.id }
    if first.unit.text != second.unit.text {
      return utf8Precedes(first.unit.text, second.unit.text)
    }
    if first.unit.quantity != second.unit.quantity {
      return utf8Precedes(first.unit.quantity.name, second.unit.quantity.name)
    }
    if first.unit.scale != second.unit.scale { return first.unit.scale < second.unit.scale }
    return first.direction == .lower && second.direction == .higher
  }

  /// The parts of each job in their order, 64 to a block; a part of nothing is in none.
  private func blocks() -> [[Int32]] {
    var blocks: [[Int32]] = []
    var open: [String: Int] = [:]
    for (index, part) in parts.enumerated() {
      guard !part.contents.codes.isEmpty || !part.contents.numbers.isEmpty else { continue }
      if let block = open[part.record.job], blocks[block].count < SegmentHead.blockLimit {
        blocks[block].append(Int32(index))
      } else {
        open[part.record.job] = blocks.count
        blocks.append([Int32(index)])
      }
    }
    return blocks
  }
}

extension PartContents {
  /// Points the tests to a table in a new order, and puts them into that order.
  fileprivate mutating func sortTests(_ places: [Int32]?) {
    let mapped = places.map { places in tests.entries.map { places[Int($0)] } } ?? tests.entries
    if places == nil, zip(mapped, mapped.dropFirst()).allSatisfy(<) { return }
    func known(_ index: Int) -> Double {
      durations.isEmpty || durations[index].isNaN ? .infinity : durations[index]
    }
    let order = mapped.indices.sorted { first, second in
      if mapped[first] != mapped[second] { return mapped[first] < mapped[second] }
      // Equal ids of one part, in an order of their own, so that the file's does not show.
      if codes[first] != codes[second] { return codes[first] < codes[second] }
      return known(first) < known(second)
    }
    tests = Shape(order.map { mapped[$0] })
    codes = order.map { codes[$0] }
    if !durations.isEmpty { durations = order.map { durations[$0] } }
  }

  /// The same for series.
  fileprivate mutating func sortSeries(_ places: [Int32]?) {
    let mapped =
      places.map { places in series.entries.map { places[Int($0)] } } ?? series.entries
    if places == nil, zip(mapped, mapped.dropFirst()).allSatisfy(<) { return }
    let order = mapped.indices.sorted { first, second in
      if mapped[first] != mapped[second] { return mapped[first] < mapped[second] }
      return numbers[first] < numbers[second]
    }
    series = Shape(order.map { mapped[$0] })
    numbers = order.map { numbers[$0] }
    if !details.isEmpty { details = order.map { details[$0] } }
  }
}

extension TestIdentity {
  /// An order in which neighbours share much.
  fileprivate func precedes(_ other: TestIdentity) -> Bool {
    if suite != other.suite {
      return suite.lexicographicallyPrecedes(other.suite, by: utf8Precedes)
    }
    if className != other.className { return utf8Precedes(className, other.className) }
    if name != other.name { return utf8Precedes(name, other.name) }
    if parameters != other.parameters { return utf8Precedes(parameters, other.parameters) }
    if labels != other.labels {
      return utf8Precedes(labels.description, other.labels.description)
    }
    return ordinal < other.ordinal
  }
}

extension SeriesIdentity {
  /// An order in which neighbours share much.
  fileprivate func precedes(_ other: SeriesIdentity) -> Bool {
    if name != other.name { return utf8Precedes(name, other.name) }
    if metric != other.metric { return utf8Precedes(metric, other.metric) }
    if parameters != other.parameters {
      return utf8Precedes(parameters.description, other.parameters.description)
    }
    return utf8Precedes(labels.description, other.labels.description)
  }
}
