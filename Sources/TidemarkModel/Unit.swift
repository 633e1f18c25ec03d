/// What kind of thing a number measures. Part of a series' identity, unlike its scale: a file that
/// changes from ns to µs goes on with the same series.
package enum Quantity: Hashable, Sendable {
  case time, bytes, count, ratio, rate, frequency, instructions, allocations, temperature, energy
  case money, score
  /// A unit that is not known, as the file writes it.
  case other(String)

  /// The word that stands in ids and history.
  package var name: String {
    switch self {
    case .time: "time"
    case .bytes: "bytes"
    case .count: "count"
    case .ratio: "ratio"
    case .rate: "rate"
    case .frequency: "frequency"
    case .instructions: "instructions"
    case .allocations: "allocations"
    case .temperature: "temperature"
    case .energy: "energy"
    case .money: "money"
    case .score: "score"
    case .other(let unit): "other:\(unit)"
    }
  }

  /// The reverse of `name`.
  package init(name: String) {
    switch name {
    case "time": self = .time
    case "bytes": self = .bytes
    case "count": self = .count
    case "ratio": self = .ratio
    case "rate": self = .rate
    case "frequency": self = .frequency
    case "instructions": self = .instructions
    case "allocations": self = .allocations
    case "temperature": self = .temperature
    case "energy": self = .energy
    case "money": self = .money
    case "score": self = .score
    default: self = .other(name.hasPrefix("other:") ? String(name.dropFirst(6)) : name)
    }
  }
}

/// A unit as a file writes it: its quantity, and how many base units it is.
///
/// Base units: seconds, bytes, one, ratio 0–1, per second, hertz, joules.
package struct Unit: Hashable, Sendable {
  /// As the file writes it; empty where it writes none.
  package var text: String
  package var quantity: Quantity
  /// How many base units one of these is: 1e-9 for `ns`.
  package var scale: Double

  package init(text: String, quantity: Quantity, scale: Double) {
    self.text = text
    self.quantity = quantity
    self.scale = scale
  }
}
