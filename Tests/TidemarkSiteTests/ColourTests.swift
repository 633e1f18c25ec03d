import Testing
import TidemarkModel

@testable import TidemarkSite

/// The contrasts of the default theme, computed from its style sheet as WCAG 2.2 does (relative
/// luminance, <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>).
@Suite struct ColourTests {
  private func tokens() throws -> [[String: String]] {
    let css = String(decoding: try #require(Theme().assets["tidemark.css"]), as: UTF8.self)
    let light = try #require(css.firstMatch(of: /:root \{([^}]*)\}/)).1
    let dark = try #require(
      css.firstMatch(of: /@media \(prefers-color-scheme: dark\) \{\s*:root \{([^}]*)\}/)
    ).1
    func read(_ block: Substring) -> [String: String] {
      Dictionary(
        block.matches(of: /--([a-z0-9-]+): (#[0-9a-f]{6});/).map { (String($0.1), String($0.2)) },
        uniquingKeysWith: { _, last in last })
    }
    return [read(light), read(light).merging(read(dark)) { _, dark in dark }]
  }

  private func luminance(_ colour: String) -> Double {
    let parts = stride(from: 1, to: 7, by: 2).map { start -> Double in
      let digits = colour.dropFirst(start).prefix(2)
      let share = Double(Int(digits, radix: 16) ?? 0) / 255
      return share <= 0.04045 ? share / 12.92 : power((share + 0.055) / 1.055)
    }
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
  }

  /// x^2.4, as x² · x^(2/5), the fifth root by Newton's method.
  private func power(_ x: Double) -> Double {
    var root = 1.0
    for _ in 0..<60 {
      root -= (root * root * root * root * root - x) / (5 * root * root * root * root)
    }
    return x * x * root * root
  }

  private func contrast(_ first: String, _ second: String) -> Double {
    let values = [luminance(first), luminance(second)].sorted()
    return (values[1] + 0.05) / (values[0] + 0.05)
  }

  @Test(
    "text has a contrast of 4.5 on every ground it stands on, lines that matter 3",
    arguments: [
      ("ink", "bg", 7.0), ("ink", "surface", 7), ("muted", "bg", 4.5), ("muted", "surface", 4.5),
      ("link", "bg", 4.5), ("link", "surface", 4.5), ("worse", "bg", 4.5),
      ("worse", "surface", 4.5), ("suspect", "bg", 4.5), ("suspect", "surface", 4.5),
      ("better", "bg", 4.5), ("better", "surface", 4.5), ("worse", "worse-bg", 4.5),
      ("suspect", "suspect-bg", 4.5), ("better", "better-bg", 4.5), ("link", "suspect-bg", 4.5),
      ("link", "worse-bg", 4.5), ("ink", "worse-bg", 7), ("ink", "suspect-bg", 7),
      ("ink", "shade-0", 7), ("ink", "shade-1", 7), ("ink", "shade-2", 7), ("ink", "shade-3", 7),
      ("axis", "bg", 3), ("axis", "surface", 3), ("focus", "focus-edge", 3),
    ])
  func contrasts(front: String, ground: String, least: Double) throws {
    for scheme in try tokens() {
      let ratio = contrast(try #require(scheme[front]), try #require(scheme[ground]))
      #expect(ratio >= least, "\(front) on \(ground): \(ratio)")
    }
  }

  @Test("the ratio of black and white is 21, of the known middle grey 4.5")
  func formula() {
    #expect(abs(contrast("#000000", "#ffffff") - 21) < 0.01)
    #expect(abs(contrast("#767676", "#ffffff") - 4.54) < 0.01)
  }
}
