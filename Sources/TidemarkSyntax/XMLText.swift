private import Glibc

/// An element's or attribute's name, interned by its ``XMLReader``: two names are equal where their
/// addresses are. Valid as long as the reader.
@frozen @usableFromInline
package struct XMLName: Hashable {
  @usableFromInline let start: UnsafePointer<UInt8>

  @inlinable init(start: UnsafePointer<UInt8>) { self.start = start }

  package var string: String { String(cString: start) }
}

/// A stretch of text, valid during the call that it is given to. It is UTF-8; a control character
/// that stood in the file is 0x7F here, and left out of ``string``.
@frozen @usableFromInline
package struct XMLText {
  @usableFromInline package let bytes: UnsafeBufferPointer<UInt8>

  @inlinable package init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  @inlinable package var isEmpty: Bool { bytes.isEmpty }

  /// Whether nothing but white space is in it.
  package var isBlank: Bool { bytes.allSatisfy { $0 <= 0x20 } }

  /// Whether no control character stood in it.
  package var isClean: Bool {
    guard let start = bytes.baseAddress else { return true }
    return memchr(start, 0x7F, bytes.count) == nil
  }

  /// The text without control characters and terminal escape sequences.
  package var string: String {
    if isClean { return String(decoding: bytes, as: UTF8.self) }
    return String(decoding: XMLText.cleaned(bytes), as: UTF8.self)
  }

  /// The text without the white space around it.
  package var trimmed: XMLText {
    var (start, end) = (0, bytes.count)
    while start < end, bytes[start] <= 0x20 { start += 1 }
    while start < end, bytes[end - 1] <= 0x20 { end -= 1 }
    return XMLText(UnsafeBufferPointer(rebasing: bytes[start..<end]))
  }

  /// A plain or scientific decimal number; nil for anything else (`NaN`, `0x10`, `1,5`, blanks).
  package var decimal: Double? { DecimalText.parse(bytes) }

  /// A whole number of at most 18 digits; nil for anything else.
  package var integer: Int? {
    guard (1...19).contains(bytes.count) else { return nil }
    return Int(String(decoding: bytes, as: UTF8.self))
  }

  /// Whether the text is `other`, byte for byte.
  package static func == (text: XMLText, other: StaticString) -> Bool {
    let other = UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
    return text.bytes.count == other.count && text.bytes.elementsEqual(other)
  }

  /// Whether the text is `other`, whatever the case of its ASCII letters.
  ///
  /// - Parameter other: In lower case.
  package func equalsIgnoringCase(_ other: StaticString) -> Bool {
    let other = UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount)
    guard bytes.count == other.count else { return false }
    return zip(bytes, other).allSatisfy {
      $0 == $1 || ((0x41...0x5A).contains($0) && $0 | 0x20 == $1)
    }
  }

  /// The pattern `switch text { case "run": … }` matches with.
  package static func ~= (pattern: StaticString, text: XMLText) -> Bool { text == pattern }

  /// Drops each 0x7F, with the escape sequence that it begins where it stood for an ESC: `[31m`,
  /// and `]0;title` up to the BEL or ESC that ends it (ECMA-48).
  private static func cleaned(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var index = 0
    while index < bytes.count {
      guard bytes[index] == 0x7F else {
        out.append(bytes[index])
        index += 1
        continue
      }
      index += 1
      guard index < bytes.count else { break }
      if bytes[index] == UInt8(ascii: "[") {
        index = controlSequenceEnd(bytes, from: index + 1)
      } else if bytes[index] == UInt8(ascii: "]") {
        index = commandEnd(bytes, from: index + 1)
      }
    }
    return out
  }

  private static func controlSequenceEnd(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int
  ) -> Int {
    var index = start
    while index < bytes.count, (0x20...0x3F).contains(bytes[index]) { index += 1 }
    return index < bytes.count && (0x40...0x7E).contains(bytes[index]) ? index + 1 : index
  }

  private static func commandEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    while index < bytes.count, bytes[index] != 0x0A {
      if bytes[index] == 0x7F {
        let endsWithEscape = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\\")
        return index + (endsWithEscape ? 2 : 1)
      }
      index += 1
    }
    // Without its end it would swallow the line: only the bracket goes.
    return start
  }
}

/// The attributes of one start tag, valid during the call that they are given to.
///
/// Those with a prefix (`xsi:type`) are passed over by name.
@frozen @usableFromInline
package struct XMLAttributes {
  /// Five pointers for each: name, prefix, namespace, value, end of the value.
  @usableFromInline let base: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
  /// How many there are.
  @usableFromInline package let count: Int

  @inlinable init(base: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, count: Int) {
    self.base = base
    self.count = base == nil ? 0 : count
  }

  /// The value of the attribute `name`; nil where there is none.
  @inlinable package subscript(name: XMLName) -> XMLText? {
    for index in 0..<count where self.name(at: index) == name { return value(at: index) }
    return nil
  }

  /// The name of the attribute at `index`; nil for one with a prefix.
  @inlinable package func name(at index: Int) -> XMLName? {
    guard let base, let name = base[index &* 5], base[index &* 5 &+ 1] == nil else { return nil }
    return XMLName(start: name)
  }

  /// The value of the attribute at `index`.
  @inlinable package func value(at index: Int) -> XMLText {
    guard let base, let start = base[index &* 5 &+ 3], let end = base[index &* 5 &+ 4] else {
      return XMLText(UnsafeBufferPointer(start: nil, count: 0))
    }
    return XMLText(UnsafeBufferPointer(start: start, count: end - start))
  }
}
