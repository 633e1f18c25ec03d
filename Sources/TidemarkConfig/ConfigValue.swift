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

  /// A number and the unit that stands behind it.
  var bound: ConfigBound? { text.flatMap { ConfigValue.bound($0) } }

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

  /// `200`, `10 MB`, `80%`; nil for what does not begin with a finite number.
  package static func bound(_ text: String) -> ConfigBound? {
    let number = text.prefix { $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }
    let unit = text.dropFirst(number.count).drop { $0 == " " }
    if let value = Double(number), value.isFinite {
      return ConfigBound(value: value, unit: unit.isEmpty ? nil : String(unit))
    }
    // `5e` is no number, but `5` of a unit that begins with an e may be meant.
    let digits = text.prefix { $0.isASCII && ($0.isNumber || "+-.".contains($0)) }
    let rest = text.dropFirst(digits.count).drop { $0 == " " }
    guard let value = Double(digits), value.isFinite, !rest.isEmpty else { return nil }
    return ConfigBound(value: value, unit: String(rest))
  }

  package static func isAddress(_ text: String) -> Bool {
    text.hasPrefix("https://") || text.hasPrefix("http://")
  }

  package static func isPair(_ text: String) -> Bool {
    text.firstIndex(of: "=").map { $0 > text.startIndex } ?? false
  }

  /// What tells several reports apart: it becomes part of a marker.
  package static func isSlug(_ text: String) -> Bool {
    let isAllowed = text.utf8.allSatisfy {
      (97...122).contains($0) || (48...57).contains($0) || "._-".utf8.contains($0)
    }
    return isAllowed && (1...64).contains(text.utf8.count)
  }

  /// What a wrong value of a shape may be meant to be.
  static func nearest(_ text: String, _ shape: ConfigShape) -> String? {
    switch shape {
    case .flag:
      return NearestName.of(text, among: ["true", "false", "yes", "no", "on", "off"])
    case .duration:
      let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      let unit = String(text.dropFirst(number.count).drop { $0 == " " })
      let names = ["days", "hours", "minutes", "seconds", "weeks", "years", "min", "h"]
      guard Double(number) != nil else { return nil }
      if unit.isEmpty { return "\(number) days" }
      return NearestName.of(unit, among: names).map { "\(number) \($0)" }
    case .percent:
      return Double(text).flatMap { $0 > 1 ? "\(text) %" : nil }
    case .slug:
      let mended = String(
        decoding: text.lowercased().utf8.prefix(64).map { byte in
          isSlug(String(decoding: [byte], as: UTF8.self)) ? byte : UInt8(ascii: "-")
        }, as: UTF8.self)
      return isSlug(mended) ? mended : nil
    case .address:
      return text.contains(".") && !text.contains(":") ? "https://" + text : nil
    case .pair:
      return text.firstIndex(of: ":").map { colon in
        text[..<colon] + "=" + text[text.index(after: colon)...].drop { $0 == " " }
      }.map { String($0) }
    default: return nil
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
