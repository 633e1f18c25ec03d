/// The reference of tidemark.yml as Markdown, made from the table of keys that the reader uses.
package enum ConfigReference {
  /// The tables that docs/configuration.md ends with.
  package static func markdown() -> String {
    "### Sections\n\n" + table(ConfigKeys.all.filter { key in !isOption(key) })
      + ConfigKeys.all.filter { !isOption($0) }.map { subtables($0.shape, $0.name) }.joined()
      + "\n### Options\n\n"
      + "Each is an option of the command line too, `--a-b` for `a_b`, and the variable `TIDEMARK_A_B`.\n\n"
      + table(ConfigKeys.options)
  }

  private static func isOption(_ key: ConfigKey) -> Bool {
    ConfigKeys.options.contains { $0.name == key.name }
  }

  private static func table(_ keys: [ConfigKey]) -> String {
    "| key | is | |\n|---|---|---|\n"
      + keys.map { key in
        let name = key.isRequired ? "`\(key.name)` (required)" : "`\(key.name)`"
        return "| \(name) | \(key.shape.title) | \(key.summary) |\n"
      }.joined()
  }

  /// A table for each mapping with fixed keys within a shape.
  private static func subtables(_ shape: ConfigShape, _ place: String) -> String {
    switch shape {
    case .keys(let keys):
      "\n#### `\(place)`\n\n" + table(keys)
        + keys.map { subtables($0.shape, "\(place).\($0.name)") }.joined()
    case .overlay(let keys):
      keys.filter(\.isRequired).map { subtables($0.shape, "\(place).NAME.\($0.name)") }.joined()
    case .list(let item): subtables(item, "\(place)[]")
    case .table(let value): subtables(value, place)
    case .either(let first, let second):
      // `detection: [rules]` and `detection: {rules: [rules]}` are told once.
      subtables(first, place).isEmpty ? subtables(second, place) : subtables(first, place)
    default: ""
    }
  }
}
