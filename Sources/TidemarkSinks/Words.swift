internal import TidemarkModel
internal import TidemarkReport
private import TidemarkSyntax

// The words, glyphs and numbers that all sinks share. Raw text: each sink escapes what it shows.

extension TestState {
  /// A mark that stands before the word, never instead of it.
  var glyph: String {
    switch self {
    case .newlyFailing, .stillFailing: "✗"
    case .flaky: "≈"
    case .removed: "▢"
    case .quarantined: "⏸\u{FE0E}"
    case .fixed, .passing: "✓"
    case .new: "◆"
    }
  }

  var word: String { rawValue.split(separator: "_").joined(separator: " ") }
}

extension TestState {
  var tone: Section.Tone {
    switch self {
    case .newlyFailing, .stillFailing: .worse
    case .flaky: .suspect
    case .fixed: .better
    case .removed, .quarantined, .new, .passing: .plain
    }
  }
}

extension SeriesState {
  /// ▲ means worse, whichever way the metric runs.
  var glyph: String {
    switch self {
    case .regressed: "▲"
    case .suspected: "△"
    case .missing: "▢"
    case .improved: "▼"
    case .new: "◆"
    case .insufficientData: "?"
    case .unchanged: "○"
    }
  }

  var word: String { rawValue.split(separator: "_").joined(separator: " ") }
}

extension SeriesState {
  var tone: Section.Tone {
    switch self {
    case .regressed: .worse
    case .suspected: .suspect
    case .improved: .better
    case .missing, .new, .insufficientData, .unchanged: .plain
    }
  }
}

extension Verdict {
  var glyph: String {
    switch self {
    case .pass: "✓"
    case .fail: "✗"
    case .unjudged: "?"
    }
  }
}

enum Words {
  /// `1 test`, `1,204 tests`.
  static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
    "\(NumberText.count(number)) \(number == 1 ? one : many ?? one + "s")"
  }

  /// The first seven digits of a commit's hash; a name that is none as it is.
  static func commit(_ commit: String) -> String {
    let isHash = commit.utf8.count >= 12 && commit.utf8.allSatisfy { isHexDigit($0) }
    return isHash ? String(commit.prefix(7)) : SafeText.middleCut(commit, to: 40)
  }

  private static func isHexDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }

  /// `this run`, `3 runs ago`; nil where the run lies before the window.
  static func age(of point: ChangePoint, in report: Report) -> String? {
    guard let index = point.index, index < report.runs.count else { return nil }
    let ago = report.runs.count - 1 - index
    return ago <= 0 ? "this run" : "\(count(ago, "run")) ago"
  }

  // MARK: Series

  /// `12.4 % slower (9.8 to 15.1)`; nil where there is no change to tell.
  static func change(of series: SeriesChange) -> String? {
    guard let percent = series.changePercent else { return nil }
    var text = NumberText.percentSize(percent)
    if percent != 0 { text += " " + direction(of: series, isMore: percent > 0) }
    guard let low = series.changeLow, let high = series.changeHigh else { return text }
    let (near, far) = percent < 0 ? (-high, -low) : (low, high)
    return text + " (\(bound(near)) to \(bound(far)))"
  }

  private static func bound(_ percent: Double) -> String {
    let text = NumberText.fixed(abs(percent), digits: abs(percent) >= 100 ? 0 : 1)
    return percent < 0 && Double(text) != 0 ? "\u{2212}" + text : text
  }

  /// `slower`, `larger`, `fewer`: the way that the value went.
  static func direction(of series: SeriesChange, isMore: Bool) -> String {
    switch (series.identity.quantity, series.direction) {
    case (.time, .lower): isMore ? "slower" : "faster"
    case (.time, .higher): isMore ? "longer" : "shorter"
    case (.bytes, _): isMore ? "larger" : "smaller"
    case (.count, _), (.instructions, _), (.allocations, _): isMore ? "more" : "fewer"
    default: isMore ? "higher" : "lower"
    }
  }

  /// `12.4 ms → 13.9 ms`, both in one unit.
  static func wasAndNow(_ series: SeriesChange) -> String {
    values([series.baseline?.value, series.value], of: series)
  }

  /// Values with an arrow between them, in one unit.
  static func values(_ values: [Double?], of series: SeriesChange) -> String {
    let largest = values.compactMap { $0.map(abs) }.max() ?? 0
    let scale = DisplayUnit(for: series.unit, largest: largest)
    return values.map { $0.map(scale.text) ?? "–" }.joined(separator: " → ")
  }

  /// `q = 0.002, noise 1.2 %, n = 10, against 20 runs`: how sure it is, as far as it is known.
  static func certainty(of series: SeriesChange) -> String {
    var parts: [String] = []
    if let q = series.q {
      parts.append("q \(probability(q))")
    } else if let p = series.p {
      parts.append("p \(probability(p))")
    }
    if let noise = series.noisePercent { parts.append("noise \(NumberText.percentSize(noise))") }
    if let n = series.n, n > 1 { parts.append("n = \(NumberText.count(n))") }
    if let runs = series.baseline?.runs { parts.append("against \(count(runs, "run"))") }
    return parts.isEmpty ? "not known" : parts.joined(separator: ", ")
  }

  private static func probability(_ p: Double) -> String {
    let text = NumberText.probability(p)
    return text.hasPrefix("<") ? "< \(text.dropFirst())" : "= \(text)"
  }

  /// What would settle a suspicion: its explanation, else how many runs.
  static func remedy(for series: SeriesChange) -> String {
    if !series.explanation.isEmpty { return series.explanation }
    guard let runs = series.runsNeeded else { return "run it again" }
    return "\(count(runs, "more run")) would confirm or refute it"
  }
}

/// The unit that a value is shown in: the file's own, moved to a scale that reads well.
struct DisplayUnit {
  private let factor: Double
  private let name: String

  /// Whether the unit is one of ours, not a text from outside.
  static func isOwn(_ unit: Unit) -> Bool { unit.quantity == .time || unit.quantity == .bytes }

  /// - Parameter largest: In `unit`; the size that decides the scale.
  init(for unit: Unit, largest: Double) {
    let base = largest * unit.scale
    let steps: [(Double, String)] =
      switch unit.quantity {
      case .time: [(1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")]
      case .bytes: [(1_073_741_824, "GiB"), (1_048_576, "MiB"), (1024, "KiB"), (1, "B")]
      default: []
      }
    guard let step = steps.first(where: { base >= $0.0 }) ?? steps.last, unit.scale > 0 else {
      factor = 1
      name = unit.text
      return
    }
    factor = unit.scale / step.0
    name = step.1
  }

  /// Three significant figures and the unit behind a no-break space.
  func text(_ value: Double) -> String {
    let number = NumberText.significant(value * factor).replacing("-", with: "\u{2212}")
    return name.isEmpty ? number : number + "\u{A0}" + name
  }
}
