/// HTML text, escaped.
package enum HTML {
  /// Appends `text`, safe in element content and in a quoted attribute. Control characters are
  /// made visible first (``SafeText/visible(_:)``).
  package static func append(_ text: String, to bytes: inout [UInt8]) {
    var text = SafeText.visible(text)
    text.withUTF8 { utf8 in
      for byte in utf8 {
        switch byte {
        case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
        case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
        case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
        case UInt8(ascii: "\""): bytes.append(contentsOf: "&quot;".utf8)
        case UInt8(ascii: "'"): bytes.append(contentsOf: "&#39;".utf8)
        default: bytes.append(byte)
        }
      }
    }
  }

  /// `text` as above.
  package static func escaped(_ text: String) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count + 8)
    append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// `address` if it is safe to link to (`https`, `http`, or relative), else nil.
  package static func safeAddress(_ address: String) -> String? {
    let scheme = address.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
    guard address.dropFirst(scheme.count).first == ":" else { return address }
    return ["http", "https"].contains(scheme.lowercased()) ? address : nil
  }
}
