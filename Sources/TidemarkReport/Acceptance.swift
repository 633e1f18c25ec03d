package import TidemarkModel
private import TidemarkSyntax

/// A change that people have called intended: from its run on the new level is the baseline.
package struct Acceptance: Hashable, Sendable {
  /// Of a series, a test or a cluster.
  package var id: Identifier
  /// Index into ``Report/runs``: the first run of the new level.
  package var index: Int
  package var run: String
  package var commit: String?
  package var reason: String
  package var author: String?

  package init(
    id: Identifier, index: Int, run: String, commit: String? = nil, reason: String,
    author: String? = nil
  ) {
    self.id = id
    self.index = index
    self.run = run
    self.commit = commit
    self.reason = reason
    self.author = author
  }
}

extension Acceptance {
  /// `accepted by Ann: “we check signatures now”`, on one line.
  package var sentence: String {
    let who = author.map { " by \(SafeText.middleCut(SafeText.oneLine($0), to: 80))" } ?? ""
    let why = SafeText.middleCut(SafeText.oneLine(reason), to: 200)
    return "accepted\(who)\(why.isEmpty ? "" : ": “\(why)”")"
  }
}
