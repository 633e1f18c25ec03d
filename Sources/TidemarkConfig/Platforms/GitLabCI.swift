private import TidemarkSyntax

/// GitLab CI/CD.
///
/// - Source: https://docs.gitlab.com/ci/variables/predefined_variables/
enum GitLabCI {
  static func facts(_ variables: PlatformVariables) -> PlatformFacts {
    var facts = PlatformFacts()
    facts.platform = .gitlab
    facts.runID = variables["CI_PIPELINE_ID"]
    // In a merged-results pipeline CI_COMMIT_SHA is the merge, and only there is this one set.
    facts.commit = variables.first("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", "CI_COMMIT_SHA")
    facts.branch = variables.first(
      "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CI_COMMIT_BRANCH", "CI_COMMIT_REF_NAME",
      "CI_COMMIT_TAG")
    facts.base = variables["CI_MERGE_REQUEST_TARGET_BRANCH_NAME"]
    facts.mergeBase = variables["CI_MERGE_REQUEST_DIFF_BASE_SHA"]
    // The number that people see; CI_MERGE_REQUEST_ID is the server's own.
    facts.pullRequest = variables["CI_MERGE_REQUEST_IID"]
    facts.url = variables["CI_PIPELINE_URL"]
    facts.job = variables["CI_JOB_NAME"]
    facts.jobURL = variables["CI_JOB_URL"]
    // A job that is retried keeps its pipeline and its name and gets a higher id.
    facts.jobAttempt = variables.number("CI_JOB_ID")
    facts.defaultBranch = variables["CI_DEFAULT_BRANCH"]
    facts.startTime = variables["CI_PIPELINE_CREATED_AT"].flatMap { TimeText.parse($0) }
    facts.isScheduled = variables["CI_PIPELINE_SOURCE"] == "schedule"
    if let source = variables["CI_MERGE_REQUEST_SOURCE_PROJECT_ID"] {
      facts.isFork = source != variables["CI_PROJECT_ID"]
    }
    takeExternalPullRequest(variables, &facts)
    return facts
  }

  /// A pull request on GitHub whose pipelines run here.
  ///
  /// - Source: https://docs.gitlab.com/ci/ci_cd_for_external_repos/#pipelines-for-external-pull-requests
  private static func takeExternalPullRequest(
    _ variables: PlatformVariables, _ facts: inout PlatformFacts
  ) {
    guard facts.pullRequest == nil, let number = variables["CI_EXTERNAL_PULL_REQUEST_IID"] else {
      return
    }
    facts.pullRequest = number
    facts.commit = variables["CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA"] ?? facts.commit
    facts.branch = variables["CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME"] ?? facts.branch
    facts.base = variables["CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME"]
    if let source = variables["CI_EXTERNAL_PULL_REQUEST_SOURCE_REPOSITORY"] {
      facts.isFork = source != variables["CI_EXTERNAL_PULL_REQUEST_TARGET_REPOSITORY"]
    }
  }
}
