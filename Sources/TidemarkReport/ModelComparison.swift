package import TidemarkModel

/// Two models at one task by one metric, in this run: the best value against another one.
package struct ModelComparison: Hashable, Sendable {
  /// What they were compared by.
  package enum Basis: String, Hashable, Sendable {
    /// The same items, one by one.
    case items
    /// Hits of counted items, which items is not known.
    case shares
    /// Means with standard errors.
    case errors
    /// Repeated measurements.
    case samples
  }

  /// The series with the best value of its task.
  package var best: Identifier
  package var other: Identifier
  package var basis: Basis
  /// Best minus other, in the unit of the best.
  package var difference: Double
  /// 95 % interval of ``difference``, for this pair alone.
  package var low: Double
  package var high: Double
  /// Two-sided, corrected over the task's comparisons (Holm).
  package var p: Double
  /// How many items, hits or repetitions it rests on: the fewer of both sides.
  package var n: Int?

  /// Largest ``p`` of two that are told apart.
  package static let alpha = 0.05

  package var isApart: Bool { p <= ModelComparison.alpha && difference != 0 }

  package init(
    best: Identifier, other: Identifier, basis: Basis, difference: Double, low: Double,
    high: Double, p: Double, n: Int?
  ) {
    self.best = best
    self.other = other
    self.basis = basis
    self.difference = difference
    self.low = low
    self.high = high
    self.p = p
    self.n = n
  }
}
