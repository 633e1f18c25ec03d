/// What a run's own repetitions say about its departure from the baseline.
package struct RepetitionEvidence: Hashable, Sendable {
  /// Whether the run, with its repetitions, confirms a change.
  package var confirms: Bool
  /// Whether the repetitions' level is worse than the baseline's.
  package var isRegression: Bool
  /// The relative departure of the repetitions' level from the baseline's.
  package var effect: Double
  /// Two-sided p of the run's value against the baseline's runs.
  package var runP: Double
  /// Two-sided p of the repetitions against the baseline's runs.
  package var repetitionP: Double
}

extension Detector {
  /// Whether a single run, with its repetitions, confirms a change.
  ///
  /// Two things must hold, and each answers what the other cannot.
  ///  - *The run against the baseline*: the run's value, as the only run of a new level, passes every
  ///    check of a boundary, p is below `alphaTwoRuns`, and outliers as large are unknown in the
  ///    baseline: by the rule by which two runs may confirm, or, where the change is at least
  ///    `rankClearSize` sd, none in at least `repetitionBaseline` runs. Repetitions cannot tell a run that
  ///    met a busy machine all along: only the other runs can.
  ///  - *The repetitions among themselves*: taken as runs of the new level, with the larger of their
  ///    own spread and the baseline's as the noise, they pass the checks of effect, size,
  ///    separation and p ≤ `alpha`. A run's value cannot tell that one slow repetition made it.
  ///
  /// A series whose ``SeriesInput/samples`` give the newest run's repetitions is judged so by
  /// ``judge(_:extent:)`` already, with the common mode taken out.
  ///
  /// - Parameters:
  ///   - repetitions: the run's own values, in the baseline's unit; their trimmed mean is the run's
  ///     value, less what those of the baseline are above its values.
  ///   - baseline: the series up to, and without, the run; with its own repetitions, where known.
  /// - Returns: `nil` with fewer finite repetitions than `options.repetitions`, or without enough
  ///   baseline to hold them against.
  package func judge(repetitions: [Double], after baseline: SeriesInput) -> RepetitionEvidence? {
    var sample = OrderedSample()
    sample.take(repetitions.filter(\.isFinite))
    guard sample.count >= options.repetitions else { return nil }
    let input = adding(repetitions, level: sample.trimmedMean(options.trim), to: baseline)
    guard let track = Track.tracks(of: input, series: 0, limit: options.window).first else {
      return nil
    }
    return Judgement(
      track.y.indices, of: track, options: options, endsHistory: true, sample: &sample
    ).repetitionEvidence
  }

  /// The baseline with a run of these repetitions added, whose value differs from their level as the
  /// baseline's values do from theirs.
  private func adding(_ repetitions: [Double], level: Double, to baseline: SeriesInput)
    -> SeriesInput
  {
    var input = baseline
    let count = baseline.values.count
    input.environment = nil
    input.counts = nil
    input.standardErrors = nil
    let known = (baseline.samples ?? []).prefix(count)
    input.samples = known + [[Double]](repeating: [], count: count - known.count) + [repetitions]
    let present = baseline.values.indices.filter { baseline.values[$0].isFinite }
    let isPositive = level > 0 && present.allSatisfy { baseline.values[$0] > 0 }
    let scale: Scale = isPositive ? .logarithmic : .linear(factor: 1)
    let offset = Track.repetitionOffset(input, present[...], scale: scale)
    input.values.append(scale.value(at: scale.position(of: level) - offset))
    input.runs = Array(input.values.indices)
    return input
  }
}

extension Window {
  /// Holds the newest run and its repetitions against the baseline; `nil` with too few repetitions.
  ///
  /// - Parameters:
  ///   - run: the newest run alone, against the level before it.
  ///   - repetitions: on the scale.
  func repetitionEvidence(_ run: BoundaryEvidence, sample: inout OrderedSample)
    -> RepetitionEvidence?
  {
    let repetitions = track.newestRepetitions
    guard repetitions.count >= options.repetitions else { return nil }
    sample.take(repetitions)
    let own = Piece(repetitions.indices, sample: sample, trim: options.trim)
    let difference = own.level - run.before.level
    let deviation = max(run.deviation, own.spread)
    let effect = track.scale.effect(from: run.before.level, to: own.level)
    let standardError =
      deviation
      * (noise.varianceOfMean(run.before.count) + 1 / Double(own.count)).squareRoot()
    let p =
      deviation > 0
      ? StudentT.twoSidedP(
        difference / standardError, degrees: run.degrees + Double(own.count - 1))
      : run.p
    let middle = (run.before.level + own.level) / 2
    let onOwnSide = repetitions.count { ($0 - middle) * difference > 0 }
    let repetitionsHold =
      difference * run.difference > 0 && abs(effect) >= run.floor
      && abs(difference) >= options.size * deviation
      && Double(onOwnSide) >= options.separation * Double(own.count) && p <= options.alpha
    return RepetitionEvidence(
      confirms: run.holds && allowsOneRun(run) && repetitionsHold,
      isRegression: effect * track.worse > 0, effect: effect, runP: run.p, repetitionP: p)
  }
}
