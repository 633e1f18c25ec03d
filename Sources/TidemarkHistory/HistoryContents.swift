package import TidemarkModel

/// A history as it is read: all its runs that count, joined from their parts, in the order of
/// (time, id). Names stand once, in tables; runs point into them.
package struct HistoryContents: Sendable {
  package var tests: [StoredTest] = []
  package var series: [StoredSeries] = []
  package var runs: [StoredRun] = []
  package var records: [HistoryRecord] = []
  /// Segments that could not be read; the rest was.
  package var damaged: [Problem] = []
  /// Damaged segments that `history verify` took out of the way: their runs are missing.
  package var setAside: [Problem] = []

  package init() {}
}

/// A test that some run of the history has.
package struct StoredTest: Hashable, Sendable {
  package var id: Identifier
  package var identity: TestIdentity
  package init(id: Identifier, identity: TestIdentity) {
    self.id = id
    self.identity = identity
  }
}

/// A series that some run of the history has.
package struct StoredSeries: Hashable, Sendable {
  package var id: Identifier
  package var identity: SeriesIdentity
  /// As last written.
  package var unit: Unit
  package var direction: Direction
  package init(id: Identifier, identity: SeriesIdentity, unit: Unit, direction: Direction) {
    self.id = id
    self.identity = identity
    self.unit = unit
    self.direction = direction
  }
}

/// One run that counts, joined from its parts.
package struct StoredRun: Hashable, Sendable {
  package var header: RunHeader
  package var jobs: [StoredJob]
  /// In the order of (test, job).
  package var outcomes: StoredOutcomes
  /// In the order of (series, job).
  package var values: StoredValues
  /// What `report` said of the run when it recorded it.
  package var judgement: Judgement?

  package init(
    header: RunHeader, jobs: [StoredJob] = [], outcomes: [StoredOutcome] = [],
    values: [StoredValue] = [], judgement: Judgement? = nil
  ) {
    self.header = header
    self.jobs = jobs
    self.outcomes = StoredOutcomes(outcomes)
    self.values = StoredValues(values)
    self.judgement = judgement
  }
}

/// One job of a stored run.
package struct StoredJob: Hashable, Sendable {
  package var name: String
  package var url: String?
  /// The attempt that counts: the highest.
  package var attempt: Int
  package var environment: [String: String]
  package init(
    name: String, url: String? = nil, attempt: Int = 1, environment: [String: String] = [:]
  ) {
    self.name = name
    self.url = url
    self.attempt = attempt
    self.environment = environment
  }

  /// The fact of a job that says who wrote the commit, where only an imported history tells it: it
  /// is no fact of the machine.
  package static let authorKey = "commit_author"
}

/// One test's outcome in one job of a run: an element of ``StoredOutcomes``.
package struct StoredOutcome: Hashable, Sendable {
  /// Index into ``HistoryContents/tests``.
  package var test: Int32
  /// Index into ``StoredRun/jobs``.
  package var job: Int32
  package var outcome: Outcome
  /// Its attempts disagreed, or its record said that it is flaky.
  package var isFlaky: Bool
  /// Seconds; NaN where none is known.
  package var durationOrNaN: Double
  package init(test: Int32, job: Int32, outcome: Outcome, isFlaky: Bool, durationOrNaN: Double) {
    self.test = test
    self.job = job
    self.outcome = outcome
    self.isFlaky = isFlaky
    self.durationOrNaN = durationOrNaN
  }
}

/// One series' value in one job of a run: an element of ``StoredValues``.
package struct StoredValue: Hashable, Sendable {
  /// Index into ``HistoryContents/series``.
  package var series: Int32
  /// Index into ``StoredRun/jobs``.
  package var job: Int32
  /// In ``unitScale`` base units of the series' quantity.
  package var value: Double
  /// How many base units one of the value's unit is: the unit may differ from run to run.
  package var unitScale: Double
  package var n: Int?
  package var standardError: Double?
  package var samples: Samples?
  package var items: [ItemScore]
  package init(
    series: Int32, job: Int32, value: Double, unitScale: Double, n: Int? = nil,
    standardError: Double? = nil, samples: Samples? = nil, items: [ItemScore] = []
  ) {
    self.series = series
    self.job = job
    self.value = value
    self.unitScale = unitScale
    self.n = n
    self.standardError = standardError
    self.samples = samples
    self.items = items
  }
}

/// What was said of a run when it was recorded.
package struct Judgement: Hashable, Sendable {
  /// `pass`, `fail` or `unjudged`.
  package var verdict: String
  package var newlyFailing: Int
  package var regressed: Int
  package var suspected: Int
  package init(verdict: String, newlyFailing: Int, regressed: Int, suspected: Int) {
    self.verdict = verdict
    self.newlyFailing = newlyFailing
    self.regressed = regressed
    self.suspected = suspected
  }
}

/// A decision that travels with the history.
package enum HistoryRecord: Hashable, Sendable {
  /// A change that is intended: a new baseline from `commit` on, for a series, test or cluster.
  case accept(id: Identifier, commit: String?, run: String?, reason: String, author: String?)
  /// A run that does not count.
  case exclude(run: String, reason: String)
  /// Runs that a policy took away: they stay away even where another copy still has them.
  case prune(policy: String, runs: [String])
}
