/// Key–value pairs that are part of an identity (os, arch, toolchain, provider, model, task …),
/// sorted by key; a key stands once.
package struct Labels: Hashable, Sendable {
  /// Sorted by key, in the order of the keys' UTF-8 bytes.
  package private(set) var pairs: [Pair]

  package struct Pair: Hashable, Sendable {
    package var key: String
    package var value: String
    package init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  package static let none = Labels()

  package init() { pairs = [] }

  /// Of several pairs with one key the last counts.
  package init(_ pairs: some Sequence<(String, String)>) {
    self.init()
    for (key, value) in pairs { self[key] = value }
  }

  package var isEmpty: Bool { pairs.isEmpty }

  package subscript(key: String) -> String? {
    get { pairs.first { $0.key == key }?.value }
    set {
      let index = pairs.firstIndex { !utf8Precedes($0.key, key) } ?? pairs.count
      let stands = index < pairs.count && pairs[index].key == key
      switch (newValue, stands) {
      case (let value?, true): pairs[index].value = value
      case (let value?, false): pairs.insert(Pair(key: key, value: value), at: index)
      case (nil, true): pairs.remove(at: index)
      case (nil, false): break
      }
    }
  }

  /// These labels and `others`; where both have a key, `others` counts.
  package func merging(_ others: Labels) -> Labels {
    if others.isEmpty { return self }
    if isEmpty { return others }
    var merged = self
    for pair in others.pairs { merged[pair.key] = pair.value }
    return merged
  }
}

extension Labels: CustomStringConvertible {
  /// `arch=arm64, os=linux`
  package var description: String {
    pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
  }
}

/// Whether `first` comes before `second` in the order of their UTF-8 bytes: the same on every
/// machine, unlike an order that knows a locale.
package func utf8Precedes(_ first: String, _ second: String) -> Bool {
  first.utf8.lexicographicallyPrecedes(second.utf8)
}
