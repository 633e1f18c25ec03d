internal import TidemarkModel

extension Results {
  /// Adds a series' value; nothing where there is none, or no finite one.
  mutating func append(
    series name: String, parameters: Labels = .none, _ metric: String, _ value: Double?,
    _ unit: Unit, _ direction: Direction, isPrimary: Bool = false
  ) {
    guard let value, value.isFinite else { return }
    measurements.append(
      Measurement(
        name: name, parameters: parameters, metric: metric, value: value, unit: unit,
        direction: direction, isPrimary: isPrimary))
  }
}

extension Unit {
  /// Requests in each second.
  static let requestsPerSecond = Unit(text: "req/s", quantity: .rate, scale: 1)
  static let bytesPerSecond = Unit(text: "B/s", quantity: .rate, scale: 1)
}
