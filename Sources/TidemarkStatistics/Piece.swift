/// A stretch of runs between two boundaries, and what is asked of it.
struct Piece {
  let range: Range<Int>
  /// The trimmed mean.
  let level: Double
  let median: Double
  let spread: Double
  /// Whether all values are the same.
  let isConstant: Bool

  var count: Int { range.count }

  /// - Parameter sample: the piece's values.
  init(_ range: Range<Int>, sample: OrderedSample, trim: Double) {
    self.range = range
    level = sample.trimmedMean(trim)
    median = sample.median
    spread = sample.spread
    isConstant = sample.count == 0 || sample[0] == sample[sample.count - 1]
  }
}
