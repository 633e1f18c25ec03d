internal import TidemarkModel
private import TidemarkSyntax

/// Holds a document against the table of keys.
struct ConfigCheck {
  /// Every place must fit its shape, so that reading values out of it cannot fail.
  static func check(_ root: YAMLNode) throws(Problem) {
    try check(root, .keys(ConfigKeys.all), "the file")
  }

  private static func check(
    _ node: YAMLNode, _ shape: ConfigShape, _ place: String
  ) throws(Problem) {
    if node.isNull, !shape.isMapping { return }
    switch shape {
    case .text: try check(node, node.text != nil, shape, place)
    case .flag: try check(node, node.flag != nil, shape, place)
    case .integer: try check(node, node.integer != nil, shape, place)
    case .positive: try check(node, node.integer.map { $0 > 0 } ?? false, shape, place)
    case .number: try check(node, node.number != nil, shape, place)
    case .bound: try check(node, node.bound != nil, shape, place)
    case .address: try check(node, node.text.map(ConfigValue.isAddress) ?? false, shape, place)
    case .pair: try check(node, node.text.map(ConfigValue.isPair) ?? false, shape, place)
    case .slug: try check(node, node.text.map(ConfigValue.isSlug) ?? false, shape, place)
    case .duration: try check(node, node.duration != nil, shape, place)
    case .percent: try check(node, node.share != nil, shape, place)
    case .time: try check(node, node.time != nil, shape, place)
    case .word(let words): try checkWord(node, words, place)
    case .list(let item):
      for node in node.items { try check(node, item, "an item of \(place)") }
    case .keys(let keys): try checkKeys(node, keys, place)
    case .overlay(let keys): try checkKeys(node, keys, place)
    case .table(let value):
      guard node.isMapping || node.isNull else { throw wrong(node, shape, place) }
      for entry in node.entries { try check(entry.value, value, "`\(entry.key)`") }
    case .either(let first, let second):
      try check(node, node.fits(first) || !node.fits(second) ? first : second, place, either: shape)
    }
  }

  /// One of two forms: the problem of a wrong kind of value names both.
  private static func check(
    _ node: YAMLNode, _ shape: ConfigShape, _ place: String, either: ConfigShape
  ) throws(Problem) {
    guard node.fits(shape) else { throw wrong(node, either, place) }
    try check(node, shape, place)
  }

  private static func check(
    _ node: YAMLNode, _ isRight: Bool, _ shape: ConfigShape, _ place: String
  ) throws(Problem) {
    guard isRight else { throw wrong(node, shape, place) }
  }

  private static func wrong(_ node: YAMLNode, _ shape: ConfigShape, _ place: String) -> Problem {
    let nearest = node.text.flatMap { ConfigValue.nearest($0, shape) }
    return Problem(
      "\(place) is \(node.kind), not \(shape.title)", line: node.line, column: node.column,
      remedy: nearest.map { "did you mean `\($0)`? Write \(shape.title)" }
        ?? "write \(shape.title)")
  }

  private static func checkWord(
    _ node: YAMLNode, _ words: [String], _ place: String
  ) throws(Problem) {
    guard let text = node.text else { throw wrong(node, .word(words), place) }
    guard !words.contains(text) else { return }
    let all = words.joined(separator: ", ")
    throw Problem(
      "\(place) cannot be `\(SafeText.oneLine(text))`", line: node.line, column: node.column,
      remedy: NearestName.of(text, among: words).map { "did you mean `\($0)`? One of \(all)" }
        ?? "write one of \(all)")
  }

  private static func checkKeys(
    _ node: YAMLNode, _ keys: [ConfigKey], _ place: String
  ) throws(Problem) {
    guard node.isMapping || node.isNull else { throw wrong(node, .keys(keys), place) }
    for entry in node.entries {
      guard let key = keys.first(where: { $0.name == entry.key }) else {
        throw unknown(entry, keys, place)
      }
      try check(entry.value, key.shape, "`\(entry.key)`")
    }
    for key in keys where key.isRequired && node[key.name].map(\.isNull) ?? true {
      throw Problem(
        "\(place) has no `\(key.name)`", line: node.line, column: node.column,
        remedy: "add `\(key.name)`: \(key.shape.title)")
    }
  }

  private static func unknown(
    _ entry: YAMLEntry, _ keys: [ConfigKey], _ place: String
  ) -> Problem {
    let names = keys.map(\.name)
    let nearest = NearestName.of(entry.key.replacing("-", with: "_"), among: names)
    return Problem(
      "`\(SafeText.oneLine(entry.key))` is no key of \(place)", line: entry.line,
      column: entry.column,
      remedy: nearest.map { "did you mean `\($0)`?" }
        ?? "use one of \(names.joined(separator: ", "))")
  }
}

extension ConfigShape {
  fileprivate var isMapping: Bool {
    switch self {
    case .keys, .overlay: true
    default: false
    }
  }
}

extension YAMLNode {
  var isMapping: Bool {
    if case .mapping = value { true } else { false }
  }

  fileprivate var isSequence: Bool {
    if case .sequence = value { true } else { false }
  }

  /// Whether the node's kind is that of the shape, whatever is inside it.
  fileprivate func fits(_ shape: ConfigShape) -> Bool {
    switch shape {
    case .keys, .table, .overlay: isMapping
    case .list: isSequence || !isMapping
    case .either(let first, let second): fits(first) || fits(second)
    default: !isMapping && !isSequence
    }
  }

  /// What it is, for a sentence.
  fileprivate var kind: String {
    switch value {
    case .scalar(let text, _):
      isNull ? "empty" : "`\(SafeText.oneLine(String(text.prefix(60))))`"
    case .sequence: "a list"
    case .mapping: "a mapping"
    }
  }
}
