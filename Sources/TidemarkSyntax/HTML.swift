/// HTML text, escaped.
package enum HTML {
  /// Appends `text`, safe in element content and in a quoted attribute. Control characters are
  /// made visible first (``SafeText/visible(_:)``).
  package static func append(_ text: String, to bytes: inout [UInt8]) {
    var text = SafeText.visible(text)
    text.withUTF8 { utf8 in
      var start = 0
      for (index, byte) in utf8.enumerated() {
        let escaped: StaticString
        switch byte {
        case UInt8(ascii: "&"): escaped = "&amp;"
        case UInt8(ascii: "<"): escaped = "&lt;"
        case UInt8(ascii: ">"): escaped = "&gt;"
        case UInt8(ascii: "\""): escaped = "&quot;"
        case UInt8(ascii: "'"): escaped = "&#39;"
        default: continue
        }
        bytes.append(contentsOf: utf8[start..<index])
        bytes.append(
          contentsOf: UnsafeBufferPointer(
            start: escaped.utf8Start, count: escaped.utf8CodeUnitCount))
        start = index + 1
      }
      bytes.append(contentsOf: utf8[start...])
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
