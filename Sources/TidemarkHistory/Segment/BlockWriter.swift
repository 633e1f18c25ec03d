internal import TidemarkModel

/// Writes the columns of a block: of up to 64 parts of one job, row by row, a row for each test or
/// series that any of them has.
struct BlockWriter {
  /// The code of a test that a part does not have.
  static let absent: UInt8 = 8

  let parts: [PartContents]
  let block: Int

  init(_ parts: [PartContents], block: Int) {
    self.parts = parts
    self.block = block
  }

  func write(to segment: inout SegmentAssembler) {
    writeTests(to: &segment)
    writeValues(to: &segment)
  }

  private func writeTests(to segment: inout SegmentAssembler) {
    let rows = Rows(parts.map(\.tests.entries))
    guard !rows.entries.isEmpty else { return }
    var writer = ByteWriter()
    writer.count(rows.entries.count)
    IntegerColumn.write(rows.entries, to: &writer)
    writeCodes(rows, to: &writer)
    segment.add(.outcomes, block: block, writer.bytes)

    guard parts.contains(where: { $0.durations.contains { !$0.isNaN } }) else { return }
    var known: [Bool] = []
    var durations: [[Double]] = []
    for row in rows.cells {
      var values: [Double] = []
      for cell in row {
        let all = parts[cell.part].durations
        let duration = all.isEmpty ? .nan : all[cell.index]
        known.append(!duration.isNaN)
        if !duration.isNaN { values.append(duration) }
      }
      durations.append(values)
    }
    writer = ByteWriter()
    Mask.write(known, to: &writer)
    NumberRows.write(durations, to: &writer)
    segment.add(.durations, block: block, writer.bytes)
  }

  /// Part by part, only what differs: from the part before, or from what each test mostly does,
  /// whichever is less. A test that fails once is one difference in the second form and two in the
  /// first; one that starts to fail and goes on is one in the first.
  private func writeCodes(_ rows: Rows, to writer: inout ByteWriter) {
    var columns = [[UInt8]](
      repeating: [UInt8](repeating: BlockWriter.absent, count: rows.entries.count),
      count: parts.count)
    for (row, cells) in rows.cells.enumerated() {
      for cell in cells { columns[cell.part][row] = parts[cell.part].codes[cell.index] }
    }
    let passed = [UInt8](repeating: 0, count: rows.entries.count)
    let usual = BlockWriter.usual(columns)
    let fromLast = Differences([passed] + columns) { $0 - 1 }
    let fromUsual = Differences([passed, usual] + columns) { $0 == 1 ? 0 : 1 }
    let isUsual = fromUsual.codes.count < fromLast.codes.count
    writer.byte(isUsual ? 1 : 0)
    (isUsual ? fromUsual : fromLast).write(to: &writer)
  }

  /// The code that each row has most often; the least of several.
  private static func usual(_ columns: [[UInt8]]) -> [UInt8] {
    let rows = columns.first?.count ?? 0
    return (0..<rows).map { row in
      var counts = [Int](repeating: 0, count: Int(absent) + 1)
      for column in columns { counts[Int(column[row])] += 1 }
      return UInt8(counts.indices.max { counts[$0] < counts[$1] } ?? 0)
    }
  }

  private func writeValues(to segment: inout SegmentAssembler) {
    let rows = Rows(parts.map(\.series.entries))
    guard !rows.entries.isEmpty else { return }
    var writer = ByteWriter()
    writer.count(rows.entries.count)
    IntegerColumn.write(rows.entries, to: &writer)
    Mask.write(rows.mask(parts: parts.count), to: &writer)
    NumberRows.write(
      rows.cells.map { row in row.map { parts[$0.part].numbers[$0.index] } }, to: &writer)
    segment.add(.values, block: block, writer.bytes)

    let details = rows.cells.map { row in
      row.map { cell in
        let all = parts[cell.part].details
        return all.isEmpty ? ValueDetail() : all[cell.index]
      }
    }
    writeErrors(details, to: &segment)
    writeSamples(details, to: &segment)
    writeItems(details, to: &segment)
  }

  private func writeErrors(_ details: [[ValueDetail]], to segment: inout SegmentAssembler) {
    let all = details.joined()
    guard all.contains(where: { $0.n != nil || $0.standardError != nil }) else { return }
    var writer = ByteWriter()
    Mask.write(all.map { $0.n != nil }, to: &writer)
    IntegerColumn.write(all.compactMap { $0.n.map(Int64.init) }, to: &writer)
    let isDerived = details.map { $0.map { DerivedErrors.isDerived($0) } }
    let stated = zip(details, isDerived).map { row, marks in
      zip(row, marks).map { $1 ? nil : $0.standardError }
    }
    Mask.write(stated.joined().map { $0 != nil }, to: &writer)
    NumberRows.write(stated.map { $0.compactMap(\.self) }, to: &writer)
    segment.add(.errors, block: block, writer.bytes)
    guard isDerived.joined().contains(true) else { return }
    var marks = ByteWriter()
    Mask.write(Array(isDerived.joined()), to: &marks)
    segment.add(.derivedErrors, block: block, marks.bytes)
  }

  private func writeSamples(_ details: [[ValueDetail]], to segment: inout SegmentAssembler) {
    let all = details.joined()
    let samples = all.compactMap(\.samples)
    guard !samples.isEmpty else { return }
    var writer = ByteWriter()
    Mask.write(all.map { $0.samples != nil }, to: &writer)
    IntegerColumn.write(samples.map { Int64($0.values.count) }, to: &writer)
    IntegerColumn.write(samples.map { Int64($0.count) }, to: &writer)
    NumberRows.write(
      details.map { $0.flatMap { $0.samples?.values ?? [] } }, to: &writer)
    segment.add(.samples, block: block, writer.bytes)
  }

  private func writeItems(_ details: [[ValueDetail]], to segment: inout SegmentAssembler) {
    let all = details.joined()
    let scored = all.filter { !$0.items.isEmpty }
    guard !scored.isEmpty else { return }
    // Every run of an evaluation has the same items: a list of ids stands once.
    var lists: [[UInt64]: Int] = [:]
    var table = ByteWriter()
    var indexes: [Int64] = []
    for detail in scored {
      let ids = detail.items.map(\.id)
      let index = lists[ids] ?? lists.count
      if index == lists.count {
        lists[ids] = index
        table.count(ids.count)
        for id in ids { table.uint64(id) }
      }
      indexes.append(Int64(index))
    }
    var writer = ByteWriter()
    Mask.write(all.map { !$0.items.isEmpty }, to: &writer)
    writer.count(lists.count)
    writer.raw(table.bytes)
    IntegerColumn.write(indexes, to: &writer)
    NumberRows.write(details.map { $0.flatMap { $0.items.map(\.score) } }, to: &writer)
    segment.add(.items, block: block, writer.bytes)
  }
}

/// Where columns of codes differ from others before them.
private struct Differences {
  private var counts: [Int64] = []
  /// From the difference before, or the start of the column, to this one.
  private var gaps: [Int64] = []
  private(set) var codes: [UInt8] = []

  /// - Parameter base: For each column but the first, which one before it is its base.
  init(_ columns: [[UInt8]], base: (Int) -> Int) {
    for index in columns.indices.dropFirst() {
      let before = columns[base(index)]
      let column = columns[index]
      let count = codes.count
      var next = 0
      for row in column.indices where column[row] != before[row] {
        gaps.append(Int64(row - next))
        next = row + 1
        codes.append(column[row])
      }
      counts.append(Int64(codes.count - count))
    }
  }

  func write(to writer: inout ByteWriter) {
    IntegerColumn.write(counts, to: &writer)
    IntegerColumn.write(gaps, to: &writer)
    writer.raw(codes)
  }
}

/// The rows of a block: each table entry that any part has, as often as the part that has it most
/// often; and of each row the parts that have it.
private struct Rows {
  struct Cell {
    var part: Int
    /// Its place in the part's columns.
    var index: Int
  }

  private(set) var entries: [Int32] = []
  private(set) var cells: [[Cell]] = []

  init(_ parts: [[Int32]]) {
    var places = [Int](repeating: 0, count: parts.count)
    while let entry = Rows.least(parts, places) {
      var row: [Cell] = []
      for part in parts.indices where places[part] < parts[part].count {
        guard parts[part][places[part]] == entry else { continue }
        row.append(Cell(part: part, index: places[part]))
        places[part] += 1
      }
      entries.append(entry)
      cells.append(row)
    }
  }

  private static func least(_ parts: [[Int32]], _ places: [Int]) -> Int32? {
    var least: Int32?
    for part in parts.indices where places[part] < parts[part].count {
      let entry = parts[part][places[part]]
      if least.map({ entry < $0 }) ?? true { least = entry }
    }
    return least
  }

  /// Row by row, whether each part has it.
  func mask(parts: Int) -> [Bool] {
    var mask = [Bool](repeating: false, count: cells.count * parts)
    for (row, cells) in cells.enumerated() {
      for cell in cells { mask[row * parts + cell.part] = true }
    }
    return mask
  }
}
