internal import Foundation
internal import Testing
internal import TidemarkReport
internal import TidemarkSyntax

@testable internal import TidemarkPublish

/// The built program against a strict stand-in of Azure DevOps' API, with its faults.
@Suite(.enabled(if: MockForge.isAvailable), .serialized)
struct AzurePublishSharedTests {
  private static let head = String(repeating: "a", count: 40)

  private func variables(
    _ forge: MockForge, token: String? = "az-full", run: Int = 100
  ) -> [String: String] {
    var variables = [
      "TF_BUILD": "True", "SYSTEM_COLLECTIONURI": forge.address("/azure/org/"),
      "SYSTEM_TEAMPROJECT": "proj", "BUILD_REPOSITORY_ID": "demo",
      "BUILD_REPOSITORY_PROVIDER": "TfsGit", "BUILD_BUILDID": "\(run)", "SYSTEM_JOBATTEMPT": "1",
      "BUILD_SOURCEVERSION": Self.head, "BUILD_SOURCEBRANCH": "refs/heads/main",
      "AGENT_TEMPDIRECTORY": forge.folder.path,
    ]
    variables["SYSTEM_ACCESSTOKEN"] = token
    return variables
  }

  private func pullRequest(
    _ forge: MockForge, token: String? = "az-full", run: Int = 100
  ) -> [String: String] {
    var variables = variables(forge, token: token, run: run)
    variables["SYSTEM_PULLREQUEST_PULLREQUESTID"] = "5"
    variables["SYSTEM_PULLREQUEST_SOURCEBRANCH"] = "refs/heads/feature"
    variables["SYSTEM_PULLREQUEST_SOURCECOMMITID"] = Self.head
    variables["BUILD_SOURCEVERSION"] = String(repeating: "c", count: 40)
    return variables
  }

  private func report(
    failing: Int = 1, regressed: Int = 1, calm: Int = 1,
    name: (Int) -> String = { "test \($0)" }
  ) -> Report {
    SampleReport.report(
      failing: failing, regressed: regressed, calm: calm, commit: Self.head, name: name)
  }

  private func ours(_ forge: MockForge) async throws -> [String] {
    let threads = try await forge.state("azure", "repos", "demo", "threads")
    return threads.values.compactMap { thread in
      let comments = (thread as? [String: Any])?["comments"] as? [[String: Any]]
      let body = comments?.first?["content"] as? String ?? ""
      return body.hasPrefix("<!-- tidemark:main v1 -->") ? body : nil
    }
  }

  private func expectNoToken(_ answer: MockForge.Answer, _ token: String = "az-full") {
    #expect(!answer.everything.contains(token))
    #expect(!answer.everything.contains(Base64.text(Array(":\(token)".utf8))))
  }

  // MARK: The comment

  @Test("the first build comments, the next edits, the same again writes nothing")
  func usual() async throws {
    let forge = try await MockForge()
    for (run, method) in [(100, "POST"), (101, "PATCH"), (101, nil)] as [(Int, String?)] {
      try await forge.forgetRequests()
      let answer = try await forge.publish(
        ["azure", "--only", "comment"], report(), environment: pullRequest(forge, run: run))
      #expect(answer.status == 0, "\(answer.errors)")
      let writes = try await forge.requests().filter { $0.method != "GET" }
      #expect(writes.map(\.method) == (method.map { [$0] } ?? []))
    }
    let body = try #require(try await ours(forge).first)
    #expect(body.contains("✗ fail: 1 test newly failing") && body.contains("\"run\":101"))
    let threads = try await forge.state("azure", "repos", "demo", "threads")
    let thread = try #require(threads.values.first as? [String: Any])
    let property = (thread["properties"] as? [String: Any])?["tidemark"] as? [String: Any]
    #expect(property?["$value"] as? String == "main" && thread["status"] as? String == "closed")
  }

  @Test("a marker that somebody else pasted, and a deleted comment, are not ours")
  func foreign() async throws {
    let forge = try await MockForge()
    func thread(_ id: Int, _ author: String, _ isDeleted: Bool) -> String {
      let marker = "<!-- tidemark:main v1 -->\\n<!-- tidemark:meta {\\\"run\\\":1} -->\\nold"
      return "\"\(id)\":{\"id\":\(id),\"pr\":\"5\",\"isDeleted\":false,\"comments\":[{\"id\":1,"
        + "\"author\":{\"id\":\"\(author)\"},\"isDeleted\":\(isDeleted),"
        + "\"content\":\"\(isDeleted ? "" : marker)\"}]}"
    }
    let mine = "11111111-1111-1111-1111-111111111111"
    let threads = [thread(1, "22222222-2222", false), thread(2, mine, true)]
    try await forge.change(
      state:
        "{\"azure\":{\"repos\":{\"demo\":{\"threads\":{\(threads.joined(separator: ","))}}}}}")
    let answer = try await forge.publish(
      ["azure", "--only", "comment"], report(), environment: pullRequest(forge))
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(try await ours(forge).count == 2)
    #expect(try await forge.requests("POST").count == 1)
  }

  @Test("twenty publishers at once leave one comment, the newest build's")
  func twenty() async throws {
    let forge = try await MockForge(faults: ["slow ms=30 every=3"])
    let report = report()
    let scenes = (1...20).map { pullRequest(forge, run: $0) }
    let answers = try await forge.publishAtOnce(
      ["azure", "--only", "comment"], report, environments: scenes)
    #expect(answers.map(\.status) == Array(repeating: 0, count: 20))
    let left = try await ours(forge)
    #expect(left.count == 1 && left.first?.contains("\"run\":20,") == true)
  }

  @Test(
    "no fault leaves two comments or none, and none lets a token out",
    arguments: [
      "lost method=POST times=1", "lost method=PATCH times=1", "duplicate method=POST",
      "502 burst=2 times=1", "503 method=POST times=1", "500 method=POST times=2",
      "reset times=2", "reset method=POST times=1", "truncate times=2",
      "truncate method=POST times=1", "badjson times=1", "badjson method=POST times=1",
      "drop times=1", "drop method=POST times=1", "429 retry-after=1 times=2",
      "429 retry-after=date times=1", "429 reset=1 times=1", "409 method=POST times=1",
      "504 every=3", "slow ms=100 every=2",
    ])
  func faults(fault: String) async throws {
    let forge = try await MockForge(faults: [fault])
    for run in [100, 101] {
      let answer = try await forge.publish(
        ["azure", "--only", "comment"], report(), environment: pullRequest(forge, run: run))
      #expect(answer.status == 0, "\(fault): \(answer.errors)")
      expectNoToken(answer)
    }
    let left = try await ours(forge)
    #expect(left.count == 1 && left.first?.contains("\"run\":101") == true, "\(fault)")
  }

  @Test(
    "a finding has one thread at its line, fixed when it is over, whatever gets lost",
    arguments: [
      nil, "lost method=POST times=1", "502 method=POST times=1", "duplicate method=POST",
      "reset method=POST times=1", "truncate method=POST times=1", "lost method=PATCH times=1",
      "badjson times=1", "429 retry-after=1 times=2", "504 every=3",
    ])
  func review(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    var calm = report(failing: 0, regressed: 0)
    calm.verdict = .pass
    let found = report(failing: 2, regressed: 0)
    for (run, report, open) in [(100, found, 2), (101, found, 2), (102, calm, 0)] {
      let answer = try await forge.publish(
        ["azure", "--only", "review"], report, environment: pullRequest(forge, run: run))
      #expect(answer.status == 0, "\(answer.errors)")
      expectNoToken(answer)
      let threads = try await forge.state("azure", "repos", "demo", "threads")
      let active = threads.values.compactMap { $0 as? [String: Any] }
        .filter { $0["status"] as? String == "active" }
      #expect(active.count == open, "\(fault ?? "")")
      for thread in active {
        let place = try #require(thread["threadContext"] as? [String: Any])
        #expect((place["filePath"] as? String)?.hasPrefix("/Sources/File") == true)
      }
    }
  }

  @Test(
    "what cannot be mended ends with 4 within the budget, and is seen in the build",
    arguments: ["503", "429 retry-after=500", "html", "badjson", "drop"])
  func hopeless(fault: String) async throws {
    let forge = try await MockForge(faults: [fault])
    let answer = try await forge.publish(
      ["azure", "--only", "comment", "--max-wait", "3"], report(),
      environment: pullRequest(forge))
    #expect(answer.status == 4)
    #expect(
      answer.output.contains("##vso[task.uploadsummary]\(forge.folder.path)/tidemark-main.md"))
    expectNoToken(answer)
  }

  @Test("no name is a command to the agent, or mark-up")
  func hostile() async throws {
    let forge = try await MockForge()
    let names = [
      "##vso[task.setvariable variable=x]y", "##[error]x", "a;b]c%0Ad", "%AZP25", "@<x>",
      "<img src=x onerror=y>", "#12", "-->", "\u{202E}evil",
    ]
    let answer = try await forge.publish(
      ["azure"], report(failing: names.count, name: { names[$0] }),
      environment: pullRequest(forge))
    #expect(answer.status == 0, "\(answer.errors)")
    let own = [
      "##vso[task.logissue type=", "##vso[task.uploadsummary]", "##[group]", "##[endgroup]",
    ]
    for line in answer.output.split(separator: "\n") where line.contains("##") {
      #expect(own.contains { line.hasPrefix($0) } && line.ranges(of: "##").count == 1, "\(line)")
    }
    #expect(!answer.output.contains("\u{202E}"))
    let body = try #require(try await ours(forge).first)
    #expect(!Markdown.outline(body).html.contains { $0.contains("img") })
  }

  // MARK: Status

  @Test(
    "a status is set once, on the pull request's push, whatever gets lost",
    arguments: ["lost method=POST times=1", "502 method=POST times=1", nil])
  func status(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    for _ in 0..<2 {
      let answer = try await forge.publish(
        ["azure", "--only", "status"], report(), environment: pullRequest(forge))
      #expect(answer.status == 0, "\(answer.errors)")
    }
    let all = try await forge.state("azure", "repos", "demo", "pr_statuses")
    let statuses = try #require(all["5"] as? [[String: Any]])
    #expect(statuses.map { $0["state"] as? String } == ["failed"])
    #expect(statuses.first?["iterationId"] as? Int == 1)
  }

  @Test("without a pull request it is the commit's")
  func commitStatus() async throws {
    let forge = try await MockForge()
    for _ in 0..<2 {
      let answer = try await forge.publish(
        ["azure", "--only", "status"], report(failing: 0, regressed: 0),
        environment: variables(forge))
      #expect(answer.status == 0, "\(answer.errors)")
    }
    let repository = try await forge.state("azure", "repos", "demo")
    let statuses = try #require(repository["commit_statuses"] as? [[String: Any]])
    #expect(statuses.map { $0["state"] as? String } == ["succeeded"])
  }

  // MARK: Boards

  private func items(_ forge: MockForge) async throws -> [[String: Any]] {
    let items = try await forge.state("azure", "work_items")
    return items.values.compactMap { ($0 as? [String: Any])?["fields"] as? [String: Any] }
  }

  @Test(
    "no alert is lost and none is doubled",
    arguments: [
      nil, "lost method=POST match=Issue times=1", "502 method=POST times=1",
      "duplicate method=POST match=Issue", "reset method=POST match=Issue times=1",
      "lost method=PATCH times=1", "409 method=PATCH times=1",
    ])
  func alerts(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    let steps: [(run: Int, regressed: Int, open: Int)] = [
      (1, 3, 3), (2, 3, 3), (3, 1, 1), (4, 0, 0),
    ]
    for step in steps {
      let answer = try await forge.publish(
        ["azure", "--only", "alerts"],
        report(failing: 0, regressed: step.regressed, calm: 3 - step.regressed),
        environment: variables(forge, run: step.run))
      #expect(answer.status == 0, "\(answer.errors)")
      let open = try await items(forge).filter { $0["System.State"] as? String == "New" }
      #expect(open.count == step.open)
    }
    if fault == nil {
      let all = try await items(forge)
      #expect(all.count == 3)
      #expect(
        all.allSatisfy { ($0["System.History"] as? String ?? "").contains("Over by the run") })
      #expect(
        all.allSatisfy { ($0["System.Tags"] as? String ?? "").contains("tidemark:series-") })
    }
  }

  @Test("the same run again changes no work item, and a type that is missing is passed over")
  func unchanged() async throws {
    let forge = try await MockForge()
    for arguments in [["--work-item-type", "Bug"], []] {
      let answer = try await forge.publish(
        ["azure", "--only", "alerts"] + arguments, report(), environment: variables(forge))
      #expect(answer.status == 0, "\(answer.errors)")
    }
    #expect(try await forge.requests("PATCH").isEmpty)
    #expect(try await items(forge).map { $0["System.WorkItemType"] as? String } == ["Bug"])
    let scrum = try await MockForge()
    try await scrum.change(state: "{\"azure\":{\"work_item_types\":[\"Bug\",\"Task\"]}}")
    let answer = try await scrum.publish(
      ["azure", "--only", "alerts"], report(), environment: variables(scrum))
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(try await items(scrum).map { $0["System.WorkItemType"] as? String } == ["Bug"])
  }

  // MARK: Results

  private func xml(_ count: Int, from start: Int = 0) -> [UInt8] {
    var text = "<?xml version=\"1.0\"?>\n<testsuites><testsuite name=\"S\" "
    text += "timestamp=\"2026-11-24T01:02:03\">"
    for index in start..<(start + count) {
      text += "<testcase classname=\"C\" name=\"t\(index)\" time=\"0.25\">"
      if index % 10 == 0 {
        text +=
          "<failure message=\"bad &lt;\(index)&gt;\">at line \(index)</failure>"
          + "<system-out>out \(index)</system-out>"
      } else if index % 10 == 1 {
        text += "<skipped message=\"later\"/>"
      }
      text += "</testcase>"
    }
    return Array((text + "</testsuite></testsuites>").utf8)
  }

  /// A folder with a report and `files` below junit/.
  private func folder(_ forge: MockForge, _ files: [[UInt8]]) throws -> String {
    let name = UUID().uuidString
    for (index, bytes) in files.enumerated() {
      let number = index == 0 ? "" : "-\(index + 1)"
      _ = try forge.write("\(name)/junit/tidemark\(number).xml", bytes)
    }
    let report = try forge.write("\(name)/report.json", SampleReport.bytes(report()))
    return String(report.dropLast("/report.json".count))
  }

  private func results(_ forge: MockForge) async throws -> [[[String: Any]]] {
    let results = try await forge.state("azure", "test_results")
    return results.values.compactMap { $0 as? [[String: Any]] }
  }

  @Test(
    "every result arrives once, in batches, whatever gets lost",
    arguments: [
      nil, "lost method=POST match=results times=1 after=1", "lost method=POST match=runs$ times=1",
      "502 method=POST match=results times=1", "truncate method=POST match=results times=1",
      "lost method=PATCH times=1",
    ])
  func sends(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    let folder = try folder(forge, [xml(1500), xml(700, from: 1500)])
    for _ in 0..<2 {
      let answer = try await forge.publish(
        ["azure", "--only", "results", "--report", folder], nil,
        environment: variables(forge))
      #expect(answer.status == 0, "\(answer.errors)")
    }
    let runs = try await forge.state("azure", "test_runs")
    #expect(runs.count == 1)
    let run = try #require(runs.values.first as? [String: Any])
    #expect(run["state"] as? String == "Completed")
    let all = try #require(try await results(forge).first)
    #expect(Set(all.compactMap { $0["automatedTestName"] as? String }).count == 2200)
    #expect(all.count == 2200)
    let counts = Dictionary(grouping: all) { $0["outcome"] as? String ?? "" }.mapValues(\.count)
    #expect(counts == ["Failed": 220, "NotExecuted": 220, "Passed": 1760])
    let first = try #require(all.first)
    #expect(first["errorMessage"] as? String == "bad <0>")
    #expect(first["stackTrace"] as? String == "at line 0")
    #expect(first["durationInMs"] as? Int == 250)
    if fault == nil {
      let files = try await forge.state("azure", "attachments").values
        .compactMap { ($0 as? [String: Any])?["fileName"] as? String }
      #expect(files.filter { $0 == "output.log" }.count == 20)
      #expect(files.filter { $0 == "tidemark-main.md" }.count == 1)
    }
  }

  @Test("a publisher that was stopped goes on where it was")
  func resumes() async throws {
    let forge = try await MockForge(faults: ["503 method=POST match=results$ after=1"])
    let folder = try folder(forge, [xml(2500)])
    let arguments = ["azure", "--only", "results", "--report", folder, "--max-wait", "2"]
    let scene = variables(forge)
    #expect(try await forge.publish(arguments, nil, environment: scene).status == 4)
    try await forge.set(faults: [])
    #expect(try await forge.publish(arguments, nil, environment: scene).status == 0)
    let all = try #require(try await results(forge).first)
    #expect(
      all.count == 2500 && Set(all.compactMap { $0["automatedTestName"] as? String }).count == 2500)
    #expect(try await forge.state("azure", "test_runs").count == 1)
  }

  @Test(
    "files that are none are refused, and their run is no good one",
    arguments: [
      "<testsuites><testsuite><testcase", "not xml",
      "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><testsuites><testsuite name=\"S\"><testcase name=\"&a;\"/>",
      "<a><a>",
    ])
  func badFiles(text: String) async throws {
    let forge = try await MockForge()
    let folder = try folder(forge, [Array(text.utf8)])
    let answer = try await forge.publish(
      ["azure", "--only", "results", "--report", folder], nil, environment: variables(forge))
    #expect(answer.status == 4, "\(answer.errors)")
    let runs = try await forge.state("azure", "test_runs").values
      .compactMap { ($0 as? [String: Any])?["state"] as? String }
    #expect(runs.allSatisfy { $0 == "Aborted" })
  }

  @Test("a link in place of a file is not followed")
  func links() async throws {
    let forge = try await MockForge()
    let folder = try folder(forge, [])
    try FileManager.default.createDirectory(
      atPath: folder + "/junit", withIntermediateDirectories: true)
    let target = try forge.write("elsewhere.xml", xml(1))
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/junit/tidemark.xml", withDestinationPath: target)
    let answer = try await forge.publish(
      ["azure", "--only", "results", "--report", folder], nil, environment: variables(forge))
    #expect(answer.status == 4)
  }

  // MARK: Trust

  @Test(
    "a token that may not write is one notice and 0, and 4 with --require-publish",
    arguments: ["az-read", nil, "$(System.AccessToken)"])
  func degraded(token: String?) async throws {
    let forge = try await MockForge()
    let scene = pullRequest(forge, token: token)
    let answer = try await forge.publish(
      ["azure", "--only", "comment"], report(), environment: scene)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.errors.ranges(of: "notice: ").count == 1)
    #expect(answer.output.contains("##vso[task.uploadsummary]"))
    if let token { #expect(!answer.everything.contains(token + "\n")) }
    let strict = try await forge.publish(
      ["azure", "--only", "comment", "--require-publish"], report(), environment: scene)
    #expect(strict.status == 4)
    #expect(try await ours(forge).isEmpty)
  }

  @Test("a page to sign in is no answer, in either form", arguments: [true, false])
  func signIn(redirects: Bool) async throws {
    let forge = try await MockForge(faults: redirects ? [] : ["html"])
    let answer = try await forge.publish(
      ["azure", "--only", "comment"], report(),
      environment: pullRequest(forge, token: redirects ? "az-wrong" : "az-full"))
    #expect(answer.status == 4, "\(answer.errors)")
    #expect(try await ours(forge).isEmpty)
    expectNoToken(answer, redirects ? "az-wrong" : "az-full")
  }

  @Test("a fork's build ends green with the page of the build")
  func fork() async throws {
    let forge = try await MockForge()
    var scene = pullRequest(forge, token: "az-none")
    scene["SYSTEM_PULLREQUEST_ISFORK"] = "True"
    let answer = try await forge.publish(["azure"], report(), environment: scene)
    #expect(answer.status == 0 && answer.errors.contains("forks"), "\(answer.errors)")
    #expect(answer.output.contains("##vso[task.uploadsummary]"))
  }

  @Test("a number that is not of the tested commit is refused")
  func forged() async throws {
    let forge = try await MockForge()
    var scene = variables(forge)
    let right = try await forge.publish(
      ["azure", "--only", "comment", "--pull-request", "5"], report(), environment: scene)
    #expect(right.status == 0, "\(right.errors)")
    scene["BUILD_SOURCEVERSION"] = String(repeating: "b", count: 40)
    let other = SampleReport.report(commit: scene["BUILD_SOURCEVERSION"])
    for part in ["comment", "status"] {
      let wrong = try await forge.publish(
        ["azure", "--only", part, "--pull-request", "5"], other, environment: scene)
      #expect(wrong.status == 4, "\(part): \(wrong.errors)")
    }
  }

  @Test("a dry run shows what it would send and sends nothing but questions")
  func dryRun() async throws {
    let forge = try await MockForge()
    let folder = try folder(forge, [xml(3)])
    var scene = variables(forge)
    scene["BUILD_SOURCEBRANCH"] = "refs/heads/main"
    let answer = try await forge.publish(
      ["azure", "--dry-run", "--only", "status,alerts,results,summary", "--report", folder], nil,
      environment: scene)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.output.contains("/wit/workitems/$Issue") && answer.output.contains("/test/runs"))
    #expect(!FileManager.default.fileExists(atPath: forge.folder.path + "/tidemark-main.md"))
    expectNoToken(answer)
    let writes = try await forge.requests().filter { $0.method != "GET" }
    #expect(writes.allSatisfy { $0.path.hasSuffix("/wiql") })
  }
}
