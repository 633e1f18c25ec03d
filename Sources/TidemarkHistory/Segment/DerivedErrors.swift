internal import TidemarkModel

/// Standard errors that are no more than what their samples give: a mark stands for each of them.
enum DerivedErrors {
  /// Whether the value's standard error is, to the bit, the one that its samples give.
  static func isDerived(_ detail: ValueDetail) -> Bool {
    guard let error = detail.standardError, let samples = detail.samples else { return false }
    return standardError(of: samples).map { $0.bitPattern == error.bitPattern } ?? false
  }

  /// The standard error of the mean of samples that are all there; nil of fewer than two, and of
  /// quantiles.
  ///
  /// The order of the additions is part of the format: docs/history-format.md, DERR.
  static func standardError(of samples: Samples) -> Double? {
    let values = samples.values
    guard values.count > 1, !samples.areQuantiles else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
    return error.isFinite ? error : nil
  }
}
