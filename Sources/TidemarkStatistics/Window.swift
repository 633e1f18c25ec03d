/// One window of a track, prepared for judging boundaries in it.
struct Window {
  let track: Track
  let options: DetectorOptions
  /// The window's part of the track's values, and of what is known about them.
  let y: [Double]
  let noise: Noise
  /// `y` without spikes.
  let x: [Double]
  let knownDeviations: [Double]
  /// Sums of the first values of `y`, and of `x`, taken from `center`.
  let sums: [Double]
  let cleanSums: [Double]
  let center: Double
  /// All of the window.
  let whole: Piece

  init(
    _ range: Range<Int>, of track: Track, options: DetectorOptions, sample: inout OrderedSample
  ) {
    self.track = track
    self.options = options
    y = range == track.y.indices ? track.y : Array(track.y[range])
    knownDeviations =
      track.knownDeviations.isEmpty ? [] : Array(track.knownDeviations[range])
    sample.take(knownDeviations)
    let known = sample.median
    noise = y.withUnsafeBufferPointer {
      Noise(
        of: $0, isLogarithmic: track.scale == .logarithmic, knownDeviation: known,
        options: options, sample: &sample)
    }
    whole = Piece(y.indices, sample: sample, trim: options.trim)
    center = whole.median
    x = Self.withoutSpikes(y, limit: options.spikeSize * max(noise.sigma, 0))
    sums = Self.sums(of: y, center: center)
    cleanSums = Self.sums(of: x, center: center)
  }

  private static func sums(of values: [Double], center: Double) -> [Double] {
    var sums = [Double](repeating: 0, count: values.count + 1)
    for i in values.indices { sums[i + 1] = sums[i] + (values[i] - center) }
    return sums
  }

  /// The values with every one that departs from the median of the five around it by more than
  /// `limit` replaced by that median: but never the newest, nor the one before it if both depart to
  /// one side, which may be the first runs of a new level.
  private static func withoutSpikes(_ y: [Double], limit: Double) -> [Double] {
    let n = y.count
    guard n >= 5 else { return y }
    func around(_ i: Int) -> Double {
      let first = min(max(i - 2, 0), n - 5)
      return medianOfFive(y[first], y[first + 1], y[first + 2], y[first + 3], y[first + 4])
    }
    var x = y
    for i in 0..<(n - 1) {
      let middle = around(i)
      if abs(y[i] - middle) > limit { x[i] = middle }
    }
    let last = y[n - 1] - around(n - 1)
    if abs(last) > limit, (y[n - 2] - around(n - 2)) * last > 0 { x[n - 2] = y[n - 2] }
    return x
  }

  private static func medianOfFive(
    _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double
  ) -> Double {
    // The lowest and the highest of four pairs cannot be the middle of five.
    let low = max(min(a, b), min(c, d))
    let high = min(max(a, b), max(c, d))
    return max(min(low, high), min(max(low, high), e))
  }

  func piece(_ range: Range<Int>, sample: inout OrderedSample) -> Piece {
    guard range != y.indices else { return whole }
    sample.take(y, range)
    return Piece(range, sample: sample, trim: options.trim)
  }

  /// The spread of all values around their pieces' medians, at least 0.7 sigma.
  func residualSpread(_ pieces: [Piece], sample: inout OrderedSample) -> Double {
    guard pieces.count > 1 else {
      return max(y.count > 4 ? whole.spread : 0, 0.7 * noise.sigma)
    }
    sample.take(y.count) { residuals in
      for piece in pieces {
        for i in piece.range { residuals[i] = y[i] - piece.median }
      }
    }
    return max(sample.count > 4 ? sample.spread : 0, 0.7 * noise.sigma)
  }
}
