/// RFC 4648.
package enum Base64 {
  /// With `+`, `/` and `=` at the end.
  package static func text(_ bytes: [UInt8]) -> String {
    encode(bytes, alphabet: standard, isPadded: true)
  }

  /// With `-` and `_`, without padding: for JSON web tokens.
  package static func urlText(_ bytes: [UInt8]) -> String {
    encode(bytes, alphabet: forURLs, isPadded: false)
  }

  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
  private static let standard = Array((letters + "+/").utf8)
  private static let forURLs = Array((letters + "-_").utf8)

  private static func encode(_ bytes: [UInt8], alphabet: [UInt8], isPadded: Bool) -> String {
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count / 3 * 4 + 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var word = UInt32(0)
      for index in 0..<3 {
        word = word << 8 | (index < group.count ? UInt32(group[start + index]) : 0)
      }
      for index in 0..<4 {
        if index <= group.count {
          out.append(alphabet[Int(word >> UInt32(18 - 6 * index) & 63)])
        } else if isPadded {
          out.append(UInt8(ascii: "="))
        }
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
