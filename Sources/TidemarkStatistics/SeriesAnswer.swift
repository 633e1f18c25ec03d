/// A lasting change of a series' level.
///
/// Where machine classes alternate and several saw the same change, it is told once: with the numbers
/// of the newest run's class, from the first run of any class, as sure as the surest.
package struct Change: Hashable, Sendable {
  /// How sure the detector is.
  package enum State: Hashable, Sendable {
    case suspected, confirmed
  }

  /// What keeps a change from being confirmed.
  package enum Doubt: Hashable, Sendable {
    /// Fewer runs before the change than the least baseline: no later run can cure this one.
    case shortBaseline
    /// Too few runs on both sides for a rank test to say as much.
    case fewRuns
    /// Only the newest run departs.
    case newestRunOnly
    /// Only the newest two runs depart, and the series has had outliers as large, or they are not
    /// far enough from the level for two runs to do.
    case newestTwoRuns
  }

  /// The first run of the new level, an index into the input's `values`.
  package var index: Int
  /// Whether the new level is worse.
  package var isRegression: Bool
  /// The change of the level relative to the old one: +0.1 is 10 % more, whatever is better.
  package var effect: Double
  /// The lower end of the effect's 95 % interval.
  package var effectLow: Double
  /// The upper end of the effect's 95 % interval.
  package var effectHigh: Double
  /// Two-sided p of the difference of the levels.
  package var p: Double
  /// The Benjamini-Hochberg adjusted p over the newest changes of the batch; `nil` for a change
  /// that is older, or in a series without noise, to which the correction does not apply.
  package var q: Double?
  package var state: State
  /// Why the change is suspected and not confirmed; `nil` when confirmed.
  package var doubt: Doubt?
  /// Roughly how many further runs at the new level would confirm the change; 0 when confirmed,
  /// `nil` when more runs alone would not.
  package var runsToConfirm: Int?
  /// The level before, in the values' unit, with what moved all series in common taken out.
  package var levelBefore: Double
  /// The level after, as `levelBefore`.
  package var levelAfter: Double
  /// The standard deviation of one run, relative to the level before.
  package var noise: Double
  /// The runs between the change before this one, or the start, and this one.
  package var runsBefore: Int
  /// The runs from this change to the next one, or to the end.
  package var runsAfter: Int
}

/// A stretch of runs at one level, for drawing: in the values' own unit, nothing taken out.
package struct Regime: Hashable, Sendable {
  /// The first value of the stretch, an index into the input's `values`.
  package var first: Int
  /// The last value of the stretch, included.
  package var last: Int
  /// The level: a trimmed mean.
  package var level: Double
  /// The lower end of the band that holds about 95 % of single runs.
  package var low: Double
  /// The upper end of that band.
  package var high: Double
}

/// What a series' newest state amounts to.
package enum SeriesVerdict: Hashable, Sendable {
  /// The last confirmed change made it worse. Only changes since the newest accepted one, and since
  /// the newest change of the machine class, count for a verdict.
  case regressed
  /// The last confirmed change made it better.
  case improved
  /// No confirmed change.
  case unchanged
  /// Fewer runs, or runs of the newest machine class, than a judgement needs.
  case insufficient
}

/// The detector's answer for one series.
package struct SeriesAnswer: Hashable, Sendable {
  package var id: String
  /// In the order of their indices.
  package var changes: [Change]
  package var verdict: SeriesVerdict
  /// The least relative effect that three further runs would confirm, for the worse; `nil` when
  /// insufficient.
  package var minimumDetectableEffect: Double?
  /// The standard deviation of one run, relative to the newest level; `nil` when insufficient.
  package var noise: Double?
  /// The levels to draw, in order. Where machine classes alternate: those of the newest run's class,
  /// whose stretches then also span runs of other classes.
  package var regimes: [Regime]
  /// Two-sided p of the newest value against the runs of the level before it, whether or not a
  /// change was found; `nil` when insufficient.
  package var newestP: Double?
  /// How many further runs a judgement needs; 0 unless the verdict is insufficient.
  package var neededRuns: Int
}

/// A lasting move of all series of a unit together: another machine, not another program.
package struct MachineChange: Hashable, Sendable {
  /// The rank of the first run after it.
  package var run: Int
  /// The relative move of the values: +0.1 is 10 % more.
  package var shift: Double
  /// The unit of the series that moved.
  package var unit: String?
  /// The machine class they were judged in, where classes alternate.
  package var environment: String?
}

/// The detector's answers for a batch.
package struct BatchAnswer: Hashable, Sendable {
  /// One answer a series, in the order of the input.
  package var series: [SeriesAnswer]
  /// In the order of their runs, then units.
  package var machineChanges: [MachineChange]
}
