internal import Synchronization
internal import Testing
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct GitLabTargetTests {
  private static let environment = [
    "GITLAB_CI": "true", "CI_API_V4_URL": "http://127.0.0.1:1/gitlab/api/v4",
    "CI_PROJECT_ID": "1",
  ]

  private func scene(
    _ more: [String: String], _ outlet: FakeOutlet,
    file: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }
  ) throws -> Scene {
    try outlet.scene(Self.environment.merging(more) { $1 }, readFile: file)
  }

  @Test(
    "each kind of token goes where GitLab looks for it",
    arguments: [
      (["GITLAB_TOKEN": "tok-access"], "PRIVATE-TOKEN"),
      (["GITLAB_OAUTH_TOKEN": "tok-oauth"], "Authorization"),
      (["CI_JOB_TOKEN": "tok-job"], "JOB-TOKEN"),
      (["GITLAB_TOKEN": "tok-access", "CI_JOB_TOKEN": "tok-job"], "PRIVATE-TOKEN"),
    ])
  func kinds(variables: [String: String], header: String) throws {
    let outlet = FakeOutlet([.success(.json("{}"))])
    let credential = try #require(GitLabCredential(in: try scene(variables, outlet)))
    #expect(credential.header.name == header && credential.header.isSecret)
  }

  @Test(
    "in a fork's pipeline the projects tell, and an open merge request of a branch is found")
  func runs() async throws {
    let outlet = FakeOutlet([.success(.json("{}"))])
    let fork = try await GitLabTarget.testedRun(
      in: scene(
        [
          "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "1", "CI_MERGE_REQUEST_PROJECT_ID": "9",
          "CI_MERGE_REQUEST_IID": "3",
        ], outlet))
    #expect(fork.isFork && fork.pullRequest == "3")
    let branch = try await GitLabTarget.testedRun(
      in: scene(
        [
          "CI_OPEN_MERGE_REQUESTS": "other/x!9,group/demo!7", "CI_PROJECT_PATH": "group/demo",
        ], outlet))
    #expect(branch.pullRequest == "7" && !branch.isFork)
    #expect(outlet.requests.isEmpty)
  }

  @Test(
    "no line of a text begins with a slash",
    arguments: [
      ("/merge", "\u{2060}/merge"), ("a\n  /close", "a\n  \u{2060}/close"),
      ("a\r\t/x", "a\r\t\u{2060}/x"), ("a /x", "a /x"), ("\u{2028}/x", "\u{2028}\u{2060}/x"),
      ("", ""), ("a/b\n\n/c", "a/b\n\n\u{2060}/c"),
    ])
  func quickActions(text: String, safe: String) { #expect(GitLabText.safe(text) == safe) }

  @Test(
    "only bots of the same project or group are one another's successors",
    arguments: [
      ("project_12_bot_0a1b", "project_12_bot"), ("group_3_bot", "group_3_bot"),
      ("project_x_bot", nil), ("projectile", nil), ("project_12", nil), ("", nil),
    ])
  func bots(name: String, prefix: String?) { #expect(GitLabIdentity.botPrefix(name) == prefix) }

  // MARK: OAuth

  @Test("a refresh token's successor is kept before it is used, and neither is ever shown")
  func refresh() async throws {
    let outlet = FakeOutlet { request in
      let body = String(decoding: request.body, as: UTF8.self)
      guard request.address.path == "/gitlab/oauth/token",
        body.contains("grant_type=refresh_token"), body.contains("refresh_token=refresh-old")
      else { return .success(.json("{}", status: 400)) }
      return .success(
        .json("{\"access_token\":\"access-new\",\"refresh_token\":\"refresh-new\"}"))
    }
    let signed = try await GitLabTarget.signedIn(
      scene(
        ["GITLAB_OAUTH_REFRESH_FILE": "/token", "GITLAB_OAUTH_CLIENT_ID": "app"], outlet
      ) { $0 == "/token" ? Array("older\nrefresh-old\n".utf8) : nil })
    #expect(signed.token(GitLabTarget.self) == "access-new")
    #expect(outlet.file("/token") == "\nrefresh-new\n")
    #expect(signed.conduct.secrets.masked("refresh-old refresh-new access-new") == "*** *** ***")
    #expect(GitLabCredential(in: signed)?.header.value == "Bearer access-new")
    let said = outlet.notes + outlet.audits + outlet.answers
    #expect(!said.joined().contains("refresh-"))
  }

  @Test("a refresh token that another job used up is followed to its successor")
  func refreshRace() async throws {
    let outlet = FakeOutlet { request in
      String(decoding: request.body, as: UTF8.self).contains("refresh_token=refresh-two")
        ? .success(.json("{\"access_token\":\"access\",\"refresh_token\":\"refresh-three\"}"))
        : .success(.json("{\"error\":\"invalid_grant\"}", status: 400))
    }
    let reads = Mutex(0)
    let scene = try scene(
      ["GITLAB_OAUTH_REFRESH_FILE": "/token", "GITLAB_OAUTH_CLIENT_ID": "app"], outlet
    ) { _ in
      let count = reads.withLock { count in
        count += 1
        return count
      }
      return Array((count == 1 ? "refresh-one" : "refresh-one\nrefresh-two\n").utf8)
    }
    #expect(try await GitLabTarget.signedIn(scene).token(GitLabTarget.self) == "access")
    let dead = try self.scene(
      ["GITLAB_OAUTH_REFRESH_FILE": "/token", "GITLAB_OAUTH_CLIENT_ID": "app"], outlet
    ) { _ in Array("refresh-dead".utf8) }
    await #expect(throws: Failure.self) { _ = try await GitLabTarget.signedIn(dead) }
  }

  // MARK: Issues

  @Test("a recovery is told in a note below the issue, once, and then the issue is closed")
  func close() async throws {
    let notes = Mutex<[String]>([])
    let outlet = FakeOutlet { request in
      switch (request.method, request.address.path) {
      case (.get, "/api/user"): return .success(.json("{\"id\":5,\"username\":\"bot\"}"))
      case (.get, "/api/projects/1/issues/7/notes"):
        let list = notes.withLock { $0.joined(separator: ",") }
        return .success(.json("[\(list)]"))
      case (.post, "/api/projects/1/issues/7/notes"):
        notes.withLock {
          $0.append("{\"body\":\"<!-- tidemark:note v1 -->\\nover\",\"author\":{\"id\":5}}")
        }
        return .failure(TransportFailure("the connection broke", mayHaveArrived: true))
      default: return .success(.json("{}"))
      }
    }
    let client = try outlet.client(rates: .plain)
    let identity = GitLabIdentity(client, nil)
    try await identity.learn()
    let issues = GitLabIssues(client, identity, root: "/projects/1")
    for _ in 0..<2 { try await issues.close(7, body: "text", note: "over") }
    let writes = outlet.writes.map { "\($0.method.rawValue) \($0.address.path)" }
    #expect(
      writes == [
        "POST /api/projects/1/issues/7/notes", "PUT /api/projects/1/issues/7",
        "PUT /api/projects/1/issues/7",
      ])
  }

  // MARK: Pages

  @Test("pages are followed by their number where GitLab tells it, else by its links")
  func pages() async throws {
    let numbered = FakeOutlet { request in
      let isFirst = !(request.address.query ?? "").contains("page=2")
      let headers = [(name: "X-Next-Page", value: isFirst ? "2" : "")]
      return .success(.json(isFirst ? "[1]" : "[2]", headers: headers))
    }
    let client = try numbered.client()
    let call = Call(.get, "/x", query: [("per_page", "1")])
    let all = try await client.list(call, paging: .nextPage) { (value) throws(Failure) in value.int
    }
    #expect(all == [1, 2])
    let linked = FakeOutlet { request in
      let isFirst = !(request.address.query ?? "").contains("cursor")
      let link = "<http://127.0.0.1:1/api/x?cursor=abc>; rel=\"next\""
      return .success(
        .json(isFirst ? "[1]" : "[2]", headers: isFirst ? [(name: "Link", value: link)] : []))
    }
    let second = try linked.client()
    let keyset = try await second.list(call, paging: .nextPage) { (value) throws(Failure) in
      value.int
    }
    #expect(keyset == [1, 2])
  }
}
