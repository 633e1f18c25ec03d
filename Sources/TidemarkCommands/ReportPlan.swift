internal import TidemarkAnalysis
internal import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSinks
internal import TidemarkSite
private import TidemarkSyntax

/// What `report` is to do, checked before anything is read: options, environment and config in one.
struct ReportPlan: Sendable {
  var paths: [String]
  var history: History
  var out: String
  var only: Set<String>
  var sinkOptions = SinkOptions()
  var siteOptions = SiteOptions()
  var theme: Theme
  var judgeOptions: JudgeOptions
  var allowEmpty: Bool
  var noRecord: Bool
  var aliases: [Alias]
  var labels: @Sendable (String) -> Labels

  /// Renders every sink that is asked for and writes what they made.
  ///
  /// - Returns: What a person opens first, with the folder.
  func write(_ report: inout Report) async throws(Problem) -> [String] {
    // The site shows the judgement, not what other outputs had no room for: both are made at once.
    let judged = report
    async let site = isAsked("site") ? pages(judged) : .success([])
    var (files, owned, cuts) = try renderings(judged)
    report.cuts += cuts
    files += try await site.get()
    if isAsked("site") { owned.append("site") }
    // report.json comes last: it tells what the others cut.
    if isAsked(ReportFile.name) {
      files += try ReportFile.render(report, options: sinkOptions).files.map {
        OutputFolder.File(path: $0.path, bytes: $0.bytes)
      }
      owned.append("report.json")
    }
    try await OutputFolder(path: out).write(files, owned: owned)
    let first = ["site/index.html", "comment.md", "report.json"]
    let written = Set(files.map(\.path))
    let shown = first.filter(written.contains)
    return (shown.isEmpty ? owned : shown).map { out + "/" + $0 }
  }

  private func renderings(
    _ report: Report
  ) throws(Problem) -> (files: [OutputFolder.File], owned: [String], cuts: [Cut]) {
    var files: [OutputFolder.File] = []
    var owned: [String] = []
    var cuts: [Cut] = []
    for sink in sinks where isAsked(sink.name) && sink.name != ReportFile.name {
      let rendering = try sink.render(report, options: sinkOptions)
      files += rendering.files.map { OutputFolder.File(path: $0.path, bytes: $0.bytes) }
      cuts += rendering.cuts
      owned += Self.places[sink.name] ?? []
    }
    return (files, owned, cuts)
  }

  private func pages(_ report: Report) async -> Result<[OutputFolder.File], Problem> {
    do throws(Problem) {
      return .success(try await Self.site(report, theme: theme, options: siteOptions))
    } catch {
      return .failure(error)
    }
  }

  /// The files of the site, as they stand below `--out`.
  static func site(
    _ report: Report, theme: Theme, options: SiteOptions
  ) async throws(Problem) -> [OutputFolder.File] {
    try await Site.render(report: report, theme: theme, options: options, workers: 2)
      .map { OutputFolder.File(path: "site/" + $0.path, bytes: $0.bytes) }
  }

  private func isAsked(_ name: String) -> Bool { only.isEmpty || only.contains(name) }

  /// What each sink owns below `--out`: a file there of an earlier report goes if it is not written
  /// again.
  private static let places = [
    "comment": ["comment.md"], "summary": ["summary.md"], "junit": ["junit"],
    "jenkins": ["jenkins"], "azure": ["azure"], "gitlab": ["gitlab"], "github": ["github"],
  ]

  /// The names that `--only` takes.
  static let sinkNames = ConfigKeys.outputs
}

extension ReportCommand {
  /// - Throws: A problem of usage or config.
  func plan(_ session: Session) throws(Problem) -> ReportPlan {
    let settings = session.settings
    let named = paths.isEmpty ? settings.list("inputs") : paths
    guard !named.isEmpty else {
      throw Problem("no input was named", remedy: "name files, folders or patterns to read")
    }
    var judge = JudgeOptions(generator: Generator(version: Tidemark.version))
    try judge.take(settings)
    judge.key = try places.reportKey(settings)
    judge.gate = try Self.gateRules(gate.isEmpty ? settings.list("gate") : gate)
    let only = try only(settings)
    let address = try places.siteAddress(settings)
    // No link to pages that are not written.
    let hasSite = settings.reporting.trendAnalysis != false || only.contains("site")
    judge.links.site = hasSite ? address : nil
    return ReportPlan(
      paths: named, history: historyOptions.folder(settings),
      out: places.folder(settings),
      only: only,
      sinkOptions: SinkOptions(
        junitProfile: try Self.profile(output.junitProfile ?? settings.text("junit_profile"))),
      siteOptions: places.siteOptions(settings), theme: try places.siteTheme(settings),
      judgeOptions: judge, allowEmpty: allowEmpty || (settings.flag("allow_empty") ?? false),
      noRecord: noRecord || (settings.flag("no_record") ?? false), aliases: settings.aliases,
      labels: { settings.labels(forInput: $0) })
  }

  /// The outputs that are asked for; empty for all.
  private func only(_ settings: Config) throws(Problem) -> Set<String> {
    let named = try Self.sinkNames(output.only.isEmpty ? settings.list("only") : output.only)
    // The site is where the course of every series is drawn.
    guard named.isEmpty, settings.reporting.trendAnalysis == false else { return named }
    return Set(ReportPlan.sinkNames).subtracting(["site"])
  }

  private static func gateRules(_ names: [String]) throws(Problem) -> [GateRule] {
    var rules: [GateRule] = []
    for name in names {
      guard let rule = GateRule(rawValue: name) else {
        throw Problem(
          "--gate \(name) is no rule",
          remedy: Choice.remedy(name, among: GateRule.allCases.map { $0.rawValue }))
      }
      if !rules.contains(rule) { rules.append(rule) }
    }
    return rules
  }

  private static func sinkNames(_ names: [String]) throws(Problem) -> Set<String> {
    for name in names where !ReportPlan.sinkNames.contains(name) {
      throw Problem(
        "--only \(name) is no output",
        remedy: Choice.remedy(name, among: ReportPlan.sinkNames))
    }
    return Set(names)
  }

  private static func profile(_ name: String?) throws(Problem) -> SinkOptions.JUnitProfile {
    guard let name else { return .standard }
    guard let profile = SinkOptions.JUnitProfile(rawValue: name) else {
      throw Problem(
        "--junit-profile \(name) is no profile",
        remedy: Choice.remedy(name, among: ["default", "xunit"]))
    }
    return profile
  }
}

/// Says which of the right words a wrong one may stand for.
enum Choice {
  static func remedy(_ name: String, among names: [String]) -> String {
    let all = "use one of: " + names.joined(separator: ", ")
    return NearestName.of(name, among: names).map { "did you mean \($0)? " + all } ?? all
  }
}
