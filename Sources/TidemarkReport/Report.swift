package import TidemarkModel

/// The finished judgement of one run: what every sink, page and report.json is made from.
///
/// Everything is in its final order: lists that people read run from the worst to the least.
package struct Report: Sendable {
  package var generator: Generator
  /// Tells several reports on one pull request apart: `[a-z0-9._-]{1,64}`.
  package var key: String
  package var run: RunHeader
  package var jobs: [Job]
  package var verdict: Verdict
  /// Why the verdict is what it is, and what else a reader must know; the weightiest first.
  package var reasons: [Reason]
  package var gate: [GateResult]
  package var links: Links
  package var baseline: Baseline
  package var inputs: [InputRecord]
  package var testTotals: TestTotals
  /// Every test of the run and every removed one, in the order of suite, class, name and ordinal.
  package var tests: [TestResult]
  /// Tests, and classes of tests, that take longer than they did: the most time lost first.
  package var slowTests: [SlowTest] = []
  package var seriesTotals: SeriesTotals
  /// The window's runs, oldest first, this run last; ``SeriesChange/points`` and
  /// ``TestResult/history`` point into it.
  package var runs: [WindowRun]
  /// Every series judged, and the missing ones: by state (worst first), then size of the change.
  package var series: [SeriesChange]
  package var clusters: [Cluster]
  /// For each task and metric the best model against every other one that it can be held against.
  package var modelComparisons: [ModelComparison]
  package var environmentChanges: [EnvironmentChange]
  /// Notes that people wrote, as Markdown, pinned to commits.
  package var annotations: [Annotation]
  /// The newest acceptance of each series, test or cluster that lies in the window, oldest first.
  package var acceptances: [Acceptance]
  /// How the commit that made a change is found.
  package var bisection = Bisection()
  /// How often alarms held that were raised about this history; nil where nobody has judged it again.
  package var replay: ReplayRecord?
  /// What a sink left out for its byte budget; filled in by the sinks' caller.
  package var cuts: [Cut]

  package init(run: RunHeader, generator: Generator, key: String = "main") {
    self.run = run
    self.generator = generator
    self.key = key
    jobs = []
    verdict = .unjudged
    reasons = []
    gate = []
    links = Links()
    baseline = Baseline(status: .none)
    inputs = []
    testTotals = TestTotals()
    tests = []
    seriesTotals = SeriesTotals()
    runs = []
    series = []
    clusters = []
    modelComparisons = []
    environmentChanges = []
    annotations = []
    acceptances = []
    cuts = []
  }

  /// The tests whose state is worth a line: everything but `passing`, the worst first. Without a
  /// baseline every test is new, and only those that fail are worth one.
  package var testChanges: [TestResult] {
    let isFirst = baseline.status == .none
    var byRank = [[TestResult]](repeating: [], count: TestState.allCases.count)
    for index in tests.indices where tests[index].state != .passing {
      let isFailure = tests[index].outcome?.isFailure ?? false
      if isFirst, tests[index].state == .new, !isFailure { continue }
      byRank[tests[index].state.rank].append(tests[index])
    }
    // Each stays in the order of ``tests``.
    return Array(byRank.joined())
  }
}

package struct Generator: Hashable, Sendable {
  package var name: String
  package var version: String
  package init(name: String = "tidemark", version: String) {
    self.name = name
    self.version = version
  }
}

package struct Job: Hashable, Sendable {
  package var name: String
  package var url: String?
  package var environment: [String: String]
  package init(name: String, url: String? = nil, environment: [String: String] = [:]) {
    self.name = name
    self.url = url
    self.environment = environment
  }
}

/// Where the reader can go on, absolute addresses all.
package struct Links: Hashable, Sendable {
  package var site: String?
  package var run: String?
  package var artifact: String?
  package init(site: String? = nil, run: String? = nil, artifact: String? = nil) {
    self.site = site
    self.run = run
    self.artifact = artifact
  }
}

/// One run of the window.
package struct WindowRun: Hashable, Sendable {
  package var id: String
  /// The hash of ``id``: names the run's page.
  package var identifier: Identifier
  package var time: Timestamp
  package var commit: String?
  package var branch: String?
  package var url: String?
  /// What was said of it when it was judged, where that was recorded.
  package var verdict: Verdict?
  package var counts: OutcomeCounts
  package var seriesCount: Int

  package init(
    id: String, identifier: Identifier, time: Timestamp, commit: String? = nil,
    branch: String? = nil, url: String? = nil, verdict: Verdict? = nil,
    counts: OutcomeCounts = OutcomeCounts(), seriesCount: Int = 0
  ) {
    self.id = id
    self.identifier = identifier
    self.time = time
    self.commit = commit
    self.branch = branch
    self.url = url
    self.verdict = verdict
    self.counts = counts
    self.seriesCount = seriesCount
  }
}

package struct EnvironmentChange: Hashable, Sendable {
  package var job: String
  package var key: String
  package var from: String?
  package var to: String?
  package init(job: String, key: String, from: String?, to: String?) {
    self.job = job
    self.key = key
    self.from = from
    self.to = to
  }
}

/// Changes that start in the same range of commits.
package struct Cluster: Hashable, Sendable {
  package var id: Identifier
  /// `commit` (a common range of commits), `machine` (every series at once), `message` (failures
  /// that say the same).
  package var kind: String
  package var series: [Identifier]
  package var tests: [Identifier]
  package var changePoint: ChangePoint?
  package var suspects: [Suspect]
  /// What changed of the machines in the same range, a clause each.
  package var environment: [String] = []
  package init(
    id: Identifier, kind: String, series: [Identifier], tests: [Identifier],
    changePoint: ChangePoint? = nil, suspects: [Suspect] = []
  ) {
    self.id = id
    self.kind = kind
    self.series = series
    self.tests = tests
    self.changePoint = changePoint
    self.suspects = suspects
  }
}

/// A commit that may be the cause.
package struct Suspect: Hashable, Sendable {
  package var commit: String
  package var author: String?
  package var subject: String?
  /// Files that it touched, those first that are named like what changed; empty where nobody read them.
  package var paths: [String]
  /// How many of all that it touched are named like what changed.
  package var related: Int
  package init(
    commit: String, author: String? = nil, subject: String? = nil, paths: [String] = [],
    related: Int = 0
  ) {
    self.commit = commit
    self.author = author
    self.subject = subject
    self.paths = paths
    self.related = related
  }
}

package struct Annotation: Hashable, Sendable {
  package var commit: String
  package var markdown: String
  /// Patterns over the names of the series that it belongs to; empty for all.
  package var series: [String]
  package init(commit: String, markdown: String, series: [String] = []) {
    self.commit = commit
    self.markdown = markdown
    self.series = series
  }
}

/// What one sink left out, and of how much.
package struct Cut: Hashable, Sendable {
  package var sink: String
  package var what: String
  package var kept: Int
  package var total: Int
  package init(sink: String, what: String, kept: Int, total: Int) {
    self.sink = sink
    self.what = what
    self.kept = kept
    self.total = total
  }
}
