package import TidemarkModel

/// The values of a run, by columns: ten million points cost eight bytes each, because runs with
/// the same series share the rest, and what few values have takes no room where none has it.
///
/// A collection of ``StoredValue``, in the order of (series, job). What reads one column of many
/// runs reads the column: ``series``, ``numbers``, ``unitScales``.
package struct StoredValues: Hashable, Sendable {
  /// Index into ``HistoryContents/series`` of each value, ascending.
  package let series: [Int32]
  /// Index into ``StoredRun/jobs`` of each value.
  package let jobs: [Int32]
  /// The values, each in ``unitScales`` base units of its series' quantity.
  package let numbers: [Double]
  package let unitScales: [Double]
  /// What only some values have; empty where none has it, or where it was not loaded.
  package let details: [ValueDetail]

  /// The columns must be as long as `series`; `details` may be empty.
  init(
    series: [Int32], jobs: [Int32], numbers: [Double], unitScales: [Double],
    details: [ValueDetail]
  ) {
    self.series = series
    self.jobs = jobs
    self.numbers = numbers
    self.unitScales = unitScales
    self.details = details
  }

  package init(_ values: [StoredValue] = []) {
    series = values.map(\.series)
    jobs = values.map(\.job)
    numbers = values.map(\.value)
    unitScales = values.map(\.unitScale)
    let all = values.map {
      ValueDetail(
        n: $0.n, standardError: $0.standardError, samples: $0.samples, items: $0.items)
    }
    details = all.contains { $0 != ValueDetail() } ? all : []
  }
}

/// What a value has beyond its number.
package struct ValueDetail: Hashable, Sendable {
  package var n: Int?
  /// In the value's unit.
  package var standardError: Double?
  package var samples: Samples?
  package var items: [ItemScore]

  package init(
    n: Int? = nil, standardError: Double? = nil, samples: Samples? = nil,
    items: [ItemScore] = []
  ) {
    self.n = n
    self.standardError = standardError
    self.samples = samples
    self.items = items
  }
}

extension StoredValues: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { series.count }

  package subscript(position: Int) -> StoredValue {
    let detail = details.isEmpty ? ValueDetail() : details[position]
    return StoredValue(
      series: series[position], job: jobs[position], value: numbers[position],
      unitScale: unitScales[position], n: detail.n, standardError: detail.standardError,
      samples: detail.samples, items: detail.items)
  }
}

extension StoredValues: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: StoredValue...) { self.init(elements) }
}
