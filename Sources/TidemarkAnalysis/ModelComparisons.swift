import TidemarkModel
import TidemarkReport
import TidemarkStatistics

/// Which models can be told apart from the best one of their task, by each metric of this run.
///
/// The best is chosen by the same values that it is compared by, so the pair's p alone is too small
/// where many models are close; Holm's correction over all models of the task is what makes "told
/// apart" wrong in at most one task of twenty.
struct ModelComparisons: Sendable {
  /// The most comparisons; the tasks that come first by name.
  private static let limit = 5000

  private(set) var all: [ModelComparison] = []

  private struct Column: Hashable {
    var metric: String
    var quantity: Quantity
    var task: String
  }

  /// A value, and its items if it has any, by their ids.
  private struct Entry {
    var value: SeriesValue
    var items: [UInt64: Double]
  }

  init(_ run: Run) {
    var columns: [Column: [SeriesValue]] = [:]
    for value in run.parts.flatMap(\.values) {
      let labels = value.identity.labels
      guard let task = labels["task"], labels["model"] != nil, value.value.isFinite else {
        continue
      }
      let column = Column(
        metric: value.identity.metric, quantity: value.identity.quantity, task: task)
      columns[column, default: []].append(value)
    }
    let ordered = columns.keys.sorted {
      ($0.metric, $0.quantity.name, $0.task) < ($1.metric, $1.quantity.name, $1.task)
    }
    for column in ordered where all.count < Self.limit {
      all += Self.compared(columns[column] ?? [])
    }
  }

  private static func compared(_ values: [SeriesValue]) -> [ModelComparison] {
    guard let first = values.first, values.count > 1 else { return [] }
    let sign = first.direction == .higher ? 1.0 : -1.0
    func size(_ value: SeriesValue) -> Double { value.value * value.unit.scale * sign }
    let ranked = values.sorted { (size($1), $0.id) < (size($0), $1.id) }
    let entries = ranked.map { Entry(value: $0, items: means($0.items)) }
    let comparisons = entries.dropFirst().compactMap { compare(entries[0], $0) }
    return holm(comparisons)
  }

  /// Several scores of one item are one item: their mean counts.
  private static func means(_ items: [ItemScore]) -> [UInt64: Double] {
    var sums: [UInt64: (sum: Double, count: Double)] = [:]
    for item in items where item.score.isFinite {
      let standing = sums[item.id] ?? (0, 0)
      sums[item.id] = (standing.sum + item.score, standing.count + 1)
    }
    return sums.mapValues { $0.sum / $0.count }
  }

  private static func compare(_ best: Entry, _ other: Entry) -> ModelComparison? {
    let pair = Pair(best: best.value, other: other.value)
    let common = best.items.keys.filter { other.items[$0] != nil }
    // Items of one side only would make it a comparison of other questions.
    if common.count >= Comparison.leastItems, common.count * 2 >= best.items.count {
      return pair.ofItems(
        common.sorted().map { (best.items[$0] ?? 0, other.items[$0] ?? 0) })
    }
    return pair.ofShares() ?? pair.ofErrors() ?? pair.ofSamples()
  }

  /// Holm's step-down: the smallest p times the number of comparisons, the next one times one less …
  ///
  /// - Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.
  private static func holm(_ comparisons: [ModelComparison]) -> [ModelComparison] {
    var corrected = comparisons
    var largest = 0.0
    let order = comparisons.indices.sorted {
      (comparisons[$0].p, $0) < (comparisons[$1].p, $1)
    }
    for (rank, index) in order.enumerated() {
      largest = max(largest, min(1, comparisons[index].p * Double(comparisons.count - rank)))
      corrected[index].p = largest
    }
    return corrected
  }
}

/// The best value of a task and another one.
private struct Pair {
  var best: SeriesValue
  var other: SeriesValue

  /// What makes a value of `other` one in the unit of `best`.
  private var factor: Double {
    best.unit.scale > 0 ? other.unit.scale / best.unit.scale : 1
  }

  private func made(
    _ basis: ModelComparison.Basis, _ difference: Double, _ low: Double, _ high: Double, p: Double,
    n: Int?
  ) -> ModelComparison? {
    guard difference.isFinite, low.isFinite, high.isFinite, p.isFinite else { return nil }
    return ModelComparison(
      best: best.id, other: other.id, basis: basis, difference: difference, low: low, high: high,
      p: p, n: n)
  }

  /// Right or wrong: McNemar's exact test. Scores: t of the differences, which for twenty items and more
  /// is what a paired bootstrap finds, at a thousandth of its cost.
  func ofItems(_ scores: [(best: Double, other: Double)]) -> ModelComparison? {
    let isBinary = scores.allSatisfy {
      ($0.best == 0 || $0.best == 1) && ($0.other == 0 || $0.other == 1)
    }
    if isBinary {
      let lost = scores.count { $0.best < $0.other }
      let gained = scores.count { $0.best > $0.other }
      let found = Comparison.ofItems(lost: lost, gained: gained, of: scores.count)
      return made(.items, found.difference, found.low, found.high, p: found.p, n: scores.count)
    }
    let differences = scores.map { $0.best - $0.other }
    let count = Double(differences.count)
    let mean = differences.reduce(0, +) / count
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return ofMean(
      .items, mean, error: (variance / count).squareRoot(), degrees: count - 1, n: scores.count)
  }

  /// Fisher's exact test with Newcombe's interval.
  func ofShares() -> ModelComparison? {
    guard let first = hits(best), let second = hits(other) else { return nil }
    let found = Comparison.ofShares(
      second.hits, of: second.count, against: first.hits, of: first.count)
    let scale = best.unit.scale
    return made(
      .shares, found.difference / scale, found.low / scale, found.high / scale, p: found.p,
      n: min(first.count, second.count))
  }

  private func hits(_ value: SeriesValue) -> (hits: Int, count: Int)? {
    let share = value.value * value.unit.scale
    guard value.identity.quantity == .ratio, let count = value.n, (1...(1 << 40)).contains(count),
      (0...1.000_000_1).contains(share)
    else { return nil }
    return (min(Int((share * Double(count)).rounded()), count), count)
  }

  /// Welch's test from the means' own errors.
  func ofErrors() -> ModelComparison? {
    guard let first = best.standardError, let second = other.standardError.map({ $0 * factor }),
      first >= 0, second >= 0, first + second > 0
    else { return nil }
    let squares = (first * first, second * second)
    let sum = squares.0 + squares.1
    var degrees = 1e6
    if let one = best.n, let two = other.n, one > 1, two > 1 {
      let spread =
        squares.0 * squares.0 / Double(one - 1) + squares.1 * squares.1 / Double(two - 1)
      if spread > 0 { degrees = sum * sum / spread }
    }
    let n = best.n.flatMap { one in other.n.map { min(one, $0) } }
    return ofMean(
      .errors, best.value - other.value * factor, error: sum.squareRoot(), degrees: degrees, n: n)
  }

  func ofSamples() -> ModelComparison? {
    guard let first = best.samples?.values, let second = other.samples?.values.map({ $0 * factor }),
      let test = WelchTest(second, first)
    else { return nil }
    return made(
      .samples, test.difference, test.low, test.high, p: test.p, n: min(first.count, second.count))
  }

  private func ofMean(
    _ basis: ModelComparison.Basis, _ mean: Double, error: Double, degrees: Double, n: Int?
  ) -> ModelComparison? {
    guard error > 0 else {
      // Without any spread the difference is what it is.
      return made(basis, mean, mean, mean, p: mean == 0 ? 1 : 0, n: n)
    }
    let reach = StudentT.twoSidedQuantile(0.05, degrees: degrees) * error
    return made(
      basis, mean, mean - reach, mean + reach,
      p: StudentT.twoSidedP(mean / error, degrees: degrees), n: n)
  }
}
