import ArgumentParser
private import Glibc
internal import TidemarkConfig
internal import TidemarkModel
private import TidemarkSyntax

/// `tidemark init PLATFORM`: tidemark.yml and the platform's pipeline files.
struct InitCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Write tidemark.yml and the platform's pipeline files for this repository.",
    discussion: """
      Looks for what the repository is built and tested with (package.json, pyproject.toml, go.mod, \
      Cargo.toml, Package.swift, CMakeLists.txt, pom.xml, build.gradle, *.csproj …) and writes a \
      pipeline that runs its tests, reports, and publishes. A file that is there already is kept, \
      and what to add to it is said; --force replaces it. Once tidemark.yml configures `benchmarks`, \
      the pipeline that measures them is written too.
      """)

  @OptionGroup var common: CommonOptions

  @Flag(help: "Print what would be written as a unified diff, and write nothing.")
  var dryRun = false

  @Flag(help: "Replace files that are there already.")
  var force = false

  @Argument(help: "github, gitlab, azure or jenkins.")
  var platform: PipelinePlatform

  enum PipelinePlatform: String, ExpressibleByArgument, CaseIterable {
    case github, gitlab, azure, jenkins

    var platform: Platform {
      switch self {
      case .github: .github
      case .gitlab: .gitlab
      case .azure: .azure
      case .jenkins: .jenkins
      }
    }
  }

  mutating func run() async throws {
    let session = try Session(common)
    force = force || session.settings.flag("force") ?? false
    let found = Self.toolchains(in: RepositoryFolder("."))
    let names = found.map(\.name).joined(separator: ", ")
    session.progress.say(
      found.isEmpty
        ? "no test tool was found: the pipeline has a place for it"
        : "found \(names)")
    let benchmarks = session.settings.benchmarks
    if let schedule = benchmarks.schedule, !PipelineFiles.isSchedule(schedule) {
      throw session.fail(
        Problem(
          "`schedule` is no cron expression", path: session.settings.path, line: benchmarks.line,
          remedy: "write five fields, as in \"17 3 * * *\""), .usage)
    }
    let files = PipelineFiles(
      platform: platform.platform, toolchains: found.isEmpty ? [.unknown] : found,
      branch: await Git.defaultBranch(),
      hasBenchmarks: !benchmarks.commands.isEmpty || !benchmarks.models.isEmpty
        || !benchmarks.tasks.isEmpty || !benchmarks.providers.isEmpty,
      schedule: benchmarks.schedule
    ).files()
    try session.orExit(.usage) { () throws(Problem) in try Self.check(files) }
    let changes = files.map { Change($0, isForced: force) }
    if session.isDryRun(dryRun) {
      if session.isJSON { return answer(changes, session) }
      for change in changes where change.action.isWriting {
        Terminal.print(bytes: Array(change.diff.utf8))
      }
      return tell(changes, session)
    }
    guard isWanted(changes, session) else { return }
    for change in changes where change.action.isWriting {
      try session.orExit(.usage) { () throws(Problem) in
        try OutputFolder.make(for: change.file.path)
        try FileBytes.write(Array(change.file.text.utf8), to: change.file.path)
      }
    }
    answer(changes, session)
    tell(changes, session)
  }

  /// Of the root, or where nothing is there, of the folders in it.
  static func toolchains(in root: RepositoryFolder) -> [Toolchain] {
    let own = ToolchainDetection(folder: root, path: "").found
    guard own.isEmpty else { return own }
    return root.subfolders.flatMap { name in
      ToolchainDetection(folder: RepositoryFolder("\(root.path)/\(name)"), path: name).found
    }
  }

  /// The configuration that is written must be one that is read.
  static func check(_ files: [PipelineFiles.File]) throws(Problem) {
    for file in files {
      guard !file.text.isEmpty else {
        throw Problem("would be empty", path: file.path, remedy: "report this as a defect")
      }
      if file.path == "tidemark.yml" {
        _ = try Config.read(Array(file.text.utf8), path: file.path, environment: [:])
      }
    }
  }

  /// On a terminal it is asked once; elsewhere nothing is.
  private func isWanted(_ changes: [Change], _ session: Session) -> Bool {
    let written = changes.filter(\.action.isWriting)
    guard !written.isEmpty, isatty(STDIN_FILENO) == 1, Terminal.isErrorTerminal,
      session.progress.level > .quiet, !session.isJSON
    else { return true }
    for change in written { session.progress.say("  \(change.file.path)") }
    Terminal.draw("Write these files? [Y/n] ")
    let answer = readLine()?.lowercased() ?? "n"
    return answer.isEmpty || answer == "y" || answer == "yes"
  }

  private func answer(_ changes: [Change], _ session: Session) {
    for change in changes {
      if session.isJSON {
        var json = JSONWriter()
        json.object { json in
          json.member("path", change.file.path)
          json.member("action", change.action.rawValue)
          json.member("dry_run", session.isDryRun(dryRun))
        }
        json.newLine()
        Terminal.print(bytes: json.bytes)
      } else if change.action.isWriting {
        Terminal.print(change.file.path)
      }
    }
  }

  private func tell(_ changes: [Change], _ session: Session) {
    for change in changes where change.action == .kept {
      let advice = change.file.addition ?? "--force replaces it"
      session.progress.say("kept \(change.file.path), which is there already: \(advice)")
    }
  }
}

/// A file, and what happens to it.
private struct Change {
  enum Action: String {
    case created, replaced, kept, unchanged

    var isWriting: Bool { self == .created || self == .replaced }
  }

  let file: PipelineFiles.File
  let action: Action
  private let old: String?

  /// A file above this is not one of ours.
  private static let sizeLimit = 4 << 20

  init(_ file: PipelineFiles.File, isForced: Bool) {
    self.file = file
    old = FileBytes.read(file.path, limit: Change.sizeLimit).map {
      String(decoding: $0, as: UTF8.self)
    }
    var facts = stat()
    let isThere = lstat(file.path, &facts) == 0
    action =
      switch (isThere, old == file.text) {
      case (false, _): .created
      case (true, true): .unchanged
      case (true, false): isForced ? .replaced : .kept
      }
  }

  var diff: String { UnifiedDiff(path: file.path, old: old, new: file.text).text }
}
