import TidemarkHistory
import TidemarkModel
import TidemarkReport
import TidemarkStatistics

/// How long tests take, over the window: the slow ones each, all others by their classes, so that a
/// thousand tests of a millisecond are one series.
///
/// A class's time in a run is the sum over the tests that it has now. A test that did not pass then, or was
/// not there, counts with its mean: a class that gained or lost tests has not become slower by that.
struct TestDurations: Sendable {
  /// What is followed: a test of its own, or a class.
  private struct Subject: Sendable {
    var lanes: [Int]
    var job: Int32
    /// Seconds in this run.
    var duration: Double
    var isClass: Bool
  }

  /// Seconds in this run below which nothing is followed.
  static let leastDuration = 1.0
  /// The most tests, and the most classes, that are followed: the slowest.
  static let subjectLimit = 200
  /// The least relative change, and the least in seconds, that is told.
  static let leastChange = 0.25
  static let leastSeconds = 0.5
  /// The newest runs that are looked at, and those that means are taken of: a change that is told lies
  /// in the newest dozen.
  static let runLimit = 64
  static let meanRuns = 32
  /// The most tests of a class that are named.
  static let memberLimit = 10
  /// The share of a class's time that must have been measured in a run for its sum to count.
  static let leastShare = 0.5

  private let tests: OrderedTests
  private let window: Window
  private let subjects: [Subject]
  private let firstRun: Int
  /// For each subject its tests, that first which takes longest beyond its mean.
  private var increases: [[Int]] = []
  /// For each subject what the detector is asked, and the run of each value.
  private(set) var batch: [SeriesInput] = []
  private var runs: [[Int]] = []

  init(
    _ tests: OrderedTests, lanes: Lanes, window: Window, environments: JobEnvironments
  ) {
    self.tests = tests
    self.window = window
    firstRun = max(window.runs.count - Self.runLimit, 0)
    let all = Self.subjects(tests)
    guard !all.isEmpty, window.baseCount > 0 else {
      subjects = []
      return
    }
    let means = Means(all, tests, lanes, window)
    let values = Self.values(all, lanes, means, window, from: firstRun)
    subjects = all
    for (place, subject) in all.enumerated() {
      let machine = environments.machine(ofJob: subject.job)
      var series: [Double] = []
      var indices: [Int] = []
      for (run, value) in zip(firstRun..., values[place])
      where value.isFinite && isOfMachine(machine, subject.job, run, environments) {
        series.append(value)
        indices.append(run)
      }
      series.append(means.current(subject, tests))
      indices.append(window.currentIndex)
      runs.append(indices)
      increases.append(means.increases(subject, tests))
      batch.append(
        SeriesInput(
          id: "", unit: "test time\u{1}\(subject.job)", direction: .lower, values: series,
          runs: indices, effectFloor: Self.leastChange, kind: .other))
    }
  }

  /// Runs of one machine class are compared with that class's own level.
  private func isOfMachine(
    _ machine: String?, _ job: Int32, _ run: Int, _ environments: JobEnvironments
  ) -> Bool {
    guard let place = window.jobPlaces[run].firstIndex(of: job) else { return machine == nil }
    return environments.machine(ofJob: Int32(truncatingIfNeeded: place), in: run) == machine
  }

  // MARK: What is followed

  private static func subjects(_ tests: OrderedTests) -> [Subject] {
    struct Key: Hashable {
      var suite: [String]
      var className: String
      var job: Int32
    }
    var classes: [Key: Subject] = [:]
    var single: [Subject] = []
    for lane in tests.indices {
      let test = tests[lane]
      guard let duration = passedDuration(test) else { continue }
      let job = tests.job(of: lane)
      if duration >= leastDuration {
        single.append(Subject(lanes: [lane], job: job, duration: duration, isClass: false))
      }
      let key = Key(suite: test.identity.suite, className: test.identity.className, job: job)
      classes[key, default: Subject(lanes: [], job: job, duration: 0, isClass: true)].lanes
        .append(lane)
      classes[key]?.duration += duration
    }
    let slow = classes.values.filter { $0.duration >= leastDuration && $0.lanes.count > 1 }
    return slowest(single) + slowest(slow)
  }

  private static func slowest(_ subjects: [Subject]) -> [Subject] {
    let ordered = subjects.sorted { first, second in
      first.duration == second.duration
        ? first.lanes[0] < second.lanes[0] : first.duration > second.duration
    }
    return Array(ordered.prefix(subjectLimit))
  }

  private static func passedDuration(_ test: Test) -> Double? {
    guard test.outcome == .passed, let duration = test.duration, duration.isFinite, duration >= 0
    else { return nil }
    return duration
  }

  // MARK: Their values

  /// For each lane that is followed, its mean time in the window.
  private struct Means {
    /// For each lane the first subject that has it and the next, or −1.
    private(set) var subjects: [(single: Int32, group: Int32)]
    private(set) var mean: [Double]

    init(_ subjects: [Subject], _ tests: OrderedTests, _ lanes: Lanes, _ window: Window) {
      var places = [(single: Int32, group: Int32)](
        repeating: (-1, -1), count: tests.indices.count)
      for (place, subject) in subjects.enumerated() {
        for lane in subject.lanes {
          if subject.isClass {
            places[lane].group = Int32(truncatingIfNeeded: place)
          } else {
            places[lane].single = Int32(truncatingIfNeeded: place)
          }
        }
      }
      var sum = [Double](repeating: 0, count: places.count)
      var count = [Double](repeating: 0, count: places.count)
      for (run, stored) in window.runs.enumerated().suffix(TestDurations.meanRuns) {
        TestDurations.follow(stored.outcomes, lanes, window.jobPlaces[run]) { lane, duration in
          guard places[lane].single >= 0 || places[lane].group >= 0 else { return }
          sum[lane] += duration
          count[lane] += 1
        }
      }
      self.subjects = places
      mean = sum.indices.map { lane -> Double in
        count[lane] > 0 ? sum[lane] / count[lane] : Double.nan
      }
    }

    /// A subject's time in this run; without the tests that are new to its class.
    func current(_ subject: Subject, _ tests: OrderedTests) -> Double {
      guard subject.isClass else { return subject.duration }
      var sum = 0.0
      for lane in subject.lanes where !mean[lane].isNaN {
        sum += TestDurations.passedDuration(tests[lane]) ?? 0
      }
      return sum
    }

    func increases(_ subject: Subject, _ tests: OrderedTests) -> [Int] {
      guard subject.isClass else { return subject.lanes }
      var slowed: [(lane: Int, by: Double)] = []
      for lane in subject.lanes where !mean[lane].isNaN {
        let increase = (TestDurations.passedDuration(tests[lane]) ?? 0) - mean[lane]
        if increase > 0 { slowed.append((lane, increase)) }
      }
      slowed.sort { first, second in
        first.by == second.by ? first.lane < second.lane : first.by > second.by
      }
      return slowed.prefix(TestDurations.memberLimit).map { $0.lane }
    }
  }

  /// For each subject and run of the window from `first` on the time, NaN where it is not known.
  private static func values(
    _ subjects: [Subject], _ lanes: Lanes, _ means: Means, _ window: Window, from first: Int
  ) -> [[Double]] {
    let count = window.runs.count - first
    var values = [[Double]](
      repeating: [Double](repeating: .nan, count: count), count: subjects.count)
    // What a class takes as a whole, by the means of its tests; new tests have none yet.
    let whole = subjects.map { subject -> Double in
      subject.lanes.reduce(0.0) { sum, lane in
        means.mean[lane].isNaN ? sum : sum + means.mean[lane]
      }
    }
    for place in 0..<count {
      let run = first + place
      var measured = [Double](repeating: 0, count: subjects.count)
      var expected = measured
      follow(window.runs[run].outcomes, lanes, window.jobPlaces[run]) { lane, duration in
        let (single, group) = means.subjects[lane]
        if single >= 0 { values[Int(single)][place] = duration }
        if group >= 0, !means.mean[lane].isNaN {
          measured[Int(group)] += duration
          expected[Int(group)] += means.mean[lane]
        }
      }
      for (subject, whole) in zip(subjects.indices, whole) where subjects[subject].isClass {
        guard expected[subject] > 0, expected[subject] >= leastShare * whole else { continue }
        values[subject][place] = measured[subject] + whole - expected[subject]
      }
    }
    return values
  }

  /// Calls `body` with each lane's time in a run in which it passed.
  private static func follow(
    _ outcomes: StoredOutcomes, _ lanes: Lanes, _ places: [Int32],
    _ body: (_ lane: Int, _ duration: Double) -> Void
  ) {
    let (codes, durations) = (outcomes.codes, outcomes.durations)
    guard !durations.isEmpty else { return }
    lanes.follow(outcomes, places: places) { lane, result in
      let duration = durations[result]
      guard StoredOutcomes.outcome(ofCode: codes[result]) == .passed, duration >= 0 else { return }
      body(lane, duration)
    }
  }
}

// MARK: - What became slow

extension TestDurations {
  /// The tests and classes that confirmed runs show to take longer, the one first that lost most time.
  func slowTests(
    _ answer: BatchAnswer, of run: RunHeader, isOnBase: Bool, acceptances: Acceptances,
    familyRuns: Int
  ) -> [SlowTest] {
    var found: [(subject: Int, test: SlowTest)] = []
    for (place, answer) in answer.series.enumerated() {
      let newest = max(runs[place].count - familyRuns, 0)
      let recent = answer.changes.filter { change in
        change.index >= newest && change.state == .confirmed
          && (isOnBase || runs[place][change.index] >= window.baseCount)
      }
      guard let first = recent.first, let last = recent.last,
        let main = recent.filter(\.isRegression).max(by: { $0.effect < $1.effect })
      else { continue }
      let (before, after) = (first.levelBefore, last.levelAfter)
      guard after - before >= Self.leastSeconds, after >= before * (1 + Self.leastChange) else {
        continue
      }
      let start = runs[place][main.index]
      let test = slowTest(place, from: before, to: after, main, start, run)
      if let id = test.tests.first, let accepted = acceptances.index(of: id), accepted >= start {
        continue
      }
      let previous = main.index > 0 ? runs[place][main.index - 1] : start - 1
      if acceptances.ofCluster(in: min(previous + 1, start)...start) != nil { continue }
      found.append((place, test))
    }
    return withoutEchoes(found)
  }

  private func slowTest(
    _ place: Int, from before: Double, to after: Double, _ change: Change, _ start: Int,
    _ run: RunHeader
  ) -> SlowTest {
    let subject = subjects[place]
    let lanes = increases[place].isEmpty ? Array(subject.lanes.prefix(1)) : increases[place]
    let identity = tests[subject.lanes[0]].identity
    return SlowTest(
      tests: lanes.map { tests[$0].id }, suite: identity.suite, className: identity.className,
      name: subject.isClass ? nil : identity.name,
      job: window.jobs.indices.contains(Int(subject.job)) ? window.jobs[Int(subject.job)] : "",
      before: before, after: after,
      changePoint: window.changePoint(
        at: start, of: run, changePercent: (after - before) / before * 100,
        previous: change.index > 0 ? runs[place][change.index - 1] : nil),
      p: change.p, q: change.q)
  }

  /// A class that is slower because of tests that are told themselves is not told again.
  private func withoutEchoes(_ found: [(subject: Int, test: SlowTest)]) -> [SlowTest] {
    var ofSingles: [Identifier: Double] = [:]
    for (subject, test) in found where !subjects[subject].isClass {
      ofSingles[tests[subjects[subject].lanes[0]].id] = test.after - test.before
    }
    var kept: [SlowTest] = []
    for (subject, test) in found {
      if subjects[subject].isClass {
        var told = 0.0
        for lane in subjects[subject].lanes { told += ofSingles[tests[lane].id] ?? 0 }
        if told >= (test.after - test.before) / 2 { continue }
      }
      kept.append(test)
    }
    kept.sort { first, second in
      let one = first.after - first.before
      let other = second.after - second.before
      return one == other ? utf8Precedes(first.title, second.title) : one > other
    }
    return kept
  }
}
