internal import Synchronization
internal import Testing
internal import TidemarkModel
internal import TidemarkSyntax

@testable internal import TidemarkPublish

/// Comments in memory.
private final class Shelf: CommentStore {
  var comments: [StoredComment] = []
  var writes: [String] = []
  /// Runs once, after the next creation: another writer.
  var afterCreate: ((Shelf) -> Void)?
  var afterEdit: ((Shelf) -> Void)?
  private var next = 100

  func add(_ body: String, isOurs: Bool = true) {
    next += 1
    comments.append(StoredComment(id: next, body: body, isOurs: isOurs))
  }

  func comments() async throws(Failure) -> [StoredComment] { comments }

  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment {
    add(body)
    let made = comments[comments.count - 1]
    writes.append("create")
    let hook = afterCreate
    afterCreate = nil
    hook?(self)
    return made
  }

  func edit(
    _ id: Int, _ body: String, look: @escaping () async throws(Failure) -> Void?
  ) async throws(Failure) {
    guard let index = comments.firstIndex(where: { $0.id == id }) else {
      throw Failure(.missing, "gone")
    }
    comments[index].body = body
    writes.append("edit \(id)")
    let hook = afterEdit
    afterEdit = nil
    hook?(self)
  }

  func delete(_ id: Int) async throws(Failure) {
    guard let index = comments.firstIndex(where: { $0.id == id }) else {
      throw Failure(.missing, "gone")
    }
    comments.remove(at: index)
    writes.append("delete \(id)")
  }
}

@Suite struct StickyCommentTests {
  private static func body(_ run: Int, _ text: String = "## ✗ fail: x", key: String = "main")
    -> String
  {
    "<!-- tidemark:\(key) v1 -->\n<!-- tidemark:meta {\"run\":\(run),\"attempt\":1} -->\n\n\(text)\n"
  }

  private func write(
    _ shelf: Shelf, run: Int, _ text: String = "## ✗ fail: x", mode: CommentMode = .edit
  ) async throws -> StickyComment.Answer {
    let sticky = StickyComment(
      shelf, body: Self.body(run, text), mark: RunMark(sha: nil, run: "\(run)", attempt: 1),
      mode: mode)
    return try await sticky.write(with: FakeOutlet([.success(.json("{}"))]).client())
  }

  @Test("the first writes, the next edits, the same again writes nothing")
  func usual() async throws {
    let shelf = Shelf()
    #expect(try await write(shelf, run: 1) == .created)
    #expect(try await write(shelf, run: 2) == .edited)
    #expect(try await write(shelf, run: 2) == .unchanged)
    #expect(shelf.writes == ["create", "edit 101"])
  }

  @Test("line ends and blanks at the end, which platforms change, are no difference")
  func normalised() async throws {
    let shelf = Shelf()
    shelf.add(Self.body(2).replacing("\n", with: "\r\n") + "  \r\n")
    #expect(try await write(shelf, run: 2) == .unchanged)
  }

  @Test("another author's marker, another key's and a marker further below are not ours")
  func foreign() async throws {
    let shelf = Shelf()
    shelf.add(Self.body(1), isOurs: false)
    shelf.add(Self.body(1, key: "other"))
    shelf.add("> quoted\n" + Self.body(1))
    #expect(try await write(shelf, run: 2) == .created)
    #expect(shelf.comments.count == 4)
  }

  @Test("an older run that looked before us and writes after us is written over")
  func lateWriter() async throws {
    let shelf = Shelf()
    shelf.add(Self.body(1))
    shelf.add(Self.body(1))
    let outlet = FakeOutlet([.success(.json("{}"))])
    let late = Late(shelf, after: 2) { $0.comments[0].body = Self.body(2) }
    let sticky = StickyComment(
      late, body: Self.body(3), mark: RunMark(sha: nil, run: "3", attempt: 1))
    #expect(try await sticky.write(with: outlet.client()) == .edited)
    #expect(shelf.comments.map(\.body) == [Self.body(3)] && outlet.waits.count == 4)
  }

  @Test("one that another run wrote a moment ago may be written again by others like it")
  func fresh() async throws {
    for (age, waits) in [(3, 3), (60, 0)] as [(Double, Int)] {
      let shelf = Shelf()
      shelf.add(Self.body(1))
      let outlet = FakeOutlet([.success(.json("{}"))])
      shelf.comments[0].updated = Timestamp(
        millisecondsSince1970: outlet.start.millisecondsSince1970 - Int64(age * 1000))
      let sticky = StickyComment(
        shelf, body: Self.body(2), mark: RunMark(sha: nil, run: "2", attempt: 1))
      #expect(try await sticky.write(with: outlet.client()) == .edited)
      #expect(outlet.waits.count == waits)
    }
  }

  @Test("the last look mends what an older run wrote over, and waits no longer than it takes")
  func lastLook() async throws {
    for isOverwritten in [true, false] {
      let shelf = Shelf()
      shelf.add(Self.body(1))
      let outlet = FakeOutlet([.success(.json("{}"))])
      let client = try outlet.client()
      let sticky = StickyComment(
        shelf, body: Self.body(3), mark: RunMark(sha: nil, run: "3", attempt: 1))
      #expect(try await sticky.write(with: client) == .edited)
      if isOverwritten { shelf.comments[0].body = Self.body(2) }
      try await sticky.lookAgain(client)
      #expect(shelf.comments.map(\.body) == [Self.body(3)])
      #expect(outlet.waits.count == (isOverwritten ? 4 : 1) && outlet.waits[0] <= 0.2)
      try await sticky.lookAgain(client)
      #expect(shelf.writes == Array(repeating: "edit 101", count: isOverwritten ? 2 : 1))
    }
  }

  @Test("a writer that is written over again and again looks on, and not for ever")
  func stubborn() async throws {
    let shelf = Shelf()
    shelf.add(Self.body(1))
    shelf.add(Self.body(1))
    let outlet = FakeOutlet([.success(.json("{}"))])
    let late = Late(shelf, after: 2, times: 1000) { $0.comments[0].body = Self.body(2) }
    let sticky = StickyComment(
      late, body: Self.body(3), mark: RunMark(sha: nil, run: "3", attempt: 1))
    #expect(try await sticky.write(with: outlet.client()) == .edited)
    #expect(outlet.waits.count == 12)
  }

  @Test("an edit that must wait is not made over what a newer run wrote meanwhile")
  func waited() async throws {
    let body = Mutex(Self.body(1))
    let outlet = FakeOutlet { request in
      if request.method == .get {
        var json = JSONWriter()
        json.array { json in
          json.object { json in
            json.member("id", 9)
            json.member("body", body.withLock { $0 })
            json.member(
              "user",
              object: { json in
                json.member("login", "github-actions[bot]")
                json.member("type", "Bot")
              })
          }
        }
        return .success(.json(String(decoding: json.bytes, as: UTF8.self)))
      }
      body.withLock { $0 = Self.body(20) }
      return .success(
        .json("{}", status: 429, headers: [(name: "Retry-After", value: "30")]))
    }
    let client = try outlet.client()
    let store = GitHubComments(
      client, GitHubIdentity(client, token: "ghs_x"), root: "/repos/o/r", number: 7)
    let sticky = StickyComment(
      store, body: Self.body(5), mark: RunMark(sha: nil, run: "5", attempt: 1))
    #expect(try await sticky.write(with: client) == .stale)
    #expect(outlet.writes.count == 1)
  }

  @Test("of several the oldest stays")
  func several() async throws {
    let shelf = Shelf()
    for run in 1...3 { shelf.add(Self.body(run)) }
    #expect(try await write(shelf, run: 9) == .edited)
    #expect(shelf.comments.map(\.id) == [101])
  }

  @Test("a newer run's comment is left alone, also one that comes between")
  func stale() async throws {
    let shelf = Shelf()
    shelf.add(Self.body(9))
    #expect(try await write(shelf, run: 5) == .stale)
    #expect(shelf.writes.isEmpty)
    let raced = Shelf()
    raced.afterCreate = { shelf in
      shelf.comments.insert(StoredComment(id: 50, body: Self.body(9), isOurs: true), at: 0)
    }
    #expect(try await write(raced, run: 5) == .stale)
    #expect(raced.comments.map(\.id) == [50])
  }

  @Test("two that create at once end with the older one's comment")
  func race() async throws {
    let shelf = Shelf()
    shelf.afterCreate = { shelf in
      shelf.comments.insert(StoredComment(id: 50, body: Self.body(1), isOurs: true), at: 0)
    }
    #expect(try await write(shelf, run: 2) == .edited)
    #expect(shelf.comments.map(\.id) == [50] && shelf.comments[0].body == Self.body(2))
  }

  @Test("an older run that writes over a newer one is written over again")
  func overwritten() async throws {
    let shelf = Shelf()
    shelf.add(Self.body(1))
    shelf.afterEdit = { $0.comments[0].body = Self.body(1, "## ✓ pass: old") }
    let client = try FakeOutlet([.success(.json("{}"))]).client()
    let sticky = StickyComment(
      shelf, body: Self.body(2), mark: RunMark(sha: nil, run: "2", attempt: 1))
    #expect(try await sticky.write(with: client) == .edited)
    try await sticky.lookAgain(client)
    #expect(shelf.comments[0].body == Self.body(2))
  }

  @Test("a comment that is deleted under our hands is made anew")
  func deleted() async throws {
    let shelf = Shelf()
    shelf.add(Self.body(1))
    let racing = Racing(shelf)
    let sticky = StickyComment(
      racing, body: Self.body(2), mark: RunMark(sha: nil, run: "2", attempt: 1))
    #expect(
      try await sticky.write(with: FakeOutlet([.success(.json("{}"))]).client()) == .created)
    #expect(shelf.comments.map(\.body) == [Self.body(2)])
  }

  @Test("the modes make a new comment when they should")
  func modes() async throws {
    let shelf = Shelf()
    #expect(try await write(shelf, run: 1, mode: .new) == .created)
    #expect(try await write(shelf, run: 2, mode: .new) == .created)
    #expect(shelf.comments.map(\.id) == [102])
    #expect(try await write(shelf, run: 3, mode: .recreateOnStatusChange) == .edited)
    let passed = "## ✓ pass: all"
    #expect(try await write(shelf, run: 4, passed, mode: .recreateOnStatusChange) == .created)
    #expect(shelf.comments.map(\.id) == [103])
  }
}

/// Deletes what is about to be edited, once.
private final class Racing: CommentStore {
  private let shelf: Shelf
  private var hasDeleted = false

  init(_ shelf: Shelf) { self.shelf = shelf }

  func comments() async throws(Failure) -> [StoredComment] { try await shelf.comments() }

  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment { try await shelf.create(body, look: look) }

  func edit(
    _ id: Int, _ body: String, look: @escaping () async throws(Failure) -> Void?
  ) async throws(Failure) {
    if !hasDeleted {
      hasDeleted = true
      try await shelf.delete(id)
    }
    try await shelf.edit(id, body, look: look)
  }

  func delete(_ id: Int) async throws(Failure) { try await shelf.delete(id) }
}

/// Lets somebody else write before the look of a number.
private final class Late: CommentStore {
  private let shelf: Shelf
  private var looks: Int
  private let times: Int
  private let write: (Shelf) -> Void

  /// - Parameter times: How many looks from that one on.
  init(
    _ shelf: Shelf, after looks: Int, times: Int = 1, _ write: @escaping (Shelf) -> Void
  ) {
    self.shelf = shelf
    self.looks = looks
    self.times = times
    self.write = write
  }

  func comments() async throws(Failure) -> [StoredComment] {
    looks -= 1
    if looks <= 0, looks > -times { write(shelf) }
    return try await shelf.comments()
  }

  func create(
    _ body: String, look: @escaping () async throws(Failure) -> StoredComment?
  ) async throws(Failure) -> StoredComment { try await shelf.create(body, look: look) }
  func edit(
    _ id: Int, _ body: String, look: @escaping () async throws(Failure) -> Void?
  ) async throws(Failure) { try await shelf.edit(id, body, look: look) }
  func delete(_ id: Int) async throws(Failure) { try await shelf.delete(id) }
}
