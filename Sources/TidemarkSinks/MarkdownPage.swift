internal import TidemarkReport
private import TidemarkSyntax

/// A Markdown document that keeps a budget: what does not fit is cut between rows or sections, and
/// a line says what and where the rest is.
struct MarkdownPage: PageWriter {
  /// What it is measured in.
  enum Measure: Sendable {
    case utf16Units, bytes
  }

  var sink: String
  var links: Links
  var unit: Measure
  var budget: Int
  /// Whether the platform shows `<details>`.
  var canFold = true

  func measure(_ text: String) -> Int {
    switch unit {
    case .utf16Units: text.utf16.count
    case .bytes: text.utf8.count
    }
  }

  // MARK: Sections

  func open(_ section: Section) -> String {
    let heading = "\(section.heading) (\(NumberText.count(section.count)))"
    let lead =
      isFolded(section)
      ? "<details>\n<summary>\(heading)</summary>\n\n" : "### \(heading)\n\n"
    guard case .table(let columns) = section.shape else { return lead }
    return lead + Markdown.row(columns.map(\.title))
      + Markdown.row(columns.map { _ in "---" })
  }

  func row(_ row: Section.Row, of section: Section) -> String {
    switch section.shape {
    case .table: Markdown.row(row.cells.map(text))
    case .list: "- \(row.cells.map(text).joined(separator: " "))\n"
    case .texts: block(row)
    }
  }

  func note(more: Int, of section: Section) -> String {
    "\n\(NumberText.count(more)) more in the \(fullReport(section.page)).\n"
  }

  func close(_ section: Section) -> String { isFolded(section) ? "\n</details>\n\n" : "\n" }

  func omission(of sections: [Section]) -> String {
    guard !sections.isEmpty else { return "" }
    let list = sections.map { "\($0.title.lowercased()) (\(NumberText.count($0.count)))" }
    return "Not shown for length, all in the \(fullReport("index.html")): "
      + "\(list.joined(separator: ", ")).\n\n"
  }

  private func isFolded(_ section: Section) -> Bool { section.isFolded && canFold }

  /// Its name, as a link if there is anything to link to.
  private func fullReport(_ page: String) -> String {
    guard let address = address(of: page) else { return "full report (`report.json`)" }
    return Markdown.link("full report", to: address)
  }

  /// The site's first page; nil where there is no site that may be linked to.
  var site: String? {
    links.site.flatMap(Markdown.absoluteAddress) == nil ? nil : siteAddress(of: "index.html")
  }

  /// The page's address on the site, else the run's, else nil.
  private func address(of page: String) -> String? {
    site == nil ? links.run.flatMap(Markdown.absoluteAddress) : siteAddress(of: page)
  }

  private func siteAddress(of page: String) -> String? {
    links.site.map { $0 + ($0.hasSuffix("/") ? "" : "/") + page }
  }

  // MARK: Pieces

  func text(_ pieces: [Piece]) -> String {
    var text = ""
    for (index, piece) in pieces.enumerated() {
      // The backticks of two spans side by side would be read as one longer run.
      if index > 0, case .code = piece, case .code = pieces[index - 1] { text += " " }
      text += self.text(piece)
    }
    return text
  }

  private func text(_ piece: Piece) -> String {
    switch piece {
    case .text(let text): Markdown.text(text)
    case .code(let text): Markdown.code(text)
    case .own(let text): text.replacing("<", with: "&lt;")
    case .page(let label, let path):
      site == nil
        ? "" : " · " + Markdown.link(label, to: address(of: path))
    case .lineBreak: "<br>"
    case .spark: ""
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
      case .page, .lineBreak, .spark: ""
      }
    }.joined()
    return "<details>\n<summary>\(title)</summary>\n\n\(Markdown.fence(row.text))\n</details>\n\n"
  }
}
