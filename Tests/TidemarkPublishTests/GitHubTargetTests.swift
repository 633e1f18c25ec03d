internal import Testing
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkSinks
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct GitHubTargetTests {
  private func scene(
    _ outlet: FakeOutlet, _ variables: [String: String], event: String? = nil
  ) throws -> Scene {
    var environment = ["GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "octo/demo"]
    environment.merge(variables) { $1 }
    if event != nil { environment["GITHUB_EVENT_PATH"] = "/event" }
    return try outlet.scene(environment) { _ in event.map { Array($0.utf8) } }
  }

  @Test(
    "a workflow_run whose event says nothing is believed in nothing",
    arguments: [nil, "", "{}", "{\"workflow_run\":{\"head_sha\":\"a\"}}", "[1]"])
  func event(text: String?) async throws {
    let outlet = FakeOutlet([.success(.json("{}"))])
    let scene = try scene(
      outlet, ["GITHUB_EVENT_NAME": "workflow_run", "GITHUB_SHA": SampleReport.commit],
      event: text)
    await #expect(throws: Failure.self) { try await GitHubTarget.testedRun(in: scene) }
    #expect(outlet.requests.isEmpty)
  }

  @Test("where no site is written nothing links to one", arguments: [true, false])
  func siteAddress(isWritten: Bool) throws {
    let config = "reporting: {site_url: 'https://pages.example/', trend_analysis: \(isWritten)}"
    let run = try FakeOutlet([]).scene([:], config: config).testedRun
    #expect((run.siteURL != nil) == isWritten)
  }

  @Test("a push finds the open pull request whose head it is")
  func push() async throws {
    let commit = SampleReport.commit
    let pulls = [
      (9, "open", commit), (5, "closed", commit), (6, "open", "older"), (12, "open", commit),
    ]
    .map { "{\"number\":\($0),\"state\":\"\($1)\",\"head\":{\"sha\":\"\($2)\"}}" }
    let outlet = FakeOutlet([.success(.json("[\(pulls.joined(separator: ","))]"))])
    let variables = [
      "GITHUB_EVENT_NAME": "push", "GITHUB_SHA": commit, "GITHUB_REF_NAME": "feature",
      "GITHUB_TOKEN": "ghs_x",
    ]
    let scene = try scene(outlet, variables)
    #expect(try await GitHubTarget.testedRun(in: scene).pullRequest == "9")
  }

  @Test("a repository's name cannot lead elsewhere", arguments: ["a", "a/b/c", "/b", "a/", ""])
  func repository(name: String) throws {
    let outlet = FakeOutlet([.success(.json("{}"))])
    let scene = try scene(outlet, ["GITHUB_REPOSITORY": name])
    #expect(throws: Failure.self) { try GitHubTarget.root(in: scene) }
    let odd = try self.scene(outlet, ["GITHUB_REPOSITORY": "../x?y"])
    #expect(try GitHubTarget.root(in: odd) == "/repos/%2E%2E/x%3Fy")
  }

  @Test(
    "text in a log command ends no line, no property and no command",
    arguments: [
      ("a\nb\r\nc", "a%0Ab%0Ac"), ("100%", "100%25"), ("%0A", "%250A"),
      ("##[error]", "#\u{2060}#[error]"), ("::x", "::x"),
    ])
  func data(text: String, escaped: String) { #expect(GitHubLog.data(text) == escaped) }

  @Test("a property has no colon and no comma")
  func property() { #expect(GitHubLog.property("a:b,c") == "a%3Ab%2Cc") }

  @Test("what is listed stands between two lines with a word from chance, and obeys nothing")
  func list() throws {
    let outlet = FakeOutlet([.success(.json("{}"))])
    let report = SampleReport.report(failing: 400, name: { _ in "::error::x\n::set-output::y" })
    let lines = GitHubLog.list(Finding.all(in: report), outlet.outlet)
    #expect(lines.count == 4 + 250 + 1)
    #expect(lines[1] == "::stop-commands::tidemark-000102030405060708090a0b0c0d0e0f")
    #expect(lines[lines.count - 2] == "::tidemark-000102030405060708090a0b0c0d0e0f::")
    for line in lines.dropFirst(2).dropLast(2) { #expect(!line.hasPrefix("::")) }
    #expect(GitHubLog.list([], outlet.outlet).isEmpty)
  }

  @Test("which comments are ours is told by the author, whoever that can be")
  func identity() async throws {
    let bot = "{\"user\":{\"login\":\"github-actions[bot]\",\"type\":\"Bot\"}}"
    let app =
      "{\"user\":{\"login\":\"x[bot]\",\"type\":\"Bot\"},\"performed_via_github_app\":{\"slug\":\"x\"}}"
    let person = "{\"user\":{\"login\":\"github-actions[bot]\",\"type\":\"User\"}}"
    func isOurs(_ text: String, _ identity: GitHubIdentity) throws -> Bool {
      try Response.json(text).json { (value) throws(Failure) in identity.isOurs(value) }
    }
    let outlet = FakeOutlet([.success(.json("{\"login\":\"Octo\"}"))])
    let user = GitHubIdentity(try outlet.client(), token: "ghp_x")
    try await user.learn()
    #expect(try isOurs("{\"user\":{\"login\":\"octo\",\"type\":\"User\"}}", user))
    #expect(try !isOurs(bot, user) && !isOurs("{}", user))
    let actions = GitHubIdentity(try outlet.client(), token: "ghs_x")
    try await actions.learn()
    #expect(try isOurs(bot, actions) && isOurs(app, actions) && !isOurs(person, actions))
    try Response.json(app).json { (value) throws(Failure) in actions.learn(from: value) }
    #expect(try isOurs(app, actions) && !isOurs(bot, actions))
    #expect(outlet.requests.count == 1)
  }
}
