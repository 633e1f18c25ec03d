internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// `badges/*.svg`: one fact each, for a README. Presentation attributes alone, no font of their own.
struct Badges {
  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  private var report: Report { context.report }
  private var words: Words { context.words }

  /// Fills on which white text has a contrast of at least 5.7, by the tone of a state.
  private static let fills = [
    "worse": "#b3261e", "suspect": "#855600", "better": "#0a5fb4", "plain": "#0a5fb4",
    "muted": "#57606a",
  ]

  func render() -> [SiteFile] {
    [("tests", tests), ("performance", performance), ("baseline", baseline)].map { name, answer in
      SiteFile(
        path: "badges/\(name).svg",
        bytes: Badges.draw(words.text("badge.\(name)"), answer.text, tone: answer.tone))
    }
  }

  private typealias Answer = (text: String, tone: String)

  private var tests: Answer {
    let totals = report.testTotals
    let failed = totals.counts.failed + totals.counts.errored
    // No tests are no pass.
    if totals.counts.total == 0 { return (words.text("badge.none"), "suspect") }
    if totals.newlyFailing > 0 {
      return (words.count("badge.newly_failing", totals.newlyFailing), "worse")
    }
    if failed > 0 { return (words.count("badge.failed", failed), "worse") }
    return (words.count("badge.passed", totals.counts.passed), "plain")
  }

  private var performance: Answer {
    let totals = report.seriesTotals
    if report.series.isEmpty { return (words.text("badge.none"), "suspect") }
    if totals.regressed > 0 {
      return (words.count("short.regressed", totals.regressed), "worse")
    }
    if totals.suspected > 0 {
      return (words.count("short.suspected", totals.suspected), "suspect")
    }
    if totals.missing > 0 { return (words.count("short.missing", totals.missing), "suspect") }
    let isJudged = report.baseline.status == .ok || report.baseline.status == .partial
    guard isJudged, totals.unchanged + totals.improved > 0 else {
      return (words.text("badge.unjudged"), "suspect")
    }
    if totals.improved > 0 { return (words.count("short.improved", totals.improved), "better") }
    return (words.text("badge.still"), "plain")
  }

  /// A badge is looked at later than it was made: it tells a date, not an age.
  private var baseline: Answer {
    let baseline = report.baseline
    guard let newest = baseline.newestTime, baseline.status != .none else {
      return (words.text("baseline.status.none"), "suspect")
    }
    let date = String(TimeText.minute(newest).prefix(10))
    let text = words.text(
      "badge.baseline_text",
      ["runs": words.count("runs", baseline.runs), "date": date])
    switch baseline.status {
    case .ok: return (text, "plain")
    case .none, .partial, .stale:
      let status = words.text("baseline.status.\(baseline.status.rawValue)")
      return (words.text("badge.doubt", ["status": status, "text": text]), "suspect")
    }
  }

  /// - Parameter tone: A key of ``fills``.
  static func draw(_ label: String, _ text: String, tone: String) -> [UInt8] {
    let widths = (width(label) + 12, width(text) + 12)
    let whole = widths.0 + widths.1
    var svg = SVG()
    svg.raw(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(whole)\" height=\"20\" "
        + "viewBox=\"0 0 \(whole) 20\" role=\"img\" aria-labelledby=\"t\"><title id=\"t\">")
    svg.text("\(label): \(text)")
    svg.raw("</title><rect width=\"\(whole)\" height=\"20\" rx=\"3\" fill=\"#1b1f24\"/>")
    let fill = fills[tone] ?? "#57606a"
    svg.raw(
      "<rect x=\"\(widths.0)\" width=\"\(widths.1)\" height=\"20\" rx=\"3\" fill=\"\(fill)\"/>")
    svg.raw("<rect x=\"\(widths.0)\" width=\"4\" height=\"20\" fill=\"\(fill)\"/>")
    svg.raw(
      "<g fill=\"#ffffff\" text-anchor=\"middle\" font-family=\"Verdana,DejaVu Sans,sans-serif\" "
        + "font-size=\"11\" aria-hidden=\"true\">")
    for (text, start, width) in [(label, 0, widths.0), (text, widths.0, widths.1)] {
      svg.raw(
        "<text x=\"\(SVG.number(Double(start) + Double(width) / 2))\" y=\"14\" "
          + "textLength=\"\(width - 12)\" lengthAdjust=\"spacingAndGlyphs\">")
      svg.text(text)
      svg.raw("</text>")
    }
    svg.raw("</g></svg>\n")
    return svg.bytes
  }

  /// About how wide `text` is in 11 px: the same everywhere, because the text is set to this length.
  private static func width(_ text: String) -> Int {
    let tenths = text.unicodeScalars.reduce(0) { sum, scalar in
      switch scalar {
      case "i", "l", "j", "I", ".", ",", ":", ";", "'", "|", " ", "\u{A0}": sum + 40
      case "f", "r", "t", "(", ")", "-", "/": sum + 48
      case "m", "w", "M", "W", "%": sum + 105
      default: sum + (scalar.properties.isUppercase ? 78 : 70)
      }
    }
    return (tenths + 9) / 10
  }
}
