import TidemarkHistory
import TidemarkModel

/// What the window's runs say of each lane's test: its newest results and whatever else its state
/// rests on. Filled from the newest run to the oldest.
struct TestRecords: Sendable {
  /// Results kept for each test.
  static let limit = 60
  /// Runs of the strip that a report shows, this one among them.
  static let stripLength = 20

  /// One result, packed.
  struct Result: Hashable, Sendable {
    private let bits: UInt16

    init(run: Int, isFailure: Bool, isFlaky: Bool) {
      bits =
        UInt16(truncatingIfNeeded: run) << 2 | (isFailure ? 2 : 0) | (isFlaky ? 1 : 0)
    }

    /// Index of the window's run: below 2^14.
    var run: Int { Int(bits >> 2) }
    var isFailure: Bool { bits & 2 != 0 }
    var isFlaky: Bool { bits & 1 != 0 }

    static let none = Result(run: 0, isFailure: false, isFlaky: false)
  }

  private let stride: Int
  private let runCount: Int
  private let baseCount: Int
  private let isMassFailure: [Bool]
  private var results: [Result]
  private var counts: [UInt8]
  private var ownCounts: [UInt8]
  private var strips: [UInt8]
  private var known: [Bool]
  private var closed: [Bool]
  private var streakStarts: [Int16]
  private var newestRuns: [Int16]

  init(lanes: Int, window: Window) {
    runCount = window.runs.count
    baseCount = window.baseCount
    isMassFailure = window.isMassFailure
    stride = min(TestRecords.limit, runCount)
    results = [Result](repeating: .none, count: lanes * stride)
    counts = [UInt8](repeating: 0, count: lanes)
    ownCounts = counts
    strips = [UInt8](
      repeating: 0, count: lanes * min(TestRecords.stripLength - 1, runCount))
    known = [Bool](repeating: false, count: lanes)
    closed = known
    streakStarts = [Int16](repeating: -1, count: lanes)
    newestRuns = [Int16](repeating: -1, count: lanes)
  }

  private var stripStride: Int { min(TestRecords.stripLength - 1, runCount) }

  /// Adds what the window's run `run` says of `lane`. Runs come newest first; of two results of one
  /// run the first counts.
  ///
  /// - Parameter code: as in ``StoredOutcomes/codes``.
  mutating func add(lane: Int, run: Int, code: UInt8) {
    let outcome = StoredOutcomes.outcome(ofCode: code)
    guard newestRuns[lane] < 0 || Int(newestRuns[lane]) > run else { return }
    newestRuns[lane] = Int16(truncatingIfNeeded: run)
    if run < baseCount { known[lane] = true }
    let place = run - (runCount - stripStride)
    if place >= 0 { strips[lane * stripStride + place] = outcome.rawValue + 1 }
    guard outcome != .skipped else { return }
    if outcome.isFailure {
      if !closed[lane] {
        streakStarts[lane] = Int16(truncatingIfNeeded: run)
      } else if isMassFailure[run] {
        return
      }
    } else {
      closed[lane] = true
    }
    let count = Int(counts[lane])
    guard count < stride else { return }
    results[lane * stride + count] = Result(
      run: run, isFailure: outcome.isFailure, isFlaky: code & 4 != 0)
    counts[lane] += 1
    if run >= baseCount { ownCounts[lane] += 1 }
  }

  /// Whether a run of the base branch has the test, skipped or not.
  func isKnown(_ lane: Int) -> Bool { known[lane] }

  /// The newest results, newest first, skipped ones left out.
  func results(of lane: Int) -> ArraySlice<Result> {
    results[lane * stride..<lane * stride + Int(counts[lane])]
  }

  /// The same without the results of the change's own earlier runs.
  func baseResults(of lane: Int) -> ArraySlice<Result> {
    results(of: lane).dropFirst(Int(ownCounts[lane]))
  }

  /// The first run of the failures that the record ends with, if it does.
  func streakStart(of lane: Int) -> Int? {
    streakStarts[lane] >= 0 ? Int(streakStarts[lane]) : nil
  }

  /// The outcomes in the window's last runs, oldest first, without this one.
  func strip(of lane: Int) -> [Outcome?] {
    strips[lane * stripStride..<(lane + 1) * stripStride].map {
      $0 == 0 ? nil : Outcome(rawValue: $0 - 1)
    }
  }
}
