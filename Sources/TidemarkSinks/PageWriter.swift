internal import TidemarkReport

/// Writes sections in one markup, and keeps a budget: what does not fit is cut between rows or
/// whole sections, from the end, and the page says what and where the rest is.
protocol PageWriter {
  /// The sink that the cuts are recorded for.
  var sink: String { get }
  /// In the unit of ``measure(_:)``.
  var budget: Int { get }
  func measure(_ text: String) -> Int

  /// Everything before the first row.
  func open(_ section: Section) -> String
  func row(_ row: Section.Row, of section: Section) -> String
  /// Stands behind the last row that fits, inside the section.
  func note(more: Int, of section: Section) -> String
  func close(_ section: Section) -> String
  /// Names the sections that did not fit at all; empty for none.
  func omission(of sections: [Section]) -> String
}

extension PageWriter {
  /// - Parameters:
  ///   - head: Comes first and is never cut.
  ///   - foot: Comes last and is never cut.
  func compose(head: String, sections: [Section], foot: String) -> (text: String, cuts: [Cut]) {
    var text = head
    var tally: [(what: String, kept: Int, total: Int)] = []
    var omitted: [Section] = []
    // The line about what is left out may name every section.
    var room = budget - measure(head) - measure(foot) - measure(omission(of: sections))
    let least = sections.map { $0.isEssential ? self.least($0) : 0 }
    var owed = least.reduce(0, +)
    for (index, section) in sections.enumerated() {
      owed -= least[index]
      let (written, rows) = write(section, room: room - owed)
      if rows == 0 { omitted.append(section) }
      text += written
      room -= measure(written)
      if let known = tally.firstIndex(where: { $0.what == section.what }) {
        tally[known].kept += rows
        tally[known].total += section.total
      } else {
        tally.append((section.what, rows, section.total))
      }
    }
    let cuts = tally.filter { $0.kept < $0.total }.map {
      Cut(sink: sink, what: $0.what, kept: $0.kept, total: $0.total)
    }
    return (text + omission(of: omitted) + foot, cuts)
  }

  /// As many whole rows as `room` takes, with what belongs around them; nothing for no row. Rows
  /// are written only while there is room.
  private func write(_ section: Section, room: Int) -> (text: String, rows: Int) {
    var text = open(section)
    var left =
      room - measure(text) - measure(close(section))
      - measure(note(more: section.total, of: section))
    var rows = 0
    for row in section.rows {
      let written = self.row(row, of: section)
      left -= measure(written)
      guard left >= 0 else { break }
      text += written
      rows += 1
    }
    guard rows > 0 else { return ("", 0) }
    if rows < section.total { text += note(more: section.total - rows, of: section) }
    return (text + close(section), rows)
  }

  /// What a section needs for one row and a line about the others.
  private func least(_ section: Section) -> Int {
    let row = section.rows.first.map { self.row($0, of: section) } ?? ""
    return measure(open(section)) + measure(row) + measure(close(section))
      + measure(note(more: section.total, of: section))
  }
}
