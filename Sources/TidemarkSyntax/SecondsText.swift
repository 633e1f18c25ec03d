/// Seconds as reports write them: `12.5` and `6e-05`, with thousands marked (`1,234.56`), with a
/// decimal comma (`0,005`), as a clock (`1:02:03`), with units (`1.5s`, `2m3.5s`, `PT0.25S`).
package enum SecondsText {
  /// What a text says.
  package enum Reading: Hashable {
    /// Finite and not negative.
    case seconds(Double)
    /// The same, read with its one comma for the decimal point. Where that is not certain (`1,234`)
    /// the comma marks thousands if the writer's other times have points.
    case comma(Double, isCertain: Bool)
    /// Nothing is there but blanks.
    case blank
    /// It is no number of seconds: words, `NaN`, a negative or an infinite number, an unknown unit.
    case unknown
  }

  package static func read(_ text: XMLText) -> Reading {
    if let value = text.decimal { return checked(value) }
    let trimmed = text.trimmed
    guard !trimmed.isEmpty else { return .blank }
    guard trimmed.bytes.count <= 64 else { return .unknown }
    guard trimmed.bytes.allSatisfy(isAllowed) else {
      return united(trimmed.bytes[...]).map(checked) ?? .unknown
    }
    if let value = trimmed.decimal { return checked(value) }
    if trimmed.bytes.contains(UInt8(ascii: ":")) { return clock(trimmed) }
    guard let (value, comma) = marked(Array(trimmed.bytes)), value.isFinite, value >= 0 else {
      return .unknown
    }
    return comma.map { .comma(value, isCertain: $0) } ?? .seconds(value)
  }

  private static func checked(_ value: Double) -> Reading {
    value.isFinite && value >= 0 ? .seconds(value + 0) : .unknown
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x2B...0x2E, UInt8(ascii: ":"), UInt8(ascii: "e"), UInt8(ascii: "E"): true
    default: false
    }
  }

  /// `1:02:03.5`, `02:03`.
  private static func clock(_ text: XMLText) -> Reading {
    let parts = text.bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count) else { return .unknown }
    var sum = 0.0
    for (index, part) in parts.enumerated() {
      let digits = XMLText(UnsafeBufferPointer(rebasing: part))
      guard part.first.map({ $0 &- 48 < 10 }) == true, let value = digits.decimal else {
        return .unknown
      }
      if index > 0 && value >= 60 { return .unknown }
      if index < parts.count - 1 && value != value.rounded() { return .unknown }
      sum = sum * 60 + value
    }
    return checked(sum)
  }

  /// Numbers with a unit behind each: `1.5s`, `350 ms`, Go's `1m2.5s`, ISO 8601's `PT1M2.5S`.
  private static func united(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
    var rest = bytes.starts(with: "PT".utf8) ? bytes.dropFirst(2) : bytes
    var sum = 0.0
    repeat {
      let number = rest.prefix { isAllowed($0) && $0 | 0x20 != UInt8(ascii: "e") }
      rest = rest.dropFirst(number.count).drop { $0 == 0x20 }
      let unit = rest.prefix { $0 > 0x39 }
      rest = rest.dropFirst(unit.count).drop { $0 == 0x20 }
      guard let scale = scale(of: unit), let value = plain(number), value >= 0 else { return nil }
      sum += value * scale
    } while !rest.isEmpty
    return sum
  }

  private static func plain(_ number: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
    let text = XMLText(UnsafeBufferPointer(rebasing: number))
    return text.decimal ?? marked(Array(number))?.value
  }

  /// Seconds of one of `unit`.
  private static func scale(of unit: Slice<UnsafeBufferPointer<UInt8>>) -> Double? {
    switch String(decoding: unit, as: UTF8.self).lowercased() {
    case "s", "sec", "secs", "second", "seconds": 1
    case "ms", "msec", "millis", "milliseconds": 1e-3
    // The micro sign and the Greek letter.
    case "us", "\u{B5}s", "\u{3BC}s": 1e-6
    case "ns": 1e-9
    case "m", "min", "mins": 60
    case "h": 3600
    default: nil
    }
  }

  /// A number with commas: where both marks stand, the last one is the decimal mark; one comma
  /// alone is a decimal comma, which is certain unless one to three digits stand before it and
  /// three behind; several mark thousands.
  ///
  /// - Returns: `comma` is nil where the decimal mark is no comma.
  private static func marked(_ bytes: [UInt8]) -> (value: Double, comma: Bool?)? {
    let comma = UInt8(ascii: ",")
    let point = UInt8(ascii: ".")
    guard let lastComma = bytes.lastIndex(of: comma) else { return nil }
    let lastPoint = bytes.lastIndex(of: point) ?? -1
    let commas = bytes.count { $0 == comma }
    let decimal = lastComma > lastPoint && (commas == 1 || lastPoint >= 0) ? comma : point
    let group = decimal == comma ? point : comma
    let pieces = bytes.split(separator: decimal, omittingEmptySubsequences: false)
    guard pieces.count <= 2, let whole = pieces.first, isGrouped(whole, by: group) else {
      return nil
    }
    var plain = whole.filter { $0 != group }
    if pieces.count == 2 { plain += [point] + pieces[1] }
    guard let value = plain.withUnsafeBufferPointer({ DecimalText.parse($0) }) else { return nil }
    guard decimal == comma else { return (value, nil) }
    let isEither =
      lastPoint < 0 && (1...3).contains(lastComma) && bytes.count == lastComma + 4
      && bytes[0] != UInt8(ascii: "0")
    return (value, !isEither)
  }

  private static func isGrouped(_ digits: ArraySlice<UInt8>, by mark: UInt8) -> Bool {
    let groups = digits.split(separator: mark, omittingEmptySubsequences: false)
    guard let first = groups.first, groups.count > 1 else { return true }
    return (1...3).contains(first.count) && groups.dropFirst().allSatisfy { $0.count == 3 }
  }
}
