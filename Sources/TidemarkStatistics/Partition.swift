private import Glibc

/// The exact least-squares partition of a series into pieces of constant level.
enum Partition {
  /// Where the pieces after the first start, ascending; every piece has at least two values.
  ///
  /// Minimises the squared deviations from the pieces' means plus `penalty` · σ² · (1 + ρ) / (1 − ρ) · ln n
  /// for every boundary, by dynamic programming over the last piece's start. O(n²) time, O(n) memory.
  /// - Source: Jackson et al., "An algorithm for optimal partitioning of data on an interval", 2005.
  static func boundaries(
    of x: UnsafeBufferPointer<Double>, noise: Noise, penalty: Double, center: Double
  ) -> [Int] {
    let n = x.count
    guard n >= 4 else { return [] }
    let r = noise.correlation
    var beta = penalty * squared(max(noise.sigma, 1e-12)) * (1 + r) / (1 - r) * log(Double(n))
    let (sums, squares) = prefixSums(of: x, center: center)
    // Below what the sums' own rounding can be told from, a boundary means nothing.
    beta = max(beta, squares[n] * 1e-13)
    let starts = lastPieceStarts(sums: sums, squares: squares, penalty: beta)
    var boundaries: [Int] = []
    var end = n
    while end > 0 {
      end = Int(starts[end])
      if end > 0 { boundaries.append(end) }
    }
    return boundaries.reversed()
  }

  private static func prefixSums(of x: UnsafeBufferPointer<Double>, center: Double)
    -> (sums: [Double], squares: [Double])
  {
    var sums = [Double](repeating: 0, count: x.count + 1)
    var squares = sums
    for i in 0..<x.count {
      let centered = x[i] - center
      sums[i + 1] = sums[i] + centered
      squares[i + 1] = squares[i] + centered * centered
    }
    return (sums, squares)
  }

  /// For each end t, where the last piece of the best partition of the first t values starts.
  private static func lastPieceStarts(sums: [Double], squares: [Double], penalty: Double) -> [Int32]
  {
    let n = sums.count - 1
    // The best cost of the first t values, with a penalty for every piece but the first.
    var best = [Double](repeating: .infinity, count: n + 1)
    best[0] = -penalty
    var starts = [Int32](repeating: 0, count: n + 1)
    var costs = [Double](repeating: 0, count: n + 1)
    // From place n - t on: 1 / (t - k) in the order of k.
    let inverseLengths = (0..<n).map { 1 / Double(n - $0) }
    best.withUnsafeMutableBufferPointer { best in
      costs.withUnsafeMutableBufferPointer { costs in
        sums.withUnsafeBufferPointer { sums in
          squares.withUnsafeBufferPointer { squares in
            inverseLengths.withUnsafeBufferPointer { inverseLengths in
              for t in 2...n {
                let start = cheapestStart(
                  to: t, best: best, sums: sums, squares: squares,
                  inverseLengths: inverseLengths, costs: costs)
                starts[t] = Int32(truncatingIfNeeded: start)
                best[t] = costs[start] + penalty
              }
            }
          }
        }
      }
    }
    return starts
  }

  /// The start of the last piece up to `t` with the least total cost, the first of equal ones;
  /// leaves the costs of all starts in `costs`. The two loops are ones that the compiler turns into
  /// vector code: nearly all of the detector's quadratic work is here.
  @inline(__always)
  private static func cheapestStart(
    to t: Int, best: UnsafeMutableBufferPointer<Double>, sums: UnsafeBufferPointer<Double>,
    squares: UnsafeBufferPointer<Double>, inverseLengths: UnsafeBufferPointer<Double>,
    costs: UnsafeMutableBufferPointer<Double>
  ) -> Int {
    let count = t &- 1
    let offset = sums.count &- 1 &- t
    let sum = sums[t]
    let square = squares[t]
    var k = 0
    while k < count {
      let part = sum - sums[k]
      let cost = (square - squares[k]) - part * part * inverseLengths[offset &+ k]
      costs[k] = best[k] + (cost > 0 ? cost : 0)
      k &+= 1
    }
    let cheapest = least(of: costs, count: count)
    var start = 0
    while start < count &- 1, costs[start] != cheapest { start &+= 1 }
    return start
  }

  /// The least of the first `count` numbers; four at a time, as one waits for the other otherwise.
  @inline(__always)
  private static func least(of numbers: UnsafeMutableBufferPointer<Double>, count: Int) -> Double {
    var a = Double.infinity
    var b = a
    var c = a
    var d = a
    var k = 0
    while k &+ 4 <= count {
      a = numbers[k] < a ? numbers[k] : a
      b = numbers[k &+ 1] < b ? numbers[k &+ 1] : b
      c = numbers[k &+ 2] < c ? numbers[k &+ 2] : c
      d = numbers[k &+ 3] < d ? numbers[k &+ 3] : d
      k &+= 4
    }
    while k < count {
      a = numbers[k] < a ? numbers[k] : a
      k &+= 1
    }
    return min(min(a, b), min(c, d))
  }
}
