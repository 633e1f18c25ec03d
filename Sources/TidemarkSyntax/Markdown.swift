private import CCmark
private import Glibc

/// Markdown with text from outside in it: written so that the text stays text on GitHub, GitLab and
/// Azure DevOps, and checked by parsing it again. The only file that imports CCmark.
package enum Markdown {
  /// What stands between two characters that a platform must not read together: U+2060, which
  /// shows nothing and breaks no line.
  private static let joiner: Unicode.Scalar = "\u{2060}"

  /// `text` as running text on one line, for a place that does not begin a line.
  ///
  /// Nothing in it formats, links, mentions a person (`@name`), refers to an issue (`#12`, `!12`,
  /// `GH-12`) or is a command to GitLab (`/merge`) or to a log (`##vso[`). The result is parsed; if
  /// it does not read as `text`, it is written with only letters and digits.
  package static func text(_ text: String) -> String {
    let shown = joined(SafeText.oneLine(text))
    let written = escaped(shown)
    return reads(written, as: shown) ? written : letters(of: shown)
  }

  /// `text` as code on one line, safe in a table's cell too; `(empty)` for no text.
  package static func code(_ text: String) -> String {
    let shown = SafeText.oneLine(text)
    guard !shown.isEmpty else { return "(empty)" }
    let broken = unmarked(shown)
    let (written, expected) =
      // A cell ends at a `|` even inside a code span, and readers disagree on `\\|` there.
      broken.contains("|") ? (codeElement(joined(broken)), joined(broken)) : (span(broken), broken)
    return reads(written, as: expected) ? written : "`" + letters(of: shown) + "`"
  }

  /// `text`, all its lines, as a fenced block with a line end behind it.
  package static func fence(_ text: String) -> String {
    var body = unmarked(SafeText.visible(text))
    while body.last == "\n" { body.removeLast() }
    let fence = String(repeating: "`", count: max(longestRun(of: "`", in: body) + 1, 3))
    return "\(fence)text\n\(body)\n\(fence)\n"
  }

  /// A link, if `address` may be linked to; else only its label.
  ///
  /// - Parameter label: Markdown.
  package static func link(_ label: String, to address: String?) -> String {
    guard let address, let safe = absoluteAddress(address) else { return label }
    return "[\(label)](\(safe))"
  }

  /// `address` if it is `http` or `https` with a host, with everything percent-encoded that could
  /// end a link; else nil.
  package static func absoluteAddress(_ address: String) -> String? {
    let lower = address.prefix(8).lowercased()
    guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else {
      return nil
    }
    let rest = address.dropFirst(scheme.count)
    guard let first = rest.utf8.first, isAlphanumeric(first) || first == UInt8(ascii: "["),
      address.utf8.count <= 2000
    else { return nil }
    var out = scheme
    for byte in rest.utf8 {
      if isAlphanumeric(byte) || "-._~:/?#[]@!$&*+,;=%".utf8.contains(byte) {
        out.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        out += "%" + Digest.hex([byte]).uppercased()
      }
    }
    // Brackets are taken in a host only; elsewhere they would end a label.
    return out.contains("[") || out.contains("]") ? nil : out
  }

  /// A table's row with its line end.
  ///
  /// - Parameter cells: Markdown without a line end or a bare `|`.
  package static func row(_ cells: [String]) -> String {
    "| " + cells.joined(separator: " | ") + " |\n"
  }

  // MARK: What people write

  /// The most bytes of a note that are rendered.
  package static let noteLimit = 16_384

  /// A note that somebody wrote, as HTML without anything active: raw HTML shows as the text it is,
  /// pictures as their description, links only to `http`, `https` and relative addresses. Headings
  /// begin at level 3, so that the page around keeps its own.
  ///
  /// A note longer than ``noteLimit`` is cut there, with a line that says so.
  package static func renderSafeHTML(_ markdown: String) -> String {
    var note = String(SafeText.prefix(SafeText.visible(markdown), bytes: noteLimit))
    if note.utf8.count < SafeText.visible(markdown).utf8.count {
      note += "\n\n*(The note goes on.)*\n"
    }
    guard let root = parse(note) else { return "" }
    defer { cmark_node_free(root) }
    for node in nodes(below: root) { tame(node) }
    guard let html = cmark_render_html(root, CMARK_OPT_SAFE) else { return "" }
    defer { free(html) }
    return LogCommands.brokenHTML(String(cString: html))
  }

  private static func tame(_ node: OpaquePointer) {
    switch cmark_node_get_type(node) {
    case CMARK_NODE_HTML_INLINE: replace(node, by: CMARK_NODE_TEXT)
    case CMARK_NODE_HTML_BLOCK: replace(node, by: CMARK_NODE_CODE_BLOCK)
    case CMARK_NODE_HEADING:
      cmark_node_set_heading_level(node, min(cmark_node_get_heading_level(node) + 2, 6))
    case CMARK_NODE_LINK:
      let address = string(cmark_node_get_url(node))
      if HTML.safeAddress(address) == nil { cmark_node_set_url(node, "") }
    case CMARK_NODE_IMAGE:
      while let child = cmark_node_first_child(node) { cmark_node_insert_before(node, child) }
      cmark_node_unlink(node)
      cmark_node_free(node)
    default: break
    }
  }

  private static func replace(_ node: OpaquePointer, by type: cmark_node_type) {
    guard let text = cmark_node_new(type) else { return }
    cmark_node_set_literal(text, cmark_node_get_literal(node))
    cmark_node_replace(node, text)
    cmark_node_free(node)
  }

  // MARK: Looking at the result

  /// What a document comes to when it is parsed.
  package struct Outline: Hashable, Sendable {
    /// The kinds of the top-level blocks, as cmark names them: `heading`, `paragraph`, `html_block` …
    package var blocks: [String] = []
    /// Addresses of links and pictures, in order.
    package var addresses: [String] = []
    /// Every piece of raw HTML, in order.
    package var html: [String] = []
    /// All text that is neither code nor HTML.
    package var text = ""
    /// The literal of every code span and code block.
    package var code: [String] = []
  }

  /// Parses `markdown` as CommonMark (which knows no tables: theirs are paragraphs).
  package static func outline(_ markdown: String) -> Outline {
    var outline = Outline()
    guard let root = parse(markdown) else { return outline }
    defer { cmark_node_free(root) }
    var block = cmark_node_first_child(root)
    while let node = block {
      outline.blocks.append(string(cmark_node_get_type_string(node)))
      block = cmark_node_next(node)
    }
    for node in nodes(below: root) {
      switch cmark_node_get_type(node) {
      case CMARK_NODE_TEXT: outline.text += string(cmark_node_get_literal(node))
      case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: outline.text += "\n"
      case CMARK_NODE_CODE, CMARK_NODE_CODE_BLOCK:
        outline.code.append(string(cmark_node_get_literal(node)))
      case CMARK_NODE_HTML_INLINE, CMARK_NODE_HTML_BLOCK:
        outline.html.append(string(cmark_node_get_literal(node)))
      case CMARK_NODE_LINK, CMARK_NODE_IMAGE:
        outline.addresses.append(string(cmark_node_get_url(node)))
      default: break
      }
    }
    return outline
  }

  /// Whether `fragment` in running text is text or code that reads as `expected`, and nothing else.
  static func reads(_ fragment: String, as expected: String) -> Bool {
    guard let root = parse("x " + fragment) else { return false }
    defer { cmark_node_free(root) }
    guard let paragraph = cmark_node_first_child(root), cmark_node_next(paragraph) == nil,
      cmark_node_get_type(paragraph) == CMARK_NODE_PARAGRAPH
    else { return false }
    var read = ""
    var child = cmark_node_first_child(paragraph)
    while let node = child {
      switch cmark_node_get_type(node) {
      case CMARK_NODE_TEXT, CMARK_NODE_CODE: read += string(cmark_node_get_literal(node))
      case CMARK_NODE_HTML_INLINE:
        guard ["<code>", "</code>"].contains(string(cmark_node_get_literal(node))) else {
          return false
        }
      default: return false
      }
      child = cmark_node_next(node)
    }
    return read.utf8.elementsEqual(("x " + expected).utf8)
  }

  private static func parse(_ markdown: String) -> OpaquePointer? {
    var markdown = markdown
    return markdown.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) {
        cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_DEFAULT)
      }
    }
  }

  /// Every node, each before what is below it; collected first, so that they may be replaced.
  private static func nodes(below root: OpaquePointer) -> [OpaquePointer] {
    guard let iterator = cmark_iter_new(root) else { return [] }
    defer { cmark_iter_free(iterator) }
    var found: [OpaquePointer] = []
    while true {
      switch cmark_iter_next(iterator) {
      case CMARK_EVENT_ENTER:
        if let node = cmark_iter_get_node(iterator) { found.append(node) }
      case CMARK_EVENT_EXIT: continue
      default: return found
      }
    }
  }

  private static func string(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  // MARK: Escaping

  /// `shown` with a joiner wherever a platform would make a link or a command of two neighbours.
  private static func joined(_ shown: String) -> String {
    var out = String.UnicodeScalarView()
    let scalars = Array(shown.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      out.append(scalar)
      let next = index + 1 < scalars.count ? scalars[index + 1] : " "
      let isWord = next.isASCII && next.properties.isAlphabetic || ("0"..."9").contains(next)
      let breaks =
        switch scalar {
        case "@", "!", "~", "%", "&", "$": isWord || next == "_" || next == "\""
        case "#": isWord || next == "#" || next == "["
        case "-": isIssuePrefix(before: index, in: scalars) && ("0"..."9").contains(next)
        case ":": next == "/" || next == ":"
        case "]": next == "("
        case "w", "W": next == "." && endsInWWW(scalars[...index])
        default: false
        }
      if breaks { out.append(joiner) }
    }
    return String(out)
  }

  /// `shown` for a code span or block: without log commands, and without the ends of an HTML
  /// comment, which who looks for a marker would find there.
  private static func unmarked(_ shown: String) -> String {
    LogCommands.broken(shown).replacing("<!--", with: "<!\u{2060}--")
      .replacing("-->", with: "--\u{2060}>")
  }

  private static func isIssuePrefix(before index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    index >= 2 && (scalars[index - 1] == "H" || scalars[index - 1] == "h")
      && (scalars[index - 2] == "G" || scalars[index - 2] == "g")
  }

  private static func endsInWWW(_ scalars: ArraySlice<Unicode.Scalar>) -> Bool {
    scalars.count >= 3 && scalars.suffix(3).allSatisfy { $0 == "w" || $0 == "W" }
  }

  private static func escaped(_ shown: String) -> String {
    var out = ""
    for (index, character) in shown.unicodeScalars.enumerated() {
      switch character {
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      case "|": out += "&#124;"
      case "$": out += "&#36;"
      case "\\", "`", "*", "_", "{", "}", "[", "]", "#", "~", "!":
        out += "\\"
        out.unicodeScalars.append(character)
      case "/", "-", "+", "=":
        if index == 0 { out += "\\" }
        out.unicodeScalars.append(character)
      default: out.unicodeScalars.append(character)
      }
    }
    return out
  }

  private static func span(_ shown: String) -> String {
    let run = longestRun(of: "`", in: shown)
    guard run > 0 else { return "`" + shown + "`" }
    let fence = String(repeating: "`", count: run + 1)
    return "\(fence) \(shown) \(fence)"
  }

  private static func codeElement(_ shown: String) -> String {
    var out = "<code>"
    for scalar in shown.unicodeScalars {
      let isPlain =
        !scalar.isASCII || isAlphanumeric(UInt8(truncatingIfNeeded: scalar.value))
        || " .,/-=".unicodeScalars.contains(scalar)
      if isPlain {
        out.unicodeScalars.append(scalar)
      } else {
        out += "&#\(scalar.value);"
      }
    }
    return out + "</code>"
  }

  private static func letters(of text: String) -> String {
    String(text.map { $0.isLetter || $0.isNumber || $0 == " " ? $0 : "\u{FFFD}" })
  }

  private static func longestRun(of character: Unicode.Scalar, in text: String) -> Int {
    var longest = 0
    var run = 0
    for scalar in text.unicodeScalars {
      run = scalar == character ? run + 1 : 0
      longest = max(longest, run)
    }
    return longest
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }
}
