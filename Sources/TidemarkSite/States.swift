internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// How a state shows: a sign, a word and a colour, the same on every page. No state is told by
/// colour alone.
struct StateMark {
  /// Text, never an emoji: with U+FE0E where it could be one.
  var glyph: String
  /// The class that colours it: `worse`, `suspect`, `better`, `muted`, or `plain`.
  var tone: String
  /// The key of its word.
  var key: String

  func values(_ words: Words) -> [String: Value] {
    ["glyph": .text(glyph), "tone": .text(tone), "state": .text(words.text(key))]
  }
}

extension TestState {
  var mark: StateMark {
    switch self {
    case .newlyFailing: StateMark(glyph: "✗", tone: "worse strong", key: "state.newly_failing")
    case .stillFailing: StateMark(glyph: "✗", tone: "worse", key: "state.still_failing")
    case .flaky: StateMark(glyph: "≈", tone: "suspect", key: "state.flaky")
    case .removed: StateMark(glyph: "▢", tone: "suspect", key: "state.removed")
    case .quarantined: StateMark(glyph: "⏸\u{FE0E}", tone: "muted", key: "state.quarantined")
    case .fixed: StateMark(glyph: "✓", tone: "better", key: "state.fixed")
    case .new: StateMark(glyph: "◆", tone: "plain", key: "state.new")
    case .passing: StateMark(glyph: "✓", tone: "plain", key: "state.passing")
    }
  }
}

extension SeriesState {
  var mark: StateMark {
    switch self {
    case .regressed: StateMark(glyph: "▲", tone: "worse", key: "state.regressed")
    case .suspected: StateMark(glyph: "△", tone: "suspect", key: "state.suspected")
    case .improved: StateMark(glyph: "▼", tone: "better", key: "state.improved")
    case .unchanged: StateMark(glyph: "○", tone: "muted", key: "state.unchanged")
    case .new: StateMark(glyph: "◆", tone: "plain", key: "state.new")
    case .missing: StateMark(glyph: "▢", tone: "suspect", key: "state.missing")
    case .insufficientData:
      StateMark(glyph: "?", tone: "muted", key: "state.insufficient_data")
    }
  }
}

extension Outcome {
  var mark: StateMark {
    switch self {
    case .passed: StateMark(glyph: "✓", tone: "plain", key: "outcome.passed")
    case .failed: StateMark(glyph: "✗", tone: "worse", key: "outcome.failed")
    case .errored: StateMark(glyph: "✗", tone: "worse", key: "outcome.errored")
    case .skipped: StateMark(glyph: "–", tone: "muted", key: "outcome.skipped")
    }
  }
}

extension Verdict {
  var mark: StateMark {
    switch self {
    case .pass: StateMark(glyph: "✓", tone: "plain", key: "verdict.pass")
    case .fail: StateMark(glyph: "✗", tone: "worse", key: "verdict.fail")
    case .unjudged: StateMark(glyph: "?", tone: "suspect", key: "verdict.unjudged")
    }
  }
}
