private import Glibc
private import TidemarkSyntax

/// A path as the system has it: bytes, which need not be UTF-8.
///
/// A byte that is part of no character is shown as `\xFF`; that text names the file again, so that
/// what was printed can be given back.
package struct DiskPath: Hashable, Sendable {
  /// With the zero behind them that C wants.
  private let bytes: ContiguousArray<CChar>
  /// UTF-8, whatever the bytes are.
  package let shown: String

  /// The path that `text` names. With `\xFF` in it, and where no file has just that name, the one of
  /// which it is shown.
  package init(_ text: String) {
    let plain = text.utf8CString
    shown = text
    bytes = text.contains("\\x") && !DiskPath.isThere(plain) ? DiskPath.bytes(of: text) : plain
  }

  private init(bytes: ContiguousArray<CChar>) {
    self.bytes = bytes
    shown = DiskPath.text(of: bytes)
  }

  /// The path of a C string.
  package init(cString: UnsafePointer<CChar>) {
    self.init(
      bytes: ContiguousArray(UnsafeBufferPointer(start: cString, count: strlen(cString) + 1)))
  }

  /// An entry of the folder that this is.
  func appending(_ entry: DiskPath) -> DiskPath {
    let slash = bytes.count > 1 && bytes[bytes.count - 2] == 47 ? [] : [CChar(47)]
    return DiskPath(bytes: bytes.dropLast() + slash + entry.bytes)
  }

  /// Without `./` at its beginning.
  var withoutDot: DiskPath {
    shown.hasPrefix("./") ? DiskPath(bytes: ContiguousArray(bytes.dropFirst(2))) : self
  }

  func withCString<Answer>(_ body: (UnsafePointer<CChar>) -> Answer) -> Answer {
    bytes.withUnsafeBufferPointer { buffer in
      // There is always the zero, so there is an address.
      buffer.baseAddress.map(body) ?? "".withCString(body)
    }
  }

  private static func isThere(_ bytes: ContiguousArray<CChar>) -> Bool {
    var facts = stat()
    return bytes.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { lstat($0, &facts) == 0 } ?? false
    }
  }

  private static func text(of bytes: ContiguousArray<CChar>) -> String {
    let units = bytes.dropLast().map(UInt8.init(bitPattern:))
    if let text = String(validating: units, as: UTF8.self) { return text }
    var text = ""
    var rest = units[...]
    while !rest.isEmpty {
      let count = characterLength(rest)
      if count > 0, let part = String(validating: rest.prefix(count), as: UTF8.self) {
        text += part
        rest = rest.dropFirst(count)
      } else if let byte = rest.popFirst() {
        text += "\\x" + Digest.hex([byte]).uppercased()
      }
    }
    return text
  }

  /// How many bytes the character at the beginning of `bytes` has by its first one; 0 for none.
  private static func characterLength(_ bytes: ArraySlice<UInt8>) -> Int {
    switch bytes.first ?? 0xFF {
    case 0..<0x80: 1
    case 0xC2..<0xE0: 2
    case 0xE0..<0xF0: 3
    case 0xF0..<0xF5: 4
    default: 0
    }
  }

  /// The bytes of which `text` is shown.
  private static func bytes(of text: String) -> ContiguousArray<CChar> {
    var bytes = ContiguousArray<CChar>()
    var rest = Substring(text).utf8
    while let unit = rest.popFirst() {
      let digits = rest.dropFirst().prefix(2)
      if unit == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), digits.count == 2,
        let byte = UInt8(String(Substring(digits)), radix: 16), byte >= 0x80
      {
        bytes.append(CChar(bitPattern: byte))
        rest = rest.dropFirst(3)
      } else {
        bytes.append(CChar(bitPattern: unit))
      }
    }
    return bytes + [0]
  }
}
