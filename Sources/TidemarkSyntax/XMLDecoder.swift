private import Glibc
package import TidemarkModel

/// Where bytes come from, block by block.
package protocol ByteSource: AnyObject {
  /// How many bytes there are in all where that is known, else 0.
  var sizeHint: Int { get }
  /// Fills `buffer` from its beginning.
  ///
  /// - Returns: How many bytes it got; 0 only at the end (or into an empty buffer).
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int
}

/// What an ``XMLReader`` mended in a file, so that it can be said.
package enum XMLRepair: Int, CaseIterable, Sendable {
  case controlCharacters, invalidUTF8, wrongEncodingName, unknownEntity, bareAmpersand
  case illegalReference, repeatedAttribute, textOutside, smallFault

  /// What was done, as a clause.
  package var what: String {
    switch self {
    case .controlCharacters: "control characters, which XML does not allow, were left out"
    case .invalidUTF8: "bytes that are no UTF-8 were read as windows-1252"
    case .wrongEncodingName: "the file is not in the encoding that its first line names"
    case .unknownEntity: "references to entities that are not defined were left out"
    case .bareAmpersand: "an `&` that begins no reference was left out"
    case .illegalReference: "references to characters that XML does not allow were left out"
    case .repeatedAttribute: "an attribute stands twice in one tag; the first one counts"
    case .textOutside: "text before or behind the document was passed over"
    case .smallFault: "the file is not quite well-formed XML"
    }
  }
}

/// A file's bytes as clean UTF-8 for the XML parser: decoded, no byte order mark, no control
/// character (each becomes 0x7F, so that columns stay right), no byte that is no UTF-8.
///
/// All decoding is done here and none by libxml2, so that every build reads the same, with or
/// without conversion tables linked in.
///
/// Not shared between threads, but may be handed from one to another.
final class XMLDecoder {
  private enum Coding {
    case utf8
    case utf16(bigEndian: Bool)
    case singleByte(SingleByteEncoding)
    /// An encoding that cannot be read, but whose bytes below 0x80 are ASCII's.
    case asciiOf(String)
  }

  /// What the next decoded byte is part of.
  private enum Region {
    case markup
    case comment
    /// - Parameter atBracket: Whether the text given out last ends, or may end, in `]`.
    case cdata(atBracket: Bool)
  }

  private let source: any ByteSource
  private let blockSize: Int
  /// How many bytes the source has; 0 where that is not known.
  let sizeHint: Int
  private var coding = Coding.utf8
  private var isAtEnd = false
  /// Decoded bytes are those from `position` to `end`; those up to `rawEnd` are not yet looked at.
  private var buffer: UnsafeMutablePointer<UInt8>
  private var capacity: Int
  private var position = 0
  private var end = 0
  private var rawEnd = 0
  private var region = Region.markup
  /// For what is not UTF-8: bytes that wait for their other half.
  private var halves: [UInt8] = []
  private var bytesRead = 0
  private(set) var repairs: Set<XMLRepair> = []

  /// Encoding names and byte order marks are looked for in this many bytes.
  private static let firstBlock = 65_536

  init(_ source: any ByteSource, blockSize: Int) {
    self.source = source
    self.blockSize = max(blockSize, 1)
    sizeHint = min(max(source.sizeHint, 0), 1 << 40)
    capacity = max(sizeHint > 0 ? min(sizeHint, blockSize) : blockSize, 4096) + 64
    buffer = .allocate(capacity: capacity)
  }

  deinit { buffer.deallocate() }

  /// Whether nothing is left, here or in the source.
  var isExhausted: Bool { isAtEnd && rawEnd == position }

  /// How many bytes of the source were given out, roughly.
  var bytesGiven: Int { max(bytesRead - (rawEnd - position), 0) }

  /// Looks at the first bytes and decides how the rest is decoded. To be called once, first.
  func begin() throws(Problem) {
    try readRaw(atLeast: XMLDecoder.firstBlock)
    let start = UnsafeBufferPointer(start: buffer, count: rawEnd)
    let prefix = (0..<4).map { $0 < rawEnd ? start[$0] : 0xAA }
    switch (prefix[0], prefix[1], prefix[2], prefix[3]) {
    case (0xFF, 0xFE, 0, 0), (0, 0, 0xFE, 0xFF), (0x3C, 0, 0, 0), (0, 0, 0, 0x3C):
      throw Problem(
        "is in UTF-32, which is not read", line: 1, remedy: "have it written as UTF-8")
    case (0xFF, 0xFE, _, _): decodeFrom(2, as: .utf16(bigEndian: false))
    case (0xFE, 0xFF, _, _): decodeFrom(2, as: .utf16(bigEndian: true))
    case (0x3C, 0, _, 0): decodeFrom(0, as: .utf16(bigEndian: false))
    case (0, 0x3C, 0, _): decodeFrom(0, as: .utf16(bigEndian: true))
    case (0xEF, 0xBB, 0xBF, _): decodeFrom(3, as: .utf8)
    default: decodeFrom(0, as: declaredCoding(in: start))
    }
    try decode()
  }

  private func decodeFrom(_ start: Int, as coding: Coding) {
    self.coding = coding
    position = start
    end = start
  }

  private func declaredCoding(in start: UnsafeBufferPointer<UInt8>) -> Coding {
    guard let place = XMLDeclaration.find(in: start),
      let name = XMLDeclaration.read(start, from: place)?.encoding
    else { return .utf8 }
    switch SingleByteEncoding.folded(name) {
    case "utf-8", "utf8", "ascii", "us-ascii": return .utf8
    case let other where other.hasPrefix("utf") || other.hasPrefix("ucs"):
      repairs.insert(.wrongEncodingName)
      return .utf8
    default:
      if let encoding = SingleByteEncoding(name: name) { return .singleByte(encoding) }
      return .asciiOf(name)
    }
  }

  /// Decodes another block behind what is here.
  ///
  /// - Returns: Whether there is any; false at the end.
  private func more() throws(Problem) -> Bool {
    if isAtEnd && rawEnd == end { return false }
    try readRaw(atLeast: rawEnd - end + blockSize)
    try decode()
    return true
  }

  /// Reads until `count` bytes wait to be decoded, or the end.
  private func readRaw(atLeast count: Int) throws(Problem) {
    if position > 0 { moveToFront() }
    var wanted = end + count
    if sizeHint > 0 { wanted = min(wanted, rawEnd + sizeHint + 1) }
    if wanted > capacity { grow(to: wanted) }
    while rawEnd < wanted && !isAtEnd {
      let room = UnsafeMutableRawBufferPointer(start: buffer + rawEnd, count: wanted - rawEnd)
      let got = try source.read(into: room)
      isAtEnd = got <= 0
      rawEnd += max(got, 0)
      bytesRead &+= max(got, 0)
    }
  }

  private func moveToFront() {
    let kept = rawEnd - position
    buffer.update(from: buffer + position, count: kept)
    rawEnd = kept
    end -= position
    position = 0
  }

  private func grow(to wanted: Int) {
    let larger = max(wanted, capacity)
    let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
    fresh.update(from: buffer, count: rawEnd)
    buffer.deallocate()
    buffer = fresh
    capacity = larger
  }

  private func decode() throws(Problem) {
    switch coding {
    case .utf8: decodeUTF8()
    case .utf16(let bigEndian):
      replaceRaw { XMLDecoder.decodeUTF16(&$0, bigEndian, isLast: isAtEnd) }
    case .singleByte(let encoding):
      replaceRaw { raw in
        var out: [UInt8] = []
        out.reserveCapacity(raw.count)
        for byte in raw { encoding.append(byte, to: &out) }
        raw = []
        return out
      }
    case .asciiOf(let name):
      if UnsafeBufferPointer(start: buffer + end, count: rawEnd - end).contains(where: { $0 > 0x7F }
      ) {
        throw Problem(
          "is in the encoding \(name), which is not read", line: 1,
          remedy: "have it written as UTF-8")
      }
      decodeUTF8()
    }
  }

  /// Decodes what waits with `decode`, which leaves there what is not whole yet.
  private func replaceRaw(_ decode: (inout [UInt8]) -> [UInt8]) {
    halves += UnsafeBufferPointer(start: buffer + end, count: rawEnd - end)
    rawEnd = end
    append(decode(&halves))
    decodeUTF8()
  }

  private func append(_ bytes: [UInt8]) {
    if rawEnd + bytes.count > capacity { grow(to: rawEnd + bytes.count) }
    bytes.withUnsafeBufferPointer { bytes in
      if let start = bytes.baseAddress { (buffer + rawEnd).update(from: start, count: bytes.count) }
    }
    rawEnd += bytes.count
  }

  private static func decodeUTF16(
    _ raw: inout [UInt8], _ bigEndian: Bool, isLast: Bool
  ) -> [UInt8] {
    var units: [UInt16] = []
    units.reserveCapacity(raw.count / 2)
    for index in stride(from: 0, to: raw.count - 1, by: 2) {
      let (first, second) = (UInt16(raw[index]), UInt16(raw[index + 1]))
      units.append(bigEndian ? first << 8 | second : second << 8 | first)
    }
    // A surrogate waits for its other half.
    if !isLast, let last = units.last, UTF16.isLeadSurrogate(last) { units.removeLast() }
    raw.removeFirst(isLast ? raw.count : units.count * 2)
    return Array(String(decoding: units, as: UTF16.self).utf8)
  }

  /// Cleans and validates in place from `end` on, as far as the characters are whole.
  private func decodeUTF8() {
    while true {
      switch cleanUTF8(buffer, from: end, to: rawEnd, isLast: isAtEnd) {
      case (let reached, .whole):
        end = reached
        return
      case (let reached, .control):
        repairs.insert(.controlCharacters)
        end = reached
      case (let reached, .invalid):
        repairs.insert(.invalidUTF8)
        end = reached
        replaceInvalid()
      }
    }
  }

  /// Takes the byte at `end`, and what is as wrong behind it, for windows-1252.
  private func replaceInvalid() {
    var rest = Array(UnsafeBufferPointer(start: buffer + end, count: rawEnd - end))
    rawEnd = end
    var out: [UInt8] = []
    out.reserveCapacity(rest.count * 2)
    var index = 0
    while index < rest.count {
      let length = rest.withUnsafeBufferPointer { sequenceLength($0, at: index) }
      switch length {
      case .whole(let count):
        out.append(contentsOf: rest[index..<index + count])
        index += count
      case .cut where !isAtEnd:
        out.append(contentsOf: rest[index...])
        index = rest.count
      case .cut, .invalid:
        if rest[index] == 0xEF, index + 2 < rest.count, rest[index + 1] == 0xBF {
          // U+FFFE and U+FFFF are UTF-8, but no XML.
          out.append(contentsOf: [0xEF, 0xBF, 0xBD])
          index += 3
        } else {
          SingleByteEncoding.windows1252?.append(rest[index], to: &out)
          index += 1
        }
      }
    }
    rest = []
    append(out)
  }
}

// MARK: - CDATA sections

extension XMLDecoder {
  /// Copies decoded bytes to `target`, CDATA sections as plain text with `&lt;` and `&amp;` in it.
  ///
  /// libxml2 collects a whole CDATA section, of whatever size, character by character before it
  /// hands it on; text it hands on piece by piece, and three times as fast.
  /// - Parameter count: The most bytes; 16 at least.
  /// - Returns: How many; 0 at the end.
  func read(into target: UnsafeMutablePointer<UInt8>, count: Int) throws(Problem) -> Int {
    var filled = 0
    while filled == 0 {
      if position == end, try !more() { return 0 }
      var isShort = false
      while position < end, filled < count, !isShort {
        let room = count - filled
        switch region {
        case .markup: isShort = try copyMarkup(to: target, &filled, room)
        case .comment: isShort = copyComment(to: target, &filled, room)
        case .cdata(let atBracket):
          if room < 8 { return filled }
          isShort = copyCDATA(to: target, &filled, room, atBracket)
        }
      }
      // What is here is not enough to tell what it is.
      if isShort, filled == 0, try !more() { return 0 }
    }
    return filled
  }

  private func copy(_ count: Int, to target: UnsafeMutablePointer<UInt8>, _ filled: inout Int) {
    (target + filled).update(from: buffer + position, count: count)
    filled += count
    position += count
  }

  /// - Returns: Whether more bytes are needed to go on.
  private func copyMarkup(
    to target: UnsafeMutablePointer<UInt8>, _ filled: inout Int, _ room: Int
  ) throws(Problem) -> Bool {
    let here = min(end - position, room)
    let start = buffer + position
    var searched = 0
    while let hit = memchr(start + searched, Int32(UInt8(ascii: "!")), here - searched) {
      let index = start.distance(to: hit.assumingMemoryBound(to: UInt8.self))
      searched = index + 1
      guard index > 0, start[index - 1] == UInt8(ascii: "<") else { continue }
      let opening = UnsafeBufferPointer(start: start + index - 1, count: end - position - index + 1)
      if opening.count < 9, !isAtEnd {
        copy(index - 1, to: target, &filled)
        return true
      }
      if opening.starts(with: "<![CDATA[".utf8) {
        copy(index - 1, to: target, &filled)
        position += 9
        region = .cdata(atBracket: true)
        return false
      }
      if opening.starts(with: "<!--".utf8) {
        if index + 3 > here {
          copy(index - 1, to: target, &filled)
          return true
        }
        copy(index + 3, to: target, &filled)
        region = .comment
        return false
      }
    }
    // A `<` at the end may begin a section.
    let endsOpen = start[here - 1] == UInt8(ascii: "<") && !(isAtEnd && position + here == rawEnd)
    copy(endsOpen ? here - 1 : here, to: target, &filled)
    return endsOpen
  }

  private func copyComment(
    to target: UnsafeMutablePointer<UInt8>, _ filled: inout Int, _ room: Int
  ) -> Bool {
    let here = min(end - position, room)
    let start = buffer + position
    for index in 0..<here where start[index] == UInt8(ascii: "-") {
      let rest = UnsafeBufferPointer(start: start + index, count: end - position - index)
      if rest.count < 3, !isAtEnd {
        copy(index, to: target, &filled)
        return true
      }
      if rest.starts(with: "-->".utf8) {
        copy(index, to: target, &filled)
        region = .markup
        return false
      }
    }
    copy(here, to: target, &filled)
    return false
  }

  private func copyCDATA(
    to target: UnsafeMutablePointer<UInt8>, _ filled: inout Int, _ room: Int, _ atBracket: Bool
  ) -> Bool {
    let run = plainRun(limit: room - 8)
    if run > 0 {
      copy(run, to: target, &filled)
      region = .cdata(atBracket: false)
      return false
    }
    let byte = buffer[position]
    switch byte {
    case UInt8(ascii: "<"): put("&lt;", to: target, &filled)
    case UInt8(ascii: "&"): put("&amp;", to: target, &filled)
    // `]]>` in text is an error, also where two sections make it up.
    case UInt8(ascii: ">") where atBracket: put("&gt;", to: target, &filled)
    case UInt8(ascii: "]"):
      let rest = UnsafeBufferPointer(start: buffer + position, count: end - position)
      if rest.count < 3, !isAtEnd { return true }
      if rest.starts(with: "]]>".utf8) {
        position += 3
        region = .markup
        return false
      }
      copy(1, to: target, &filled)
    default: copy(1, to: target, &filled)
    }
    region = .cdata(atBracket: byte == UInt8(ascii: "]"))
    return false
  }

  private func put(
    _ text: StaticString, to target: UnsafeMutablePointer<UInt8>, _ filled: inout Int
  ) {
    (target + filled).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
    filled += text.utf8CodeUnitCount
    position += 1
  }

  /// How many bytes from `position` on, up to `limit`, mean nothing in a CDATA section or in text.
  private func plainRun(limit: Int) -> Int {
    let here = min(end - position, limit)
    let start = buffer + position
    guard here > 0, start[0] != UInt8(ascii: ">") else { return 0 }
    // Behind any other byte of the run a `>` is plain.
    var index = 0
    let raw = UnsafeRawPointer(start)
    while index &+ 8 <= here,
      !holdsMark(raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    {
      index &+= 8
    }
    while index < here, !isMark(start[index]) { index &+= 1 }
    return index
  }
}

/// Whether a byte means something in text: `<`, `&`, and `]`, which may begin a section's end.
@inline(__always)
private func isMark(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "<") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "]")
}

/// Whether one of eight bytes is such a mark.
@inline(__always)
private func holdsMark(_ eight: UInt64) -> Bool {
  let ones: UInt64 = 0x0101_0101_0101_0101
  let marks = (eight ^ (ones &* 0x3C), eight ^ (ones &* 0x26), eight ^ (ones &* 0x5D))
  // A byte that is 0 borrows into its highest bit.
  let zeros =
    ((marks.0 &- ones) & ~marks.0) | ((marks.1 &- ones) & ~marks.1)
    | ((marks.2 &- ones) & ~marks.2)
  return zeros & (ones &* 0x80) != 0
}

private enum CleanStop {
  /// Nothing is left but a character whose rest is not here yet.
  case whole
  /// As far, and control characters were replaced.
  case control
  case invalid
}

/// Replaces control characters by 0x7F and checks UTF-8, from `start` on.
///
/// - Returns: Where it stopped, and why.
private func cleanUTF8(
  _ bytes: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int, isLast: Bool
) -> (Int, CleanStop) {
  var index = start
  var stop = CleanStop.whole
  let all = UnsafeBufferPointer(start: bytes, count: end)
  while index < end {
    index = firstUnusual(bytes, from: index, to: end)
    guard index < end else { break }
    let byte = bytes[index]
    if byte < 0x20 {
      bytes[index] = 0x7F
      stop = .control
      index += 1
      continue
    }
    switch sequenceLength(all, at: index) {
    case .whole(let length): index += length
    case .cut where !isLast: return (index, stop)
    case .cut, .invalid: return (index, .invalid)
    }
  }
  return (index, stop)
}

/// The first byte from `start` on that is no ASCII text: a control character or 0x80 and above.
@inline(__always)
private func firstUnusual(
  _ bytes: UnsafeMutablePointer<UInt8>, from start: Int, to end: Int
) -> Int {
  var index = start
  let raw = UnsafeRawPointer(bytes)
  while index &+ 64 <= end {
    var either: UInt64 = 0
    for word in 0..<8 {
      either |= unusual(
        raw.loadUnaligned(fromByteOffset: index &+ word &* 8, as: UInt64.self))
    }
    if either != 0 { break }
    index &+= 64
  }
  while index < end {
    let byte = bytes[index]
    if byte >= 0x80 || (byte < 0x20 && byte != 9 && byte != 10 && byte != 13) { return index }
    index &+= 1
  }
  return index
}

/// Not 0 where one of eight bytes is unusual: sums that carry into a byte's highest bit compare all
/// eight at once, and carry no further as long as that bit is clear in each.
@inline(__always)
private func unusual(_ eight: UInt64) -> UInt64 {
  let ones: UInt64 = 0x0101_0101_0101_0101
  let low = eight & (ones &* 0x7F)
  let printable = low &+ ones &* 0x60
  let tabOrLineFeed = (low &+ ones &* 0x77) & ~(low &+ ones &* 0x75)
  let noReturn = (low ^ (ones &* 0x0D)) &+ ones &* 0x7F
  return (eight | (~printable & ~tabOrLineFeed & noReturn)) & (ones &* 0x80)
}

private enum SequenceLength {
  case whole(Int)
  case cut
  case invalid
}

/// The length of the UTF-8 sequence at `index`, by the table of well-formed sequences (Unicode 15,
/// table 3-7), without the two that XML does not allow.
private func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> SequenceLength {
  let first = bytes[index]
  let length: Int
  var second: ClosedRange<UInt8> = 0x80...0xBF
  switch first {
  case 0..<0x80: return .whole(1)
  case 0xC2...0xDF: length = 2
  case 0xE0: (length, second) = (3, 0xA0...0xBF)
  case 0xED: (length, second) = (3, 0x80...0x9F)
  case 0xE1...0xEF: length = 3
  case 0xF0: (length, second) = (4, 0x90...0xBF)
  case 0xF4: (length, second) = (4, 0x80...0x8F)
  case 0xF1...0xF3: length = 4
  default: return .invalid
  }
  for offset in 1..<length {
    guard index + offset < bytes.count else { return .cut }
    let byte = bytes[index + offset]
    guard offset == 1 ? second.contains(byte) : 0x80...0xBF ~= byte else { return .invalid }
  }
  if first == 0xEF, bytes[index + 1] == 0xBF, bytes[index + 2] >= 0xBE { return .invalid }
  return .whole(length)
}
