internal import TidemarkSyntax

extension [UInt8] {
  /// Appends markup of our own.
  mutating func append(_ markup: StaticString) {
    append(
      contentsOf: UnsafeBufferPointer(start: markup.utf8Start, count: markup.utf8CodeUnitCount))
  }

  /// Appends a coordinate: at most one digit behind the point, never an exponent.
  mutating func append(coordinate value: Double) {
    guard value.isFinite else { return append(UInt8(ascii: "0")) }
    let tenths = Int((Swift.min(Swift.max(value, -100_000), 100_000) * 10).rounded())
    if tenths < 0 { append(UInt8(ascii: "-")) }
    let size = tenths.magnitude
    let whole = size / 10
    var power: UInt = whole < 10 ? 1 : whole < 100 ? 10 : whole < 1000 ? 100 : 100_000
    while power > whole, power > 1 { power /= 10 }
    while power > 0 {
      append(UInt8(truncatingIfNeeded: 48 + whole / power % 10))
      power /= 10
    }
    guard size % 10 != 0 else { return }
    append(UInt8(ascii: "."))
    append(UInt8(truncatingIfNeeded: 48 + size % 10))
  }

  /// Appends a command of a path with a place: `M12 3.4`.
  mutating func append(_ command: Unicode.Scalar, _ x: Double, _ y: Double) {
    append(UInt8(ascii: command))
    append(coordinate: x)
    append(UInt8(ascii: " "))
    append(coordinate: y)
  }
}

/// Writes SVG: presentation attributes and classes only, coordinates rounded to a tenth, so that
/// the same input gives the same bytes.
struct SVG {
  private(set) var bytes: [UInt8] = []

  /// Markup as it is.
  mutating func raw(_ markup: String) { bytes += markup.utf8 }
  mutating func raw(_ markup: [UInt8]) { bytes += markup }
  mutating func raw(_ markup: StaticString) { bytes.append(markup) }
  mutating func coordinate(_ value: Double) { bytes.append(coordinate: value) }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  /// A value with its unit.
  mutating func value(_ value: Double, _ scale: ValueScale) { scale.append(value, to: &bytes) }

  mutating func percentChange(_ percent: Double, _ numbers: Numbers) {
    numbers.append(percentChange: percent, to: &bytes)
  }

  /// Text from anywhere, escaped.
  mutating func text(_ text: String) { HTML.append(text, to: &bytes) }

  mutating func line(_ css: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
    raw(
      "<line class=\"\(css)\" x1=\"\(SVG.number(x1))\" y1=\"\(SVG.number(y1))\" "
        + "x2=\"\(SVG.number(x2))\" y2=\"\(SVG.number(y2))\" stroke=\"currentColor\"/>")
  }

  mutating func rectangle(_ css: String, x: Double, y: Double, width: Double, height: Double) {
    raw(
      "<rect class=\"\(css)\" x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" "
        + "width=\"\(SVG.number(width))\" height=\"\(SVG.number(height))\" fill-opacity=\".15\"/>")
  }

  mutating func circle(_ css: StaticString, _ x: Double, _ y: Double, radius: StaticString) {
    raw("<circle class=\"")
    raw(css)
    raw("\" cx=\"")
    coordinate(x)
    raw("\" cy=\"")
    coordinate(y)
    raw("\" r=\"")
    raw(radius)
    raw("\"/>")
  }

  mutating func path(_ css: StaticString, _ commands: [UInt8]) {
    guard !commands.isEmpty else { return }
    raw("<path class=\"")
    raw(css)
    raw("\" d=\"")
    raw(commands)
    raw("\" fill=\"none\" stroke=\"currentColor\"/>")
  }

  mutating func path(_ css: StaticString, _ commands: String) { path(css, Array(commands.utf8)) }

  /// - Parameter anchor: `start`, `middle` or `end`.
  mutating func label(_ css: String, _ x: Double, _ y: Double, _ text: String, anchor: String) {
    raw(
      "<text class=\"\(css)\" x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" "
        + "text-anchor=\"\(anchor)\">")
    self.text(text)
    raw("</text>")
  }

  /// A coordinate as text.
  static func number(_ value: Double) -> String {
    var bytes: [UInt8] = []
    bytes.append(coordinate: value)
    return String(decoding: bytes, as: UTF8.self)
  }
}
