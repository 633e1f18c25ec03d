package import TidemarkModel

/// The CI systems whose variables are known.
package enum Platform: String, Hashable, Sendable, CaseIterable {
  case github, gitlab, azure, jenkins
  /// Another one, that sets `CI`.
  case generic
}

/// What the CI platform's variables tell of the run: where and of what it is. Nothing here asks
/// the network, the clock or git.
package struct PlatformFacts: Hashable, Sendable {
  package var platform: Platform?
  /// Equal for all jobs and attempts of a pipeline run.
  package var runID: String?
  package var attempt: Int?
  /// Of a pull request its head, never the merge that CI made of it.
  package var commit: String?
  package var branch: String?
  /// The branch that a pull request is meant for.
  package var base: String?
  /// Only where the platform tells the merge base itself.
  package var mergeBase: String?
  package var pullRequest: String?
  /// The run's page.
  package var url: String?
  package var job: String?
  package var jobURL: String?
  /// A number that is higher with each try of the job, where a retry leaves the run's attempt as
  /// it was.
  package var jobAttempt: Int?
  package var defaultBranch: String?
  /// When the pipeline began.
  package var startTime: Timestamp?
  /// Whether a pull request comes from another repository, so that tokens are missing by design.
  package var isFork = false
  package var isScheduled = false
  /// Forgejo or Gitea, which speak like GitHub and answer like themselves.
  package var isForgejo = false

  package init() {}

  /// Reads the facts of whichever platform this is; the first that fits counts.
  ///
  /// - Parameters:
  ///   - platform: What the user says it is.
  ///   - readFile: The bytes of a file that a variable names (GitHub's event), nil where it cannot
  ///     be read.
  package static func read(
    _ environment: [String: String], platform: Platform? = nil,
    readFile: (String) -> [UInt8]? = { _ in nil }
  ) -> PlatformFacts {
    let variables = PlatformVariables(environment)
    switch platform ?? detected(variables) {
    case .github: return GitHubActions.facts(variables, readFile: readFile)
    case .gitlab: return GitLabCI.facts(variables)
    case .azure: return AzurePipelines.facts(variables)
    case .jenkins: return Jenkins.facts(variables)
    case .generic:
      var facts = PlatformFacts()
      facts.platform = .generic
      return facts
    case nil: return PlatformFacts()
    }
  }

  private static func detected(_ variables: PlatformVariables) -> Platform? {
    if variables.isTrue("GITHUB_ACTIONS") || variables.isTrue("GITEA_ACTIONS")
      || variables.isTrue("FORGEJO_ACTIONS")
    {
      return .github
    }
    if variables.isTrue("GITLAB_CI") { return .gitlab }
    if variables.isTrue("TF_BUILD") { return .azure }
    if variables["JENKINS_URL"] != nil { return .jenkins }
    return variables["CI"] != nil && !variables.isFalse("CI") ? .generic : nil
  }
}

/// Variables of which an empty one is not set.
package struct PlatformVariables: Sendable {
  private let environment: [String: String]

  package init(_ environment: [String: String]) { self.environment = environment }

  /// nil too for `$(NAME)`: Azure leaves the text where nothing is to be put in its place.
  package subscript(name: String) -> String? {
    guard let value = environment[name], !value.isEmpty,
      !(value.hasPrefix("$(") && value.hasSuffix(")"))
    else { return nil }
    return value
  }

  /// The first of several that is set.
  package func first(_ names: String...) -> String? {
    for name in names {
      if let value = self[name] { return value }
    }
    return nil
  }

  package func isTrue(_ name: String) -> Bool { self[name]?.lowercased() == "true" }

  func isFalse(_ name: String) -> Bool { self[name]?.lowercased() == "false" }

  func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }
}

/// `refs/heads/x` as `x`, and a tag by its name, as the other platforms call it.
func branchName(ofRef ref: String) -> String {
  for prefix in ["refs/heads/", "refs/tags/"] where ref.hasPrefix(prefix) {
    return String(ref.dropFirst(prefix.count))
  }
  return ref
}
