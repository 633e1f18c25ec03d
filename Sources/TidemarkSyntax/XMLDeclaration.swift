/// `<?xml version="1.0" encoding="…"?>`, read apart from the document: its claims are often wrong.
struct XMLDeclaration {
  /// Where it begins and ends in the bytes it was found in.
  var range: Range<Int>
  var encoding: String?

  /// Where the first declaration in `bytes` begins; nil where there is none.
  static func find(in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var index = 0
    while let hit = bytes[index...].firstIndex(of: UInt8(ascii: "<")) {
      if startsDeclaration(bytes, at: hit) { return hit }
      index = hit + 1
    }
    return nil
  }

  /// Whether a declaration begins at `index`: `<?xml` and white space.
  static func startsDeclaration(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Bool {
    guard index + 6 <= bytes.count else { return false }
    return bytes[index..<index + 5].elementsEqual("<?xml".utf8) && bytes[index + 5] <= 0x20
  }

  /// The declaration at `start`; nil unless its end is within 1,024 bytes.
  static func read(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> XMLDeclaration? {
    let limit = min(bytes.count, start + 1024)
    guard let close = bytes[start..<limit].firstIndex(of: UInt8(ascii: ">")) else { return nil }
    let text = UnsafeBufferPointer(rebasing: bytes[start..<close])
    return XMLDeclaration(range: start..<close + 1, encoding: value(of: "encoding", in: text))
  }

  private static func value(of name: StaticString, in text: UnsafeBufferPointer<UInt8>) -> String? {
    let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    let starts = 0..<max(text.count - name.count + 1, 0)
    guard let start = starts.first(where: { text[$0...].starts(with: name) }) else { return nil }
    let rest = text[(start + name.count)...].drop { $0 <= 0x20 }
    guard rest.first == UInt8(ascii: "=") else { return nil }
    let quoted = rest.dropFirst().drop { $0 <= 0x20 }
    guard let quote = quoted.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
    else { return nil }
    let value = quoted.dropFirst().prefix { $0 != quote }
    return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
  }
}
