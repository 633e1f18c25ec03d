package import TidemarkConfig
private import TidemarkModel

/// What may be published, in the names that `--only` takes.
package enum PublishedPart: String, CaseIterable, Sendable {
  case comment, status, check, review, annotations, summary, alerts, results
}

/// What became of one part.
package enum PartOutcome: Hashable, Sendable {
  /// With what was done, a clause: `edited`, `3 opened`.
  case done(String)
  /// Nothing to do here, and why: a clause.
  case skipped(String)
}

/// A platform that reports are published on: one file (or a few) and one line in ``targets``.
///
/// A target decides nothing about trying again, waiting, dry runs or exit statuses: ``Client`` and
/// ``Publisher`` do. It throws ``Failure``; of the kind `denied` for what is missing by design.
package protocol Target: SendableMetatype {
  /// What the command line calls it.
  static var name: String { get }
  /// What it can publish, in the order in which it is done.
  static var parts: [PublishedPart] { get }
  /// What it publishes when nothing is asked for; the configuration adds to it and takes from it.
  static var defaults: Set<PublishedPart> { get }
  /// The environment variables that hold its credential, the first that is set counts; the
  /// configuration's `authentication:` comes before them under this target's name.
  static var tokenVariables: [String] { get }

  /// The scene with its credential, where that must be got first; see ``Scene/credential``.
  static func signedIn(_ scene: Scene) async throws(Failure) -> Scene
  /// What was tested, by what the platform says; may ask it.
  static func testedRun(in scene: Scene) async throws(Failure) -> TestedRun
  init(_ publication: Publication, run: TestedRun, in scene: Scene) throws(Failure)
  func publish(_ part: PublishedPart) async throws(Failure) -> PartOutcome
  /// Called once, when every part has been tried: what others may have undone meanwhile is done again.
  func finish() async throws(Failure)
}

extension Target {
  package static func signedIn(_ scene: Scene) async throws(Failure) -> Scene { scene }

  package func finish() async throws(Failure) {}

  package static func testedRun(in scene: Scene) async throws(Failure) -> TestedRun {
    scene.testedRun
  }
}

/// Every target, in the order in which help names them. A new one is a file and a line here.
package let targets: [any Target.Type] = [
  GitHubTarget.self, GitLabTarget.self, AzureTarget.self, JenkinsTarget.self, WebhookTarget.self,
]

/// What the command line asks for.
package struct PublishOptions: Sendable {
  /// A report.json, or the folder that it is in.
  package var report: String
  /// Empty for the target's defaults.
  package var only: [PublishedPart] = []
  package var key: String
  package var requiresPublish = false
  package var commentMode = CommentMode.edit
  /// Where the platform's API is, and which repository; nil for what the variables say.
  package var apiURL: String?
  package var repository: String?
  /// What only some targets take, by the option's name without dashes before it.
  package var others: [String: String] = [:]

  package init(report: String, key: String) {
    self.report = report
    self.key = key
  }
}

/// Where publishing happens: everything that a target may know, read once.
package struct Scene: Sendable {
  package var options: PublishOptions
  package var variables: PlatformVariables
  package var config: Config
  /// With the command line's options in it.
  package var facts: PlatformFacts
  package var conduct: Conduct
  package var outlet: Outlet
  /// What ``Target/signedIn(_:)`` got; before all variables.
  package var credential: String?
  /// What signing in asks for, by the platform's names; nil for what the published parts want.
  package var permissions: [String: String]?
  /// Whose texts those are that are written with it, where signing in tells.
  package var login: String?
  /// Bytes of a file that a variable names, at most 4 MiB; nil where it cannot be read.
  package var readFile: @Sendable (String) -> [UInt8]?

  package init(
    options: PublishOptions, variables: PlatformVariables, config: Config, facts: PlatformFacts,
    conduct: Conduct, outlet: Outlet, readFile: @escaping @Sendable (String) -> [UInt8]?
  ) {
    self.options = options
    self.variables = variables
    self.config = config
    self.facts = facts
    self.conduct = conduct
    self.outlet = outlet
    self.readFile = readFile
  }

  /// The facts of the platform's variables, as they are.
  package var testedRun: TestedRun {
    var run = TestedRun()
    run.commit = facts.commit
    run.branch = facts.branch
    run.defaultBranch = facts.defaultBranch
    run.pullRequest = facts.pullRequest
    run.runID = facts.runID
    run.attempt = facts.attempt
    run.url = facts.url
    run.isFork = facts.isFork
    // Without a site nothing links to one.
    if config.reporting.trendAnalysis != false {
      run.siteURL = config.text("site_url") ?? config.reporting.siteURL
    }
    return run
  }

  /// A target's credential: of the variable that the configuration names, else the first of the
  /// target's own that is set.
  package func token(_ target: any Target.Type) -> String? {
    if let credential { return credential }
    if let name = config.authentication[target.name] { return variables[name] }
    return target.tokenVariables.lazy.compactMap { variables[$0] }.first
  }

  package func client(_ options: ClientOptions) -> Client {
    Client(options, conduct: conduct, outlet: outlet)
  }

  /// What is to be published: what `--only` says, else the target's defaults, with what
  /// `reporting:` adds and takes away.
  func parts(_ target: any Target.Type) -> [PublishedPart] {
    var wanted = target.defaults
    func apply(_ flag: Bool?, _ parts: [PublishedPart]) {
      if let flag { flag ? wanted.formUnion(parts) : wanted.subtract(parts) }
    }
    apply(config.reporting.pullRequestComments, [.comment])
    apply(config.reporting.statusChecks, [.status, .check])
    apply(config.reporting.reviewComments, [.review])
    apply(config.reporting.regressionAlerts, [.alerts])
    if self.options.commentMode == .off { wanted.remove(.comment) }
    if !options.only.isEmpty { wanted = Set(options.only) }
    return target.parts.filter { wanted.contains($0) }
  }
}
