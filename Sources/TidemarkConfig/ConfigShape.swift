/// What may stand at a place of tidemark.yml. The one table of keys: the file is checked against
/// it, and the JSON Schema for editors is made from it.
package indirect enum ConfigShape: Sendable {
  case text
  case flag
  case integer
  /// A whole number from 1.
  case positive
  case number
  /// A number, with a unit where one is meant: `200`, `10 MB`.
  case bound
  /// `14 days`, `36 h`, `90 min`.
  case duration
  /// `5 %`, or a share: `0.05`.
  case percent
  /// A date or a time: `2026-12-31`.
  case time
  /// An address that begins with `https://` or `http://`.
  case address
  /// `KEY=VALUE`.
  case pair
  /// Up to 64 of `a` to `z`, `0` to `9`, dot, dash and underscore.
  case slug
  /// One of these words.
  case word([String])
  /// A list, or one item in its place.
  case list(ConfigShape)
  /// A mapping with these keys.
  case keys([ConfigKey])
  /// A mapping with keys of the user's own.
  case table(ConfigShape)
  /// The first form, or the second: `history: DIR`, or a mapping.
  case either(ConfigShape, ConfigShape)
  /// An overlay: any key of the file but `environments`, and `when`.
  case overlay([ConfigKey])
}

/// A key and what may stand under it.
package struct ConfigKey: Sendable {
  package var name: String
  package var shape: ConfigShape
  /// One sentence for editors and for the reference.
  package var summary: String
  package var isRequired: Bool

  init(_ name: String, _ shape: ConfigShape, _ summary: String, isRequired: Bool = false) {
    self.name = name
    self.shape = shape
    self.summary = summary
    self.isRequired = isRequired
  }
}

extension ConfigShape {
  /// What a value of this shape is called in a sentence.
  var title: String {
    switch self {
    case .text: "text"
    case .flag: "true or false"
    case .integer: "a whole number"
    case .positive: "a whole number from 1"
    case .bound: "a number, with a unit if need be: `10 MB`"
    case .address: "an address that begins with https://"
    case .pair: "KEY=VALUE"
    case .slug: "a name of up to 64 of a to z, 0 to 9, dot, dash, underscore"
    case .number: "a number"
    case .duration: "a duration such as `14 days`"
    case .percent: "a share such as `5 %` or 0.05"
    case .time: "a date such as 2026-12-31"
    case .word(let words): "one of \(words.joined(separator: ", "))"
    case .list(let item): "a list (of \(item.title))"
    case .keys, .table, .overlay: "a mapping"
    case .either(let first, let second): "\(first.title), or \(second.title)"
    }
  }
}
