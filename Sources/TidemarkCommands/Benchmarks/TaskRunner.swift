internal import TidemarkConfig
private import TidemarkFormats
internal import TidemarkModel
private import TidemarkRun
private import TidemarkSyntax

/// Runs one task: its attempts, its log, its results.
struct TaskRunner: Sendable {
  let settings: Config
  /// All variables of this program.
  let environment: [String: String]
  let folder: RunFolder
  let secrets: Secrets

  /// The end of a log in which an outage is looked for.
  private static let evidenceLimit = 256 << 10
  /// The longest wait before a retry, seconds.
  private static let waitLimit = 60.0

  init(_ session: Session, folder: RunFolder) {
    settings = session.settings
    environment = session.environment
    self.folder = folder
    let providers = settings.benchmarks.providers.compactMap(\.authentication)
    let named = Set(providers + settings.authentication.values)
    var variables = session.environment
    for command in settings.benchmarks.commands { variables.merge(command.environment) { $1 } }
    secrets = Secrets(in: variables, names: named)
  }

  func run(_ task: BenchmarkTask) async -> TaskResult {
    if let name = credential(of: task.cell), environment[name]?.isEmpty ?? true {
      return TaskResult(state: .unavailable, reason: "\(name) is not set")
    }
    let clock = ContinuousClock()
    let began = clock.now
    var result: TaskResult
    do throws(Problem) {
      result = try await attempts(of: task)
    } catch {
      result = TaskResult(state: .failed, reason: error.description)
    }
    result.seconds = seconds(clock.now - began)
    return result
  }

  private func attempts(of task: BenchmarkTask) async throws(Problem) -> TaskResult {
    let log = TaskLog(path: folder.log(task))
    let output = TaskLog(path: folder.output(task))
    try log.clear()
    let names = task.command.results.map { expanded($0, for: task) }
    let directory = task.command.directory.map { expanded($0, for: task) }
    let files = TaskResults(names, in: directory)
    var result = TaskResult(state: .interrupted)
    var wait = min(task.command.retryWait ?? 1, TaskRunner.waitLimit)
    var start = 0
    while true {
      result.attempts += 1
      if result.attempts > 1 { log.append("[tidemark: attempt \(result.attempts)]") }
      start = log.size
      if names.isEmpty { try output.clear() }
      let end = await CommandProcess(
        commandLine: task.command.run, directory: directory, environment: variables(for: task),
        output: names.isEmpty ? output.path : log.path, errors: log.path,
        timeout: task.command.timeout
      ).run()
      take(end, of: task, to: &result)
      let isOver = result.state == .passed || result.state == .interrupted
      guard !isOver, result.attempts <= task.command.retries else { break }
      await pause(wait)
      wait = min(wait * 2, TaskRunner.waitLimit)
    }
    if result.state == .failed {
      let printed =
        log.tail(TaskRunner.evidenceLimit, from: start)
        + (names.isEmpty ? output.tail(TaskRunner.evidenceLimit) : [])
      let evidence = settings.benchmarks.outage.evidence(
        exitStatus: result.exitStatus, log: printed, hasProvider: task.cell.provider != nil)
      if let evidence {
        result.state = .unavailable
        result.reason = evidence
      }
    }
    await read(names.isEmpty ? [output.path] : files.fresh, of: task, to: &result)
    if result.state == .passed, !names.isEmpty, !result.hasResults {
      result.state = .failed
      let patterns = names.map { "`\(SafeText.oneLine($0))`" }.joined(separator: ", ")
      result.reason =
        result.entries.isEmpty
        ? "it wrote none of \(patterns)" : "no result could be read from \(patterns)"
    }
    try log.finish(secrets)
    if names.isEmpty { try output.finish(secrets) }
    return result
  }

  private func take(_ end: CommandProcess.End, of task: BenchmarkTask, to result: inout TaskResult)
  {
    result.exitStatus = nil
    result.reason = nil
    switch end {
    case .exited(0):
      result.exitStatus = 0
      result.state = .passed
    case .exited(let status):
      result.exitStatus = status
      result.state = .failed
      result.reason = "exit status \(status)"
    case .signaled(let signal):
      result.state = .failed
      result.reason = "ended by signal \(signal)"
    case .timedOut:
      result.state = .timedOut
      let limit = NumberText.decimal(task.command.timeout ?? 0, digits: 3)
      result.reason = "stopped after its timeout of \(limit) s"
    case .interrupted:
      result.state = .interrupted
      result.reason = "the go was stopped"
    case .notStarted(let why):
      result.state = .failed
      result.reason = why
    }
  }

  /// Results are read however the command ended: a failing test suite has some too.
  private func read(
    _ names: [String], of task: BenchmarkTask, to result: inout TaskResult
  ) async {
    guard !names.isEmpty else { return }
    let settings = settings
    let labels = task.cell.labels.merging(task.command.labels)
    let gathering = await Gathering(
      names, excluding: [], labels: { settings.labels(forInput: $0).merging(labels) },
      progress: Progress(level: .quiet, usesColor: false))
    result.entries = gathering.inputs.map {
      RunDocument.Entry(record: $0.record, labels: $0.labels, results: $0.results)
    }
    // What a command without results prints need be no report.
    let isOutput = task.command.results.isEmpty
    result.entries += gathering.unread.filter { !isOutput || $0.status == .failed }.map {
      RunDocument.Entry(record: $0, labels: labels)
    }
  }

  private func pause(_ seconds: Double) async {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while clock.now < end, !Interruption.isRequested {
      try? await Task.sleep(for: min(.milliseconds(100), end - clock.now))
    }
  }

  private func seconds(_ duration: Duration) -> Double {
    let parts = duration.components
    return Double(parts.seconds) + Double(parts.attoseconds) / 1e18
  }

  // MARK: Variables

  /// The variable that holds the token of a cell's provider; nil where none is told.
  private func credential(of cell: Cell) -> String? {
    guard let provider = cell.provider else { return nil }
    let own = settings.benchmarks.providers.first { $0.name == provider }?.authentication
    return own ?? settings.authentication[provider]
  }

  /// This program's variables without the tokens of others: a command for one provider sees neither
  /// another's nor those for publishing. One that has no provider keeps all of the providers'.
  func variables(for task: BenchmarkTask) -> [String: String] {
    var variables = environment
    let providers = settings.benchmarks.providers
    let names = Set(providers.map(\.name))
    var foreign = Set(settings.authentication.filter { !names.contains($0.key) }.values)
    if task.cell.provider != nil {
      foreign.formUnion(providers.compactMap { credential(of: Cell(provider: $0.name)) })
    }
    if let own = credential(of: task.cell) { foreign.remove(own) }
    for name in foreign { variables[name] = nil }
    for name in ["TIDEMARK_CELL", "TIDEMARK_SHARD"] { variables[name] = nil }
    variables.merge(task.command.environment) { $1 }
    for (name, value) in placeholders(of: task) { variables[name] = value }
    return variables
  }

  /// What tells a task's command, and its results' patterns, which cell it measures.
  private func placeholders(of task: BenchmarkTask) -> [(name: String, value: String?)] {
    [
      ("TIDEMARK_PROVIDER", task.cell.provider), ("TIDEMARK_MODEL", task.cell.model),
      ("TIDEMARK_TASK", task.cell.task), ("TIDEMARK_NAME", task.name),
    ]
  }

  /// `$TIDEMARK_NAME` and the like in a pattern or a folder; any other `$` stays.
  func expanded(_ text: String, for task: BenchmarkTask) -> String {
    placeholders(of: task).reduce(text) { text, placeholder in
      let value = placeholder.value ?? ""
      return text.replacing("${\(placeholder.name)}", with: value)
        .replacing("$\(placeholder.name)", with: value)
    }
  }
}
