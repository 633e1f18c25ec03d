package import TidemarkModel

/// One line of a text file, without its end.
package struct Line: Hashable, Sendable {
  /// Bytes that are no UTF-8 stand as U+FFFD.
  package var text: Substring
  /// 1-based.
  package var number: Int
  /// The line was longer than ``LineReader/lineLimit``: the rest of it is not here.
  package var isCut: Bool

  package init(text: Substring, number: Int, isCut: Bool = false) {
    self.text = text
    self.number = number
    self.isCut = isCut
  }
}

/// Reads a text file line by line: LF, CR LF or CR end a line, a byte order mark is dropped, UTF-16
/// with one is decoded. Memory is bounded by the longest line kept, not by the file.
package struct LineReader {
  /// The most bytes of one line that are kept.
  package static let lineLimit = 1 << 20

  private let stream: ByteStream
  private var buffer: [UInt8]
  private var start = 0
  private var end = 0
  private var number = 0
  private var isAtEnd = false

  package init(_ file: InputFile) throws(Problem) {
    let head = try file.prefix(4)
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      let (bytes, _) = try file.contents()
      stream = ByteStream(bytes: Head(raw: bytes, isWhole: true).bytes)
    } else {
      stream = try file.open()
    }
    buffer = [UInt8](repeating: 0, count: 65_536)
    try fill()
    if buffer[..<end].starts(with: [0xEF, 0xBB, 0xBF]) { start = 3 }
  }

  /// The next line; nil behind the last. A last line without an end counts.
  package mutating func next() throws(Problem) -> Line? {
    var kept: [UInt8] = []
    var isCut = false
    var isOpen = false
    while true {
      if start == end {
        if isAtEnd { break }
        try fill()
        continue
      }
      isOpen = true
      let stretch = buffer[start..<end]
      let mark = stretch.firstIndex { $0 == 0x0A || $0 == 0x0D }
      let piece = stretch[..<(mark ?? end)]
      let room = LineReader.lineLimit - kept.count
      isCut = isCut || piece.count > room
      if let mark, kept.isEmpty, !isCut {
        let text = String(decoding: piece, as: UTF8.self)
        start = mark
        try skipLineEnd()
        return line(text, isCut: false)
      }
      kept += piece.prefix(room)
      guard let mark else {
        start = end
        continue
      }
      start = mark
      try skipLineEnd()
      return line(String(decoding: kept, as: UTF8.self), isCut: isCut)
    }
    return isOpen ? line(String(decoding: kept, as: UTF8.self), isCut: isCut) : nil
  }

  private mutating func line(_ text: String, isCut: Bool) -> Line {
    number += 1
    return Line(text: text[...], number: number, isCut: isCut)
  }

  private mutating func skipLineEnd() throws(Problem) {
    let wasReturn = buffer[start] == 0x0D
    start += 1
    guard wasReturn else { return }
    if start == end { try fill() }
    if start < end, buffer[start] == 0x0A { start += 1 }
  }

  private mutating func fill() throws(Problem) {
    guard !isAtEnd else { return }
    start = 0
    var failure: Problem?
    end = buffer.withUnsafeMutableBytes { bytes in
      do throws(Problem) {
        return try stream.read(into: bytes)
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    isAtEnd = end == 0
  }
}
