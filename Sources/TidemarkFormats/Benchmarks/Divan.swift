package import TidemarkModel
private import TidemarkSyntax

/// The table that Rust's divan prints.
package enum Divan: Format {
  package static let name = "divan"
  package static let producers = "divan (cargo bench)"
  package static let specification = "https://docs.rs/divan"
  package static let kept = """
    Of every benchmark the median time as main metric, mean and fastest; allocations and their \
    bytes, of medians, where they are profiled; the path through the table as name.
    """
  package static let dropped =
    "Slowest runs, throughput, which follows from the time, and memory given back."

  package static func recognises(_ head: Head) -> Recognition {
    // In a page or in a source it is an example.
    guard !head.beginsDocument, head.contains("\u{2502} slowest"), !head.contains("```"),
      !head.contains("divan::")
    else {
      return .no
    }
    return head.lines.contains { DivanTable.column(ofHeader: $0.withoutColours) != nil }
      ? .yes : .no
  }

  package static func read(_ file: InputFile) throws(Problem) -> Results {
    var reader = try LineReader(file)
    var table = DivanTable()
    while let line = try reader.next() {
      table.take(line.text.withoutColours, number: line.number)
    }
    table.finish()
    guard !table.results.measurements.isEmpty || !table.results.problems.isEmpty else {
      throw Problem("has no time of divan")
    }
    return table.results
  }
}

private struct DivanTable {
  private(set) var results = Results()
  /// How many characters the names' column is wide; nil outside of a table.
  private var width: Int?
  /// The names from the binary's on to the row's.
  private var path: [String] = []
  private var isLeaf = false
  /// What the rows below a benchmark tell: `alloc`, `max alloc`.
  private var heading: String?
  private var rowsBelow = 0
  /// The row without cells before this one.
  private var lastBegun: (name: String, line: Int)?

  /// `math   fastest       │ slowest       │ median        │ mean          │ samples │ iters`
  static func column(ofHeader line: Substring) -> Int? {
    guard let mark = line.firstRange(of: "fastest "),
      line.firstRange(of: "\u{2502} slowest") != nil,
      line.firstRange(of: "\u{2502} median") != nil, line.firstRange(of: "\u{2502} samples") != nil,
      let first = line.first, first != "/", first != "#", first != "*", first != " "
    else { return nil }
    return line.distance(from: line.startIndex, to: mark.lowerBound)
  }

  mutating func take(_ line: Substring, number: Int) {
    if let column = DivanTable.column(ofHeader: line) {
      width = column
      path = [String(line.prefix(column).trimmedEnd)]
      return
    }
    guard let width else { return }
    guard
      line.first == "\u{251C}" || line.first == "\u{2570}" || line.first == "\u{2502}"
        || line.first == " "
    else { return self.width = nil }
    let names = line.prefix(width)
    let cells = line.dropFirst(width).split(separator: "\u{2502}", omittingEmptySubsequences: false)
      .map { String($0.drop { $0 == " " }.trimmedEnd) }
    guard let mark = names.firstIndex(where: { $0 == "\u{251C}" || $0 == "\u{2570}" }) else {
      return takeBelow(cells)
    }
    let depth = names.distance(from: names.startIndex, to: mark) / 3
    let name = names[mark...].dropFirst(3).trimmedEnd
    path = Array(path.prefix(depth + 1)) + [String(name)]
    (heading, rowsBelow, isLeaf) = (nil, 0, false)
    take(cells, number: number)
  }

  private mutating func take(_ cells: [String], number: Int) {
    let name = path.joined(separator: "/")
    noteBegun()
    if cells.first?.hasPrefix("(ignored)") == true {
      return results.skipValue(of: name, "was ignored", line: number)
    }
    // A row is begun before its benchmark runs, and its cells follow after.
    guard cells.count >= 4 else {
      lastBegun = (name, number)
      return
    }
    lastBegun = nil
    guard !cells[0].isEmpty else { return }
    isLeaf = true
    guard let median = DivanTable.quantity(cells[2]) else {
      return results.skipValue(of: name, "has no time: \(cells[2])", line: number)
    }
    let samples = cells.count > 4 ? Int(cells[4]) : nil
    results.measurements.append(
      Measurement(
        name: name, metric: "time", value: median.value, unit: median.unit, direction: .lower,
        n: samples))
    for (metric, cell) in [("mean", cells[3]), ("fastest", cells[0])] {
      guard let read = DivanTable.quantity(cell) else { continue }
      results.append(series: name, metric, read.value, read.unit, .lower)
    }
  }

  /// A benchmark that ran and measured nothing; the next one came nevertheless.
  private mutating func noteBegun() {
    guard let begun = lastBegun else { return }
    lastBegun = nil
    results.skipValue(of: begun.name, "measured nothing", line: begun.line)
  }

  /// Where the last row has no cells its benchmark has ended all.
  mutating func finish() {
    guard let begun = lastBegun else { return }
    results.problems.append(
      ResultProblem(
        .unterminated, "\(begun.name) began and never ended", line: begun.line, isBlocking: true))
  }

  /// `alloc:` above how many and how much; before all of them a row of throughput.
  private mutating func takeBelow(_ cells: [String]) {
    guard isLeaf, let first = cells.first, cells.count >= 3 else { return }
    if first.hasSuffix(":") {
      heading = String(first.dropLast())
      rowsBelow = 0
      return
    }
    guard let heading, heading == "alloc" || heading == "max alloc" else { return }
    rowsBelow += 1
    let name = path.joined(separator: "/")
    if rowsBelow == 1 {
      let unit = Unit(text: "", quantity: .allocations, scale: 1)
      results.append(series: name, heading, NumberText.parse(cells[2]), unit, .lower)
    } else if rowsBelow == 2, let size = DivanTable.quantity(cells[2]) {
      results.append(series: name, "\(heading) bytes", size.value, size.unit, .lower)
    }
  }

  /// `696.5 µs`
  private static func quantity(_ cell: String) -> (value: Double, unit: Unit)? {
    let parts = cell.split(separator: " ")
    guard parts.count == 2, let value = NumberText.parse(parts[0]) else { return nil }
    switch parts[1] {
    case "m": return (value * 60, .seconds)
    case "h": return (value * 3600, .seconds)
    case "d": return (value * 86_400, .seconds)
    default: break
    }
    let unit = Unit(parsing: String(parts[1]))
    return unit.quantity == .time || unit.quantity == .bytes ? (value, unit) : nil
  }
}
