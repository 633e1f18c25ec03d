import TidemarkHistory
import TidemarkModel
private import TidemarkRun

/// Tests of one name in one job, told apart by ordinals only. They are compared as a multiset: the
/// worst now with the worst then, so that their order in a file never makes one newly failing.
struct Twins: Sendable {
  /// For each entry of the history's table, its group, or −1.
  private var groupOfEntry: [Int32] = []
  private var ordinals: [Int] = []
  /// For each group and job, its lanes from the worst outcome to the best.
  private var slots: [[Int32: [Int]]] = []

  var isEmpty: Bool { slots.isEmpty }

  /// Finds the groups, and takes their entries out of `lanes`.
  init(_ tests: OrderedTests, history: HistoryContents, lanes: inout Lanes) {
    var groups: [Identifier: Int32] = [:]
    func group(of identity: TestIdentity) {
      let key = Self.key(identity)
      if groups[key] == nil { groups[key] = Int32(truncatingIfNeeded: groups.count) }
    }
    for lane in tests.indices where tests[lane].identity.ordinal > 1 {
      group(of: tests[lane].identity)
    }
    for stored in history.tests where stored.identity.ordinal > 1 { group(of: stored.identity) }
    guard !groups.isEmpty else { return }
    slots = Array(repeating: [:], count: groups.count)
    for lane in tests.indices {
      guard let group = groups[Self.key(tests[lane].identity, id: tests[lane].id)] else { continue }
      slots[Int(group)][tests.job(of: lane), default: []].append(lane)
    }
    for group in slots.indices {
      for job in slots[group].keys {
        slots[group][job]?.sort { first, second in
          let one = Self.badness(tests[first].outcome, tests[first].isFlaky)
          let other = Self.badness(tests[second].outcome, tests[second].isFlaky)
          return one == other ? first < second : one > other
        }
      }
    }
    groupOfEntry = history.tests.map { groups[Self.key($0.identity, id: $0.id)] ?? -1 }
    ordinals = history.tests.map(\.identity.ordinal)
    for entry in groupOfEntry.indices where groupOfEntry[entry] >= 0 { lanes.release(entry) }
  }

  /// The id of the first test of the name.
  private static func key(_ identity: TestIdentity, id: Identifier? = nil) -> Identifier {
    if identity.ordinal == 1, let id { return id }
    var first = identity
    first.ordinal = 1
    return Identity.id(of: first)
  }

  private static func badness(_ outcome: Outcome, _ isFlaky: Bool) -> Int {
    switch outcome {
    case .failed, .errored: isFlaky ? 3 : 4
    case .passed: isFlaky ? 2 : 1
    case .skipped: 0
    }
  }

  func contains(entry: Int32) -> Bool {
    !groupOfEntry.isEmpty && groupOfEntry[Int(entry)] >= 0
  }

  /// Calls `body` with each lane that a result goes on as, and `extra` with the results that this run
  /// has no test for any more, by their indices.
  ///
  /// - Parameter places: for each job of the run, its place among this run's jobs, or −1.
  func follow(
    _ outcomes: StoredOutcomes, places: [Int32], _ body: (_ lane: Int, _ result: Int) -> Void,
    extra: (_ result: Int) -> Void
  ) {
    guard !isEmpty else { return }
    var members: [Int32: [Int32: [Int]]] = [:]
    for (result, test) in outcomes.tests.enumerated() {
      guard groupOfEntry.indices.contains(Int(test)) else { continue }
      let group = groupOfEntry[Int(test)]
      if group >= 0 {
        members[group, default: [:]][outcomes.jobs[result], default: []].append(result)
      }
    }
    for (group, jobs) in members {
      let own = slots[Int(group)]
      for (job, results) in jobs {
        let place = Lanes.place(of: job, in: places)
        // A name that stands in one job only follows it, whatever the job was called.
        let isMoved = own[place] == nil && own.count == 1 && jobs.count == 1
        let lanes = own[place] ?? (isMoved ? own.values.first : nil) ?? []
        let ordered = results.sorted { first, second in
          let one = Self.badness(outcomes[first].outcome, outcomes[first].isFlaky)
          let other = Self.badness(outcomes[second].outcome, outcomes[second].isFlaky)
          return one == other ? first < second : one > other
        }
        for (lane, result) in zip(lanes, ordered) { body(lane, result) }
        // The last ones of a name are the ones that are gone.
        let byOrdinal = results.sorted {
          ordinals[Int(outcomes.tests[$0])] < ordinals[Int(outcomes.tests[$1])]
        }
        byOrdinal.dropFirst(lanes.count).forEach(extra)
      }
    }
  }
}
