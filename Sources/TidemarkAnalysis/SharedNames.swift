import TidemarkModel

/// Names that stand in several jobs of one run with nothing to tell them apart but the job.
struct SharedNames: Sendable {
  /// How many names stand in just these jobs, which are in their order.
  private(set) var counts: [[String]: Int] = [:]

  init() {}

  init(in lanes: Lanes, jobs: [String]) {
    guard jobs.count > 1 else { return }
    var seen: Set<Int> = []
    for lane in lanes.jobs.indices where lanes.isShared(Int32(truncatingIfNeeded: lane)) {
      guard !seen.contains(lane) else { continue }
      let all = lanes.following(lane)
      seen.formUnion(all)
      let places = Set(all.map { Int(lanes.jobs[$0]) }).sorted().filter(jobs.indices.contains)
      if places.count > 1 { counts[places.map { jobs[$0] }, default: 0] += 1 }
    }
  }
}
