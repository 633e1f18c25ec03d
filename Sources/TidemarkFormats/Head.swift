private import Glibc

/// The beginning of a file, as a recogniser sees it: at most 64 KiB, decompressed, UTF-8, without
/// byte order mark.
package struct Head: Sendable {
  package static let limit = 65_536

  package let bytes: [UInt8]
  /// Whether the file ends here too.
  package let isWhole: Bool
  /// What the head has if it is JSON, made once for all recognisers; empty for anything else.
  package let json: JSONOutline
  /// The name of the first XML element, without its prefix; nil where there is none.
  package let rootElement: String?
  /// Where the first XML element's tag stands, without its `<` and `>`.
  private let rootTagRange: Range<Int>?

  /// - Parameter raw: The file's first bytes: UTF-16 with a byte order mark is decoded, a UTF-8
  ///   mark is dropped.
  package init(raw: [UInt8], isWhole: Bool) {
    self.isWhole = isWhole
    switch (raw.first, raw.dropFirst().first) {
    case (0xEF, 0xBB) where raw.count > 2 && raw[2] == 0xBF: bytes = Array(raw.dropFirst(3))
    case (0xFF, 0xFE): bytes = Head.decodeUTF16(raw.dropFirst(2)) { UInt16($0) | UInt16($1) << 8 }
    case (0xFE, 0xFF): bytes = Head.decodeUTF16(raw.dropFirst(2)) { UInt16($0) << 8 | UInt16($1) }
    default: bytes = raw
    }
    json = JSONOutline(bytes)
    rootTagRange = Head.rootTagRange(in: bytes)
    rootElement = Head.rootElement(in: bytes, rootTagRange)
  }

  private static func rootElement(in bytes: [UInt8], _ tag: Range<Int>?) -> String? {
    guard let tag else { return nil }
    // Bytes and no characters: this is done for each file.
    let name = bytes[tag].prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
    let start = name.lastIndex(of: UInt8(ascii: ":")).map { $0 + 1 } ?? name.startIndex
    return String(decoding: name[start...], as: UTF8.self)
  }

  private static func decodeUTF16(
    _ raw: ArraySlice<UInt8>, unit: (UInt8, UInt8) -> UInt16
  ) -> [UInt8] {
    var units: [UInt16] = []
    units.reserveCapacity(raw.count / 2)
    var index = raw.startIndex
    while index + 1 < raw.endIndex {
      units.append(unit(raw[index], raw[index + 1]))
      index += 2
    }
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// The first byte that is no white space, if there is one.
  package var firstInk: UInt8? { bytes.first { $0 > 0x20 } }

  /// Where a line begins, behind lines of something else, that may be a JSON document's first.
  package var documentStart: Int? {
    // A comment or a heading begins a text of another kind.
    guard let ink = firstInk, !"{[</#".utf8.contains(ink) else { return nil }
    let limit = min(bytes.count, 16_384)
    for index in bytes.indices.prefix(limit).dropFirst()
    where bytes[index - 1] == UInt8(ascii: "\n") {
      // `[INFO] …` is no document, and neither is a block of code.
      let next = bytes[(index + 1)...].first { $0 > 0x20 }
      switch bytes[index] {
      case UInt8(ascii: "{") where next == UInt8(ascii: "\""): return index
      case UInt8(ascii: "[") where next == UInt8(ascii: "{"): return index
      default: continue
      }
    }
    return nil
  }

  /// The first XML element's name and the text of its tag up to `>` (attributes in it as written).
  package var rootTag: (name: String, tag: String)? {
    guard let range = rootTagRange, let name = rootElement else { return nil }
    return (name, String(decoding: bytes[range], as: UTF8.self))
  }

  private static func rootTagRange(in bytes: [UInt8]) -> Range<Int>? {
    var index = bytes.startIndex
    if bytes.first(where: { $0 > 0x20 }) != UInt8(ascii: "<") {
      // A command's own lines may stand before the report that it printed.
      index = end(in: bytes, after: index, of: "\n<?xml")
      if index == bytes.endIndex { return nil }
      // Behind a fence of a page of documentation it is an example.
      let fence = bytes[..<index].indices.dropLast(2).contains { start in
        bytes[start...start + 2].allSatisfy { $0 == UInt8(ascii: "`") }
      }
      if fence { return nil }
    }
    while let open = bytes[index...].firstIndex(of: UInt8(ascii: "<")), open + 1 < bytes.count {
      let next = bytes[open + 1]
      if next == UInt8(ascii: "?") {
        index = end(in: bytes, after: open, of: "?>")
      } else if next == UInt8(ascii: "!") {
        let isComment = bytes[open...].starts(with: "<!--".utf8)
        index =
          isComment
          ? end(in: bytes, after: open, of: "-->") : declarationEnd(in: bytes, after: open)
      } else {
        let close = bytes[open...].firstIndex(of: UInt8(ascii: ">")) ?? bytes.endIndex
        return open + 1..<close
      }
    }
    return nil
  }

  /// Whether it is most likely no text at all: archives hold pictures and programs by thousands.
  package var isBinary: Bool {
    guard bytes.prefix(512).contains(0) else { return false }
    return !"<{[".utf8.contains(firstInk ?? 0)
  }

  /// Whether it begins as XML or JSON does, so that it is none of the formats of plain lines.
  package var beginsDocument: Bool {
    guard let start = bytes.firstIndex(where: { $0 > 0x20 }) else { return false }
    switch bytes[start] {
    case UInt8(ascii: "<"), UInt8(ascii: "{"): return true
    case UInt8(ascii: "["):
      // `[INFO] …` is a line of a log.
      let next = bytes[(start + 1)...].first { $0 > 0x20 }
      return next.map { "{[\"]".utf8.contains($0) } ?? false
    default: return false
    }
  }

  /// Whether it is a program with its interpreter in the first line: what looks like a report in
  /// it is what it will print.
  package var isScript: Bool { bytes.starts(with: "#!".utf8) }

  /// Whether it is a page of documentation, in HTML, Markdown or for `man`: what looks like a report
  /// in it is an example.
  package var isPage: Bool {
    switch firstInk {
    case UInt8(ascii: "<"):
      let names = ["html", "body", "p", "div", "h1", "h2", "h3", "a", "img", "br", "center"]
      return rootElement.map { names.contains($0.lowercased()) } ?? false
    case UInt8(ascii: "#"): return contains("\n```")
    // A comment of troff.
    case UInt8(ascii: "'"), UInt8(ascii: "."): return bytes.dropFirst().starts(with: "\\\"".utf8)
    default: return false
    }
  }

  /// Whether `text` stands anywhere in the head.
  package func contains(_ text: StaticString) -> Bool {
    let needle = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard let first = needle.first, let start = needle.baseAddress else { return true }
    // Of each file that no reader knows many texts are sought: with the C library's own loops.
    return bytes.withUnsafeBufferPointer { bytes in
      guard var hit = bytes.baseAddress else { return false }
      let end = hit + bytes.count
      while let next = memchr(hit, Int32(first), end - hit) {
        hit = UnsafePointer(next.assumingMemoryBound(to: UInt8.self))
        guard end - hit >= needle.count else { return false }
        if memcmp(hit, start, needle.count) == 0 { return true }
        hit += 1
      }
      return false
    }
  }

  /// The lines, without their ends; the last one too, even where the head cuts it.
  package var lines: [Substring] {
    String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
  }

  private static func end(in bytes: [UInt8], after start: Int, of mark: StaticString) -> Int {
    let needle = UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)
    var index = start
    while index < bytes.count {
      if bytes[index...].starts(with: needle) { return index + needle.count }
      index += 1
    }
    return bytes.endIndex
  }

  /// The end of a `<!DOCTYPE …>`, whose internal subset may hold `>`.
  private static func declarationEnd(in bytes: [UInt8], after start: Int) -> Int {
    var depth = 0
    for index in start..<bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: ">") where depth <= 0: return index + 1
      default: break
      }
    }
    return bytes.endIndex
  }
}
