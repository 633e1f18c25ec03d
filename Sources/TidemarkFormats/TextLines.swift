extension Substring {
  /// Without blanks at its end.
  var trimmedEnd: Substring {
    guard let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return self[...last]
  }

  /// The first place of `text`.
  func firstRange(of text: String) -> Range<Index>? {
    guard let first = text.first else { return nil }
    var rest = self
    while let hit = rest.firstIndex(of: first) {
      if self[hit...].hasPrefix(text) { return hit..<index(hit, offsetBy: text.count) }
      rest = self[index(after: hit)...]
    }
    return nil
  }

  /// Without the escape sequences that colour a terminal's text.
  var withoutColours: Substring {
    guard utf8.contains(0x1B) else { return self }
    var kept: [UInt8] = []
    var bytes = utf8[...]
    while let byte = bytes.popFirst() {
      guard byte == 0x1B else {
        kept.append(byte)
        continue
      }
      guard bytes.first == UInt8(ascii: "[") else { continue }
      bytes = bytes.dropFirst().drop { !(0x40...0x7E).contains($0) }.dropFirst()
    }
    return String(decoding: kept, as: UTF8.self)[...]
  }
}
