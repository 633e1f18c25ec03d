private import Glibc

/// How a boundary between two pieces stands the checks.
struct BoundaryEvidence {
  let before: Piece
  let after: Piece
  /// Level after minus level before, on the scale.
  let difference: Double
  /// The sd of one run.
  let deviation: Double
  /// Degrees of freedom of the t test.
  let degrees: Double
  /// The sd of `difference`.
  let standardError: Double
  /// The relative effect.
  let effect: Double
  /// The least relative effect that is reported here.
  let floor: Double
  let p: Double
  /// Whether all checks but those of p and of the pieces' lengths hold.
  var holds = false

  var boundary: Int { after.range.lowerBound }

  /// |difference| in sd; infinite without noise.
  var size: Double { deviation > 0 ? abs(difference) / deviation : .infinity }

  /// How little the boundary is worth: the one with the largest goes first.
  var weakness: Double { (holds ? p : 1 + p) - 1e-9 * min(size, 1e6) }
}

extension Window {
  /// Judges the boundary between two neighbouring pieces.
  func judge(
    _ before: Piece, _ after: Piece, residualSpread: Double, sample: inout OrderedSample
  ) -> BoundaryEvidence {
    let deviation = max(
      spread(before, after), residualSpread,
      medianKnownDeviation(before.range.lowerBound..<after.range.upperBound, &sample))
    let difference = after.level - before.level
    let degrees = degreesOfFreedom(before.count + after.count)
    let standardError =
      deviation
      * (noise.varianceOfMean(before.count) + noise.varianceOfMean(after.count)).squareRoot()
    let p =
      deviation > 0
      ? StudentT.twoSidedP(difference / standardError, degrees: degrees)
      : chanceWithoutNoise(difference, before.count, after.count)
    var evidence = BoundaryEvidence(
      before: before, after: after, difference: difference, deviation: deviation,
      degrees: degrees, standardError: standardError,
      effect: track.scale.effect(from: before.level, to: after.level),
      floor: effectFloor(deviation: deviation, level: before.level), p: p)
    evidence.holds =
      abs(evidence.effect) >= evidence.floor && isLargeEnough(evidence)
      && exceedsTick(evidence) && separates(evidence) && exceedsWandering(evidence)
    return evidence
  }

  private func spread(_ before: Piece, _ after: Piece) -> Double {
    if min(before.count, after.count) >= 8 { return max(before.spread, after.spread) }
    return before.count >= after.count ? before.spread : after.spread
  }

  private func medianKnownDeviation(_ range: Range<Int>, _ sample: inout OrderedSample) -> Double {
    guard !knownDeviations.isEmpty else { return 0 }
    sample.take(knownDeviations, range)
    return sample.median
  }

  /// Fewer where neighbours are correlated; a known sd is worth at least 60.
  private func degreesOfFreedom(_ count: Int) -> Double {
    let r = noise.correlation
    let degrees = count > 4 ? max(1, Double(count) * (1 - r) / (1 + r) - 2) : 1
    return knownDeviations.isEmpty ? degrees : max(degrees, 60)
  }

  /// Without any noise: how likely is it that a value seen `before` times changes, and stays?
  private func chanceWithoutNoise(_ difference: Double, _ before: Int, _ after: Int) -> Double {
    guard difference != 0, before >= 3 else { return 1 }
    return pow(1 / Double(before + 1), Double(min(after, 3))) / 100
  }

  /// 2 % for noisy series, down to 0.1 % for quiet ones.
  func effectFloor(deviation: Double, level: Double) -> Double {
    if let given = track.effectFloor { return given }
    let relative = track.scale.relative(deviation: deviation, at: level)
    return max(
      options.effectFloorMinimum,
      min(options.effectFloor, options.effectFloorNoise * relative))
  }

  private func isLong(_ evidence: BoundaryEvidence) -> Bool {
    min(evidence.before.count, evidence.after.count) >= options.longRuns
      && evidence.p < options.alphaLong
  }

  private func isLargeEnough(_ evidence: BoundaryEvidence) -> Bool {
    evidence.size >= (isLong(evidence) ? options.sizeLong : options.size)
  }

  /// A single tick of a coarse clock is no change where the series has ticked before.
  private func exceedsTick(_ evidence: BoundaryEvidence) -> Bool {
    guard noise.tick > 0, evidence.deviation > 0, whole.spread > 0, !evidence.before.isConstant
    else {
      return true
    }
    return abs(evidence.difference) >= 1.01 * noise.tick
  }

  /// Most runs of each piece lie on its own side of the middle between the levels.
  private func separates(_ evidence: BoundaryEvidence) -> Bool {
    let before = evidence.before
    let after = evidence.after
    let middle = (before.level + after.level) / 2
    let least = isLong(evidence) ? options.separationLong : options.separation
    let rises = evidence.difference >= 0
    func share(_ piece: Piece, above: Bool) -> Double {
      var own = 0
      for i in piece.range where above ? y[i] - middle > 0 : y[i] - middle < 0 { own += 1 }
      return Double(own) / Double(piece.count)
    }
    return share(before, above: !rises) >= (before.count <= 3 ? max(least, 1) : least)
      && share(after, above: rises) >= (after.count <= 3 ? 1 : least)
  }

  /// Neither piece has wandered as far from its own level before, for as long as the other lasts.
  private func exceedsWandering(_ evidence: BoundaryEvidence) -> Bool {
    let before = evidence.before
    let after = evidence.after
    let useClean = min(before.count, after.count) >= 3
    for (piece, other) in [(before, after), (after, before)] {
      let length = min(other.count, options.guardRuns)
      guard piece.count >= options.guardRuns, piece.count >= 2 * length else { continue }
      let farthest = wandering(of: piece, length: length, sums: useClean ? cleanSums : sums)
      let factor = length < 3 ? options.guardFactorShort : options.guardFactor
      if abs(evidence.difference) < factor * farthest { return false }
    }
    return true
  }

  /// The largest departure of a mean of `length` neighbours from the piece's level.
  private func wandering(of piece: Piece, length: Int, sums: [Double]) -> Double {
    let level = piece.level - center
    let divisor = Double(length)
    var farthest = 0.0
    sums.withUnsafeBufferPointer { sums in
      for i in piece.range.lowerBound...(piece.range.upperBound - length) {
        farthest = max(farthest, abs((sums[i + length] - sums[i]) / divisor - level))
      }
    }
    return farthest
  }

  /// Whether two runs may confirm: only where lone outliers as large are unknown in the series.
  func allowsTwoRuns(_ evidence: BoundaryEvidence) -> Bool {
    let chance = (Double(outliers(evidence)) + 0.5) / Double(evidence.before.count + 1)
    return evidence.p < options.alphaTwoRuns && squared(chance) < options.outlierChance
  }

  /// Whether one run, that its repetitions speak for, may confirm: as two runs may, or a clear change
  /// after some runs without any outlier.
  func allowsOneRun(_ evidence: BoundaryEvidence) -> Bool {
    let isClear =
      evidence.p < options.alphaTwoRuns && evidence.size >= options.rankClearSize
      && evidence.before.count >= options.repetitionBaseline && outliers(evidence) == 0
    return isClear || allowsTwoRuns(evidence)
  }

  /// How many runs before the boundary depart from their level by most of the change, or far.
  private func outliers(_ evidence: BoundaryEvidence) -> Int {
    let limit =
      evidence.deviation > 0
      ? min(0.6 * abs(evidence.difference), 6 * evidence.deviation) : 0
    return evidence.before.range.count { abs(y[$0] - evidence.before.level) > limit }
  }

  /// Whether a rank test could say as much: 1 / C(n, k) is its least p.
  func allowsRankTest(_ evidence: BoundaryEvidence, extraRuns: Int = 0) -> Bool {
    let needed =
      evidence.size >= options.rankClearSize ? options.rankChoicesClear : options.rankChoices
    let after = evidence.after.count + extraRuns
    return choices(evidence.before.count + after, after, atLeast: needed)
  }

  private func choices(_ n: Int, _ k: Int, atLeast needed: Double) -> Bool {
    var ways = 1.0
    for i in 0..<min(k, n - k) {
      ways *= Double(n - i) / Double(i + 1)
      if ways >= needed { return true }
    }
    return (ways + 1e-6).rounded(.down) >= needed
  }
}
