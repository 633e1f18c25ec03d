/// What a file tells that is no test but no pass either. While a blocking one stands, the verdict
/// is not `pass`.
package struct ResultProblem: Hashable, Sendable {
  /// The kinds, as `inspect` and report.json print them.
  package enum Code: String, Sendable, CaseIterable {
    /// A suite died outside any test.
    case suiteError = "suite_error"
    /// A package or target did not compile, so its tests never ran.
    case buildFailed = "build_failed"
    /// More or fewer tests ran than the file announced.
    case planMismatch = "plan_mismatch"
    /// The run gave up before its end (`Bail out!`, an aborted run).
    case bailedOut = "bailed_out"
    /// A test or a stream began and never ended.
    case unterminated
    /// An error that the producer reports outside its tests.
    case outsideError = "outside_error"
    /// Lines that belong to no event and were passed over.
    case linesSkipped = "lines_skipped"
    /// A bound of the reader was met: what lies beyond is not in the report.
    case limit
    /// A value that is no number, or one out of range, was left out.
    case valueSkipped = "value_skipped"
    /// A benchmark command failed or did not end in time: what it would have measured is missing.
    case commandFailed = "command_failed"
    /// The provider that was to be measured was not available: nothing is known of it.
    case providerOutage = "provider_outage"
  }

  package var code: Code
  package var message: String
  /// 1-based, in the file it was read from.
  package var line: Int?
  package var isBlocking: Bool
  /// The file, once it is known.
  package var path: String?

  package init(
    _ code: Code, _ message: String, line: Int? = nil, isBlocking: Bool, path: String? = nil
  ) {
    self.code = code
    self.message = message
    self.line = line
    self.isBlocking = isBlocking
    self.path = path
  }
}
