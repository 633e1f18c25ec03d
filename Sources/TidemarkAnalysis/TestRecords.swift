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

  /// What is known of one lane beside its results.
  private struct State {
    /// Results kept, and how many of them are of the change's own earlier runs.
    var count: UInt8 = 0
    var ownCount: UInt8 = 0
    /// Whether a run of the base branch has the test, skipped or not.
    var isKnown = false
    /// Whether a pass has ended the failures that the record ends with.
    var isClosed = false
    /// Index of the first of those failures' runs, or −1.
    var streakStart: Int16 = -1
    /// Index of the run that was added last, or the greatest there is.
    var lastRun = Int16.max
  }

  private let stride: Int
  private let stripStride: Int
  private let runCount: Int
  private let baseCount: Int
  private let isMassFailure: [Bool]
  private var results: [Result]
  private var states: [State]
  /// An outcome's code and 1; 0 where the test did not run.
  private var strips: [UInt8]

  init(lanes: Int, window: Window) {
    runCount = window.runs.count
    baseCount = window.baseCount
    isMassFailure = window.isMassFailure
    stride = min(TestRecords.limit, runCount)
    stripStride = min(TestRecords.stripLength - 1, runCount)
    results = [Result](repeating: .none, count: lanes * stride)
    states = [State](repeating: State(), count: lanes)
    strips = [UInt8](repeating: 0, count: lanes * stripStride)
  }

  /// Adds what the window's run `run` says of `lane`. Runs come newest first; of two results of one
  /// run the first counts.
  ///
  /// - Parameter code: as in ``StoredOutcomes/codes``.
  mutating func add(lane: Int, run: Int, code: UInt8) {
    var state = states[lane]
    guard Int(state.lastRun) > run else { return }
    state.lastRun = Int16(truncatingIfNeeded: run)
    if run < baseCount { state.isKnown = true }
    let place = run &- (runCount &- stripStride)
    if place >= 0 { strips[lane &* stripStride &+ place] = (code & 3) + 1 }
    if counts(code, run, &state), Int(state.count) < stride {
      results[lane &* stride &+ Int(state.count)] = Result(
        run: run, isFailure: Self.isFailure(code), isFlaky: code & 4 != 0)
      state.count += 1
      if run >= baseCount { state.ownCount += 1 }
    }
    states[lane] = state
  }

  /// Whether a result belongs to the record; notes where the failures at its end begin.
  private func counts(_ code: UInt8, _ run: Int, _ state: inout State) -> Bool {
    if code & 3 == 3 { return false }
    guard Self.isFailure(code) else {
      state.isClosed = true
      return true
    }
    if state.isClosed { return !isMassFailure[run] }
    state.streakStart = Int16(truncatingIfNeeded: run)
    return true
  }

  /// Whether a code is that of a failed or errored test.
  private static func isFailure(_ code: UInt8) -> Bool { code & 3 == 1 || code & 3 == 2 }

  /// Whether a run of the base branch has the test, skipped or not.
  func isKnown(_ lane: Int) -> Bool { states[lane].isKnown }

  /// The newest results, newest first, skipped ones left out.
  func results(of lane: Int) -> ArraySlice<Result> {
    results[lane * stride..<lane * stride + Int(states[lane].count)]
  }

  /// The same without the results of the change's own earlier runs.
  func baseResults(of lane: Int) -> ArraySlice<Result> {
    results(of: lane).dropFirst(Int(states[lane].ownCount))
  }

  /// The first run of the failures that the record ends with, if it does.
  func streakStart(of lane: Int) -> Int? {
    states[lane].streakStart >= 0 ? Int(states[lane].streakStart) : nil
  }

  /// The outcomes in the window's last runs, oldest first, then this run's.
  func strip(of lane: Int, then current: Outcome?) -> [Outcome?] {
    [Outcome?](unsafeUninitializedCapacity: stripStride + 1) { buffer, count in
      for place in 0..<stripStride {
        let code = strips[lane * stripStride + place]
        buffer.initializeElement(at: place, to: code == 0 ? nil : Outcome(rawValue: code - 1))
      }
      buffer.initializeElement(at: stripStride, to: current)
      count = stripStride + 1
    }
  }
}
