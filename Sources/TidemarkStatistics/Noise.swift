private import Glibc

/// The noise of a series on its scale, from differences: steps of the level hardly touch them.
struct Noise: Hashable, Sendable {
  /// The sd of one run.
  var sigma = 0.0
  /// The correlation of neighbouring runs, from 0 to `correlationMaximum`.
  var correlation = 0.0
  /// The distance of two values that a coarse clock or counter allows; 0 if they are not that few.
  var tick = 0.0

  /// The noise of `y`, with `knownDeviation` as the least sd (0 if none is known); leaves `y` in
  /// `sample`.
  init(
    of y: UnsafeBufferPointer<Double>, isLogarithmic: Bool, knownDeviation: Double,
    options: DetectorOptions, sample: inout OrderedSample
  ) {
    guard y.count >= 3 else {
      sample.take(y)
      return
    }
    sample.takeDifferences(of: y)
    let step = sample.spread / 2.0.squareRoot()
    if y.count >= 20, step > 0 {
      correlation = Self.correlation(of: y, options: options, sample: &sample)
    }
    sigma = max(step / max(1 - correlation, 0.05).squareRoot(), knownDeviation)
    sample.take(y)
    tick = Self.tick(of: sample, isLogarithmic: isLogarithmic)
    if step > 0 { sigma = max(sigma, tick / 2) }
  }

  /// The lag-1 correlation of an autoregressive noise, where `sample` holds the first differences.
  ///
  /// The variance of k-step differences is 2 σ² (1 − ρᵏ), so their scales' ratios to the first give
  /// ρ + 1 and ρ² + ρ + 1. Two robust scales are asked and the lower answer is believed: neither
  /// steps nor two modes shall pass for a correlation.
  private static func correlation(
    of y: UnsafeBufferPointer<Double>, options: DetectorOptions, sample: inout OrderedSample
  ) -> Double {
    var deviations: [Double] = []
    var ranges: [Double] = []
    let limit = options.correlationStep * sample.medianAbsoluteDeviation / 2.0.squareRoot()
    let level = withoutStep(y, limit: limit, sample: &sample)
    (level ?? []).withUnsafeBufferPointer { level in
      let values = level.isEmpty ? y : level
      for step in 1...3 {
        if step > 1 || !level.isEmpty { sample.takeDifferences(of: values, step: step) }
        deviations.append(sample.medianAbsoluteDeviation)
        ranges.append(sample.innerRange)
      }
    }
    let estimates = [correlation(fromScales: deviations), correlation(fromScales: ranges)]
    guard let lowest = estimates.compactMap({ $0 }).min() else { return 0 }
    let lowered = lowest - options.correlationBias / Double(y.count).squareRoot()
    return min(max(lowered, 0), options.correlationMaximum)
  }

  /// `y` with the step at its largest difference taken out; nil where the five values to either side of that lie
  /// within `limit` of one another.
  ///
  /// k differences lie across a step. Of 25 values they are more than a tenth from k = 3 on, so that the range calls
  /// it a correlation, and in one series of five the deviation agrees by chance.
  private static func withoutStep(
    _ y: UnsafeBufferPointer<Double>, limit: Double, sample: inout OrderedSample
  ) -> [Double]? {
    var place = 0
    var largest = limit
    for i in 1..<y.count where abs(y[i] - y[i - 1]) > largest {
      (place, largest) = (i, abs(y[i] - y[i - 1]))
    }
    guard place > 0, limit > 0 else { return nil }
    let before = UnsafeBufferPointer(rebasing: y[max(place - 5, 0)..<place])
    let after = UnsafeBufferPointer(rebasing: y[place..<min(place + 5, y.count)])
    sample.take(after)
    let upper = sample.median
    sample.take(before)
    let step = upper - sample.median
    guard abs(step) > limit else {
      sample.takeDifferences(of: y)
      return nil
    }
    return y.enumerated().map { $0 < place ? $1 : $1 - step }
  }

  private static func correlation(fromScales scales: [Double]) -> Double? {
    guard scales[0] > 0 else { return nil }
    let second = squared(scales[1] / scales[0]) - 1
    let third = squared(scales[2] / scales[0]) - 1
    let root = third > 0 ? ((1 + 4 * third).squareRoot() - 1) / 2 : third
    return (second + root) / 2
  }

  private static func tick(of sample: OrderedSample, isLogarithmic: Bool) -> Double {
    let gaps = sample.gaps
    guard let least = gaps.min(), gaps.count + 1 <= max(4, sample.count / 2) else { return 0 }
    guard isLogarithmic else { return least }
    let ordered = gaps.sorted()
    return (ordered[(ordered.count - 1) / 2] + ordered[ordered.count / 2]) / 2
  }

  /// The variance of a mean of `count` runs, in variances of one run.
  func varianceOfMean(_ count: Int) -> Double {
    let m = Double(count)
    guard correlation > 0, count > 1 else { return 1 / m }
    let r = correlation
    let inflation =
      (1 + r) / (1 - r) - 2 * r * (1 - pow(r, m)) / (m * (1 - r) * (1 - r))
    return max(inflation, 1) / m
  }
}

@inline(__always)
func squared(_ x: Double) -> Double { x * x }
