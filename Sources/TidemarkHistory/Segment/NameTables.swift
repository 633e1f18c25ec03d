internal import TidemarkModel

/// Ids in ascending order, as steps packed in as many bits as the widest needs.
enum IDColumn {
  static func write(_ ids: [UInt64], to writer: inout ByteWriter) {
    var last: UInt64 = 0
    let steps = ids.map { id in
      defer { last = id }
      return id &- last
    }
    let width = bitWidth(steps.reduce(0, |))
    writer.count(ids.count)
    writer.byte(UInt8(width))
    writer.packed(steps, width: width)
  }

  static func read(from reader: inout ByteReader) throws(Problem) -> [UInt64] {
    let count = try reader.count(limit: min(reader.remaining * 8, Int(Int32.max)))
    let width = Int(try reader.byte())
    guard width > 0 || count <= 1 else { throw Problem("its ids are all the same") }
    var ids = [UInt64](repeating: 0, count: count)
    var last: UInt64 = 0
    var isAscending = true
    try reader.unpack(count: count, width: width) { index, step in
      let (id, overflow) = last.addingReportingOverflow(step)
      isAscending = isAscending && !overflow
      ids[index] = id
      last = id
    }
    guard isAscending else { throw Problem("its ids are not in order") }
    return ids
  }
}

/// Names in an order of the writer's choosing, each told by what it shares with the one before.
enum NameColumn {
  static func write(_ names: [String], to writer: inout ByteWriter) {
    var shared: [Int64] = []
    var rest: [Int64] = []
    var tails: [UInt8] = []
    var last: [UInt8] = []
    for name in names {
      let bytes = Array(name.utf8)
      let common = zip(last, bytes).prefix { $0 == $1 }.count
      shared.append(Int64(common))
      rest.append(Int64(bytes.count - common))
      tails.append(contentsOf: bytes[common...])
      last = bytes
    }
    IntegerColumn.write(shared, to: &writer)
    IntegerColumn.write(rest, to: &writer)
    writer.raw(tails)
  }

  /// Reads `count` names and keeps those that `isWanted`; the others are empty.
  static func read(
    _ count: Int, from reader: inout ByteReader, isWanted: (Int) -> Bool
  ) throws(Problem) -> [String] {
    let shared = try IntegerColumn.read(count, from: &reader)
    let rest = try IntegerColumn.read(count, from: &reader)
    var names = [String](repeating: "", count: count)
    var current: [UInt8] = []
    // A name that shares much with the one before can unpack to far more than its bytes.
    var budget = 1 << 28
    for index in 0..<count {
      guard shared[index] >= 0, shared[index] <= current.count, rest[index] >= 0,
        rest[index] <= reader.remaining
      else { throw Problem("a name in it has an impossible length") }
      current.removeSubrange(Int(shared[index])...)
      current.append(contentsOf: try reader.raw(Int(rest[index])))
      guard isWanted(index) else { continue }
      budget -= current.count
      guard budget > 0 else { throw Problem("its names are too long") }
      names[index] = String(decoding: current, as: UTF8.self)
    }
    return names
  }
}

/// The sections TIDS and TNAM: a segment's tests, in the order of their ids.
enum TestTable {
  static func encodedIDs(_ tests: [StoredTest]) -> [UInt8] {
    var writer = ByteWriter()
    IDColumn.write(tests.map(\.id.bits), to: &writer)
    return writer.bytes
  }

  /// - Parameter order: Indexes into `tests`: the order in which names follow one another well.
  static func encodedNames(_ tests: [StoredTest], order: [Int32]) -> [UInt8] {
    var texts = TextTable()
    var pairs = PairTable()
    var suites: [[Int]: Int] = [:]
    var suiteTable = ByteWriter()
    var columns: [[Int64]] = [[], [], [], [], []]
    for index in order {
      let identity = tests[Int(index)].identity
      let path = identity.suite.map { texts.index($0) }
      let suite = suites[path] ?? suites.count
      if suite == suites.count {
        suites[path] = suite
        suiteTable.count(path.count)
        for text in path { suiteTable.count(text) }
      }
      columns[0].append(Int64(suite))
      columns[1].append(Int64(texts.index(identity.className)))
      columns[2].append(Int64(texts.index(identity.parameters)))
      columns[3].append(
        Int64(pairs.index(identity.labels.pairs.map { ($0.key, $0.value) }, &texts)))
      columns[4].append(Int64(identity.ordinal))
    }
    var writer = ByteWriter()
    IntegerColumn.write(ranks(order), to: &writer)
    texts.write(to: &writer)
    writer.count(pairs.count)
    writer.raw(pairs.encoded)
    writer.count(suites.count)
    writer.raw(suiteTable.bytes)
    for column in columns { IntegerColumn.write(column, to: &writer) }
    NameColumn.write(order.map { tests[Int($0)].identity.name }, to: &writer)
    return writer.bytes
  }

  /// Reads the identities of the tests that are wanted, by their place in the order of ids.
  static func readNames(
    _ count: Int, wanted: [Int32], from reader: inout ByteReader
  ) throws(Problem) -> [TestIdentity] {
    let ranks = try IntegerColumn.readIndexes(count, below: count, from: &reader)
    let texts = try TextTable.read(from: &reader)
    let pairs = try PairTable.read(from: &reader, texts).map { Labels($0) }
    let suiteCount = try reader.count(ofAtLeast: 1)
    var suites: [[String]] = []
    for _ in 0..<suiteCount {
      let depth = try reader.count(ofAtLeast: 1)
      let path = try NameTable.indexes(depth, below: texts.count, from: &reader)
      suites.append(path.map { texts[$0] })
    }
    let suite = try IntegerColumn.readIndexes(count, below: suites.count, from: &reader)
    let classes = try IntegerColumn.readIndexes(count, below: texts.count, from: &reader)
    let parameters = try IntegerColumn.readIndexes(count, below: texts.count, from: &reader)
    let labels = try IntegerColumn.readIndexes(count, below: pairs.count, from: &reader)
    let ordinals = try IntegerColumn.read(count, from: &reader)
    let places = NameTable.places(of: wanted, ranks)
    let names = try NameColumn.read(count, from: &reader) { places[$0] }
    return wanted.map { index in
      let rank = Int(ranks[Int(index)])
      return TestIdentity(
        suite: suites[Int(suite[rank])], className: texts[Int(classes[rank])], name: names[rank],
        parameters: texts[Int(parameters[rank])], labels: pairs[Int(labels[rank])],
        ordinal: Int(ordinals[rank]))
    }
  }

  fileprivate static func ranks(_ order: [Int32]) -> [Int64] {
    var ranks = [Int64](repeating: 0, count: order.count)
    for (rank, index) in order.enumerated() { ranks[Int(index)] = Int64(rank) }
    return ranks
  }
}

/// What both tables of names read alike.
private enum NameTable {
  static func indexes(
    _ count: Int, below limit: Int, from reader: inout ByteReader
  ) throws(Problem) -> [Int] {
    var indexes: [Int] = []
    for _ in 0..<count {
      let index = try reader.count(limit: limit)
      guard index < limit else { throw Problem("an index in it points nowhere") }
      indexes.append(index)
    }
    return indexes
  }

  /// Which places in the order of names are wanted.
  static func places(of wanted: [Int32], _ ranks: [Int32]) -> [Bool] {
    var places = [Bool](repeating: false, count: ranks.count)
    for index in wanted { places[Int(ranks[Int(index)])] = true }
    return places
  }
}

/// The sections SIDS and SNAM: a segment's series, in the order of (id, unit, direction). A series
/// whose unit or direction changed stands once for each.
enum SeriesTable {
  /// What SIDS tells of a series, for every reader needs it.
  struct Entry: Hashable {
    var id: UInt64
    var unit: Unit
    var direction: Direction
  }

  static func encodedIDs(_ series: [StoredSeries]) -> [UInt8] {
    var writer = ByteWriter()
    IDColumn.write(series.map(\.id.bits), to: &writer)
    var units: [Unit: Int] = [:]
    var table = ByteWriter()
    var indexes: [Int64] = []
    for entry in series {
      let index = units[entry.unit] ?? units.count
      if index == units.count {
        units[entry.unit] = index
        table.text(entry.unit.text)
        table.text(entry.unit.quantity.name)
        table.uint64(entry.unit.scale.bitPattern)
      }
      indexes.append(Int64(index))
    }
    writer.count(units.count)
    writer.raw(table.bytes)
    IntegerColumn.write(indexes, to: &writer)
    IntegerColumn.write(series.map { $0.direction == .lower ? 0 : Int64(1) }, to: &writer)
    return writer.bytes
  }

  static func readIDs(from reader: inout ByteReader) throws(Problem) -> [Entry] {
    let ids = try IDColumn.read(from: &reader)
    let unitCount = try reader.count(ofAtLeast: 10)
    var units: [Unit] = []
    for _ in 0..<unitCount {
      let text = try reader.text()
      let quantity = Quantity(name: try reader.text())
      let scale = Double(bitPattern: try reader.uint64())
      units.append(Unit(text: text, quantity: quantity, scale: scale))
    }
    let unit = try IntegerColumn.readIndexes(ids.count, below: units.count, from: &reader)
    let direction = try IntegerColumn.readIndexes(ids.count, below: 2, from: &reader)
    return ids.indices.map {
      Entry(
        id: ids[$0], unit: units[Int(unit[$0])], direction: direction[$0] == 0 ? .lower : .higher)
    }
  }

  static func encodedNames(_ series: [StoredSeries], order: [Int32]) -> [UInt8] {
    var texts = TextTable()
    var pairs = PairTable()
    var columns: [[Int64]] = [[], [], [], []]
    for index in order {
      let identity = series[Int(index)].identity
      columns[0].append(
        Int64(pairs.index(identity.parameters.pairs.map { ($0.key, $0.value) }, &texts)))
      columns[1].append(Int64(texts.index(identity.metric)))
      columns[2].append(Int64(texts.index(identity.quantity.name)))
      columns[3].append(
        Int64(pairs.index(identity.labels.pairs.map { ($0.key, $0.value) }, &texts)))
    }
    var writer = ByteWriter()
    IntegerColumn.write(TestTable.ranks(order), to: &writer)
    texts.write(to: &writer)
    writer.count(pairs.count)
    writer.raw(pairs.encoded)
    for column in columns { IntegerColumn.write(column, to: &writer) }
    NameColumn.write(order.map { series[Int($0)].identity.name }, to: &writer)
    return writer.bytes
  }

  static func readNames(
    _ count: Int, wanted: [Int32], from reader: inout ByteReader
  ) throws(Problem) -> [SeriesIdentity] {
    let ranks = try IntegerColumn.readIndexes(count, below: count, from: &reader)
    let texts = try TextTable.read(from: &reader)
    let pairs = try PairTable.read(from: &reader, texts).map { Labels($0) }
    let parameters = try IntegerColumn.readIndexes(count, below: pairs.count, from: &reader)
    let metrics = try IntegerColumn.readIndexes(count, below: texts.count, from: &reader)
    let quantities = try IntegerColumn.readIndexes(count, below: texts.count, from: &reader)
    let labels = try IntegerColumn.readIndexes(count, below: pairs.count, from: &reader)
    let places = NameTable.places(of: wanted, ranks)
    let names = try NameColumn.read(count, from: &reader) { places[$0] }
    return wanted.map { index in
      let rank = Int(ranks[Int(index)])
      return SeriesIdentity(
        name: names[rank], parameters: pairs[Int(parameters[rank])],
        metric: texts[Int(metrics[rank])],
        quantity: Quantity(name: texts[Int(quantities[rank])]), labels: pairs[Int(labels[rank])])
    }
  }
}
