import TidemarkHistory
import TidemarkModel
import Testing

@Suite struct RetentionTests {
  private let folder = TemporaryFolder()
  private static let day: Int64 = 86_400_000
  /// A Monday.
  private static let now = Timestamp(millisecondsSince1970: 20_766 * day)
  private let policy = RetentionPolicy(
    all: 10 * 86_400, daily: 40 * 86_400, weekly: 100 * 86_400,
    isKept: { $0.branch == "release" })

  /// Runs at random moments of 150 days, on branches, pull requests and with different jobs.
  private func fill(_ history: History, seed: UInt64, runs: Int = 120) throws -> [Run] {
    var generator = SeededGenerator(seed)
    var all: [RecordedRun] = []
    for number in 0..<runs {
      let age = Int64.random(in: 0..<150 * RetentionTests.day, using: &generator)
      var header = RunHeader(
        id: "run-\(number)", attempt: 1,
        time: Timestamp(
          millisecondsSince1970: RetentionTests.now.millisecondsSince1970 - age))
      header.branch = ["main", "main", "main", "release", "topic"].randomElement(using: &generator)
      if header.branch == "topic" { header.pullRequest = "7" }
      header.commit = String(repeating: "\(number % 10)", count: 40)
      let jobs = number % 3 == 0 ? ["bench"] : ["linux", "windows"]
      let parts = jobs.map { job in
        Part(
          job: job,
          tests: [
            Test(
              id: Identifier(bits: UInt64(number)),
              identity: TestIdentity(suite: [], className: "", name: "t"), outcome: .passed)
          ])
      }
      all.append(RecordedRun(run: Run(header: header, parts: parts)))
    }
    _ = try history.append(all, normalisationVersion: 1)
    return all.map(\.run)
  }

  private func prune(_ history: History, isDryRun: Bool = false) throws -> PruneResult {
    try history.prune(
      "test", policy: policy, now: RetentionTests.now, latest: RetentionTests.now,
      isDryRun: isDryRun)
  }

  private struct Place: Hashable {
    var branch: String?
    var jobs: [String]
    var day: Int64
  }

  @Test(
    "what is young or a release stays; of older days and weeks one of each lane stays",
    arguments: 0..<8 as Range<UInt64>)
  func rules(seed: UInt64) throws {
    let history = folder.history()
    let runs = try fill(history, seed: seed)
    _ = try prune(history)
    let kept = Set(try history.list().map(\.header.id))
    var days: [Place: Set<String>] = [:]
    var weeks: [Place: Set<String>] = [:]
    for run in runs {
      let header = run.header
      let age = RetentionTests.now.seconds(since: header.time) / 86_400
      let day = header.time.millisecondsSince1970 / RetentionTests.day
      let jobs = run.parts.map(\.job)
      switch age {
      case ...10: #expect(kept.contains(header.id))
      case _ where header.branch == "release": #expect(kept.contains(header.id))
      case _ where header.pullRequest != nil: #expect(!kept.contains(header.id))
      case ...40:
        days[Place(branch: header.branch, jobs: jobs, day: day), default: []].insert(header.id)
      case ...100:
        weeks[Place(branch: header.branch, jobs: jobs, day: (day + 3) / 7), default: []].insert(
          header.id)
      default: #expect(!kept.contains(header.id))
      }
    }
    for members in days.values { #expect(members.intersection(kept).count == 1) }
    for members in weeks.values { #expect(members.intersection(kept).count == 1) }
    // The newest of its day stays.
    let times = Dictionary(uniqueKeysWithValues: runs.map { ($0.header.id, $0.header) })
    for members in days.values {
      let newest = members.max { first, second in
        (times[first]?.time.millisecondsSince1970 ?? 0, first)
          < (times[second]?.time.millisecondsSince1970 ?? 0, second)
      }
      #expect(newest.map(kept.contains) == true)
    }
  }

  @Test("pruning twice changes nothing", arguments: 0..<4 as Range<UInt64>)
  func idempotence(seed: UInt64) throws {
    let history = folder.history()
    _ = try fill(history, seed: seed)
    let first = try prune(history)
    #expect(!first.runs.isEmpty)
    let names = try history.segmentNames()
    let second = try prune(history)
    #expect(second.runs.isEmpty)
    #expect(try history.segmentNames() == names)
  }

  @Test("a dry run says what would go, and changes nothing")
  func dryRun() throws {
    let history = folder.history()
    _ = try fill(history, seed: 1)
    let names = try history.segmentNames()
    let said = try prune(history, isDryRun: true).runs.map(\.header.id)
    #expect(try history.segmentNames() == names)
    #expect(try prune(history).runs.map(\.header.id) == said)
  }

  @Test("what was pruned stays away when an old copy is merged in, and leaves the disk again")
  func mergedCopy() throws {
    let history = folder.history()
    _ = try fill(history, seed: 2)
    let copy = folder.history("copy")
    _ = try copy.merge(from: [history.directory])
    _ = try prune(history)
    let kept = try history.load().runs.map(\.header.id)
    let bytes = try history.size().bytes
    _ = try history.merge(from: [copy.directory])
    #expect(try history.load().runs.map(\.header.id) == kept)
    _ = try prune(history)
    #expect(try history.list().map(\.header.id) == kept)
    #expect(try history.size().bytes == bytes)
    // And the other way round: the record travels.
    _ = try copy.merge(from: [history.directory])
    #expect(try copy.load().runs.map(\.header.id) == kept)
  }

  @Test("the run that an acceptance begins at stays")
  func acceptedRun() throws {
    let history = folder.history()
    let runs = try fill(history, seed: 3)
    let old = try #require(
      runs.filter { $0.header.branch == "main" }.min { $0.header.time < $1.header.time })
    _ = try history.append([
      .accept(
        id: Identifier(bits: 1), commit: nil, run: old.header.id, reason: "intended", author: nil)
    ])
    _ = try prune(history)
    #expect(try history.list().contains { $0.header.id == old.header.id })
  }

  @Test("a run from the future makes no other one old")
  func future() throws {
    let history = folder.history()
    let sample = SampleHistory()
    for number in 0..<3 { _ = try history.append(sample.run(number), normalisationVersion: 1) }
    var far = sample.run(3)
    far.header.time = Timestamp(millisecondsSince1970: 7_000_000_000_000)
    _ = try history.append(far, normalisationVersion: 1)
    let result = try history.prune(
      "test", policy: RetentionPolicy(), now: nil,
      latest: Timestamp(millisecondsSince1970: 1_790_000_000_000 + 4 * 3_600_000),
      isDryRun: false)
    #expect(result.runs.isEmpty)
  }
}
