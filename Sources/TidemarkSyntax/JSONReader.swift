private import CSimdjson
package import TidemarkModel

/// What was mended in a JSON document before it could be read.
package struct JSONNotes: Hashable, Sendable {
  /// `NaN`, `Infinity` and numbers beyond a double's range: read as `null`.
  package var droppedNumbers = 0
  /// The line of the first of them.
  package var firstDroppedLine: Int?
  /// Half surrogate pairs and bytes that are no UTF-8: read as U+FFFD.
  package var mendedText = 0

  package init() {}
}

/// One line of a file of JSON lines.
package enum JSONLine {
  case value(JSONValue, line: Int)
  /// A line that is no JSON document, as it is; blank lines are none.
  case noise(UnsafeBufferPointer<UInt8>, line: Int)

  /// 1-based.
  package var number: Int {
    switch self {
    case .value(_, let line), .noise(_, let line): line
    }
  }
}

/// Reads JSON (RFC 8259): the only file that imports CSimdjson.
///
/// The parser's flat tape is walked in place (``JSONValue``), so that a document of millions of
/// values costs no object for any of them. Where simdjson refuses a document, ``JSONMender`` reads
/// it once more: it says where the fault is, or mends what real producers write although it is no
/// JSON. Of members of one name in one object the last counts, as in Python and JavaScript.
package enum JSONReader {
  /// How many bytes must follow the document (simdjson reads in blocks).
  package static let padding = 64
  /// How deep arrays and objects may nest.
  package static let depthLimit = 256

  /// Reads one document and gives its root to `body`.
  ///
  /// - Parameters:
  ///   - bytes: The document, UTF-8 (a byte order mark is dropped) or UTF-16 with a byte order mark,
  ///     and best ``padding`` bytes behind it, which save a copy.
  ///   - count: How many of `bytes` are the document.
  ///   - spellsNaN: Whether `NaN` is read as the string `NaN`, where that is not the same as `null`.
  ///   - body: Must not keep the ``JSONValue``.
  /// - Throws: ``Problem`` with line and column of the first fault, and what `body` throws.
  package static func read<Answer>(
    _ bytes: [UInt8], count: Int, spellsNaN: Bool = false,
    _ body: (JSONValue, JSONNotes) throws(Problem) -> Answer
  ) throws(Problem) -> Answer {
    let document = Encoded(bytes, count: count)
    let parser = try Parser()
    return try document.bytes.withUnsafeBufferPointer { (buffer) throws(Problem) -> Answer in
      let text = UnsafeBufferPointer(rebasing: buffer[document.start..<document.end])
      if let root = parser.parse(text) { return try body(root, JSONNotes()) }
      let (mended, notes) = try mend(text, parser: parser, spellsNaN: spellsNaN)
      return try mended.withUnsafeBufferPointer { (buffer) throws(Problem) -> Answer in
        let text = UnsafeBufferPointer(rebasing: buffer[0..<(mended.count - padding)])
        guard let root = parser.parse(text) else { throw Problem(parser.message) }
        return try body(root, notes)
      }
    }
  }

  /// Reads a file of one JSON document a line, and gives each line but blank ones to `body`.
  ///
  /// - Returns: What was mended in all the lines.
  package static func lines(
    _ bytes: [UInt8], count: Int, _ body: (JSONLine) throws(Problem) -> Void
  ) throws(Problem) -> JSONNotes {
    let document = Encoded(bytes, count: count)
    let parser = try Parser()
    return try document.bytes.withUnsafeBufferPointer { (buffer) throws(Problem) -> JSONNotes in
      let text = UnsafeBufferPointer(rebasing: buffer[document.start..<document.end])
      var notes = JSONNotes()
      var start = 0
      var number = 1
      while start < text.count {
        let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.count
        let line = UnsafeBufferPointer(rebasing: text[start..<end])
        try read(line: line, number, parser: parser, notes: &notes, body)
        start = end + 1
        number += 1
      }
      return notes
    }
  }

  private static func read(
    line: UnsafeBufferPointer<UInt8>, _ number: Int, parser: borrowing Parser,
    notes: inout JSONNotes, _ body: (JSONLine) throws(Problem) -> Void
  ) throws(Problem) {
    guard let ink = line.first(where: { $0 > 0x20 }) else { return }
    guard ink == UInt8(ascii: "{") || ink == UInt8(ascii: "[") else {
      return try body(.noise(line, line: number))
    }
    if let root = parser.parse(line) { return try body(.value(root, line: number)) }
    var mender = JSONMender(line, depthLimit: depthLimit)
    guard mender.run() == nil else { return try body(.noise(line, line: number)) }
    notes.droppedNumbers += mender.droppedNumbers
    notes.mendedText += mender.mendedText
    if mender.droppedNumbers > 0 { notes.firstDroppedLine = notes.firstDroppedLine ?? number }
    let mended = mender.output + [UInt8](repeating: 0, count: padding)
    try mended.withUnsafeBufferPointer { (buffer) throws(Problem) in
      let text = UnsafeBufferPointer(rebasing: buffer[0..<(mended.count - padding)])
      guard let root = parser.parse(text) else {
        return try body(.noise(line, line: number))
      }
      try body(.value(root, line: number))
    }
  }

  /// The document mended, with padding; or the fault that is beyond mending.
  private static func mend(
    _ text: UnsafeBufferPointer<UInt8>, parser: borrowing Parser, spellsNaN: Bool
  ) throws(Problem) -> (bytes: [UInt8], notes: JSONNotes) {
    let refusal = parser.message
    guard parser.mayBeMended else { throw Problem(refusal) }
    var mender = JSONMender(text, depthLimit: depthLimit, spellsNaN: spellsNaN)
    if let fault = mender.run() {
      let place = position(of: fault.offset, in: text)
      throw Problem(fault.what, line: place.line, column: place.column)
    }
    guard mender.droppedNumbers > 0 || mender.mendedText > 0 || mender.output.count != text.count
    else { throw Problem(refusal) }
    var notes = JSONNotes()
    notes.droppedNumbers = mender.droppedNumbers
    notes.mendedText = mender.mendedText
    notes.firstDroppedLine = mender.firstDropped.map { position(of: $0, in: text).line }
    return (mender.output + [UInt8](repeating: 0, count: padding), notes)
  }

  private static func position(
    of offset: Int, in text: UnsafeBufferPointer<UInt8>
  ) -> (line: Int, column: Int) {
    var line = 1
    var lineStart = 0
    for index in 0..<min(offset, text.count) where text[index] == UInt8(ascii: "\n") {
      line += 1
      lineStart = index + 1
    }
    return (line, offset - lineStart + 1)
  }

  /// The document's bytes as UTF-8 without byte order mark, padded.
  private struct Encoded {
    let bytes: [UInt8]
    let start: Int
    let end: Int

    init(_ raw: [UInt8], count: Int) {
      let mark = raw.prefix(min(count, 3))
      if mark.starts(with: [0xFF, 0xFE]) || mark.starts(with: [0xFE, 0xFF]) {
        let text = Encoded.decodeUTF16(raw[2..<count], isLittleEndian: raw[0] == 0xFF)
        bytes = text + [UInt8](repeating: 0, count: padding)
        (start, end) = (0, text.count)
      } else {
        bytes = raw.count - count >= padding ? raw : raw + [UInt8](repeating: 0, count: padding)
        (start, end) = (mark.elementsEqual([0xEF, 0xBB, 0xBF]) ? 3 : 0, count)
      }
    }

    private static func decodeUTF16(_ raw: ArraySlice<UInt8>, isLittleEndian: Bool) -> [UInt8] {
      var units: [UInt16] = []
      units.reserveCapacity(raw.count / 2)
      for index in stride(from: raw.startIndex, to: raw.endIndex - 1, by: 2) {
        let (first, second) = (UInt16(raw[index]), UInt16(raw[index + 1]))
        units.append(isLittleEndian ? first | second << 8 : first << 8 | second)
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    }
  }

  /// Owns simdjson's parser and frees it.
  private struct Parser: ~Copyable {
    private let handle: OpaquePointer
    private let lastCode: UnsafeMutablePointer<Int32>

    init() throws(Problem) {
      guard let handle = tm_json_create(JSONReader.depthLimit) else {
        throw Problem("cannot be read: there is no memory for it")
      }
      self.handle = handle
      lastCode = .allocate(capacity: 1)
      lastCode.initialize(to: 0)
    }

    deinit {
      tm_json_destroy(handle)
      lastCode.deallocate()
    }

    /// The root of the document, or nil, and ``message`` says why. Valid until the next call.
    func parse(_ text: UnsafeBufferPointer<UInt8>) -> JSONValue? {
      guard let start = text.baseAddress, !text.isEmpty else {
        lastCode.pointee = Parser.empty
        return nil
      }
      lastCode.pointee = tm_json_parse(handle, start, text.count)
      guard lastCode.pointee == 0, let tape = tm_json_tape(handle),
        let strings = tm_json_strings(handle)
      else { return nil }
      return JSONValue(tape: tape, strings: strings, index: 1)
    }

    /// simdjson's codes of `error.h`, which its interface numbers for good.
    private static let capacity: Int32 = 1
    private static let noMemory: Int32 = 2
    private static let empty: Int32 = 12

    var mayBeMended: Bool {
      lastCode.pointee != Parser.capacity && lastCode.pointee != Parser.noMemory
    }

    var message: String {
      switch lastCode.pointee {
      case Parser.capacity, Parser.noMemory: "cannot be read: there is no memory for it"
      case Parser.empty: "is empty"
      default: "is no JSON (\(String(cString: tm_json_message(lastCode.pointee))))"
      }
    }
  }
}
