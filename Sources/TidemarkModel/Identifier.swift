/// The id of a test, a series or a run: the first 64 bits of a SHA-256, shown as 16 hex digits.
///
/// Besides fixed names, ids are the only things from outside that become file names.
package struct Identifier: Hashable, Comparable, Sendable {
  package var bits: UInt64

  package init(bits: UInt64) { self.bits = bits }

  /// - Returns: nil unless `text` is 16 hex digits in lower case.
  package init?(_ text: some StringProtocol) {
    let digits = Array(text.utf8)
    guard digits.count == 16 else { return nil }
    var bits: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): bits = bits << 4 | UInt64(digit - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): bits = bits << 4 | UInt64(digit - 87)
      default: return nil
      }
    }
    self.bits = bits
  }

  package static func < (first: Identifier, second: Identifier) -> Bool {
    first.bits < second.bits
  }
}

extension Identifier: CustomStringConvertible {
  package var description: String {
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
