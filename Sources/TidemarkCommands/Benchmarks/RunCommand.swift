import ArgumentParser
internal import TidemarkConfig
private import TidemarkFormats
internal import TidemarkModel
private import TidemarkSyntax

/// `tidemark run`: runs the configured benchmark commands and collects what they measure.
struct RunCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run the configured benchmark commands (needs, retries, timeouts) and collect.",
    discussion: """
      Runs `benchmarks.commands`, each by `sh -e -c` in a process group of its own, once for each \
      combination of provider, model and task (or over what its `each` says), behind what it needs. One \
      that fails stops only what needs it. What was read of all results becomes one run document under \
      --results, with provider, model and task as labels, for `report` to take in; every command's log \
      stands in logs/ beside it. A go that was stopped goes on where it was. A command sees its cell as \
      TIDEMARK_PROVIDER, TIDEMARK_MODEL, TIDEMARK_TASK and its own file name as TIDEMARK_NAME. Exits 1 \
      if a command failed, 3 if no result was read; a provider that is not available is neither a \
      failure nor a pass.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "The run") var runOptions: RunOptions
  @OptionGroup(title: "What is run") var selection: TaskSelection

  @Option(help: "The folder for results and logs (default: tidemark-results).")
  var results: String?

  @Option(help: "How many commands run at once (default: 1, as they disturb each other's times).")
  var concurrency: Int?

  @Option(
    help: """
      What an earlier go did already: auto goes on with one that was stopped, always keeps what passed \
      (only failed commands run again), never begins anew.
      """)
  var resume: Resume?

  @Flag(help: "Print what would run, in its order, and run nothing.")
  var dryRun = false

  @Flag(help: "Exit 0 even if a command failed.")
  var allowFailed = false

  @Flag(help: "Exit 1 too if a provider was not available.")
  var failOnOutage = false

  @Flag(help: "Exit 0 even if no result was read.")
  var allowEmpty = false

  enum Resume: String, ExpressibleByArgument, CaseIterable {
    case auto, always, never
  }

  func run() async throws {
    let session = try Session(common, branch: runOptions.branch)
    let settings = session.settings
    let matrix = try session.orExit(.usage) { () throws(Problem) in
      try check(settings)
      return try JobMatrix(settings)
    }
    for problem in matrix.problems { session.progress.warn(problem) }
    let chosen = try session.orExit(.usage) { () throws(Problem) in
      try selection.choose(matrix, settings)
    }
    let plan = matrix.graph.closure(of: chosen.roots)
    let folder = RunFolder(path: results ?? settings.text("results") ?? "tidemark-results")
    let runner = TaskRunner(session, folder: folder)
    if session.isDryRun(dryRun) {
      let preview = TaskPreview(graph: matrix.graph, plan: plan)
      return Terminal.print(bytes: session.isJSON ? preview.lines() : preview.text())
    }
    let atOnce = concurrency ?? settings.number("concurrency") ?? 1
    guard (1...1024).contains(atOnce) else {
      throw session.fail(
        Problem("--concurrency \(atOnce) is no number of commands", remedy: "give 1 to 1024"),
        .usage)
    }
    Interruption.watch()
    let go = try await Go(
      session: session, graph: matrix.graph, plan: plan, share: chosen.share, folder: folder,
      runner: runner,
      resume: resume ?? settings.text("resume").flatMap { Resume(rawValue: $0) } ?? .auto,
      runOptions: runOptions)
    let outcome = try await go.run(atOnce: atOnce)
    try end(outcome, settings)
  }

  private func end(_ outcome: GoOutcome, _ settings: Config) throws {
    let isEmptyAllowed = allowEmpty || (settings.flag("allow_empty") ?? false)
    if !outcome.hasResults, !isEmptyAllowed { throw ExitStatus.nothingRead }
    let isFailureAllowed = allowFailed || (settings.flag("allow_failed") ?? false)
    if outcome.hasFailed, !isFailureAllowed { throw ExitStatus.gate }
    let isOutageFailure = failOnOutage || (settings.flag("fail_on_outage") ?? false)
    if outcome.hasOutage, isOutageFailure { throw ExitStatus.gate }
  }

  /// What the table of keys cannot check.
  private func check(_ settings: Config) throws(Problem) {
    for command in settings.benchmarks.commands {
      for name in command.environment.keys where name.isEmpty || name.contains("=") {
        throw Problem(
          "`\(SafeText.oneLine(name))` is no name of a variable", path: settings.path,
          line: command.line, remedy: "use letters, digits and `_`")
      }
      guard !command.run.contains("\0") else {
        throw Problem(
          "a command has a NUL in it", path: settings.path, line: command.line,
          remedy: "take it out")
      }
    }
    guard !settings.benchmarks.commands.isEmpty else {
      throw Problem(
        "no command is configured", path: settings.path, line: settings.benchmarks.line,
        remedy: "name what to run under `benchmarks.commands` in tidemark.yml")
    }
  }
}

/// Which of the configured tasks are asked for; what they need runs too.
struct TaskSelection: ParsableArguments {
  @Argument(help: "The commands to run, by name or pattern (default: all).")
  var commands: [String] = []

  @Option(help: "Run only the job of the matrix with this name: see `tidemark matrix`.")
  var cell: String?

  @Option(help: "Run only the Kth of N shares of the matrix, K/N.")
  var shard: String?

  @Option(help: "Run only what measures this provider, by name or pattern. May be repeated.")
  var provider: [String] = []

  @Option(help: "Run only what measures this model, by name or pattern. May be repeated.")
  var model: [String] = []

  @Option(help: "Run only what measures this task, by name or pattern. May be repeated.")
  var task: [String] = []

  /// - Returns: Places of the tasks, and a name for their share of the matrix; nil for all of it.
  func choose(
    _ matrix: JobMatrix, _ settings: Config
  ) throws(Problem) -> (roots: [Int], share: String?) {
    var jobs = matrix.jobs
    var share: String?
    if let cell = cell ?? settings.text("cell") {
      guard let job = jobs.first(where: { $0.name == cell }) else {
        throw Problem(
          "--cell \(SafeText.oneLine(cell)) is no job of the matrix",
          remedy: NearestName.of(cell, among: jobs.map(\.name)).map { "did you mean `\($0)`?" }
            ?? "`tidemark matrix generic` lists them")
      }
      jobs = [job]
      share = job.name
    }
    if let text = shard ?? settings.text("shard") {
      let shard = try JobMatrix.Shard.parse(text)
      jobs = jobs.indices.filter { shard.holds($0) }.map { jobs[$0] }
      share = [share, shard.name].compactMap(\.self).joined(separator: "__")
    }
    let patterns: [BenchmarkAxis: [String]] = [
      .provider: provider.isEmpty ? settings.list("provider") : provider,
      .model: model.isEmpty ? settings.list("model") : model,
      .task: task.isEmpty ? settings.list("task") : task,
    ]
    let globs = commands.map { ($0, Glob($0)) }
    let chosen = jobs.flatMap(\.roots).filter { place in
      let task = matrix.graph.tasks[place]
      return task.cell.meets(patterns)
        && (globs.isEmpty
          || globs.contains { $0.0 == task.command.name || $0.1.matches(task.command.name) })
    }
    // A command that others need may be asked for by its name.
    let asked =
      globs.isEmpty || !chosen.isEmpty
      ? chosen
      : matrix.graph.tasks.indices.filter { place in
        let task = matrix.graph.tasks[place]
        return task.cell.meets(patterns) && commands.contains(task.command.name)
      }
    guard !asked.isEmpty else {
      throw Problem(
        "nothing is left to run", remedy: "ask for less: `tidemark run --dry-run` lists all")
    }
    return (asked.sorted(), share)
  }
}

/// `--dry-run`: what would run.
private struct TaskPreview {
  let graph: TaskGraph
  let plan: [Int]

  func text() -> [UInt8] {
    var text = ""
    for place in plan {
      let task = graph.tasks[place]
      text += "\(SafeText.oneLine(task.title))\n"
      let lines = task.command.run.split(separator: "\n").prefix(20)
      for line in lines { text += "    \(Terminal.harmless(SafeText.oneLine(String(line))))\n" }
      if !task.needs.isEmpty {
        let needs = task.needs.map { SafeText.oneLine(graph.tasks[$0].title) }
        text += "  needs \(needs.joined(separator: ", "))\n"
      }
      let names = task.command.environment.keys.sorted(by: utf8Precedes)
      if !names.isEmpty { text += "  sets \(SafeText.oneLine(names.joined(separator: ", ")))\n" }
      if !task.command.results.isEmpty {
        text += "  writes \(SafeText.oneLine(task.command.results.joined(separator: ", ")))\n"
      }
    }
    return Array(text.utf8)
  }

  func lines() -> [UInt8] {
    plan.flatMap { place -> [UInt8] in
      var json = JSONWriter()
      json.object { json in
        let task = graph.tasks[place]
        json.task(task)
        json.member("state", "planned")
        json.member("run", task.command.run)
        json.member("needs", array: task.needs) { $0.string(graph.tasks[$1].name) }
        json.member("environment", array: task.command.environment.keys.sorted(by: utf8Precedes)) {
          $0.string($1)
        }
        json.member("results", array: task.command.results) { $0.string($1) }
      }
      json.newLine()
      return json.bytes
    }
  }
}

extension JSONWriter {
  /// The members that say which task it is.
  mutating func task(_ task: BenchmarkTask) {
    member("name", task.name)
    member("command", task.command.name)
    member("provider", task.cell.provider)
    member("model", task.cell.model)
    member("task", task.cell.task)
  }
}
