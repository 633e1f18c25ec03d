private import Glibc

/// Numbers as text, the same on every machine whatever its locale.
package enum NumberText {
  /// The shortest text that reads back as the same double, as JSON and OpenMetrics take it; nil
  /// for one that is not finite. Whole numbers below 2^53 have no fraction: `12`, not `12.0`.
  package static func exact(_ value: Double) -> String? {
    guard value.isFinite else { return nil }
    if value == value.rounded(), abs(value) < 9_007_199_254_740_992 {
      return value == 0 ? "0" : String(Int64(value))
    }
    return value.description
  }

  /// Reads a decimal number, also with commas between thousands (`1,234.5`).
  ///
  /// - Returns: nil for anything else (`NaN`, hexadecimal, a comma that parts no thousands) and for
  ///   what is beyond a double's range.
  package static func parse(_ text: some StringProtocol) -> Double? {
    let trimmed = text.drop { $0 == " " }
    let isPlain = trimmed.utf8.allSatisfy {
      (48...57).contains($0) || "+-.,eE".utf8.contains($0)
    }
    guard isPlain else { return nil }
    let groups = trimmed.prefix { $0 != "." }.split(
      separator: ",", omittingEmptySubsequences: false)
    guard groups.dropFirst().allSatisfy({ $0.count == 3 && $0.allSatisfy(\.isNumber) }) else {
      return nil
    }
    let isGrouped = groups.count > 1
    guard !isGrouped || groups[0].contains(where: \.isNumber) else { return nil }
    guard let value = Double(isGrouped ? String(trimmed.filter { $0 != "," }) : String(trimmed)),
      value.isFinite
    else { return nil }
    return value
  }

  /// Plain decimal, never an exponent: `0.000123`. Trailing zeros are dropped.
  ///
  /// - Parameter digits: The most digits behind the point, 0 to 17.
  package static func decimal(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return "0" }
    guard abs(value) < 1e18 else { return String(format(value, "%.0f")) }
    var text = fixed(value, digits: digits)
    if text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return text == "-0" ? "0" : text
  }

  /// Plain decimal with exactly `digits` digits behind the point, rounded half to even.
  package static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return "0" }
    if let text = shortFixed(value, digits: digits) { return text }
    return format(value, "%.\(min(max(digits, 0), 17))f")
  }

  /// At least `figures` significant figures in plain decimal: `12.4`, `0.00123`, `1,240`.
  ///
  /// - Parameter figures: 1 to 15.
  package static func significant(_ value: Double, figures: Int = 3) -> String {
    guard value.isFinite else { return "–" }
    guard value != 0 else { return "0" }
    let exponent = Int(log10(abs(value)).rounded(.down))
    let digits = max(figures - 1 - exponent, 0)
    let text = fixed(value, digits: min(digits, 17))
    // Rounding may carry into the next power of ten: 9.996 has three figures as 10.0.
    guard abs(value) > 0.9 * pow(10, Double(exponent + 1)) else { return grouped(text) }
    let rounded = Double(text) ?? value
    let carried = rounded != 0 && Int(log10(abs(rounded)).rounded(.down)) > exponent
    return grouped(fixed(value, digits: max(min(digits, 17) - (carried ? 1 : 0), 0)))
  }

  /// `1204` as `1,204`.
  package static func count(_ value: Int) -> String { grouped(String(value)) }

  /// A change as the site writes it: `+3.1 %`, `−12.4 %` (U+2212, no-break space), `<0.1 %` below
  /// a tenth.
  package static func percentChange(_ percent: Double) -> String {
    guard percent.isFinite else { return "–" }
    if percent == 0 { return "0\u{A0}%" }
    if abs(percent) < 0.1 { return "<0.1\u{A0}%" }
    return (percent < 0 ? "\u{2212}" : "+") + percentText(abs(percent)) + "\u{A0}%"
  }

  /// The size of a change without its sign: `12.4 %`, `<0.1 %`.
  package static func percentSize(_ percent: Double) -> String {
    guard percent.isFinite else { return "–" }
    let size = abs(percent)
    if size == 0 { return "0\u{A0}%" }
    return size < 0.1 ? "<0.1\u{A0}%" : percentText(size) + "\u{A0}%"
  }

  /// `0.002`, `<0.001`.
  package static func probability(_ p: Double) -> String {
    guard p.isFinite else { return "–" }
    return p < 0.001 ? "<0.001" : decimal(p, digits: 3)
  }

  /// ``fixed(_:digits:)`` without `snprintf`, for numbers of everyday size that lie clear of the
  /// middle between two results; nil for others, which need all of the double's digits to round.
  private static func shortFixed(_ value: Double, digits: Int) -> String? {
    guard (0...6).contains(digits), abs(value) < 1e8 else { return nil }
    let scaled = abs(value) * powersOfTen[digits]
    let down = scaled.rounded(.down)
    let rest = scaled - down
    guard abs(rest - 0.5) > 1e-4 else { return nil }
    var number = UInt64(rest > 0.5 ? down + 1 : down)
    let sign = value.sign == .minus
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
      var index = 32
      for place in 0...20 where place <= digits || number > 0 {
        if place == digits, digits > 0 {
          index -= 1
          buffer[index] = UInt8(ascii: ".")
        }
        index -= 1
        buffer[index] = UInt8(48 + number % 10)
        number /= 10
      }
      if sign {
        index -= 1
        buffer[index] = UInt8(ascii: "-")
      }
      return String(decoding: UnsafeBufferPointer(rebasing: buffer[index..<32]), as: UTF8.self)
    }
  }

  /// Appends ``significant(_:figures:)`` of three figures, with U+2212 for a minus, without making a
  /// string; false, and nothing appended, for numbers that need more care.
  package static func append(significant value: Double, to bytes: inout [UInt8]) -> Bool {
    let size = abs(value)
    guard size >= 0.01, size < 1e6 else { return false }
    // Behind the point one digit less for each figure before it; from 0.9 on rounding may carry.
    let (digits, limit) =
      switch size {
      case ..<0.1: (4, 0.09)
      case ..<1: (3, 0.9)
      case ..<10: (2, 9.0)
      case ..<100: (1, 90.0)
      default: (0, Double.infinity)
      }
    guard size <= limit else { return false }
    return append(size, digits: digits, isNegative: value < 0, to: &bytes)
  }

  /// Appends ``percentChange(_:)``, as above.
  package static func append(percentChange percent: Double, to bytes: inout [UInt8]) -> Bool {
    let size = abs(percent)
    guard size >= 0.1, size < 999 else { return false }
    let start = bytes.count
    if percent > 0 { bytes.append(UInt8(ascii: "+")) }
    guard append(size, digits: size >= 100 ? 0 : 1, isNegative: percent < 0, to: &bytes) else {
      bytes.removeSubrange(start...)
      return false
    }
    // A no-break space.
    bytes.append(0xC2)
    bytes.append(0xA0)
    bytes.append(UInt8(ascii: "%"))
    return true
  }

  private static func append(
    _ size: Double, digits: Int, isNegative: Bool, to bytes: inout [UInt8]
  ) -> Bool {
    var power = 1
    for _ in 0..<digits { power *= 10 }
    let scaled = size * Double(power)
    let down = scaled.rounded(.down)
    let rest = scaled - down
    guard abs(rest - 0.5) > 1e-4 else { return false }
    let number = Int(rest > 0.5 ? down + 1 : down)
    if isNegative {
      bytes.append(0xE2)
      bytes.append(0x88)
      bytes.append(0x92)
    }
    let whole = number / power
    var place = 1
    while place * 10 <= whole { place *= 10 }
    while place > 0 {
      bytes.append(UInt8(truncatingIfNeeded: 48 + whole / place % 10))
      if place == 1000 { bytes.append(UInt8(ascii: ",")) }
      place /= 10
    }
    guard digits > 0 else { return true }
    bytes.append(UInt8(ascii: "."))
    place = power / 10
    while place > 0 {
      bytes.append(UInt8(truncatingIfNeeded: 48 + number / place % 10))
      place /= 10
    }
    return true
  }

  private static let powersOfTen: [Double] = [1, 10, 100, 1e3, 1e4, 1e5, 1e6]

  private static func percentText(_ size: Double) -> String {
    size >= 1000 ? grouped(fixed(size, digits: 0)) : fixed(size, digits: size >= 100 ? 0 : 1)
  }

  private static func format(_ value: Double, _ format: String) -> String {
    // `%f` of snprintf follows the C locale, which this program never sets to another.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      let count = withVaList([value]) { vsnprintf(buffer.baseAddress, 400, format, $0) }
      guard count > 0, count < 400, let start = buffer.baseAddress else { return "0" }
      return String(cString: start)
    }
  }

  private static func grouped(_ text: String) -> String {
    let places = text.utf8.prefix { $0 != UInt8(ascii: ".") }.count
    if places <= (text.utf8.first == UInt8(ascii: "-") ? 4 : 3) { return text }
    let sign = text.hasPrefix("-") ? "-" : ""
    let unsigned = text.dropFirst(sign.count)
    let whole = unsigned.prefix { $0 != "." }
    var out = ""
    for (index, digit) in whole.enumerated() {
      if index > 0, (whole.count - index) % 3 == 0 { out.append(",") }
      out.append(digit)
    }
    return sign + out + unsigned.dropFirst(whole.count)
  }
}
