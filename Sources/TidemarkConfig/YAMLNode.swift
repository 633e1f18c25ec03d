/// A value of a YAML document, with where it stands.
package struct YAMLNode: Hashable, Sendable {
  package indirect enum Value: Hashable, Sendable {
    /// - Parameter isPlain: Written without quotes, so that `true` or `~` is not text.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([YAMLEntry])
  }

  package var value: Value
  /// 1-based.
  package var line: Int
  /// 1-based, in characters as libyaml counts them.
  package var column: Int

  package init(_ value: Value, line: Int, column: Int) {
    self.value = value
    self.line = line
    self.column = column
  }

  /// Nothing, or a plain `null` or `~`.
  var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = value else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// What stands under `key` of a mapping.
  subscript(key: String) -> YAMLNode? {
    guard case .mapping(let entries) = value else { return nil }
    return entries.first { $0.key == key }?.value
  }

  var entries: [YAMLEntry] {
    guard case .mapping(let entries) = value else { return [] }
    return entries
  }
}

/// A key of a mapping and what stands under it.
package struct YAMLEntry: Hashable, Sendable {
  package var key: String
  /// 1-based.
  package var line: Int
  package var column: Int
  package var value: YAMLNode
}
