package import TidemarkModel

/// An element with its attributes, its own text and, where it was asked for whole, its children.
package struct XMLNode: Sendable {
  /// Without prefix.
  package var name: String
  /// In the file's order, without those that have a prefix.
  package var attributes: [(name: String, value: String)]
  package var children: [XMLNode] = []
  /// Its own text, not its children's, without the blank lines around it.
  package var text = ""
  /// The line on which its start tag ends.
  package var line: Int
  /// Whether something of it was left out, because it passed a limit.
  package var isCut = false

  /// The attribute `name`; nil where there is none.
  package subscript(name: String) -> String? { attributes.first { $0.name == name }?.value }

  /// The first child of that name.
  package func child(_ name: String) -> XMLNode? { children.first { $0.name == name } }

  /// All children of that name.
  package func children(_ name: String) -> [XMLNode] { children.filter { $0.name == name } }

  /// The first descendant along `path`, a name a level: `node.at("failure", "message")?.text`.
  package func at(_ path: String...) -> XMLNode? {
    path.reduce(Optional(self)) { node, name in node?.child(name) }
  }
}

/// What a visitor of ``XMLReader/visit(whole:limits:_:)`` is told of an element.
package enum XMLPiece: Sendable {
  /// Its start tag: attributes only.
  case opened
  /// All of it: children and text. Nothing else is told of what is inside.
  case whole
  /// Its end tag: attributes, and its own text.
  case closed
}

/// How much of one element that is handed over whole is kept.
package struct XMLNodeLimits: Sendable {
  /// Bytes of one element's own text.
  package var text = 65_536
  /// Bytes of one attribute.
  package var attribute = 65_536
  /// Elements.
  package var nodes = 100_000
  /// Bytes of all texts and attributes together.
  package var total = 16 << 20

  package init() {}
}

extension XMLReader {
  /// Reads the file and hands over its elements: those named in `whole` as small trees, all others
  /// as they open and close. For formats whose files are of moderate size; a tree costs some
  /// microseconds an element.
  ///
  /// - Parameters:
  ///   - whole: Names without prefix. Inside of such an element nothing is handed over again.
  ///   - visit: Told the piece, the element, and the elements around it from the root in (with their
  ///     attributes and the text so far).
  /// - Throws: ``Problem`` as ``read(_:)`` does, and what `visit` throws.
  package func visit(
    whole: Set<String>, limits: XMLNodeLimits = XMLNodeLimits(),
    _ visit: @escaping (XMLPiece, XMLNode, [XMLNode]) throws(Problem) -> Void
  ) throws(Problem) {
    try read(XMLNodeEvents(self, whole: whole, limits: limits, visit))
  }

  /// The whole document as a tree: for formats whose files are small.
  ///
  /// - Throws: ``Problem`` as ``read(_:)`` does, and where the file passes `limits`.
  package func tree(limits: XMLNodeLimits = XMLNodeLimits()) throws(Problem) -> XMLNode {
    var root: XMLNode?
    let events = XMLNodeEvents(self, whole: nil, limits: limits) { _, node, _ in
      root = root ?? node
    }
    try read(events)
    guard let root else { throw Problem("holds no XML element") }
    guard !events.passedLimits else {
      throw Problem(
        "has more than \(limits.nodes) elements or \(limits.total >> 20) MiB of text",
        remedy: "split the file")
    }
    return root
  }
}

private final class XMLNodeEvents: XMLEvents {
  private let reader: XMLReader
  /// nil: the root.
  private let whole: Set<String>?
  private let limits: XMLNodeLimits
  private let visit: (XMLPiece, XMLNode, [XMLNode]) throws(Problem) -> Void
  private var names: [XMLName: String] = [:]
  /// The open elements around the tree, or around the current one.
  private var ancestors: [XMLNode] = []
  /// The tree's open elements, from its top.
  private var branch: [XMLNode] = []
  private var texts: [BoundedText] = []
  private var nodes = 0
  private var total = 0
  /// Levels inside of a tree below one that was left out.
  private var omitted = 0
  private(set) var passedLimits = false

  init(
    _ reader: XMLReader, whole: Set<String>?, limits: XMLNodeLimits,
    _ visit: @escaping (XMLPiece, XMLNode, [XMLNode]) throws(Problem) -> Void
  ) {
    self.reader = reader
    self.whole = whole
    self.limits = limits
    self.visit = visit
  }

  func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem) {
    if branch.isEmpty {
      nodes = 0
      total = 0
    }
    nodes += 1
    if omitted > 0 || (!branch.isEmpty && (nodes > limits.nodes || total > limits.total)) {
      omitted += 1
      passedLimits = true
      return
    }
    let node = node(name, attributes)
    texts.append(BoundedText(limit: limits.text))
    if !branch.isEmpty || whole?.contains(node.name) ?? true {
      branch.append(node)
    } else {
      ancestors.append(node)
      try visit(.opened, node, Array(ancestors.dropLast()))
    }
  }

  func text(_ text: XMLText) throws(Problem) {
    guard omitted == 0, let last = texts.indices.last else { return }
    total += text.bytes.count
    texts[last].append(text)
  }

  func end(_ name: XMLName) throws(Problem) {
    if omitted > 0 {
      omitted -= 1
      if omitted == 0, let last = branch.indices.last { branch[last].isCut = true }
      return
    }
    let text = texts.popLast()?.string ?? ""
    guard var node = branch.popLast() else {
      guard var node = ancestors.popLast() else { return }
      node.text = text
      return try visit(.closed, node, ancestors)
    }
    node.text = text
    if let parent = branch.indices.last {
      branch[parent].children.append(node)
    } else {
      try visit(.whole, node, ancestors)
    }
  }

  private func node(_ name: XMLName, _ attributes: XMLAttributes) -> XMLNode {
    var node = XMLNode(name: string(name), attributes: [], line: reader.line)
    node.attributes.reserveCapacity(attributes.count)
    for index in 0..<attributes.count {
      guard let key = attributes.name(at: index) else { continue }
      let value = attributes.value(at: index)
      let kept = UnsafeBufferPointer(rebasing: value.bytes.prefix(limits.attribute))
      node.attributes.append((string(key), XMLText(kept).string))
      node.isCut = node.isCut || kept.count < value.bytes.count
      total += kept.count
    }
    return node
  }

  private func string(_ name: XMLName) -> String {
    if let known = names[name] { return known }
    let string = name.string
    names[name] = string
    return string
  }
}
