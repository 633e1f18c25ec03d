internal import TidemarkModel

extension Measurement {
  /// Takes the values of a histogram, which are in order, for the repetitions behind the value.
  mutating func addRepetitions(_ values: CountedValues) {
    guard values.total > 1 else { return }
    samples = values.samples
    n = values.total
    standardError = values.standardError
  }
}

extension Results {
  /// Adds a measurement, or joins it to the one of the same series that is there.
  mutating func appendRepetition(_ measurement: Measurement) {
    if let index = measurements.firstIndex(where: { $0.series == measurement.series }) {
      measurements[index].join(measurement)
    } else {
      measurements.append(measurement)
    }
  }

  /// Makes one measurement of those that say the same thing of the same benchmark: a tool that ran
  /// several times into one file.
  mutating func joinRepetitions() {
    var places: [SeriesIdentity: Int] = [:]
    var joined: [Measurement] = []
    for measurement in measurements {
      let series = measurement.series
      if let place = places[series] {
        joined[place].join(measurement)
      } else {
        places[series] = joined.count
        joined.append(measurement)
      }
    }
    measurements = joined
  }
}

extension Measurement {
  fileprivate var series: SeriesIdentity {
    SeriesIdentity(
      name: name, parameters: parameters, metric: metric, quantity: unit.quantity, labels: labels)
  }
}
