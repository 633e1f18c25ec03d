/// Where a text lies in a ``TextArena``.
@frozen @usableFromInline
package struct TextRange: Hashable, Sendable {
  @usableFromInline package var start: UInt32
  @usableFromInline package var count: UInt32

  @inlinable package init(start: UInt32, count: UInt32) {
    self.start = start
    self.count = count
  }

  @inlinable package static var empty: TextRange { TextRange(start: 0, count: 0) }
  @inlinable package var isEmpty: Bool { count == 0 }
}

/// Many texts, UTF-8, one behind the other: a million names cost their bytes and eight each.
@frozen @usableFromInline
package struct TextArena: Sendable {
  @usableFromInline package var bytes: [UInt8] = []

  @inlinable package init() {}

  /// Appends `text`. Past 4 GiB nothing is kept and the answer is empty.
  @inlinable package mutating func append(_ text: UnsafeBufferPointer<UInt8>) -> TextRange {
    guard !text.isEmpty, bytes.count + text.count <= Int(UInt32.max) else { return .empty }
    let range = TextRange(start: UInt32(bytes.count), count: UInt32(text.count))
    bytes.append(contentsOf: text)
    return range
  }

  /// Appends `text`, as above.
  package mutating func append(_ text: String) -> TextRange {
    var text = text
    return text.withUTF8 { append($0) }
  }

  /// Whether the text at `range` is `text`, byte for byte.
  @inlinable package func equals(_ range: TextRange, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard Int(range.count) == text.count else { return false }
    let start = Int(range.start)
    for index in 0..<text.count where bytes[start &+ index] != text[index] { return false }
    return true
  }

  /// The text at `range`; bytes that are no UTF-8 become U+FFFD.
  package func string(_ range: TextRange) -> String {
    let start = Int(range.start)
    let end = start + Int(range.count)
    guard range.count > 0, end <= bytes.count else { return "" }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}
