private import Glibc

/// Student's t distribution.
package enum StudentT {
  /// The chance of a |t| at least as large, for `degrees` > 0 of freedom, whole or not.
  ///
  /// The regularised incomplete beta function at df / (df + t²), by its continued fraction.
  /// - Source: Abramowitz and Stegun, 26.7.1 and 26.5.8; the fraction is evaluated with Lentz's method.
  package static func twoSidedP(_ t: Double, degrees: Double) -> Double {
    guard t.isFinite else { return t.isNaN ? 1 : 0 }
    let x = degrees / (degrees + t * t)
    return regularisedBeta(x, degrees / 2, 0.5)
  }

  /// The t that |t| exceeds with chance `p`, between 0 and 1.
  package static func twoSidedQuantile(_ p: Double, degrees: Double) -> Double {
    guard p > 0 else { return .infinity }
    guard p < 1 else { return 0 }
    var low = 0.0
    var high = 2.0
    while high < 1e30, twoSidedP(high, degrees: degrees) > p { high *= 2 }
    for _ in 0..<200 {
      let middle = (low + high) / 2
      if middle <= low || middle >= high { break }
      if twoSidedP(middle, degrees: degrees) > p { low = middle } else { high = middle }
      if high - low <= 1e-13 * high { break }
    }
    return (low + high) / 2
  }

  /// I_x(a, b), for a, b > 0.
  static func regularisedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let logFront =
      logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)
    let front = exp(logFront)
    // The fraction converges fast below the mean; above it the symmetric form does.
    return x < (a + 1) / (a + b + 2)
      ? front * betaFraction(x, a, b) / a : 1 - front * betaFraction(1 - x, b, a) / b
  }

  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    func away(_ value: Double) -> Double { abs(value) > 1e-300 ? value : 1e-300 }
    var c = 1.0
    var d = 1 / away(1 - (a + b) * x / (a + 1))
    var fraction = d
    for step in 1..<10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / away(1 + even * d)
      c = away(1 + even / c)
      fraction *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / away(1 + odd * d)
      c = away(1 + odd / c)
      let factor = d * c
      fraction *= factor
      if abs(factor - 1) < 1e-15 { break }
    }
    return fraction
  }
}
