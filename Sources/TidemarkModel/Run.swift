/// What one pipeline run, all its jobs together, measured.
package struct Run: Hashable, Sendable {
  package var header: RunHeader
  /// One for each job, in the order of their names.
  package var parts: [Part]
  /// The inputs that no part could be made of: unreadable, unrecognised, not there.
  package var unread: [InputRecord]

  package init(header: RunHeader, parts: [Part], unread: [InputRecord] = []) {
    self.header = header
    self.parts = parts
    self.unread = unread
  }
}

/// Which run it is, of what, and when.
package struct RunHeader: Hashable, Sendable {
  package var id: String
  package var attempt: Int
  package var time: Timestamp
  package var commit: String?
  package var branch: String?
  /// The branch that this run's change is meant for.
  package var base: String?
  /// The commit where the change left its base, if it is known.
  package var mergeBase: String?
  package var pullRequest: String?
  package var url: String?
  /// Labels given for the whole run.
  package var labels: Labels

  package init(
    id: String, attempt: Int = 1, time: Timestamp, commit: String? = nil, branch: String? = nil,
    base: String? = nil, mergeBase: String? = nil, pullRequest: String? = nil,
    url: String? = nil, labels: Labels = .none
  ) {
    self.id = id
    self.attempt = attempt
    self.time = time
    self.commit = commit
    self.branch = branch
    self.base = base
    self.mergeBase = mergeBase
    self.pullRequest = pullRequest
    self.url = url
    self.labels = labels
  }
}

/// Which job of which run a part comes from: what a run document tells of itself.
package struct PartHeader: Hashable, Sendable {
  package var run: RunHeader
  package var job: String
  package var jobURL: String?
  /// Grows with each try of the job, where the platform tells that apart from the run's attempt.
  package var jobAttempt: Int?
  package var environment: [String: String]
  /// The files it was read from.
  package var inputs: [InputRecord]
  /// The run document that says all this, as the user named it; nil where it is not known.
  package var document: String?

  package init(
    run: RunHeader, job: String, jobURL: String? = nil, jobAttempt: Int? = nil,
    environment: [String: String] = [:], inputs: [InputRecord] = []
  ) {
    self.run = run
    self.job = job
    self.jobURL = jobURL
    self.jobAttempt = jobAttempt
    self.environment = environment
    self.inputs = inputs
  }
}

/// One job's share of a run.
package struct Part: Hashable, Sendable {
  package var job: String
  package var url: String?
  package var attempt: Int
  /// Facts that are recorded and compared but split nothing (CPU model, runner image, kernel).
  package var environment: [String: String]
  package var tests: [Test]
  package var values: [SeriesValue]
  package var problems: [ResultProblem]
  package var inputs: [InputRecord]

  package init(
    job: String, url: String? = nil, attempt: Int = 1, environment: [String: String] = [:],
    tests: [Test] = [], values: [SeriesValue] = [], problems: [ResultProblem] = [],
    inputs: [InputRecord] = []
  ) {
    self.job = job
    self.url = url
    self.attempt = attempt
    self.environment = environment
    self.tests = tests
    self.values = values
    self.problems = problems
    self.inputs = inputs
  }
}

/// What became of one input file.
package struct InputRecord: Hashable, Sendable {
  package enum Status: String, Sendable {
    case read, failed, unrecognised
  }

  /// As the user named it; `a.zip!/b.xml` for a member of an archive.
  package var path: String
  /// The format's name; nil where none was recognised.
  package var format: String?
  package var status: Status
  package var counts: OutcomeCounts
  /// Distinct benchmarks.
  package var benchmarks: Int
  /// Distinct series.
  package var series: Int
  package var problems: [ResultProblem]
  package var error: Problem?

  package init(path: String, format: String?, status: Status) {
    self.path = path
    self.format = format
    self.status = status
    counts = OutcomeCounts()
    benchmarks = 0
    series = 0
    problems = []
  }
}
