import TidemarkModel
import TidemarkReport
private import TidemarkSyntax

/// What the config's thresholds say of a run.
struct ThresholdFindings: Sendable {
  /// One for each rule of the config, in its order.
  private(set) var rules: [RuleFindings] = []

  /// What one rule found.
  struct RuleFindings: Sendable {
    var rule: ThresholdRule
    /// How many series it was held against.
    var held = 0
    var breaches: [ThresholdBreach] = []
    /// Why it could not be held, for series or as a whole: absence is never a pass.
    var gaps: [String] = []
  }

  init(_ series: [SeriesChange], _ options: JudgeOptions) {
    rules = options.thresholds.map { rule in
      RuleFindings(rule, series, aliases: options.aliases)
    }
  }

  var breaches: [ThresholdBreach] { rules.flatMap(\.breaches) }
  var gaps: [String] { rules.flatMap(\.gaps) }
}

extension ThresholdFindings.RuleFindings {
  fileprivate init(
    _ rule: ThresholdRule, _ series: [SeriesChange], aliases: [Identifier: Identifier]
  ) {
    self.init(rule: rule)
    let met = series.filter { rule.pattern.matches($0.identity, id: $0.id) }
    let present = met.filter { $0.value != nil }
    if present.isEmpty {
      let what = met.isEmpty ? "meets no series of this run" : "meets only series that are missing"
      gaps.append("\(rule.sentence) \(what)")
    }
    var old: [Identifier: Double] = [:]
    if let reference = rule.reference, !present.isEmpty {
      guard let run = reference.run else {
        gaps.append(
          "\(rule.sentence): there is no stored run of \(Sentence.quoted(reference.name))")
        return
      }
      for (id, value) in run.values { old[aliases.target(of: id)] = value }
    }
    for change in present { hold(change, old: old[change.id]) }
  }

  private mutating func hold(_ change: SeriesChange, old: Double?) {
    guard let value = change.value else { return }
    held += 1
    for (bound, isMaximum) in [(rule.maximum, true), (rule.minimum, false)] {
      guard let bound else { continue }
      let quantity = bound.unit?.quantity ?? change.identity.quantity
      let factor = bound.unit.map { $0.scale / change.unit.scale } ?? 1
      guard quantity == change.identity.quantity, factor.isFinite else {
        gaps.append(
          "\(rule.sentence) is no bound for \(Sentence.series(change.identity)), which is in"
            + " \(Sentence.quoted(change.unit.text))")
        continue
      }
      let limit = bound.value * factor
      if isMaximum ? value > limit : value < limit {
        breaches.append(
          ThresholdBreach(
            series: change, kind: isMaximum ? .maximum : .minimum, bound: limit, rule: rule))
      }
    }
    guard let reference = rule.reference else { return }
    guard let old, change.unit.scale > 0 else {
      gaps.append(
        "\(rule.sentence): \(Sentence.quoted(reference.name)) has no"
          + " \(Sentence.series(change.identity))")
      return
    }
    let before = old / change.unit.scale
    let reach = abs(before) * reference.tolerance
    // Halves of a rounding do not fail what is equal.
    let slack = abs(before) * SeriesTrack.rounding
    let isWorse =
      change.direction == .lower
      ? value > before + reach + slack : value < before - reach - slack
    if isWorse {
      breaches.append(
        ThresholdBreach(series: change, kind: .reference(reference), bound: before, rule: rule))
    }
  }
}

/// A value beyond a hard bound of the config.
struct ThresholdBreach: Sendable {
  enum Kind: Sendable {
    case maximum, minimum
    /// Worse than a run may be left behind.
    case reference(ThresholdRule.Reference)
  }

  var series: SeriesChange
  var kind: Kind
  /// In the series' unit; for a reference its value.
  var bound: Double
  var rule: ThresholdRule

  var sentence: String {
    let value = Sentence.value(series.value ?? 0, series.unit)
    let limit = Sentence.value(bound, series.unit)
    let text =
      switch kind {
      case .maximum: "above its maximum of \(limit)"
      case .minimum: "below its minimum of \(limit)"
      case .reference(let reference):
        "more than \(NumberText.percentSize(reference.tolerance * 100)) worse than the"
          + " \(limit) of \(Sentence.quoted(reference.name))"
      }
    return "\(Sentence.series(series.identity)) is \(value), \(text)\(rule.place)"
  }
}

extension ThresholdRule {
  /// ` (tidemark.yml:12)`, or nothing.
  var place: String {
    guard let path else { return "" }
    return " (\(Sentence.name(path))\(line.map { ":\($0)" } ?? ""))"
  }

  /// `at most 10 MB, at least 2 MB, at most 5 % worse than v1.2`.
  var bounds: String {
    func text(_ bound: Bound) -> String {
      NumberText.significant(bound.value)
        + (bound.unit.map { $0.text.isEmpty ? "" : " " + Sentence.name($0.text) } ?? "")
    }
    return [
      maximum.map { "at most \(text($0))" }, minimum.map { "at least \(text($0))" },
      reference.map {
        "at most \(NumberText.percentSize($0.tolerance * 100)) worse than \(Sentence.quoted($0.name))"
      },
    ].compactMap { $0 }.joined(separator: ", ")
  }

  /// The subject of what is said of it: ``the threshold `size/*` at most 10 MB (tidemark.yml:12)``.
  var sentence: String { "the threshold \(Sentence.quoted(pattern.text)) \(bounds)\(place)" }
}
