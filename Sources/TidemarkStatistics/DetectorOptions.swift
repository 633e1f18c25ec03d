/// Every constant of the detector. The defaults are measured; `docs/detection.md` says how.
package struct DetectorOptions: Hashable, Sendable {
  /// Newest values of a series that are judged at once; also the windows' length of a whole history.
  package var window = 256
  /// How far apart the windows of a whole history start.
  package var stride = 128
  /// Finite runs that a judgement needs, and runs of baseline that a confirmed change needs.
  package var minimumBaseline = 5

  /// Largest p of a reported change.
  package var alpha = 5e-5
  /// Largest p where a side has fewer than five runs.
  package var alphaFewRuns = 1e-6
  /// Largest p at which the newest one or two runs are suspected.
  package var alphaNewest = 1e-5
  /// Largest p at which two runs confirm.
  package var alphaTwoRuns = 1e-6
  /// Largest chance that two runs that confirm are two outliers as the baseline has them.
  package var outlierChance = 2e-4
  /// Share of false ones among the newest changes of a batch that is let through.
  package var falseDiscoveryRate = 0.05
  /// Newest runs whose changes are corrected as a family.
  package var familyRuns = 12

  /// Penalty of a change in the partition, in units of the noise's variance times ln n.
  package var penalty = 2.5
  /// Departures from the median of five, in sd, from which a single run is a spike.
  package var spikeSize = 3.5

  /// Least relative effect that is reported in a noisy series.
  package var effectFloor = 0.02
  /// Least relative effect that is reported in any series.
  package var effectFloorMinimum = 0.001
  /// The floor between those two, in relative sd of the series.
  package var effectFloorNoise = 3.0
  /// Least change in sd.
  package var size = 1.3
  /// Least change in sd between two long pieces.
  package var sizeLong = 0.8
  /// Runs that make a piece long.
  package var longRuns = 30
  /// Largest p at which two long pieces count as such.
  package var alphaLong = 1e-8
  /// Least share of each piece on its own side of the midpoint.
  package var separation = 0.72
  /// That share between two long pieces.
  package var separationLong = 0.62
  /// Least change, in the largest wandering of either piece so far.
  package var guardFactor = 1.25
  /// That factor where the change is one or two runs long.
  package var guardFactorShort = 2.5
  /// Runs from which a piece's wandering counts, and the longest stretch of it that is averaged.
  package var guardRuns = 12
  /// Share of the values that a level leaves out at either end.
  package var trim = 0.2
  /// Least number of ways to choose the new level's runs, for confirming: what a rank test could say.
  package var rankChoices = 500.0
  /// That number for a change of at least `rankClearSize`.
  package var rankChoicesClear = 100.0
  /// Change in sd that makes a small rank test do.
  package var rankClearSize = 10.0
  /// Equal runs from which a series without noise is called constant.
  package var constantRuns = 10

  /// Largest lag-1 correlation of the noise that is believed.
  package var correlationMaximum = 0.7
  /// What the estimate of the correlation is lowered by, times 1/√n.
  package var correlationBias = 0.5
  /// Size, in sd of one run, from which a step is taken out before the correlation is estimated.
  package var correlationStep = 6.0

  /// Series of a unit from which what moves them together is taken out.
  package var commonSeries = 6
  /// Previous runs that a series is held against for it.
  package var commonRuns = 15
  /// Standard errors from which a common move counts.
  package var commonSize = 3.0
  /// Share of the series that must move to the same side.
  package var commonAgreement = 0.75
  /// How much noisier than before a corrected series may be.
  package var commonNoise = 1.05
  /// Least lasting common move that is a machine change.
  package var machineShift = 0.02
  /// Least such move in the spread of the common mode's own differences.
  package var machineNoise = 4.0

  /// Least repetitions within a run from which a single run can confirm.
  package var repetitions = 5
  /// Baseline runs without outliers from which a clear change in a single run can be confirmed so.
  package var repetitionBaseline = 20

  /// Standard errors that an effect needs to be found by three further runs.
  package var detectableSize = 4.2

  package init() {}
}
