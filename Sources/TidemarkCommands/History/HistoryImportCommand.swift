import ArgumentParser
private import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkImport
internal import TidemarkModel
private import TidemarkRun
private import TidemarkSyntax

/// `tidemark history import`: takes in the histories of other tools.
struct HistoryImportCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Take in the history that another tool has kept.",
    discussion: """
      Reads github-action-benchmark's data.js, asv's results folder, Bencher's reports and perf
      (JSON), Allure's history (history.json beside its report, or history.jsonl), and folders in
      which each file is one run's results (pytest-benchmark's storage, JMH's files, any format that
      `tidemark formats` lists). Importing the same again changes nothing.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Option(
    help: "The branch of runs whose file tells none (default: the repository's, else main).")
  var branch: String?

  @Option(help: "The job of results whose file tells none.")
  var job: String?

  @Option(
    help: ArgumentHelp(
      "A label of all results, KEY=VALUE, as `report` is given it. May be repeated.",
      valueName: "key=value"))
  var label: [String] = []

  @Flag(help: "Only say what would come in.")
  var dryRun = false

  @Argument(help: "Files, folders or patterns.")
  var paths: [String]

  func run() async throws {
    let session = try Session(common)
    let history = options.folder(session.settings)
    let branch = await branchName(session)
    let pairs = label.isEmpty ? session.settings.list("label") : label
    let labels = try session.orExit(.usage) { () throws(Problem) in try RunFacts.labels(pairs) }
    let found = Import(
      paths, branch: branch, job: job ?? session.settings.text("job") ?? "default",
      labels: labels, excluding: [history.directory])
    say(found.skipped, session)
    if found.datedByFile > 0 {
      session.progress.say(
        "\(NumberText.count(found.datedByFile, "file")) tell no time: theirs is the file's own")
    }
    guard !found.runs.isEmpty else {
      throw session.fail(
        Problem(
          "no run was found", remedy: "`tidemark history import --help` says what can be imported"),
        .nothingRead)
    }
    let (added, present) = try session.orExit(.nothingRead) { () throws(Problem) in
      try history.appendMissing(
        found.runs, normalisationVersion: Normalisation.version, isDryRun: session.isDryRun(dryRun))
    }
    answer(found, added, present, branch: branch, session)
  }

  /// What is given, else the repository's default branch, else the one that is checked out.
  private func branchName(_ session: Session) async -> String {
    if let given = branch ?? session.platform.defaultBranch { return given }
    return await Git.defaultBranch() ?? "main"
  }

  private static let shownProblems = 20

  private func say(_ skipped: [Problem], _ session: Session) {
    skipped.prefix(Self.shownProblems).forEach(session.progress.warn)
    if skipped.count > Self.shownProblems {
      let more = NumberText.count(skipped.count - Self.shownProblems)
      session.progress.say("and \(more) more were left out; --json lists them all")
    }
  }

  private func answer(
    _ found: Import, _ added: [RecordedRun], _ present: Int, branch: String, _ session: Session
  ) {
    let series = added.reduce(0) { $0 + $1.run.parts.reduce(0) { $0 + $1.values.count } }
    let tests = added.reduce(0) { $0 + $1.run.parts.reduce(0) { $0 + $1.tests.count } }
    if session.isJSON {
      var json = JSONWriter()
      json.object { json in
        json.member("dry_run", session.isDryRun(dryRun))
        json.member("branch", branch)
        json.key("files")
        json.object { json in
          for (name, count) in found.files.sorted(by: { utf8Precedes($0.key, $1.key) }) {
            json.member(name, count)
          }
        }
        json.member("added", array: added) { json, run in
          json.object { run.run.header.write(to: &$0) }
        }
        json.member("present", present)
        json.member("values", series)
        json.member("tests", tests)
        json.member("skipped", array: found.skipped) { $0.string($1.description) }
      }
      json.newLine()
      Terminal.print(bytes: json.bytes)
      return
    }
    for (name, count) in found.files.sorted(by: { utf8Precedes($0.key, $1.key) }) {
      Terminal.print("\(name): \(NumberText.count(count, "file"))")
    }
    let verb = session.isDryRun(dryRun) ? "would come in" : "came in"
    let span: String
    if let first = added.first, let last = added.last {
      span =
        ", from \(TimeText.minute(first.run.header.time)) to "
        + TimeText.minute(last.run.header.time)
    } else {
      span = ""
    }
    Terminal.print(
      "\(NumberText.count(added.count, "run")) \(verb) (\(NumberText.count(series, "value")), "
        + "\(NumberText.count(tests, "test result")))\(span); "
        + "\(NumberText.count(present)) were there already")
  }
}
