internal import TidemarkModel

/// Which cells of a block's rows and parts are there: those that its columns tell of, row by row.
struct Cells {
  let rows: Int
  let parts: Int
  /// Of each row which parts have it, the first part in the lowest bit; nil where all have all. A
  /// block has at most 64 parts.
  private let masks: [UInt64]?
  /// How many cells of each row are there.
  let counts: [Int]
  /// How many cells are there.
  let count: Int

  var isFull: Bool { masks == nil }

  init(rows: Int, parts: Int) {
    self.rows = rows
    self.parts = parts
    masks = nil
    counts = [Int](repeating: parts, count: rows)
    count = rows * parts
  }

  /// - Parameter masks: One for each row.
  init(masks: [UInt64], parts: Int) {
    rows = masks.count
    self.parts = parts
    self.masks = masks
    counts = masks.map(\.nonzeroBitCount)
    count = counts.reduce(0, +)
  }

  /// The rows that a part has.
  func rows(ofPart part: Int) -> [Int] {
    guard let masks else { return Array(0..<rows) }
    return masks.indices.filter { masks[$0] >> UInt64(part) & 1 == 1 }
  }

  /// Calls `use` with each cell that is there: its number, its part, its place among the part's,
  /// its row.
  func forEach(_ use: (Int, Int, Int, Int) -> Void) {
    var places = [Int](repeating: 0, count: parts)
    var cell = 0
    for row in 0..<rows {
      let mask = masks?[row] ?? UInt64.max
      for part in 0..<parts where mask >> UInt64(part) & 1 == 1 {
        use(cell, part, places[part], row)
        places[part] += 1
        cell += 1
      }
    }
  }

  func forEach(_ use: (Int, Int, Int) -> Void) {
    forEach { cell, part, index, _ in use(cell, part, index) }
  }

  /// The cells of these that `mask` marks, which has one mark for each; and the masks of the rows.
  func marked(_ mask: [Bool]) -> Cells {
    var marked = [UInt64](repeating: 0, count: rows)
    forEach { cell, part, _, row in
      if mask[cell] { marked[row] |= 1 << UInt64(part) }
    }
    return Cells(masks: marked, parts: parts)
  }

  /// The columns of the wanted parts of a table that has a number for each cell that is there.
  func columns(of table: NumberTable, wanted: [Int]) -> [[Double]] {
    guard rows > 0 else { return wanted.map { _ in [] } }
    if let masks {
      return wanted.map { part in
        Cells.column(ofPart: part, masks, within: masks, table)
      }
    }
    var columns: [[Double]] = []
    columns.reserveCapacity(wanted.count)
    // A few parts at a time: as many output streams as the first cache keeps apart.
    for start in stride(from: 0, to: wanted.count, by: 8) {
      let parts = Array(wanted[start..<min(start + 8, wanted.count)])
      fill(parts, from: table, outputs: [], into: &columns)
    }
    return columns
  }

  /// The columns of the wanted parts of a table that has a number for each cell of `known`, which
  /// are some of these; NaN for the others.
  func columns(of table: NumberTable, known: Cells, wanted: [Int]) -> [[Double]] {
    let all = masks ?? [UInt64](repeating: UInt64.max, count: rows)
    let some = known.masks ?? all
    return wanted.map { Cells.column(ofPart: $0, some, within: all, table) }
  }

  private static func column(
    ofPart part: Int, _ known: [UInt64], within all: [UInt64], _ table: NumberTable
  ) -> [Double] {
    let bit: UInt64 = 1 << UInt64(part)
    var column: [Double] = []
    column.reserveCapacity(all.count)
    table.bytes.withUnsafeBytes { bytes in
      for row in all.indices where all[row] & bit != 0 {
        guard known[row] & bit != 0 else {
          column.append(.nan)
          continue
        }
        let place = (known[row] & (bit &- 1)).nonzeroBitCount
        column.append(table.value(place, of: table.rows[row], bytes))
      }
    }
    return column
  }

  /// Opens an uninitialised array for each part in turn, fills all of them in one pass over the
  /// rows, and appends them to `columns`.
  private func fill(
    _ wanted: [Int], from table: NumberTable, outputs: [UnsafeMutablePointer<Double>],
    into columns: inout [[Double]]
  ) {
    guard outputs.count < wanted.count else {
      unpack(wanted, from: table, outputs: outputs)
      return
    }
    var later: [[Double]] = []
    let column = [Double](unsafeUninitializedCapacity: rows) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      fill(wanted, from: table, outputs: outputs + [start], into: &later)
      count = rows
    }
    columns.append(column)
    columns.append(contentsOf: later)
  }

  private func unpack(
    _ wanted: [Int], from table: NumberTable, outputs: [UnsafeMutablePointer<Double>]
  ) {
    table.bytes.withUnsafeBytes { bytes in
      table.rows.withUnsafeBufferPointer { tableRows in
        outputs.withUnsafeBufferPointer { outputs in
          wanted.withUnsafeBufferPointer { wanted in
            for row in 0..<rows {
              let tableRow = tableRows[row]
              for slot in 0..<wanted.count {
                outputs[slot][row] = table.value(wanted[slot], of: tableRow, bytes)
              }
            }
          }
        }
      }
    }
  }
}

/// A column that has several numbers a cell.
struct Ragged {
  private let values: [[Double]?]

  /// - Parameter lengths: Of the cells that `mask` marks, in order; each not negative.
  init(
    _ cells: Cells, _ mask: [Bool]?, lengths: [Int], from reader: inout ByteReader
  ) throws(Problem) {
    var rowCounts = [Int](repeating: 0, count: cells.rows)
    var next = 0
    cells.forEach { cell, _, _, row in
      guard mask?[cell] ?? true else { return }
      rowCounts[row] += lengths[next]
      next += 1
    }
    let table = try NumberRows.read(counts: rowCounts, from: &reader)
    var values = [[Double]?](repeating: nil, count: cells.count)
    var places = [Int](repeating: 0, count: cells.rows)
    next = 0
    cells.forEach { cell, _, _, row in
      guard mask?[cell] ?? true else { return }
      values[cell] = table.values(places[row]..<places[row] + lengths[next], ofRow: row)
      places[row] += lengths[next]
      next += 1
    }
    self.values = values
  }

  /// nil where the cell has none.
  func values(ofCell cell: Int) -> [Double]? { values[cell] }
}
