package import TidemarkModel

/// A comment on a pull request, as a platform has it.
package struct StoredComment: Hashable, Sendable {
  /// Grows with time: of several the lowest is the oldest.
  package var id: Int
  package var body: String
  /// Whether we wrote it: anybody can paste our marker.
  package var isOurs: Bool
  /// When it was last written, by the server's clock; nil where that is not told.
  package var updated: Timestamp?
  package init(id: Int, body: String, isOurs: Bool, updated: Timestamp? = nil) {
    self.id = id
    self.body = body
    self.isOurs = isOurs
    self.updated = updated
  }
}

/// What a platform must be able to do with comments. Each call is one decision's worth of requests;
/// ``Client`` repeats what may be repeated.
package protocol CommentStore {
  /// All comments that may be ours, of all pages.
  func comments() async throws(Failure) -> [StoredComment]
  /// - Parameter look: To be handed to ``Client``: the comment, if a try that got no answer has
  ///   made it all the same.
  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment
  /// - Parameter look: To be asked before each further try: whether an earlier one has arrived, and
  ///   by throwing, that the text must not be written any more.
  /// - Throws: ``Failure`` of the kind `missing` where it is gone.
  func edit(
    _ id: Int, _ body: String, look: @escaping () async throws(Failure) -> Void?
  ) async throws(Failure)
  func delete(_ id: Int) async throws(Failure)
}

/// How one comment is kept up to date.
package enum CommentMode: String, CaseIterable, Sendable {
  /// The comment is edited in place.
  case edit
  /// The old one is deleted and a new one is made.
  case new
  /// A new one is made when the verdict is another one, else the old one is edited.
  case recreateOnStatusChange = "recreate-on-status-change"
  case off
}

/// Keeps one comment, whoever else writes at the same time.
///
/// Writers meet on the comment with the lowest id: each looks again after it has written, deletes
/// what it made beside an older one, and never writes over a newer run.
package final class StickyComment {
  package enum Answer: String, Hashable, Sendable {
    case created, edited, unchanged
    /// A newer run has written already.
    case stale
  }

  private let store: any CommentStore
  private let body: String
  private let marker: String
  private let mark: RunMark
  private let mode: CommentMode
  /// When it was written without a sign of others, in the outlet's elapsed seconds.
  private var quietWrite: Double?

  /// - Parameter body: Its first line is the marker that finds it again, its second the meta line.
  package init(
    _ store: any CommentStore, body: String, mark: RunMark, mode: CommentMode = .edit
  ) {
    self.store = store
    self.body = body
    self.mark = mark
    self.mode = mode
    marker = String(body.prefix { !$0.isNewline })
  }

  /// Writes it. Somebody else's change under our hands is met by starting over, at most five times.
  package func write(with client: Client) async throws(Failure) -> Answer {
    let (answer, isContested) = try await client.redoing { () async throws(Failure) in
      do throws(Failure) {
        return try await writeOnce(client)
      } catch {
        // What was to be edited was deleted meanwhile.
        guard error.kind == .missing, error.isOfComment else { throw error }
        throw Failure(.conflict, error.problem.what, status: error.status)
      }
    }
    if isContested, answer != .stale {
      try await defend(client)
    } else if answer == .edited, !client.conduct.isDryRun {
      // Of one that was just made everybody else has seen that it is of a newer run.
      quietWrite = client.outlet.time.elapsed()
    }
    return answer
  }

  /// Looks once more, when everything else has been published: an older run that looked before we
  /// wrote has written by then.
  package func lookAgain(_ client: Client) async throws(Failure) {
    guard let written = quietWrite else { return }
    quietWrite = nil
    let rest = written + StickyComment.settling - client.outlet.time.elapsed()
    if rest > 0 {
      guard rest <= client.conduct.patience.left else { return }
      try await client.wait(rest, for: Failure(.conflict, "others may write the comment, too"))
    }
    if try await restore() { try await defend(client) }
  }

  /// Where others write at the same moment, one of them may have looked before we wrote, and write
  /// after us what is older: no platform can be told to refuse that. So we look a few times more,
  /// until it stays as it is.
  private func defend(_ client: Client) async throws(Failure) {
    var quiet = 0
    for _ in 0..<StickyComment.lookLimit where quiet < StickyComment.looks {
      let seconds = 0.4 + client.outlet.random.fraction() * 0.4
      guard !client.conduct.isDryRun, seconds <= client.conduct.patience.left else { return }
      try await client.wait(seconds, for: Failure(.conflict, "others write the comment, too"))
      quiet = try await restore() ? 0 : quiet + 1
    }
  }

  /// Writes our text again where an older run wrote over it.
  ///
  /// - Returns: Whether it had to.
  private func restore() async throws(Failure) -> Bool {
    guard let comment = try await ours().first, let mark = RunMark(inBody: comment.body),
      self.mark.isNewer(than: mark)
    else { return false }
    do throws(Failure) {
      try await edit(comment.id)
    } catch {
      // Whoever deleted it, or wrote what is newer, has the last word.
      guard [.conflict, .missing].contains(error.kind) else { throw error }
    }
    return true
  }

  private static let looks = 3
  private static let lookLimit = 12
  /// Seconds from a write to the last look: longer than it takes to look and to write.
  private static let settling = 0.2
  /// A comment that another run wrote within so many seconds may be written again by others like it.
  private static let freshness = 10.0

  private func ours() async throws(Failure) -> [StoredComment] {
    try await store.comments()
      .filter { $0.isOurs && StickyComment.firstLine(of: $0.body) == marker }
      .sorted { $0.id < $1.id }
  }

  private func writeOnce(
    _ client: Client
  ) async throws(Failure) -> (Answer, isContested: Bool) {
    let known = try await ours()
    guard let oldest = known.first else { return try await create() }
    // Of a newer run: it is left as it is.
    if known.contains(where: { isStale(against: $0) }) { return (.stale, false) }
    if mustRecreate(oldest) {
      let created = try await store.create(
        body,
        look: { () async throws(Failure) in
          try await self.ours().last { $0.id > known.last?.id ?? 0 && self.isSame($0.body) }
        })
      for comment in known where comment.id != created.id { try await remove(comment.id) }
      return (.created, false)
    }
    let answer = try await settle(on: oldest)
    for other in known.dropFirst() { try await remove(other.id) }
    return (answer, known.count > 1 || isContested(oldest, now: client.serverTime))
  }

  /// Whether another run of the same commit wrote the comment, or any other one a moment ago: such
  /// runs mostly end at one time, and a further one may have looked before this one wrote.
  private func isContested(_ comment: StoredComment, now: Timestamp) -> Bool {
    guard let other = RunMark(inBody: comment.body), other.run != mark.run else { return false }
    if let sha = mark.sha, other.sha == sha { return true }
    return comment.updated.map { now.seconds(since: $0) < StickyComment.freshness } ?? false
  }

  private func create() async throws(Failure) -> (Answer, isContested: Bool) {
    let created = try await store.create(
      body,
      look: { () async throws(Failure) in try await self.ours().first })
    let known = try await ours()
    guard let oldest = known.first, oldest.id < created.id else {
      // The other writers delete their own; one that is ours twice has no other writer.
      for comment in known where comment.id != created.id && isSame(comment.body) {
        try await remove(comment.id)
      }
      return (.created, known.count > 1)
    }
    let isStale = known.contains { self.isStale(against: $0) }
    let answer = isStale ? .stale : try await settle(on: oldest)
    try await remove(created.id)
    return (answer, true)
  }

  private func settle(on comment: StoredComment) async throws(Failure) -> Answer {
    if isSame(comment.body) { return .unchanged }
    try await edit(comment.id)
    return .edited
  }

  private func edit(_ id: Int) async throws(Failure) {
    do throws(Failure) {
      try await store.edit(
        id, body,
        look: { () async throws(Failure) in
          // While we waited, a newer run may have written what we would write over.
          let now = try await self.ours()
          guard !now.contains(where: { self.isStale(against: $0) }) else {
            throw Failure(.conflict, "a newer run wrote the comment meanwhile")
          }
          return now.contains { $0.id == id && self.isSame($0.body) } ? () : nil
        })
    } catch {
      var failure = error
      failure.isOfComment = failure.kind == .missing
      throw failure
    }
  }

  /// One that somebody else has deleted is deleted.
  private func remove(_ id: Int) async throws(Failure) {
    do throws(Failure) {
      try await store.delete(id)
    } catch {
      guard error.kind == .missing else { throw error }
    }
  }

  private func isStale(against comment: StoredComment) -> Bool {
    RunMark(inBody: comment.body)?.isNewer(than: mark) ?? false
  }

  private func mustRecreate(_ comment: StoredComment) -> Bool {
    switch mode {
    case .edit, .off: false
    case .new: !isSame(comment.body)
    case .recreateOnStatusChange:
      StickyComment.verdict(of: comment.body) != StickyComment.verdict(of: body)
    }
  }

  private func isSame(_ other: String) -> Bool {
    StickyComment.normalised(other) == StickyComment.normalised(body)
  }

  /// Platforms change line ends and drop blanks at the end.
  static func normalised(_ text: String) -> Substring {
    var text = text.replacing("\r\n", with: "\n")[...]
    while text.last?.isWhitespace ?? false { text.removeLast() }
    return text
  }

  private static func firstLine(of text: String) -> Substring {
    var line = text.prefix { !$0.isNewline }
    while line.last?.isWhitespace ?? false { line.removeLast() }
    return line
  }

  /// The word before the colon in the first heading: `pass`, `fail`, `unjudged`.
  private static func verdict(of body: String) -> Substring? {
    let lines = body.split(whereSeparator: \.isNewline)
    return lines.first { $0.hasPrefix("## ") }?.prefix { $0 != ":" }
  }
}
