import TidemarkModel
import TidemarkReport
import TidemarkStatistics

/// Holds an evaluation's items, or its hits, against those of the newest runs of the base branch:
/// what a few runs of many items can say long before a series of runs can.
struct ItemComparison: Sendable {
  /// How many runs of the base branch an evaluation is held against.
  static let baselineLimit = 3
  /// The most items that are compared: the first ones by the hashes of their ids, a fixed sample.
  static let itemLimit = 20_000

  /// Whether all comparisons agree that it is worse; nil if they do not agree on a change.
  var isWorse: Bool?
  /// Whether it holds against at least two runs of the baseline: a lucky one alone confirms nothing.
  var isConfirmed: Bool
  /// The largest p of the comparisons; 1 if they do not agree.
  var p: Double
  /// Against the newest run of the baseline, in the unit of the items.
  var newest: Comparison
  /// How many items are compared.
  var items: Int
  /// Whether items were paired by their ids.
  var isPaired: Bool

  /// - Returns: nil where nothing can be compared.
  init?(_ track: SeriesTrack, direction: Direction, needsItems: Bool) {
    let sign = direction == .higher ? 1.0 : -1.0
    var comparisons: [(comparison: Comparison, items: Int)] = []
    let items = track.series.value?.items ?? []
    isPaired = !items.isEmpty && !track.baselineItems.isEmpty
    if isPaired {
      comparisons = track.baselineItems.compactMap { Self.paired($0, items, sign: sign) }
    } else if !needsItems, let now = track.hits(at: track.values.count - 1) {
      for place in (0..<track.baseCount).reversed() where comparisons.count < Self.baselineLimit {
        guard let before = track.hits(at: place) else { continue }
        comparisons.append((Self.shares(before, now, sign: sign), now.count))
      }
    }
    guard let first = comparisons.first else { return nil }
    let verdicts = Set(comparisons.map(\.comparison.verdict))
    isWorse = verdicts == [.worse] ? true : (verdicts == [.better] ? false : nil)
    isConfirmed = isWorse != nil && comparisons.count >= 2
    p = isWorse == nil ? 1 : comparisons.map(\.comparison.p).max() ?? 1
    newest = first.comparison
    self.items = first.items
  }

  private static func paired(_ before: [ItemScore], _ now: [ItemScore], sign: Double)
    -> (Comparison, Int)?
  {
    // Several scores of one item are one cluster: their mean is compared.
    let old = means(before)
    let pairs = means(now).compactMap { id, score in old[id].map { (id, $0, score) } }
      .sorted { $0.0 < $1.0 }.prefix(itemLimit)
    guard !pairs.isEmpty else { return nil }
    let isBinary = pairs.allSatisfy { ($0.1 == 0 || $0.1 == 1) && ($0.2 == 0 || $0.2 == 1) }
    guard isBinary else {
      return (
        Comparison.ofScores(pairs.map { $0.1 * sign }, pairs.map { $0.2 * sign }), pairs.count
      )
    }
    let lost = pairs.count { ($0.2 - $0.1) * sign < 0 }
    let gained = pairs.count { ($0.2 - $0.1) * sign > 0 }
    return (Comparison.ofItems(lost: lost, gained: gained, of: pairs.count), pairs.count)
  }

  private static func means(_ items: [ItemScore]) -> [UInt64: Double] {
    var sums: [UInt64: (sum: Double, count: Double)] = [:]
    for item in items where item.score.isFinite {
      let standing = sums[item.id] ?? (0, 0)
      sums[item.id] = (standing.sum + item.score, standing.count + 1)
    }
    return sums.mapValues { $0.sum / $0.count }
  }

  private static func shares(
    _ before: (hits: Int, count: Int), _ now: (hits: Int, count: Int), sign: Double
  ) -> Comparison {
    func hits(_ side: (hits: Int, count: Int)) -> Int {
      sign > 0 ? side.hits : side.count - side.hits
    }
    return Comparison.ofShares(hits(before), of: before.count, against: hits(now), of: now.count)
  }
}
