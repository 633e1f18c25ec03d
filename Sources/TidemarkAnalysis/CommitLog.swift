package import TidemarkModel
package import TidemarkReport

/// The commits around a run, oldest first, as its caller read them: the judge asks no git.
package struct CommitLog: Sendable {
  package struct Entry: Hashable, Sendable {
    package var commit: String
    package var author: String?
    package var subject: String?
    package var time: Timestamp?

    package init(
      commit: String, author: String? = nil, subject: String? = nil, time: Timestamp? = nil
    ) {
      self.commit = commit
      self.author = author
      self.subject = subject
      self.time = time
    }
  }

  /// The most suspects that a change is given: the newest of its range.
  package static let suspectLimit = 20

  package let entries: [Entry]
  private let places: [String: Int]

  /// - Parameter entries: oldest first; of two with one commit the first counts.
  package init(_ entries: [Entry] = []) {
    self.entries = entries
    places = Dictionary(
      entries.enumerated().map { ($0.element.commit, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  package func place(of commit: String) -> Int? { places[commit] }

  /// Who may have caused what began between two runs: the commits after `previous` up to `first`,
  /// oldest first. `first` alone where the log does not tell the range; none without a commit.
  package func suspects(after previous: String?, upTo first: String?) -> [Suspect] {
    guard let first else { return [] }
    guard let last = places[first] else { return [Suspect(commit: first)] }
    var range = last...last
    if let previous, let before = places[previous], before < last { range = (before + 1)...last }
    return entries[range].suffix(CommitLog.suspectLimit).map {
      Suspect(commit: $0.commit, author: $0.author, subject: $0.subject)
    }
  }
}
