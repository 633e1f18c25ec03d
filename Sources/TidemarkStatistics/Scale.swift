private import Glibc

/// The scale on which a series is judged, where its noise has the same size at every level.
enum Scale: Hashable, Sendable {
  /// ln v, for positive values: times and throughputs vary in proportion to themselves.
  case logarithmic
  /// asin √p, for rates with known counts: its variance is 1 / 4n at every rate.
  ///
  /// - Source: Anscombe, "The transformation of Poisson, binomial and negative-binomial data", 1948.
  case arcsine(percent: Bool)
  /// v times a power of two that keeps squares from overflowing.
  case linear(factor: Double)

  func position(of value: Double) -> Double {
    switch self {
    case .logarithmic: log(value)
    case .arcsine(let percent): asin(min(max(percent ? value / 100 : value, 0), 1).squareRoot())
    case .linear(let factor): value * factor
    }
  }

  func value(at position: Double) -> Double {
    switch self {
    case .logarithmic: Self.rounded(exp(position))
    case .arcsine(let percent): Self.rate(at: position) * (percent ? 100 : 1)
    case .linear(let factor): position / factor
    }
  }

  /// `value` to 13 significant digits: what exp ∘ log adds behind them is its own error, and a series
  /// that never moved is to show the value that it has.
  private static func rounded(_ value: Double) -> Double {
    guard value.isNormal else { return value }
    let step = pow(10, 12 - log10(abs(value)).rounded(.down))
    let rounded = (value * step).rounded() / step
    return rounded.isFinite && step.isNormal ? rounded : value
  }

  /// The relative size of a change from the level `a` to the level `b`, both on this scale.
  func effect(from a: Double, to b: Double) -> Double {
    switch self {
    case .logarithmic:
      return expm1(b - a)
    case .arcsine:
      let before = Self.rate(at: a)
      let after = Self.rate(at: b)
      return before > 0 ? (after - before) / before : (after > 0 ? 1 : 0)
    case .linear(let factor):
      if a == b { return 0 }
      return abs(a) > 1e-12 * factor ? (b - a) / abs(a) : (b > a ? 1 : -1)
    }
  }

  /// An sd on this scale, relative to the value at `level`.
  func relative(deviation: Double, at level: Double) -> Double {
    switch self {
    case .logarithmic:
      return deviation
    case .arcsine:
      let root = sin(level)
      return 2 * deviation * max(1 - root * root, 1e-9).squareRoot() / max(root, 1e-6)
    case .linear(let factor):
      return abs(level) > 1e-12 * factor ? deviation / abs(level) : 1
    }
  }

  /// sin² within the quarter turn that rates lie in.
  private static func rate(at position: Double) -> Double {
    let root = sin(min(max(position, 0), .pi / 2))
    return root * root
  }
}
