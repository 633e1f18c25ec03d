internal import Foundation
internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

@testable internal import TidemarkPublish

/// The built program against a strict stand-in of GitHub's API, with its faults.
@Suite(.enabled(if: MockForge.isAvailable), .serialized)
struct GitHubPublishSharedTests {
  /// The commit that the stand-in's pull requests stand at.
  private func head(_ forge: MockForge) async throws -> String {
    let pull = try await forge.state("github", "repos", "octo/demo", "pulls", "7", "head")
    return try #require(pull["sha"] as? String)
  }

  private func event(_ forge: MockForge, _ json: String) throws -> String {
    try forge.write("\(UUID().uuidString).json", Array(json.utf8))
  }

  /// A pull request of the repository itself.
  private func pullRequest(
    _ forge: MockForge, token: String? = "ghs_actions", run: Int = 100, fork: Bool = false
  ) async throws -> [String: String] {
    let (number, repository) = fork ? (8, "mallory/demo") : (7, "octo/demo")
    let event = try event(
      forge,
      """
      {"repository":{"full_name":"octo/demo","default_branch":"main"},"pull_request":{"number":\(number),
      "head":{"sha":"\(try await head(forge))","ref":"feature","repo":{"full_name":"\(repository)"}},
      "base":{"ref":"main"}}}
      """)
    var variables = variables(forge, run: run)
    variables["GITHUB_TOKEN"] = token
    variables["GITHUB_EVENT_NAME"] = "pull_request"
    variables["GITHUB_EVENT_PATH"] = event
    return variables
  }

  private func variables(_ forge: MockForge, run: Int) -> [String: String] {
    [
      "GITHUB_ACTIONS": "true", "GITHUB_API_URL": forge.address("/github"),
      "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "octo/demo",
      "GITHUB_RUN_ID": "\(run)", "GITHUB_RUN_ATTEMPT": "1",
    ]
  }

  private func report(
    _ forge: MockForge, failing: Int = 1, regressed: Int = 1, calm: Int = 1,
    name: (Int) -> String = { "test \($0)" }
  ) async throws -> Report {
    SampleReport.report(
      failing: failing, regressed: regressed, calm: calm, commit: try await head(forge), name: name)
  }

  private func bodies(_ forge: MockForge) async throws -> [String] {
    let comments = try await forge.state("github", "repos", "octo/demo", "comments")
    return comments.values.compactMap { ($0 as? [String: Any])?["body"] as? String }
  }

  private func ours(_ forge: MockForge) async throws -> [String] {
    try await bodies(forge).filter { $0.hasPrefix("<!-- tidemark:main v1 -->") }
  }

  // MARK: The comment

  @Test("the first run comments, the next edits, the same again writes nothing")
  func usual() async throws {
    let forge = try await MockForge()
    let report = try await report(forge)
    for (run, method) in [(100, "POST"), (101, "PATCH"), (101, nil)] as [(Int, String?)] {
      try await forge.forgetRequests()
      let answer = try await forge.publish(
        ["github", "--only", "comment"], report,
        environment: try await pullRequest(forge, run: run))
      #expect(answer.status == 0, "\(answer.errors)")
      let writes = try await forge.requests().filter { $0.method != "GET" }
      #expect(writes.map(\.method) == (method.map { [$0] } ?? []))
    }
    let body = try #require(try await ours(forge).first)
    #expect(body.contains("## ✗ fail: 1 test newly failing, 1 series regressed"))
    #expect(body.contains("\"run\":101"))
  }

  @Test("ours is found on a later page, and a marker that somebody else pasted is not ours")
  func pages() async throws {
    let forge = try await MockForge()
    let marker = "<!-- tidemark:main v1 -->\\n<!-- tidemark:meta {\\\"run\\\":1} -->\\nold"
    var comments = (1...230).map {
      "\"\($0)\":{\"id\":\($0),\"issue\":\"7\",\"body\":\"\(marker)\","
        + "\"user\":{\"login\":\"mallory\",\"type\":\"User\"}}"
    }
    comments.append(
      "\"900\":{\"id\":900,\"issue\":\"7\",\"body\":\"\(marker)\","
        + "\"user\":{\"login\":\"github-actions[bot]\",\"type\":\"Bot\"}}")
    try await forge.change(
      state:
        "{\"github\":{\"repos\":{\"octo/demo\":{\"comments\":{\(comments.joined(separator: ","))}}}}}"
    )
    let answer = try await forge.publish(
      ["github", "--only", "comment"], try await report(forge),
      environment: try await pullRequest(forge))
    #expect(answer.status == 0)
    let writes = try await forge.requests().filter { $0.method != "GET" }
    #expect(
      writes.map { "\($0.method) \($0.path)" } == [
        "PATCH /github/repos/octo/demo/issues/comments/900"
      ])
  }

  @Test("a comment of a newer run stays as it is")
  func stale() async throws {
    let forge = try await MockForge()
    let report = try await report(forge)
    for run in [200, 150] {
      let answer = try await forge.publish(
        ["github", "--only", "comment"], report,
        environment: try await pullRequest(forge, run: run))
      #expect(answer.status == 0)
    }
    #expect(try await ours(forge).map { $0.contains("\"run\":200") } == [true])
  }

  @Test("twenty publishers at once leave one comment, the newest run's")
  func twenty() async throws {
    let forge = try await MockForge(faults: ["slow ms=30 every=3"])
    let report = try await report(forge)
    var scenes: [[String: String]] = []
    for run in 1...20 { scenes.append(try await pullRequest(forge, run: run)) }
    let answers = try await forge.publishAtOnce(
      ["github", "--only", "comment"], report, environments: scenes)
    #expect(answers.map(\.status) == Array(repeating: 0, count: 20))
    let left = try await ours(forge)
    #expect(left.count == 1)
    #expect(left.first?.contains("\"run\":20,") == true)
  }

  @Test(
    "twenty publishers of twenty commits at once end with the newest run's text",
    arguments: [true, false])
  func twentyCommits(newestFirst: Bool) async throws {
    let forge = try await MockForge(faults: ["slow ms=30 every=3"])
    // A comment of an hour ago: nothing tells that others write.
    try await forge.change(
      state:
        "{\"github\":{\"repos\":{\"octo/demo\":{\"comments\":{\"900\":{\"id\":900,\"issue\":\"7\","
        + "\"body\":\"<!-- tidemark:main v1 -->\\n<!-- tidemark:meta {\\\"run\\\":0} -->\\nold\","
        + "\"updated_at\":\"2026-01-02T03:04:05Z\","
        + "\"user\":{\"login\":\"github-actions[bot]\",\"type\":\"Bot\"}}}}}}}")
    var runs: [(Report, [String: String])] = []
    for run in 1...20 {
      let digits = "\(run)"
      let commit = String(repeating: "d", count: 40 - digits.count) + digits
      let event = try event(
        forge,
        """
        {"repository":{"full_name":"octo/demo","default_branch":"main"},"pull_request":{"number":7,
        "head":{"sha":"\(commit)","ref":"feature","repo":{"full_name":"octo/demo"}},
        "base":{"ref":"main"}}}
        """)
      var scene = variables(forge, run: run)
      scene["GITHUB_TOKEN"] = "ghs_actions"
      scene["GITHUB_EVENT_NAME"] = "pull_request"
      scene["GITHUB_EVENT_PATH"] = event
      runs.append((SampleReport.report(commit: commit), scene))
    }
    if newestFirst { runs.reverse() }
    let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
      for (report, scene) in runs {
        group.addTask {
          try await forge.publish(["github", "--only", "comment"], report, environment: scene)
            .status
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses == Array(repeating: 0, count: 20))
    let left = try await ours(forge)
    #expect(left.count == 1)
    #expect(left.first?.contains("\"run\":20,") == true)
  }

  @Test(
    "no fault leaves two comments or none, and none lets a token out",
    arguments: [
      "lost method=POST times=1", "lost method=PATCH times=1", "duplicate method=POST",
      "502 burst=2 times=1", "503 method=POST times=1",
      "500 method=POST times=2", "reset times=2", "reset method=POST times=1", "truncate times=2",
      "truncate method=POST times=1", "badjson times=1", "badjson method=POST times=1",
      "drop times=1", "drop method=POST times=1", "429 retry-after=1 times=2",
      "429 retry-after=date times=1", "403-primary reset=1 times=1",
      "403-secondary retry-after=1 times=1", "409 method=POST times=1", "504 every=3",
      "slow ms=100 every=2",
    ])
  func faults(fault: String) async throws {
    let forge = try await MockForge(faults: [fault])
    let report = try await report(forge)
    for run in [100, 101] {
      let answer = try await forge.publish(
        ["github", "--only", "comment"], report,
        environment: try await pullRequest(forge, run: run))
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(!answer.everything.contains("ghs_actions"))
    }
    #expect(try await ours(forge).map { $0.contains("\"run\":101") } == [true])
    #expect(try await forge.fired().first ?? 0 > 0)
  }

  @Test("where nothing helps it ends with 4, soon, and the result stands in the summary")
  func hopeless() async throws {
    for fault in ["503", "429 retry-after=900", "403-primary reset=3000", "html"] {
      let forge = try await MockForge(faults: [fault])
      let began = ContinuousClock.now
      let answer = try await forge.publish(
        ["github", "--only", "comment", "--max-wait", "3"], try await report(forge),
        environment: try await pullRequest(forge))
      #expect(answer.status == 4)
      #expect(answer.summary.contains("✗ fail"), "\(fault): \(answer.errors)")
      #expect(ContinuousClock.now - began < .seconds(20))
      #expect(!answer.everything.contains("ghs_actions"))
    }
  }

  @Test("hostile names stay text in everything that is sent and printed")
  func hostile() async throws {
    let forge = try await MockForge()
    let names = [
      "::error::x", "##[add-path]/tmp", "@everyone #1", "<script>alert(1)</script>",
      "| a | b |", "`code`", "-->", "[x](javascript:1)", "\u{202E}evil", "%0A::set-env::",
    ]
    let answer = try await forge.publish(
      ["github", "--only", "comment,check,summary,annotations"],
      try await report(forge, failing: names.count, name: { names[$0] }),
      environment: try await pullRequest(forge))
    #expect(answer.status == 0)
    let body = try #require(try await ours(forge).first)
    let outline = Markdown.outline(body)
    #expect(!outline.html.contains { $0.contains("script") } && !body.contains("\u{202E}"))
    #expect(!outline.text.contains("@everyone"))
    let own = [
      "::error file=", "::warning file=", "::notice file=", "::group::1 more", "::endgroup::",
      "::stop-commands::tidemark-", "::tidemark-",
    ]
    for line in answer.output.split(separator: "\n") {
      let text = line.drop { $0 == " " }
      #expect(!text.hasPrefix("::") || own.contains { text.hasPrefix($0) }, "\(line)")
    }
    #expect(!answer.output.contains("##[") && !answer.output.contains("\u{202E}"))
  }

  // MARK: Check, status, alerts

  @Test(
    "annotations go fifty at a time, and 250 at most", arguments: [0, 1, 50, 51, 100, 251, 400])
  func batches(count: Int) async throws {
    let forge = try await MockForge()
    let answer = try await forge.publish(
      ["github", "--only", "check"], try await report(forge, failing: count, regressed: 0),
      environment: try await pullRequest(forge))
    #expect(answer.status == 0, "\(answer.errors)")
    let checks = try await forge.state("github", "repos", "octo/demo", "checks")
    #expect(checks.count == 1)
    let check = try #require(checks.values.first as? [String: Any])
    #expect((check["annotations"] as? [Any])?.count == min(count, 250))
    #expect(check["status"] as? String == "completed")
    #expect(check["conclusion"] as? String == (count == 0 ? "success" : "failure"))
    let summary = (check["output"] as? [String: Any])?["summary"] as? String ?? ""
    #expect(summary.contains("more findings") == (count > 250))
  }

  @Test(
    "a check that is cut off half-way is gone on with, without an annotation twice",
    arguments: [
      "lost method=PATCH times=1 after=1", "lost method=POST times=1", "502 method=PATCH times=2",
      "truncate method=PATCH times=1",
    ])
  func resume(fault: String) async throws {
    let forge = try await MockForge(faults: [fault])
    let answer = try await forge.publish(
      ["github", "--only", "check"], try await report(forge, failing: 180, regressed: 0),
      environment: try await pullRequest(forge))
    #expect(answer.status == 0, "\(answer.errors)")
    let checks = try await forge.state("github", "repos", "octo/demo", "checks")
    #expect(checks.count == 1)
    let check = try #require(checks.values.first as? [String: Any])
    let paths = (check["annotations"] as? [[String: Any]] ?? []).compactMap {
      $0["path"] as? String
    }
    #expect(paths.count == 180 && Set(paths).count == 180)
  }

  @Test("a half-done check is finished by the next call of the same run")
  func halfDone() async throws {
    let forge = try await MockForge(faults: ["503 method=PATCH after=1"])
    let report = try await report(forge, failing: 180, regressed: 0)
    let arguments = ["github", "--only", "check", "--max-wait", "2"]
    let scene = try await pullRequest(forge)
    #expect(try await forge.publish(arguments, report, environment: scene).status == 4)
    try await forge.set(faults: [])
    #expect(try await forge.publish(arguments, report, environment: scene).status == 0)
    let checks = try await forge.state("github", "repos", "octo/demo", "checks")
    let check = try #require(checks.values.first as? [String: Any])
    #expect(checks.count == 1 && (check["annotations"] as? [Any])?.count == 180)
    #expect(check["conclusion"] as? String == "failure")
  }

  @Test("a status is set once, whatever gets lost", arguments: ["lost method=POST times=1", nil])
  func status(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    let report = try await report(forge)
    for _ in 0..<2 {
      let answer = try await forge.publish(
        ["github", "--only", "status"], report, environment: try await pullRequest(forge))
      #expect(answer.status == 0, "\(answer.errors)")
    }
    let repository = try await forge.state("github", "repos", "octo/demo")
    let statuses = try #require(repository["statuses"] as? [[String: Any]])
    #expect(statuses.map { $0["state"] as? String } == ["failure"])
    #expect((statuses.first?["description"] as? String ?? "").count <= 140)
  }

  private func push(_ forge: MockForge, run: Int) async throws -> [String: String] {
    var variables = variables(forge, run: run)
    variables["GITHUB_TOKEN"] = "ghs_actions"
    variables["GITHUB_EVENT_NAME"] = "push"
    variables["GITHUB_REF_NAME"] = "main"
    variables["GITHUB_SHA"] = try await head(forge)
    variables["GITHUB_EVENT_PATH"] = try event(
      forge, "{\"repository\":{\"full_name\":\"octo/demo\",\"default_branch\":\"main\"}}")
    return variables
  }

  private func issues(_ forge: MockForge) async throws -> [String] {
    let issues = try await forge.state("github", "repos", "octo/demo", "issues")
    return issues.values.compactMap { ($0 as? [String: Any])?["state"] as? String }.sorted()
  }

  @Test(
    "no alert is lost and none is doubled",
    arguments: [
      nil, "lost method=POST times=1", "502 method=POST times=1", "duplicate method=POST",
      "reset method=POST times=1", "lost method=PATCH times=1",
    ])
  func alerts(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    let steps: [(run: Int, regressed: Int, open: Int)] = [
      (1, 3, 3), (2, 3, 3), (3, 1, 1), (4, 0, 0),
    ]
    for step in steps {
      let answer = try await forge.publish(
        ["github", "--only", "alerts"],
        try await report(forge, failing: 0, regressed: step.regressed, calm: 3 - step.regressed),
        environment: try await push(forge, run: step.run))
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(try await issues(forge).filter { $0 == "open" }.count == step.open)
    }
    if fault == nil { #expect(try await issues(forge).count == 3) }
  }

  @Test("six publishers at once leave one alert for each trouble")
  func alertsAtOnce() async throws {
    let forge = try await MockForge(faults: ["slow ms=20 every=2"])
    let report = try await report(forge, failing: 0, regressed: 2)
    let scene = try await push(forge, run: 5)
    let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
      for _ in 0..<6 {
        group.addTask {
          try await forge.publish(
            ["github", "--only", "alerts"], report, environment: scene
          ).status
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses == Array(repeating: 0, count: 6))
    #expect(try await issues(forge).filter { $0 == "open" }.count == 2)
  }

  @Test("whatever the report's size, everything that is sent fits")
  func large() async throws {
    let forge = try await MockForge()
    let name = String(repeating: "ü𝄞<|`", count: 60)
    let answer = try await forge.publish(
      ["github", "--only", "comment,check,status,summary,annotations"],
      try await report(forge, failing: 3000, regressed: 500, name: { "\(name) \($0)" }),
      environment: try await pullRequest(forge))
    #expect(answer.status == 0, "\(answer.errors)")
    let body = try #require(try await ours(forge).first)
    #expect(body.utf16.count <= 60_000 && body.contains("more in the"))
    #expect(answer.summary.utf8.count <= 1_048_576)
    #expect(answer.output.utf8.count < 1 << 20)
  }

  // MARK: Trust

  @Test("a fork's pull request ends green with the summary and one line on the permission")
  func fork() async throws {
    let forge = try await MockForge()
    let report = try await report(forge)
    for token in ["ghs_fork", nil] {
      let scene = try await pullRequest(forge, token: token, fork: true)
      let answer = try await forge.publish(["github"], report, environment: scene)
      #expect(answer.status == 0 && answer.summary.contains("✗ fail"))
      #expect(answer.errors.contains("notice: comment: this is a fork's pull request"))
      #expect(answer.errors.components(separatedBy: "notice:").count == 2)
      #expect(answer.output.contains("::error file=Sources/File0.swift,line=1"))
      let strict = try await forge.publish(
        ["github", "--require-publish"], report, environment: scene)
      #expect(strict.status == 4)
    }
    #expect(try await forge.requests().allSatisfy { !$0.isApplied || $0.method == "GET" })
  }

  private func workflowRun(
    _ forge: MockForge, commit: String? = nil, branch: String = "patch-1",
    repository: String = "mallory/demo"
  ) async throws -> [String: String] {
    let commit = if let commit { commit } else { try await head(forge) }
    var variables = variables(forge, run: 900)
    variables["GITHUB_TOKEN"] = "ghs_actions"
    variables["GITHUB_EVENT_NAME"] = "workflow_run"
    variables["GITHUB_SHA"] = String(repeating: "b", count: 40)
    variables["GITHUB_EVENT_PATH"] = try event(
      forge,
      """
      {"repository":{"full_name":"octo/demo","default_branch":"main"},"workflow_run":{"id":555,
      "run_attempt":2,"event":"pull_request","head_sha":"\(commit)","head_branch":"\(branch)",
      "head_repository":{"full_name":"\(repository)"},"pull_requests":[],
      "html_url":"https://github.com/octo/demo/actions/runs/555"}}
      """)
    return variables
  }

  @Test("the trusted job comments on the pull request that GitHub names, as of the tested run")
  func trusted() async throws {
    let forge = try await MockForge()
    let answer = try await forge.publish(
      ["github", "--only", "comment,check"], try await report(forge),
      environment: try await workflowRun(forge))
    #expect(answer.status == 0, "\(answer.errors)")
    let posts = try await forge.requests("POST", match: "comments")
    #expect(posts.map(\.path) == ["/github/repos/octo/demo/issues/8/comments"])
    #expect(try await ours(forge).first?.contains("\"run\":555,\"attempt\":2") == true)
    let checks = try await forge.requests("POST", match: "check-runs")
    let commit = try await head(forge)
    #expect(checks.map { $0.body.contains("\"head_sha\":\"\(commit)\"") } == [true])
  }

  @Test("the trusted job writes nothing for what the report or the artifact claims")
  func forged() async throws {
    let forge = try await MockForge()
    let good = try await report(forge)
    var elsewhere = good
    elsewhere.run.pullRequest = "7"
    var other = good
    other.run.commit = String(repeating: "c", count: 40)
    let scene = try await workflowRun(forge)
    for (report, arguments) in [
      (elsewhere, []), (other, []), (good, ["--pull-request", "7"]),
    ] as [(Report, [String])] {
      let answer = try await forge.publish(["github"] + arguments, report, environment: scene)
      #expect(answer.status == 4, "\(answer.errors)")
    }
    // The pull request stands at another commit than the one that was tested.
    let moved = try await workflowRun(forge, commit: String(repeating: "d", count: 40))
    var late = good
    late.run.commit = String(repeating: "d", count: 40)
    #expect(
      try await forge.publish(["github", "--only", "comment"], late, environment: moved).status == 0
    )
    #expect(try await forge.requests().allSatisfy { $0.method == "GET" })
  }

  @Test("a report that is no report, too large, a link or a pipe is refused")
  func malformed() async throws {
    let forge = try await MockForge()
    let scene = try await workflowRun(forge)
    let huge = forge.folder.appendingPathComponent("huge.json")
    #expect(FileManager.default.createFile(atPath: huge.path, contents: nil))
    truncate(huge.path, 65 << 20)
    let link = forge.folder.appendingPathComponent("link.json")
    try FileManager.default.createSymbolicLink(
      atPath: link.path,
      withDestinationPath: try forge.write(
        "real.json", SampleReport.bytes(try await report(forge))))
    let pipe = forge.folder.appendingPathComponent("pipe.json")
    mkfifo(pipe.path, 0o600)
    for path in [
      try forge.write("a.json", Array("{".utf8)), try forge.write("b.json", []), huge.path,
      link.path, pipe.path, "/nowhere",
    ] {
      let answer = try await forge.publish(
        ["github", "--report", path], nil, environment: scene)
      #expect(answer.status == 3, "\(path): \(answer.errors)")
    }
    #expect(try await forge.requests().isEmpty)
  }

  @Test("a token that is not accepted ends with 4, one without the permission is told which")
  func tokens() async throws {
    let forge = try await MockForge()
    try await forge.set(
      tokens: "{\"github\":{\"ghs_small\":{\"permissions\":{\"contents\":\"read\"}}}}")
    let report = try await report(forge)
    let bad = try await forge.publish(
      ["github", "--only", "comment"], report,
      environment: try await pullRequest(forge, token: "ghs_unknown"))
    #expect(bad.status == 4 && !bad.everything.contains("ghs_unknown"))
    let small = try await forge.publish(
      ["github", "--only", "status"], report,
      environment: try await pullRequest(forge, token: "ghs_small"))
    #expect(small.status == 0)
    #expect(small.errors.contains("`statuses: read`") || small.errors.contains("`statuses: write`"))
  }

  // MARK: Apps, dry runs, usage

  private func key(_ forge: MockForge) throws -> (private: String, publicPath: String) {
    let path = forge.folder.appendingPathComponent("key.pem").path
    let publicPath = forge.folder.appendingPathComponent("public.pem").path
    for arguments in [
      ["openssl", "genrsa", "-out", path, "2048"],
      ["openssl", "rsa", "-in", path, "-pubout", "-out", publicPath],
    ] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = arguments
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
    }
    return (try String(contentsOfFile: path, encoding: .utf8), publicPath)
  }

  @Test(
    "an app signs in with a narrowed token, also where the clock is off",
    arguments: [0, 5000, -5000])
  func app(skew: Int) async throws {
    let forge = try await MockForge(faults: skew == 0 ? [] : ["skew seconds=\(skew)"])
    let key = try key(forge)
    let publicKey = try String(contentsOfFile: key.publicPath, encoding: .utf8)
    let quoted = String(
      decoding: try JSONSerialization.data(withJSONObject: [publicKey]), as: UTF8.self
    ).dropFirst().dropLast()
    try await forge.change(state: "{\"github\":{\"app\":{\"public_key\":\(quoted)}}}")
    var scene = try await pullRequest(forge, token: nil)
    scene["GITHUB_APP_ID"] = "4242"
    scene["GITHUB_APP_PRIVATE_KEY"] = key.private.replacing("\n", with: "\\n")
    for run in [1, 2] {
      scene["GITHUB_RUN_ID"] = "\(run)"
      let answer = try await forge.publish(
        ["github", "--only", "comment"], try await report(forge), environment: scene)
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(!answer.everything.contains("PRIVATE KEY") && !answer.everything.contains("eyJ"))
      #expect(!answer.everything.contains("Bearer g"))
    }
    #expect(try await ours(forge).count == 1)
    let tokens = try await forge.requests("POST", match: "access_tokens")
    #expect(
      tokens.allSatisfy {
        $0.body == "{\"repositories\":[\"demo\"],\"permissions\":{\"pull_requests\":\"write\"}}"
      })
    // What starts a workflow needs another permission, and no more.
    try await forge.forgetRequests()
    let started = try await forge.publish(
      ["trigger", "github", "--pipeline", "ci.yml", "--ref", "main"], nil, environment: scene)
    #expect(started.status == 0, "\(started.errors)")
    #expect(
      try await forge.requests("POST", match: "access_tokens").last?.body
        == "{\"repositories\":[\"demo\"],\"permissions\":{\"actions\":\"write\"}}")
  }

  @Test("a dry run reads, shows what it would write, and writes nothing")
  func dryRun() async throws {
    let forge = try await MockForge()
    let answer = try await forge.publish(
      ["github", "--dry-run"], try await report(forge, failing: 120),
      environment: try await pullRequest(forge),
      config: "reporting: {status_checks: true, regression_alerts: true}\n")
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.output.contains("/issues/7/comments") && answer.output.contains("/check-runs"))
    #expect(answer.output.contains("/statuses/") && answer.summary == "")
    #expect(!answer.everything.contains("ghs_actions"))
    #expect(try await forge.requests().allSatisfy { $0.method == "GET" })
    // What is there already is looked at, and would be edited.
    let first = try await pullRequest(forge, run: 1)
    _ = try await forge.publish(
      ["github", "--only", "comment"], try await report(forge), environment: first)
    let again = try await forge.publish(
      ["github", "--only", "comment", "--dry-run"], try await report(forge),
      environment: try await pullRequest(forge, run: 2))
    #expect(again.status == 0 && again.output.contains("PATCH "))
    #expect(again.errors.contains("comment: edited (dry run)"))
  }

  @Test("the configuration says what is published, and under which token's name")
  func config() async throws {
    let forge = try await MockForge()
    var scene = try await pullRequest(forge, token: nil)
    scene["MY_TOKEN"] = "ghs_actions"
    let answer = try await forge.publish(
      ["github"], try await report(forge), environment: scene,
      config: """
        authentication: {github: MY_TOKEN}
        reporting: {pull_request_comments: false, status_checks: true}
        max_wait: 5
        """)
    #expect(answer.status == 0, "\(answer.errors)")
    let posts = try await forge.requests("POST").map(\.path)
    #expect(
      posts.contains { $0.contains("/statuses/") } && posts.contains { $0.contains("/check-runs") })
    #expect(!posts.contains { $0.contains("/comments") })
  }

  @Test("wrong usage ends with 2 and sends nothing")
  func usage() async throws {
    let forge = try await MockForge()
    let scene = try await pullRequest(forge)
    let report = try await report(forge)
    for arguments in [
      ["nowhere"], ["github", "--only", "nothing"], ["github", "--only", "results"],
      ["github", "--key", "A B"], ["github", "--comment-mode", "x"],
      ["github", "--max-wait", "-1"],
      ["github", "--unknown"], [],
    ] {
      #expect(
        try await forge.publish(arguments, report, environment: scene).status == 2, "\(arguments)")
    }
    #expect(try await forge.requests().isEmpty)
  }
}
