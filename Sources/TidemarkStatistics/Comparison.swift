/// What a comparison of two evaluations says.
package enum ComparisonVerdict: Hashable, Sendable {
  case worse, better, unchanged
  /// Too few items to say anything.
  case insufficient
}

/// Two evaluations held against each other.
package struct Comparison: Hashable, Sendable {
  /// Second minus first: of the share correct, or of the mean score.
  package var difference: Double
  /// The 95 % interval's lower end.
  package var low: Double
  /// The 95 % interval's upper end.
  package var high: Double
  /// Two-sided p of no difference.
  package var p: Double
  package var verdict: ComparisonVerdict

  /// Items on each side below which there is no verdict.
  package static let leastItems = 20
  /// Items that differ between the sides below which there is no verdict on pairs.
  package static let leastDiscordant = 5

  private init(
    _ interval: (difference: Double, low: Double, high: Double), p: Double, isEnough: Bool,
    alpha: Double, direction: BetterDirection
  ) {
    difference = interval.difference
    low = interval.low
    high = interval.high
    self.p = p
    if !isEnough {
      verdict = .insufficient
    } else if p > alpha || difference == 0 {
      verdict = .unchanged
    } else {
      verdict = (difference > 0) == (direction == .higher) ? .better : .worse
    }
  }
}

extension Comparison {
  /// Shares of unknown items: Fisher's exact test with Newcombe's interval.
  ///
  /// Insufficient below 20 items a side.
  /// - Parameters:
  ///   - alpha: Largest p of a verdict.
  ///   - direction: Whether a higher share is better.
  package static func ofShares(
    _ firstHits: Int, of firstCount: Int, against secondHits: Int, of secondCount: Int,
    alpha: Double = 0.01, direction: BetterDirection = .higher
  ) -> Comparison {
    Comparison(
      Newcombe.interval(firstHits, of: firstCount, against: secondHits, of: secondCount),
      p: FisherExact.p(firstHits, of: firstCount, against: secondHits, of: secondCount),
      isEnough: min(firstCount, secondCount) >= leastItems, alpha: alpha, direction: direction)
  }

  /// Outcomes of the same items, right being better: exact McNemar.
  ///
  /// Insufficient below 20 items or 5 discordant ones. The interval is the one of paired shares.
  /// - Parameters:
  ///   - lost: Items right before and wrong now.
  ///   - gained: Items wrong before and right now.
  ///   - items: All items, those that did not change included.
  ///   - alpha: Largest p of a verdict.
  /// - Source: the interval is Wald's with one item added to each kind of discordant ones, as in
  ///   Bonett and Price, "Adjusted Wald confidence interval for a difference of binomial proportions
  ///   based on paired data", 2012.
  package static func ofItems(lost: Int, gained: Int, of items: Int, alpha: Double = 0.01)
    -> Comparison
  {
    let count = Double(max(items, 1))
    let difference = (Double(gained) - Double(lost)) / count
    let lostShare = (Double(lost) + 1) / (count + 2)
    let gainedShare = (Double(gained) + 1) / (count + 2)
    let variance = (lostShare + gainedShare - squared(gainedShare - lostShare)) / (count + 2)
    let reach = 1.959964 * max(variance, 0).squareRoot()
    let middle = gainedShare - lostShare
    let discordant = lost.addingReportingOverflow(gained)
    return Comparison(
      (difference, max(middle - reach, -1), min(middle + reach, 1)),
      p: McNemar.p(lost: lost, gained: gained),
      isEnough: items >= leastItems
        && (discordant.overflow || discordant.partialValue >= leastDiscordant),
      alpha: alpha, direction: .higher)
  }

  /// Scores of the same items: paired bootstrap, 2,000 draws.
  ///
  /// Insufficient below 20 items, or 5 that differ; samples of one group are one item.
  /// - Parameters:
  ///   - groups: The same number for samples of one prompt; `nil`: each its own item.
  ///   - alpha: Largest p of a verdict.
  ///   - direction: Whether higher scores are better.
  package static func ofScores(
    _ first: [Double], _ second: [Double], groups: [Int]? = nil, alpha: Double = 0.01,
    direction: BetterDirection = .higher
  ) -> Comparison {
    let result = PairedBootstrap.compare(first, second, groups: groups)
    var items: Set<Int> = []
    var discordant: Set<Int> = []
    for (index, pair) in zip(first, second).enumerated() where (pair.1 - pair.0).isFinite {
      let item = groups.flatMap { index < $0.count ? $0[index] : nil } ?? index
      items.insert(item)
      if pair.0 != pair.1 { discordant.insert(item) }
    }
    return Comparison(
      (result.difference, result.low, result.high), p: result.p,
      isEnough: items.count >= leastItems && discordant.count >= leastDiscordant, alpha: alpha,
      direction: direction)
  }
}
