internal import Foundation
internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

@testable internal import TidemarkPublish

/// The built program against a strict stand-in of GitLab's API, with its faults.
@Suite(.enabled(if: MockForge.isAvailable), .serialized)
struct GitLabPublishSharedTests {
  private static let head = String(repeating: "a", count: 40)
  private static let merge = String(repeating: "c", count: 40)
  private static let tokens = ["glpat-api", "glpat-dev", "glpat-read", "gljob-token"]

  private func variables(
    _ forge: MockForge, token: String? = "glpat-api", run: Int = 100
  ) -> [String: String] {
    var variables = [
      "GITLAB_CI": "true", "CI_API_V4_URL": forge.address("/gitlab/api/v4"),
      "CI_PROJECT_ID": "1", "CI_PROJECT_PATH": "group/demo", "CI_PIPELINE_ID": "\(run)",
      "CI_COMMIT_SHA": Self.head, "CI_DEFAULT_BRANCH": "main",
      "CI_PIPELINE_URL": "https://gitlab.example/group/demo/-/pipelines/\(run)",
    ]
    variables["GITLAB_TOKEN"] = token
    return variables
  }

  private func mergeRequest(
    _ forge: MockForge, token: String? = "glpat-api", run: Int = 100, fork: Bool = false
  ) -> [String: String] {
    var variables = variables(forge, token: token, run: run)
    variables["CI_MERGE_REQUEST_IID"] = fork ? "4" : "3"
    variables["CI_MERGE_REQUEST_PROJECT_ID"] = "1"
    variables["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] = fork ? "2" : "1"
    variables["CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"] = "feature"
    if fork { variables["CI_PROJECT_ID"] = "2" }
    return variables
  }

  private func report(
    failing: Int = 1, regressed: Int = 1, calm: Int = 1,
    name: (Int) -> String = { "test \($0)" }
  ) -> Report {
    SampleReport.report(
      failing: failing, regressed: regressed, calm: calm, commit: Self.head, name: name)
  }

  private func notes(_ forge: MockForge) async throws -> [String] {
    let notes = try await forge.state("gitlab", "projects", "1", "notes")
    return notes.values.compactMap { ($0 as? [String: Any])?["body"] as? String }
  }

  private func ours(_ forge: MockForge) async throws -> [String] {
    try await notes(forge).filter { $0.hasPrefix("<!-- tidemark:main v1 -->") }
  }

  private func expectNoToken(_ answer: MockForge.Answer) {
    for token in Self.tokens { #expect(!answer.everything.contains(token)) }
  }

  // MARK: The note

  @Test("the first pipeline comments, the next edits, the same again writes nothing")
  func usual() async throws {
    let forge = try await MockForge()
    for (run, method) in [(100, "POST"), (101, "PUT"), (101, nil)] as [(Int, String?)] {
      try await forge.forgetRequests()
      let answer = try await forge.publish(
        ["gitlab", "--only", "comment"], report(), environment: mergeRequest(forge, run: run))
      #expect(answer.status == 0, "\(answer.errors)")
      let writes = try await forge.requests().filter { $0.method != "GET" }
      #expect(writes.map(\.method) == (method.map { [$0] } ?? []))
    }
    let body = try #require(try await ours(forge).first)
    #expect(body.contains("✗ fail: 1 test newly failing") && body.contains("\"run\":101"))
  }

  private func note(_ id: Int, _ author: String, _ authorID: Int, run: Int = 1) -> String {
    let marker = "<!-- tidemark:main v1 -->\\n<!-- tidemark:meta {\\\"run\\\":\(run)} -->\\nold"
    return "\"\(id)\":{\"id\":\(id),\"mr\":\"3\",\"body\":\"\(marker)\",\"system\":false,"
      + "\"created_at\":\"2026-01-01T00:00:00Z\",\"updated_at\":\"2026-01-01T00:00:00Z\","
      + "\"author\":{\"id\":\(authorID),\"username\":\"\(author)\"}}"
  }

  private func add(_ notes: [String], to forge: MockForge) async throws {
    try await forge.change(
      state: "{\"gitlab\":{\"projects\":{\"1\":{\"notes\":{\(notes.joined(separator: ","))}}}}}")
  }

  @Test("ours is found on a later page, and a marker that somebody else pasted is not ours")
  func pages() async throws {
    let forge = try await MockForge()
    try await add(
      (1...230).map { note($0, "mallory", 7) } + [note(900, "project_1_bot", 90)], to: forge)
    let answer = try await forge.publish(
      ["gitlab", "--only", "comment"], report(), environment: mergeRequest(forge))
    #expect(answer.status == 0, "\(answer.errors)")
    let writes = try await forge.requests().filter { $0.method != "GET" }
    #expect(writes.count == 1 && writes.first?.path.hasSuffix("/notes/900") == true)
  }

  @Test("a note of the project's earlier bot is gone on with, or left alone by who may not edit it")
  func rotated() async throws {
    let forge = try await MockForge()
    try await add([note(900, "project_1_bot_0a1b", 77)], to: forge)
    let answer = try await forge.publish(
      ["gitlab", "--only", "comment"], report(), environment: mergeRequest(forge))
    #expect(answer.status == 0)
    #expect(try await ours(forge).count == 1)

    let weak = try await MockForge()
    try await add([note(900, "project_1_bot_0a1b", 77)], to: weak)
    try await weak.set(
      tokens:
        "{\"gitlab\":{\"glpat-dev\":{\"username\":\"project_1_bot_9\",\"id\":95,\"scopes\":[\"api\"],\"role\":20}}}"
    )
    for run in 100...101 {
      let answer = try await weak.publish(
        ["gitlab", "--only", "comment"], report(),
        environment: mergeRequest(weak, token: "glpat-dev", run: run))
      #expect(answer.status == 0, "\(answer.errors)")
    }
    let bodies = try await ours(weak)
    #expect(bodies.count == 2 && bodies.filter { $0.contains("\"run\":101") }.count == 1)
  }

  @Test("a note of a newer pipeline stays as it is")
  func stale() async throws {
    let forge = try await MockForge()
    for run in [200, 150] {
      let answer = try await forge.publish(
        ["gitlab", "--only", "comment"], report(), environment: mergeRequest(forge, run: run))
      #expect(answer.status == 0)
    }
    #expect(try await ours(forge).map { $0.contains("\"run\":200") } == [true])
  }

  @Test("twenty publishers at once leave one note, the newest pipeline's")
  func twenty() async throws {
    let forge = try await MockForge(faults: ["slow ms=30 every=3"])
    let report = report()
    let scenes = (1...20).map { mergeRequest(forge, run: $0) }
    let answers = try await forge.publishAtOnce(
      ["gitlab", "--only", "comment"], report, environments: scenes)
    #expect(answers.map(\.status) == Array(repeating: 0, count: 20))
    let left = try await ours(forge)
    #expect(left.count == 1 && left.first?.contains("\"run\":20,") == true)
  }

  @Test(
    "no fault leaves two notes or none, and none lets a token out",
    arguments: [
      "lost method=POST times=1", "lost method=PUT times=1", "duplicate method=POST",
      "duplicate method=DELETE", "502 burst=2 times=1", "503 method=POST times=1",
      "500 method=POST times=2", "reset times=2", "reset method=POST times=1", "truncate times=2",
      "truncate method=POST times=1", "badjson times=1", "badjson method=POST times=1",
      "drop times=1", "drop method=POST times=1", "429 retry-after=1 times=2",
      "429 retry-after=date times=1", "429 reset=1 times=1", "409 method=POST times=1",
      "504 every=3", "slow ms=100 every=2",
    ])
  func faults(fault: String) async throws {
    let forge = try await MockForge(faults: [fault])
    for run in [100, 101] {
      let answer = try await forge.publish(
        ["gitlab", "--only", "comment"], report(), environment: mergeRequest(forge, run: run))
      #expect(answer.status == 0, "\(fault): \(answer.errors)")
      expectNoToken(answer)
    }
    let left = try await ours(forge)
    #expect(left.count == 1 && left.first?.contains("\"run\":101") == true, "\(fault)")
  }

  private func threads(_ forge: MockForge) async throws -> [[String: Any]] {
    let notes = try await forge.state("gitlab", "projects", "1", "notes")
    return notes.values.compactMap { $0 as? [String: Any] }
      .filter { ($0["body"] as? String)?.hasPrefix("<!-- tidemark:alert main test-") ?? false }
  }

  @Test(
    "a finding at a changed line has one thread, resolved when it is over, whatever gets lost",
    arguments: [
      nil, "lost method=POST times=1", "502 method=POST times=1", "duplicate method=POST",
      "reset method=POST times=1", "truncate method=POST times=1", "lost method=PUT times=1",
      "badjson times=1", "429 retry-after=1 times=2", "504 every=3",
    ])
  func review(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    // The stand-in's change is line 1 of src/a.swift; the second test lies elsewhere.
    var report = report(failing: 2, regressed: 0)
    report.tests[0].detail?.file = "src/a.swift"
    var calm = self.report(failing: 0, regressed: 0)
    calm.verdict = .pass
    for (run, report, open) in [(100, report, 1), (101, report, 1), (102, calm, 0)] {
      let answer = try await forge.publish(
        ["gitlab", "--only", "review"], report, environment: mergeRequest(forge, run: run))
      #expect(answer.status == 0, "\(answer.errors)")
      expectNoToken(answer)
      let unresolved = try await threads(forge).filter { $0["resolved"] as? Bool == false }
      #expect(unresolved.count == open, "\(fault ?? "")")
    }
    let all = try await threads(forge)
    #expect(all.count == (fault?.hasPrefix("duplicate") == true ? 2 : 1))
    let position = try #require(all.first?["position"] as? [String: Any])
    #expect(position["new_path"] as? String == "src/a.swift" && position["new_line"] as? Int == 1)
  }

  @Test("while it cannot be known what is changed, nothing is said at random")
  func reviewUnknown() async throws {
    let forge = try await MockForge(faults: ["501 match=diffs$"])
    let answer = try await forge.publish(
      ["gitlab", "--only", "review", "--max-wait", "1"], report(),
      environment: mergeRequest(forge))
    let threads = try await threads(forge)
    #expect(answer.status == 4 && threads.isEmpty)
  }

  @Test(
    "what cannot be mended ends with 4 within the budget",
    arguments: ["503", "429 retry-after=500", "html", "badjson method=GET", "drop"])
  func hopeless(fault: String) async throws {
    let forge = try await MockForge(faults: [fault])
    let answer = try await forge.publish(
      ["gitlab", "--only", "comment", "--max-wait", "3"], report(),
      environment: mergeRequest(forge))
    #expect(answer.status == 4)
    #expect(answer.output.contains("✗ fail"), "what was found must be seen: \(answer.output)")
    expectNoToken(answer)
  }

  @Test("no name carries out a quick action, folds the log or is a command")
  func hostile() async throws {
    let forge = try await MockForge()
    let names = [
      "/merge", "x\n/close", "```\n/approve\n```", "@all !3 #1", "<script>alert(1)</script>",
      "section_start:1:x\r\u{1B}[0K", "-->", "##vso[task.complete]", "\u{202E}evil",
    ]
    let answer = try await forge.publish(
      ["gitlab"], report(failing: names.count, name: { names[$0] }),
      environment: mergeRequest(forge))
    #expect(answer.status == 0)
    let body = try #require(try await ours(forge).first)
    for line in body.split(whereSeparator: \.isNewline) {
      #expect(!line.drop { $0 == " " }.hasPrefix("/"), "\(line)")
    }
    #expect(!body.contains("\u{202E}") && !Markdown.outline(body).text.contains("@all"))
    let starts = answer.output.ranges(of: "section_start:").count
    let ends = answer.output.ranges(of: "section_end:").count
    #expect(starts == 2 && ends == 2)
    #expect(!answer.output.contains("##vso[") && !answer.output.contains("\u{202E}"))
  }

  // MARK: Status

  @Test(
    "a status is set once, in the pipeline, whatever gets lost",
    arguments: ["lost method=POST times=1", "502 method=POST times=1", nil])
  func status(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    try await forge.change(
      state:
        "{\"gitlab\":{\"projects\":{\"1\":{\"pipelines\":{\"100\":{\"id\":100,\"sha\":\"\(Self.merge)\",\"ref\":\"refs/merge-requests/3/merge\",\"status\":\"running\"}}}}}}"
    )
    var scene = mergeRequest(forge)
    scene["CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"] = Self.head
    scene["CI_COMMIT_SHA"] = Self.merge
    for _ in 0..<2 {
      let answer = try await forge.publish(
        ["gitlab", "--only", "status"], report(), environment: scene)
      #expect(answer.status == 0, "\(answer.errors)")
    }
    let project = try await forge.state("gitlab", "projects", "1")
    let statuses = try #require(project["statuses"] as? [[String: Any]])
    #expect(statuses.map { $0["status"] as? String } == ["failed"])
    #expect(statuses.first?["sha"] as? String == Self.merge)
    #expect(statuses.first?["pipeline_id"] as? Int == 100)
    #expect((statuses.first?["description"] as? String ?? "").count <= 255)
  }

  // MARK: Alerts

  private func issues(_ forge: MockForge) async throws -> [[String: Any]] {
    let issues = try await forge.state("gitlab", "projects", "1", "issues")
    return issues.values.compactMap { $0 as? [String: Any] }
  }

  @Test(
    "no alert is lost and none is doubled",
    arguments: [
      nil, "lost method=POST times=1", "502 method=POST times=1", "duplicate method=POST",
      "reset method=POST times=1", "lost method=PUT times=1",
    ])
  func alerts(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    let steps: [(run: Int, regressed: Int, open: Int)] = [
      (1, 3, 3), (2, 3, 3), (3, 1, 1), (4, 0, 0),
    ]
    for step in steps {
      var scene = variables(forge, run: step.run)
      scene["CI_COMMIT_BRANCH"] = "main"
      let answer = try await forge.publish(
        ["gitlab", "--only", "alerts"],
        report(failing: 0, regressed: step.regressed, calm: 3 - step.regressed),
        environment: scene)
      #expect(answer.status == 0, "\(answer.errors)")
      let open = try await issues(forge).filter { $0["state"] as? String == "opened" }
      #expect(open.count == step.open)
    }
    if fault == nil {
      let all = try await issues(forge)
      #expect(all.count == 3)
      // The stand-in knows no notes of issues: the recovery is told in the description.
      let texts = all.compactMap { $0["description"] as? String }
      for text in texts {
        #expect(text.contains(" over ") && text.contains("Over by the run"), "\(text)")
      }
    }
  }

  // MARK: Trust

  @Test(
    "a token that may not write is one notice and 0, and 4 with --require-publish",
    arguments: ["gljob-token", "glpat-read", nil])
  func degraded(token: String?) async throws {
    let forge = try await MockForge()
    var scene = mergeRequest(forge, token: token == "gljob-token" ? nil : token)
    if token == "gljob-token" { scene["CI_JOB_TOKEN"] = token }
    let answer = try await forge.publish(["gitlab"], report(), environment: scene)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.errors.ranges(of: "notice: ").count == 1 && answer.errors.contains("`api`"))
    #expect(answer.output.contains("✗ fail"))
    expectNoToken(answer)
    let strict = try await forge.publish(
      ["gitlab", "--require-publish"], report(), environment: scene)
    #expect(strict.status == 4)
    #expect(try await notes(forge).isEmpty)
  }

  @Test("a fork's pipeline, whose token knows nothing of the project, ends green")
  func fork() async throws {
    let forge = try await MockForge()
    let answer = try await forge.publish(
      ["gitlab"], report(), environment: mergeRequest(forge, token: "unknown-there", fork: true))
    #expect(answer.status == 0 && answer.errors.contains("fork"), "\(answer.errors)")
    #expect(!answer.everything.contains("unknown-there"))
  }

  @Test("a bad token is an error, not a notice")
  func badToken() async throws {
    let forge = try await MockForge()
    let answer = try await forge.publish(
      ["gitlab"], report(), environment: mergeRequest(forge, token: "glpat-wrong"))
    #expect(answer.status == 4 && !answer.everything.contains("glpat-wrong"))
  }

  @Test("a number that is not of the tested commit is refused")
  func forged() async throws {
    let forge = try await MockForge()
    var scene = variables(forge)
    let right = try await forge.publish(
      ["gitlab", "--only", "comment", "--pull-request", "4"], report(), environment: scene)
    #expect(right.status == 0, "\(right.errors)")
    // The merge request comes from a fork: its report does not say where the links lead.
    #expect(try await notes(forge).first?.contains("example.org/site") == false)
    scene["CI_COMMIT_SHA"] = String(repeating: "b", count: 40)
    let other = SampleReport.report(commit: scene["CI_COMMIT_SHA"])
    let wrong = try await forge.publish(
      ["gitlab", "--only", "comment", "--pull-request", "3"], other, environment: scene)
    #expect(wrong.status == 4)
    let claimed = try await forge.publish(
      ["gitlab", "--only", "comment"], report(), environment: scene)
    #expect(claimed.status == 4)
    #expect(try await notes(forge).count == 1)
  }

  @Test("a dry run shows what it would send and sends nothing but questions")
  func dryRun() async throws {
    let forge = try await MockForge()
    let answer = try await forge.publish(
      ["gitlab", "--dry-run", "--only", "comment,status"], report(),
      environment: mergeRequest(forge))
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.output.contains("/merge_requests/3/notes"))
    #expect(answer.output.contains("/statuses/") && answer.output.contains("PRIVATE-TOKEN: ***"))
    expectNoToken(answer)
    #expect(try await forge.requests().allSatisfy { $0.method == "GET" })
  }
}
