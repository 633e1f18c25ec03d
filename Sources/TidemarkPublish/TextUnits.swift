internal import TidemarkSyntax

extension SafeText {
  /// At most `limit` UTF-16 units of `text`, the middle cut out and marked `…`: platforms count
  /// these, and a character that people see may have any number of them.
  static func middleCut(_ text: String, units limit: Int) -> String {
    guard limit >= 3, text.utf16.count > limit else { return text }
    let kept = limit - 1
    return start(of: text, kept - kept / 2) + "…" + end(of: text, kept / 2)
  }

  /// Whole characters, as long as they leave half of the room unused at most; else whole scalars.
  private static func start(of text: String, _ limit: Int) -> String {
    let cut = text.utf16.index(text.startIndex, offsetBy: limit)
    var units = 0
    let characters = text.prefix { character in
      units += character.utf16.count
      return units <= limit
    }
    if characters.utf16.count * 2 >= limit { return String(characters) }
    let scalars = text.unicodeScalars.indices.prefix { $0 <= cut }
    return String(text.unicodeScalars[..<(scalars.last ?? text.startIndex)])
  }

  private static func end(of text: String, _ limit: Int) -> String {
    let cut = text.utf16.index(text.endIndex, offsetBy: -limit)
    var units = 0
    let count = text.reversed().prefix { character in
      units += character.utf16.count
      return units <= limit
    }.count
    let characters = text.suffix(count)
    if characters.utf16.count * 2 >= limit { return String(characters) }
    let first = text.unicodeScalars.indices.first { $0 >= cut }
    return String(text.unicodeScalars[(first ?? text.endIndex)...])
  }
}
