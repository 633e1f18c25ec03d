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
    raw(
      "<circle class=\"\(css)\" cx=\"\(SVG.number(x))\" cy=\"\(SVG.number(y))\" r=\"\(radius)\"/>")
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
    guard value.isFinite else { return "0" }
    let tenths = Int((min(max(value, -100_000), 100_000) * 10).rounded())
    let whole = abs(tenths) / 10
    let rest = abs(tenths) % 10
    let sign = tenths < 0 ? "-" : ""
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }
}
