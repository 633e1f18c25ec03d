/// Reads JSON byte by byte, where the fast parser has given up: finds the first fault, or mends
/// what real producers write although it is no JSON.
///
/// Mended are `NaN` and `Infinity` in any case and with a sign (Python's json, C's printf) and
/// numbers too large for a double, which become `null`; whole numbers too large for 64 bits, which
/// become doubles; half surrogate pairs and bytes that are no UTF-8, which become U+FFFD.
/// Everything else that RFC 8259 does not allow is a fault.
struct JSONMender {
  struct Fault: Hashable {
    /// From the document's beginning, in bytes.
    var offset: Int
    var what: String
  }

  private let input: UnsafeBufferPointer<UInt8>
  private let depthLimit: Int
  /// Whether `NaN` becomes a string of that text, not `null`.
  private let spellsNaN: Bool
  private var index = 0
  /// Up to where the input is in `output`.
  private var copied = 0
  private(set) var output: [UInt8] = []
  /// Numbers that became `null`.
  private(set) var droppedNumbers = 0
  /// Where the first of them stood.
  private(set) var firstDropped: Int?
  private(set) var mendedText = 0

  init(_ input: UnsafeBufferPointer<UInt8>, depthLimit: Int, spellsNaN: Bool = false) {
    self.input = input
    self.depthLimit = depthLimit
    self.spellsNaN = spellsNaN
  }

  /// Reads the one document of the input. O(bytes).
  ///
  /// - Returns: nil if it could be mended: ``output`` is then JSON.
  mutating func run() -> Fault? {
    output.reserveCapacity(input.count + JSONReader.padding)
    if let fault = document() { return fault }
    copy(upTo: input.count)
    if String(validating: output, as: UTF8.self) == nil {
      output = Array(String(decoding: output, as: UTF8.self).utf8)
      mendedText += 1
    }
    return nil
  }

  private mutating func document() -> Fault? {
    var open: [UInt8] = []
    while true {
      if let fault = skipToValue(isRoot: open.isEmpty) { return fault }
      let byte = input[index]
      if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
        guard open.count < depthLimit else {
          return fault("nests deeper than \(depthLimit) levels")
        }
        open.append(byte)
        index += 1
        skipBlanks()
        if index < input.count, input[index] == byte + 2 {  // `}` is `{` + 2, `]` is `[` + 2.
          index += 1
          open.removeLast()
        } else {
          if byte == UInt8(ascii: "{"), let fault = key() { return fault }
          continue
        }
      } else if let fault = scalar() {
        return fault
      }
      if let fault = closings(&open) { return fault }
      if open.isEmpty { return trailing() }
    }
  }

  /// After a value: its container's ends, then the comma and key before the next value.
  private mutating func closings(_ open: inout [UInt8]) -> Fault? {
    while let container = open.last {
      skipBlanks()
      guard index < input.count else { return fault("ends in the middle of the document") }
      if input[index] == container + 2 {
        index += 1
        open.removeLast()
      } else if input[index] == UInt8(ascii: ",") {
        index += 1
        return container == UInt8(ascii: "{") ? key() : nil
      } else {
        let end = container == UInt8(ascii: "{") ? "}" : "]"
        return fault("has \(found) where a comma or `\(end)` is due")
      }
    }
    return nil
  }

  private mutating func trailing() -> Fault? {
    skipBlanks()
    return index == input.count ? nil : fault("goes on with \(found) after its end")
  }

  private mutating func skipToValue(isRoot: Bool) -> Fault? {
    skipBlanks()
    guard index < input.count else {
      return fault(isRoot ? "is empty" : "ends where a value is due")
    }
    return nil
  }

  private mutating func key() -> Fault? {
    skipBlanks()
    guard index < input.count else { return fault("ends in the middle of the document") }
    guard input[index] == UInt8(ascii: "\"") else {
      return fault("has \(found) where a key in quotes is due")
    }
    if let fault = string() { return fault }
    skipBlanks()
    guard index < input.count else { return fault("ends in the middle of the document") }
    guard input[index] == UInt8(ascii: ":") else {
      return fault("has \(found) where a colon is due")
    }
    index += 1
    return nil
  }

  private mutating func scalar() -> Fault? {
    switch input[index] {
    case UInt8(ascii: "\""): return string()
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"):
      return number()
    default: return word()
    }
  }

  private mutating func word() -> Fault? {
    let start = index
    var end = index
    while end < input.count, isLetter(input[end]) { end += 1 }
    let word = String(decoding: input[start..<end], as: UTF8.self)
    if word == "true" || word == "false" || word == "null" {
      index = end
      return nil
    }
    guard Self.isNotFinite(word) else { return fault("has \(found) where a value is due") }
    if spellsNaN, word == "NaN" { return spell(start, end) }
    replace(start, end)
    return nil
  }

  private mutating func number() -> Fault? {
    let start = index
    if input[index] == UInt8(ascii: "-") || input[index] == UInt8(ascii: "+") { index += 1 }
    if index < input.count, isLetter(input[index]) {
      var end = index
      while end < input.count, isLetter(input[end]) { end += 1 }
      if Self.isNotFinite(String(decoding: input[index..<end], as: UTF8.self)) {
        replace(start, end)
        return nil
      }
    }
    guard input[start] != UInt8(ascii: "+"), let isWhole = numberEnd() else {
      index = start
      return fault("has a number that is none")
    }
    mend(start, isWhole: isWhole)
    return nil
  }

  /// Passes over digits, fraction and exponent.
  ///
  /// - Returns: Whether there was neither fraction nor exponent; nil for what is no JSON number.
  private mutating func numberEnd() -> Bool? {
    let start = index
    let digits = skipDigits()
    guard digits > 0, digits == 1 || input[start] != UInt8(ascii: "0") else { return nil }
    var isWhole = true
    if index < input.count, input[index] == UInt8(ascii: ".") {
      index += 1
      isWhole = false
      guard skipDigits() > 0 else { return nil }
    }
    if index < input.count, input[index] | 0x20 == UInt8(ascii: "e") {
      index += 1
      isWhole = false
      if index < input.count, input[index] == UInt8(ascii: "-") || input[index] == UInt8(ascii: "+")
      {
        index += 1
      }
      guard skipDigits() > 0 else { return nil }
    }
    return isWhole
  }

  private mutating func mend(_ start: Int, isWhole: Bool) {
    let token = input[start..<index]
    if isWhole && token.count < 19 { return }
    let text = String(decoding: token, as: UTF8.self)
    if let value = Double(text), !value.isFinite {
      replace(start, index)
    } else if isWhole, UInt64(text) == nil, Int64(text) == nil {
      copy(upTo: index)
      output.append(contentsOf: ".0".utf8)
    }
  }

  private mutating func string() -> Fault? {
    let start = index
    index += 1
    while index < input.count {
      let byte = input[index]
      if byte == UInt8(ascii: "\"") {
        index += 1
        return nil
      }
      if byte == UInt8(ascii: "\\") {
        if let fault = escape() { return fault }
      } else if byte < 0x20 {
        return fault("has a raw control character in a string")
      } else {
        index += 1
      }
    }
    return Fault(offset: start, what: "has a string that never ends")
  }

  private mutating func escape() -> Fault? {
    guard index + 1 < input.count else { return fault("ends in the middle of a string") }
    switch input[index + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      index += 2
      return nil
    case UInt8(ascii: "u"):
      guard let unit = unit(at: index) else { return fault("has a broken escape in a string") }
      if (0xD800...0xDBFF).contains(unit), let low = self.unit(at: index + 6),
        (0xDC00...0xDFFF).contains(low)
      {
        index += 12
        return nil
      }
      if (0xD800...0xDFFF).contains(unit) {
        copy(upTo: index)
        output.append(contentsOf: "\\uFFFD".utf8)
        copied = index + 6
        mendedText += 1
      }
      index += 6
      return nil
    default: return fault("has a broken escape in a string")
    }
  }

  /// The four hex digits of `\uXXXX` at `start`.
  private func unit(at start: Int) -> UInt32? {
    guard start + 6 <= input.count, input[start] == UInt8(ascii: "\\"),
      input[start + 1] == UInt8(ascii: "u")
    else { return nil }
    var value: UInt32 = 0
    for byte in input[(start + 2)..<(start + 6)] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - 87)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - 55)
      default: return nil
      }
    }
    return value
  }

  private static func isNotFinite(_ word: String) -> Bool {
    ["nan", "inf", "infinity"].contains(word.lowercased())
  }

  private mutating func spell(_ start: Int, _ end: Int) -> Fault? {
    copy(upTo: start)
    output.append(contentsOf: "\"NaN\"".utf8)
    copied = end
    index = end
    return nil
  }

  private mutating func replace(_ start: Int, _ end: Int) {
    copy(upTo: start)
    output.append(contentsOf: "null".utf8)
    copied = end
    index = end
    droppedNumbers += 1
    firstDropped = firstDropped ?? start
  }

  private mutating func copy(upTo end: Int) {
    guard copied < end else { return }
    output.append(contentsOf: input[copied..<end])
    copied = end
  }

  private mutating func skipBlanks() {
    while index < input.count {
      switch input[index] {
      case 0x20, 0x09, 0x0A, 0x0D: index += 1
      default: return
      }
    }
  }

  private mutating func skipDigits() -> Int {
    let start = index
    while index < input.count, (48...57).contains(input[index]) { index += 1 }
    return index - start
  }

  private func isLetter(_ byte: UInt8) -> Bool { (97...122).contains(byte | 0x20) }

  private func fault(_ what: String) -> Fault { Fault(offset: index, what: what) }

  /// What stands at `index`, for a message.
  private var found: String {
    guard index < input.count else { return "nothing" }
    let byte = input[index]
    return (0x21...0x7E).contains(byte)
      ? "`\(Character(Unicode.Scalar(byte)))`" : "the byte 0x" + Digest.hex([byte])
  }
}
