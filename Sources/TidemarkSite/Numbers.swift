internal import TidemarkSyntax

/// Numbers as the site's language writes them: what ``NumberText`` gives, with the language's own
/// signs for the decimal point and between thousands.
struct Numbers: Sendable {
  private let point: String
  private let group: String
  /// Whether they are the signs of ``NumberText`` itself.
  private let isPlain: Bool

  /// - Parameters:
  ///   - point: Before the fraction.
  ///   - group: Between thousands; may be empty.
  init(point: String = ".", group: String = ",") {
    self.point = point
    self.group = group
    isPlain = point == "." && group == ","
  }

  func count(_ value: Int) -> String { localised(NumberText.count(value)) }
  func fixed(_ value: Double, digits: Int) -> String {
    localised(NumberText.fixed(value, digits: digits))
  }
  func significant(_ value: Double) -> String { localised(NumberText.significant(value)) }
  func percentChange(_ percent: Double) -> String { localised(NumberText.percentChange(percent)) }
  func percentSize(_ percent: Double) -> String { localised(NumberText.percentSize(percent)) }
  func probability(_ p: Double) -> String { localised(NumberText.probability(p)) }

  /// A tick of an axis: `−4,000.50`, with just so many digits behind the point.
  func grouped(_ value: Double, digits: Int) -> String {
    let text = NumberText.fixed(value, digits: digits)
    let isNegative = text.hasPrefix("-")
    let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
    let whole = NumberText.count(parts.first.flatMap { Int($0) } ?? 0)
    let isZero = !text.contains { "123456789".contains($0) }
    return (isNegative && !isZero ? "\u{2212}" : "")
      + localised(whole + (parts.count > 1 ? ".\(parts[1])" : ""))
  }

  /// Appends ``significant(_:)`` with U+2212 for the minus, as markup.
  func append(significant value: Double, to bytes: inout [UInt8]) {
    let start = bytes.count
    if !NumberText.append(significant: value, to: &bytes) {
      let text = NumberText.significant(value)
      if text.hasPrefix("-") {
        bytes.append(contentsOf: "\u{2212}".utf8)
        bytes.append(contentsOf: text.dropFirst().utf8)
      } else {
        bytes.append(contentsOf: text.utf8)
      }
    }
    if !isPlain { localise(&bytes, from: start) }
  }

  /// Appends ``percentChange(_:)`` as markup.
  func append(percentChange percent: Double, to bytes: inout [UInt8]) {
    let start = bytes.count
    if !NumberText.append(percentChange: percent, to: &bytes) {
      HTML.append(NumberText.percentChange(percent), to: &bytes)
    }
    if !isPlain { localise(&bytes, from: start) }
  }

  private func localise(_ bytes: inout [UInt8], from start: Int) {
    let text = localised(String(decoding: bytes[start...], as: UTF8.self))
    bytes.removeSubrange(start...)
    bytes.append(contentsOf: text.utf8)
  }

  private func localised(_ text: String) -> String {
    guard !isPlain, text.utf8.contains(where: { $0 == 0x2E || $0 == 0x2C }) else { return text }
    var out = ""
    for character in text {
      switch character {
      case ".": out += point
      case ",": out += group
      default: out.append(character)
      }
    }
    return out
  }
}
