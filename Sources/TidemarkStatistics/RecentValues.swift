/// The values of the newest runs of many series, each series' also by size: medians are at hand.
///
/// Going through a batch's history run by run, this is where the time goes, so the numbers lie in two
/// plain buffers that belong to it alone.
struct RecentValues: ~Copyable {
  private let runs: Int
  /// By series, then by run in a ring; NaN where a series has none.
  private let ring: UnsafeMutablePointer<Double>
  /// By series, then ascending; only the first `counts` of each.
  private let ordered: UnsafeMutablePointer<Double>
  private let counts: UnsafeMutablePointer<Int>
  /// The ring's place of the oldest run.
  private var slot = 0

  /// - Parameters:
  ///   - series: how many series.
  ///   - runs: how many runs are kept; at least 1.
  init(series: Int, runs: Int) {
    self.runs = runs
    ring = .allocate(capacity: series * runs)
    ring.initialize(repeating: .nan, count: series * runs)
    ordered = .allocate(capacity: series * runs)
    ordered.initialize(repeating: .nan, count: series * runs)
    counts = .allocate(capacity: series)
    counts.initialize(repeating: 0, count: series)
  }

  deinit {
    ring.deallocate()
    ordered.deallocate()
    counts.deallocate()
  }

  /// The median of a series' kept values; NaN without any.
  @inline(__always)
  func median(_ series: Int) -> Double {
    let count = counts[series]
    guard count > 0 else { return .nan }
    let own = ordered + series &* runs
    return (own[(count &- 1) / 2] + own[count / 2]) / 2
  }

  /// Puts a value, or NaN for none, in the place of the oldest run's.
  @inline(__always)
  mutating func replaceOldest(_ series: Int, with value: Double) {
    let own = ordered + series &* runs
    let oldest = ring[series &* runs &+ slot]
    ring[series &* runs &+ slot] = value
    var count = counts[series]
    if !oldest.isNaN {
      var rank = 0
      while own[rank] != oldest { rank &+= 1 }
      count &-= 1
      while rank < count {
        own[rank] = own[rank &+ 1]
        rank &+= 1
      }
    }
    if !value.isNaN {
      var rank = count
      while rank > 0, own[rank &- 1] > value {
        own[rank] = own[rank &- 1]
        rank &-= 1
      }
      own[rank] = value
      count &+= 1
    }
    counts[series] = count
  }

  /// Goes on to the next run.
  mutating func advance() { slot = (slot + 1) % runs }
}
