/// What kind of number a series holds, as far as its statistics depend on it.
package enum ValueKind: Hashable, Sendable {
  /// A share from 0 to 1, or in percent from 0 to 100: a pass rate, an accuracy.
  case rate(percent: Bool)
  /// A count that the same program repeats exactly: bytes, counts, instructions, allocations.
  case deterministic
  /// Anything else: times, throughputs, scores.
  case other

  /// The kind that a unit's name implies: `ratio`, `rate` and `percent` are rates;
  /// `bytes`, `count`, `instructions` and `allocations` are deterministic; all else is `other`.
  package init(unit: String?) {
    switch unit {
    case "ratio", "rate": self = .rate(percent: false)
    case "percent": self = .rate(percent: true)
    case "bytes", "count", "instructions", "allocations": self = .deterministic
    default: self = .other
    }
  }
}

/// Which way a value of a series is better.
package enum BetterDirection: Hashable, Sendable {
  case lower, higher
}

/// One series as the detector takes it: numbers per run, oldest first.
///
/// The arrays besides `values` go with it element by element; what is missing at an array's end is
/// not known, what is too much is ignored. A run that the series missed is either left out of all
/// arrays or a value that is not finite.
package struct SeriesInput: Hashable, Sendable {
  /// Names the series in the answer; it has no part in the judgement.
  package var id: String
  /// The unit's name: series of one unit share a common mode. See ``ValueKind/init(unit:)``.
  package var unit: String?
  package var kind: ValueKind
  package var direction: BetterDirection
  /// One value a run, oldest first. Values that are not finite are absent ones.
  package var values: [Double]
  /// The rank of each value's run among the runs of the batch, ascending, so that series of one batch
  /// can be aligned. A series whose ranks do not ascend, or are too few, has no part in what the
  /// series have in common.
  package var runs: [Int]
  /// The explicit machine class of each value's run; as many as `values`, or none is known.
  package var environment: [String]?
  /// The number of items behind each value of a rate.
  package var counts: [Double]?
  /// The standard error of each value, in its unit; not finite where unknown. Used for rates without
  /// counts: they tell how many items stand behind a value.
  package var standardErrors: [Double]?
  /// The repetitions within each run, in the unit of `values`; empty where unknown.
  package var samples: [[Double]]?
  /// The least relative effect worth reporting for this series; `nil`: the options' own rule.
  package var effectFloor: Double?
  /// Indices into `values` at which a new baseline starts by decision (an accepted change). Such a
  /// boundary is neither judged nor reported, and values on both sides are not compared.
  package var acceptedChanges: [Int]

  package init(
    id: String, unit: String?, direction: BetterDirection, values: [Double], runs: [Int]? = nil,
    environment: [String]? = nil, counts: [Double]? = nil, standardErrors: [Double]? = nil,
    samples: [[Double]]? = nil, effectFloor: Double? = nil, acceptedChanges: [Int] = [],
    kind: ValueKind? = nil
  ) {
    self.id = id
    self.unit = unit
    self.kind = kind ?? ValueKind(unit: unit)
    self.direction = direction
    self.values = values
    self.runs = runs ?? Array(0..<values.count)
    self.environment = environment
    self.counts = counts
    self.standardErrors = standardErrors
    self.samples = samples
    self.effectFloor = effectFloor
    self.acceptedChanges = acceptedChanges
  }
}
