/// Jenkins, freestyle, pipeline and multibranch.
///
/// - Source: https://www.jenkins.io/doc/book/pipeline/jenkinsfile/#using-environment-variables and
///   https://github.com/jenkinsci/branch-api-plugin (CHANGE_*, BRANCH_*)
enum Jenkins {
  static func facts(_ variables: PlatformVariables) -> PlatformFacts {
    var facts = PlatformFacts()
    facts.platform = .jenkins
    // A build's number is unique within its job only.
    if let number = variables["BUILD_NUMBER"] {
      facts.runID = variables["JOB_NAME"].map { "\($0)#\(number)" } ?? number
    }
    facts.commit = variables["GIT_COMMIT"]
    // BRANCH_NAME of a change request is `PR-7`; GIT_BRANCH is `origin/x`, or `x`.
    facts.branch = variables.first("CHANGE_BRANCH", "BRANCH_NAME", "GIT_LOCAL_BRANCH")
    if facts.branch == nil, let branch = variables["GIT_BRANCH"] {
      facts.branch = branch.hasPrefix("origin/") ? String(branch.dropFirst(7)) : branch
    }
    facts.base = variables["CHANGE_TARGET"]
    facts.pullRequest = variables["CHANGE_ID"]
    facts.url = variables.first("RUN_DISPLAY_URL", "BUILD_URL")
    facts.jobURL = variables["BUILD_URL"]
    facts.job = variables["STAGE_NAME"]
    if variables.isTrue("BRANCH_IS_PRIMARY"), facts.pullRequest == nil {
      facts.defaultBranch = facts.branch
    }
    facts.isFork = variables["CHANGE_FORK"] != nil
    return facts
  }
}
