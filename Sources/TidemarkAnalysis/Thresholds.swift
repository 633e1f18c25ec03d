import TidemarkModel
import TidemarkReport

/// A value beyond a hard bound of the config.
struct ThresholdBreach: Sendable {
  var series: SeriesChange
  /// In the series' unit.
  var bound: Double
  var isMaximum: Bool

  var sentence: String {
    let value = Sentence.value(series.value ?? 0, series.unit)
    let limit = Sentence.value(bound, series.unit)
    let side = isMaximum ? "above its maximum of" : "below its minimum of"
    return "\(Sentence.series(series.identity)) is \(value), \(side) \(limit)"
  }

  /// Every breach, in the order of the series, then of the rules.
  static func found(_ series: [SeriesChange], rules: [ThresholdRule]) -> [ThresholdBreach] {
    guard !rules.isEmpty else { return [] }
    return series.flatMap { change in
      rules.compactMap { rule -> ThresholdBreach? in
        guard let value = change.value, rule.pattern.matches(change.identity, id: change.id)
        else { return nil }
        let factor = rule.unit.map { $0.scale / change.unit.scale } ?? 1
        guard factor.isFinite else { return nil }
        if let maximum = rule.maximum, value > maximum * factor {
          return ThresholdBreach(series: change, bound: maximum * factor, isMaximum: true)
        }
        if let minimum = rule.minimum, value < minimum * factor {
          return ThresholdBreach(series: change, bound: minimum * factor, isMaximum: false)
        }
        return nil
      }
    }
  }
}
