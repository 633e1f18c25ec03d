package import TidemarkModel
internal import TidemarkSyntax

/// Templates, words, style sheet and script of the site: the default theme, or what a folder puts
/// in the place of some of its files.
package struct Theme: Sendable {
  /// The language that is there in full, and stands in for what another one lacks.
  package static let defaultLanguage = "en"

  private(set) var words = Words()
  private var templates = Mustache()
  /// Files that go into the site as they are: style sheet, script, pictures.
  private(set) var assets: [String: [UInt8]] = [:]
  /// Where the overriding files are, for problems in them.
  private let folder: String?
  private let overriding: Set<String>

  /// - Parameters:
  ///   - overrides: The files of a theme's folder, by name. A template, `tidemark.css` or
  ///     `tidemark.js` replaces the default one; the words in `strings.LANGUAGE.yml` replace the
  ///     default's one by one; a further `.css`, `.js`, `.svg`, `.png` or `.ico` goes into the
  ///     site; a further template is a partial; `.md` is for the theme's own readers.
  ///   - folder: The folder's name, which stands before a file's in problems.
  ///   - language: Which `strings.LANGUAGE.yml` the words are taken from: the theme's or the
  ///     default's. What it lacks is in English.
  /// - Throws: ``Problem`` with file and line, where a template cannot be read or asks for a
  ///   partial or a word that does not exist, and for a file that the site would never use.
  package init(
    overrides: [String: [UInt8]] = [:], folder: String? = nil,
    language: String = Theme.defaultLanguage
  ) throws(Problem) {
    self.folder = folder
    overriding = Set(overrides.keys)
    do throws(Problem) {
      try load(overrides, language: language)
    } catch {
      throw located(error)
    }
  }

  private mutating func load(
    _ overrides: [String: [UInt8]], language: String
  ) throws(Problem) {
    let standard = embeddedTheme.map {
      (name: $0.name.description, bytes: Array($0.text.description.utf8))
    }
    let own = overrides.keys.sorted(by: utf8Precedes).filter { !$0.hasSuffix(".md") }
    let files = standard + own.map { (name: $0, bytes: overrides[$0] ?? []) }
    for file in standard where Theme.language(ofFile: file.name) == nil {
      try add(file.bytes, named: file.name)
    }
    for name in own { try add(overrides[name] ?? [], named: name) }
    // The default's words before the theme's, English before the other language.
    for chosen in [Theme.defaultLanguage, language] {
      for file in files where file.name == Theme.wordsFile(chosen) {
        try words.add(file.bytes, path: file.name)
      }
    }
    let languages = Set(files.compactMap { Theme.language(ofFile: $0.name) })
    guard languages.contains(language) else {
      throw Problem(
        "no \(Theme.wordsFile(language)) has the words of the language \(language)",
        remedy: "use one of: " + languages.sorted(by: utf8Precedes).joined(separator: ", ")
          + "; or add it to the theme's folder")
    }
    try check(added: overriding.subtracting(standard.map(\.name)))
  }

  static func wordsFile(_ language: String) -> String { "strings.\(language).yml" }

  /// `de` of `strings.de.yml`; nil for other names.
  private static func language(ofFile name: String) -> String? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "strings", parts[2] == "yml", !parts[1].isEmpty else {
      return nil
    }
    return String(parts[1])
  }

  /// A problem in a file of the theme names its folder, too.
  private func located(_ problem: Problem) -> Problem {
    guard let folder, let path = problem.path, overriding.contains(path) else { return problem }
    var problem = problem
    problem.path = folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
    return problem
  }

  /// Appends the template `name`, filled with `values`.
  func render(_ name: String, _ values: Value, to bytes: inout [UInt8]) throws(Problem) {
    do throws(Problem) {
      try templates.render(name, values, to: &bytes)
    } catch {
      throw located(error)
    }
  }

  func rendered(_ name: String, _ values: Value) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    try render(name, values, to: &bytes)
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
      guard Theme.language(ofFile: name) != nil else {
        throw Problem(
          "the words of a theme stand in strings.LANGUAGE.yml", path: name, remedy: "rename it")
      }
      // Also one that is not shown must be readable.
      var words = Words()
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
              "\(Theme.wordsFile(Theme.defaultLanguage)) has no text \(reference.name.dropFirst(2))",
              path: place,
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
