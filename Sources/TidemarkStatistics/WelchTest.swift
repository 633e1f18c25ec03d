/// Two samples of different spread held against each other.
///
/// - Source: Welch, *The generalization of "Student's" problem when several different population
///   variances are involved*, Biometrika 34 (1947), with Satterthwaite's degrees of freedom.
package struct WelchTest: Hashable, Sendable {
  /// Second minus first mean.
  package var difference: Double
  /// The 95 % interval's lower end.
  package var low: Double
  /// The 95 % interval's upper end.
  package var high: Double
  /// Two-sided p of no difference.
  package var p: Double

  /// - Returns: nil where a side has fewer than two values, or where neither varies.
  package init?(_ first: [Double], _ second: [Double]) {
    guard let one = Moments(first), let other = Moments(second) else { return nil }
    let variance = one.varianceOfMean + other.varianceOfMean
    guard variance > 0, variance.isFinite else { return nil }
    let degrees =
      variance * variance
      / (one.varianceOfMean * one.varianceOfMean / (one.count - 1)
        + other.varianceOfMean * other.varianceOfMean / (other.count - 1))
    difference = other.mean - one.mean
    let error = variance.squareRoot()
    let reach = StudentT.twoSidedQuantile(0.05, degrees: degrees) * error
    low = difference - reach
    high = difference + reach
    p = StudentT.twoSidedP(difference / error, degrees: degrees)
  }

  private struct Moments {
    var count: Double
    var mean: Double
    var varianceOfMean: Double

    init?(_ values: [Double]) {
      let finite = values.filter(\.isFinite)
      guard finite.count > 1 else { return nil }
      count = Double(finite.count)
      let mean = finite.reduce(0, +) / count
      let squares = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      varianceOfMean = squares / (count - 1) / count
    }
  }
}
