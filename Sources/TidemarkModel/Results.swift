/// What a reader made of one file, before anything is joined or named by an id.
///
/// Tests are kept small (names in an arena, text for failures only), so that a file of a million
/// passing tests costs its names and some forty bytes each.
package struct Results: Sendable {
  /// The names of ``tests``.
  package var text = TextArena()
  package var suites: [Suite] = []
  package var tests: [TestRecord] = []
  /// What only some tests have; ``TestRecord/detail`` points into it.
  package var details: [TestDetail] = []
  package var measurements: [Measurement] = []
  /// Names of benchmarks whose number in the file says nothing, because they failed or were skipped
  /// (Google Benchmark writes 0): `inspect` counts them, nothing else does. Those that the file gives
  /// no number are no benchmarks to it either.
  package var unmeasured: [String] = []
  /// Whether another file of this format with the same series holds a repetition: a tool that measures
  /// one thing several times and writes a file each time (Lighthouse CI). Elsewhere it is a clash.
  package var filesAreRepetitions = false
  package var problems: [ResultProblem] = []
  /// Facts of the machine or tool that the file tells (`cpu`, `os`, `python`, …).
  package var environment: [String: String] = [:]
  /// The newest time that the file tells, if any.
  package var newestTime: Timestamp?
  /// TAP and Go: how many of the tests have no test below them; nil where a format has no parents.
  package var leafTests: Int?
  /// Which job of which run it is, where the file tells (a run document does).
  package var part: PartHeader?

  package init() {}

  /// Adds a test with the detail that only it has, if any.
  package mutating func append(_ test: TestRecord, detail: TestDetail?) {
    var test = test
    if let detail {
      test.detail = Int32(truncatingIfNeeded: details.count)
      details.append(detail)
    }
    tests.append(test)
  }

  /// Adds a test from Strings: for formats whose files are never large.
  package mutating func append(
    suite: Int32 = -1, className: String = "", name: String, outcome: Outcome,
    duration: Double? = nil, role: TestRecord.Role = .test, detail: TestDetail? = nil
  ) {
    let test = TestRecord(
      suite: suite, className: text.append(className), name: text.append(name), outcome: outcome,
      duration: duration, role: role)
    append(test, detail: detail)
  }

  package func detail(of test: TestRecord) -> TestDetail? {
    hasDetail(test) ? details[Int(test.detail)] : nil
  }

  /// Whether the test's index points into ``details``.
  package func hasDetail(_ test: TestRecord) -> Bool {
    test.detail >= 0 && Int(test.detail) < details.count
  }
}

/// A suite as a file has it: its names from the outermost in.
package struct Suite: Hashable, Sendable {
  package var path: [String]
  /// Labels that the format itself gives (a Playwright project, a model).
  package var labels: Labels
  /// Whether repeated names in this suite are attempts of one test, because its producer is known
  /// to rerun (pytest-rerunfailures). Everywhere else a repeat is a further test.
  package var repeatsAreAttempts: Bool
  /// What the attempts of one test share whose producer writes each into a file of its own (Allure's
  /// `historyId`): the test in the newest of these files is the last attempt.
  package var retryKey: String?

  package init(
    path: [String], labels: Labels = .none, repeatsAreAttempts: Bool = false,
    retryKey: String? = nil
  ) {
    self.path = path
    self.labels = labels
    self.repeatsAreAttempts = repeatsAreAttempts
    self.retryKey = retryKey
  }
}

/// One record that a file writes as a test.
@frozen @usableFromInline
package struct TestRecord: Sendable {
  /// Index into ``Results/suites``, or -1.
  @usableFromInline package var suite: Int32
  /// Index into ``Results/details``, or -1.
  @usableFromInline package var detail: Int32
  @usableFromInline package var className: TextRange
  @usableFromInline package var name: TextRange
  /// Seconds, finite and not negative; NaN where the file tells none.
  @usableFromInline package var durationOrNaN: Double
  @usableFromInline package var outcome: Outcome
  @usableFromInline package var role: Role

  /// What a record is in a format whose tests hold tests (TAP, Go).
  @frozen @usableFromInline
  package enum Role: UInt8, Sendable {
    case test
    /// A test that holds others and is no more than their sum, or an attempt that a later one tells
    /// of too: `inspect` counts it, as the file does; reports show the others.
    case parent
    /// A test below one that the file counts: reports show it, `inspect` does not count it.
    case inner
  }

  /// - Parameter duration: Seconds; one that is not finite or is negative is taken for none.
  @inlinable package init(
    suite: Int32, className: TextRange, name: TextRange, outcome: Outcome, duration: Double?,
    role: Role = .test
  ) {
    self.role = role
    self.suite = suite
    self.detail = -1
    self.className = className
    self.name = name
    self.outcome = outcome
    if let duration, duration.isFinite, duration >= 0 {
      self.durationOrNaN = duration
    } else {
      self.durationOrNaN = .nan
    }
  }

  /// Seconds.
  @inlinable package var duration: Double? { durationOrNaN.isNaN ? nil : durationOrNaN }
}

/// What a failed, skipped, rerun or otherwise remarkable test has beyond its name.
package struct TestDetail: Hashable, Sendable {
  /// The first line that says what happened, or why it was skipped.
  package var message: String?
  /// The failure's whole text (stack trace and all), cut at ``textLimit`` bytes with a note.
  package var text: String?
  /// The failure's type (`java.lang.AssertionError`).
  package var type: String?
  /// The attempts before the last one, oldest first, as the record itself tells them.
  package var attempts: [Attempt] = []
  package var file: String?
  package var line: Int?
  /// Parameters that the format keeps apart from the name.
  package var parameters: String?
  /// What the test wrote, tail of at most 4 KiB; kept for failures only.
  package var output: String?
  /// The record says itself that the test is flaky, whatever its attempts are.
  package var isMarkedFlaky = false
  /// The record says that this failure is expected or known.
  package var isKnownFailure = false

  /// Bytes of text kept of one failure.
  package static let textLimit = 65_536

  package init(message: String? = nil, text: String? = nil, type: String? = nil) {
    self.message = message
    self.text = text
    self.type = type
  }
}

/// One attempt of a test that was run again.
package struct Attempt: Hashable, Sendable {
  package var outcome: Outcome
  /// Seconds.
  package var duration: Double?
  package var message: String?
  package var text: String?

  package init(
    outcome: Outcome, duration: Double? = nil, message: String? = nil, text: String? = nil
  ) {
    self.outcome = outcome
    self.duration = duration
    self.message = message
    self.text = text
  }
}
