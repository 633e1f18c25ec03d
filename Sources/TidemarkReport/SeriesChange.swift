package import TidemarkModel

/// A series' state against its baseline.
package enum SeriesState: String, Hashable, Sendable, CaseIterable {
  case regressed, suspected, improved, unchanged, new, missing
  case insufficientData = "insufficient_data"

  /// The place in lists that people read: the worst first.
  package var rank: Int {
    switch self {
    case .regressed: 0
    case .suspected: 1
    case .missing: 2
    case .improved: 3
    case .new: 4
    case .insufficientData: 5
    case .unchanged: 6
    }
  }
}

/// One series, judged.
package struct SeriesChange: Sendable {
  package var id: Identifier
  package var identity: SeriesIdentity
  /// All numbers here are in this unit, unless their name says otherwise.
  package var unit: Unit
  package var direction: Direction
  package var job: String
  package var state: SeriesState
  /// This run's value; nil for a missing series.
  package var value: Double?
  package var n: Int?
  package var baseline: SeriesBaseline?
  /// (new − old) / old of the value in percent, whatever the direction.
  package var changePercent: Double?
  /// 95 % interval of ``changePercent``.
  package var changeLow: Double?
  package var changeHigh: Double?
  package var p: Double?
  /// p corrected over all series of the run (Benjamini–Hochberg).
  package var q: Double?
  /// One run's relative standard deviation within a regime.
  package var noisePercent: Double?
  /// How many runs were looked at.
  package var window: Int
  /// The smallest change that three further runs would confirm.
  package var minimumDetectablePercent: Double?
  package var effectFloorPercent: Double?
  package var changePoint: ChangePoint?
  /// Every change in the window, oldest first; ``changePoint`` is the one that the state rests on.
  package var changePoints: [ChangePoint]
  package var suspects: [Suspect]
  /// Why it has this state, and what would confirm or refute it: a sentence.
  package var explanation: String
  /// How many further runs would settle it, where that is known.
  package var runsNeeded: Int?
  package var owner: String?
  /// Whether this run's value is beyond a hard threshold of the config.
  package var isBeyondThreshold = false
  /// The window's values, oldest first.
  package var points: [SeriesPoint]
  /// The levels between change points, oldest first, each with its noise band.
  package var regimes: [Regime]

  package init(
    id: Identifier, identity: SeriesIdentity, unit: Unit, direction: Direction, job: String,
    state: SeriesState, value: Double?
  ) {
    self.id = id
    self.identity = identity
    self.unit = unit
    self.direction = direction
    self.job = job
    self.state = state
    self.value = value
    window = 0
    changePoints = []
    suspects = []
    explanation = ""
    points = []
    regimes = []
  }

  /// Name, parameters, labels, metric: a total order that knows no locale.
  package var sortKey: String {
    [
      identity.name, identity.parameters.description, identity.labels.description, identity.metric,
      identity.quantity.name, job,
    ].joined(separator: "\u{1}")
  }

  /// Whether the newest level is worse, better or neither, whatever the direction of the metric.
  package var isWorse: Bool? {
    guard let changePercent, changePercent != 0 else { return nil }
    return (changePercent > 0) == (direction == .lower)
  }
}

package struct SeriesBaseline: Hashable, Sendable {
  package var value: Double
  /// The noise band in which an unchanged run is expected.
  package var low: Double
  package var high: Double
  package var runs: Int
  package init(value: Double, low: Double, high: Double, runs: Int) {
    self.value = value
    self.low = low
    self.high = high
    self.runs = runs
  }
}

package struct SeriesPoint: Hashable, Sendable {
  /// Index into ``Report/runs``.
  package var run: Int
  package var value: Double
  /// The interval of this run's own repetitions, where it has them.
  package var low: Double?
  package var high: Double?
  package var samples: [Double]
  package init(
    run: Int, value: Double, low: Double? = nil, high: Double? = nil, samples: [Double] = []
  ) {
    self.run = run
    self.value = value
    self.low = low
    self.high = high
    self.samples = samples
  }
}

/// A stretch of runs on one level.
package struct Regime: Hashable, Sendable {
  /// Indices into ``SeriesChange/points``, both included.
  package var first: Int
  package var last: Int
  package var level: Double
  package var low: Double
  package var high: Double
  package init(first: Int, last: Int, level: Double, low: Double, high: Double) {
    self.first = first
    self.last = last
    self.level = level
    self.low = low
    self.high = high
  }
}

/// Where something changed: the first run of the new state.
package struct ChangePoint: Hashable, Sendable {
  /// Index into ``Report/runs``; nil where the run is older than the window.
  package var index: Int?
  package var run: String
  package var commit: String?
  package var time: Timestamp?
  /// The commit of the last run before it, for the range of commits in between.
  package var previousCommit: String?
  /// The index of that run, as ``index``.
  package var previousIndex: Int?
  /// (new − old) / old in percent; nil for tests.
  package var changePercent: Double?
  package var isWorse: Bool
  package var isConfirmed: Bool
  package init(
    index: Int?, run: String, commit: String?, time: Timestamp?, previousCommit: String? = nil,
    changePercent: Double? = nil, isWorse: Bool = true, isConfirmed: Bool = true
  ) {
    self.index = index
    self.run = run
    self.commit = commit
    self.time = time
    self.previousCommit = previousCommit
    self.changePercent = changePercent
    self.isWorse = isWorse
    self.isConfirmed = isConfirmed
  }
}

package struct SeriesTotals: Hashable, Sendable {
  package var series = 0
  package var regressed = 0
  package var suspected = 0
  package var improved = 0
  package var unchanged = 0
  package var new = 0
  package var missing = 0
  package var insufficientData = 0
  package init() {}

  /// How many were held against something.
  package var judged: Int { regressed + suspected + improved + unchanged }
}
