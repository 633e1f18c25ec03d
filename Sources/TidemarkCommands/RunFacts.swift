internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkRun
private import TidemarkSyntax

/// Which run it is: what was given, else what the CI platform tells, else the inputs, else git.
struct RunFacts: Sendable {
  var header: RunHeader
  var job: String
  var jobURL: String?
  /// Which try of the job it is, where the platform counts those apart from the run's attempts.
  var jobAttempt: Int?
  var defaultBranch: String?
  /// The ids of the runs whose documents are among the inputs, if there are several.
  var mixedRuns: [String]
  /// A document of another commit than the platform, the environment or git says that this run is of.
  private(set) var foreignDocument: (commit: String, path: String)?

  /// - Parameters:
  ///   - git: The commit and branch that are checked out here.
  ///   - now: The clock, read once; used where nothing else tells a time.
  init(
    _ options: RunOptions, session: Session, inputs: [RunInput],
    git: (commit: String?, branch: String?), now: Timestamp
  ) throws(Problem) {
    let settings = session.settings
    let platform = session.platform
    let documents = inputs.compactMap { $0.results.part }.map(\.run)
    let told = documents.max { ($0.attempt, $0.time) < ($1.attempt, $1.time) }
    let isCommitGiven = options.commit != nil || settings.text("commit") != nil
    if !isCommitGiven { try RunFacts.checkCommits(inputs) }
    let isNamed = options.runID != nil || settings.text("run_id") != nil
    mixedRuns = isNamed ? [] : RunFacts.mixedRuns(documents)

    let time = try RunFacts.time(options.time ?? settings.text("time"))
    let base = (options.base ?? settings.text("base") ?? platform.base ?? told?.base)
      .map(RunFacts.branch)
    header = RunHeader(
      id: "",
      attempt: options.attempt ?? settings.number("attempt") ?? platform.attempt
        ?? told?.attempt ?? 1,
      time: time ?? platform.startTime ?? told?.time
        ?? inputs.compactMap { $0.results.newestTime }.max() ?? now,
      commit: options.commit ?? settings.text("commit") ?? platform.commit ?? told?.commit
        ?? git.commit,
      branch: options.branch ?? settings.text("branch") ?? platform.branch ?? told?.branch
        ?? git.branch,
      base: base.flatMap { RunFacts.isCommit($0) ? platform.base ?? told?.base : $0 },
      mergeBase: base.flatMap { RunFacts.isCommit($0) ? $0 : nil } ?? platform.mergeBase
        ?? told?.mergeBase,
      pullRequest: options.pullRequest ?? settings.text("pull_request") ?? platform.pullRequest
        ?? told?.pullRequest,
      url: options.url ?? settings.text("url") ?? platform.url ?? told?.url,
      labels: try RunFacts.labels(options.label.isEmpty ? settings.list("label") : options.label))
    if !isCommitGiven { foreignDocument = RunFacts.foreign(inputs, to: header.commit) }
    header.id =
      options.runID ?? settings.text("run_id") ?? platform.runID ?? told?.id
      ?? RunFacts.digest(header, inputs)
    guard header.attempt >= 1 else {
      throw Problem("--attempt \(header.attempt) is no attempt", remedy: "count from 1")
    }
    if let url = header.url, !url.hasPrefix("https://"), !url.hasPrefix("http://") {
      throw Problem("--url \(url) is no address", remedy: "begin it with https://")
    }
    let namedJob = options.job ?? settings.text("job")
    job = namedJob ?? platform.job ?? "default"
    jobURL = platform.jobURL
    // Jobs that were given one name are no tries of one another.
    let isAttemptGiven = options.attempt != nil || settings.number("attempt") != nil
    jobAttempt = namedJob == nil && !isAttemptGiven ? platform.jobAttempt : nil
    defaultBranch = platform.defaultBranch
  }

  /// Results of one commit are no results of another: a document that an earlier pipeline left
  /// behind would make this one's verdict.
  private static func checkCommits(_ inputs: [RunInput]) throws(Problem) {
    var first: (commit: String, path: String)?
    for (commit, path) in commits(inputs) {
      guard let standing = first else {
        first = (commit, path)
        continue
      }
      guard standing.commit == commit else {
        throw Problem(
          "holds results of commit \(commit.prefix(12)), and \(standing.path) those of "
            + "\(standing.commit.prefix(12))", path: path,
          remedy: "give `report` the documents of one run, or say with --commit what they are of")
      }
    }
  }

  /// The commits that documents tell, each with the document.
  private static func commits(_ inputs: [RunInput]) -> [(commit: String, path: String)] {
    inputs.compactMap { input in
      guard let part = input.results.part, let commit = part.run.commit else { return nil }
      return (commit, part.document ?? input.record.path)
    }
  }

  /// The first document that is of another commit than `commit`, which may be a short name.
  private static func foreign(
    _ inputs: [RunInput], to commit: String?
  ) -> (commit: String, path: String)? {
    guard let commit else { return nil }
    return commits(inputs).first { told in
      !told.commit.hasPrefix(commit) && !commit.hasPrefix(told.commit)
    }
  }

  /// A run that nobody named has a digest for its id, which differs from job to job: such documents
  /// are of one run.
  private static func mixedRuns(_ documents: [RunHeader]) -> [String] {
    let ids = Set(documents.map(\.id).filter { Identifier($0) == nil })
    return ids.count > 1 ? ids.sorted(by: utf8Precedes) : []
  }

  private static func time(_ text: String?) throws(Problem) -> Timestamp? {
    guard let text else { return nil }
    guard let time = TimeText.parse(text) else {
      throw Problem(
        "--time \(text) is no time", remedy: "write it as in 2026-11-23T13:08:00Z (RFC 3339)")
    }
    return time
  }

  static func labels(_ pairs: [String]) throws(Problem) -> Labels {
    var labels = Labels()
    for pair in pairs {
      guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex else {
        throw Problem("--label \(pair) is no label", remedy: "write it as KEY=VALUE")
      }
      labels[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    return labels
  }

  /// The branch's own name: without `refs/heads/`, and without the remote that a checkout calls it by.
  private static func branch(_ name: String) -> String {
    for prefix in ["refs/heads/", "refs/remotes/origin/", "origin/"] where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    return name
  }

  private static func isCommit(_ text: String) -> Bool {
    (40...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (97...102).contains(byte)
      }
  }

  /// An id for a run that no platform has named: commit, time and what the inputs hold.
  private static func digest(_ header: RunHeader, _ inputs: [RunInput]) -> String {
    var json = JSONWriter()
    json.array { json in
      json.string(header.commit ?? "")
      json.string(TimeText.rfc3339(header.time))
      for digest in inputs.map(\.digest).sorted() { json.string(digest.description) }
    }
    return Digest.identifier(of: json.bytes).description
  }
}

extension RunInput {
  /// The digest of what the file holds: its names, outcomes and values.
  fileprivate var digest: Identifier {
    var digest = Digest()
    digest.update(record.format ?? "")
    digest.update(results.text.bytes)
    digest.update(results.tests.map(\.outcome.rawValue))
    for test in results.tests {
      withUnsafeBytes(of: test.durationOrNaN.bitPattern.littleEndian) { digest.update($0) }
    }
    for measurement in results.measurements {
      digest.update(measurement.name + "\u{1}" + measurement.metric)
      withUnsafeBytes(of: measurement.value.bitPattern.littleEndian) { digest.update($0) }
    }
    return Identifier(bits: digest.finish().prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }
}
