/// Finds suites that a report calls failed although nothing in them did: what failed, a set-up or a
/// tear-down, is told nowhere else.
///
/// Records come in the order of the file, each with the elements that it stands in.
struct SuiteClaims {
  private struct Open {
    var node: XMLNode
    /// The report calls it failed.
    var isClaimed: Bool
    var hasFailure = false
  }

  private let claims: (XMLNode) -> Bool
  private var open: [Open] = []
  private(set) var unproven: [XMLNode] = []

  /// - Parameter claims: Whether an element is a suite that its report calls failed.
  init(_ claims: @escaping (XMLNode) -> Bool) { self.claims = claims }

  /// A record stands in `above`: the suites that it does not stand in have ended.
  mutating func enter(_ above: [XMLNode]) {
    var kept = 0
    while kept < min(open.count, above.count), open[kept].node.isSame(as: above[kept]) { kept += 1 }
    close(to: kept)
    for node in above[kept...] { open.append(Open(node: node, isClaimed: claims(node))) }
  }

  /// What stands where the last record stood has failed.
  mutating func noteFailure() {
    if !open.isEmpty { open[open.count - 1].hasFailure = true }
  }

  /// The file has ended.
  mutating func finish() -> [XMLNode] {
    close(to: 0)
    return unproven
  }

  private mutating func close(to depth: Int) {
    while open.count > depth {
      let last = open.removeLast()
      let isUnproven = last.isClaimed && !last.hasFailure
      if isUnproven { unproven.append(last.node) }
      if isUnproven || last.hasFailure, !open.isEmpty { open[open.count - 1].hasFailure = true }
    }
  }
}

extension XMLNode {
  /// Whether both are the start tag of one element; of two alike on one line as well.
  fileprivate func isSame(as other: XMLNode) -> Bool {
    line == other.line && name == other.name && attributes == other.attributes
  }
}
