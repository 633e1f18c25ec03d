package import TidemarkModel

/// What tidemark.yml, its overlays and the environment say, checked and typed.
///
/// An option is asked for by its key: ``text(_:)``, ``flag(_:)``, ``number(_:)``, ``list(_:)`` look
/// into the environment first (`TIDEMARK_A_B` for `a_b`) and then into the file; the command line,
/// which wins over both, is its caller's.
package struct Config: Sendable {
  /// The file, as the user named it; nil where there is none.
  package var path: String?
  /// The CI platform that the file names.
  package var platform: String?
  package var repository: String?
  package var benchmarks = Benchmarks()
  package var reporting = Reporting()
  /// For each service the name of the environment variable that holds its token.
  package var authentication: [String: String] = [:]
  package var history = HistorySettings()
  package var detection: [DetectionSetting] = []
  /// The detector's constants that are set.
  package var constants: [ConstantSetting] = []
  package var thresholds: [ThresholdSetting] = []
  package var labels: [LabelSetting] = []
  /// Old names or ids and new ones, in their order.
  package var aliases: [Alias] = []
  package var quarantine: [QuarantineSetting] = []
  package var annotations: [AnnotationSetting] = []
  package var owners: [OwnerSetting] = []
  package var theme = ThemeSettings()
  package var features: [String: Bool] = [:]
  /// The names of the overlays that hold, in their order.
  package var overlays: [String] = []

  var environment: [String: String] = [:]
  var options: [String: YAMLNode] = [:]

  /// No file, no environment.
  package init() {}
}

/// What is measured, with what, and when.
package struct Benchmarks: Hashable, Sendable {
  package var providers: [Provider] = []
  package var models: [Model] = []
  package var tasks: [String] = []
  /// A cron expression.
  package var schedule: String?
  /// The least relative change worth reporting: 0.05 for 5 %.
  package var regressionThreshold: Double?
  package var commands: [BenchmarkCommand] = []
  /// Combinations that are not measured.
  package var exclusions: [Exclusion] = []
  package var outage = OutageRule()
  /// Where it stands in the file.
  package var line: Int?

  package init() {}

  package struct Provider: Hashable, Sendable {
    package var name: String
    /// Empty for all.
    package var models: [String] = []
    /// The environment variable that holds its token.
    package var authentication: String?
    package var line: Int?
  }

  package struct Model: Hashable, Sendable {
    package var name: String
    /// nil for every provider.
    package var provider: String?
    /// Empty for all.
    package var tasks: [String] = []
    package var line: Int?

    package init(
      name: String, provider: String? = nil, tasks: [String] = [], line: Int? = nil
    ) {
      self.name = name
      self.provider = provider
      self.tasks = tasks
      self.line = line
    }
  }

  /// Patterns; an empty list meets everything.
  package struct Exclusion: Hashable, Sendable {
    package var providers: [String] = []
    package var models: [String] = []
    package var tasks: [String] = []
    package var line: Int?
  }
}

/// How a provider's outage is told from a command that failed by itself. Looked at only where a
/// command failed.
package struct OutageRule: Hashable, Sendable {
  /// `EX_UNAVAILABLE` and `EX_TEMPFAIL` of sysexits.h: a service is not there, try again later.
  package var exitStatuses = [69, 75]
  /// Too many requests, server errors, and 529, which some providers answer when overloaded.
  package var httpStatuses = [429, 500, 502, 503, 504, 529]
  /// Patterns over lines of the log.
  package var output: [String] = []

  package init() {}
}

/// What tells the combinations of a benchmark apart.
package enum BenchmarkAxis: String, Hashable, Sendable, CaseIterable {
  case provider, model, task
}

/// A command that `tidemark run` runs.
package struct BenchmarkCommand: Hashable, Sendable {
  package var name: String
  package var run: String
  package var directory: String?
  /// What it is repeated over; nil: everything that is configured.
  package var each: [BenchmarkAxis]?
  package var environment: [String: String] = [:]
  package var labels = Labels.none
  /// The names of the commands that must succeed before it.
  package var needs: [String] = []
  /// Patterns over the files that it writes; empty: its output is read.
  package var results: [String] = []
  package var retries = 0
  /// Seconds before the first retry.
  package var retryWait: Double?
  /// Seconds.
  package var timeout: Double?
  /// Where it stands in the file.
  package var line: Int?

  package init(name: String, run: String) {
    self.name = name
    self.run = run
  }
}

/// What is published; nil where the file does not say.
package struct Reporting: Hashable, Sendable {
  package var pullRequestComments: Bool?
  package var statusChecks: Bool?
  package var reviewComments: Bool?
  package var regressionAlerts: Bool?
  package var trendAnalysis: Bool?
  package var siteURL: String?
}

/// Where the history is and how long it is kept; nil where the file does not say.
package struct HistorySettings: Hashable, Sendable {
  package var directory: String?
  package var branch: String?
  package var remote: String?
  package var baselineRuns: Int?
  /// Seconds.
  package var staleAfter: Double?
  package var retention: Retention?

  package struct Retention: Hashable, Sendable {
    /// Patterns over branches and labels that are kept for good.
    package var keep: [String] = []
    /// Seconds for which every run is kept.
    package var all: Double?
    /// Seconds for which one run a day is kept.
    package var daily: Double?
    /// Seconds for which one run a week is kept.
    package var weekly: Double?
  }
}

/// How the series that a pattern meets are judged.
package struct DetectionSetting: Hashable, Sendable {
  package var pattern: String
  /// 0.05 for 5 %.
  package var effectFloor: Double?
  package var direction: Direction?
  package var line: Int?
}

/// A constant of the detector, by its name on the command line.
package struct ConstantSetting: Hashable, Sendable {
  package var name: String
  package var value: Double
  package var line: Int
  package var column: Int
}

/// A number and the unit that it is written with, if any.
package struct ConfigBound: Hashable, Sendable {
  package var value: Double
  package var unit: String?

  package init(value: Double, unit: String? = nil) {
    self.value = value
    self.unit = unit
  }
}

/// What the values of the series that a pattern meets must keep.
package struct ThresholdSetting: Hashable, Sendable {
  package var pattern: String
  package var minimum: ConfigBound?
  package var maximum: ConfigBound?
  /// A tag, a pattern over tags, a commit, a branch or a run.
  package var reference: String?
  /// 0.05 for 5 %: how much worse than at the reference a value may be; set where that is.
  package var tolerance: Double?
  package var line: Int?
}

/// Labels of the results of the inputs that a pattern meets.
package struct LabelSetting: Hashable, Sendable {
  package var pattern: String
  package var labels: Labels
  package var line: Int?
}

/// A rename that keeps its history.
package struct Alias: Hashable, Sendable {
  package var old: String
  package var new: String
  package var line: Int?
}

/// A test that does not count for the verdict, until a time.
package struct QuarantineSetting: Hashable, Sendable {
  package var pattern: String
  package var owner: String
  package var reason: String
  package var expires: Timestamp
  package var line: Int?
}

/// A note that is pinned to a commit.
package struct AnnotationSetting: Hashable, Sendable {
  package var commit: String
  /// Markdown.
  package var text: String
  /// Patterns over the series that it belongs to; empty for all.
  package var series: [String] = []
  /// Ids, or patterns over names, of the series, tests and clusters whose change is intended.
  package var accept: [String] = []
  package var line: Int?
}

/// Who looks after what a pattern meets.
package struct OwnerSetting: Hashable, Sendable {
  package var pattern: String
  package var owner: String
  package var line: Int?
}

/// How the site looks; nil where the file does not say.
package struct ThemeSettings: Hashable, Sendable {
  package var directory: String?
  package var language: String?
  package var title: String?
}
