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

  /// Of changes that begin in one range of commits.
  static let commitKind = "commit"
  /// Of failures that say the same.
  static let messageKind = "message"

  init(
    tests: [TestResult], slowTests: [SlowTest], series: [SeriesChange],
    machineChanges: [MachineFinding], commits: CommitLog, environments: JobEnvironments
  ) {
    let commit = Beginnings(tests: tests, slowTests: slowTests, series: series).clusters(
      commits, environments)
    let machine = machineChanges.map { finding in
      Cluster(
        id: Self.id(kind: "machine", run: finding.point.run + "\u{1}" + finding.group),
        kind: "machine", series: finding.series, tests: [], changePoint: finding.point)
    }
    all = commit + machine + Self.byMessage(tests)
  }

  /// The cluster of the failures that say what this one says; nil where it says nothing.
  static func messageID(_ detail: TestDetail?) -> Identifier? {
    detail?.message.flatMap(pattern).map { id(kind: messageKind, run: $0) }
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
        id: id(kind: messageKind, run: line), kind: messageKind, series: [], tests: tests)
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

/// What began where, run by run.
private struct Beginnings {
  private struct Members {
    var point: ChangePoint
    var series: [SeriesChange] = []
    var tests: [TestResult] = []
  }

  private var members: [Int: Members] = [:]

  init(tests: [TestResult], slowTests: [SlowTest], series: [SeriesChange]) {
    for change in series where change.state == .regressed || change.state == .suspected {
      add(at: change.changePoint) { $0.series.append(change) }
    }
    for test in tests where test.state == .newlyFailing {
      add(at: test.since) { $0.tests.append(test) }
    }
    // Of a class that is slower, the test that slowed most.
    let slowed = Dictionary(
      slowTests.compactMap { slow in slow.tests.first.map { ($0, slow.changePoint) } },
      uniquingKeysWith: { first, _ in first })
    if !slowed.isEmpty {
      for test in tests where test.state != .newlyFailing {
        if let point = slowed[test.id] { add(at: point) { $0.tests.append(test) } }
      }
    }
    joinWide()
  }

  private mutating func add(at point: ChangePoint?, _ body: (inout Members) -> Void) {
    guard let point, let index = point.index else { return }
    body(&members[index, default: Members(point: point)])
    // Of several ranges that end in one run the narrowest tells most.
    if let previous = point.previousIndex, previous > members[index]?.point.previousIndex ?? -1 {
      members[index]?.point = point
    }
  }

  /// What is measured now and then only shows a change late: where one run alone of those that it left out began
  /// something, it joins that.
  private mutating func joinWide() {
    for index in members.keys.sorted() {
      guard let wide = members[index], let previous = wide.point.previousIndex,
        index - previous > 1
      else { continue }
      let between = members.keys.filter { $0 > previous && $0 < index }
      guard between.count == 1, let first = between.first else { continue }
      members[first]?.series += wide.series
      members[first]?.tests += wide.tests
      members[index] = nil
    }
  }

  /// The newest run first; single changes make no cluster.
  func clusters(_ commits: CommitLog, _ environments: JobEnvironments) -> [Cluster] {
    members.keys.sorted(by: >).compactMap { index in
      guard let found = members[index], found.series.count + found.tests.count > 1 else {
        return nil
      }
      var point = found.point
      // That is one series' own.
      point.changePercent = nil
      var cluster = Cluster(
        id: Clusters.id(kind: Clusters.commitKind, run: point.run), kind: Clusters.commitKind,
        series: found.series.map(\.id), tests: found.tests.map(\.id), changePoint: point,
        suspects: commits.suspects(
          after: point.previousCommit, upTo: point.commit,
          of: ChangedNames(found.series.map(\.identity), found.tests)))
      if let previous = point.previousIndex {
        let jobs = Set(found.series.map(\.job) + found.tests.map(\.job))
        cluster.environment = jobs.sorted(by: utf8Precedes).compactMap { job in
          environments.moves(of: job, from: previous, to: index).map {
            "job \(Sentence.quoted(job)): \($0)"
          }
        }
      }
      return cluster
    }
  }
}
