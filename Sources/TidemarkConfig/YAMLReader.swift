private import CYAML
internal import TidemarkModel

/// Reads one YAML document to a tree. The only file that imports CYAML.
///
/// Aliases are taken in place of what they stand for, and count like it, so that a document cannot
/// grow without bound. A key that stands twice in a mapping is a problem, as are several documents.
final class YAMLReader {
  /// The most bytes of a document.
  static let sizeLimit = 1 << 20
  static let depthLimit = 32
  /// The most nodes, those behind aliases included.
  static let nodeLimit = 100_000

  private var parser = yaml_parser_t()
  private var anchors: [String: YAMLNode] = [:]
  private var nodes = 0

  /// - Returns: nil for a document of nothing.
  static func read(_ bytes: [UInt8]) throws(Problem) -> YAMLNode? {
    guard bytes.count <= sizeLimit else {
      throw Problem("it has more than \(sizeLimit) bytes", remedy: "make it smaller")
    }
    let reader = YAMLReader()
    guard yaml_parser_initialize(&reader.parser) == 1 else {
      throw Problem("no memory to read it")
    }
    defer { yaml_parser_delete(&reader.parser) }
    var result = Result<YAMLNode?, Problem>.success(nil)
    bytes.withUnsafeBufferPointer { buffer in
      yaml_parser_set_input_string(&reader.parser, buffer.baseAddress, buffer.count)
      do throws(Problem) {
        result = .success(try reader.document())
      } catch { result = .failure(error) }
    }
    return try result.get()
  }

  // MARK: Events

  private enum Event {
    case scalar(String, isPlain: Bool, anchor: String?)
    case sequenceStart(anchor: String?)
    case mappingStart(anchor: String?)
    case end
    case alias(String)
    /// A document's or the stream's start or end.
    case documentStart, documentEnd, streamStart, streamEnd
  }

  private struct Marked {
    var event: Event
    var line: Int
    var column: Int
  }

  private func next() throws(Problem) -> Marked {
    var event = yaml_event_t()
    guard yaml_parser_parse(&parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    return Marked(
      event: try kind(event), line: event.start_mark.line + 1,
      column: event.start_mark.column + 1)
  }

  private func kind(_ event: yaml_event_t) throws(Problem) -> Event {
    switch event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(
        String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
        anchor: text(scalar.anchor))
    case YAML_SEQUENCE_START_EVENT:
      return .sequenceStart(anchor: text(event.data.sequence_start.anchor))
    case YAML_MAPPING_START_EVENT:
      return .mappingStart(anchor: text(event.data.mapping_start.anchor))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
    default: throw Problem("it cannot be read as YAML")
    }
  }

  private func text(_ pointer: UnsafePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private func failure() -> Problem {
    let what = parser.problem.map { String(cString: $0) } ?? "it cannot be read as YAML"
    let context = parser.context.map { " " + String(cString: $0) } ?? ""
    // An error of the byte reader has an offset and no mark.
    guard parser.error != YAML_READER_ERROR else {
      return Problem("\(what) (byte \(parser.problem_offset + 1))")
    }
    return Problem(
      what + context, line: parser.problem_mark.line + 1, column: parser.problem_mark.column + 1)
  }

  // MARK: Nodes

  private func document() throws(Problem) -> YAMLNode? {
    var root: YAMLNode?
    while true {
      let marked = try next()
      switch marked.event {
      case .streamStart, .documentEnd: continue
      case .documentStart:
        guard root == nil else {
          throw Problem(
            "a second document begins", line: marked.line, column: marked.column,
            remedy: "keep one document in the file")
        }
        root = try node(try next(), depth: 0)
      case .streamEnd: return root
      default: throw Problem("it cannot be read as YAML", line: marked.line)
      }
    }
  }

  private func node(_ marked: Marked, depth: Int) throws(Problem) -> YAMLNode {
    try count(1, at: marked)
    guard depth < YAMLReader.depthLimit else {
      throw Problem(
        "it nests deeper than \(YAMLReader.depthLimit) levels", line: marked.line,
        column: marked.column)
    }
    let value: YAMLNode.Value
    let name: String?
    switch marked.event {
    case .scalar(let text, let isPlain, let anchor):
      (value, name) = (.scalar(text, isPlain: isPlain), anchor)
    case .sequenceStart(let anchor):
      (value, name) = (.sequence(try sequence(depth: depth)), anchor)
    case .mappingStart(let anchor):
      (value, name) = (.mapping(try mapping(depth: depth)), anchor)
    case .alias(let anchor):
      return try alias(anchor, marked, depth: depth)
    default:
      throw Problem("a value is missing", line: marked.line, column: marked.column)
    }
    let node = YAMLNode(value, line: marked.line, column: marked.column)
    if let name { anchors[name] = node }
    return node
  }

  private func alias(
    _ anchor: String, _ marked: Marked, depth: Int
  ) throws(Problem) -> YAMLNode {
    guard let node = anchors[anchor] else {
      throw Problem(
        "the alias *\(anchor) has no anchor before it", line: marked.line,
        column: marked.column)
    }
    try count(YAMLReader.size(node, limit: YAMLReader.nodeLimit), at: marked)
    guard depth + YAMLReader.depth(node) <= YAMLReader.depthLimit else {
      throw Problem(
        "it nests deeper than \(YAMLReader.depthLimit) levels", line: marked.line,
        column: marked.column)
    }
    return node
  }

  private func count(_ more: Int, at marked: Marked) throws(Problem) {
    nodes += more
    guard nodes <= YAMLReader.nodeLimit else {
      throw Problem(
        "it has more than \(YAMLReader.nodeLimit) values, those behind aliases counted",
        line: marked.line, column: marked.column)
    }
  }

  private func sequence(depth: Int) throws(Problem) -> [YAMLNode] {
    var items: [YAMLNode] = []
    while true {
      let marked = try next()
      if case .end = marked.event { return items }
      items.append(try node(marked, depth: depth + 1))
    }
  }

  private func mapping(depth: Int) throws(Problem) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    var merged: [YAMLEntry] = []
    var lines: [String: Int] = [:]
    while true {
      let marked = try next()
      if case .end = marked.event {
        return entries + merged.filter { lines[$0.key] == nil }
      }
      guard case .scalar(let key, _, _) = marked.event else {
        throw Problem(
          "a key is no plain text", line: marked.line, column: marked.column,
          remedy: "write keys as words")
      }
      if let first = lines[key] {
        throw Problem(
          "the key `\(key)` stands on line \(first) already", line: marked.line,
          column: marked.column, remedy: "keep one of the two")
      }
      lines[key] = marked.line
      let value = try node(try next(), depth: depth + 1)
      if key == "<<" {
        merged = try YAMLReader.mergedEntries(value)
        continue
      }
      entries.append(
        YAMLEntry(key: key, line: marked.line, column: marked.column, value: value))
    }
  }

  /// What `<<` brings into a mapping, below its own keys: another mapping, or of several the first
  /// that has a key.
  ///
  /// - Source: https://yaml.org/type/merge.html
  private static func mergedEntries(_ node: YAMLNode) throws(Problem) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    for item in node.items {
      guard item.isMapping else {
        throw Problem(
          "`<<` brings in no mapping", line: item.line, column: item.column,
          remedy: "give it the alias of a mapping")
      }
      entries += item.entries.filter { new in !entries.contains { $0.key == new.key } }
    }
    return entries
  }

  private static func size(_ node: YAMLNode, limit: Int) -> Int {
    switch node.value {
    case .scalar: return 1
    case .sequence(let items):
      return items.reduce(1) { min($0 + size($1, limit: limit), limit + 1) }
    case .mapping(let entries):
      return entries.reduce(1) { min($0 + size($1.value, limit: limit), limit + 1) }
    }
  }

  private static func depth(_ node: YAMLNode) -> Int {
    switch node.value {
    case .scalar: 1
    case .sequence(let items): 1 + (items.map(depth).max() ?? 0)
    case .mapping(let entries): 1 + (entries.map { depth($0.value) }.max() ?? 0)
    }
  }
}
