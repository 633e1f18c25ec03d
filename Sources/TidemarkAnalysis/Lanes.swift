import TidemarkHistory
import TidemarkModel

/// The results of one run by columns, in the order of (table, job).
protocol JobColumns {
  /// For each result, the index into the history's table of tests or of series.
  var tables: [Int32] { get }
  /// For each result, the index into the run's jobs.
  var jobs: [Int32] { get }
}

extension StoredOutcomes: JobColumns {
  var tables: [Int32] { tests }
}

extension StoredValues: JobColumns {
  var tables: [Int32] { series }
}

/// Which tests or series of the history go on as which of this run.
///
/// A lane is one test or series of this run in one job. Jobs split nothing as long as an id stands in
/// one job only, so that a renamed job keeps its history; where it stands in several, each goes on
/// with its own job's.
struct Lanes: Sendable {
  /// For each lane, its job's place in ``Window/jobs``.
  let jobs: [Int32]
  /// For each entry of the history's table, its first lane, or −1.
  private(set) var firstLane: [Int32]
  /// For each lane, the next one of the same id, or −1.
  private let nextLane: [Int32]
  private let lanesByID: [Identifier: Int32]

  /// - Parameters:
  ///   - ids: of each lane.
  ///   - table: the ids of the history's table.
  ///   - aliases: old ids and what they go on as.
  init(
    ids: [Identifier], jobs: [Int32], table: some Collection<Identifier>,
    aliases: [Identifier: Identifier]
  ) {
    self.jobs = jobs
    var first: [Identifier: Int32] = [:]
    first.reserveCapacity(table.isEmpty ? 0 : ids.count)
    var next = [Int32](repeating: -1, count: ids.count)
    for lane in ids.indices.reversed() {
      if let other = first.updateValue(Int32(truncatingIfNeeded: lane), forKey: ids[lane]) {
        next[lane] = other
      }
    }
    lanesByID = first
    nextLane = next
    firstLane = table.map { id in first[aliases.isEmpty ? id : aliases.target(of: id)] ?? -1 }
  }

  /// Takes an entry of the table out of the lanes: it is followed in another way.
  mutating func release(_ entry: Int) { firstLane[entry] = -1 }

  /// The lanes of an id, in the order of this run.
  func lanes(of id: Identifier) -> [Int] {
    lanesByID[id].map { following(Int($0)) } ?? []
  }

  /// Whether more lanes of the same id follow.
  func isShared(_ lane: Int32) -> Bool { nextLane[Int(lane)] >= 0 }

  /// A lane and those of the same id after it.
  func following(_ lane: Int) -> [Int] {
    var lanes = [lane]
    while nextLane[lanes[lanes.count - 1]] >= 0 {
      lanes.append(Int(nextLane[lanes[lanes.count - 1]]))
    }
    return lanes
  }

  /// Calls `body` with each lane that a result of `columns` goes on as, and that result's index.
  ///
  /// - Parameter places: for each job of the run, its place among this run's jobs, or −1.
  func follow(
    _ columns: some JobColumns, places: [Int32], _ body: (_ lane: Int, _ result: Int) -> Void
  ) {
    let tables = columns.tables
    let resultJobs = columns.jobs
    var index = 0
    while index < tables.count {
      let table = tables[index]
      var end = index + 1
      while end < tables.count, tables[end] == table { end += 1 }
      defer { index = end }
      guard table >= 0, Int(table) < firstLane.count else { continue }
      let lane = firstLane[Int(table)]
      guard lane >= 0 else { continue }
      if end == index + 1, !isShared(lane) {
        body(Int(lane), index)
      } else {
        followShared(resultJobs, index..<end, lane: lane, places: places, body)
      }
    }
  }

  /// As above, for one id that stands in several jobs, here or there: only equal names go together.
  private func followShared(
    _ resultJobs: [Int32], _ range: Range<Int>, lane first: Int32, places: [Int32],
    _ body: (_ lane: Int, _ result: Int) -> Void
  ) {
    for index in range {
      let place = Lanes.place(of: resultJobs[index], in: places)
      var lane = first
      while lane >= 0 {
        if place >= 0, jobs[Int(lane)] == place { body(Int(lane), index) }
        lane = nextLane[Int(lane)]
      }
    }
  }

  static func place(of job: Int32, in places: [Int32]) -> Int32 {
    places.indices.contains(Int(job)) ? places[Int(job)] : -1
  }
}

extension [Identifier: Identifier] {
  /// What `id` goes on as, over several renames; a circle of renames ends where it closes.
  func target(of id: Identifier) -> Identifier {
    var target = id
    for _ in 0..<count {
      guard let next = self[target], next != id else { break }
      target = next
    }
    return target
  }
}
