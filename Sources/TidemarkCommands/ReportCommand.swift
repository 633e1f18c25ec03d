import ArgumentParser
internal import TidemarkAnalysis
internal import TidemarkConfig
private import TidemarkFormats
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkRun
internal import TidemarkSinks
internal import TidemarkSite
private import TidemarkSyntax

/// `tidemark report`: the main job. Reads, compares, records, writes everything.
struct ReportCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Read results, hold them against the history, record them, write everything.",
    discussion: """
      Exits 0 whatever it found, 1 if a --gate rule failed, 2 on wrong usage or config, 3 if no
      result was read. The outputs are written in every case but 2.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "The run") var runOptions: RunOptions
  @OptionGroup(title: "The history") var historyOptions: HistoryOptions
  @OptionGroup(title: "The outputs") var output: OutputOptions
  @OptionGroup(title: "Their place") var places: PlaceOptions

  @Option(
    help: ArgumentHelp(
      "End with status 1 if: "
        + GateRule.allCases.map(\.rawValue).joined(separator: ", ") + ". May be repeated.",
      valueName: "rule"))
  var gate: [String] = []

  @Flag(help: "Judge the run, but do not record it in the history.")
  var noRecord = false

  @Flag(help: "Exit 0 even if no result was read.")
  var allowEmpty = false

  @Argument(help: "Files, folders or patterns; FORMAT:PATH forces a format.")
  var paths: [String] = []

  func run() async throws {
    let session = try Session(common, branch: runOptions.branch)
    let plan = try session.orExit(.usage) { () throws(Problem) -> ReportPlan in
      let plan = try self.plan(session)
      try InputNames.check(plan.paths)
      return plan
    }
    async let head = Git.head()
    async let remoteBranch = session.platform.defaultBranch == nil ? Git.remoteDefaultBranch() : nil
    async let loaded = Self.load(plan.history, runs: plan.judgeOptions.storedRuns)
    let gathering = await Gathering(
      plan.paths, excluding: [plan.out, plan.history.directory], labels: plan.labels,
      progress: session.progress)
    let git = await head
    let facts = try session.orExit(.usage) { () throws(Problem) in
      try RunFacts(
        runOptions, session: session, inputs: gathering.inputs, git: git,
        now: Timestamp(millisecondsSince1970: ProcessEnvironment.now()))
    }
    let (history, historyProblem) = await loaded
    let told = await remoteBranch
    let defaultBranch = facts.defaultBranch ?? told
    let header = await placed(facts.header, in: history, defaultBranch: defaultBranch)
    let (built, clashes) = RunBuilder(
      header: header, job: facts.job, jobURL: facts.jobURL, jobAttempt: facts.jobAttempt,
      environment: MachineFacts.read(environment: session.environment)
    ).build(gathering.inputs)
    var run = built
    run.unread = gathering.unread

    var options = plan.judgeOptions
    options.take(plan.aliases, in: history)
    options.defaultBranch = options.defaultBranch ?? defaultBranch
    if let commit = header.commit {
      options.commits = await CommitLog.read(upTo: commit)
    }
    await ReferenceRuns.find(for: &options.thresholds, in: plan.history, run: header)
    options.links.run = header.url
    var report = await Judge(options: options).report(on: run, against: history, workers: 2)
    report.reasons += clashes.map { $0.reason }
    report.reasons += facts.mixedReason
    if let historyProblem {
      report.baseline.message = "the history could not be read"
      report.reasons.removeAll { $0.code == .baselineNone }
      report.reasons.append(Reason(.segmentDamaged, historyProblem.description))
      report.reasons.append(
        Reason(.notRecorded, "the run was not recorded, because the history could not be read"))
    }
    if !plan.noRecord,
      let problem = record(
        run, report, in: plan.history, hasResults: gathering.hasResults,
        isReadable: historyProblem == nil, session)
    {
      report.reasons.append(
        Reason(.notRecorded, "the run was not recorded: \(problem.description)"))
      session.progress.warn(problem)
    }

    report.reasons = report.reasons.weightiestFirst
    let written: [String]
    do throws(Problem) {
      written = try await plan.write(&report)
    } catch {
      throw session.fail(error, .usage)
    }
    answer(report, plan: plan, written: written, session: session)
    if let historyProblem { throw session.fail(historyProblem, .nothingRead) }
    if !gathering.hasResults, !plan.allowEmpty { throw ExitStatus.nothingRead }
    if report.gate.contains(where: { $0.failed }) { throw ExitStatus.gate }
  }

  /// The header with what a change's place needs and nobody has told yet: the merge base from git,
  /// and the branch of a base that was given as a commit.
  private func placed(
    _ given: RunHeader, in history: HistoryContents, defaultBranch: String?
  ) async -> RunHeader {
    var header = given
    if header.base == nil, let commit = header.mergeBase {
      let run = history.runs.last { $0.header.commit == commit && $0.header.pullRequest == nil }
      header.base = run?.header.branch ?? defaultBranch
    }
    if header.mergeBase == nil, let commit = header.commit, let base = header.base,
      header.pullRequest != nil || base != header.branch
    {
      header.mergeBase = await Git.mergeBase(of: commit, and: base)
    }
    return header
  }

  /// The history's runs; one that is there and cannot be read at all is empty, with the problem.
  static func load(_ history: History, runs: Int) -> (HistoryContents, Problem?) {
    do throws(Problem) {
      return (try history.load(LoadOptions(newestOfEachBranch: runs)), nil)
    } catch {
      return (HistoryContents(), error)
    }
  }

  /// Records the run unless nothing was read.
  ///
  /// - Returns: Why it was not recorded although it should have been.
  private func record(
    _ run: Run, _ report: Report, in history: History, hasResults: Bool, isReadable: Bool,
    _ session: Session
  ) -> Problem? {
    guard hasResults, isReadable else { return nil }
    let judgement = Judgement(
      verdict: report.verdict.rawValue, newlyFailing: report.testTotals.newlyFailing,
      regressed: report.seriesTotals.regressed, suspected: report.seriesTotals.suspected)
    do throws(Problem) {
      _ = try history.append(
        run, judgement: judgement, normalisationVersion: Normalisation.version)
    } catch {
      return error
    }
    join(history, session)
    return nil
  }

  /// Joins small segments where there are many: this run is recorded whether that succeeds or not.
  private func join(_ history: History, _ session: Session) {
    do throws(Problem) {
      if let joined = try history.compact(whenMoreThan: History.smallSegmentLimit) {
        session.progress.detail(
          "\(NumberText.count(joined.removed.count, "segment")) joined: "
            + "\(NumberText.count(joined.bytesBefore)) bytes are now "
            + NumberText.count(joined.bytesAfter))
      }
    } catch {
      session.progress.detail("the history's segments were not joined: \(error)")
    }
  }

  private func answer(_ report: Report, plan: ReportPlan, written: [String], session: Session) {
    if session.isJSON {
      Terminal.print(bytes: ReportJSON.encode(report).bytes)
      return
    }
    TerminalReport(report, usesColor: session.usesColor)
      .lines.forEach { Terminal.print($0) }
    for path in written { Terminal.print("  \(path)") }
  }
}

extension RunFacts {
  /// None where all documents are of one run.
  fileprivate var mixedReason: [Reason] {
    var reasons: [Reason] = []
    if let (commit, path) = foreignDocument {
      reasons.append(
        Reason(
          .runsMixed,
          "\(SafeText.oneLine(path)) is of commit \(SafeText.oneLine(String(commit.prefix(12)))), and this"
            + " run of \(SafeText.oneLine(String((header.commit ?? "").prefix(12)))): give the documents of"
            + " this run, or say with --commit what they are of"))
    }
    guard mixedRuns.count > 1 else { return reasons }
    let names = mixedRuns.prefix(3).map { SafeText.oneLine($0) }.joined(separator: ", ")
    let more = mixedRuns.count > 3 ? " and \(NumberText.count(mixedRuns.count - 3)) more" : ""
    return reasons + [
      Reason(
        .runsMixed,
        "documents of several runs (\(names)\(more)) were taken for one, \(SafeText.oneLine(header.id)):"
          + " give those of one run, or name it with --run-id")
    ]
  }
}

extension LabelClash {
  fileprivate var reason: Reason {
    let others = count > 1 ? " and \(NumberText.count(count - 1)) other names" : ""
    return Reason(
      .labelMissing,
      "\(SafeText.oneLine(name))\(others) stand in \(SafeText.oneLine(firstPath)) and in "
        + "\(SafeText.oneLine(secondPath)), with no label to tell them apart: give each its own, as "
        + "in `labels: {\"\(SafeText.oneLine(secondPath))\": {os: windows}}` in tidemark.yml")
  }
}
