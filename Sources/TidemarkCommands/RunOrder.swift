/// The runs of a batch in one order: that of their names, where it is every series' own, as with
/// numbers or times for names. Else each run stands before the ones that some series has after it, and
/// what no series settles is in the order of the names. Which series comes first does not matter, unless
/// they contradict one another: then the earlier ones count.
struct RunOrder {
  private var ranks: [String: Int] = [:]

  init(_ series: [[String]]) {
    var seen: Set<[String]> = []
    let distinct = series.filter { seen.insert($0).inserted }
    let isByName = distinct.allSatisfy { zip($0, $0.dropFirst()).allSatisfy(<) }
    if isByName {
      setRanks(Set(distinct.joined()).sorted())
    } else if let order = RunOrder.common(distinct) {
      setRanks(order)
    } else {
      var order: [String] = []
      for names in distinct where names.contains(where: { ranks[$0] == nil }) {
        order = RunOrder.merge(names, into: order, ranks)
        setRanks(order)
      }
    }
  }

  private mutating func setRanks(_ order: [String]) {
    ranks = Dictionary(
      order.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// Strictly ascending; a series whose order contradicts the others' is aligned with none.
  func ranks(of names: [String]) -> [Int] {
    let found = names.map { ranks[$0] ?? 0 }
    let isAscending = zip(found, found.dropFirst()).allSatisfy(<)
    return isAscending ? found : []
  }

  /// The first by name of all orders that agree with every series; nil where none does.
  ///
  /// - Source: Kahn, "Topological sorting of large networks", 1962.
  private static func common(_ series: [[String]]) -> [String]? {
    let names = Set(series.joined()).sorted()
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    var after = [Set<Int>](repeating: [], count: names.count)
    var waiting = [Int](repeating: 0, count: names.count)
    for runs in series {
      let known = runs.compactMap { places[$0] }
      for (earlier, later) in zip(known, known.dropFirst())
      where after[earlier].insert(later).inserted {
        waiting[later] += 1
      }
    }
    // Descending, so that the first by name is taken off the end.
    var ready = names.indices.reversed().filter { waiting[$0] == 0 }
    var order: [String] = []
    while let place = ready.popLast() {
      order.append(names[place])
      for later in after[place] {
        waiting[later] -= 1
        if waiting[later] == 0 {
          ready.insert(later, at: ready.firstIndex { $0 < later } ?? ready.endIndex)
        }
      }
    }
    return order.count == names.count ? order : nil
  }

  /// Names that are new go before the next one that is known, else to the end.
  private static func merge(
    _ names: [String], into order: [String], _ ranks: [String: Int]
  ) -> [String] {
    var before: [Int: [String]] = [:]
    var pending: [String] = []
    for name in names {
      if let rank = ranks[name] {
        before[rank, default: []] += pending
        pending = []
      } else {
        pending.append(name)
      }
    }
    var merged: [String] = []
    for (rank, name) in order.enumerated() { merged += (before[rank] ?? []) + [name] }
    return merged + pending
  }
}
