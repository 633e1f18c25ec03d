private import TidemarkModel
package import TidemarkReport
package import TidemarkSinks
private import TidemarkSyntax

/// What is published: a report whose fields were checked, with the facts that the platform tells in
/// place of what it claims of itself, and the texts that are made of it.
package struct Publication: Sendable {
  package let report: Report
  /// `[a-z0-9._-]{1,64}`
  package let key: String
  /// The run that was tested, and which other writers of the comment compare theirs with.
  package let mark: RunMark
  /// junit/tidemark*.xml beside the report, in their order; only of `results`.
  package let folder: String

  /// - Parameter facts: What the platform says of the tested run; it wins over the report.
  /// - Throws: ``Failure`` of the kind `refused` where the report is of another commit.
  package init(
    _ report: Report, key: String, facts: TestedRun, folder: String
  ) throws(Failure) {
    if let claimed = report.run.commit, let commit = facts.commit,
      !Publication.isSameCommit(claimed, commit)
    {
      throw Failure(
        .refused,
        "the report is of the commit \(Publication.shown(claimed)), and what was tested is "
          + Publication.shown(commit), remedy: "publish the report of this run")
    }
    if let claimed = report.run.pullRequest.flatMap({ Int($0) }),
      let number = facts.pullRequest.flatMap({ Int($0) }), claimed != number
    {
      throw Failure(
        .refused,
        "the report names the pull request \(claimed), and the run belongs to \(number)",
        remedy: "publish the report of this run")
    }
    var report = report
    report.run.commit = facts.commit ?? report.run.commit
    report.run.id = facts.runID ?? report.run.id
    report.run.attempt = facts.attempt ?? report.run.attempt
    report.run.pullRequest = facts.pullRequest
    report.run.branch = facts.branch ?? report.run.branch
    report.run.url = facts.url ?? report.run.url
    report.links.run = report.run.url
    // A stranger's report does not choose where our comment sends its readers.
    report.links.site = facts.siteURL ?? (facts.isFork ? nil : report.links.site)
    if facts.isFork { report.links.artifact = nil }
    report.key = key
    self.report = report
    self.key = key
    self.folder = folder
    mark = RunMark(
      sha: report.run.commit, run: report.run.id, attempt: report.run.attempt)
  }

  /// The comment, whole: marker line, meta line, sections; at most 60,000 UTF-16 units.
  package func comment() throws(Failure) -> String { try text(Comment.self) }

  /// The job's summary; at most 1 MiB.
  package func summary() throws(Failure) -> String { try text(Summary.self) }

  /// The comment's sections for a check's page, in at most `bytes` of UTF-8.
  ///
  /// - Parameter more: How many findings have no line of their own beside it.
  package func brief(bytes: Int, more: Int = 0) -> String {
    let note =
      more > 0
      ? "\n\(NumberText.count(more)) more findings are in the full report, not at their lines.\n"
      : ""
    return Summary.brief(report, sink: "check", byteBudget: bytes - note.utf8.count) + note
  }

  private func text(_ sink: any Sink.Type) throws(Failure) -> String {
    do throws(Problem) {
      let file = try sink.render(report, options: SinkOptions()).files.first
      return String(decoding: file?.bytes ?? [], as: UTF8.self)
    } catch { throw Failure(.refused, error.what) }
  }

  /// Everything that is wrong, the worst first.
  package var findings: [Finding] { Finding.all(in: report) }

  /// `✗ fail: 2 tests newly failing`, at most `limit` UTF-16 units, on one line.
  package func headline(limit: Int) -> String {
    SafeText.middleCut(SafeText.oneLine(Headline.verdict(of: report)), units: limit)
  }

  /// Where a status or a check sends its reader: the site, else the run.
  package var address: String? {
    [report.links.site, report.run.url].lazy.compactMap { $0 }
      .compactMap(Markdown.absoluteAddress).first
  }

  /// Both may be cut short, to seven digits at the least.
  private static func isSameCommit(_ first: String, _ second: String) -> Bool {
    let length = min(first.utf8.count, second.utf8.count)
    return length >= 7 && first.lowercased().prefix(length) == second.lowercased().prefix(length)
  }

  private static func shown(_ commit: String) -> String {
    String(SafeText.oneLine(commit).prefix(40))
  }
}

/// What the platform says of the run that was tested.
package struct TestedRun: Hashable, Sendable {
  package var commit: String?
  package var branch: String?
  package var defaultBranch: String?
  /// The number that people see; nil for no pull request.
  package var pullRequest: String?
  package var runID: String?
  package var attempt: Int?
  package var url: String?
  package var siteURL: String?
  /// Whether the change comes from another repository.
  package var isFork = false

  package init() {}
}

/// Which run wrote something, so that an older one does not write over it.
package struct RunMark: Hashable, Sendable {
  package var sha: String?
  package var run: String
  package var attempt: Int

  package init(sha: String?, run: String, attempt: Int) {
    self.sha = sha
    self.run = run
    self.attempt = attempt
  }

  /// Of a text whose second line is `<!-- tidemark:meta {…} -->`; nil for another one.
  package init?(inBody body: String) {
    let head = body.prefix(2000).split(
      maxSplits: 2, omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard head.count > 1 else { return nil }
    let line = head[1].drop(while: \.isWhitespace)
    guard line.hasPrefix("<!-- tidemark:meta "), let end = line.firstRange(of: " -->") else {
      return nil
    }
    let json = Array(line[..<end.lowerBound].dropFirst("<!-- tidemark:meta ".count).utf8)
    let mark = try? JSONReader.read(json, count: json.count) { (root, _) throws(Problem) in
      guard let run = root["run"]?.scalarText else { throw Problem("there is no run") }
      return RunMark(
        sha: root["sha"]?.string, run: run, attempt: root["attempt"]?.int ?? 1)
    }
    guard let mark else { return nil }
    self = mark
  }

  /// Whether this run began after `other`: a higher number, on equality a higher attempt. Numbers
  /// are compared where both ids are one or end in one behind the same text (`job#12`).
  package func isNewer(than other: RunMark) -> Bool {
    if run == other.run { return attempt > other.attempt }
    let (name, number) = RunMark.split(run)
    let (otherName, otherNumber) = RunMark.split(other.run)
    guard name == otherName, let number, let otherNumber else { return false }
    return number > otherNumber
  }

  private static func split(_ run: String) -> (Substring, UInt64?) {
    let digits = run.reversed().prefix { ("0"..."9").contains($0) }.count
    return (run.dropLast(digits), UInt64(run.suffix(digits)))
  }
}
