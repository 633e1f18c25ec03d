private import Glibc

/// Fisher's exact test of two shares.
package enum FisherExact {
  /// Two-sided p of `firstHits` of `firstCount` against `secondHits` of `secondCount`.
  ///
  /// The sum over all tables with the same margins that are no likelier than the given one. Hits are
  /// taken into 0…count; counts below 0 are 0, and without hits or misses p is 1. O(√n) beyond the
  /// logarithm of the margins.
  /// - Source: Fisher, "Statistical Methods for Research Workers"; the two-sided rule is the one of
  ///   R's `fisher.test` and SciPy's `fisher_exact`.
  package static func p(
    _ firstHits: Int, of firstCount: Int, against secondHits: Int, of secondCount: Int
  ) -> Double {
    let first = Share(firstHits, of: firstCount)
    let second = Share(secondHits, of: secondCount)
    let tables = Hypergeometric(
      first: first.count, second: second.count, hits: first.hits + second.hits)
    guard tables.least < tables.most else { return 1 }
    // Equal chances come out of logarithms a little apart.
    let limit = tables.logChance(first.hits) + 1e-7
    let low = tables.edge(from: tables.mode, to: tables.least, limit: limit)
    let high = tables.edge(from: tables.mode, to: tables.most, limit: limit)
    // The likeliest table is no likelier than the given one: so are all others.
    if low == tables.mode || high == tables.mode { return 1 }
    let lower = low.map { tables.tail(from: $0, to: tables.least) } ?? 0
    let upper = high.map { tables.tail(from: $0, to: tables.most) } ?? 0
    return min(lower + upper, 1)
  }
}

/// The chances of the number of hits on the first side, all margins given.
private struct Hypergeometric {
  let first: Int
  let second: Int
  let hits: Int
  private let logAll: Double

  init(first: Int, second: Int, hits: Int) {
    self.first = first
    self.second = second
    self.hits = hits
    logAll = logChoose(first + second, hits)
  }

  var least: Int { max(0, hits - second) }
  var most: Int { min(hits, first) }

  /// The likeliest number.
  var mode: Int {
    let product = UInt64(first + 1).multipliedFullWidth(by: UInt64(hits + 1))
    return Int(UInt64(first + second + 2).dividingFullWidth(product).quotient)
  }

  func logChance(_ k: Int) -> Double {
    logChoose(first, k) + logChoose(second, hits - k) - logAll
  }

  /// The number nearest to the mode, on the way to `end`, that is no likelier than `limit`; chances
  /// only fall on that way.
  func edge(from mode: Int, to end: Int, limit: Double) -> Int? {
    guard logChance(end) <= limit else { return nil }
    var likelier = mode
    var edge = end
    guard logChance(mode) > limit else { return mode }
    while abs(edge - likelier) > 1 {
      let middle = (edge + likelier) / 2
      if logChance(middle) <= limit { edge = middle } else { likelier = middle }
    }
    return edge
  }

  /// The sum of the chances from `start` to `end`, away from the mode.
  func tail(from start: Int, to end: Int) -> Double {
    var term = exp(logChance(start))
    var sum = term
    var k = start
    while k != end, term > sum * 1e-18 {
      if end < start {
        term *= ratio(k)
        k -= 1
      } else {
        k += 1
        term /= ratio(k)
      }
      sum += term
    }
    return sum
  }

  /// The chance of k − 1 in that of k.
  private func ratio(_ k: Int) -> Double {
    Double(k) * Double(second - hits + k) / (Double(first - k + 1) * Double(hits - k + 1))
  }
}
