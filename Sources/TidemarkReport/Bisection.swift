private import TidemarkModel
private import TidemarkSyntax

/// The command line that finds the one commit of a range that made a change.
///
/// What is compared is one series at each commit with the last good run, as `tidemark compare` does; a
/// commit that cannot be measured is passed over.
package struct Bisection: Hashable, Sendable {
  /// Measures anew, for a shell; nil where the config names no command: a word stands for it then.
  package var measure: String?
  /// Where the results of ``measure`` are.
  package var results: String?

  package init(measure: String? = nil, results: String? = nil) {
    self.measure = measure
    self.results = results
  }

  /// What stands for a command that nobody has told.
  package static let measurePlaceholder = "BENCHMARK_COMMAND"
  package static let resultsPlaceholder = "RESULTS"
  package static let testPlaceholder = "TEST_COMMAND"

  /// For a series that is worse: nil where its range is not known, or has one commit only.
  package func command(for series: SeriesChange) -> String? {
    guard series.state == .regressed || series.state == .suspected,
      let change = series.changePercent, change.isFinite, change != 0,
      let (good, bad) = Self.range(series.changePoint, series.suspects)
    else { return nil }
    // Half of the change tells the two levels apart.
    let tolerance = NumberText.fixed(abs(change) / 2, digits: abs(change) < 2 ? 2 : 1)
    let script =
      "\(measure ?? Self.measurePlaceholder) || exit 125; tidemark compare \(good)"
      + " \(results ?? Self.resultsPlaceholder) --series \(series.id) --tolerance \(tolerance)%;"
      + " case $? in 0) exit 0;; 1) exit 1;; *) exit 125;; esac"
    return "git bisect start \(bad) \(good) && git bisect run sh -c \(Self.quoted(script))"
  }

  /// For a test that is newly failing: its own command fails as it does.
  package func command(for test: TestResult, suspects: Int) -> String? {
    guard suspects != 1, let (good, bad) = Self.range(test.since, []) else { return nil }
    return "git bisect start \(bad) \(good) && git bisect run \(Self.testPlaceholder)"
  }

  /// The last good and the first bad commit. Both are put into a shell's line: nothing but hexadecimal
  /// digits is a commit there, whatever a run calls its own.
  private static func range(
    _ point: ChangePoint?, _ suspects: [Suspect]
  ) -> (good: String, bad: String)? {
    guard let good = point?.previousCommit, let bad = point?.commit, good != bad,
      isHash(good), isHash(bad)
    else { return nil }
    // One commit, and git has told so: there is nothing to look for.
    if suspects.count == 1, suspects[0].subject != nil { return nil }
    return (good, bad)
  }

  private static func isHash(_ text: String) -> Bool {
    (7...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// In single quotes, as a POSIX shell takes it literally.
  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("'", with: "'\\''") + "'"
  }
}

extension Report {
  /// How the one commit is found, by the cluster's worst series, else by its first test that fails.
  package func bisection(of cluster: Cluster) -> String? {
    guard cluster.kind == "commit" else { return nil }
    if let series = series.first(where: { cluster.series.contains($0.id) }) {
      return bisection.command(for: series)
    }
    guard let first = cluster.tests.first, let test = tests.first(where: { $0.id == first }),
      test.state == .newlyFailing
    else { return nil }
    return bisection.command(for: test, suspects: cluster.suspects.count)
  }
}
