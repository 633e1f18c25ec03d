/// Which way is better.
package enum Direction: String, Hashable, Sendable {
  case lower, higher
}

/// One measured number, with what the file tells of its certainty.
package struct Measurement: Hashable, Sendable {
  package var name: String
  /// Parameters that the format keeps apart from the name, sorted by key.
  package var parameters: Labels
  package var metric: String
  /// As in the file; finite.
  package var value: Double
  package var unit: Unit
  package var direction: Direction
  /// Labels that the format itself gives (provider, model, task).
  package var labels: Labels
  /// How many observations the value rests on.
  package var n: Int?
  /// The value's standard error, in the value's unit.
  package var standardError: Double?
  package var samples: Samples?
  /// Results item by item, where the file has them: they allow paired comparison.
  package var items: [ItemScore]
  /// The first number that the file writes for it, where ``value`` is derived from several (the
  /// median of repetitions): what `inspect` prints.
  package var stated: Double?
  /// Whether this is the main metric of its name: `inspect` counts it as a benchmark.
  package var isPrimary: Bool

  package init(
    name: String, parameters: Labels = .none, metric: String, value: Double, unit: Unit,
    direction: Direction, labels: Labels = .none, n: Int? = nil, standardError: Double? = nil,
    samples: Samples? = nil, items: [ItemScore] = [], isPrimary: Bool = true
  ) {
    self.name = name
    self.parameters = parameters
    self.metric = metric
    self.value = value
    self.unit = unit
    self.direction = direction
    self.labels = labels
    self.n = n
    self.standardError = standardError
    self.samples = samples
    self.items = items
    self.isPrimary = isPrimary
  }
}

/// The repetitions behind a value, in its unit: up to 64 as they are, more as 64 quantiles.
package struct Samples: Hashable, Sendable {
  package static let limit = 64

  /// At most ``limit``. As they were measured, in order; or quantiles, ascending.
  package var values: [Double]
  /// How many there were.
  package var count: Int
  package var areQuantiles: Bool { count > values.count }

  /// Values that are not finite are left out.
  package init?(_ all: [Double]) {
    let finite = all.filter(\.isFinite)
    guard !finite.isEmpty else { return nil }
    count = finite.count
    guard finite.count > Samples.limit else {
      values = finite
      return
    }
    let sorted = finite.sorted()
    values = (0..<Samples.limit).map { step in
      // The middle of each of 64 equal shares, by linear interpolation at p(n − 1).
      let position =
        (Double(step) + 0.5) / Double(Samples.limit) * Double(sorted.count - 1)
      let index = Int(position)
      let next = min(index + 1, sorted.count - 1)
      return sorted[index] + (sorted[next] - sorted[index]) * (position - Double(index))
    }
  }

  /// Samples as they were stored.
  package init(values: [Double], count: Int) {
    self.values = values
    self.count = max(count, values.count)
  }
}

/// One item's score in an evaluation: 0 or 1, or any number.
package struct ItemScore: Hashable, Sendable {
  /// The hash of the item's id.
  package var id: UInt64
  package var score: Double

  package init(id: UInt64, score: Double) {
    self.id = id
    self.score = score
  }
}
