package import TidemarkModel

/// What the run was held against.
package struct Baseline: Hashable, Sendable {
  package enum Status: String, Sendable {
    case none, partial, stale, ok
  }

  package var status: Status
  /// How many runs it has.
  package var runs: Int
  package var branch: String?
  package var newestCommit: String?
  package var newestTime: Timestamp?
  /// A sentence: `against 20 runs of main, the newest 3 h old`.
  package var message: String

  package init(
    status: Status, runs: Int = 0, branch: String? = nil, newestCommit: String? = nil,
    newestTime: Timestamp? = nil, message: String = ""
  ) {
    self.status = status
    self.runs = runs
    self.branch = branch
    self.newestCommit = newestCommit
    self.newestTime = newestTime
    self.message = message
  }
}
