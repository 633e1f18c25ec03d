internal import TidemarkReport
private import TidemarkSyntax

/// A Markdown document that keeps a budget: what does not fit is cut between rows or sections, and
/// a line says what and where the rest is.
struct MarkdownPage {
  /// What it is measured in.
  enum Measure: Sendable {
    case utf16Units, bytes

    func callAsFunction(_ text: String) -> Int {
      switch self {
      case .utf16Units: text.utf16.count
      case .bytes: text.utf8.count
      }
    }
  }

  var sink: String
  var links: Links
  var measure: Measure
  var budget: Int
  /// Whether the platform shows `<details>`.
  var canFold = true

  /// - Parameters:
  ///   - head: Comes first and is never cut; Markdown, ending with a line end.
  ///   - foot: Comes last and is never cut.
  func render(head: String, sections: [Section], foot: String) -> (text: String, cuts: [Cut]) {
    var text = head
    var kept: [(what: String, kept: Int, total: Int)] = []
    var omitted: [Section] = []
    let parts = sections.map { Part($0, on: self) }
    // The line about what is left out may name every section.
    var room = budget - measure(head) - measure(foot) - measure(omission(of: sections))
    var owed = parts.filter(\.section.isEssential).map(\.least).reduce(0, +)
    for part in parts {
      if part.section.isEssential { owed -= part.least }
      let (written, rows) = part.write(room: room - owed)
      if rows == 0 { omitted.append(part.section) }
      text += written
      room -= measure(written)
      if let index = kept.firstIndex(where: { $0.what == part.section.what }) {
        kept[index].kept += rows
        kept[index].total += part.section.total
      } else {
        kept.append((part.section.what, rows, part.section.total))
      }
    }
    let cuts = kept.filter { $0.kept < $0.total }.map {
      Cut(sink: sink, what: $0.what, kept: $0.kept, total: $0.total)
    }
    return (text + omission(of: omitted) + foot, cuts)
  }

  private func omission(of sections: [Section]) -> String {
    guard !sections.isEmpty else { return "" }
    let list = sections.map { "\($0.title.lowercased()) (\(NumberText.count($0.count)))" }
    return
      "Not shown for length: \(list.joined(separator: ", ")). \(whereTheRestIs("index.html"))\n\n"
  }

  /// A sentence with a link, if there is anything to link to.
  func whereTheRestIs(_ page: String) -> String {
    guard let address = address(of: page) else {
      return "It is among the run's files: `report.json`."
    }
    return Markdown.link("Full report", to: address)
  }

  /// The page's address on the site, else the run's, else nil.
  func address(of page: String) -> String? {
    guard let site = links.site, Markdown.absoluteAddress(site) != nil else {
      return links.run ?? links.artifact
    }
    return site + (site.hasSuffix("/") ? "" : "/") + page
  }

  // MARK: Pieces

  func text(_ pieces: [Piece]) -> String { pieces.map(text).joined() }

  private func text(_ piece: Piece) -> String {
    switch piece {
    case .text(let text): Markdown.text(text)
    case .code(let text): Markdown.code(text)
    case .own(let text): text
    case .page(let label, let path):
      links.site == nil ? label : Markdown.link(label, to: address(of: path))
    case .lineBreak: "<br>"
    }
  }

  /// A section between its first and last line; rows are written only while there is room.
  fileprivate struct Part {
    let section: Section
    let page: MarkdownPage
    private let open: String
    private let close: String
    /// What it needs for one row and a line about the others.
    let least: Int

    init(_ section: Section, on page: MarkdownPage) {
      self.section = section
      self.page = page
      let count = NumberText.count(section.count)
      let isFolded = section.isFolded && page.canFold
      open =
        (isFolded
          ? "<details>\n<summary>\(section.title) (\(count))</summary>\n\n"
          : "### \(section.title) (\(count))\n\n") + Self.head(of: section.shape)
      close = isFolded ? "\n</details>\n\n" : "\n"
      let row = section.rows.first.map { Self.row($0, of: section.shape, on: page) } ?? ""
      least =
        page.measure(open) + page.measure(row) + page.measure(close)
        + page.measure(Self.note(more: section.total, section, page))
    }

    /// As many whole rows as `room` takes, with what belongs around them; nothing for no row.
    func write(room: Int) -> (text: String, rows: Int) {
      let note = Self.note(more: section.total, section, page)
      var left = room - page.measure(open) - page.measure(close) - page.measure(note)
      var text = open
      var rows = 0
      for row in section.rows {
        let written = Self.row(row, of: section.shape, on: page)
        left -= page.measure(written)
        guard left >= 0 else { break }
        text += written
        rows += 1
      }
      guard rows > 0 else { return ("", 0) }
      if rows < section.total { text += Self.note(more: section.total - rows, section, page) }
      return (text + close, rows)
    }

    private static func note(more: Int, _ section: Section, _ page: MarkdownPage) -> String {
      "\n\(NumberText.count(more)) more in the full report. \(page.whereTheRestIs(section.page))\n"
    }

    private static func head(of shape: Section.Shape) -> String {
      guard case .table(let columns) = shape else { return "" }
      return Markdown.row(columns.map(\.title))
        + Markdown.row(columns.map { $0.isNumber ? "---:" : "---" })
    }

    private static func row(
      _ row: Section.Row, of shape: Section.Shape, on page: MarkdownPage
    ) -> String {
      switch shape {
      case .table: Markdown.row(row.cells.map(page.text))
      case .list: "- \(row.cells.map(page.text).joined(separator: " "))\n"
      case .texts: page.block(row)
      }
    }
  }

  /// A title with a long text below it.
  private func block(_ row: Section.Row) -> String {
    guard canFold else {
      return "#### \(row.cells.map(text).joined(separator: " "))\n\n\(Markdown.fence(row.text))\n"
    }
    let title = row.cells.joined().map { piece -> String in
      switch piece {
      case .text(let text), .code(let text):
        "<code>\(LogCommands.broken(HTML.escaped(SafeText.oneLine(text))))</code>"
      case .own(let text): text
      case .page, .lineBreak: ""
      }
    }.joined()
    return "<details>\n<summary>\(title)</summary>\n\n\(Markdown.fence(row.text))\n</details>\n\n"
  }
}
