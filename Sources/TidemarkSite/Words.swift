internal import TidemarkModel
internal import TidemarkSyntax

typealias Value = Mustache.Value

/// The words of the site in one language: what `strings.LANGUAGE.yml` holds.
///
/// The file is a small part of YAML: a line is empty, a comment (`# …`), or `key: "text"` with
/// the escapes `\"`, `\\` and `\n`. `{name}` in a text is filled in; a key that counts stands twice,
/// as `key.one` and `key.other`.
struct Words: Sendable {
  private enum Piece {
    case text(String)
    case placeholder(String)
  }

  private var pieces: [String: [Piece]] = [:]
  /// All words as a tree, for templates: `{{t.nav.tests}}`.
  private(set) var tree: Value = .empty
  /// Numbers as this language writes them.
  private(set) var numbers = Numbers()

  init() {}

  /// Adds the texts of `file`; one that stands already is replaced.
  ///
  /// - Throws: ``Problem`` with the line that cannot be read.
  mutating func add(_ file: [UInt8], path: String) throws(Problem) {
    var number = 0
    for line in file.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      let text = String(decoding: line, as: UTF8.self).trimmingBlanks()
      guard !text.isEmpty, !text.hasPrefix("#") else { continue }
      guard let colon = text.firstIndex(of: ":"),
        let value = Words.unquoted(text[text.index(after: colon)...].trimmingBlanks())
      else {
        throw Problem(
          "not a text of the form key: \"text\"", path: path, line: number,
          remedy: "quote the text, on one line")
      }
      let key = text[..<colon].trimmingBlanks()
      guard !key.isEmpty, key.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "\"") }) else {
        throw Problem("\(key) is no key", path: path, line: number)
      }
      pieces[key] = Words.pieces(of: value)
    }
    tree = Words.tree(pieces)
    numbers = Numbers(
      point: contains("number.point") ? text("number.point") : ".",
      group: contains("number.group") ? text("number.group") : ",")
  }

  func contains(_ key: String) -> Bool { pieces[key] != nil }

  /// Whether some key lies below `prefix`.
  func containsGroup(_ prefix: String) -> Bool {
    pieces.keys.contains { $0.hasPrefix(prefix + ".") }
  }

  /// The text of `key`, its placeholders filled in; the key itself if it is not known.
  func text(_ key: String, _ values: [String: String] = [:]) -> String {
    guard let pieces = pieces[key] else { return key }
    var out = ""
    for piece in pieces {
      switch piece {
      case .text(let text): out += text
      case .placeholder(let name): out += values[name] ?? ""
      }
    }
    return out
  }

  /// As ``text(_:_:)``, in the plural form of `count`; `{n}` is the count.
  func count(_ key: String, _ count: Int, _ values: [String: String] = [:]) -> String {
    var values = values
    values["n"] = numbers.count(count)
    return text(key + (count == 1 ? ".one" : ".other"), values)
  }

  /// `3 h`, `41 days`: the age of something, in the largest whole unit.
  func age(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e15 else { return "–" }
    let whole = Int(max(seconds, 0))
    switch whole {
    case ..<60: return count("age.seconds", whole)
    case ..<3600: return count("age.minutes", whole / 60)
    case ..<172_800: return count("age.hours", whole / 3600)
    default: return count("age.days", whole / 86_400)
    }
  }

  /// As ``text(_:_:)``, as markup: texts are escaped, markup is put in as it is.
  func html(_ key: String, _ values: [String: Value]) -> Value {
    var bytes: [UInt8] = []
    for piece in pieces[key] ?? [.text(key)] {
      switch piece {
      case .text(let text): HTML.append(text, to: &bytes)
      case .placeholder(let name):
        switch values[name] {
        case .text(let text): HTML.append(text, to: &bytes)
        case .html(let markup): bytes += markup
        default: break
        }
      }
    }
    return .html(bytes)
  }

  /// `a`, `a and b`, `a, b and c`.
  func joined(_ texts: [String]) -> String {
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
    return texts.dropLast().joined(separator: text("list.separator")) + text("list.last") + last
  }

  private static func unquoted(_ text: String) -> String? {
    guard text.count >= 2, text.first == "\"", text.last == "\"" else { return nil }
    var out = ""
    var isEscaped = false
    for character in text.dropFirst().dropLast() {
      if isEscaped {
        guard "\"\\n".contains(character) else { return nil }
        out.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "\"" {
        return nil
      } else {
        out.append(character)
      }
    }
    return isEscaped ? nil : out
  }

  private static func pieces(of text: String) -> [Piece] {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      pieces.append(.placeholder(String(rest[rest.index(after: open)..<close])))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty || pieces.isEmpty { pieces.append(.text(String(rest))) }
    return pieces
  }

  private final class Branch {
    var text: String?
    var children: [String: Branch] = [:]

    var value: Value {
      children.isEmpty ? Value(text) : .object(children.mapValues(\.value))
    }
  }

  private static func tree(_ pieces: [String: [Piece]]) -> Value {
    let root = Branch()
    for (key, pieces) in pieces {
      var branch = root
      for name in key.split(separator: ".").map(String.init) {
        let child = branch.children[name] ?? Branch()
        branch.children[name] = child
        branch = child
      }
      if case .text(let text)? = pieces.first, pieces.count == 1 { branch.text = text }
    }
    return root.value
  }
}

extension StringProtocol {
  fileprivate func trimmingBlanks() -> String {
    var text = self[startIndex...]
    while text.first?.isWhitespace == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
