internal import TidemarkModel
private import TidemarkSyntax

/// GitHub Actions, and Gitea and Forgejo, which set the same variables.
///
/// - Source: https://docs.github.com/en/actions/reference/workflows-and-actions/variables and
///   https://docs.github.com/en/webhooks/webhook-events-and-payloads
enum GitHubActions {
  static func facts(
    _ variables: PlatformVariables, readFile: (String) -> [UInt8]?
  ) -> PlatformFacts {
    var facts = PlatformFacts()
    facts.platform = .github
    facts.isForgejo = variables.isTrue("GITEA_ACTIONS") || variables.isTrue("FORGEJO_ACTIONS")
    facts.runID = variables["GITHUB_RUN_ID"]
    facts.attempt = variables.number("GITHUB_RUN_ATTEMPT")
    facts.commit = variables["GITHUB_SHA"]
    facts.branch = variables.first("GITHUB_HEAD_REF", "GITHUB_REF_NAME")
    facts.base = variables["GITHUB_BASE_REF"]
    facts.job = variables["GITHUB_JOB"]
    facts.isScheduled = variables["GITHUB_EVENT_NAME"] == "schedule"
    if let server = variables["GITHUB_SERVER_URL"],
      let repository = variables["GITHUB_REPOSITORY"], let run = facts.runID
    {
      let page = "\(server)/\(repository)/actions/runs/\(run)"
      facts.jobURL = facts.attempt.map { "\(page)/attempts/\($0)" }
      // Forgejo and Gitea have no page of an attempt.
      facts.url = facts.isForgejo ? page : facts.jobURL ?? page
    }
    facts.pullRequest = pullRequest(ofRef: variables["GITHUB_REF"])
    if let path = variables["GITHUB_EVENT_PATH"], let bytes = readFile(path) {
      take(bytes, variables, &facts)
    }
    return facts
  }

  /// `refs/pull/7/merge`: 7.
  private static func pullRequest(ofRef ref: String?) -> String? {
    let parts = (ref ?? "").split(separator: "/")
    guard parts.count >= 4, parts[0] == "refs", parts[1] == "pull", Int(parts[2]) != nil else {
      return nil
    }
    return String(parts[2])
  }

  /// What only the event tells. One that cannot be read tells nothing.
  private static func take(
    _ bytes: [UInt8], _ variables: PlatformVariables, _ facts: inout PlatformFacts
  ) {
    let before = facts
    do throws(Problem) {
      facts = try JSONReader.read(bytes, count: bytes.count) { (event, _) throws(Problem) in
        var facts = before
        let repository = variables["GITHUB_REPOSITORY"] ?? event["repository"]?["full_name"]?.string
        facts.defaultBranch = event["repository"]?["default_branch"]?.string
        if let pull = event["pull_request"], pull.isObject {
          takePullRequest(pull, repository, &facts)
        } else if let run = event["workflow_run"], run.isObject {
          takeWorkflowRun(run, repository, &facts)
        } else if let group = event["merge_group"], group.isObject {
          facts.base = group["base_ref"]?.string.map(branchName) ?? facts.base
        }
        return facts
      }
    } catch { facts = before }
  }

  private static func takePullRequest(
    _ pull: JSONValue, _ repository: String?, _ facts: inout PlatformFacts
  ) {
    facts.pullRequest = pull["number"]?.int.map { String($0) } ?? facts.pullRequest
    // GITHUB_SHA is the merge that GitHub made for the test.
    facts.commit = pull["head"]?["sha"]?.string ?? facts.commit
    facts.branch = pull["head"]?["ref"]?.string ?? facts.branch
    facts.base = pull["base"]?["ref"]?.string ?? facts.base
    // The head's repository is null where a fork was deleted.
    facts.isFork = repository == nil || pull["head"]?["repo"]?["full_name"]?.string != repository
  }

  /// A workflow that runs after another one reports on that one's run.
  private static func takeWorkflowRun(
    _ run: JSONValue, _ repository: String?, _ facts: inout PlatformFacts
  ) {
    facts.runID = run["id"]?.int.map { String($0) } ?? facts.runID
    facts.attempt = run["run_attempt"]?.int ?? facts.attempt
    facts.commit = run["head_sha"]?.string ?? facts.commit
    facts.branch = run["head_branch"]?.string ?? facts.branch
    facts.url = run["html_url"]?.string ?? facts.url
    facts.jobURL = nil
    facts.startTime = run["run_started_at"]?.string.flatMap { TimeText.parse($0) }
    facts.isScheduled = run["event"]?.string == "schedule"
    let head = run["head_repository"]?["full_name"]?.string
    facts.isFork = head != repository
    facts.pullRequest = nil
    // The list is empty for a fork's pull request: the run is marked as one all the same, under the
    // name that GitHub shows for its branch, so that it is no baseline for this repository's.
    if run["event"]?.string == "pull_request" || facts.isFork, let branch = facts.branch {
      facts.branch = facts.isFork ? "\(head ?? "fork"):\(branch)" : branch
      facts.pullRequest = facts.branch
      facts.base = facts.defaultBranch
    }
    var pulls = run["pull_requests"]?.elements
    if let pull = pulls?.next() {
      facts.pullRequest = pull["number"]?.int.map { String($0) }
      facts.base = pull["base"]?["ref"]?.string ?? facts.base
    }
  }
}
