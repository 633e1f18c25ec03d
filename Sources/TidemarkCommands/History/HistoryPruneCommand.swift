import ArgumentParser
internal import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// `tidemark history prune`: takes old runs away, by a written policy.
struct HistoryPruneCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Take old runs away: keep all for a while, then one a day, then one a week.",
    discussion: """
      Kept for good: runs of a commit or branch that a tag of this repository names, runs that a
      pattern of --keep meets, and runs that an acceptance begins at. A run that went stays away
      from every copy, because the record of it travels along.
      Ages are counted from the newest run, so that a project that rests loses nothing.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Option(help: "How long every run is kept: 90d (the default), 12 weeks, 1 year.")
  var all: String?

  @Option(help: "Until what age one run a day is kept (default: 1 year).")
  var daily: String?

  @Option(help: "Until what age one run a week is kept (default: for good).")
  var weekly: String?

  @Option(
    help: "A pattern over branches and labels (KEY=VALUE) that are kept for good. May be repeated.")
  var keep: [String] = []

  @Option(help: "The moment that ages are counted from (RFC 3339; default: the newest run's).")
  var time: String?

  @Flag(help: "Only say what would go.")
  var dryRun = false

  func run() async throws {
    let session = try Session(common)
    let tags = await Git.tags()
    let policy = try session.orExit(.usage) { () throws(Problem) in
      try self.policy(session.settings, tags)
    }
    let now = try session.orExit(.usage) { () throws(Problem) in try moment(session.settings) }
    if tags.commits.isEmpty {
      session.progress.say(
        "no tag is known here: only --keep and `retention: {keep: …}` tell which runs are releases'"
      )
    }
    let isDryRun = session.isDryRun(dryRun)
    let result = try session.orExit(.nothingRead) { () throws(Problem) in
      try options.folder(session.settings).prune(
        policy.words, policy: policy, now: now,
        latest: Timestamp(millisecondsSince1970: ProcessEnvironment.now()), isDryRun: isDryRun)
    }
    result.damaged.collapsed().forEach(session.progress.warn)
    session.isJSON
      ? printJSON(result, policy.words, isDryRun: isDryRun) : printLines(result, isDryRun: isDryRun)
  }

  private func policy(
    _ settings: Config, _ tags: (commits: Set<String>, names: Set<String>)
  ) throws(Problem) -> RetentionPolicy {
    let retention = settings.history.retention
    let standard = RetentionPolicy()
    let patterns = (keep.isEmpty ? retention?.keep ?? [] : keep).map { Glob($0) }
    let policy = RetentionPolicy(
      all: try seconds(all, "--all") ?? retention?.all ?? standard.all,
      daily: try seconds(daily, "--daily") ?? retention?.daily ?? standard.daily,
      weekly: try seconds(weekly, "--weekly") ?? retention?.weekly,
      isKept: { header in
        if let commit = header.commit, header.pullRequest == nil, tags.commits.contains(commit) {
          return true
        }
        // A tag's pipeline calls the tag its branch.
        let branch = header.branch ?? ""
        if header.pullRequest == nil, tags.names.contains(branch) { return true }
        let names = [branch] + header.labels.pairs.map { "\($0.key)=\($0.value)" }
        return patterns.contains { pattern in
          names.contains { pattern.matches($0) }
        }
      })
    return policy
  }

  private func seconds(_ text: String?, _ option: String) throws(Problem) -> Double? {
    guard let text else { return nil }
    guard let seconds = ConfigValue.duration(text) else {
      throw Problem("\(option) \(text) is no duration", remedy: "give it a unit, as in 90d")
    }
    return seconds
  }

  private func moment(_ settings: Config) throws(Problem) -> Timestamp? {
    guard let text = time ?? settings.text("time") else { return nil }
    guard let moment = TimeText.parse(text) else {
      throw Problem("--time \(text) is no time", remedy: "write it as in 2026-11-23T13:08:00Z")
    }
    return moment
  }

  private func printLines(_ result: PruneResult, isDryRun: Bool) {
    for run in result.runs {
      let place = run.header.pullRequest.map { "#\($0)" } ?? run.header.branch ?? "–"
      Terminal.print(
        Terminal.harmless(
          "\(TimeText.minute(run.header.time))  \(String((run.header.commit ?? "–").prefix(9)))  "
            + "\(SafeText.oneLine(place))  \(SafeText.oneLine(run.header.id))"))
    }
    let kept = RetentionPolicy.Reason.allCases.compactMap { reason in
      result.kept[reason].map { "\(NumberText.count($0)) \(reason.word)" }
    }
    let verb = isDryRun ? "would go" : "went"
    let bytes =
      isDryRun
      ? ""
      : "; \(NumberText.count(result.bytesBefore)) bytes are now "
        + NumberText.count(result.bytesAfter)
    Terminal.print(
      "\(NumberText.count(result.runs.count, "run")) \(verb); kept: "
        + (kept.isEmpty ? "none" : kept.joined(separator: ", ")) + bytes)
  }

  private func printJSON(_ result: PruneResult, _ policy: String, isDryRun: Bool) {
    var json = JSONWriter()
    json.object { json in
      json.member("policy", policy)
      json.member("dry_run", isDryRun)
      json.member("pruned", array: result.runs) { json, run in
        json.object { run.header.write(to: &$0) }
      }
      json.key("kept")
      json.object { json in
        for reason in RetentionPolicy.Reason.allCases {
          json.member(reason.rawValue, result.kept[reason] ?? 0)
        }
      }
      json.member("bytes_before", result.bytesBefore)
      json.member("bytes_after", result.bytesAfter)
    }
    json.newLine()
    Terminal.print(bytes: json.bytes)
  }
}

extension RetentionPolicy {
  /// `all for 90 days, then daily for 365 days, then weekly`
  fileprivate var words: String {
    let end = weekly.map { " for \(days($0))" } ?? ""
    return "all for \(days(all)), then daily for \(days(daily)), then weekly\(end)"
  }

  private func days(_ seconds: Double) -> String {
    "\(NumberText.exact(seconds / 86_400) ?? "–") days"
  }
}

extension RetentionPolicy.Reason {
  fileprivate var word: String {
    switch self {
    case .young: "young"
    case .release: "of releases"
    case .accepted: "accepted"
    case .daily: "of a day"
    case .weekly: "of a week"
    }
  }
}
