internal import Synchronization
internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct ChangedLinesTests {
  @Test(
    "of a patch the added lines count, at their new places",
    arguments: [
      ("@@ -1 +1 @@\n-a\n+b\n", [1]),
      ("@@ -3,4 +7,5 @@ func x() {\n a\n-b\n+b\n+c\n d\n@@ -20 +24,2 @@\n e\n+f", [8, 9, 25]),
      ("@@ -1,2 +1,3 @@\n a\n\n+b\n\\ No newline at end of file", [3]),
      ("+a\n+b", []), ("", []), ("@@ -1 @@\n+a", []), ("@@ nonsense +99999999999999999999\n+a", []),
      ("@@ -1 +9223372036854775807 @@\n a\n+b", [Int.min]),
    ])
  func added(patch: String, lines: [Int]) {
    #expect(ChangedLines.added(by: patch) == Set(lines))
  }
}

/// The review comments of a pull request of GitHub, in memory.
private final class Pull: Sendable {
  struct Comment {
    var id: Int
    var path: String
    var line: Int?
    var body: String
    var login = "tidemark[bot]"
    var type = "Bot"
    var reply: Int?
  }

  struct State {
    var comments: [Comment] = []
    var head = SampleReport.commit
    var refusesLines = false
    /// Answers that are dropped after the work is done.
    var lost = 0
  }

  let state = Mutex(State())

  var comments: [Comment] { state.withLock { $0.comments } }

  private static let patch = "@@ -0,0 +1,3 @@\\n+a\\n+b\\n+c"

  func answer(_ request: Request) -> Result<Response, TransportFailure> {
    state.withLock { state in
      let path = request.address.path.split(separator: "/")
      let answer: Response
      switch (request.method, path.last) {
      case (.get, "files"):
        let files = (0..<2).map {
          "{\"filename\":\"Sources/File\($0).swift\",\"status\":\"modified\",\"patch\":\"\(Self.patch)\"}"
        }
        answer = .json("[\(files.joined(separator: ","))]")
      case (.get, "comments"):
        answer = .json("[\(state.comments.map { Self.json($0) }.joined(separator: ","))]")
      case (.get, _): answer = .json("{\"number\":7,\"head\":{\"sha\":\"\(state.head)\"}}")
      case (.post, _):
        answer = state.refusesLines ? .json("{}", status: 422) : Self.add(request.body, &state)
      case (.delete, let id):
        state.comments.removeAll { "\($0.id)" == id.map { String($0) } }
        answer = Response(status: 204)
      case (_, let id):
        let text = Self.field("body", request.body) ?? ""
        for index in state.comments.indices
        where "\(state.comments[index].id)" == id.map(String.init) {
          state.comments[index].body = text
        }
        answer = .json("{}")
      }
      if request.method == .post, state.lost > 0 {
        state.lost -= 1
        return .failure(TransportFailure("the connection broke", mayHaveArrived: true))
      }
      return .success(answer)
    }
  }

  private static func add(_ body: [UInt8], _ state: inout State) -> Response {
    let line = try? JSONReader.read(body, count: body.count) { (root, _) throws(Problem) in
      root["line"]?.int
    }
    let comment = Comment(
      id: 100 + state.comments.count, path: field("path", body) ?? "", line: line ?? nil,
      body: field("body", body) ?? "")
    state.comments.append(comment)
    return .json(json(comment), status: 201)
  }

  private static func field(_ name: StaticString, _ body: [UInt8]) -> String? {
    let text = try? JSONReader.read(body, count: body.count) { (root, _) throws(Problem) in
      root[name]?.string
    }
    return text ?? nil
  }

  private static func json(_ comment: Comment) -> String {
    var json = JSONWriter()
    json.object { json in
      json.member("id", comment.id)
      json.member("path", comment.path)
      json.member("line", comment.line)
      json.member("body", comment.body)
      if let reply = comment.reply { json.member("in_reply_to_id", reply) }
      json.member(
        "user",
        object: { json in
          json.member("login", comment.login)
          json.member("type", comment.type)
        })
    }
    return String(decoding: json.bytes, as: UTF8.self)
  }
}

@Suite struct GitHubReviewTests {
  private func publish(
    _ pull: Pull, failing: Int, run: Int = 100, reasons: [Reason] = [],
    message: String? = nil, name: (Int) -> String = { "test \($0)" }
  ) async throws -> FakeOutlet {
    let outlet = FakeOutlet { pull.answer($0) }
    var scene = try outlet.scene(
      [
        "GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/demo", "GITHUB_TOKEN": "ghs_x",
        "GITHUB_RUN_ID": "\(run)", "GITHUB_API_URL": "http://127.0.0.1:1",
      ])
    scene.options.only = [.review]
    var facts = TestedRun()
    facts.commit = SampleReport.commit
    facts.pullRequest = "7"
    facts.runID = "\(run)"
    var report = SampleReport.report(failing: failing, regressed: 0, name: name)
    report.reasons += reasons
    if let message {
      report.tests = report.tests.map { test in
        var test = test
        test.detail?.message = message
        return test
      }
    }
    let publication = try Publication(report, key: "main", facts: facts, folder: ".")
    let target = try GitHubTarget(publication, run: facts, in: scene)
    outlet.note("\(try await target.publish(.review))")
    return outlet
  }

  @Test("findings at changed lines have one comment each, and the same again writes nothing")
  func usual() async throws {
    let pull = Pull()
    // Of four failing tests the first three stand in the change's lines 1, 2, 3 of files 0, 1, 2.
    let first = try await publish(pull, failing: 4)
    #expect(pull.comments.map(\.path) == ["Sources/File0.swift", "Sources/File1.swift"])
    #expect(pull.comments.map(\.line) == [1, 2])
    #expect(first.writes.allSatisfy { String(decoding: $0.body, as: UTF8.self).contains("RIGHT") })
    let again = try await publish(pull, failing: 4, run: 101)
    #expect(again.writes.isEmpty && again.notes == ["done(\"2 unchanged\")"])
    let other = try await publish(pull, failing: 4, run: 102, message: "another message")
    #expect(other.writes.map(\.method) == [.patch, .patch])
    #expect(pull.comments.allSatisfy { $0.body.contains("another message") })
  }

  @Test("what a run does not find any more goes, what somebody answered stays and says so")
  func over() async throws {
    let pull = Pull()
    _ = try await publish(pull, failing: 2)
    pull.state.withLock { state in
      let first = state.comments[0].id
      state.comments.append(
        Pull.Comment(
          id: 900, path: "x", line: 1, body: "why?", login: "dev", type: "User", reply: first))
    }
    let outlet = try await publish(pull, failing: 0, run: 101)
    #expect(outlet.notes == ["done(\"2 closed\")"])
    #expect(pull.comments.map(\.id) == [100, 900])
    #expect(pull.comments[0].body.contains("Over by the run"))
    // It is said anew where it is found anew.
    _ = try await publish(pull, failing: 2, run: 102)
    #expect(pull.comments.count == 4)
  }

  @Test("a run whose results are not whole, and an older one, take nothing away")
  func notWhole() async throws {
    let pull = Pull()
    _ = try await publish(pull, failing: 2)
    for reason in [Reason(.jobMissing, "a job is missing")] {
      let outlet = try await publish(pull, failing: 0, run: 101, reasons: [reason])
      #expect(outlet.writes.isEmpty)
    }
    let older = try await publish(pull, failing: 0, run: 99)
    #expect(older.writes.isEmpty)
  }

  @Test("a lost answer makes no second comment, and two writers leave one")
  func once() async throws {
    let pull = Pull()
    pull.state.withLock { $0.lost = 1 }
    _ = try await publish(pull, failing: 2)
    #expect(pull.comments.count == 2)
    pull.state.withLock { state in
      var copy = state.comments[0]
      copy.id = 500
      state.comments.append(copy)
    }
    _ = try await publish(pull, failing: 2, run: 101)
    #expect(pull.comments.map(\.id) == [100, 101])
  }

  @Test("a comment whose line is no longer in the change is made anew at the finding's line")
  func outdated() async throws {
    let pull = Pull()
    _ = try await publish(pull, failing: 1)
    pull.state.withLock { $0.comments[0].line = nil }
    _ = try await publish(pull, failing: 1, run: 101)
    #expect(pull.comments.map(\.line) == [1])
  }

  @Test(
    "pasted marks are not ours, a line that is refused is no failure, a newer head is left alone")
  func foreign() async throws {
    let pull = Pull()
    _ = try await publish(pull, failing: 1)
    pull.state.withLock { ($0.comments[0].login, $0.comments[0].type) = ("mallory", "User") }
    _ = try await publish(pull, failing: 0, run: 101)
    #expect(pull.comments.count == 1)
    pull.state.withLock { $0.refusesLines = true }
    let refused = try await publish(pull, failing: 2, run: 102)
    #expect(refused.notes == ["done(\"2 not at a line of the change\")"])
    pull.state.withLock { $0.head = "b" + SampleReport.commit.dropFirst() }
    let moved = try await publish(pull, failing: 2, run: 103)
    #expect(moved.writes.isEmpty && moved.notes[0].hasPrefix("skipped"))
  }

  @Test("a hostile name is text in a comment at a line")
  func hostile() async throws {
    let pull = Pull()
    let name = "<script>x</script> @everyone `a` [x](javascript:1) --> \u{202E}"
    _ = try await publish(pull, failing: 1, name: { _ in name })
    let body = try #require(pull.comments.first?.body)
    let outline = Markdown.outline(body)
    #expect(!outline.html.contains { $0.contains("script") })
    #expect(!outline.text.contains("@everyone") && !body.contains("\u{202E}"))
  }

  @Test("it is asked for, by the configuration or by name")
  func asked() throws {
    #expect(targets.allSatisfy { !$0.defaults.contains(.review) })
    let names = targets.filter { $0.parts.contains(.review) }.map { $0.name }
    #expect(names == ["github", "gitlab", "azure"])
  }
}

@Suite struct GitLabReviewTests {
  @Test("a line that GitLab does not take is said without one, and its thread may be taken away")
  func elsewhere() async throws {
    let posts = Mutex<[String]>([])
    let outlet = FakeOutlet { request in
      let body = String(decoding: request.body, as: UTF8.self)
      let mark = "<!-- tidemark:alert main test-1 v1 since= -->"
      let thread =
        "{\"id\":\"t\",\"notes\":[{\"id\":5,\"body\":\"\(mark)\",\"author\":{\"id\":1}}]}"
      switch request.method {
      case .post:
        posts.withLock { $0.append(body) }
        return .success(
          body.contains("position") ? .json("{}", status: 400) : .json(thread, status: 201))
      case .put where body.contains("resolved"): return .success(.json("{}", status: 403))
      case .delete: return .success(Response(status: 204))
      default: return .success(.json("{}"))
      }
    }
    let client = try outlet.client(rates: .plain)
    let refs = Array("{\"base_sha\":\"a\",\"start_sha\":\"b\",\"head_sha\":\"c\"}".utf8)
    let version = try JSONReader.read(refs, count: refs.count) { (root, _) throws(Problem) in
      GitLabReview.Version(root)
    }
    let review = GitLabReview(
      client, GitLabIdentity(client, nil), mergeRequest: "/projects/1/merge_requests/3",
      try #require(version), ChangedLines(files: nil))
    let alert = Alert(
      fingerprint: "test-1", title: "", body: "x", since: "",
      place: Alert.Place(path: "a.swift", line: 3))
    #expect(try await review.create(alert, look: { () async throws(Failure) in nil }).number == 5)
    #expect(posts.withLock { $0 }.map { $0.contains("position") } == [true, false])
    try await review.close(5, body: "x", note: "over")
    #expect(outlet.requests.last?.method == .delete)
    #expect(outlet.requests.last?.address.path == "/api/projects/1/merge_requests/3/notes/5")
  }
}

@Suite struct AzureReviewTests {
  @Test("a finding in a file that the pull request changes has a thread, another one has none")
  func files() async throws {
    let commit = SampleReport.commit
    let outlet = FakeOutlet { request in
      let path = request.address.path
      if path.hasSuffix("connectionData") {
        return .success(.json("{\"authenticatedUser\":{\"id\":\"me\"}}"))
      }
      if path.hasSuffix("/iterations") {
        return .success(
          .json("{\"value\":[{\"id\":3,\"sourceRefCommit\":{\"commitId\":\"\(commit)\"}}]}"))
      }
      if path.hasSuffix("/iterations/3/changes") {
        let isFirst = request.address.query?.contains("skip=0") ?? false
        let file = isFirst ? "Sources/Other.swift" : "Sources/File1.swift"
        return .success(
          .json(
            "{\"changeEntries\":[{\"changeType\":\"edit\",\"item\":{\"path\":\"/\(file)\"}},"
              + "{\"changeType\":\"delete\",\"item\":{\"path\":\"/Sources/File0.swift\"}}],"
              + "\"nextSkip\":\(isFirst ? 2 : 0)}"))
      }
      if request.method == .post { return .success(.json("{\"id\":9}")) }
      return .success(.json("{\"value\":[]}"))
    }
    let scene = try outlet.scene([
      "TF_BUILD": "True", "SYSTEM_COLLECTIONURI": "http://127.0.0.1:1/org/",
      "SYSTEM_TEAMPROJECT": "p", "BUILD_REPOSITORY_ID": "r", "SYSTEM_ACCESSTOKEN": "secret",
    ])
    var facts = TestedRun()
    facts.commit = commit
    facts.pullRequest = "5"
    let publication = try Publication(
      SampleReport.report(failing: 3, regressed: 1), key: "main", facts: facts, folder: ".")
    let target = try AzureTarget(publication, run: facts, in: scene)
    #expect(try await target.publish(.review) == .done("1 opened"))
    let body = String(decoding: try #require(outlet.writes.first).body, as: UTF8.self)
    #expect(
      body.contains(
        "\"threadContext\":{\"filePath\":\"/Sources/File1.swift\",\"rightFileStart\":{\"line\":2,"))
  }
}
