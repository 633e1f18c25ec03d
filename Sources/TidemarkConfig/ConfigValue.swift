internal import TidemarkModel
internal import TidemarkSyntax

/// What a node says as a value of a type; nil where it says none of it.
extension YAMLNode {
  /// As it is written: `1.10` stays `1.10`.
  var text: String? {
    guard case .scalar(let text, _) = value, !isNull else { return nil }
    return text
  }

  var flag: Bool? { text.flatMap { ConfigValue.flag($0) } }

  var integer: Int? { text.flatMap { Int($0) } }

  /// Finite.
  var number: Double? {
    guard let text, let number = Double(text), number.isFinite else { return nil }
    return number
  }

  /// Seconds, not negative.
  var duration: Double? { text.flatMap { ConfigValue.duration($0) } }

  /// 0 to 1 for 0 to 100 %; not negative.
  var share: Double? { text.flatMap { ConfigValue.share($0) } }

  var time: Timestamp? { text.flatMap { TimeText.parse($0) } }

  /// The items of a list; anything else is a list of itself, nothing one of none.
  var items: [YAMLNode] {
    if case .sequence(let items) = value { return items }
    return isNull ? [] : [self]
  }

  var texts: [String] { items.compactMap(\.text) }

  /// The pairs of a mapping of texts, in their order.
  var pairs: [(String, String)] {
    entries.compactMap { entry in entry.value.text.map { (entry.key, $0) } }
  }
}

/// Texts as values, alike in the file and in the environment.
package enum ConfigValue {
  package static func flag(_ text: String) -> Bool? {
    switch text.lowercased() {
    case "true", "yes", "on", "1": true
    case "false", "no", "off", "0": false
    default: nil
    }
  }

  /// `14 days`, `36h`, `90 min`, `1 week` in seconds; nil without a unit.
  package static func duration(_ text: String) -> Double? {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = text.dropFirst(number.count).drop { $0 == " " }
    guard let value = Double(number), value.isFinite, let seconds = seconds(of: unit) else {
      return nil
    }
    return value * seconds
  }

  private static func seconds(of unit: Substring) -> Double? {
    switch unit {
    case "s", "sec", "second", "seconds": 1
    case "m", "min", "minute", "minutes": 60
    case "h", "hour", "hours": 3600
    case "d", "day", "days": 86_400
    case "w", "week", "weeks": 7 * 86_400
    case "y", "year", "years": 365 * 86_400
    default: nil
    }
  }

  /// `5 %` or `0.05`; nil for a plain number above 1, which may be meant as either.
  package static func share(_ text: String) -> Double? {
    if text.hasSuffix("%") {
      let number = text.dropLast().prefix { $0 != " " }
      guard let percent = Double(number), percent.isFinite, percent >= 0 else { return nil }
      return percent / 100
    }
    guard let share = Double(text), share.isFinite, (0...1).contains(share) else { return nil }
    return share
  }
}
