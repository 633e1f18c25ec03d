internal import TidemarkModel

/// Which cells of a block's rows and parts are there: those that its columns tell of, row by row.
struct Cells {
  let rows: Int
  let parts: Int
  /// All cells, row by row, whether they are there; nil where all are.
  private let present: [Bool]?
  /// How many cells of each row are there.
  let counts: [Int]
  /// How many cells are there.
  let count: Int

  var isFull: Bool { present == nil }

  init(rows: Int, parts: Int) {
    self.rows = rows
    self.parts = parts
    present = nil
    counts = [Int](repeating: parts, count: rows)
    count = rows * parts
  }

  init(rows: Int, parts: Int, isPresent: (Int, Int) -> Bool) {
    self.rows = rows
    self.parts = parts
    var present = [Bool](repeating: false, count: rows * parts)
    var counts = [Int](repeating: 0, count: rows)
    for row in 0..<rows {
      for part in 0..<parts where isPresent(row, part) {
        present[row * parts + part] = true
        counts[row] += 1
      }
    }
    self.present = present
    self.counts = counts
    count = counts.reduce(0, +)
  }

  /// The rows that a part has.
  func rows(ofPart part: Int) -> [Int] {
    guard let present else { return Array(0..<rows) }
    return (0..<rows).filter { present[$0 * parts + part] }
  }

  /// Calls `use` with each cell that is there: its number, its part, its place among the part's,
  /// its row.
  func forEach(_ use: (Int, Int, Int, Int) -> Void) {
    var places = [Int](repeating: 0, count: parts)
    var cell = 0
    for row in 0..<rows {
      for part in 0..<parts where present?[row * parts + part] ?? true {
        use(cell, part, places[part], row)
        places[part] += 1
        cell += 1
      }
    }
  }

  func forEach(_ use: (Int, Int, Int) -> Void) {
    forEach { cell, part, index, _ in use(cell, part, index) }
  }

  /// How many cells of each row are marked in `mask`, which has one mark for each that is there.
  func known(_ mask: [Bool]) -> [Int] {
    var cell = 0
    return counts.map { count in
      defer { cell += count }
      return mask[cell..<cell + count].count { $0 }
    }
  }

  /// The columns of the wanted parts of a table that has a number for each cell that is there.
  func columns(of table: NumberTable, wanted: [Int]) -> [[Double]] {
    guard present == nil else { return sparseColumns(of: table, wanted: wanted) }
    guard rows > 0 else { return wanted.map { _ in [] } }
    var columns: [[Double]] = []
    columns.reserveCapacity(wanted.count)
    // A few parts at a time: as many output streams as the first cache keeps apart.
    for start in stride(from: 0, to: wanted.count, by: 8) {
      let parts = Array(wanted[start..<min(start + 8, wanted.count)])
      fill(parts, from: table, outputs: [], into: &columns)
    }
    return columns
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
    guard let first = wanted.first, let last = wanted.last else { return }
    let isDense = last - first + 1 == wanted.count
    table.bytes.withUnsafeBytes { bytes in
      outputs.withUnsafeBufferPointer { outputs in
        for row in 0..<rows {
          if isDense {
            table.forEach(in: first..<last &+ 1, of: table.rows[row], bytes) { part, value in
              outputs[part &- first][row] = value
            }
          } else {
            for (slot, part) in wanted.enumerated() {
              table.forEach(in: part..<part + 1, of: table.rows[row], bytes) { _, value in
                outputs[slot][row] = value
              }
            }
          }
        }
      }
    }
  }

  private func sparseColumns(of table: NumberTable, wanted: [Int]) -> [[Double]] {
    var slots = [Int?](repeating: nil, count: parts)
    for (slot, part) in wanted.enumerated() { slots[part] = slot }
    var columns = wanted.map { _ in [Double]() }
    var place = 0
    var lastRow = -1
    forEach { _, part, _, row in
      if row != lastRow {
        place = 0
        lastRow = row
      }
      if let slot = slots[part] {
        table.forEach(in: place..<place + 1, ofRow: row) { columns[slot].append($1) }
      }
      place += 1
    }
    return columns
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
      var list: [Double] = []
      list.reserveCapacity(lengths[next])
      table.forEach(in: places[row]..<places[row] + lengths[next], ofRow: row) {
        list.append($1)
      }
      values[cell] = list
      places[row] += lengths[next]
      next += 1
    }
    self.values = values
  }

  /// nil where the cell has none.
  func values(ofCell cell: Int) -> [Double]? { values[cell] }
}
