/// What a run's own repetitions say about a departure from the baseline.
package struct RepetitionEvidence: Hashable, Sendable {
  /// Whether the one run confirms the change.
  package var confirms: Bool
  /// Whether the run is worse than the baseline.
  package var isRegression: Bool
  /// The run's relative departure from the baseline's level.
  package var effect: Double
  /// Two-sided p of the run against the baseline's runs.
  package var runP: Double
  /// Two-sided p of the repetitions against the baseline's level.
  package var repetitionP: Double
}

extension Detector {
  /// Whether a single run, with its repetitions, confirms a change.
  ///
  /// - Parameters:
  ///   - repetitions: the run's own values, in the baseline's unit; at least `options.repetitions`
  ///     finite ones, else the answer is `nil`.
  ///   - baseline: the series up to, and without, the run.
  package func judge(repetitions: [Double], after baseline: SeriesInput) -> RepetitionEvidence? {
    nil
  }
}
