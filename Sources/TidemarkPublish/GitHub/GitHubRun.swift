private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

extension GitHubTarget {
  /// What was tested. In a `workflow_run`, which has a token that a stranger's pull request has not,
  /// the event alone says of which commit the results are; which pull request that is, GitHub is
  /// asked. Nothing of the artifact counts.
  package static func testedRun(in scene: Scene) async throws(Failure) -> TestedRun {
    var run = scene.testedRun
    let event = try workflowRun(in: scene)
    let number = run.pullRequest.flatMap { Int($0) }
    if let event {
      let client = try self.client(in: scene)
      let root = try self.root(in: scene)
      run.commit = event.commit
      run.isFork = event.isFork(of: try repositoryName(in: scene))
      run.pullRequest = try await pullRequest(of: event, named: number, client, root)
        .map { String($0) }
    } else if number == nil {
      run.pullRequest = try await pullRequest(of: run, in: scene).map { String($0) }
    }
    return run
  }

  private static func repositoryName(in scene: Scene) throws(Failure) -> String {
    _ = try root(in: scene)
    return scene.options.repository ?? scene.variables["GITHUB_REPOSITORY"] ?? ""
  }

  // MARK: A run that follows another one

  /// - Source: https://docs.github.com/webhooks/webhook-events-and-payloads#workflow_run
  private struct WorkflowRun {
    var commit: String
    var branch: String
    /// `owner/name`; nil where the fork is gone.
    var repository: String?

    var owner: String? { repository.map { String($0.prefix { $0 != "/" }) } }

    func isFork(of repository: String) -> Bool {
      self.repository?.lowercased() != repository.lowercased()
    }
  }

  /// - Throws: ``Failure`` where it is one and does not say of what: then nothing is to be believed.
  private static func workflowRun(in scene: Scene) throws(Failure) -> WorkflowRun? {
    guard scene.variables["GITHUB_EVENT_NAME"] == "workflow_run" else { return nil }
    let fault = Failure(.refused, "the event of this workflow_run does not say what was tested")
    guard let bytes = scene.variables["GITHUB_EVENT_PATH"].flatMap(scene.readFile) else {
      throw fault
    }
    let event = try? JSONReader.read(bytes, count: bytes.count) {
      (root, _) throws(Problem) -> WorkflowRun in
      guard let run = root["workflow_run"], let commit = run["head_sha"]?.string,
        let branch = run["head_branch"]?.string
      else { throw Problem("the event has no run") }
      return WorkflowRun(
        commit: commit, branch: branch,
        repository: run["head_repository"]?["full_name"]?.string)
    }
    guard let event else { throw fault }
    return event
  }

  /// An open pull request, as far as it says which commit it stands at.
  private struct PullRequest {
    var number: Int
    var commit: String
    var repository: String?

    init(_ value: JSONValue) throws(Failure) {
      guard let number = value["number"]?.int, let commit = value["head"]?["sha"]?.string else {
        throw .unreadable("a pull request has no number or no head")
      }
      self.number = number
      self.commit = commit
      repository = value["head"]?["repo"]?["full_name"]?.string
    }

    func has(_ event: WorkflowRun) -> Bool {
      commit.lowercased() == event.commit.lowercased()
        && repository?.lowercased() == event.repository?.lowercased()
    }
  }

  /// - Parameter number: What a variable, the event or an option says; it is believed only if GitHub
  ///   says the same.
  private static func pullRequest(
    of event: WorkflowRun, named number: Int?, _ client: Client, _ root: String
  ) async throws(Failure) -> Int? {
    if let number {
      let call = Call(.get, "\(root)/pulls/\(number)")
      let pull = try await client.json(call) { (root) throws(Failure) in try PullRequest(root) }
      if pull.has(event) { return number }
      guard pull.repository?.lowercased() == event.repository?.lowercased() else {
        throw Failure(
          .refused, "the pull request \(number) is not the one that the tested run belongs to",
          remedy: "leave out --pull-request: the event says enough")
      }
      client.outlet.voice.note(
        "the pull request \(number) has moved on since: its newer run will write there")
      return nil
    }
    guard let owner = event.owner else { return nil }
    let call = Call(
      .get, "\(root)/pulls",
      query: [("head", "\(owner):\(event.branch)"), ("state", "open"), ("per_page", "100")])
    return try await client.list(call) { (value) throws(Failure) in
      let pull = try PullRequest(value)
      return pull.has(event) ? pull.number : nil
    }.min()
  }

  /// A push to a branch that a pull request is open for: its comment belongs there, too.
  private static func pullRequest(
    of run: TestedRun, in scene: Scene
  ) async throws(Failure) -> Int? {
    guard let commit = run.commit, let branch = run.branch, branch != run.defaultBranch,
      scene.variables["GITHUB_EVENT_NAME"] == "push", scene.token(GitHubTarget.self) != nil
    else { return nil }
    let client = try self.client(in: scene)
    let call = Call(
      .get, "\(try root(in: scene))/commits/\(Address.encoded(commit))/pulls",
      query: [("per_page", "100")])
    return try await client.list(call) { (value) throws(Failure) -> Int? in
      let pull = try PullRequest(value)
      return value["state"]?.string == "open" && pull.commit == commit ? pull.number : nil
    }.min()
  }
}
