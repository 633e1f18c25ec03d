/// Text from outside, made safe to show: no control character, no escape sequence, nothing that
/// turns the direction of writing.
package enum SafeText {
  /// `text` without terminal escape sequences; other control characters (but tab and line feed),
  /// U+FEFF, zero-width and direction-turning characters become visible: pictures (`␀`, `␇`) where
  /// Unicode has one, else U+FFFD.
  package static func visible(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 >= 0x7F }),
      text.unicodeScalars.contains(where: { $0 == "\r" || $0 == "\u{1B}" || shown($0) != $0 })
    else { return text }
    var out = String.UnicodeScalarView()
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      if scalar == "\u{1B}" || scalar == "\u{9B}" {
        dropEscapeSequence(after: scalar, from: &scalars)
      } else if scalar == "\r" {
        if scalars.first != "\n" { out.append("\n") }
      } else {
        out.append(shown(scalar))
      }
    }
    return String(out)
  }

  /// As ``visible(_:)``, on one line: every run of white space becomes one blank.
  package static func oneLine(_ text: String) -> String {
    if isPlainLine(text) { return text }
    return visible(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// Printable ASCII with single blanks inside: nearly every name is such.
  private static func isPlainLine(_ text: String) -> Bool {
    var previous = UInt8(ascii: " ")
    for byte in text.utf8 {
      guard byte > 0x20 && byte < 0x7F || byte == 0x20 && previous != 0x20 else { return false }
      previous = byte
    }
    return previous != 0x20
  }

  /// At most `limit` characters of `text`, the middle cut out and marked `…`.
  package static func middleCut(_ text: String, to limit: Int) -> String {
    guard limit >= 3, text.utf8.count > limit, text.count > limit else { return text }
    let kept = limit - 1
    return text.prefix(kept - kept / 2) + "…" + text.suffix(kept / 2)
  }

  /// At most `limit` UTF-8 bytes of `text`, cut at a character.
  package static func prefix(_ text: String, bytes limit: Int) -> Substring {
    guard text.utf8.count > limit else { return text[...] }
    let cut = text.utf8.index(text.startIndex, offsetBy: limit)
    // A character of more bytes than this is made of marks without end: it is cut between them.
    var end = cut
    for _ in 0..<64 where end > text.startIndex {
      if String.Index(end, within: text) != nil { return text[..<end] }
      end = text.utf8.index(before: end)
    }
    end = cut
    while String.UnicodeScalarIndex(end, within: text.unicodeScalars) == nil {
      end = text.utf8.index(before: end)
    }
    return text[..<end]
  }

  private static func shown(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x09, 0x0A: scalar
    case 0..<0x20: Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0xFEFF, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069: "\u{FFFD}"
    default: scalar
    }
  }

  /// Drops what follows an escape: a control sequence (`ESC [ … letter`), an operating system
  /// command (`ESC ] … BEL` or `ESC \`), or a single character (ECMA-48 sections 5.3 to 5.6).
  private static func dropEscapeSequence(
    after escape: Unicode.Scalar, from scalars: inout ArraySlice<Unicode.Scalar>
  ) {
    var kind = escape == "\u{9B}" ? "[" : scalars.popFirst()
    if kind == "[" {
      while let next = scalars.first, (0x20...0x3F).contains(next.value) { scalars.removeFirst() }
      if let next = scalars.first, (0x40...0x7E).contains(next.value) { scalars.removeFirst() }
    } else if kind == "]" || kind == "P" || kind == "X" || kind == "^" || kind == "_" {
      // A string without its end would swallow the rest: it counts only up to the line's end.
      while let next = scalars.first, next != "\n" {
        kind = scalars.removeFirst()
        if kind == "\u{07}" || kind == "\u{9C}" { return }
        if kind == "\u{1B}" {
          if scalars.first == "\\" { scalars.removeFirst() }
          return
        }
      }
    }
  }
}
