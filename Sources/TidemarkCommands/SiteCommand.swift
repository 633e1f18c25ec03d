import ArgumentParser
internal import TidemarkAnalysis
private import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkReport
private import TidemarkSite
private import TidemarkSyntax

/// `tidemark site`: the site from the stored history alone, without a new run.
///
/// The newest run of a branch is judged anew against the runs before it, with the config as it is
/// now; nothing is recorded.
struct SiteCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "site",
    abstract: "Write the site from the stored history alone, without a new run.",
    discussion: """
      For a scheduled Pages job, or a new theme. The newest run of the branch is judged against the
      runs before it, as `report` did, and the site is written to OUT/site. Messages of failures
      and input files are not kept in a history: the pipeline's own report has them.

      Exits 3 if the history has no run to show, with a site that says so; 0 with --allow-empty.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "The history") var historyOptions: HistoryOptions
  @OptionGroup(title: "The output") var places: PlaceOptions

  @Option(
    help:
      "The branch whose newest run is shown (default: the default branch, as far as it is known)."
  )
  var branch: String?

  @Flag(help: "Exit 0 even if the history has no run.")
  var allowEmpty = false

  func run() async throws {
    let session = try Session(common, branch: branch)
    let settings = session.settings
    let plan = try session.orExit(.usage) { () throws(Problem) in
      var judge = JudgeOptions(generator: Generator(version: Tidemark.version))
      try judge.take(settings)
      judge.key = try places.reportKey(settings)
      judge.links.site = try places.siteAddress(settings)
      return (judge, theme: try places.siteTheme(settings))
    }
    let history = historyOptions.folder(settings)
    let (contents, problem) = ReportCommand.load(history, runs: plan.0.storedRuns)
    let wanted = branch ?? settings.text("branch")
    let shown = StoredBranch(contents, named: wanted, platform: session.platform)
    var options = plan.0
    options.take(settings.aliases, in: contents)
    options.defaultBranch = session.platform.defaultBranch ?? shown.name
    if let run = shown.run {
      await ReferenceRuns.find(for: &options.thresholds, in: history, run: run.header)
    }
    let report = await report(
      shown, of: contents, options, problem ?? shown.absence(in: history.directory))
    var look = places.siteOptions(settings)
    look.source = .history
    let out = places.folder(settings)
    let files = try await write(report, theme: plan.theme, look, to: out, session)
    answer(report, folder: out, files: files, session)
    if let problem { throw session.fail(problem, .nothingRead) }
    if shown.run == nil, !(allowEmpty || settings.flag("allow_empty") ?? false) {
      throw session.fail(shown.absence(in: history.directory), .nothingRead)
    }
  }

  private func report(
    _ shown: StoredBranch, of contents: HistoryContents, _ given: JudgeOptions, _ absence: Problem
  ) async -> Report {
    var options = given
    guard let stored = shown.run else {
      var report = Report(
        run: RunHeader(id: "", time: Timestamp(millisecondsSince1970: 0), branch: shown.name),
        generator: options.generator, key: options.key)
      report.links = options.links
      report.reasons = [Reason(.nothingRead, absence.description)]
      return report
    }
    if let commit = stored.header.commit { options.commits = await CommitLog.read(upTo: commit) }
    options.links.run = stored.header.url
    var report = await Judge(options: options)
      .report(on: Run(stored, in: contents), against: contents, workers: 2)
    report.keepFailure(of: stored.judgement)
    report.replay = await record(of: contents, options, branch: shown.name)
    return report
  }

  /// Judgements of a series in a run that are made again at most: about two seconds.
  private static let replayLimit = 20_000

  /// How often alarms about the newest runs held, as far back as it can be told in little time.
  private func record(
    of contents: HistoryContents, _ options: JudgeOptions, branch: String?
  ) async -> ReplayRecord? {
    let series = contents.runs.last?.values.count ?? 0
    let newest = min(Self.replayLimit / max(series, 1), options.baselineRuns)
    guard series > 0, newest > Replay.laterRuns else { return nil }
    return await Replay(
      of: contents, options: options, branch: branch, newest: newest, workers: 2
    ).record
  }

  private func write(
    _ report: Report, theme: Theme, _ look: SiteOptions, to out: String, _ session: Session
  ) async throws -> Int {
    let clock = ContinuousClock()
    let start = clock.now
    do throws(Problem) {
      let files = try await ReportPlan.site(report, theme: theme, options: look)
      let rendered = clock.now
      try await OutputFolder(path: out).write(files, owned: ["site"])
      let size = files.reduce(0) { $0 + $1.bytes.count }
      session.progress.detail(
        "rendered \(files.count) files (\(size) bytes) in \(rendered - start), "
          + "written in \(clock.now - rendered)")
      return files.count
    } catch {
      throw session.fail(error, .usage)
    }
  }

  private func answer(_ report: Report, folder: String, files: Int, _ session: Session) {
    let path = folder + "/site/index.html"
    let hasRun = !report.runs.isEmpty
    guard session.isJSON else {
      let name = hasRun ? "run \(report.run.id): \(report.verdict.rawValue)" : "no run"
      return Terminal.print(Terminal.harmless("\(path)  (\(SafeText.oneLine(name)))"))
    }
    var json = JSONWriter()
    json.object { json in
      json.member("path", path)
      json.member("files", files)
      json.member("run", hasRun ? report.run.id : nil)
      json.member("commit", report.run.commit)
      json.member("branch", report.run.branch)
      json.member("verdict", report.verdict.rawValue)
    }
    json.newLine()
    Terminal.print(bytes: json.bytes)
  }
}

/// The branch that a site shows, and its newest run.
private struct StoredBranch {
  private(set) var name: String?
  private(set) var run: StoredRun?
  /// All branches with runs, in the order of their names.
  private let known: [String]

  /// - Parameter named: What was asked for; else the platform's default branch, `main` or `master`, if it
  ///   has runs, else the branch of the newest run.
  init(_ contents: HistoryContents, named: String?, platform: PlatformFacts) {
    let runs = contents.runs.filter { $0.header.pullRequest == nil }
    known = Set(runs.compactMap(\.header.branch)).sorted(by: utf8Precedes)
    let candidates =
      named.map { [$0] } ?? [platform.defaultBranch, "main", "master"].compactMap { $0 }
    for candidate in candidates where run == nil {
      run = runs.last { $0.header.branch == candidate }
    }
    if named == nil, run == nil { run = runs.last }
    name = run?.header.branch ?? named
  }

  /// Why there is nothing to show.
  func absence(in directory: String) -> Problem {
    guard let name, !known.isEmpty else {
      return Problem(
        "the history has no run to show", path: directory,
        remedy: "record one with `tidemark report`, or name another --history")
    }
    return Problem(
      "the history has no run of the branch \(name)", path: directory,
      remedy: "name one of: " + known.prefix(20).joined(separator: ", "))
  }
}

extension Report {
  /// What a history keeps of a run may look better than what was seen: a problem in an input is not
  /// there to be judged again. A failure that neither tests nor series account for stays one.
  fileprivate mutating func keepFailure(of judgement: Judgement?) {
    guard let judgement, judgement.verdict == Verdict.fail.rawValue, verdict != .fail,
      judgement.newlyFailing == 0, judgement.regressed == 0
    else { return }
    verdict = .fail
    if let last = runs.indices.last { runs[last].verdict = .fail }
    reasons.append(
      Reason(
        .problem,
        "the run was recorded as failed for something that the history does not keep, as a problem "
          + "in an input; its own report says which"))
    reasons = reasons.weightiestFirst
  }
}
