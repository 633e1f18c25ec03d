extension Measurement {
  /// Takes `values` for the repetitions behind the value: samples, count and standard error. Of
  /// fewer than two there is nothing to tell.
  ///
  /// - Parameter areRows: Each repetition is a row of the file, the first one what it states first.
  package mutating func addRepetitions(_ values: [Double], areRows: Bool = false) {
    guard values.count > 1 else { return }
    if areRows { stated = values.first }
    samples = Samples(values)
    n = values.count
    standardError = values.standardError
  }

  /// Takes another measurement of the same series for further repetitions: the value becomes the mean
  /// of all. Of more than ``Samples/limit`` the spread is that of their quantiles.
  package mutating func join(_ other: Measurement) {
    let scale = other.unit.scale / unit.scale
    let counts = (samples?.count ?? 1, other.samples?.count ?? 1)
    let total = counts.0 + counts.1
    let all =
      (samples?.values ?? [value]) + (other.samples?.values ?? [other.value]).map { $0 * scale }
    stated = stated ?? value
    let share = Double(counts.1) / Double(total)
    value += (other.value * scale - value) * share
    addRepetitions(all)
    guard total > all.count else { return }
    n = total
    samples = samples.map { Samples(values: $0.values, count: total) }
  }
}

extension [Double] {
  /// 0 of none.
  package var mean: Double {
    guard !isEmpty else { return 0 }
    let sum = reduce(0, +)
    // A sum beyond a double's range: add the shares.
    return sum.isFinite ? sum / Double(count) : reduce(0) { $0 + $1 / Double(count) }
  }

  /// The middle value, or the mean of the middle two; 0 of none.
  package var median: Double {
    guard !isEmpty else { return 0 }
    let ordered = sorted()
    let middle = count / 2
    return count % 2 == 1 ? ordered[middle] : ordered[middle - 1] / 2 + ordered[middle] / 2
  }

  /// The standard error of the mean, from the sample's deviation; nil of fewer than two.
  package var standardError: Double? {
    guard count > 1 else { return nil }
    let mean = mean
    let squares = reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let error = (squares / Double(count - 1) / Double(count)).squareRoot()
    return error.isFinite ? error : nil
  }
}
