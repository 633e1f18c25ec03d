import TidemarkModel
import TidemarkReport
import TidemarkStatistics
private import TidemarkRun
private import TidemarkSyntax

/// What began together: changes of one range of commits, failures that say the same, series that a
/// machine moved.
struct Clusters: Sendable {
  private(set) var all: [Cluster] = []

  /// The id of a cluster: the hash of its kind and of the run or message that it is about.
  static func id(kind: String, run: String) -> Identifier {
    Digest.identifier(of: Array("[\"c\",\"\(kind)\"]".utf8) + Array(run.utf8))
  }

  init(
    tests: [TestResult], slowTests: [SlowTest], series: [SeriesChange],
    machineChanges: [MachineFinding], commits: CommitLog
  ) {
    let commit = Self.byCommit(
      tests: tests, slowTests: slowTests, series: series, commits: commits)
    let machine = machineChanges.map { finding in
      Cluster(
        id: Self.id(kind: "machine", run: finding.point.run + "\u{1}" + finding.group),
        kind: "machine", series: finding.series, tests: [], changePoint: finding.point)
    }
    all = commit + machine + Self.byMessage(tests)
  }

  /// Changes that begin in one run, the newest run first; single ones make no cluster.
  private static func byCommit(
    tests: [TestResult], slowTests: [SlowTest], series: [SeriesChange], commits: CommitLog
  ) -> [Cluster] {
    var members: [Int: (point: ChangePoint, series: [SeriesChange], tests: [TestResult])] = [:]
    func add(
      at point: ChangePoint?, series: [SeriesChange] = [], tests: [TestResult] = []
    ) {
      guard let point, let index = point.index else { return }
      members[index, default: (point, [], [])].series += series
      members[index]?.tests += tests
    }
    for change in series {
      switch change.state {
      case .regressed, .suspected: add(at: change.changePoint, series: [change])
      default: break
      }
    }
    for test in tests where test.state == .newlyFailing { add(at: test.since, tests: [test]) }
    // Of a class that is slower, the test that slowed most.
    let slowed = Dictionary(
      slowTests.compactMap { slow in slow.tests.first.map { ($0, slow.changePoint) } },
      uniquingKeysWith: { first, _ in first })
    if !slowed.isEmpty {
      for test in tests where test.state != .newlyFailing {
        if let point = slowed[test.id] { add(at: point, tests: [test]) }
      }
    }
    return members.keys.sorted(by: >).compactMap { index in
      guard let (point, series, tests) = members[index], series.count + tests.count > 1
      else { return nil }
      return Cluster(
        id: id(kind: "commit", run: point.run), kind: "commit", series: series.map(\.id),
        tests: tests.map(\.id), changePoint: shared(point),
        suspects: commits.suspects(
          after: point.previousCommit, upTo: point.commit,
          of: ChangedNames(series.map(\.identity), tests)))
    }
  }

  /// A change point without what is one series' own.
  private static func shared(_ point: ChangePoint) -> ChangePoint {
    var point = point
    point.changePercent = nil
    return point
  }

  /// Failures whose messages begin with the same line, numbers aside; the largest first.
  private static func byMessage(_ tests: [TestResult]) -> [Cluster] {
    var order: [String] = []
    var members: [String: [Identifier]] = [:]
    for test in tests where test.state == .newlyFailing || test.state == .stillFailing {
      guard let line = test.detail?.message.flatMap(pattern) else { continue }
      if members[line] == nil { order.append(line) }
      members[line, default: []].append(test.id)
    }
    let clusters = order.compactMap { line -> Cluster? in
      guard let tests = members[line], tests.count > 1 else { return nil }
      return Cluster(
        id: id(kind: "message", run: line), kind: "message", series: [], tests: tests)
    }
    return clusters.sorted {
      $0.tests.count == $1.tests.count ? $0.id < $1.id : $0.tests.count > $1.tests.count
    }
  }

  /// A message's first line that says something, without what varies from run to run (addresses,
  /// temporary paths, dates) and each number as `#`; nil for a blank one.
  private static func pattern(_ message: String) -> String? {
    let lines = message.prefix(4000).split(whereSeparator: \.isNewline)
    // A place alone, as googletest begins, would join all failures of one file.
    let line = lines.first { !isPlace($0) } ?? lines.first ?? ""
    var pattern: [UInt8] = []
    for byte in Normalisation.normalise(String(line)).utf8.prefix(400) {
      if (48...57).contains(byte) {
        if pattern.last != UInt8(ascii: "#") { pattern.append(UInt8(ascii: "#")) }
      } else {
        pattern.append(byte)
      }
    }
    let text = String(decoding: pattern, as: UTF8.self)
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }

  /// `tests/query_test.cpp:53`
  private static func isPlace(_ line: Substring) -> Bool {
    let trimmed = line.drop { $0.isWhitespace }
    guard !trimmed.contains(where: \.isWhitespace), let colon = trimmed.lastIndex(of: ":") else {
      return false
    }
    let number = trimmed[trimmed.index(after: colon)...]
    return !number.isEmpty && number.allSatisfy(\.isNumber)
  }
}
