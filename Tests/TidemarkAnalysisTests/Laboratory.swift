import TidemarkAnalysis
import TidemarkHistory
import TidemarkModel
import TidemarkReport
import TidemarkRun

/// Runs as tests need them: an hour apart, oldest first; the last one is judged against the others.
struct Laboratory {
  var runs: [Run]
  var records: [HistoryRecord] = []
  var damaged: [Problem] = []
  var options = JudgeOptions(generator: Generator(version: "1.0"))

  /// - Parameters:
  ///   - tests: For each test its outcome run by run: `.` passed, `F` failed, `E` errored, `s`
  ///     skipped, `f` passed after a failed attempt, `x` failed after a passed one, a blank where it
  ///     did not run. All of one length.
  ///   - series: For each series its value run by run; NaN where it was not measured.
  init(
    tests: [String: String] = [:], series: [String: [Double]] = [:], unit: Unit = .ms,
    direction: Direction = .lower, branch: String? = "main", job: String = "build",
    metric: String = "time"
  ) {
    let count = max(tests.values.map(\.count).max() ?? 0, series.values.map(\.count).max() ?? 0)
    runs = (0..<count).map { number in
      var part = Part(job: job)
      for (name, outcomes) in tests.sorted(by: { $0.key < $1.key }) {
        let marks = Array(outcomes)
        if number < marks.count, let test = Test(name, mark: marks[number]) {
          part.tests.append(test)
        }
      }
      for (name, values) in series.sorted(by: { $0.key < $1.key })
      where number < values.count && !values[number].isNaN {
        part.values.append(
          SeriesValue(name, values[number], unit: unit, direction: direction, metric: metric))
      }
      return Run(header: .number(number, branch: branch), parts: [part])
    }
  }

  var current: Run {
    get { runs[runs.count - 1] }
    set { runs[runs.count - 1] = newValue }
  }

  var history: HistoryContents {
    var history = HistoryContents(runs: Array(runs.dropLast()))
    history.records = records
    history.damaged = damaged
    return history
  }

  var report: Report { Judge(options: options).report(on: current, against: history) }

  /// The same with changes.
  func with(_ edit: (inout Laboratory) -> Void) -> Laboratory {
    var copy = self
    edit(&copy)
    return copy
  }

  /// Makes the newest `count` runs those of a pull request that left main at the run before them.
  func asPullRequest(newest count: Int = 1) -> Laboratory {
    with { laboratory in
      let first = laboratory.runs.count - count
      for index in first..<laboratory.runs.count {
        laboratory.runs[index].header.branch = "topic"
        laboratory.runs[index].header.base = "main"
        laboratory.runs[index].header.pullRequest = "7"
        if first > 0 {
          laboratory.runs[index].header.mergeBase = laboratory.runs[first - 1].header.commit
        }
      }
    }
  }
}

extension Report {
  func test(_ name: String) -> TestResult? { tests.first { $0.identity.name == name } }
  func state(_ name: String) -> TestState? { test(name)?.state }
  func change(_ name: String) -> SeriesChange? { series.first { $0.identity.name == name } }
  func seriesState(_ name: String) -> SeriesState? { change(name)?.state }
  var codes: [Reason.Code] { reasons.map(\.code) }
  func reason(_ code: Reason.Code) -> String? { reasons.first { $0.code == code }?.message }
}

extension RunHeader {
  static func number(_ number: Int, branch: String? = "main") -> RunHeader {
    RunHeader(
      id: "r\(number)",
      time: Timestamp(millisecondsSince1970: 1_700_000_000_000 + Int64(number) * 3_600_000),
      commit: "commit\(number)", branch: branch)
  }
}

extension Unit {
  static let ms = Unit(text: "ms", quantity: .time, scale: 1e-3)
  static let ns = Unit(text: "ns", quantity: .time, scale: 1e-9)
  static let percent = Unit(text: "%", quantity: .ratio, scale: 0.01)
  static let bytes = Unit(text: "B", quantity: .bytes, scale: 1)
}

extension Test {
  init?(_ name: String, mark: Character, ordinal: Int = 1, labels: Labels = .none) {
    var detail = TestDetail()
    let outcome: Outcome
    switch mark {
    case ".": outcome = .passed
    case "F": outcome = .failed
    case "E": outcome = .errored
    case "s": outcome = .skipped
    case "f":
      outcome = .passed
      detail.attempts = [Attempt(outcome: .failed)]
    case "x":
      outcome = .failed
      detail.attempts = [Attempt(outcome: .passed)]
    default: return nil
    }
    let identity = TestIdentity(
      suite: ["suite"], className: "Class", name: name, labels: labels, ordinal: ordinal)
    self.init(
      id: Identity.id(of: identity), identity: identity, outcome: outcome, duration: 0.1,
      detail: detail.attempts.isEmpty ? nil : detail)
  }
}

extension SeriesValue {
  init(
    _ name: String, _ value: Double, unit: Unit = .ms, direction: Direction = .lower,
    metric: String = "time", labels: Labels = .none, n: Int? = nil, samples: Samples? = nil,
    items: [ItemScore] = []
  ) {
    let identity = SeriesIdentity(
      name: name, metric: metric, quantity: unit.quantity, labels: labels)
    self.init(
      id: Identity.id(of: identity), identity: identity, value: value, unit: unit,
      direction: direction, n: n, samples: samples, items: items)
  }
}

extension HistoryContents {
  /// A history of `runs`, as a store would read it.
  init(runs: [Run]) {
    self.init()
    var testPlaces: [Identifier: Int32] = [:]
    var seriesPlaces: [Identifier: Int32] = [:]
    for run in runs {
      var jobs: [StoredJob] = []
      var outcomes: [StoredOutcome] = []
      var values: [StoredValue] = []
      for (job, part) in run.parts.enumerated() {
        jobs.append(
          StoredJob(name: part.job, attempt: part.attempt, environment: part.environment))
        for test in part.tests {
          if testPlaces[test.id] == nil {
            testPlaces[test.id] = Int32(tests.count)
            tests.append(StoredTest(id: test.id, identity: test.identity))
          }
          outcomes.append(
            StoredOutcome(
              test: testPlaces[test.id] ?? 0, job: Int32(job), outcome: test.outcome,
              isFlaky: test.isFlaky, durationOrNaN: test.duration ?? .nan))
        }
        for value in part.values {
          if seriesPlaces[value.id] == nil {
            seriesPlaces[value.id] = Int32(series.count)
            series.append(
              StoredSeries(
                id: value.id, identity: value.identity, unit: value.unit,
                direction: value.direction))
          }
          let place = seriesPlaces[value.id] ?? 0
          series[Int(place)].unit = value.unit
          values.append(
            StoredValue(
              series: place, job: Int32(job), value: value.value, unitScale: value.unit.scale,
              n: value.n, standardError: value.standardError, samples: value.samples,
              items: value.items))
        }
      }
      self.runs.append(
        StoredRun(
          header: run.header, jobs: jobs,
          outcomes: outcomes.sorted { ($0.test, $0.job) < ($1.test, $1.job) },
          values: values.sorted { ($0.series, $0.job) < ($1.series, $1.job) }))
    }
    self.runs.sort {
      $0.header.time == $1.header.time
        ? $0.header.id < $1.header.id : $0.header.time < $1.header.time
    }
  }
}

/// Numbers that look like noise and are the same everywhere.
struct Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// From 0 up to 1.
  mutating func uniform() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) / 9_007_199_254_740_992
  }

  /// About normal, with mean 0 and sd 1.
  mutating func normal() -> Double {
    (0..<12).reduce(-6.0) { sum, _ in sum + uniform() }
  }

  /// `count` values around `level` with a relative sd of `sd`.
  static func values(_ count: Int, level: Double = 100, sd: Double = 0.01, seed: UInt64 = 1)
    -> [Double]
  {
    var noise = Noise(seed: seed)
    return (0..<count).map { _ in level * (1 + sd * noise.normal()) }
  }
}
