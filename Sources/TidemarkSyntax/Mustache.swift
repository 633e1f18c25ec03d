package import TidemarkModel

/// Templates in mustache syntax, rendered over bytes.
///
/// Read: `{{name}}` (escaped), `{{{name}}}` and `{{&name}}` (as it is), `{{#name}}…{{/name}}`,
/// `{{^name}}…{{/name}}`, `{{>partial}}`, `{{! comment}}`, dotted names and `{{.}}`. A tag of the
/// last four kinds that stands alone on its line takes the line with it; a partial is put in
/// without the tag's indentation, so that `<pre>` keeps its text. A name without a value is empty.
///
/// Not read, and an error: other delimiters, inheritance, lambdas.
///
/// - Source: <https://mustache.github.io/mustache.5.html>
package struct Mustache: Sendable {
  /// What a template is filled with.
  package indirect enum Value: Sendable {
    case empty
    /// Text from anywhere: escaped by `{{name}}`.
    case text(String)
    /// Markup that is safe already: put in as it is, by `{{name}}` too.
    case html([UInt8])
    case flag(Bool)
    case list([Value])
    case object([String: Value])
  }

  /// Partials inside partials.
  private static let depthLimit = 32

  private var templates: [String: Template] = [:]

  package init() {}

  /// Adds a template, or replaces the one of this name.
  ///
  /// - Throws: ``Problem`` with the template's path and line.
  package mutating func add(_ source: [UInt8], named name: String) throws(Problem) {
    var parser = MustacheParser(source: source, path: "\(name).mustache")
    templates[name] = try parser.template()
  }

  package func contains(_ name: String) -> Bool { templates[name] != nil }

  package var names: [String] { templates.keys.sorted(by: utf8Precedes) }

  /// Every name of a value, and every partial, that a template asks for.
  package func references(in name: String) -> [Reference] {
    templates[name].map { references(in: $0.nodes) } ?? []
  }

  /// A name that a template mentions.
  package struct Reference: Hashable, Sendable {
    /// Dotted, as written.
    package var name: String
    /// 1-based.
    package var line: Int
    package var isPartial: Bool
  }

  /// Appends the template `name`, filled with `value`.
  ///
  /// - Throws: ``Problem`` where a partial is missing or partials nest too deep.
  package func render(_ name: String, _ value: Value, to bytes: inout [UInt8]) throws(Problem) {
    guard let template = templates[name] else {
      throw Problem("no template is named \(name).mustache")
    }
    var stack = [value]
    try render(template.nodes, of: template, &stack, depth: 0, to: &bytes)
  }

  private func render(
    _ nodes: [Node], of template: Template, _ stack: inout [Value], depth: Int,
    to bytes: inout [UInt8]
  ) throws(Problem) {
    for node in nodes {
      switch node.kind {
      case .text(let text): bytes.append(contentsOf: text)
      case .variable(let path, let isEscaped):
        append(lookUp(path, in: stack), isEscaped: isEscaped, to: &bytes)
      case .section(let path, let inner):
        try section(lookUp(path, in: stack), inner, of: template, &stack, depth, to: &bytes)
      case .inverted(let path, let inner):
        if !lookUp(path, in: stack).isTruthy {
          try render(inner, of: template, &stack, depth: depth, to: &bytes)
        }
      case .partial(let name):
        guard let partial = templates[name] else {
          throw Problem(
            "no template is named \(name).mustache", path: template.path, line: node.line)
        }
        guard depth < Mustache.depthLimit else {
          throw Problem(
            "partials nest more than \(Mustache.depthLimit) deep", path: template.path,
            line: node.line)
        }
        try render(partial.nodes, of: partial, &stack, depth: depth + 1, to: &bytes)
      }
    }
  }

  private func section(
    _ value: Value, _ inner: [Node], of template: Template, _ stack: inout [Value], _ depth: Int,
    to bytes: inout [UInt8]
  ) throws(Problem) {
    guard value.isTruthy else { return }
    switch value {
    case .list(let elements):
      for element in elements {
        stack.append(element)
        try render(inner, of: template, &stack, depth: depth, to: &bytes)
        stack.removeLast()
      }
    case .flag, .empty:
      try render(inner, of: template, &stack, depth: depth, to: &bytes)
    case .text, .html, .object:
      stack.append(value)
      try render(inner, of: template, &stack, depth: depth, to: &bytes)
      stack.removeLast()
    }
  }

  private func append(_ value: Value, isEscaped: Bool, to bytes: inout [UInt8]) {
    switch value {
    case .text(let text):
      if isEscaped { HTML.append(text, to: &bytes) } else { bytes.append(contentsOf: text.utf8) }
    case .html(let markup): bytes.append(contentsOf: markup)
    case .empty, .flag, .list, .object: break
    }
  }

  private func lookUp(_ path: [String], in stack: [Value]) -> Value {
    guard let first = path.first else { return stack.last ?? .empty }
    for context in stack.reversed() {
      guard case .object(let members) = context, var value = members[first] else { continue }
      for name in path.dropFirst() {
        guard case .object(let members) = value, let member = members[name] else { return .empty }
        value = member
      }
      return value
    }
    return .empty
  }

  private func references(in nodes: [Node]) -> [Reference] {
    nodes.flatMap { node -> [Reference] in
      let line = node.line
      func one(_ path: [String]) -> Reference {
        Reference(name: path.joined(separator: "."), line: line, isPartial: false)
      }
      switch node.kind {
      case .text: return []
      case .variable(let path, _): return [one(path)]
      case .section(let path, let inner), .inverted(let path, let inner):
        return [one(path)] + references(in: inner)
      case .partial(let name): return [Reference(name: name, line: line, isPartial: true)]
      }
    }
  }

  fileprivate struct Template: Sendable {
    var path: String
    var nodes: [Node]
  }

  fileprivate struct Node: Sendable {
    var kind: Kind
    /// 1-based.
    var line: Int

    indirect enum Kind: Sendable {
      case text([UInt8])
      case variable([String], isEscaped: Bool)
      case section([String], [Node])
      case inverted([String], [Node])
      case partial(String)
    }
  }
}

extension Mustache.Value {
  /// Whether a section shows: not for empty, false, an empty list or an empty text.
  package var isTruthy: Bool {
    switch self {
    case .empty: false
    case .text(let text): !text.isEmpty
    case .html(let markup): !markup.isEmpty
    case .flag(let flag): flag
    case .list(let elements): !elements.isEmpty
    case .object: true
    }
  }

  /// `text`, or empty.
  package init(_ text: String?) {
    self = text.map { .text($0) } ?? .empty
  }
}

extension Mustache.Value: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral text: String) { self = .text(text) }
  package init(booleanLiteral flag: Bool) { self = .flag(flag) }
  package init(dictionaryLiteral members: (String, Mustache.Value)...) {
    self = .object(Dictionary(members) { _, last in last })
  }
}

/// Reads one template.
private struct MustacheParser {
  let source: [UInt8]
  let path: String
  var index = 0
  var line = 1

  private struct Open {
    var name: [String]
    var isInverted: Bool
    var line: Int
    var nodes: [Mustache.Node]
  }

  init(source: [UInt8], path: String) {
    self.source = source
    self.path = path
  }

  mutating func template() throws(Problem) -> Mustache.Template {
    var open: [Open] = []
    var nodes: [Mustache.Node] = []
    var textStart = 0
    while let start = nextTag() {
      let tagLine = line
      var tag = try readTag(at: start)
      var textEnd = start
      if tag.mayStandAlone, let whole = standaloneLine(from: start, to: tag.end) {
        textEnd = whole.lowerBound
        tag.end = whole.upperBound
      }
      appendText(textStart..<textEnd, line: tagLine, to: &nodes)
      line += source[start..<tag.end].count { $0 == UInt8(ascii: "\n") }
      index = tag.end
      textStart = tag.end
      switch tag.mark {
      case "#", "^":
        open.append(
          Open(name: tag.name, isInverted: tag.mark == "^", line: tagLine, nodes: nodes))
        nodes = []
      case "/": nodes = try close(tag.name, line: tagLine, &open, inner: nodes)
      case ">":
        nodes.append(.init(kind: .partial(tag.name.joined(separator: ".")), line: tagLine))
      case "!": break
      default:
        nodes.append(.init(kind: .variable(tag.name, isEscaped: tag.mark == "v"), line: tagLine))
      }
    }
    if let section = open.last {
      throw problem("section \(section.name.joined(separator: ".")) is not closed", section.line)
    }
    appendText(textStart..<source.count, line: line, to: &nodes)
    return Mustache.Template(path: path, nodes: nodes)
  }

  private struct Tag {
    /// One of `v` (escaped variable), `&`, `#`, `^`, `/`, `>`, `!`.
    var mark: Character
    var name: [String]
    /// The index behind the tag.
    var end: Int
    var mayStandAlone: Bool { mark != "v" && mark != "&" }
  }

  /// Moves to the next `{{`, counting lines.
  private mutating func nextTag() -> Int? {
    while index + 1 < source.count {
      if source[index] == UInt8(ascii: "{"), source[index + 1] == UInt8(ascii: "{") {
        return index
      }
      if source[index] == UInt8(ascii: "\n") { line += 1 }
      index += 1
    }
    return nil
  }

  private func readTag(at start: Int) throws(Problem) -> Tag {
    let isTriple = start + 2 < source.count && source[start + 2] == UInt8(ascii: "{")
    let close = Array((isTriple ? "}}}" : "}}").utf8)
    let contentStart = start + (isTriple ? 3 : 2)
    var end = contentStart
    while end + close.count <= source.count, Array(source[end..<end + close.count]) != close {
      end += 1
    }
    guard end + close.count <= source.count else { throw problem("a tag is not closed", line) }
    var content = String(decoding: source[contentStart..<end], as: UTF8.self)
    var mark: Character = isTriple ? "&" : "v"
    if !isTriple, let first = content.first, "#^/>!&=<$".contains(first) {
      mark = first
      content.removeFirst()
    }
    guard !"=<$".contains(mark) else { throw problem("{{\(mark) is not supported", line) }
    guard mark != "!" else { return Tag(mark: mark, name: [], end: end + close.count) }
    return Tag(mark: mark, name: try name(content), end: end + close.count)
  }

  private func name(_ content: String) throws(Problem) -> [String] {
    let words = content.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let word = words.first else {
      throw problem("a tag needs one name, and has \(words.count)", line)
    }
    if word == "." { return [] }
    let parts = word.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard !parts.contains("") else { throw problem("\(word) is no name", line) }
    return parts
  }

  private func close(
    _ name: [String], line: Int, _ open: inout [Open], inner: [Mustache.Node]
  ) throws(Problem) -> [Mustache.Node] {
    let shown = name.joined(separator: ".")
    guard let section = open.popLast() else {
      throw problem("section \(shown) is closed but was not opened", line)
    }
    guard section.name == name else {
      throw problem(
        "section \(section.name.joined(separator: ".")) of line \(section.line) is closed as \(shown)",
        line)
    }
    let kind: Mustache.Node.Kind =
      section.isInverted ? .inverted(name, inner) : .section(name, inner)
    return section.nodes + [.init(kind: kind, line: section.line)]
  }

  /// The whole line, its end included, if nothing but blanks stands beside the tag.
  private func standaloneLine(from start: Int, to end: Int) -> Range<Int>? {
    var first = start
    while first > 0, isBlank(source[first - 1]) { first -= 1 }
    guard first == 0 || source[first - 1] == UInt8(ascii: "\n") else { return nil }
    var last = end
    while last < source.count, isBlank(source[last]) || source[last] == UInt8(ascii: "\r") {
      last += 1
    }
    if last == source.count { return first..<last }
    return source[last] == UInt8(ascii: "\n") ? first..<last + 1 : nil
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }

  private func appendText(_ range: Range<Int>, line: Int, to nodes: inout [Mustache.Node]) {
    guard !range.isEmpty else { return }
    nodes.append(.init(kind: .text(Array(source[range])), line: line))
  }

  private func problem(_ what: String, _ line: Int) -> Problem {
    Problem(what, path: path, line: line)
  }
}
