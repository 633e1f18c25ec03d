import ArgumentParser
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkPublish

/// `tidemark-publish TARGET`, which is `tidemark publish TARGET`.
struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Publish a report: comment, check, status, alerts, summary, annotations.",
    discussion: """
      TARGET is one of \(targets.map { $0.name }.joined(separator: ", ")). Where it publishes comes
      from the CI platform's own variables, and the token from the variable that authentication: in
      tidemark.yml names, else from the platform's usual one.

      Exits 0 when everything is published, or when a permission is missing (a notice says which; 4
      with --require-publish), 2 on wrong usage or config, 3 if there is no report, 4 if publishing
      failed.
      """)

  @Argument(help: "Where to publish.")
  var target: String

  @OptionGroup var common: CommonArguments

  @Option(
    help: ArgumentHelp(
      "report.json, or the folder that it is in (default: tidemark-report).", valueName: "path"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "Publish only this: \(PublishedPart.allCases.map(\.rawValue).joined(separator: ", ")). May be "
        + "repeated, or name several with commas.", valueName: "part"))
  var only: [String] = []

  @Flag(help: "Exit 4 also where a permission is missing.")
  var requirePublish = false

  @Option(help: "Tells several reports on one pull request apart.")
  var key: String?

  @Option(
    help: ArgumentHelp(
      "How the comment is kept: \(CommentMode.allCases.map(\.rawValue).joined(separator: ", ")) "
        + "(default: edit).", valueName: "mode"))
  var commentMode: String?

  @Option(
    help: ArgumentHelp(
      "webhook: generic, slack, teams (default: by the address).", valueName: "form"))
  var webhookForm: String?

  @Option(
    help: ArgumentHelp(
      "azure: what alerts are (default: the first of Issue, Bug, Task that there is).",
      valueName: "type"))
  var workItemType: String?

  @OptionGroup(title: "The place") var place: PlaceArguments

  func run() async throws {
    let setting = try Setting(common, branch: place.branch)
    let status: PublishStatus
    do throws(Problem) {
      let target = try self.target(named: self.target)
      status = await Publisher(target, in: try scene(setting)).run()
    } catch {
      Console.complain("error: \(error)")
      await setting.close()
      throw Status(.usage)
    }
    await setting.close()
    throw Status(status)
  }

  private func target(named name: String) throws(Problem) -> any Target.Type {
    guard let target = targets.first(where: { $0.name == name }) else {
      throw Problem(
        "`\(name)` is nothing to publish on",
        remedy: "name one of " + targets.map { $0.name }.joined(separator: ", "))
    }
    return target
  }

  private func scene(_ setting: Setting) throws(Problem) -> Scene {
    let config = setting.config
    var options = PublishOptions(
      report: report ?? config.text("report") ?? "tidemark-report",
      key: key ?? config.text("key") ?? "main")
    guard options.key.utf8.count <= 64, !options.key.isEmpty,
      options.key.utf8.allSatisfy({ PublishCommand.isKeyByte($0) })
    else {
      throw Problem("the key is not of the form [a-z0-9._-]{1,64}", remedy: "rename it")
    }
    options.only = try parts(config)
    options.requiresPublish = requirePublish || config.flag("require_publish") ?? false
    if let mode = commentMode ?? config.text("comment_mode") {
      guard let known = CommentMode(rawValue: mode) else {
        throw Problem(
          "`\(mode)` is no comment mode",
          remedy: "give one of " + CommentMode.allCases.map(\.rawValue).joined(separator: ", "))
      }
      options.commentMode = known
    }
    options.others["webhook-form"] = webhookForm ?? config.text("webhook_form")
    options.others["work-item-type"] = workItemType ?? config.text("work_item_type")
    options.apiURL = place.apiURL ?? config.text("api_url")
    options.repository = place.repository ?? config.repository
    return Scene(
      options: options, variables: setting.variables, config: config,
      facts: place.facts(over: setting.facts, config), conduct: setting.conduct,
      outlet: setting.outlet,
      readFile: Setting.read)
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 97...122, 45, 46, 95: true
    default: false
    }
  }

  /// The command line's, else those of the configuration that are parts: `report` has an `only` of
  /// its own under the same key.
  private func parts(_ config: Config) throws(Problem) -> [PublishedPart] {
    let names = only.flatMap { $0.split(separator: ",").map { String($0) } }
    if names.isEmpty { return config.list("only").compactMap { PublishedPart(rawValue: $0) } }
    var parts: [PublishedPart] = []
    for name in names {
      guard let part = PublishedPart(rawValue: name) else {
        throw Problem(
          "`\(name)` is nothing that can be published",
          remedy: "name one of " + PublishedPart.allCases.map(\.rawValue).joined(separator: ", "))
      }
      parts.append(part)
    }
    return parts
  }
}

/// Where it is published and what was tested, where the platform does not tell or is overruled.
struct PlaceArguments: ParsableArguments {
  @Option(help: "The address of the platform's API.")
  var apiURL: String?

  @Option(help: "The repository: OWNER/NAME, or what the platform calls it.")
  var repository: String?

  @Option(help: "The pull request's number.")
  var pullRequest: String?

  @Option(help: "The commit that was tested.")
  var commit: String?

  @Option(help: "The branch that was tested.")
  var branch: String?

  @Option(help: "The id of the run that was tested.")
  var runID: String?

  @Option(help: "Its attempt, from 1.")
  var attempt: Int?

  @Option(help: "The run's address.")
  var url: String?

  func facts(over facts: PlatformFacts, _ config: Config) -> PlatformFacts {
    var facts = facts
    facts.pullRequest = pullRequest ?? config.text("pull_request") ?? facts.pullRequest
    facts.commit = commit ?? config.text("commit") ?? facts.commit
    facts.branch = branch ?? config.text("branch") ?? facts.branch
    facts.runID = runID ?? config.text("run_id") ?? facts.runID
    facts.attempt = attempt ?? config.number("attempt") ?? facts.attempt
    facts.url = url ?? config.text("url") ?? facts.url
    return facts
  }
}
