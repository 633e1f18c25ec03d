import Testing
import TidemarkConfig
import TidemarkModel

@Suite struct PlatformFactsTests {
  private static let github = [
    "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "77", "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_SHA": "merge", "GITHUB_REF": "refs/pull/7/merge", "GITHUB_REF_NAME": "7/merge",
    "GITHUB_HEAD_REF": "topic", "GITHUB_BASE_REF": "main", "GITHUB_JOB": "test",
    "GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "o/r",
    "GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": "/event.json",
  ]

  @Test("GitHub: a pull request's commit is its head, not the merge")
  func gitHubPullRequest() {
    let facts = read(
      Self.github,
      event: """
        {"repository": {"full_name": "o/r", "default_branch": "trunk"}, "pull_request": {
        "number": 7, "head": {"sha": "head", "ref": "topic", "repo": {"full_name": "o/r"}},
        "base": {"sha": "tip", "ref": "main"}}}
        """)
    #expect(facts.platform == .github)
    #expect(facts.commit == "head" && facts.branch == "topic" && facts.base == "main")
    #expect(facts.mergeBase == nil)
    #expect(facts.pullRequest == "7" && facts.defaultBranch == "trunk")
    #expect(facts.runID == "77" && facts.attempt == 2 && facts.job == "test")
    #expect(facts.url == "https://github.com/o/r/actions/runs/77/attempts/2")
    #expect(!facts.isFork)
  }

  @Test(
    "GitHub: a head in another repository, or in a deleted one, is a fork's",
    arguments: [#"{"full_name": "other/r"}"#, "null"])
  func gitHubFork(repository: String) {
    let facts = read(
      Self.github,
      event: """
        {"repository": {"full_name": "o/r"}, "pull_request": {"number": 7,
        "head": {"sha": "head", "ref": "topic", "repo": \(repository)}, "base": {"ref": "main"}}}
        """)
    #expect(facts.isFork)
  }

  @Test("GitHub: without an event that can be read the variables tell what they can")
  func gitHubWithoutEvent() {
    for event in [nil, "", "{", "[]", "3"] {
      let facts = read(Self.github, event: event)
      #expect(facts.pullRequest == "7" && facts.branch == "topic" && facts.base == "main")
      #expect(facts.commit == "merge")
    }
  }

  @Test("GitHub: a push to a branch")
  func gitHubPush() {
    let facts = read([
      "GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "5", "GITHUB_SHA": "abc",
      "GITHUB_REF": "refs/heads/feature/x", "GITHUB_REF_NAME": "feature/x", "GITHUB_HEAD_REF": "",
      "GITHUB_BASE_REF": "", "GITHUB_EVENT_NAME": "schedule",
    ])
    #expect(facts.branch == "feature/x" && facts.base == nil && facts.pullRequest == nil)
    #expect(facts.commit == "abc" && facts.isScheduled && facts.url == nil)
  }

  @Test("GitHub: a workflow that follows another reports on that one's run")
  func gitHubWorkflowRun() {
    let facts = read(
      [
        "GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "99", "GITHUB_SHA": "default-tip",
        "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_REPOSITORY": "o/r",
        "GITHUB_EVENT_PATH": "/event.json", "GITHUB_EVENT_NAME": "workflow_run",
      ],
      event: """
        {"repository": {"full_name": "o/r", "default_branch": "main"}, "workflow_run": {
        "id": 12345678901, "run_attempt": 3, "head_sha": "head", "head_branch": "topic",
        "html_url": "https://github.com/o/r/actions/runs/12345678901",
        "run_started_at": "2026-11-23T13:08:00Z", "event": "pull_request",
        "head_repository": {"full_name": "fork/r"}, "pull_requests": []}}
        """)
    #expect(facts.runID == "12345678901" && facts.attempt == 3)
    // A fork's pull request has no number here; its branch is named as GitHub shows it.
    #expect(facts.commit == "head" && facts.branch == "fork/r:topic" && facts.isFork)
    #expect(facts.pullRequest == "fork/r:topic" && facts.base == "main")
    #expect(facts.startTime == Timestamp(millisecondsSince1970: 1_795_439_280_000))
  }

  @Test("Forgejo and Gitea are told from GitHub", arguments: ["GITEA_ACTIONS", "FORGEJO_ACTIONS"])
  func forgejo(variable: String) {
    var environment = Self.github
    environment[variable] = "true"
    environment["GITHUB_SERVER_URL"] = "https://code.example"
    let facts = read(environment)
    #expect(facts.platform == .github && facts.isForgejo)
    #expect(facts.url == "https://code.example/o/r/actions/runs/77")
  }

  @Test("GitLab: a pull request on GitHub is one, and its fork a fork", arguments: ["o/r", "f/r"])
  func gitLabExternalPullRequest(source: String) {
    let facts = read([
      "GITLAB_CI": "true", "CI_PIPELINE_ID": "9", "CI_COMMIT_SHA": "abc",
      "CI_COMMIT_BRANCH": "topic",
      "CI_COMMIT_REF_NAME": "topic", "CI_PIPELINE_SOURCE": "external_pull_request_event",
      "CI_EXTERNAL_PULL_REQUEST_IID": "4",
      "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME": "topic",
      "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA": "head",
      "CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main",
      "CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY": source,
      "CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY": "o/r",
    ])
    #expect(facts.pullRequest == "4" && facts.base == "main" && facts.branch == "topic")
    #expect(facts.commit == "head" && facts.isFork == (source != "o/r"))
  }

  @Test("A tag goes by its own name on every platform")
  func tags() {
    let platforms = [
      ["GITHUB_ACTIONS": "true", "GITHUB_REF": "refs/tags/v1.2", "GITHUB_REF_NAME": "v1.2"],
      ["GITLAB_CI": "true", "CI_COMMIT_TAG": "v1.2", "CI_COMMIT_REF_NAME": "v1.2"],
      [
        "TF_BUILD": "True", "BUILD_SOURCEBRANCH": "refs/tags/v1.2",
        "BUILD_SOURCEBRANCHNAME": "v1.2",
      ],
      ["JENKINS_URL": "https://ci/", "BRANCH_NAME": "v1.2", "TAG_NAME": "v1.2"],
    ]
    for variables in platforms { #expect(read(variables).branch == "v1.2") }
  }

  @Test("GitLab: a merged-results pipeline of a merge request")
  func gitLabMergeRequest() {
    let facts = read([
      "CI": "true", "GITLAB_CI": "true", "CI_PIPELINE_ID": "1001", "CI_JOB_NAME": "rspec 1/3",
      "CI_COMMIT_SHA": "merge", "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "head",
      "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "topic", "CI_COMMIT_REF_NAME": "topic",
      "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main", "CI_MERGE_REQUEST_DIFF_BASE_SHA": "fork-point",
      "CI_MERGE_REQUEST_IID": "12", "CI_MERGE_REQUEST_ID": "99999",
      "CI_PIPELINE_URL": "https://gitlab.example/p/-/pipelines/1001",
      "CI_JOB_URL": "https://gitlab.example/p/-/jobs/5", "CI_JOB_ID": "5",
      "CI_DEFAULT_BRANCH": "main",
      "CI_PIPELINE_CREATED_AT": "2026-11-23T13:08:00Z", "CI_PROJECT_ID": "1",
      "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "2", "CI_PIPELINE_SOURCE": "merge_request_event",
    ])
    #expect(facts.platform == .gitlab && facts.runID == "1001" && facts.job == "rspec 1/3")
    #expect(facts.attempt == nil && facts.jobAttempt == 5)
    #expect(facts.commit == "head" && facts.branch == "topic" && facts.base == "main")
    #expect(facts.mergeBase == "fork-point" && facts.pullRequest == "12" && facts.isFork)
    #expect(facts.defaultBranch == "main" && facts.startTime != nil && !facts.isScheduled)
  }

  @Test("GitLab: branch and tag pipelines, where the merge request's variables are empty")
  func gitLabBranch() {
    let branch = read([
      "GITLAB_CI": "true", "CI_COMMIT_SHA": "abc", "CI_COMMIT_BRANCH": "main",
      "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": "", "CI_PIPELINE_SOURCE": "schedule",
    ])
    #expect(branch.commit == "abc" && branch.branch == "main" && branch.pullRequest == nil)
    #expect(branch.isScheduled && !branch.isFork)
    let tag = read(["GITLAB_CI": "true", "CI_COMMIT_TAG": "v1", "CI_COMMIT_REF_NAME": "v1"])
    #expect(tag.branch == "v1")
  }

  @Test("Azure: a pull request of a repository on GitHub")
  func azurePullRequest() {
    let facts = read([
      "TF_BUILD": "True", "BUILD_BUILDID": "42", "SYSTEM_JOBATTEMPT": "1",
      "BUILD_SOURCEVERSION": "merge", "SYSTEM_PULLREQUEST_SOURCECOMMITID": "head",
      "BUILD_SOURCEBRANCH": "refs/pull/7/merge", "BUILD_SOURCEBRANCHNAME": "merge",
      "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/topic/a",
      "SYSTEM_PULLREQUEST_TARGETBRANCH": "main", "SYSTEM_PULLREQUEST_PULLREQUESTID": "555",
      "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "7", "SYSTEM_PULLREQUEST_ISFORK": "True",
      "SYSTEM_COLLECTIONURI": "https://dev.azure.com/org/", "SYSTEM_TEAMPROJECT": "My Project",
      "SYSTEM_JOBNAME": "linux", "SYSTEM_PIPELINESTARTTIME": "2026-11-23 13:08:00+00:00",
      "BUILD_REASON": "PullRequest",
    ])
    #expect(facts.platform == .azure && facts.runID == "42" && facts.attempt == 1)
    #expect(facts.commit == "head" && facts.branch == "topic/a" && facts.base == "main")
    #expect(facts.pullRequest == "7" && facts.isFork && facts.job == "linux")
    #expect(
      facts.url == "https://dev.azure.com/org/My%20Project/_build/results?buildId=42")
    #expect(facts.startTime == Timestamp(millisecondsSince1970: 1_795_439_280_000))
  }

  @Test("Azure: the text $(NAME) is a variable that is not set")
  func azureUnset() {
    let facts = read([
      "TF_BUILD": "True", "BUILD_SOURCEVERSION": "abc", "BUILD_SOURCEBRANCH": "refs/heads/main",
      "SYSTEM_PULLREQUEST_PULLREQUESTNUMBER": "$(System.PullRequest.PullRequestNumber)",
      "SYSTEM_PULLREQUEST_SOURCECOMMITID": "$(System.PullRequest.SourceCommitId)",
      "BUILD_REASON": "Schedule",
    ])
    #expect(facts.pullRequest == nil && facts.commit == "abc" && facts.branch == "main")
    #expect(facts.isScheduled)
  }

  @Test("Jenkins: a change request of a multibranch job")
  func jenkinsChange() {
    let facts = read([
      "JENKINS_URL": "https://ci.example/", "BUILD_NUMBER": "9", "JOB_NAME": "proj/PR-7",
      "GIT_COMMIT": "abc", "BRANCH_NAME": "PR-7", "CHANGE_BRANCH": "topic", "CHANGE_TARGET": "main",
      "CHANGE_ID": "7", "CHANGE_FORK": "someone", "BUILD_URL": "https://ci.example/b/9/",
      "RUN_DISPLAY_URL": "https://ci.example/d/9", "STAGE_NAME": "Test",
    ])
    #expect(facts.platform == .jenkins && facts.runID == "proj/PR-7#9")
    #expect(facts.branch == "topic" && facts.base == "main" && facts.pullRequest == "7")
    #expect(facts.isFork && facts.url == "https://ci.example/d/9" && facts.job == "Test")
  }

  @Test("Jenkins: a branch, with and without a remote's name before it")
  func jenkinsBranch() {
    let primary = read([
      "JENKINS_URL": "x", "BRANCH_NAME": "main", "BRANCH_IS_PRIMARY": "true",
    ])
    #expect(primary.branch == "main" && primary.defaultBranch == "main")
    #expect(read(["JENKINS_URL": "x", "GIT_BRANCH": "origin/a/b"]).branch == "a/b")
    #expect(read(["JENKINS_URL": "x", "GIT_BRANCH": "a/b"]).branch == "a/b")
  }

  @Test("Another CI system tells nothing, and no CI system is none")
  func others() {
    #expect(read(["CI": "true"]).platform == .generic)
    #expect(read(["CI": "false"]).platform == nil)
    #expect(read([:]) == PlatformFacts())
  }

  private func read(_ environment: [String: String], event: String? = nil) -> PlatformFacts {
    PlatformFacts.read(environment) { path in
      path == "/event.json" ? event.map { Array($0.utf8) } : nil
    }
  }
}
