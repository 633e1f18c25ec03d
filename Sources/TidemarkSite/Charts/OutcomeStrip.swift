internal import TidemarkModel
internal import TidemarkSyntax

/// The outcomes of the last 20 runs, oldest left: a full bar passed, a short bar with a notch
/// failed, a dot skipped, a gap did not run. Form tells them apart, not colour.
enum OutcomeStrip {
  private static let step = 6

  static func render(_ history: [Outcome?], words: Words) -> Value {
    let outcomes = history.suffix(20)
    guard outcomes.contains(where: { $0 != nil }) else { return .empty }
    var passed = ""
    var failed = ""
    var skipped = ""
    for (index, outcome) in outcomes.enumerated() {
      let x = index * step + 3
      switch outcome {
      case .passed: passed += "M\(x) 1v14"
      case .failed, .errored: failed += "M\(x) 6v4M\(x) 11.5v3.5"
      case .skipped: skipped += "M\(x) 8h.1"
      case nil: break
      }
    }
    let width = outcomes.count * step
    var svg = SVG()
    svg.raw(
      "<svg class=\"strip\" viewBox=\"0 0 \(width) 16\" width=\"\(width)\" height=\"16\" role=\"img\" aria-label=\""
    )
    svg.text(label(Array(outcomes), words))
    svg.raw("\">")
    svg.path("ok", passed)
    svg.path("no", failed)
    svg.path("dot", skipped)
    svg.raw("</svg>")
    return .html(svg.bytes)
  }

  private static func label(_ outcomes: [Outcome?], _ words: Words) -> String {
    let failed = outcomes.count { $0?.isFailure == true }
    let skipped = outcomes.count { $0 == .skipped }
    let passed = outcomes.count { $0 == .passed }
    var parts = [words.count("strip.passed", passed), words.count("strip.failed", failed)]
    if skipped > 0 { parts.append(words.count("strip.skipped", skipped)) }
    return words.count("strip.runs", outcomes.count) + words.joined(parts)
  }
}
