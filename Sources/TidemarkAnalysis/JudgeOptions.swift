package import TidemarkHistory
package import TidemarkModel
package import TidemarkReport
package import TidemarkStatistics

/// What the judge is told besides the run and the history.
package struct JudgeOptions: Sendable {
  package var generator: Generator
  /// Tells several reports on one pull request apart.
  package var key = "main"
  package var links = Links()
  package var annotations: [Annotation] = []
  /// The branch that a run without a base of its own is held against.
  package var defaultBranch: String?
  /// The most runs of the base branch that count.
  package var baselineRuns = 256
  /// Seconds between the newest run of the baseline and this run from which the baseline is stale.
  package var staleAfter = 14 * 86_400.0
  /// Old ids and the ids that they go on as.
  package var aliases: [Identifier: Identifier] = [:]
  package var quarantine: [QuarantineRule] = []
  /// Of several that match the last counts.
  package var owners: [OwnerRule] = []
  package var detection: [DetectionRule] = []
  package var thresholds: [ThresholdRule] = []
  /// What the config accepts, beside the history's records.
  package var accepted: [AcceptedChange] = []
  package var gate: [GateRule] = []
  package var commits = CommitLog()
  package var bisection = Bisection()
  package var detector = DetectorOptions()
  package var outcomes = OutcomeHistory()

  package init(generator: Generator) { self.generator = generator }

  /// The newest runs of each branch that a report can depend on: the baseline's, and those of the base
  /// branch that are newer than where a change left it.
  package var storedRuns: Int {
    min(max(baselineRuns, 0), BaselineSelection.baseLimit) + JudgeOptions.runsSinceMergeBase
  }

  /// How far, in runs, a change may be behind its base and still have a full baseline.
  private static let runsSinceMergeBase = 64
}

/// Tests that do not count for the verdict, until a time.
package struct QuarantineRule: Sendable {
  package var pattern: NamePattern
  package var quarantine: Quarantine
  /// Where it stands in the config, for the reason that it has expired.
  package var path: String?
  package var line: Int?

  package init(
    pattern: NamePattern, quarantine: Quarantine, path: String? = nil, line: Int? = nil
  ) {
    self.pattern = pattern
    self.quarantine = quarantine
    self.path = path
    self.line = line
  }

  /// Whether it no longer applies at `time`: from its expiry on.
  func isExpired(at time: Timestamp) -> Bool {
    quarantine.expires.map { $0 <= time } ?? false
  }
}

/// Changes of the series and tests that a pattern meets, or of the cluster that it is the id of, that
/// are intended: from a commit on the new level is the baseline.
package struct AcceptedChange: Hashable, Sendable {
  package var pattern: NamePattern
  /// Whole, or its first 7 characters or more.
  package var commit: String
  package var reason: String

  package init(pattern: NamePattern, commit: String, reason: String) {
    self.pattern = pattern
    self.commit = commit
    self.reason = reason
  }
}

/// Who looks after the tests and series that a pattern meets.
package struct OwnerRule: Sendable {
  package var pattern: NamePattern
  package var owner: String

  package init(pattern: NamePattern, owner: String) {
    self.pattern = pattern
    self.owner = owner
  }
}

/// How the series that a pattern meets are judged; of several rules the last that says something
/// counts.
package struct DetectionRule: Sendable {
  package var pattern: NamePattern
  /// The least relative effect worth reporting: 0.05 for 5 %.
  package var effectFloor: Double?
  package var direction: Direction?

  package init(pattern: NamePattern, effectFloor: Double? = nil, direction: Direction? = nil) {
    self.pattern = pattern
    self.effectFloor = effectFloor
    self.direction = direction
  }
}

/// What values must keep whatever the history says.
package struct ThresholdRule: Sendable {
  package var pattern: NamePattern
  package var minimum: Bound?
  package var maximum: Bound?
  package var reference: Reference?
  /// Where it stands in the config.
  package var path: String?
  package var line: Int?

  /// A number in a unit.
  package struct Bound: Hashable, Sendable {
    package var value: Double
    /// nil: the unit that the series has in this run.
    package var unit: Unit?

    package init(_ value: Double, _ unit: Unit? = nil) {
      self.value = value
      self.unit = unit
    }
  }

  /// A run that values may not be much worse than.
  package struct Reference: Sendable {
    /// As the config names it.
    package var name: String
    /// How much worse, relative: 0.05 for 5 %.
    package var tolerance: Double
    /// The run that was found for the name; nil where none was.
    package var run: ReferenceRun?

    package init(name: String, tolerance: Double, run: ReferenceRun? = nil) {
      self.name = name
      self.tolerance = tolerance
      self.run = run
    }
  }

  package init(
    pattern: NamePattern, minimum: Bound? = nil, maximum: Bound? = nil,
    reference: Reference? = nil, path: String? = nil, line: Int? = nil
  ) {
    self.pattern = pattern
    self.minimum = minimum
    self.maximum = maximum
    self.reference = reference
    self.path = path
    self.line = line
  }
}

/// The values of a stored run that thresholds are relative to.
package struct ReferenceRun: Sendable {
  package var id: String
  package var commit: String?
  /// In base units of each series' quantity; of a series in several jobs the first.
  package var values: [Identifier: Double]

  package init(id: String, commit: String? = nil, values: [Identifier: Double]) {
    self.id = id
    self.commit = commit
    self.values = values
  }

  /// A run out of a history that was loaded with it.
  package init(_ run: StoredRun, in history: HistoryContents) {
    id = run.header.id
    commit = run.header.commit
    values = [:]
    for value in run.values where history.series.indices.contains(Int(value.series)) {
      let id = history.series[Int(value.series)].id
      if values[id] == nil { values[id] = value.value * value.unitScale }
    }
  }
}

/// What may end `report` with status 1.
package enum GateRule: String, Hashable, Sendable, CaseIterable {
  case newFailures = "new-failures"
  case failures
  /// Confirmed ones.
  case regressions
  case suspected
  /// Missing series and jobs.
  case missing
  case unjudged
  /// Blocking problems and inputs that could not be read.
  case problems
  /// The bounds of ``JudgeOptions/thresholds``.
  case thresholds
}
