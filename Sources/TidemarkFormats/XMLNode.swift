internal import TidemarkModel
internal import TidemarkSyntax

/// A small part of an XML file as a tree: for formats whose records are read one at a time.
struct XMLNode: Sendable {
  /// Without its prefix.
  var name: String
  var attributes: [String: String]
  /// Its own text, without the blanks around it, at most ``TestDetail/textLimit`` bytes.
  var text = ""
  var children: [XMLNode] = []
  /// The line on which its start tag ends.
  var line: Int

  subscript(attribute: String) -> String? { attributes[attribute] }

  func child(_ name: String) -> XMLNode? { children.first { $0.name == name } }

  func children(_ name: String) -> [XMLNode] { children.filter { $0.name == name } }

  /// The node at the end of a path of first children.
  func descendant(_ path: String...) -> XMLNode? {
    path.reduce(self as XMLNode?) { $0?.child($1) }
  }

  /// The text of the first child of that name; nil where it is not there or empty.
  func text(of name: String) -> String? {
    guard let text = child(name)?.text, !text.isEmpty else { return nil }
    return text
  }

  /// Reads a file and hands over each element named in `records` as a tree, when it ends, with the
  /// elements that it stands in, from the root on, without their children. What is in no record
  /// costs nothing but its start tag.
  ///
  /// A record inside a record is part of it and is not handed over by itself.
  ///
  /// - Parameter limit: The most nodes of one record; further ones are left out.
  static func forEach(
    _ records: Set<String>, in file: InputFile, limit: Int = 200_000,
    _ body: @escaping (_ record: XMLNode, _ above: [XMLNode]) throws(Problem) -> Void
  ) throws(Problem) -> XMLReader {
    let reader = try XMLReader(file)
    try reader.read(Collector(reader, records: records, limit: limit, body))
    return reader
  }
}

private final class Collector: XMLEvents {
  private let reader: XMLReader
  private let records: Set<String>
  private let limit: Int
  private let body: (XMLNode, [XMLNode]) throws(Problem) -> Void
  private var above: [XMLNode] = []
  private var open: [(node: XMLNode, text: BoundedText)] = []
  private var count = 0
  private var skipped = 0

  init(
    _ reader: XMLReader, records: Set<String>, limit: Int,
    _ body: @escaping (XMLNode, [XMLNode]) throws(Problem) -> Void
  ) {
    self.reader = reader
    self.records = records
    self.limit = limit
    self.body = body
    reader.skipsText = true
  }

  func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem) {
    let text = name.string
    guard !open.isEmpty || records.contains(text) else {
      above.append(node(text, attributes))
      return
    }
    count += 1
    guard skipped == 0, count <= limit else {
      skipped += 1
      return
    }
    reader.skipsText = false
    open.append((node(text, attributes), BoundedText(limit: TestDetail.textLimit)))
  }

  private func node(_ name: String, _ attributes: XMLAttributes) -> XMLNode {
    var values: [String: String] = [:]
    for index in 0..<attributes.count {
      guard let name = attributes.name(at: index) else { continue }
      values[name.string] = attributes.value(at: index).string
    }
    return XMLNode(name: name, attributes: values, line: reader.line)
  }

  func text(_ text: XMLText) throws(Problem) {
    guard !open.isEmpty, skipped == 0 else { return }
    open[open.count - 1].text.append(text)
  }

  func end(_ name: XMLName) throws(Problem) {
    if skipped > 0 {
      skipped -= 1
      return
    }
    guard var (node, text) = open.popLast() else {
      above.removeLast()
      return
    }
    node.text = text.string ?? ""
    text.reset()
    if open.isEmpty {
      reader.skipsText = true
      count = 0
      try body(node, above)
    } else {
      open[open.count - 1].node.children.append(node)
    }
  }
}

extension String {
  /// The first line that is not blank, without the blanks around it; nil where there is none.
  var firstLine: String? {
    for line in split(whereSeparator: \.isNewline) {
      let text = line.drop(while: \.isWhitespace)
      if !text.isEmpty { return String(text.prefix(4096)) }
    }
    return nil
  }

  /// nil where it is empty.
  var nonEmpty: String? { isEmpty ? nil : self }

  /// A plain decimal number, with a comma for the point where a .NET runner's locale wrote one, or
  /// with marks between thousands; nil for anything else.
  var decimal: Double? {
    guard contains(",") else { return Double(self).flatMap { $0.isFinite ? $0 : nil } }
    // Of two kinds of marks the last one is the point; one comma alone is it too.
    let last = last { $0 == "," || $0 == "." }
    let commas = count { $0 == "," }
    let point: Character = last == "," && (commas == 1 || contains(".")) ? "," : "."
    let plain = filter { $0 == point || ($0 != "," && $0 != ".") }
    guard let value = Double(plain.replacing(",", with: ".")), value.isFinite else { return nil }
    return value
  }
}
