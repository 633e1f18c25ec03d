/// Reads decimal numbers from bytes, the same on every machine whatever its locale.
package enum DecimalText {
  /// `12`, `-0.5`, `.5`, `12.`, `6e-05`; nil for anything else: blanks, `NaN`, `0x10`, `1,5`, and
  /// what is beyond a double's range.
  package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    if let value = plain(bytes) { return value }
    var scanner = DecimalScanner(bytes: bytes)
    guard scanner.scan() else { return nil }
    if let value = scanner.exactValue { return value }
    guard bytes.count <= 400, let value = Double(scanner.canonicalText), value.isFinite else {
      return nil
    }
    return value
  }

  /// `12` and `0.005`, as nearly all numbers are: at most 15 digits, no sign and no exponent.
  @inline(__always)
  private static func plain(_ bytes: UnsafeBufferPointer<UInt8>) -> Double? {
    guard bytes.count <= 16 else { return nil }
    var mantissa: UInt64 = 0
    var decimals = 0
    var points = 0
    for byte in bytes {
      let digit = byte &- 48
      if digit < 10 {
        mantissa = mantissa &* 10 &+ UInt64(digit)
        decimals &+= points
      } else if byte == UInt8(ascii: "."), points == 0 {
        points = 1
      } else {
        return nil
      }
    }
    let digits = bytes.count &- points
    guard digits > 0, digits <= 15 else { return nil }
    return Double(mantissa) / powersOfTen[decimals]
  }
}

private struct DecimalScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  private var isNegative = false
  private var mantissa: UInt64 = 0
  private var digits = 0
  private var exponent = 0
  private var isExact = true

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func scan() -> Bool {
    var index = 0
    if let sign = bytes.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      isNegative = sign == UInt8(ascii: "-")
      index = 1
    }
    var hasPoint = false
    while index < bytes.count {
      let byte = bytes[index]
      if byte &- 48 < 10 {
        take(byte &- 48)
        if hasPoint { exponent &-= 1 }
      } else if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else {
        return digits > 0 && scanExponent(from: index)
      }
      index &+= 1
    }
    return digits > 0
  }

  private mutating func take(_ digit: UInt8) {
    digits &+= 1
    let (tenfold, overflow) = mantissa.multipliedReportingOverflow(by: 10)
    let (sum, carry) = tenfold.addingReportingOverflow(UInt64(digit))
    if overflow || carry {
      isExact = false
    } else {
      mantissa = sum
    }
  }

  private mutating func scanExponent(from start: Int) -> Bool {
    guard bytes[start] | 0x20 == UInt8(ascii: "e") else { return false }
    var index = start + 1
    var sign = 1
    if index < bytes.count, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      sign = bytes[index] == UInt8(ascii: "-") ? -1 : 1
      index += 1
    }
    guard index < bytes.count else { return false }
    var value = 0
    while index < bytes.count {
      guard bytes[index] &- 48 < 10 else { return false }
      value = min(value * 10 + Int(bytes[index] &- 48), 100_000)
      index += 1
    }
    exponent += sign * value
    return true
  }

  /// The value where a mantissa below 2^53 and a power of ten up to 10^22 give it without rounding
  /// twice (Clinger, *How to Read Floating Point Numbers Accurately*, 1990).
  var exactValue: Double? {
    guard isExact, mantissa < 9_007_199_254_740_992, (-22...22).contains(exponent) else {
      return nil
    }
    let power = powersOfTen[abs(exponent)]
    let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
    return isNegative ? -value : value
  }

  /// What was scanned, as `Double.init` takes it: a digit before and behind the point.
  var canonicalText: String {
    var text = String(decoding: bytes, as: UTF8.self)
    if let point = text.firstIndex(of: ".") {
      let next = text.index(after: point)
      if next == text.endIndex || !text[next].isNumber { text.insert("0", at: next) }
      if point == text.startIndex || !text[text.index(before: point)].isNumber {
        text.insert("0", at: point)
      }
    }
    return text
  }
}

private let powersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
  1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]
