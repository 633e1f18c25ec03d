/// Finds the right name for a wrong one.
package enum NearestName {
  /// The name that is fewest insertions, deletions, replacements and swaps of neighbours away, if
  /// that is few enough to be a slip: up to 2, or a third of the name.
  ///
  /// Of several as near, the first.
  package static func of(_ name: String, among names: some Sequence<String>) -> String? {
    var nearest: String?
    var least = max(2, name.count / 3) + 1
    for candidate in names {
      let distance = distance(name, candidate)
      if distance < least {
        least = distance
        nearest = candidate
      }
    }
    return nearest
  }

  /// - Source: "optimal string alignment", a restricted Damerau–Levenshtein distance.
  private static func distance(_ first: String, _ second: String) -> Int {
    let first = Array(first.lowercased().prefix(64))
    let second = Array(second.lowercased().prefix(64))
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for row in first.indices {
      var current = [row + 1]
      for column in second.indices {
        let isSame = first[row] == second[column]
        var cost = min(
          last[column] + (isSame ? 0 : 1), last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, first[row] == second[column - 1],
          first[row - 1] == second[column]
        {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforeLast, last) = (last, current)
    }
    return last[second.count]
  }
}
