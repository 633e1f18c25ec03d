package import TidemarkModel

/// Times as text: RFC 3339 in UTC, and the other forms that reports use.
package enum TimeText {
  /// `2026-11-23T13:08:00Z`; with milliseconds where there are any.
  package static func rfc3339(_ time: Timestamp) -> String {
    let parts = Parts(time)
    let milliseconds = parts.milliseconds == 0 ? "" : "." + padded(parts.milliseconds, 3)
    return "\(parts.date)T\(parts.clock)\(milliseconds)Z"
  }

  /// `2026-11-23 13:08 UTC`
  package static func minute(_ time: Timestamp) -> String {
    let parts = Parts(time)
    return "\(parts.date) \(padded(parts.hour, 2)):\(padded(parts.minute, 2)) UTC"
  }

  /// `2026-11-23T13:08:00`, without a zone, UTC: what JUnit readers take.
  package static func local(_ time: Timestamp) -> String {
    let parts = Parts(time)
    return "\(parts.date)T\(parts.clock)"
  }

  /// `3 h`, `41 days`: the age of something, in the largest whole unit.
  package static func age(seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e15 else { return "–" }
    let whole = Int(max(seconds, 0))
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min"
    case ..<172_800: return "\(whole / 3600) h"
    default: return "\(whole / 86400) days"
    }
  }

  /// Reads RFC 3339 and what reports write in its place: a blank for the `T`, fractions of any
  /// length, ` UTC`, an offset with or without a colon, no zone at all (then UTC).
  ///
  /// - Returns: nil for anything else, and for years outside 1970 to 9999.
  package static func parse(_ text: some StringProtocol) -> Timestamp? {
    var scanner = Scanner(bytes: Array(text.utf8))
    return scanner.timestamp()
  }

  private struct Parts {
    var date = ""
    var hour = 0
    var minute = 0
    var second = 0
    var milliseconds = 0
    var clock: String { "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))" }

    init(_ time: Timestamp) {
      let total = time.millisecondsSince1970
      var days = total / 86_400_000
      var rest = total % 86_400_000
      if rest < 0 {
        rest += 86_400_000
        days -= 1
      }
      milliseconds = Int(rest % 1000)
      second = Int(rest / 1000 % 60)
      minute = Int(rest / 60_000 % 60)
      hour = Int(rest / 3_600_000)
      let (year, month, day) = civil(fromDays: days)
      date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(width - digits.count, 0)) + digits
  }

  /// The Gregorian date of a day counted from 1970-01-01.
  ///
  /// - Source: years of 365.2425 days counted from 1 March, as in Richards, *Mapping Time* (1998).
  fileprivate static func civil(fromDays days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (Int(year), Int(month), Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1))
  }

  fileprivate static func days(year: Int, month: Int, day: Int) -> Int64 {
    let marchYear = Int64(month <= 2 ? year - 1 : year)
    let era = marchYear / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = Int64((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1)
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

private struct Scanner {
  let bytes: [UInt8]
  var index = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func timestamp() -> Timestamp? {
    skipBlanks()
    guard let year = number(digits: 4), (1970...9999).contains(year), take("-"),
      let month = number(digits: 2), (1...12).contains(month), take("-"),
      let day = number(digits: 2), (1...31).contains(day)
    else { return nil }
    let days = TimeText.days(year: year, month: month, day: day)
    // The 30th of February is no day.
    guard TimeText.civil(fromDays: days).day == day else { return nil }
    var milliseconds = days * 86_400_000
    skipBlanks()
    if isAtEnd { return Timestamp(millisecondsSince1970: milliseconds) }
    _ = take("T") || take("t")
    skipBlanks()
    guard let hour = number(digits: 2), hour < 24, take(":"), let minute = number(digits: 2),
      minute < 60
    else { return nil }
    var second = 0
    if take(":") {
      guard let value = number(digits: 2), value <= 60 else { return nil }
      second = value
    }
    milliseconds += Int64((hour * 60 + minute) * 60 + second) * 1000 + fraction()
    guard let offset = zone() else { return nil }
    return Timestamp(millisecondsSince1970: milliseconds - offset)
  }

  private var isAtEnd: Bool { index >= bytes.count }

  private mutating func skipBlanks() {
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
    index += 1
    return true
  }

  private mutating func number(digits: Int) -> Int? {
    guard index + digits <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[index..<index + digits] {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int(byte) - 48
    }
    index += digits
    return value
  }

  private mutating func fraction() -> Int64 {
    guard take(".") || take(",") else { return 0 }
    var value: Int64 = 0
    var seen = 0
    while index < bytes.count, (48...57).contains(bytes[index]) {
      if seen < 3 { value = value * 10 + Int64(bytes[index]) - 48 }
      seen += 1
      index += 1
    }
    while seen < 3 {
      value *= 10
      seen += 1
    }
    return value
  }

  /// Milliseconds east of UTC; nil where what follows is no zone.
  private mutating func zone() -> Int64? {
    skipBlanks()
    if isAtEnd { return 0 }
    if take("Z") || take("z") {
      skipBlanks()
      return isAtEnd ? 0 : nil
    }
    let name = bytes[index...].prefix(3)
    if name.elementsEqual("UTC".utf8) || name.elementsEqual("GMT".utf8) {
      index += 3
      if isAtEnd { return 0 }
    }
    let sign: Int64 = take("-") ? -1 : 1
    if sign > 0, !take("+") { return nil }
    guard let hours = number(digits: 2), hours < 24 else { return nil }
    _ = take(":")
    let minutes = number(digits: 2) ?? 0
    skipBlanks()
    return isAtEnd ? sign * Int64(hours * 60 + minutes) * 60_000 : nil
  }
}
