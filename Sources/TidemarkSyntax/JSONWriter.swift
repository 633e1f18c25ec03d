/// Writes JSON as UTF-8 bytes, in the order of the calls: the same input gives the same bytes.
///
/// Numbers are written exactly (the shortest text that reads back as the same double); one that is
/// not finite becomes `null`. Strings are escaped so that the text is safe inside HTML and
/// JavaScript too: `<`, `>`, `&`, U+2028 and U+2029 are written as `\u…`.
package struct JSONWriter {
  package private(set) var bytes: [UInt8] = []
  /// Whether a value in each open array or object must be preceded by a comma.
  private var needsComma: [Bool] = [false]
  private var isAfterKey = false
  private let isIndented: Bool

  /// - Parameter isIndented: Each member on a line of its own, two blanks a level.
  package init(isIndented: Bool = false) { self.isIndented = isIndented }

  package mutating func object(_ body: (inout JSONWriter) -> Void) {
    open("{")
    body(&self)
    close("}")
  }

  package mutating func array(_ body: (inout JSONWriter) -> Void) {
    open("[")
    body(&self)
    close("]")
  }

  package mutating func array<Element>(
    _ elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void
  ) {
    open("[")
    for element in elements { body(&self, element) }
    close("]")
  }

  /// A key of the object that is open; the next call writes its value.
  package mutating func key(_ name: String) {
    separate()
    quote(name)
    bytes.append(UInt8(ascii: ":"))
    if isIndented { bytes.append(UInt8(ascii: " ")) }
    isAfterKey = true
  }

  package mutating func string(_ text: String) {
    separate()
    quote(text)
  }

  package mutating func number(_ value: Double) {
    separate()
    bytes.append(contentsOf: (NumberText.exact(value) ?? "null").utf8)
  }

  package mutating func number(_ value: Int) {
    separate()
    bytes.append(contentsOf: String(value).utf8)
  }

  package mutating func bool(_ value: Bool) {
    separate()
    bytes.append(contentsOf: (value ? "true" : "false").utf8)
  }

  /// A value that was written as JSON already.
  package mutating func raw(_ value: [UInt8]) {
    separate()
    bytes.append(contentsOf: value)
  }

  package mutating func null() {
    separate()
    bytes.append(contentsOf: "null".utf8)
  }

  // Members in one call; nil is written as null.

  package mutating func member(_ name: String, _ value: String?) {
    key(name)
    if let value { string(value) } else { null() }
  }

  package mutating func member(_ name: String, _ value: Double?) {
    key(name)
    if let value { number(value) } else { null() }
  }

  package mutating func member(_ name: String, _ value: Int?) {
    key(name)
    if let value { number(value) } else { null() }
  }

  package mutating func member(_ name: String, _ value: Bool) {
    key(name)
    bool(value)
  }

  package mutating func member(_ name: String, object body: (inout JSONWriter) -> Void) {
    key(name)
    object(body)
  }

  package mutating func member(_ name: String, array body: (inout JSONWriter) -> Void) {
    key(name)
    array(body)
  }

  package mutating func member<Element>(
    _ name: String, array elements: some Sequence<Element>,
    _ body: (inout JSONWriter, Element) -> Void
  ) {
    key(name)
    array(elements, body)
  }

  /// Ends a line between documents (JSON lines).
  package mutating func newLine() {
    bytes.append(UInt8(ascii: "\n"))
    needsComma = [false]
  }

  private mutating func open(_ mark: Unicode.Scalar) {
    separate()
    bytes.append(UInt8(ascii: mark))
    needsComma.append(false)
  }

  private mutating func close(_ mark: Unicode.Scalar) {
    let hadMembers = needsComma.popLast() ?? false
    if hadMembers { breakLine() }
    bytes.append(UInt8(ascii: mark))
  }

  private mutating func separate() {
    if isAfterKey {
      isAfterKey = false
      return
    }
    let last = needsComma.count - 1
    guard last >= 0 else { return }
    if needsComma[last] { bytes.append(UInt8(ascii: ",")) }
    if last > 0 { breakLine() }
    needsComma[last] = true
  }

  private mutating func breakLine() {
    guard isIndented else { return }
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * (needsComma.count - 1)))
  }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var index = 0
      while index < utf8.count {
        let byte = utf8[index]
        if byte == 0xE2, index + 2 < utf8.count, utf8[index + 1] == 0x80,
          utf8[index + 2] == 0xA8 || utf8[index + 2] == 0xA9
        {
          bytes.append(contentsOf: (utf8[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
          index += 3
          continue
        }
        if byte == UInt8(ascii: "#"), index > 0, utf8[index - 1] == byte {
          // `##vso[` is a command to Azure wherever it stands in a log, JSON or not.
          bytes.append(contentsOf: "\\u0023".utf8)
        } else {
          escape(byte)
        }
        index += 1
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func escape(_ byte: UInt8) {
    switch byte {
    case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
    case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
    case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
    case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
    case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0..<0x20, 0x7F:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: "\\u00".utf8)
      bytes.append(digits[Int(byte >> 4)])
      bytes.append(digits[Int(byte & 15)])
    default: bytes.append(byte)
    }
  }
}
