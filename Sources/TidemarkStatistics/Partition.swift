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
    var best = [Double](repeating: .infinity, count: n + 1)
    best[0] = -penalty
    var starts = [Int32](repeating: 0, count: n + 1)
    var costs = [Double](repeating: 0, count: n + 4)
    // lengths[n - t + k] is t - k: what a piece from k to t divides by, in the order of k.
    let lengths = (0...(n + 4)).map { Double(max(n - $0, 1)) }
    best.withUnsafeMutableBufferPointer { best in
      starts.withUnsafeMutableBufferPointer { starts in
        costs.withUnsafeMutableBufferPointer { costs in
          sums.withUnsafeBufferPointer { sums in
            squares.withUnsafeBufferPointer { squares in
              lengths.withUnsafeBufferPointer { lengths in
                for t in 2...n {
                  let (start, cost) = cheapestStart(
                    to: t, best: best, sums: sums, squares: squares,
                    lengths: UnsafeBufferPointer(rebasing: lengths[(n - t)...]), costs: costs)
                  starts[t] = Int32(truncatingIfNeeded: start)
                  best[t] = cost + penalty
                }
              }
            }
          }
        }
      }
    }
    return starts
  }

  /// The start k of the last piece [k, t) with the least total cost, the first of equal ones.
  @inline(__always)
  private static func cheapestStart(
    to t: Int, best: UnsafeMutableBufferPointer<Double>, sums: UnsafeBufferPointer<Double>,
    squares: UnsafeBufferPointer<Double>, lengths: UnsafeBufferPointer<Double>,
    costs: UnsafeMutableBufferPointer<Double>
  ) -> (start: Int, cost: Double) {
    let count = t - 1
    let blocks = count / 4
    let sum = SIMD4<Double>(repeating: sums[t])
    let square = SIMD4<Double>(repeating: squares[t])
    var least = SIMD4<Double>(repeating: .infinity)
    for block in 0..<blocks {
      let k = 4 &* block
      let part = sum - four(sums, k)
      let cost = (square - four(squares, k)) - part * part / four(lengths, k)
      let total = four(UnsafeBufferPointer(best), k) + cost.replacing(with: 0, where: cost .< 0)
      costs[k] = total[0]
      costs[k &+ 1] = total[1]
      costs[k &+ 2] = total[2]
      costs[k &+ 3] = total[3]
      least.replace(with: total, where: total .< least)
    }
    var cheapest = least.min()
    for k in (4 &* blocks)..<count {
      let part = sums[t] - sums[k]
      let cost = (squares[t] - squares[k]) - part * part / lengths[k]
      costs[k] = best[k] + max(cost, 0)
      cheapest = min(cheapest, costs[k])
    }
    var start = 0
    while start < count - 1, costs[start] != cheapest { start &+= 1 }
    return (start, cheapest)
  }

  @inline(__always)
  private static func four(_ numbers: UnsafeBufferPointer<Double>, _ at: Int) -> SIMD4<Double> {
    SIMD4(numbers[at], numbers[at &+ 1], numbers[at &+ 2], numbers[at &+ 3])
  }
}
