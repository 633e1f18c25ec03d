import ArgumentParser
internal import TidemarkConfig
private import TidemarkFormats
internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// `tidemark doctor`: looks at everything that a report rests on, and says what to do.
struct DoctorCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check configuration, environment, git, history and output; say what to do.",
    discussion: "Exits 2 if the configuration is wrong, 3 if the history cannot be read, else 0.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var historyOptions: HistoryOptions

  @Option(help: "The folder that reports are written under.")
  var out: String?

  func run() async throws {
    // A configuration that is wrong has been named, with its place, when this fails.
    let session = try Session(common)
    var findings = [configuration(session.settings)] + variables(session.settings)
    findings += platform(session)
    findings += benchmarks(session.settings)
    findings.append(await repository(session))
    let (history, isReadable) = history(historyOptions.folder(session.settings))
    findings += history
    findings.append(output(out ?? session.settings.text("out") ?? "tidemark-report"))
    for finding in findings {
      if session.isJSON {
        Terminal.print(bytes: finding.json)
      } else {
        Terminal.print(Terminal.harmless(finding.line))
      }
    }
    if !isReadable { throw ExitStatus.nothingRead }
  }

  private func configuration(_ config: Config) -> Finding {
    guard let path = config.path else {
      return Finding(.good, "configuration", "no tidemark.yml here: defaults hold")
    }
    let overlays =
      config.overlays.isEmpty ? "" : ", with " + config.overlays.joined(separator: ", ")
    return Finding(.good, "configuration", "\(path) is right\(overlays)")
  }

  private func variables(_ config: Config) -> [Finding] {
    config.unknownVariables().map { name, nearest in
      Finding(
        .warning, "environment", "\(name) is no option, so it is ignored",
        remedy: nearest.map { "did you mean \($0)?" } ?? "unset it")
    }
  }

  /// What `matrix` and `run` would make of `benchmarks`; nothing where it configures neither.
  private func benchmarks(_ config: Config) -> [Finding] {
    let benchmarks = config.benchmarks
    guard
      !benchmarks.commands.isEmpty || !benchmarks.models.isEmpty || !benchmarks.tasks.isEmpty
        || !benchmarks.providers.isEmpty
    else { return [] }
    do throws(Problem) {
      let matrix = try JobMatrix(config)
      return [
        Finding(
          .good, "benchmarks",
          "\(NumberText.count(matrix.jobs.count)) jobs, "
            + "\(NumberText.count(matrix.graph.tasks.count)) tasks")
      ] + matrix.problems.map { Finding(.warning, "benchmarks", $0.description) }
    } catch {
      return [Finding(.problem, "benchmarks", error.description)]
    }
  }

  private func platform(_ session: Session) -> [Finding] {
    let facts = session.platform
    guard let platform = facts.platform else {
      return [
        Finding(
          .warning, "platform", "no CI platform's variables are set",
          remedy: "outside CI give --run-id, --commit and --branch, or let git tell")
      ]
    }
    let told = [
      ("run", facts.runID), ("commit", facts.commit), ("branch", facts.branch),
      ("base", facts.base), ("pull request", facts.pullRequest), ("job", facts.job),
    ].compactMap { name, value in value.map { "\(name) \($0)" } }
    var findings = [
      Finding(
        .good, "platform",
        platform.rawValue + (told.isEmpty ? "" : ": " + told.joined(separator: ", ")))
    ]
    if facts.runID == nil {
      findings.append(
        Finding(
          .warning, "platform", "it tells no run id",
          remedy: "give --run-id: without one the jobs of a run are runs of their own"))
    }
    if facts.isFork {
      findings.append(
        Finding(
          .good, "platform",
          "a pull request from a fork: report and collect need no token and work as ever"))
    }
    return findings
  }

  private func repository(_ session: Session) async -> Finding {
    let head = await Git.head()
    guard let commit = head.commit else {
      return Finding(
        .warning, "git", "no git repository here (or no git)",
        remedy: "run in the checkout: suspects and the commit come from it")
    }
    let depth = await Git.log(upTo: commit, limit: 2).count
    guard depth > 1 else {
      return Finding(
        .warning, "git", "the clone holds a single commit",
        remedy: "fetch some history (fetch-depth: 50) so that a change can name its suspects")
    }
    return Finding(
      .good, "git", "\(commit.prefix(9)) on \(head.branch ?? "a detached head")")
  }

  private func history(_ history: History) -> (findings: [Finding], isReadable: Bool) {
    do throws(Problem) {
      let (runs, damaged) = try history.listing()
      guard let newest = runs.last else {
        let finding = Finding(
          .warning, "history", "\(history.directory) has no run yet",
          remedy: "bring the stored history to it before the step, or let the first run begin one")
        return ([finding], true)
      }
      let seconds = Timestamp(millisecondsSince1970: ProcessEnvironment.now())
        .seconds(since: newest.header.time)
      var findings = [
        Finding(
          .good, "history",
          "\(NumberText.count(runs.count, "run")) in \(history.directory), the newest "
            + "\(TimeText.age(seconds: seconds)) old")
      ]
      let broken = try history.verify(setsAside: false).damaged
      findings += broken.collapsed().map { damage in
        Finding(
          .problem, "history", damage.description,
          remedy: "`tidemark history verify` takes it out of the way")
      }
      let paths = Set(broken.map(\.path))
      findings += damaged.filter { !paths.contains($0.path) }.collapsed().map { aside in
        Finding(.warning, "history", aside.description)
      }
      return (findings, true)
    } catch {
      return ([Finding(.problem, "history", error.description)], false)
    }
  }

  private func output(_ folder: String) -> Finding {
    let probe = [OutputFolder.File(path: ".tidemark-probe", bytes: [])]
    do throws(Problem) {
      try OutputFolder(path: folder).check(probe)
      return Finding(.good, "output", "\(folder) can be written")
    } catch {
      return Finding(.problem, "output", error.description)
    }
  }
}

/// One thing that the doctor looked at.
private struct Finding {
  enum Weight: String { case good, warning, problem }

  var weight: Weight
  var subject: String
  var what: String
  var remedy: String?

  init(_ weight: Weight, _ subject: String, _ what: String, remedy: String? = nil) {
    self.weight = weight
    self.subject = subject
    self.what = what
    self.remedy = remedy
  }

  var line: String {
    let glyph =
      switch weight {
      case .good: "✓"
      case .warning: "!"
      case .problem: "✗"
      }
    let text = "\(glyph) \(subject): \(SafeText.oneLine(what))"
    return remedy.map { "\(text); \(SafeText.oneLine($0))" } ?? text
  }

  var json: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("subject", subject)
      json.member("weight", weight.rawValue)
      json.member("message", what)
      json.member("remedy", remedy)
    }
    json.newLine()
    return json.bytes
  }
}
