internal import Testing
internal import TidemarkModel
internal import TidemarkReport

@testable internal import TidemarkPublish

/// Alerts in memory.
private final class Board: AlertStore {
  var alerts: [StoredAlert] = []
  var notes: [Int: String] = [:]
  /// Runs once, after the next creation: another writer.
  var afterCreate: ((Board) -> Void)?
  private var next = 100

  var open: [StoredAlert] { alerts.filter(\.isOpen) }

  func alerts() async throws(Failure) -> [StoredAlert] { alerts }

  func create(
    _ alert: Alert, look: @escaping () async throws(Failure) -> StoredAlert?
  ) async throws(Failure) -> StoredAlert {
    next += 1
    let made = StoredAlert(
      number: next, title: alert.title, body: alert.body, isOpen: true, isOurs: true)
    alerts.append(made)
    let hook = afterCreate
    afterCreate = nil
    hook?(self)
    return made
  }

  private func change(_ number: Int, _ body: (inout StoredAlert) -> Void) {
    for index in alerts.indices where alerts[index].number == number { body(&alerts[index]) }
  }

  func update(_ number: Int, title: String, body: String) async throws(Failure) {
    change(number) { ($0.title, $0.body) = (title, body) }
  }

  func close(_ number: Int, body: String, note: String) async throws(Failure) {
    change(number) { ($0.isOpen, $0.body) = (false, body) }
    notes[number] = note
  }

  /// As a person does it.
  func closeByHand(_ number: Int) { change(number) { $0.isOpen = false } }
}

@Suite struct AlertsTests {
  private func publication(
    run: Int, regressed: Int, calm: Int = 0, key: String = "main",
    commit: String = SampleReport.commit
  ) throws -> Publication {
    var facts = TestedRun()
    facts.runID = "\(run)"
    facts.commit = commit
    facts.branch = "main"
    return try Publication(
      SampleReport.report(failing: 0, regressed: regressed, calm: calm, commit: commit),
      key: key, facts: facts, folder: ".")
  }

  @discardableResult
  private func write(
    _ board: Board, run: Int, regressed: Int, calm: Int = 0, key: String = "main"
  ) async throws -> AlertBook.Tally {
    let plan = AlertPlan(try publication(run: run, regressed: regressed, calm: calm, key: key))
    return try await AlertBook(board, plan)
      .write(with: FakeOutlet([.success(.json("{}"))]).client())
  }

  @Test("a regression has one alert, which each run updates, and which its end closes with a note")
  func life() async throws {
    let board = Board()
    #expect(try await write(board, run: 1, regressed: 2).opened == 2)
    #expect(try await write(board, run: 2, regressed: 2).updated == 2)
    #expect(try await write(board, run: 2, regressed: 2).unchanged == 2)
    #expect(board.open.count == 2)
    #expect(try await write(board, run: 3, regressed: 0, calm: 2).closed == 2)
    #expect(board.open.isEmpty && board.notes.count == 2)
    #expect(board.notes[101]?.contains("Over by the run `3`") == true)
    #expect(try await write(board, run: 4, regressed: 1, calm: 1).opened == 1)
    #expect(board.alerts.count == 3)
  }

  @Test("a series that is not in the report leaves its alert as it is")
  func absent() async throws {
    let board = Board()
    try await write(board, run: 1, regressed: 2)
    #expect(try await write(board, run: 2, regressed: 0, calm: 0) == AlertBook.Tally())
    #expect(board.open.count == 2)
  }

  @Test("one that a person closed stays closed until it begins anew")
  func silenced() async throws {
    let board = Board()
    try await write(board, run: 1, regressed: 1)
    board.closeByHand(101)
    #expect(try await write(board, run: 2, regressed: 1).silenced == 1)
    #expect(board.alerts.count == 1)
    board.alerts[0].body = board.alerts[0].body.replacing("since=aaaa", with: "since=bbbb")
    #expect(try await write(board, run: 3, regressed: 1).opened == 1)
  }

  @Test("an older run neither updates nor closes")
  func stale() async throws {
    let board = Board()
    try await write(board, run: 9, regressed: 1)
    let body = board.alerts[0].body
    #expect(try await write(board, run: 5, regressed: 1).unchanged == 1)
    #expect(try await write(board, run: 5, regressed: 0, calm: 1).closed == 0)
    #expect(board.open.count == 1 && board.alerts[0].body == body)
  }

  @Test("two that open at once end with the older one")
  func race() async throws {
    let board = Board()
    board.afterCreate = { board in
      let made = board.alerts[0]
      board.alerts.insert(
        StoredAlert(number: 50, title: made.title, body: made.body, isOpen: true, isOurs: true),
        at: 0)
    }
    try await write(board, run: 1, regressed: 1)
    #expect(board.open.map(\.number) == [50])
  }

  @Test("pasted markers and other keys are not ours")
  func foreign() async throws {
    let board = Board()
    try await write(board, run: 1, regressed: 1, key: "other")
    let body = board.alerts[0].body.replacing("alert other", with: "alert main")
    board.alerts.append(
      StoredAlert(number: 7, title: "x", body: body, isOpen: true, isOurs: false))
    #expect(try await write(board, run: 2, regressed: 0, calm: 1).closed == 0)
    #expect(try await write(board, run: 2, regressed: 1).opened == 1)
  }

  @Test("a flood of regressions opens a bounded number of alerts, and says how many more there are")
  func flood() async throws {
    let board = Board()
    try await write(board, run: 1, regressed: AlertPlan.limit + 30)
    #expect(board.open.count == AlertPlan.limit + 1)
    #expect(board.open.contains { $0.title.hasPrefix("30 more series") })
    try await write(board, run: 2, regressed: 3, calm: AlertPlan.limit + 27)
    #expect(board.open.count == 3)
  }

  @Test("alerts are the default branch's")
  func due() throws {
    let publication = try publication(run: 1, regressed: 1)
    var run = TestedRun()
    run.defaultBranch = "main"
    #expect(AlertPlan.isDue(publication, on: run))
    run.defaultBranch = "trunk"
    #expect(!AlertPlan.isDue(publication, on: run))
    run.defaultBranch = "main"
    run.pullRequest = "7"
    #expect(!AlertPlan.isDue(publication, on: run))
  }
}
