internal import TidemarkModel

/// Reads the columns of a block, for those of its parts that are wanted.
struct BlockReader {
  /// One for each wanted part, in the order of `wanted`.
  private(set) var contents: [PartContents]
  /// The wanted parts' places in the block, ascending.
  private let wanted: [Int]
  private let partCount: Int
  private let segment: SegmentFile
  private let block: Int
  private let cellLimit: Int

  /// - Parameters:
  ///   - wanted: Places in the block, ascending.
  ///   - tests: How many tests the segment's table has; `series` likewise.
  ///   - cellLimit: The most cells that a column may claim to have: rows of nothing but equal values
  ///     take no bytes, so that a few could fill memory.
  static func read(
    _ segment: SegmentFile, block: Int, partCount: Int, wanted: [Int], tests: Int, series: Int,
    columns: LoadOptions.Columns, cellLimit: Int
  ) throws(Problem) -> [PartContents] {
    var reader = BlockReader(
      segment, block: block, partCount: partCount, wanted: wanted, cellLimit: cellLimit)
    if let rows = try reader.readOutcomes(tests: tests), columns.contains(.durations) {
      try reader.readDurations(rows)
    }
    if let cells = try reader.readValues(series: series) {
      try reader.readCertainty(cells, columns)
      if columns.contains(.items) { try reader.readItems(cells) }
    }
    return reader.contents
  }

  private init(
    _ segment: SegmentFile, block: Int, partCount: Int, wanted: [Int], cellLimit: Int
  ) {
    self.cellLimit = cellLimit
    self.segment = segment
    self.block = block
    self.partCount = partCount
    self.wanted = wanted
    contents = [PartContents](repeating: PartContents(), count: wanted.count)
  }

  private func checkSize(rows: Int) throws(Problem) {
    let cells = rows.multipliedReportingOverflow(by: partCount)
    guard !cells.overflow, cells.partialValue <= cellLimit else {
      throw Problem("it claims to hold more than it can")
    }
  }

  // MARK: Tests

  private mutating func readOutcomes(tests: Int) throws(Problem) -> Cells? {
    let partCount = partCount
    let decoded = try segment.decode(.outcomes, block: block) {
      (reader) throws(Problem) -> (entries: [Int32], columns: [[UInt8]], hasAbsent: Bool) in
      let rowCount = try reader.count(limit: Int(Int32.max))
      try checkSize(rows: rowCount)
      let entries = try IntegerColumn.readIndexes(rowCount, below: tests, from: &reader)
      let columns = try readCodes(rowCount, from: &reader)
      let hasAbsent = columns.contains { $0.contains(BlockWriter.absent) }
      return (entries, columns, hasAbsent)
    }
    guard let decoded else { return nil }
    try checkOrder(decoded.entries, .outcomes)
    let whole = Shape(decoded.entries)
    guard decoded.hasAbsent else {
      for (slot, part) in wanted.enumerated() {
        contents[slot].tests = whole
        contents[slot].codes = decoded.columns[part]
      }
      return Cells(rows: decoded.entries.count, parts: partCount)
    }
    var shape = whole
    for (slot, part) in wanted.enumerated() {
      let column = decoded.columns[part]
      let present = column.indices.filter { column[$0] != BlockWriter.absent }
      let entries = present.map { decoded.entries[$0] }
      if entries != shape.entries { shape = Shape(entries) }
      contents[slot].tests = shape
      contents[slot].codes = present.map { column[$0] }
    }
    var masks = [UInt64](repeating: 0, count: decoded.entries.count)
    for (part, column) in decoded.columns.enumerated() {
      for row in column.indices where column[row] != BlockWriter.absent {
        masks[row] |= 1 << UInt64(part)
      }
    }
    return Cells(masks: masks, parts: partCount)
  }

  /// The codes of each part, row by row.
  private func readCodes(
    _ rowCount: Int, from reader: inout ByteReader
  ) throws(Problem) -> [[UInt8]] {
    let form = try reader.byte()
    guard form <= 1 else { throw Problem("its outcomes have an unknown coding") }
    let hasBase = form == 1
    let counts = try IntegerColumn.read(partCount + (hasBase ? 1 : 0), from: &reader)
    guard counts.allSatisfy({ (0...Int64(rowCount)).contains($0) }) else {
      throw Problem("a count in it is out of range")
    }
    let changes = Int(counts.reduce(0, +))
    guard changes <= reader.remaining else { throw Problem("it ends too early") }
    let gaps = try IntegerColumn.read(changes, from: &reader)
    let codes = try reader.raw(changes)
    guard codes.allSatisfy({ $0 <= BlockWriter.absent }) else {
      throw Problem("an outcome in it is unknown")
    }
    var columns: [[UInt8]] = []
    var base = [UInt8](repeating: 0, count: rowCount)
    var change = 0
    for (index, count) in counts.enumerated() {
      var column = base
      var row = 0
      for _ in 0..<count {
        let gap = gaps[change]
        guard gap >= 0, gap < rowCount - row else {
          throw Problem("an index in it points nowhere")
        }
        row += Int(gap)
        column[row] = codes[codes.startIndex + change]
        row += 1
        change += 1
      }
      if !hasBase || index > 0 { columns.append(column) }
      if !hasBase || index == 0 { base = column }
    }
    return columns
  }

  private func checkOrder(_ entries: [Int32], _ kind: SectionKind) throws(Problem) {
    guard zip(entries, entries.dropFirst()).allSatisfy(<=) else {
      throw segment.problem(kind, block: block, Problem("its rows are not in order"))
    }
  }

  private mutating func readDurations(_ cells: Cells) throws(Problem) {
    guard
      let columns = try segment.decode(
        .durations, block: block,
        { (reader) throws(Problem) in
          try readNumbers(cells, from: &reader)
        })
    else { return }
    for slot in contents.indices { contents[slot].durations = columns[slot] }
  }

  // MARK: Values

  private mutating func readValues(series: Int) throws(Problem) -> Cells? {
    let partCount = partCount
    let wanted = wanted
    let decoded = try segment.decode(.values, block: block) {
      (reader) throws(Problem) -> (entries: [Int32], cells: Cells, columns: [[Double]]) in
      let rowCount = try reader.count(limit: Int(Int32.max))
      try checkSize(rows: rowCount)
      let entries = try IntegerColumn.readIndexes(rowCount, below: series, from: &reader)
      var cells = Cells(rows: rowCount, parts: partCount)
      if let mask = try Mask.read(rowCount * partCount, from: &reader) {
        cells = cells.marked(mask)
      }
      let table = try NumberRows.read(counts: cells.counts, from: &reader)
      return (entries, cells, cells.columns(of: table, wanted: wanted))
    }
    guard let decoded else { return nil }
    try checkOrder(decoded.entries, .values)
    let whole = Shape(decoded.entries)
    var shape = whole
    for (slot, part) in wanted.enumerated() {
      if !decoded.cells.isFull {
        let entries = decoded.cells.rows(ofPart: part).map { decoded.entries[$0] }
        if entries != shape.entries { shape = Shape(entries) }
      }
      contents[slot].series = shape
      contents[slot].numbers = decoded.columns[slot]
    }
    return decoded.cells
  }

  /// Standard errors and samples; some of the former come of the latter.
  private mutating func readCertainty(
    _ cells: Cells, _ columns: LoadOptions.Columns
  ) throws(Problem) {
    var derived: [Bool]??
    if columns.contains(.errors) {
      try readErrors(cells)
      derived = try segment.decode(.derivedErrors, block: block) { (reader) throws(Problem) in
        try Mask.read(cells.count, from: &reader)
      }
    }
    guard columns.contains(.samples) || derived != nil else { return }
    try readSamples(cells)
    if let mask = derived { try deriveErrors(cells, mask) }
    guard !columns.contains(.samples) else { return }
    for slot in contents.indices {
      for index in contents[slot].details.indices { contents[slot].details[index].samples = nil }
    }
  }

  /// - Parameter mask: nil where all are marked.
  private mutating func deriveErrors(_ cells: Cells, _ mask: [Bool]?) throws(Problem) {
    let slots = slots
    var isMissing = false
    makeDetails()
    cells.forEach { cell, part, index in
      guard mask?[cell] ?? true, let slot = slots[part] else { return }
      let samples = contents[slot].details[index].samples
      contents[slot].details[index].standardError =
        samples.flatMap { DerivedErrors.standardError(of: $0) }
      if contents[slot].details[index].standardError == nil { isMissing = true }
    }
    guard !isMissing else {
      throw segment.problem(
        .derivedErrors, block: block, Problem("a standard error in it has no samples"))
    }
  }

  private mutating func readErrors(_ cells: Cells) throws(Problem) {
    let slots = slots
    let decoded = try segment.decode(.errors, block: block) {
      (reader) throws(Problem) -> (counts: [Int64], errors: [[Double]]) in
      let mask = try Mask.read(cells.count, from: &reader)
      let known = mask?.count { $0 } ?? cells.count
      let counts = try IntegerColumn.read(known, from: &reader)
      var all = [Int64](repeating: -1, count: cells.count)
      var next = 0
      for cell in 0..<cells.count where mask?[cell] ?? true {
        all[cell] = counts[next]
        next += 1
      }
      return (all, try readNumbers(cells, from: &reader))
    }
    guard let decoded else { return }
    makeDetails()
    cells.forEach { cell, part, index in
      guard let slot = slots[part], decoded.counts[cell] >= 0 else { return }
      contents[slot].details[index].n = Int(decoded.counts[cell])
    }
    for slot in contents.indices {
      for (index, error) in decoded.errors[slot].enumerated() where !error.isNaN {
        contents[slot].details[index].standardError = error
      }
    }
  }

  private mutating func readSamples(_ cells: Cells) throws(Problem) {
    let slots = slots
    let decoded = try segment.decode(.samples, block: block) {
      (reader) throws(Problem) -> (Ragged, [Int64]) in
      let mask = try Mask.read(cells.count, from: &reader)
      let known = mask?.count { $0 } ?? cells.count
      let lengths = try IntegerColumn.read(known, from: &reader)
      let counts = try IntegerColumn.read(known, from: &reader)
      guard lengths.allSatisfy({ (0...Int64(Samples.limit)).contains($0) }) else {
        throw Problem("a count in it is out of range")
      }
      let ragged = try Ragged(cells, mask, lengths: lengths.map { Int($0) }, from: &reader)
      return (ragged, counts)
    }
    guard let (ragged, counts) = decoded else { return }
    makeDetails()
    var next = 0
    cells.forEach { cell, part, index in
      guard let values = ragged.values(ofCell: cell) else { return }
      defer { next += 1 }
      guard let slot = slots[part] else { return }
      let count = Int(clamping: counts[next])
      contents[slot].details[index].samples = Samples(values: values, count: count)
    }
  }

  private mutating func readItems(_ cells: Cells) throws(Problem) {
    let slots = slots
    let decoded = try segment.decode(.items, block: block) {
      (reader) throws(Problem) -> (Ragged, [[UInt64]], [Int32]) in
      let mask = try Mask.read(cells.count, from: &reader)
      let known = mask?.count { $0 } ?? cells.count
      let listCount = try reader.count(ofAtLeast: 1)
      var lists: [[UInt64]] = []
      for _ in 0..<listCount {
        let length = try reader.count(ofAtLeast: 8)
        var list: [UInt64] = []
        list.reserveCapacity(length)
        for _ in 0..<length { list.append(try reader.uint64()) }
        lists.append(list)
      }
      let indexes = try IntegerColumn.readIndexes(known, below: listCount, from: &reader)
      let lengths = indexes.map { lists[Int($0)].count }
      let total = lengths.reduce(0, +)
      guard total <= cellLimit else {
        throw Problem("it claims to hold more than it can")
      }
      return (try Ragged(cells, mask, lengths: lengths, from: &reader), lists, indexes)
    }
    guard let (ragged, lists, indexes) = decoded else { return }
    makeDetails()
    var next = 0
    cells.forEach { cell, part, index in
      guard let scores = ragged.values(ofCell: cell) else { return }
      defer { next += 1 }
      guard let slot = slots[part] else { return }
      contents[slot].details[index].items = zip(lists[Int(indexes[next])], scores).map {
        ItemScore(id: $0, score: $1)
      }
    }
  }

  /// A masked column of numbers, NaN where a cell has none: for each wanted part its values.
  private func readNumbers(
    _ cells: Cells, from reader: inout ByteReader
  ) throws(Problem) -> [[Double]] {
    guard let mask = try Mask.read(cells.count, from: &reader) else {
      let table = try NumberRows.read(counts: cells.counts, from: &reader)
      return cells.columns(of: table, wanted: wanted)
    }
    let known = cells.marked(mask)
    let table = try NumberRows.read(counts: known.counts, from: &reader)
    return cells.columns(of: table, known: known, wanted: wanted)
  }

  /// Of each part of the block where in `contents` it stands, if it is wanted.
  private var slots: [Int?] {
    var slots = [Int?](repeating: nil, count: partCount)
    for (slot, part) in wanted.enumerated() { slots[part] = slot }
    return slots
  }

  private mutating func makeDetails() {
    for slot in contents.indices where contents[slot].details.isEmpty {
      contents[slot].details = contents[slot].numbers.map { _ in ValueDetail() }
    }
  }
}
