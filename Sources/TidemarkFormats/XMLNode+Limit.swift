internal import TidemarkModel

extension XMLNode {
  /// How many nodes of one record are read where a format says no more.
  static let recordLimit = 200_000

  /// A blocking problem where the record reached ``recordLimit``: what came behind it is missing,
  /// a failure perhaps.
  func limitProblem(_ name: String) -> ResultProblem? {
    guard nodeCount >= XMLNode.recordLimit else { return nil }
    return ResultProblem(
      .limit,
      "\(name): has more than \(XMLNode.recordLimit) entries, the further ones are not read",
      line: line, isBlocking: true)
  }

  private var nodeCount: Int { children.reduce(1) { $0 + $1.nodeCount } }
}
