/// What makes a series the same series from run to run: one metric of one benchmark under one set
/// of labels. The scale of the unit is no part of it.
package struct SeriesIdentity: Hashable, Sendable {
  package var name: String
  package var parameters: Labels
  package var metric: String
  package var quantity: Quantity
  package var labels: Labels

  package init(
    name: String, parameters: Labels = .none, metric: String, quantity: Quantity,
    labels: Labels = .none
  ) {
    self.name = name
    self.parameters = parameters
    self.metric = metric
    self.quantity = quantity
    self.labels = labels
  }
}

/// One run's value of a series.
package struct SeriesValue: Hashable, Sendable {
  package var id: Identifier
  package var identity: SeriesIdentity
  /// In ``unit``, finite.
  package var value: Double
  package var unit: Unit
  package var direction: Direction
  package var n: Int?
  /// In ``unit``.
  package var standardError: Double?
  /// In ``unit``.
  package var samples: Samples?
  package var items: [ItemScore]

  package init(
    id: Identifier, identity: SeriesIdentity, value: Double, unit: Unit, direction: Direction,
    n: Int? = nil, standardError: Double? = nil, samples: Samples? = nil,
    items: [ItemScore] = []
  ) {
    self.id = id
    self.identity = identity
    self.value = value
    self.unit = unit
    self.direction = direction
    self.n = n
    self.standardError = standardError
    self.samples = samples
    self.items = items
  }
}
