internal import TidemarkConfig
private import TidemarkFormats
internal import TidemarkModel
private import TidemarkRun
private import TidemarkSyntax

/// What a go comes to, for the exit status.
struct GoOutcome: Sendable {
  var hasResults: Bool
  var hasFailed: Bool
  var hasOutage: Bool
}

/// One go through the tasks of a plan: what was done before is kept, the rest runs, and all results
/// become one run document.
struct Go: Sendable {
  private let session: Session
  private let graph: TaskGraph
  private let plan: [Int]
  private let share: String?
  private let folder: RunFolder
  private let runner: TaskRunner
  private let runOptions: RunOptions
  private let git: (commit: String?, branch: String?)
  private let digests: [String]
  private let journal: RunJournal
  private let done: [Int: TaskResult]
  /// Held as long as the go lasts.
  private let lock: FolderLock

  /// The lines of a failed command's log that are shown, and the most bytes of them.
  private static let tailLines = 20
  private static let tailLimit = 4096

  init(
    session: Session, graph: TaskGraph, plan: [Int], share: String?, folder: RunFolder,
    runner: TaskRunner, resume: RunCommand.Resume, runOptions: RunOptions
  ) async throws {
    self.session = session
    self.graph = graph
    self.plan = plan
    self.share = share
    self.folder = folder
    self.runner = runner
    self.runOptions = runOptions
    git = await Git.head()
    digests = RunJournal.digests(
      graph, commit: runOptions.commit ?? session.platform.commit ?? git.commit,
      runID: runOptions.runID ?? session.platform.runID)
    lock = try session.orExit(.usage) { () throws(Problem) in try folder.open() }
    journal = RunJournal(path: folder.journal)
    let past = journal.past()
    let isResumed =
      switch resume {
      case .auto: !past.isComplete
      case .always: true
      case .never: false
      }
    done = isResumed ? Go.done(graph, plan, digests, past, folder) : [:]
    let journal = journal
    try session.orExit(.usage) { () throws(Problem) in
      if isResumed { try journal.goOn() } else { try journal.clear() }
      // A stopped go must not leave an earlier one's results for `report` to find.
      try FileBytes.remove(folder.runDocument(share))
    }
    if !done.isEmpty {
      session.progress.say(
        "\(done.count) of \(plan.count) are done already; --resume never begins anew")
    }
  }

  /// Tasks that passed in an earlier go, with the results that they had.
  private static func done(
    _ graph: TaskGraph, _ plan: [Int], _ digests: [String], _ past: RunJournal.Past,
    _ folder: RunFolder
  ) -> [Int: TaskResult] {
    var done: [Int: TaskResult] = [:]
    for place in plan {
      guard let passed = past.passed[digests[place]] else { continue }
      let file = InputFile(path: folder.document(graph.tasks[place]))
      do throws(Problem) {
        done[place] = TaskResult(
          state: .passed, attempts: passed.attempts, exitStatus: 0, seconds: passed.seconds,
          entries: try RunDocument.entries(in: file).entries, isResumed: true)
      } catch {
        // Without its results it is as if it had not run.
        continue
      }
    }
    return done
  }

  // MARK: Running

  func run(atOnce: Int) async throws -> GoOutcome {
    let runner = runner
    let claims = graph.tasks.map { task in
      task.command.results.map { runner.expanded($0, for: task) }
    }
    let schedule = TaskSchedule(graph: graph, concurrency: atOnce, claims: claims)
    var printed = Answers(plan: plan)
    var ended = done.count
    for (place, result) in done.sorted(by: { $0.key < $1.key }) {
      answer(place, result, &printed)
    }
    let results = await schedule.run(
      plan, done: done, perform: { await runner.run($0) },
      started: { session.progress.detail("\($0.title): began") },
      finished: { place, result in
        ended += 1
        tell(place, result, ended)
        keep(place, result)
        answer(place, result, &printed)
      })
    let isStopped = results.values.contains { $0.state == .interrupted }
    try session.orExit(.usage) { () throws(Problem) in
      if !isStopped { try journal.end() }
      try writeDocument(results)
    }
    sum(results)
    return GoOutcome(
      hasResults: results.values.contains { $0.hasResults },
      hasFailed: results.values.contains { $0.state.isFailure },
      hasOutage: results.values.contains { $0.state == .unavailable })
  }

  /// Writes down what a task came to. That it cannot be written costs a later go only time.
  private func keep(_ place: Int, _ result: TaskResult) {
    guard result.state != .interrupted else { return }
    let task = graph.tasks[place]
    do throws(Problem) {
      if result.state == .passed {
        let now = Timestamp(millisecondsSince1970: ProcessEnvironment.now())
        let header = PartHeader(run: RunHeader(id: digests[place], time: now), job: task.name)
        try FileBytes.write(
          RunDocument.write(result.entries, header: header), to: folder.document(task))
      }
      try journal.append(digests[place], task, result)
    } catch { session.progress.warn(error) }
  }

  // MARK: The document

  private func writeDocument(_ results: [Int: TaskResult]) throws(Problem) {
    let entries = plan.flatMap { place -> [RunDocument.Entry] in
      guard let result = results[place] else { return [] }
      return result.entries + problemEntry(graph.tasks[place], result)
    }
    let inputs = entries.filter { $0.record.status == .read }.map {
      RunInput(record: $0.record, results: $0.results, labels: $0.labels)
    }
    let facts = try RunFacts(
      runOptions, session: session, inputs: inputs, git: git,
      now: Timestamp(millisecondsSince1970: ProcessEnvironment.now()))
    let header = PartHeader(
      run: facts.header, job: job(facts), jobURL: facts.jobURL, jobAttempt: facts.jobAttempt,
      environment: MachineFacts.read(environment: session.environment))
    try FileBytes.write(
      RunDocument.write(entries, header: header), to: folder.runDocument(share))
  }

  /// The jobs of a matrix share their name on some platforms; their share tells them apart.
  private func job(_ facts: RunFacts) -> String {
    let isNamed = runOptions.job != nil || session.settings.text("job") != nil
    guard let share, !isNamed, !facts.job.contains(share) else { return facts.job }
    return "\(facts.job) \(share)"
  }

  /// What keeps a command that brought nothing from passing in silence.
  private func problemEntry(_ task: BenchmarkTask, _ result: TaskResult) -> [RunDocument.Entry] {
    let what = "\(task.title): \(result.reason ?? result.state.rawValue)"
    let problem: ResultProblem
    switch result.state {
    case .passed, .skipped: return []
    case .failed, .timedOut:
      problem = ResultProblem(.commandFailed, what, isBlocking: true)
    case .unavailable:
      problem = ResultProblem(.providerOutage, what, isBlocking: false)
    case .interrupted:
      problem = ResultProblem(.bailedOut, what, isBlocking: true)
    }
    var record = InputRecord(path: folder.log(task), format: nil, status: .read)
    record.problems = [problem]
    var results = Results()
    results.problems = [problem]
    return [RunDocument.Entry(record: record, results: results)]
  }

  // MARK: What is said

  private func tell(_ place: Int, _ result: TaskResult, _ ended: Int) {
    let task = graph.tasks[place]
    var line = "[\(ended)/\(plan.count)] \(SafeText.oneLine(task.title)): \(result.state.title)"
    if let reason = result.reason { line += " (\(SafeText.oneLine(reason)))" }
    if result.attempts > 0 { line += " in \(NumberText.decimal(result.seconds, digits: 1)) s" }
    if result.attempts > 1 { line += ", \(result.attempts) attempts" }
    for (count, what) in [(result.tests, "tests"), (result.series, "series")] where count > 0 {
      line += ", \(NumberText.count(count)) \(what)"
    }
    session.progress.say(line)
    guard result.attempts > 0, result.state != .passed else { return }
    let log = TaskLog(path: folder.log(task))
    var tail = log.tail(Go.tailLimit)
    if tail.isEmpty { tail = TaskLog(path: folder.output(task)).tail(Go.tailLimit) }
    let lines = String(decoding: tail, as: UTF8.self)
      .split(whereSeparator: \.isNewline).suffix(Go.tailLines)
    for line in lines { session.progress.say("  | \(line)") }
    session.progress.say("  the whole log: \(log.path)")
  }

  private func sum(_ results: [Int: TaskResult]) {
    let states = plan.compactMap { results[$0]?.state }
    let counts = TaskResult.State.allCases.compactMap { state -> String? in
      let count = states.count { $0 == state }
      return count == 0 ? nil : "\(NumberText.count(count)) \(state.title)"
    }
    session.progress.say("\(counts.joined(separator: ", ")); \(folder.runDocument(share))")
  }

  /// `--json`: a line a task in the order of the plan, each as soon as all before it have ended.
  private func answer(_ place: Int, _ result: TaskResult, _ answers: inout Answers) {
    guard session.isJSON else { return }
    var json = JSONWriter()
    json.object { json in
      let task = graph.tasks[place]
      json.task(task)
      json.member("state", result.state.rawValue)
      json.member("reason", result.reason)
      json.member("attempts", result.attempts)
      json.member("exit_status", result.exitStatus)
      json.member("duration_s", result.attempts > 0 ? result.seconds : nil)
      json.member("tests", result.tests)
      json.member("series", result.series)
      json.member("inputs", array: result.entries) { $0.string($1.record.path) }
      json.member("log", result.attempts > 0 ? folder.log(task) : nil)
      json.member("resumed", result.isResumed)
      json.member("digest", digests[place])
    }
    json.newLine()
    Terminal.print(bytes: answers.add(json.bytes, for: place))
  }
}

/// Lines held back until all before them are there.
private struct Answers {
  private var order: ArraySlice<Int>
  private var held: [Int: [UInt8]] = [:]

  init(plan: [Int]) { order = plan[...] }

  mutating func add(_ line: [UInt8], for place: Int) -> [UInt8] {
    held[place] = line
    var ready: [UInt8] = []
    while let next = order.first, let line = held.removeValue(forKey: next) {
      ready += line
      order.removeFirst()
    }
    return ready
  }
}

extension TaskResult.State {
  fileprivate var isFailure: Bool {
    switch self {
    case .failed, .timedOut, .interrupted: true
    case .passed, .unavailable, .skipped: false
    }
  }

  fileprivate var title: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .timedOut: "timed out"
    case .unavailable: "unavailable"
    case .skipped: "skipped"
    case .interrupted: "interrupted"
    }
  }
}
