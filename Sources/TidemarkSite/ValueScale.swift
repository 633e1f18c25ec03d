internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// The unit in which all values of one series, or one column, are shown.
struct ValueScale {
  /// Shown value = value × factor.
  var factor: Double
  /// Empty for a plain number.
  var unit: String
  private let numbers: Numbers
  /// The unit as it stands behind a number, as markup.
  private let suffix: [UInt8]

  /// - Parameter typical: A value of the size of most, in `unit`.
  init(_ unit: Unit, typical: Double, numbers: Numbers) {
    self.numbers = numbers
    (factor, self.unit) = ValueScale.shown(unit, typical: typical)
    var suffix: [UInt8] = []
    if !self.unit.isEmpty { HTML.append("\u{A0}" + self.unit, to: &suffix) }
    self.suffix = suffix
  }

  private static func shown(_ unit: Unit, typical: Double) -> (Double, String) {
    let base = typical == 0 ? unit.scale : abs(typical) * unit.scale
    let steps: [(Double, String)]
    switch unit.quantity {
    case .time: steps = [(1e-9, "ns"), (1e-6, "µs"), (1e-3, "ms"), (1, "s")]
    case .bytes:
      steps = [(1, "B"), (1024, "KiB"), (1_048_576, "MiB"), (1_073_741_824, "GiB")]
    default: steps = []
    }
    guard let first = steps.first, base.isFinite, unit.scale > 0 else {
      return (1, SafeText.middleCut(SafeText.oneLine(unit.text), to: 24))
    }
    let step = steps.last { base >= $0.0 } ?? first
    return (unit.scale / step.0, step.1)
  }

  /// The scale that suits the newest values.
  init(_ series: SeriesChange, numbers: Numbers) {
    let sizes = series.points.suffix(ValueScale.sampleCount).map { abs($0.value) }.sorted()
    let middle = sizes.isEmpty ? nil : sizes[sizes.count / 2]
    self.init(
      series.unit, typical: middle ?? series.value ?? series.baseline?.value ?? 0,
      numbers: numbers)
  }

  private static let sampleCount = 31

  /// `12.4 ms`, with a no-break space.
  func text(_ value: Double) -> String {
    let number = number(value)
    return unit.isEmpty ? number : "\(number)\u{A0}\(unit)"
  }

  /// Appends ``text(_:)``, as markup.
  func append(_ value: Double, to bytes: inout [UInt8]) {
    numbers.append(significant: value * factor, to: &bytes)
    bytes.append(contentsOf: suffix)
  }

  /// Appends ``number(_:)``, as markup.
  func append(number value: Double, to bytes: inout [UInt8]) {
    numbers.append(significant: value * factor, to: &bytes)
  }

  /// `12.4`
  func number(_ value: Double) -> String {
    let number = numbers.significant(value * factor)
    return number.hasPrefix("-") ? "\u{2212}" + number.dropFirst() : number
  }
}

extension Unit {
  /// Seconds, for the tests' durations.
  static let seconds = Unit(text: "s", quantity: .time, scale: 1)
}

extension SeriesChange {
  /// The key of the word for a change by `percent`: `slower`, `larger`, `fewer`.
  func changeKey(_ percent: Double) -> String {
    let way = percent < 0 ? "down" : "up"
    switch unit.quantity {
    case .time: return "change.time.\(way)"
    case .bytes: return "change.bytes.\(way)"
    case .count, .allocations, .instructions: return "change.count.\(way)"
    default: return "change.other.\(way)"
    }
  }
}
