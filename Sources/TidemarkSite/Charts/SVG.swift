private import Glibc
internal import TidemarkSyntax

/// Writes SVG: presentation attributes and classes only, coordinates rounded to a tenth, so that
/// the same input gives the same bytes.
struct SVG {
  private(set) var bytes: [UInt8] = []

  /// Markup as it is.
  mutating func raw(_ markup: String) { bytes += markup.utf8 }

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

  mutating func circle(_ css: String, _ x: Double, _ y: Double, radius: String) {
    // The mark of every point: twenty thousand of them on the pages of a hundred series.
    bytes += "<circle class=\"".utf8
    bytes += css.utf8
    bytes += "\" cx=\"".utf8
    append(x)
    bytes += "\" cy=\"".utf8
    append(y)
    bytes += "\" r=\"".utf8
    bytes += radius.utf8
    bytes += "\"/>".utf8
  }

  mutating func path(_ css: String, _ commands: String) {
    guard !commands.isEmpty else { return }
    raw("<path class=\"\(css)\" d=\"\(commands)\" fill=\"none\" stroke=\"currentColor\"/>")
  }

  /// - Parameter anchor: `start`, `middle` or `end`.
  mutating func label(_ css: String, _ x: Double, _ y: Double, _ text: String, anchor: String) {
    raw(
      "<text class=\"\(css)\" x=\"\(SVG.number(x))\" y=\"\(SVG.number(y))\" "
        + "text-anchor=\"\(anchor)\">")
    self.text(text)
    raw("</text>")
  }

  /// A coordinate: at most one digit behind the point, never an exponent.
  static func number(_ value: Double) -> String {
    var svg = SVG()
    svg.append(value)
    return String(decoding: svg.bytes, as: UTF8.self)
  }

  /// Appends a coordinate, as above.
  private mutating func append(_ value: Double) {
    guard value.isFinite else { return bytes.append(UInt8(ascii: "0")) }
    let tenths = Int((min(max(value, -100_000), 100_000) * 10).rounded())
    if tenths < 0 { bytes.append(UInt8(ascii: "-")) }
    let whole = abs(tenths) / 10
    var power = 1
    while power * 10 <= whole { power *= 10 }
    while power > 0 {
      bytes.append(UInt8(48 + whole / power % 10))
      power /= 10
    }
    let rest = abs(tenths) % 10
    guard rest != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    bytes.append(UInt8(48 + rest))
  }
}
