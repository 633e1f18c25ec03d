internal import TidemarkReport
private import TidemarkSyntax

/// A bit of text, before it is known whether it becomes Markdown or HTML.
enum Piece: Hashable, Sendable {
  /// Text from outside, or with some of it in it.
  case text(String)
  /// A name, a commit, a path.
  case code(String)
  /// Our own words and marks between the others.
  case own(String)
  /// A link to a page of the site, with a mark in front; nothing where there is no site.
  case page(String, path: String)
  case lineBreak
  /// The last values of a series, with the band in which an unchanged one lies; only HTML shows it.
  case spark(Sparkline)
}

extension Piece {
  /// A sentence in which names stand between backticks, as reasons and explanations are written. A
  /// name with a backtick of its own only moves where code begins.
  static func sentence(_ text: String) -> [Piece] {
    let line = SafeText.oneLine(text)
    let parts = line.split(separator: "`", omittingEmptySubsequences: false)
    guard parts.count > 1, parts.count % 2 == 1 else { return [.text(line)] }
    var pieces: [Piece] = []
    for (index, part) in parts.enumerated() where !part.isEmpty {
      if index % 2 == 1 {
        pieces.append(.code(String(part)))
        continue
      }
      // Whoever writes a text drops the blanks at its ends.
      if part.first == " ", index > 0 { pieces.append(.own(" ")) }
      if part != " " { pieces.append(.text(String(part))) }
      if part.last == " ", part != " ", index < parts.count - 1 { pieces.append(.own(" ")) }
    }
    return pieces
  }
}

/// Part of a report as people read it: a table, a list, or blocks of text.
struct Section: Sendable {
  enum Shape: Hashable, Sendable {
    /// One line each, a table with these heads.
    case table([Column])
    case list
    /// Each row is a title and a long text below it.
    case texts
  }

  struct Column: Hashable, Sendable {
    var title: String
  }

  struct Row: Hashable, Sendable {
    /// One for each column; a list's and a text's row has one.
    var cells: [[Piece]]
    /// Only of ``Shape/texts``.
    var text = ""
  }

  /// How it looks where there is colour: never the only sign.
  enum Tone: String, Hashable, Sendable {
    case plain, worse, suspect, better
  }

  /// Stands before the title.
  var glyph = ""
  /// `Newly failing`, without a count.
  var title: String
  var shape: Shape
  var rows: [Row]
  /// How many rows there would be; more than ``rows`` where a list is cut short from the start.
  var total: Int
  /// The number behind the title.
  var count: Int
  var tone = Tone.plain
  /// Folded where the platform can.
  var isFolded = false
  /// Never dropped whole while anything else can be.
  var isEssential = false
  /// The site's page that has all of it.
  var page = "index.html"
  /// What a cut of it is called.
  var what: String

  init(_ title: String, what: String, shape: Shape, rows: [Row]) {
    self.title = title
    self.what = what
    self.shape = shape
    self.rows = rows
    total = rows.count
    count = rows.count
  }

  /// `✗ Newly failing`
  var heading: String { glyph.isEmpty ? title : "\(glyph) \(title)" }
}
