package import TidemarkModel

/// A folder of immutable segments. A folder that is not there is an empty history.
///
/// Nothing is rewritten in place: what is added is a new file, named by its content. So writers
/// beside one another, readers beside a writer, and any program that copies files are safe.
package struct History: Sendable {
  /// As the user named it.
  package let directory: String

  package init(directory: String) { self.directory = directory }
}

/// A run as it is recorded.
package struct RecordedRun: Hashable, Sendable {
  package var run: Run
  /// What `report` said of it.
  package var judgement: Judgement?

  package init(run: Run, judgement: Judgement? = nil) {
    self.run = run
    self.judgement = judgement
  }
}

/// What of a history is read.
package struct LoadOptions: Sendable {
  /// What a run's parts are asked before anything but their headers is decoded; nil takes all.
  package var includes: (@Sendable (RunHeader) -> Bool)?
  /// The newest so many of the runs that `includes` takes; nil for all.
  package var newest: Int?
  /// The newest so many of each branch (and of each pull request, which is a branch of its own).
  package var newestOfEachBranch: Int?
  package var columns: Columns

  /// The columns that not every reader needs.
  package struct Columns: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// How long tests took.
    package static let durations = Columns(rawValue: 1)
    /// `n` and standard errors.
    package static let errors = Columns(rawValue: 2)
    package static let samples = Columns(rawValue: 4)
    package static let items = Columns(rawValue: 8)
    package static let all: Columns = [.durations, .errors, .samples, .items]
  }

  package init(
    includes: (@Sendable (RunHeader) -> Bool)? = nil, newest: Int? = nil,
    newestOfEachBranch: Int? = nil, columns: Columns = .all
  ) {
    self.includes = includes
    self.newest = newest
    self.newestOfEachBranch = newestOfEachBranch
    self.columns = columns
  }
}

/// A run as `history list` prints it: what its headers tell.
package struct RunSummary: Hashable, Sendable {
  package var header: RunHeader
  package var jobs: [StoredJob]
  package var judgement: Judgement?
  package var counts: OutcomeCounts
  package var flaky: Int
  package var series: Int
  /// Why it does not count, if it does not.
  package var exclusion: String?
}

/// What `merge` did.
package struct MergeResult: Hashable, Sendable {
  /// The names of the segments that came in, sorted.
  package var added: [String]
  /// How many were there already.
  package var present: Int
  /// Segments that could not be read, and so were not copied.
  package var damaged: [Problem]
}

/// What `verify` found.
package struct VerifyResult: Hashable, Sendable {
  package var segments: Int
  package var bytes: Int
  /// One for each damaged segment, naming the section.
  package var damaged: [Problem]
  /// The files that damaged segments were renamed to.
  package var setAside: [String]
}

/// What `compact` did.
package struct CompactionResult: Hashable, Sendable {
  package var written: [String]
  package var removed: [String]
  package var bytesBefore: Int
  package var bytesAfter: Int
  package var damaged: [Problem]
}

/// What `stat` prints.
package struct HistoryStatistics: Hashable, Sendable {
  package var segments: Int
  package var bytes: Int
  /// The bytes of each kind of section, by its name.
  package var bytesBySection: [String: Int]
  package var runs: Int
  package var parts: Int
  package var tests: Int
  package var series: Int
  package var outcomes: Int
  /// Values of series.
  package var points: Int
  package var records: Int
  package var damaged: [Problem]
}
