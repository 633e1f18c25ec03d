package import TidemarkModel
import TidemarkReport

/// The commits around a run, oldest first, as its caller read them: the judge asks no git.
package struct CommitLog: Sendable {
  package struct Entry: Hashable, Sendable {
    package var commit: String
    package var author: String?
    package var subject: String?
    package var time: Timestamp?
    /// The files that it touched, as far as they were read.
    package var paths: [String]

    package init(
      commit: String, author: String? = nil, subject: String? = nil, time: Timestamp? = nil,
      paths: [String] = []
    ) {
      self.commit = commit
      self.author = author
      self.subject = subject
      self.time = time
      self.paths = paths
    }
  }

  /// The most suspects that a change is given: the newest of its range.
  package static let suspectLimit = 20

  /// The most paths that a suspect is given.
  package static let pathLimit = 10

  package let entries: [Entry]
  private let places: [String: Int]
  /// For each entry its paths with their words.
  private let touched: [[TouchedPath]]

  /// - Parameter entries: oldest first; of two with one commit the first counts.
  package init(_ entries: [Entry] = []) {
    self.entries = entries
    touched = entries.map { $0.paths.map(TouchedPath.init) }
    places = Dictionary(
      entries.enumerated().map { ($0.element.commit, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  package func place(of commit: String) -> Int? { places[commit] }

  /// Who may have caused what began between two runs: the commits after `previous` up to `first`. Those
  /// that touched what is named like it come first, else the oldest. `first` alone where the log does
  /// not tell the range; none without a commit.
  func suspects(
    after previous: String?, upTo first: String?, of names: ChangedNames
  ) -> [Suspect] {
    guard let first else { return [] }
    guard let last = places[first] else { return [Suspect(commit: first)] }
    var range = last...last
    if let previous, let before = places[previous], before < last { range = (before + 1)...last }
    var ranked: [Ranked] = []
    for place in range.suffix(CommitLog.suspectLimit) {
      let scores = touched[place].map { names.likeness(to: $0) }
      ranked.append(Ranked(place: place, score: scores.max() ?? 0, scores: scores))
    }
    ranked.sort { first, second in
      first.score == second.score ? first.place < second.place : first.score > second.score
    }
    return ranked.map { suspect(entries[$0.place], scores: $0.scores) }
  }

  private struct Ranked {
    var place: Int
    /// That of its likeliest path.
    var score: Int
    var scores: [Int]
  }

  private func suspect(_ entry: Entry, scores: [Int]) -> Suspect {
    let order = entry.paths.indices.sorted {
      scores[$0] == scores[$1] ? $0 < $1 : scores[$0] > scores[$1]
    }
    return Suspect(
      commit: entry.commit, author: entry.author, subject: entry.subject,
      paths: order.prefix(CommitLog.pathLimit).map { entry.paths[$0] },
      related: order.count { scores[$0] > 0 })
  }
}
