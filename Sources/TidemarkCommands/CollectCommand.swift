import ArgumentParser
private import TidemarkConfig
private import TidemarkFormats
internal import TidemarkModel
private import TidemarkRun
private import TidemarkSyntax

/// `tidemark collect`: one job's results as a run document, for a later `report` to take in.
struct CollectCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect",
    abstract: "Read one job's results into a run document, to be merged by a later report.",
    discussion: """
      The document carries the job's name, its labels and the facts of its machine, so that a
      report on another machine tells the jobs of a matrix apart. Exits 3 if no result was read;
      the document is written all the same.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup(title: "The run") var runOptions: RunOptions

  @Option(help: "The file to write (default: standard output).")
  var out: String?

  @Flag(help: "Exit 0 even if no result was read.")
  var allowEmpty = false

  @Argument(help: "Files, folders or patterns; FORMAT:PATH forces a format.")
  var paths: [String] = []

  func run() async throws {
    let session = try Session(common, branch: runOptions.branch)
    let named = paths.isEmpty ? session.settings.list("inputs") : paths
    guard !named.isEmpty else {
      throw session.fail(
        Problem("no input was named", remedy: "name files, folders or patterns to read"), .usage)
    }
    try session.orExit(.usage) { () throws(Problem) in try InputNames.check(named) }
    let settings = session.settings
    async let head = Git.head()
    let gathering = await Gathering(
      named, excluding: [], labels: { settings.labels(forInput: $0) },
      progress: session.progress)
    let git = await head
    let facts = try session.orExit(.usage) { () throws(Problem) in
      try RunFacts(
        runOptions, session: session, inputs: gathering.inputs, git: git,
        now: Timestamp(millisecondsSince1970: ProcessEnvironment.now()))
    }
    let header = PartHeader(
      run: facts.header, job: facts.job, jobURL: facts.jobURL, jobAttempt: facts.jobAttempt,
      environment: MachineFacts.read(environment: session.environment))
    let entries = gathering.inputs.map {
      RunDocument.Entry(record: $0.record, labels: $0.labels, results: $0.results)
    }
    let unread = gathering.unread.map { RunDocument.Entry(record: $0) }
    let document = RunDocument.write(
      (entries + unread).sorted { utf8Precedes($0.record.path, $1.record.path) }, header: header)
    try session.orExit(.usage) { () throws(Problem) in
      guard let out = out.ifGiven else { return Terminal.print(bytes: document) }
      try OutputFolder.make(for: out)
      try FileBytes.write(document, to: out)
    }
    for record in gathering.unread {
      if let error = record.error { session.progress.warn(error) }
    }
    if session.isJSON, let out = out.ifGiven {
      Terminal.print(bytes: Self.answer(out, header.run, gathering))
    }
    session.progress.say(
      "\(NumberText.count(gathering.inputs.count, "file")) read"
        + (gathering.unread.isEmpty ? "" : ", \(gathering.unread.count) not"))
    if !gathering.hasResults, !(allowEmpty || (settings.flag("allow_empty") ?? false)) {
      throw ExitStatus.nothingRead
    }
  }

  /// What `--json` prints where the document itself goes to a file.
  private static func answer(_ path: String, _ run: RunHeader, _ gathering: Gathering) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("path", path)
      json.member("run", run.id)
      json.member("read", gathering.inputs.count)
      json.member("unread", gathering.unread.count)
    }
    json.newLine()
    return json.bytes
  }
}
