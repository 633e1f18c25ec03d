internal import Testing
internal import TidemarkModel
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct ClientTests {
  private typealias Step = Result<Response, TransportFailure>
  private static let good = Step.success(.json("{\"id\":7}"))
  private static let lost = Step.failure(
    TransportFailure("the connection broke", mayHaveArrived: true))
  private static let unsent = Step.failure(
    TransportFailure("no connection", mayHaveArrived: false))
  private static let post = Call(.post, "/x") { $0.member("a", 1) }

  private static func failed(
    _ status: Int, _ headers: [(name: String, value: String)] = [], _ body: String = "{}"
  ) -> Step { .success(.json(body, status: status, headers: headers)) }

  private func id(
    _ client: Client, _ call: Call, look: (() async throws(Failure) -> Int?)? = nil
  ) async throws(Failure) -> Int {
    try await client.json(call, look: look) { (root) throws(Failure) in
      guard let id = root["id"]?.int else { throw Failure.unreadable("no id") }
      return id
    }
  }

  private func kind(_ outlet: FakeOutlet, _ call: Call) async throws -> Failure.Kind? {
    do throws(Failure) {
      _ = try await id(outlet.client(), call)
      return nil
    } catch { return error.kind }
  }

  // MARK: The retry table

  @Test("a read is repeated with waits that double, five times in all")
  func reads() async throws {
    let outlet = FakeOutlet([Self.lost, Self.failed(502), Self.unsent, Self.good])
    #expect(try await id(outlet.client(), Call(.get, "/x")) == 7)
    #expect(outlet.waits == [1, 2, 4])
    let broken = FakeOutlet([Self.failed(503)])
    #expect(try await kind(broken, Call(.get, "/x")) == .unreachable)
    #expect(broken.requests.count == 5 && broken.waits == [1, 2, 4, 8])
  }

  @Test("what creates is repeated only where it cannot have arrived, or a look does not find it")
  func creates() async throws {
    let unsent = FakeOutlet([Self.unsent, Self.good])
    #expect(try await id(unsent.client(), Self.post) == 7)
    let lost = FakeOutlet([Self.lost, Self.good])
    #expect(try await kind(lost, Self.post) == .unreachable)
    #expect(lost.requests.count == 1)
    let found = FakeOutlet([Self.failed(500), Self.good])
    #expect(try await id(found.client(), Self.post, look: { 9 }) == 9)
    #expect(found.requests.count == 1)
    let missed = FakeOutlet([Self.lost, Self.good])
    #expect(try await id(missed.client(), Self.post, look: { nil }) == 7)
    #expect(missed.requests.count == 2)
  }

  @Test(
    "a limit is waited for as the server says",
    arguments: [
      (429, [("Retry-After", "7")], "{}", 7.0),
      (429, [("Retry-After", "Fri, 15 Jan 2027 08:00:09 GMT")], "{}", 9.0),
      (429, [("RateLimit-Reset", "1800000030")], "{}", 30.0), (429, [], "{}", 60.0),
      (429, [("Retry-After", "-5")], "{}", 1.0),
      (403, [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1800000020")], "{}", 20.0),
      (403, [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1700000000")], "{}", 1.0),
      (403, [("retry-after", "3")], "{}", 3.0),
      (403, [], "{\"message\":\"You have exceeded a secondary rate limit\"}", 60.0),
    ] as [(Int, [(String, String)], String, Double)])
  func limits(
    status: Int, headers: [(String, String)], body: String, wait: Double
  ) async throws {
    // The server's clock, not ours, counts: it says 8:00:00, and ours stands an hour later.
    let date = (name: "Date", value: "Fri, 15 Jan 2027 08:00:00 GMT")
    let limited = Self.failed(status, headers.map { (name: $0, value: $1) } + [date], body)
    let outlet = FakeOutlet([limited, Self.good], fast: 3600)
    #expect(try await id(outlet.client(), Self.post) == 7)
    #expect(outlet.waits.first == wait)
  }

  @Test("secondary limits without a time are waited for twice as long each time")
  func secondary() async throws {
    let body = "{\"documentation_url\":\"https://x/#about-secondary-rate-limits\"}"
    let limited = Self.failed(403, [], body)
    let outlet = FakeOutlet([limited, limited, Self.good])
    #expect(try await id(outlet.client(maxWait: 1000), Call(.get, "/x")) == 7)
    #expect(outlet.waits == [60, 120])
  }

  @Test("a wait beyond the budget is not begun, and how long it would be is said")
  func budget() async throws {
    let outlet = FakeOutlet([Self.failed(429, [(name: "Retry-After", value: "500")])])
    do throws(Failure) {
      _ = try await id(outlet.client(), Call(.get, "/x"))
      Issue.record("it waited")
    } catch {
      #expect(error.kind == .overBudget && error.problem.what.contains("500 s"))
    }
    #expect(outlet.waits == [] && outlet.requests.count == 1)
  }

  @Test("one budget holds for all requests of a command")
  func commonBudget() async throws {
    let outlet = FakeOutlet([
      Self.failed(429, [(name: "Retry-After", value: "70")]), Self.good,
      Self.failed(429, [(name: "Retry-After", value: "70")]),
    ])
    let client = try outlet.client()
    #expect(try await id(client, Call(.get, "/x")) == 7)
    await #expect(throws: Failure.self) { try await self.id(client, Call(.get, "/x")) }
    #expect(outlet.waits == [70])
  }

  @Test(
    "what another try would not mend is not tried again",
    arguments: [
      (400, Failure.Kind.rejected), (401, .badCredential), (403, .denied), (404, .missing),
      (409, .conflict), (412, .conflict), (415, .rejected), (422, .rejected),
    ])
  func final(status: Int, kind: Failure.Kind) async throws {
    let outlet = FakeOutlet([Self.failed(status)])
    #expect(try await self.kind(outlet, Self.post) == kind)
    #expect(outlet.requests.count == 1 && outlet.waits == [])
  }

  @Test("a missing permission is named with the line that the workflow needs")
  func permission() async throws {
    let header = (
      name: "X-Accepted-GitHub-Permissions", value: "issues=write; pull_requests=write"
    )
    let outlet = FakeOutlet([Self.failed(403, [header])])
    do throws(Failure) {
      _ = try await id(outlet.client(), Self.post)
    } catch {
      #expect(
        error.problem.remedy
          == "give it `issues: write` or `pull-requests: write` under permissions: in the workflow")
    }
  }

  // MARK: Answers

  @Test("an answer of the wrong kind, cut short or unreadable is a failure, never an empty result")
  func answers() async throws {
    let page = Response(
      status: 203, headers: [(name: "Content-Type", value: "text/html")], body: Array("<p>".utf8))
    let redirected = Response(status: 302, headers: [(name: "Location", value: "/login")])
    #expect(try await kind(FakeOutlet([.success(page)]), Call(.get, "/x")) == .notSignedIn)
    #expect(try await kind(FakeOutlet([.success(redirected)]), Self.post) == .notSignedIn)
    for text in ["", "{", "[]", "{}", "null"] {
      #expect(try await kind(FakeOutlet([.success(.json(text))]), Call(.get, "/x")) == .unreachable)
    }
    let short = Response.json("{\"id\":7}", headers: [(name: "Content-Length", value: "900")])
    let outlet = FakeOutlet([.success(short), Self.good])
    #expect(try await id(outlet.client(), Call(.get, "/x")) == 7)
    #expect(outlet.requests.count == 2)
  }

  @Test("a credential does not follow a redirect to another origin, and comes not back")
  func redirects() async throws {
    let outlet = FakeOutlet([
      .success(
        Response(
          status: 302, headers: [(name: "Location", value: "https://elsewhere.example/y")])),
      .success(
        Response(status: 302, headers: [(name: "Location", value: "http://127.0.0.1:1/z")])),
      Self.good,
    ])
    #expect(try await id(outlet.client(), Call(.get, "/x")) == 7)
    #expect(outlet.requests.map { $0.headers.contains { $0.isSecret } } == [true, false, false])
    #expect(outlet.requests.last?.address.description == "http://127.0.0.1:1/z")
  }

  @Test("a redirect without an end, or to plain http elsewhere, is a failure")
  func badRedirects() async throws {
    for location in ["http://127.0.0.1:1/api/x", "http://elsewhere.example/", "ftp://x/"] {
      let outlet = FakeOutlet([
        .success(Response(status: 301, headers: [(name: "Location", value: location)]))
      ])
      #expect(try await kind(outlet, Call(.get, "/x")) == .unreachable)
      #expect(outlet.requests.count <= 6)
    }
  }

  // MARK: Lists

  private func pages(_ second: String) -> FakeOutlet {
    FakeOutlet([
      .success(
        .json("[{\"id\":1}]", headers: [(name: "Link", value: "<\(second)>; rel=\"next\"")])),
      .success(.json("[{\"id\":2}]")),
    ])
  }

  private func list(_ outlet: FakeOutlet) async throws -> [Int] {
    try await outlet.client().list(Call(.get, "/x")) { (value) throws(Failure) in
      value["id"]?.int
    }
  }

  @Test("pages are followed by the server's links, on the same server only")
  func lists() async throws {
    #expect(try await list(pages("http://127.0.0.1:1/api/x?page=2")) == [1, 2])
    let away = pages("http://127.0.0.1:2/api/x?page=2")
    await #expect(throws: Failure.self) { try await self.list(away) }
    let endless = FakeOutlet { _ in
      .success(
        .json("[]", headers: [(name: "Link", value: "<http://127.0.0.1:1/x>; rel=\"next\"")]))
    }
    await #expect(throws: Failure.self) { try await self.list(endless) }
  }

  @Test(
    "the next page is found among other links",
    arguments: [
      ("<a>; rel=\"prev\", <b>; rel=\"next\"", "b"),
      ("<a?x=1,2>; rel=next; title=\"t\"", "a?x=1,2"),
      ("<a>; rel=\"last\"", nil), ("", nil), ("<a", nil),
    ])
  func links(header: String, next: String?) { #expect(Paging.nextLink(header) == next) }

  // MARK: Writes

  @Test("the first five writes follow at once, the next a second apart")
  func spacing() async throws {
    let outlet = FakeOutlet([Self.good])
    let client = try outlet.client()
    for _ in 0..<8 { _ = try await id(client, Self.post) }
    #expect(outlet.waits == [1, 1, 1])
  }

  @Test("a dry run sends no write, shows each, and masks what is secret")
  func dryRun() async throws {
    let outlet = FakeOutlet([Self.good])
    let client = try outlet.client(isDryRun: true)
    let call = Call(.post, "/x") { $0.member("echo", FakeOutlet.token) }
    let answer = try await client.json(call, dry: 5) { (root) throws(Failure) in
      root["id"]?.int ?? 0
    }
    #expect(answer == 5 && outlet.requests.isEmpty)
    let shown = outlet.answers.joined(separator: "\n")
    #expect(shown.contains("POST http://127.0.0.1:1/api/x") && shown.contains("Authorization: ***"))
    #expect(shown.contains("{\"echo\":\"***\"}") && !outlet.everything.contains(FakeOutlet.token))
  }

  @Test("the audit log has a line for each try, and no secret")
  func audit() async throws {
    let id = (name: "X-GitHub-Request-Id", value: "ABC")
    let outlet = FakeOutlet([Self.lost, .success(.json("{\"id\":7}", headers: [id]))])
    let call = Call(.get, "/x/\(FakeOutlet.token)", query: [("token", "unknown-secret")])
    #expect(try await self.id(outlet.client(), call) == 7)
    #expect(outlet.audits.count == 2)
    #expect(outlet.audits[0].contains("\"failure\":\"the connection broke\""))
    #expect(outlet.audits[1].contains("\"request_id\":\"ABC\""))
    #expect(outlet.audits[1].contains("\"path\":\"/api/x/***?…\""))
    #expect(!outlet.everything.contains("unknown-secret"))
    #expect(!outlet.everything.contains(FakeOutlet.token))
  }

  @Test("every request says who asks")
  func userAgent() async throws {
    let outlet = FakeOutlet([Self.good])
    _ = try await id(outlet.client(), Call(.get, "/x"))
    #expect(outlet.requests[0].headers.contains { $0.name == "User-Agent" })
  }

  @Test("a decision is made again on a state that changed, five times at most")
  func conflicts() async throws {
    let outlet = FakeOutlet([Self.good])
    let client = try outlet.client()
    var tries = 0
    let answer = try await client.redoing { () async throws(Failure) -> Int in
      tries += 1
      if tries < 4 { throw Failure(.conflict, "x") }
      return tries
    }
    #expect(answer == 4)
    await #expect(throws: Failure.self) {
      try await client.redoing { () async throws(Failure) in throw Failure(.conflict, "x") }
    }
  }
}
