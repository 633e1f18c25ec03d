/// Writes XML 1.0 as UTF-8 bytes, without a tree: what is appended is what stands in the file.
///
/// Text from outside is escaped so that every reader gets it back: markup characters, line ends in
/// attributes, what XML cannot carry (`SafeText` shows control characters), and `##` and `::` where
/// a CI system would take the file's print in a log for a command.
package struct XMLWriter {
  package private(set) var bytes: [UInt8] = []
  /// Whether the letters `xmlns` are broken up in text: the Azure agent removes `xml` from them
  /// wherever they stand (`TrxResultReader` of microsoft/azure-pipelines-agent).
  private let breaksNamespaceWord: Bool

  package init(breaksNamespaceWord: Bool = false, capacity: Int = 0) {
    self.breaksNamespaceWord = breaksNamespaceWord
    bytes.reserveCapacity(capacity)
  }

  /// `<?xml version="1.0" encoding="UTF-8"?>` and a line end.
  package static let declaration: StaticString =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

  /// Appends markup as it is.
  package mutating func raw(_ markup: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
  }

  /// Appends bytes that are XML already.
  package mutating func raw(_ markup: [UInt8]) { bytes.append(contentsOf: markup) }

  /// ` name="value"`, with the blank in front.
  package mutating func attribute(_ name: StaticString, _ value: String) {
    open(name)
    append(value, isAttribute: true)
    bytes.append(UInt8(ascii: "\""))
  }

  /// ` name="12"`
  package mutating func attribute(_ name: StaticString, _ value: Int) {
    open(name)
    integer(value)
    bytes.append(UInt8(ascii: "\""))
  }

  /// ` name="0.25"`: plain decimal, at most `digits` (0 to 6) behind the point, never an exponent;
  /// what is not finite or is negative is 0, what is above a year is a year.
  package mutating func attribute(_ name: StaticString, seconds: Double, digits: Int) {
    open(name)
    self.seconds(seconds, digits: digits)
    bytes.append(UInt8(ascii: "\""))
  }

  /// ` name="` and bytes that are safe in an attribute as they are.
  package mutating func attribute(_ name: StaticString, raw value: [UInt8]) {
    open(name)
    bytes.append(contentsOf: value)
    bytes.append(UInt8(ascii: "\""))
  }

  /// Element content.
  package mutating func text(_ text: String) { append(text, isAttribute: false) }

  package mutating func integer(_ value: Int) {
    if value < 0 {
      bytes.append(UInt8(ascii: "-"))
    }
    digits(value.magnitude)
  }

  private mutating func open(_ name: StaticString) {
    bytes.append(UInt8(ascii: " "))
    raw(name)
    bytes.append(UInt8(ascii: "="))
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func digits(_ value: UInt) {
    var rest = value
    let start = bytes.count
    repeat {
      bytes.append(UInt8(truncatingIfNeeded: 48 + rest % 10))
      rest /= 10
    } while rest != 0
    var (low, high) = (start, bytes.count - 1)
    while low < high {
      bytes.swapAt(low, high)
      low += 1
      high -= 1
    }
  }

  private mutating func seconds(_ value: Double, digits count: Int) {
    let year: Double = 366 * 86_400
    let count = min(max(count, 0), 6)
    var scale: UInt = 1
    for _ in 0..<count { scale *= 10 }
    let clamped = value.isFinite ? min(max(value, 0), year) : 0
    let scaled = UInt((clamped * Double(scale)).rounded())
    digits(scaled / scale)
    var fraction = scaled % scale
    guard fraction != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    while fraction != 0 {
      scale /= 10
      bytes.append(UInt8(truncatingIfNeeded: 48 + fraction / scale))
      fraction %= scale
    }
  }

  private mutating func append(_ text: String, isAttribute: Bool) {
    var text = text
    let isDone = text.withUTF8 { utf8 in appendIfPlain(utf8) }
    guard !isDone else { return }
    var shown = SafeText.visible(text)
    shown.withUTF8 { escape($0, isAttribute: isAttribute) }
  }

  /// Appends `utf8` if nothing in it needs care; nearly every name is such.
  private mutating func appendIfPlain(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    var previous: UInt8 = 0x0A
    for (index, byte) in utf8.enumerated() {
      // 0xC2, 0xE2 and 0xEF begin every character that is invisible or not allowed.
      switch byte {
      case 0..<0x20, 0x7F, 0xC2, 0xE2, 0xEF, UInt8(ascii: "&"), UInt8(ascii: "<"),
        UInt8(ascii: ">"), UInt8(ascii: "\""):
        return false
      case UInt8(ascii: "#"), UInt8(ascii: ":"):
        if previous == byte || previous == 0x0A { return false }
      case UInt8(ascii: "n"):
        if breaksNamespaceWord, isNamespaceWord(utf8, endingBefore: index) { return false }
      default: break
      }
      previous = byte
    }
    bytes.append(contentsOf: utf8)
    return true
  }

  private mutating func escape(_ utf8: UnsafeBufferPointer<UInt8>, isAttribute: Bool) {
    var isAtLineStart = true
    for (index, byte) in utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "&"): raw("&amp;")
      case UInt8(ascii: "<"): raw("&lt;")
      case UInt8(ascii: ">"): raw("&gt;")
      case UInt8(ascii: "\""): raw("&quot;")
      case 0x0A where isAttribute: raw("&#10;")
      case 0x09 where isAttribute: raw("&#9;")
      case UInt8(ascii: "#") where index > 0 && utf8[index - 1] == byte: raw("&#35;")
      case UInt8(ascii: ":") where isAtLineStart: raw("&#58;")
      case UInt8(ascii: "n")
      where breaksNamespaceWord && isNamespaceWord(utf8, endingBefore: index):
        raw("&#110;")
      case 0xBE, 0xBF:
        // U+FFFE and U+FFFF are no XML characters.
        if index >= 2, utf8[index - 1] == 0xBF, utf8[index - 2] == 0xEF {
          bytes.append(0xBD)
        } else {
          bytes.append(byte)
        }
      default: bytes.append(byte)
      }
      isAtLineStart = byte == 0x0A || isAtLineStart && (byte == 0x20 || byte == 0x09)
    }
  }

  private func isNamespaceWord(_ utf8: UnsafeBufferPointer<UInt8>, endingBefore end: Int) -> Bool {
    end >= 3 && end + 1 < utf8.count && utf8[end - 3] == UInt8(ascii: "x")
      && utf8[end - 2] == UInt8(ascii: "m") && utf8[end - 1] == UInt8(ascii: "l")
      && utf8[end + 1] == UInt8(ascii: "s")
  }
}
