package import TidemarkModel
internal import TidemarkSyntax

/// Templates, words, style sheet and script of the site: the default theme, or what a folder puts
/// in the place of some of its files.
package struct Theme: Sendable {
  /// The file of the words.
  static let wordsFile = "strings.en.yml"

  private(set) var words = Words()
  private var templates = Mustache()
  /// Files that go into the site as they are: style sheet, script, pictures.
  private(set) var assets: [String: [UInt8]] = [:]

  /// - Parameter overrides: The files of a theme's folder, by name. A template, `tidemark.css` or
  ///   `tidemark.js` replaces the default one; the words in `strings.en.yml` replace the default's
  ///   one by one; a further `.css`, `.js`, `.svg`, `.png` or `.ico` goes into the site; a further
  ///   template is a partial; `.md` is for the theme's own readers.
  /// - Throws: ``Problem`` with file and line, where a template cannot be read or asks for a
  ///   partial or a word that does not exist, and for a file that the site would never use.
  package init(overrides: [String: [UInt8]] = [:]) throws(Problem) {
    let standard = embeddedTheme.map {
      (name: $0.name.description, bytes: Array($0.text.description.utf8))
    }
    for file in standard { try add(file.bytes, named: file.name) }
    let known = Set(standard.map(\.name))
    for name in overrides.keys.sorted(by: utf8Precedes) where !name.hasSuffix(".md") {
      try add(overrides[name] ?? [], named: name)
    }
    try check(added: Set(overrides.keys).subtracting(known))
  }

  /// Appends the template `name`, filled with `values`.
  func render(_ name: String, _ values: Value, to bytes: inout [UInt8]) throws(Problem) {
    try templates.render(name, values, to: &bytes)
  }

  func rendered(_ name: String, _ values: Value) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    try templates.render(name, values, to: &bytes)
    return bytes
  }

  private mutating func add(_ bytes: [UInt8], named name: String) throws(Problem) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = name.utf8.allSatisfy {
      (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "-")
        || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
    }
    guard isPlain, parts.count >= 2, let first = parts.first, !first.isEmpty else {
      throw Problem(
        "a theme's file is named in a–z, 0–9, - and _, with an ending", path: name)
    }
    switch parts.last {
    case "mustache": try templates.add(bytes, named: String(name.dropLast(".mustache".count)))
    case "yml":
      guard name == Theme.wordsFile else {
        throw Problem(
          "the words of a theme stand in \(Theme.wordsFile)", path: name, remedy: "rename it")
      }
      try words.add(bytes, path: name)
    case "css", "js", "svg", "png", "ico": assets[name] = bytes
    default: throw Problem("a theme has no use for this file", path: name)
    }
  }

  private func check(added: Set<String>) throws(Problem) {
    var partials: Set<String> = []
    for template in templates.names {
      for reference in templates.references(in: template) {
        let place = "\(template).mustache"
        if reference.isPartial {
          partials.insert(reference.name)
          guard templates.contains(reference.name) else {
            throw Problem(
              "no template is named \(reference.name).mustache", path: place, line: reference.line)
          }
        } else if reference.name.hasPrefix("t.") {
          guard words.contains(String(reference.name.dropFirst(2))) else {
            throw Problem(
              "\(Theme.wordsFile) has no text \(reference.name.dropFirst(2))", path: place,
              line: reference.line)
          }
        }
      }
    }
    for name in added.sorted(by: utf8Precedes) where name.hasSuffix(".mustache") {
      guard partials.contains(String(name.dropLast(".mustache".count))) else {
        throw Problem(
          "no template uses this one", path: name,
          remedy: "name it as one of the default theme's, or put it in with {{> …}}")
      }
    }
  }
}
