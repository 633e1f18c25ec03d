import ArgumentParser
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkPublish

/// `tidemark-publish trigger PLATFORM`, which is `tidemark trigger PLATFORM`.
struct TriggerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trigger",
    abstract: "Start a pipeline, follow one to its end, or set a schedule.",
    discussion: """
      PLATFORM is one of \(triggerTargets.map { $0.target.name }.joined(separator: ", ")). Where it
      is and the token come from the same variables as for publish; for GitLab a trigger's token in
      GITLAB_TRIGGER_TOKEN or the job's own does as well. Schedules can be set on GitLab; the others
      have them in the pipeline's file.

      Exits 0 when the run was started (with --wait: has succeeded), 1 if it was followed and did not
      succeed, 2 on wrong usage or config, 4 if it could not be started or followed.
      """)

  @Argument(help: "Where the pipeline is.")
  var platform: String

  @OptionGroup var common: CommonArguments

  @Option(
    help: ArgumentHelp(
      "What is started: GitHub's workflow file, Azure's pipeline (name or number), Jenkins' job path. "
        + "GitLab: another project.", valueName: "name"))
  var pipeline: String?

  @Option(help: "The branch or tag (default: the default branch, else the one that this runs on).")
  var ref: String?

  @Option(
    help: ArgumentHelp(
      "An input of the workflow or pipeline, a template's or a job's parameter. May be repeated.",
      valueName: "name=value"))
  var input: [String] = []

  @Option(
    help: ArgumentHelp(
      "A variable of the run (GitLab, Azure). May be repeated.", valueName: "name=value"))
  var variable: [String] = []

  @Flag(help: "Follow the run to its end.")
  var wait = false

  @Option(
    help: ArgumentHelp(
      "The most seconds to follow it for (default: 3600).", valueName: "seconds"))
  var timeout: Int?

  @Option(help: "Follow this run (build, pipeline) and start none.")
  var run: String?

  @Option(
    help: ArgumentHelp(
      "Set a schedule and start nothing: five fields, or `config` for benchmarks.schedule of the "
        + "configuration.", valueName: "cron"))
  var schedule: String?

  @Option(help: "The schedule's name, which finds it again (default: Tidemark).")
  var scheduleName: String?

  @Option(help: "The schedule's time zone (default: UTC).")
  var timeZone: String?

  @Flag(help: "Switch the schedule off.")
  var inactive = false

  @Option(help: "The address of the platform's API.")
  var apiURL: String?

  @Option(help: "The repository or project, as for publish.")
  var repository: String?

  func run() async throws {
    let setting = try Setting(common)
    let status: TriggerStatus
    do throws(Problem) {
      guard let target = triggerTargets.first(where: { $0.target.name == platform }) else {
        throw Problem(
          "`\(platform)` is nothing to start a pipeline on",
          remedy: "name one of " + triggerTargets.map { $0.target.name }.joined(separator: ", "))
      }
      let trigger = Trigger(
        target, try order(setting.config),
        isForMachines: common.json || setting.config.flag("json") ?? false, in: scene(setting))
      status = await trigger.run()
    } catch {
      Console.complain("error: \(error)")
      await setting.close()
      throw Status(.usage)
    }
    await setting.close()
    throw Status(code: status.rawValue)
  }

  private func scene(_ setting: Setting) -> Scene {
    var options = PublishOptions(report: "", key: "main")
    options.apiURL = apiURL ?? setting.config.text("api_url")
    options.repository = repository ?? setting.config.repository
    return Scene(
      options: options, variables: setting.variables, config: setting.config,
      facts: setting.facts, conduct: setting.conduct, outlet: setting.outlet,
      readFile: Setting.read)
  }

  private func order(_ config: Config) throws(Problem) -> TriggerOrder {
    var order = TriggerOrder()
    order.pipeline = pipeline ?? config.text("pipeline")
    order.ref = ref ?? config.text("ref")
    order.inputs = try pairs(input.isEmpty ? config.list("input") : input, "--input")
    order.variables = try pairs(
      variable.isEmpty ? config.list("variable") : variable, "--variable")
    // What the command line asks for is not held against what the file asks for.
    let isToFollow = run != nil || wait
    let schedule = schedule ?? (isToFollow ? nil : config.text("schedule"))
    if schedule == nil {
      order.run = run ?? config.text("run")
      order.waits = wait || config.flag("wait") ?? false
    }
    if let timeout = timeout ?? config.number("timeout") {
      guard timeout >= 0 else { throw Problem("--timeout is below 0") }
      order.timeout = Double(timeout)
    }
    if let schedule {
      guard !isToFollow else {
        throw Problem("--schedule starts nothing that could be followed")
      }
      guard let cron = schedule == "config" ? config.benchmarks.schedule : schedule,
        cron.split(separator: " ").count == 5
      else {
        throw Problem(
          "the schedule is none", remedy: "give five fields, as in --schedule \"0 3 * * *\"")
      }
      var made = TriggerOrder.Schedule(
        name: scheduleName ?? config.text("schedule_name") ?? "Tidemark", cron: cron)
      made.timeZone = timeZone ?? config.text("time_zone") ?? "UTC"
      made.isActive = !(inactive || config.flag("inactive") ?? false)
      order.schedule = made
    }
    return order
  }

  private func pairs(
    _ texts: [String], _ option: String
  ) throws(Problem) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for text in texts {
      guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
        throw Problem("\(option) is not of the form NAME=VALUE")
      }
      pairs.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
    }
    return pairs
  }
}
