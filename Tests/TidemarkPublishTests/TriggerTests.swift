internal import Synchronization
internal import Testing
internal import TidemarkConfig
internal import TidemarkModel

@testable internal import TidemarkPublish

@Suite struct TriggerTests {
  private static let platforms: [String: [String: String]] = [
    "github": [
      "GITHUB_API_URL": "http://127.0.0.1:1/api", "GITHUB_REPOSITORY": "octo/demo",
      "GITHUB_TOKEN": FakeOutlet.token,
    ],
    "gitlab": [
      "CI_API_V4_URL": "http://127.0.0.1:1/api", "CI_PROJECT_ID": "1",
      "GITLAB_TOKEN": FakeOutlet.token,
    ],
    "azure": [
      "SYSTEM_COLLECTIONURI": "http://127.0.0.1:1/api/", "SYSTEM_TEAMPROJECT": "proj",
      "SYSTEM_ACCESSTOKEN": FakeOutlet.token,
    ],
    "jenkins": [
      "JENKINS_URL": "http://127.0.0.1:1/api/", "JENKINS_USER": "bot",
      "JENKINS_TOKEN": FakeOutlet.token,
    ],
  ]

  private func trigger(
    _ platform: String, _ outlet: FakeOutlet, isDryRun: Bool = false, maxWait: Double = 120,
    variables: [String: String] = [:], _ change: (inout TriggerOrder) -> Void
  ) async throws -> TriggerStatus {
    let type = try #require(triggerTargets.first { $0.target.name == platform })
    var order = TriggerOrder()
    change(&order)
    var scene = try outlet.scene(
      try #require(Self.platforms[platform]).merging(variables) { $1 })
    scene.conduct = outlet.conduct(maxWait, isDryRun)
    return await Trigger(type, order, isForMachines: false, in: scene).run()
  }

  // MARK: Following

  /// Says each of `states` in turn, then the last again and again.
  private func gitLab(_ states: [String]) -> FakeOutlet {
    let index = Mutex(0)
    return FakeOutlet { request in
      guard request.address.path.hasSuffix("/pipelines/7") else {
        return .success(.json("{\"id\":7,\"web_url\":\"https://x/7\"}", status: 201))
      }
      let state = index.withLock { index in
        defer { index += 1 }
        return states[min(index, states.count - 1)]
      }
      return .success(.json("{\"id\":7,\"status\":\"\(state)\",\"web_url\":\"https://x/7\"}"))
    }
  }

  @Test("a run is looked at more and more seldom, half a minute at most")
  func pauses() async throws {
    let outlet = gitLab(Array(repeating: "running", count: 8) + ["success"])
    let status = try await trigger("gitlab", outlet) {
      $0.run = "7"
      $0.waits = true
    }
    #expect(status == .done)
    #expect(outlet.waits == [5, 7.5, 11.25, 16.875, 25.3125, 30, 30, 30])
    #expect(outlet.answers == ["7 https://x/7: success"])
    #expect(outlet.notes == ["the run is running"])
  }

  @Test(
    "how a run ends is how the command ends",
    arguments: [
      ("success", TriggerStatus.done), ("failed", .runFailed), ("canceled", .runFailed),
      ("skipped", .runFailed),
    ])
  func ends(state: String, status: TriggerStatus) async throws {
    #expect(try await trigger("gitlab", gitLab([state])) { $0.run = "7" } == status)
  }

  @Test("one that goes on after the time given is a failure, and no longer asked for")
  func timeout() async throws {
    let outlet = gitLab(["pending", "running"])
    let status = try await trigger("gitlab", outlet) {
      $0.run = "7"
      $0.timeout = 20
    }
    #expect(status == .failed && outlet.waits.reduce(0, +) == 20)
    #expect(outlet.answers == ["7 https://x/7: running"])
    #expect(outlet.notes.last?.contains("after 20 s") == true)
  }

  @Test("a server that fails meanwhile is asked again")
  func bumpy() async throws {
    let count = Mutex(0)
    let outlet = FakeOutlet { _ in
      let number = count.withLock { count in
        count += 1
        return count
      }
      if number < 4 { return .success(.json("{}", status: 502)) }
      return .success(.json("{\"status\":\"success\"}"))
    }
    #expect(try await trigger("gitlab", outlet) { $0.run = "7" } == .done)
  }

  @Test("what has not changed is asked for shortly, and read as it was")
  func polling() async throws {
    let asked = Mutex(0)
    let outlet = FakeOutlet { request in
      let count = asked.withLock { count in
        count += 1
        return count
      }
      if request.headers.contains(where: { $0.name == "If-None-Match" && $0.value == "\"a\"" }),
        count < 4
      {
        return .success(
          Response(status: 304, headers: [(name: "Content-Length", value: "23")]))
      }
      return .success(
        .json(
          "{\"status\":\"\(count < 4 ? "running" : "success")\"}",
          headers: [(name: "ETag", value: "\"a\"")]))
    }
    #expect(try await trigger("gitlab", outlet) { $0.run = "7" } == .done)
    let marks = outlet.requests.map { $0.headers.contains { $0.name == "If-None-Match" } }
    #expect(marks == [false, true, true, true])
    #expect(outlet.notes == ["the run is running"])
  }

  @Test("a token that ends while a run is followed is got anew, once")
  func expiry() async throws {
    for isRenewed in [true, false] {
      let files = Mutex("first")
      let tokens = Mutex(0)
      let clock = Mutex<FakeOutlet?>(nil)
      let outlet = FakeOutlet { request in
        if request.address.path.hasSuffix("/oauth/token") {
          let number = tokens.withLock { count in
            count += 1
            return count
          }
          return .success(
            .json("{\"access_token\":\"access-\(number)\",\"refresh_token\":\"refresh-\(number)\"}")
          )
        }
        let elapsed = clock.withLock { $0?.elapsed() ?? 0 }
        let isOld = request.headers.contains { $0.value == "Bearer access-1" }
        if elapsed > 7200, isOld || !isRenewed { return .success(.json("{}", status: 401)) }
        return .success(
          .json("{\"status\":\"\(elapsed > 7300 ? "success" : "running")\"}"))
      }
      clock.withLock { $0 = outlet }
      var scene = try outlet.scene(
        [
          "CI_API_V4_URL": "http://127.0.0.1:1/api/v4", "CI_PROJECT_ID": "1",
          "GITLAB_OAUTH_REFRESH_FILE": "/refresh", "GITLAB_OAUTH_CLIENT_ID": "app",
        ]) { _ in Array(files.withLock { $0 }.utf8) }
      scene.outlet.append = { (_, bytes) throws(Problem) in
        files.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
      }
      var order = TriggerOrder()
      order.run = "7"
      order.timeout = 9000
      let trigger = Trigger(GitLabTrigger.self, order, isForMachines: false, in: scene)
      #expect(await trigger.run() == (isRenewed ? .done : .failed), "\(outlet.notes)")
      #expect(tokens.withLock { $0 } == 2)
      #expect(!outlet.everything.contains("access-") && !outlet.everything.contains("refresh-"))
    }
  }

  // MARK: GitHub

  private static let before =
    "{\"id\":5,\"status\":\"completed\",\"path\":\".github/workflows/ci.yml\"}"
  private static let after =
    "{\"id\":9,\"status\":\"queued\",\"html_url\":\"https://x/9\",\"path\":\".github/workflows/ci.yml@main\"}"

  /// - Parameter dispatch: The answers of its dispatches, in turn.
  private func gitHub(_ dispatch: [Result<Response, TransportFailure>]) -> FakeOutlet {
    let count = Mutex(0)
    return FakeOutlet { request in
      if request.method == .post {
        let index = count.withLock { count in
          defer { count += 1 }
          return count
        }
        return dispatch[min(index, dispatch.count - 1)]
      }
      let runs = count.withLock { $0 } == 0 ? Self.before : "\(Self.after),\(Self.before)"
      return .success(.json("{\"workflow_runs\":[\(runs)]}"))
    }
  }

  @Test("a dispatch that names its run, one that does not, and one that no answer came for")
  func dispatches() async throws {
    let named = gitHub([
      .success(.json("{\"workflow_run_id\":9,\"html_url\":\"https://x/9\"}"))
    ])
    let silent = gitHub([.success(Response(status: 204))])
    let old = gitHub([.success(.json("{}", status: 422)), .success(Response(status: 204))])
    let lost = gitHub([.failure(TransportFailure("the connection broke", mayHaveArrived: true))])
    for (outlet, posts) in [(named, 1), (silent, 1), (old, 2), (lost, 1)] {
      let status = try await trigger("github", outlet) {
        $0.pipeline = "ci.yml"
        $0.ref = "main"
        $0.inputs = [(name: "reason", value: "test")]
      }
      #expect(status == .done && outlet.answers == ["9 https://x/9: started"], "\(outlet.notes)")
      #expect(outlet.writes.count == posts)
      #expect(!outlet.everything.contains(FakeOutlet.token))
    }
  }

  @Test("orders that a platform does not take are wrong usage, and nothing is sent")
  func usage() async throws {
    let outlet = FakeOutlet([.success(.json("{}"))])
    #expect(try await trigger("github", outlet) { $0.ref = "main" } == .usage)
    #expect(
      try await trigger("github", outlet) {
        $0.pipeline = "ci.yml"
        $0.variables = [(name: "a", value: "b")]
      } == .usage)
    for platform in ["github", "azure", "jenkins"] {
      let status = try await trigger(platform, outlet) {
        $0.pipeline = "ci.yml"
        $0.schedule = TriggerOrder.Schedule(name: "x", cron: "0 3 * * *")
      }
      #expect(status == .usage, "\(platform)")
    }
    #expect(outlet.notes.contains { $0.contains("0 3 * * *") })
    #expect(outlet.requests.isEmpty)
  }

  // MARK: GitLab

  @Test("a trigger's token goes into the body and is never shown, also not by a dry run")
  func triggerToken() async throws {
    for isDryRun in [true, false] {
      let outlet = FakeOutlet([.success(.json("{\"id\":7}", status: 201))])
      let status = try await trigger(
        "gitlab", outlet, isDryRun: isDryRun,
        variables: ["GITLAB_TRIGGER_TOKEN": "trigger-secret", "GITLAB_TOKEN": ""]
      ) {
        $0.ref = "refs/heads/main"
        $0.variables = [(name: "A", value: "1")]
      }
      #expect(status == .done)
      #expect(!outlet.everything.contains("trigger-secret"))
      let bodies = outlet.requests.map { String(decoding: $0.body, as: UTF8.self) }
      #expect(bodies.count == (isDryRun ? 0 : 1))
      #expect(
        bodies.allSatisfy { $0.contains("trigger-secret") && $0.contains("\"ref\":\"main\"") })
      #expect(outlet.requests.allSatisfy { $0.address.query == nil })
    }
  }

  // MARK: Azure

  @Test(
    "a pipeline is found by its name, with its folder where there are several",
    arguments: [
      ("nightly", 7), ("Nightly", 7), ("bench/ci", 8), ("bench\\ci", 8), ("ci", 9), ("12", 12),
      ("gone", nil), ("twice", nil), ("a*", nil),
    ])
  func azureNames(name: String, id: Int?) async throws {
    let outlet = FakeOutlet { request in
      if request.address.path.hasSuffix("/build/definitions") {
        let all = [
          (7, "nightly", "\\\\"), (8, "ci", "\\\\bench"), (9, "ci", "\\\\"), (10, "twice", "\\\\a"),
          (11, "twice", "\\\\b"), (12, "xnightly", "\\\\"),
        ]
        let list = all.map { "{\"id\":\($0.0),\"name\":\"\($0.1)\",\"path\":\"\($0.2)\"}" }
        return .success(.json("{\"value\":[\(list.joined(separator: ","))]}"))
      }
      if request.method == .post { return .success(.json("{\"id\":70}")) }
      return .success(.json("{\"value\":[]}"))
    }
    let status = try await trigger("azure", outlet) {
      $0.pipeline = name
      $0.ref = "main"
    }
    #expect(status == (id == nil ? .usage : .done), "\(outlet.notes)")
    let paths = outlet.writes.map(\.address.path)
    #expect(paths == (id.map { ["/api/proj/_apis/pipelines/\($0)/runs"] } ?? []), "\(paths)")
    if name == "twice" { #expect(outlet.notes.contains { $0.contains("`a/twice`, `b/twice`") }) }
  }

  // MARK: Jenkins

  @Test("a build is followed from the queue to its end, below any path and folder")
  func jenkins() async throws {
    let steps = Mutex(0)
    let outlet = FakeOutlet { request in
      let path = request.address.path
      let step = steps.withLock { step in
        step += 1
        return step
      }
      if request.method == .post {
        let place = (name: "Location", value: "http://127.0.0.1:1/api/queue/item/31/")
        return .success(Response(status: 201, headers: [place]))
      }
      if path.hasSuffix("/job/nightly/api/json") {
        return .success(.json("{\"nextBuildNumber\":4}"))
      }
      if path.contains("/queue/item/31/") {
        return .success(
          .json(step < 4 ? "{\"why\":\"quiet\"}" : "{\"executable\":{\"number\":4,\"url\":\"u\"}}"))
      }
      return .success(
        .json(
          step < 6
            ? "{\"building\":true,\"result\":null,\"url\":\"u\"}"
            : "{\"building\":false,\"result\":\"UNSTABLE\",\"url\":\"u\"}"))
    }
    let status = try await trigger("jenkins", outlet) {
      $0.pipeline = "folder/nightly"
      $0.inputs = [(name: "REASON", value: "a b&c")]
      $0.waits = true
    }
    #expect(status == .runFailed && outlet.answers == ["4 u: UNSTABLE"])
    let post = try #require(outlet.writes.first)
    #expect(post.address.path == "/api/job/folder/job/nightly/buildWithParameters")
    #expect(String(decoding: post.body, as: UTF8.self) == "REASON=a%20b%26c")
  }

  @Test(
    "where in the queue a build is, is read off its address",
    arguments: [
      ("https://h/jenkins/queue/item/31/", 31), ("/queue/item/7", 7), ("/login?from=x", nil),
      ("/queue/item/x", nil), ("", nil),
    ])
  func queue(location: String, item: Int?) {
    #expect(JenkinsTrigger.queueItem(location) == item)
  }
}

/// The built program against strict stand-ins.
@Suite(.enabled(if: MockForge.isAvailable), .serialized)
struct TriggerSharedTests {
  private func environment(_ forge: MockForge, _ platform: String) -> [String: String] {
    switch platform {
    case "github":
      [
        "GITHUB_API_URL": forge.address("/github"), "GITHUB_REPOSITORY": "octo/demo",
        "GITHUB_TOKEN": "ghs_actions",
      ]
    case "gitlab":
      [
        "CI_API_V4_URL": forge.address("/gitlab/api/v4"), "CI_PROJECT_ID": "1",
        "GITLAB_TOKEN": "glpat-dev",
      ]
    case "azure":
      [
        "SYSTEM_COLLECTIONURI": forge.address("/azure/org/"), "SYSTEM_TEAMPROJECT": "proj",
        "SYSTEM_ACCESSTOKEN": "az-full",
      ]
    default:
      [
        "JENKINS_URL": forge.address("/jenkins/"), "JENKINS_USER": "bot",
        "JENKINS_TOKEN": "11api-token",
      ]
    }
  }

  private static let orders: [(String, [String])] = [
    ("github", ["--pipeline", "ci.yml", "--ref", "main", "--input", "reason=x"]),
    ("gitlab", ["--ref", "main", "--variable", "A=1"]),
    ("azure", ["--pipeline", "9", "--ref", "main", "--variable", "A=1"]),
    ("jenkins", ["--pipeline", "demo", "--input", "REASON=x"]),
  ]

  private func count(_ forge: MockForge, _ platform: String) async throws -> Int {
    switch platform {
    case "github":
      let repository = try await forge.state("github", "repos", "octo/demo")
      return (repository["runs"] as? [Any])?.count ?? 0
    case "gitlab": return try await forge.state("gitlab", "projects", "1", "pipelines").count
    case "azure": return try await forge.state("azure", "builds").count
    default: return try await forge.state("jenkins", "queue").count
    }
  }

  @Test(
    "one run is started, whatever gets lost, and no token is let out",
    arguments: [
      nil, "lost method=POST times=1", "502 method=POST times=1", "reset method=POST times=1",
      "429 retry-after=1 method=POST times=1", "truncate method=POST times=1",
    ])
  func starts(fault: String?) async throws {
    for (platform, arguments) in Self.orders {
      // An answer without a body cannot be cut short.
      let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
      let answer = try await forge.publish(
        ["trigger", platform] + arguments, nil, environment: environment(forge, platform))
      #expect(answer.status == 0, "\(platform), \(fault ?? ""): \(answer.errors)")
      #expect(try await count(forge, platform) == 1, "\(platform), \(fault ?? "")")
      for token in ["ghs_actions", "glpat-dev", "az-full", "11api-token"] {
        #expect(!answer.everything.contains(token))
      }
    }
  }

  @Test("a Jenkins build is followed to its end, also with a password and its crumb")
  func jenkins() async throws {
    for token in ["11api-token", "password"] {
      let forge = try await MockForge()
      var scene = environment(forge, "jenkins")
      scene["JENKINS_TOKEN"] = token
      let answer = try await forge.publish(
        ["trigger", "jenkins", "--pipeline", "demo", "--wait", "--json"], nil,
        environment: scene)
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(answer.output.contains("\"state\":\"SUCCESS\""), "\(answer.output)")
      #expect(!answer.everything.contains(token == "password" ? "Ym90OnBhc3N3b3Jk" : token))
    }
  }

  @Test("a GitLab pipeline that fails ends the command with 1")
  func gitLab() async throws {
    let forge = try await MockForge()
    let answer = try await withThrowingTaskGroup(of: MockForge.Answer?.self) { group in
      group.addTask {
        try await forge.publish(
          ["trigger", "gitlab", "--ref", "main", "--wait"], nil,
          environment: environment(forge, "gitlab"))
      }
      group.addTask {
        for _ in 0..<200 {
          let all = try await forge.state("gitlab", "projects", "1", "pipelines")
          if let id = all.keys.first {
            try await forge.change(
              state:
                "{\"gitlab\":{\"projects\":{\"1\":{\"pipelines\":{\"\(id)\":{\"status\":\"failed\"}}}}}}"
            )
            return nil
          }
          try await Task.sleep(for: .milliseconds(100))
        }
        return nil
      }
      return try await group.compactMap { $0 }.first { _ in true }
    }
    #expect(answer?.status == 1, "\(answer?.errors ?? "")")
  }

  @Test("a schedule is made once, changed where it is another, and else left alone")
  func schedule() async throws {
    let forge = try await MockForge(faults: ["lost method=POST match=pipeline_schedules$ times=1"])
    let scene = environment(forge, "gitlab")
    for (arguments, state) in [
      (["--schedule", "0 3 * * *", "--variable", "A=1"], "created"),
      (["--schedule", "0 3 * * *", "--variable", "A=1"], "unchanged"),
      (["--schedule", "0 4 * * *", "--inactive"], "changed"),
    ] {
      let answer = try await forge.publish(
        ["trigger", "gitlab", "--ref", "main"] + arguments, nil, environment: scene)
      #expect(
        answer.status == 0 && answer.output.contains(state), "\(answer.output)\(answer.errors)")
    }
    let schedules = try await forge.state("gitlab", "projects", "1", "pipeline_schedules")
    let all = try await forge.state("gitlab", "projects", "1", "schedules")
    #expect(schedules.isEmpty && all.count == 1)
    let one = try #require(all.values.first as? [String: Any])
    #expect(one["cron"] as? String == "0 4 * * *" && one["active"] as? Bool == false)
    #expect((one["variables"] as? [Any])?.count == 1)
  }

  @Test("what the token may not do is said with what would help, and ends with 4")
  func denied() async throws {
    let forge = try await MockForge()
    for (platform, name, token) in [
      ("gitlab", "GITLAB_TOKEN", "glpat-read"), ("azure", "SYSTEM_ACCESSTOKEN", "az-read"),
    ] {
      var scene = environment(forge, platform)
      scene[name] = token
      let order = try #require(Self.orders.first { $0.0 == platform })
      let answer = try await forge.publish(
        ["trigger", platform] + order.1, nil, environment: scene)
      #expect(answer.status == 4 && !answer.everything.contains(token), "\(answer.errors)")
    }
  }

  @Test("wrong usage ends with 2")
  func usage() async throws {
    let forge = try await MockForge()
    for arguments in [
      ["trigger", "nowhere"], ["trigger"], ["trigger", "github"],
      ["trigger", "gitlab", "--schedule", "often"], ["trigger", "gitlab", "--input", "x"],
      ["trigger", "jenkins", "--pipeline", "demo", "--ref", "main"],
    ] {
      let platform = arguments.count > 1 ? arguments[1] : ""
      let answer = try await forge.publish(
        arguments, nil, environment: environment(forge, platform))
      #expect(answer.status == 2, "\(arguments): \(answer.errors)")
    }
    #expect(try await forge.requests().isEmpty)
  }
}

/// Jenkins' description, against a stand-in.
@Suite(.enabled(if: MockForge.isAvailable), .serialized)
struct JenkinsPublishSharedTests {
  private func environment(_ forge: MockForge, _ token: String?) -> [String: String] {
    var variables = [
      "JENKINS_URL": forge.address("/jenkins/"), "JENKINS_USER": "bot", "JOB_NAME": "demo",
      "BUILD_NUMBER": "1", "BUILD_URL": forge.address("/jenkins/job/demo/1/"),
      "GIT_COMMIT": SampleReport.commit, "BRANCH_NAME": "feature",
    ]
    variables["JENKINS_TOKEN"] = token
    return variables
  }

  @Test(
    "the build's description says the verdict, with each kind of credential",
    arguments: [
      ("11api-token", nil), ("password", nil), ("11api-token", "502 times=2"),
      ("11api-token", "lost method=POST times=1"), ("11api-token", "429 retry-after=1 times=1"),
    ])
  func describes(token: String, fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    let answer = try await forge.publish(
      ["jenkins"], SampleReport.report(name: { _ in "::error::<b>x" }),
      environment: environment(forge, token))
    #expect(answer.status == 0, "\(answer.errors)")
    let build = try await forge.state("jenkins", "jobs", "demo", "builds", "1")
    let text = build["description"] as? String ?? ""
    #expect(text.contains("fail: 1 test newly failing") && !text.contains("<"))
    #expect(answer.output.contains("newly failing") && !answer.everything.contains("11api"))
  }

  @Test("without a token, or one that may only look, it is a notice and 0")
  func degraded() async throws {
    let forge = try await MockForge()
    for token in [nil, "11view-token"] {
      var scene = environment(forge, token)
      if token != nil { scene["JENKINS_USER"] = "viewer" }
      let answer = try await forge.publish(["jenkins"], SampleReport.report(), environment: scene)
      #expect(answer.status == 0 && answer.errors.contains("notice: "), "\(answer.errors)")
      let strict = try await forge.publish(
        ["jenkins", "--require-publish"], SampleReport.report(), environment: scene)
      #expect(strict.status == 4)
    }
  }
}
