import TidemarkModel
import TidemarkReport

/// An old name that is gone and a new one that fits it: an alias is proposed, never assumed.
struct RenameProposal: Sendable {
  var oldName: String
  var oldID: Identifier
  var newName: String
  var newID: Identifier

  var sentence: String {
    "\(oldName) may go on as \(newName): under `aliases:`, \(oldID): \(newID) keeps its history"
  }

  /// Pairs beyond which names are not compared one with each other.
  static let pairLimit = 2_500
  /// Names alike by at least this share of their letters may be one.
  static let leastLikeness = 0.6
  /// Names that share less than this stay apart even where the values go on.
  static let leastAlike = 0.3
  /// How far apart two levels of one series may lie, relative.
  static let levelTolerance = 0.2

  /// Tests that moved to another suite or class, or changed their names within one.
  static func ofTests(_ results: [TestResult]) -> [RenameProposal] {
    // A first run has a million new tests and nothing to compare them with.
    var gone = results.filter { $0.state == .removed }
    guard !gone.isEmpty else { return [] }
    var new = results.filter { $0.state == .new }
    let moved = moved(gone, new)
    let done = Set(moved.flatMap { [$0.oldID, $0.newID] })
    gone.removeAll { done.contains($0.id) }
    new.removeAll { done.contains($0.id) }
    let renamed = pairs(gone, new) { old, fresh in
      guard old.job == fresh.job, old.identity.labels == fresh.identity.labels,
        old.identity.parameters == fresh.identity.parameters,
        old.identity.suite == fresh.identity.suite,
        old.identity.className == fresh.identity.className
      else { return 0 }
      return likeness(old.identity.name, fresh.identity.name)
    }
    return moved + renamed.map(RenameProposal.init)
  }

  /// Tests whose name is gone in one place and new in another, and in no third.
  private static func moved(_ gone: [TestResult], _ new: [TestResult]) -> [RenameProposal] {
    func key(_ result: TestResult) -> [String] {
      let identity = result.identity
      return [
        identity.name, identity.parameters, identity.labels.description, String(identity.ordinal),
        result.job,
      ]
    }
    let old = Dictionary(grouping: gone, by: key)
    let places = Dictionary(grouping: new, by: key)
    return gone.compactMap { test in
      let key = key(test)
      guard old[key]?.count == 1, let fresh = places[key], fresh.count == 1 else { return nil }
      return RenameProposal(test, fresh[0])
    }
  }

  /// Series of one metric whose levels go on, or whose names are alike.
  static func ofSeries(_ changes: [SeriesChange]) -> [RenameProposal] {
    let gone = changes.filter { $0.state == .missing }
    let new = changes.filter { $0.state == .new }
    return pairs(gone, new) { old, fresh in
      guard old.identity.quantity == fresh.identity.quantity, old.direction == fresh.direction,
        old.identity.parameters == fresh.identity.parameters
      else { return 0 }
      let isNamedAlike =
        old.identity.labels == fresh.identity.labels && old.identity.metric == fresh.identity.metric
      let alike = likeness(old.identity.name, fresh.identity.name)
      guard let level = old.baseline?.value, let value = fresh.value, level != 0 else {
        return isNamedAlike ? alike : 0
      }
      let factor = fresh.unit.scale / old.unit.scale
      let isNear = abs(value * factor - level) <= levelTolerance * abs(level)
      guard isNear else { return 0 }
      // The same name under other labels or another metric, or a like name under the same.
      if old.identity.name == fresh.identity.name { return 1 }
      guard isNamedAlike else { return 0 }
      // A value just where the old one would have been weighs as much as half of the name.
      let isInBand = old.baseline.map { band in
        (band.low...max(band.low, band.high)).contains(value * factor) || value * factor == level
      }
      guard isInBand == true, alike >= leastAlike else { return alike }
      return leastLikeness + (1 - leastLikeness) * alike
    }.map { old, fresh in
      RenameProposal(
        oldName: Sentence.series(old.identity), oldID: old.id,
        newName: Sentence.series(fresh.identity), newID: fresh.id)
    }
  }

  /// Each old one with the new one that fits best, where it fits that one best in turn and no other
  /// fits as well.
  private static func pairs<Item>(
    _ gone: [Item], _ new: [Item], score: (Item, Item) -> Double
  ) -> [(Item, Item)] {
    guard !gone.isEmpty, !new.isEmpty, gone.count * new.count <= pairLimit else { return [] }
    let scores = gone.map { old in new.map { score(old, $0) } }
    func best(_ scores: [Double]) -> Int? {
      guard let top = scores.max(), top >= leastLikeness,
        scores.count(where: { $0 == top }) == 1
      else { return nil }
      return scores.firstIndex(of: top)
    }
    return gone.indices.compactMap { old in
      guard let fresh = best(scores[old]), best(scores.map { $0[fresh] }) == old else {
        return nil
      }
      return (gone[old], new[fresh])
    }
  }

  /// From 0 to 1: twice the pairs of neighbouring bytes that two names share, by all that they have.
  ///
  /// - Source: Dice, "Measures of the amount of ecologic association between species", 1945.
  private static func likeness(_ first: String, _ second: String) -> Double {
    func pairs(_ text: String) -> [UInt16: Int] {
      let bytes = Array(text.utf8.prefix(200))
      return zip(bytes, bytes.dropFirst()).reduce(into: [:]) { counts, pair in
        counts[UInt16(pair.0) << 8 | UInt16(pair.1), default: 0] += 1
      }
    }
    let one = pairs(first)
    let other = pairs(second)
    let all = one.values.reduce(0, +) + other.values.reduce(0, +)
    guard all > 0 else { return first == second ? 1 : 0 }
    let shared = one.reduce(0) { $0 + min($1.value, other[$1.key] ?? 0) }
    return 2 * Double(shared) / Double(all)
  }
}

extension RenameProposal {
  private init(_ old: TestResult, _ fresh: TestResult) {
    oldName = RenameProposal.path(old.identity)
    oldID = old.id
    newName = RenameProposal.path(fresh.identity)
    newID = fresh.id
  }

  /// A moved test's name alone would not tell what has changed.
  private static func path(_ identity: TestIdentity) -> String {
    let names = identity.suite + [identity.className, identity.name]
    return Sentence.quoted(names.filter { !$0.isEmpty }.joined(separator: "/"))
  }
}
