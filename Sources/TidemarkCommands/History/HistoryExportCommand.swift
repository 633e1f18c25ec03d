import ArgumentParser
private import Glibc
internal import TidemarkConfig
internal import TidemarkExport
internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// `tidemark history export`: the history for other programs.
struct HistoryExportCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the history as JSON lines, CSV or an SQLite database.",
    discussion: """
      JSON lines of series are what `tidemark detect` reads: `tidemark history export | tidemark
      detect`. docs/history-export.md describes all forms. Runs that do not count are left out.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Option(help: "The form (default: by the ending of --out, else json-lines).")
  var format: Form?

  @Option(help: "Of what: series, tests or runs. A database has all of them.")
  var subject: Export.Subject?

  @Option(help: "The file to write (default: standard output).")
  var out: String?

  @Option(help: "Only runs of this branch, without those of pull requests.")
  var branch: String?

  @Option(help: "Only the newest N runs.")
  var newest: Int?

  enum Form: String, ExpressibleByArgument, CaseIterable {
    case jsonLines = "json-lines"
    case csv, sqlite
  }

  func run() async throws {
    let session = try Session(common)
    let settings = session.settings
    let form =
      format ?? settings.text("format").flatMap { Form(rawValue: $0) } ?? Self.form(of: out)
    let subject =
      subject ?? settings.text("subject").flatMap { Export.Subject(rawValue: $0) } ?? .series
    guard form != .sqlite || out != nil else {
      throw session.fail(
        Problem("a database is a file of its own", remedy: "name it with --out"), .usage)
    }
    var wanted = LoadOptions(
      newest: (newest ?? settings.number("newest")).map { max($0, 0) })
    if let branch { wanted.includes = { $0.branch == branch && $0.pullRequest == nil } }
    let contents = try session.orExit(.nothingRead) { () throws(Problem) in
      try options.folder(session.settings).load(wanted)
    }
    contents.damaged.collapsed().forEach(session.progress.warn)
    let project = session.settings.repository
    try session.orExit(.usage) { () throws(Problem) in
      try writeAnswer(contents, form, subject, project: project)
    }
    if out != nil {
      let values = contents.runs.reduce(0) { $0 + $1.values.count }
      let outcomes = contents.runs.reduce(0) { $0 + $1.outcomes.count }
      session.progress.say(
        "\(NumberText.count(contents.runs.count, "run")), \(NumberText.count(values, "value")), "
          + NumberText.count(outcomes, "test result"))
    }
  }

  private func writeAnswer(
    _ contents: HistoryContents, _ form: Form, _ subject: Export.Subject, project: String?
  ) throws(Problem) {
    guard let out else {
      return try write(contents, form, subject, project: project) { Terminal.print(bytes: $0) }
    }
    try OutputFolder.make(for: out)
    if form == .sqlite {
      try writeDatabase(contents, to: out)
    } else {
      try writeFile(contents, form, subject, project: project, to: out)
    }
  }

  private static func form(of path: String?) -> Form {
    guard let path else { return .jsonLines }
    if path.hasSuffix(".csv") { return .csv }
    return [".sqlite", ".sqlite3", ".db"].contains { path.hasSuffix($0) } ? .sqlite : .jsonLines
  }

  private func write(
    _ contents: HistoryContents, _ form: Form, _ subject: Export.Subject, project: String?,
    to write: Export.Write
  ) throws(Problem) {
    if form == .csv {
      try Export.csv(of: contents, subject, to: write)
    } else {
      try Export.jsonLines(of: contents, subject, project: project, to: write)
    }
  }

  /// Written beside its place and renamed: nobody sees half of it.
  private func writeFile(
    _ contents: HistoryContents, _ form: Form, _ subject: Export.Subject, project: String?,
    to path: String
  ) throws(Problem) {
    let file = try NewFile(beside: path)
    try write(contents, form, subject, project: project) { (bytes) throws(Problem) in
      try file.write(bytes)
    }
    try file.keep()
  }

  private func writeDatabase(_ contents: HistoryContents, to path: String) throws(Problem) {
    let temporary = "\(path).tmp-\(getpid())"
    unlink(temporary)
    do throws(Problem) {
      try SQLiteExport.write(contents, to: temporary)
      guard rename(temporary, path) == 0 else {
        throw Problem(
          "cannot be written (\(String(cString: strerror(errno))))", path: path,
          remedy: "check the folder's permissions")
      }
    } catch {
      unlink(temporary)
      throw error
    }
  }
}

extension Export.Subject: ExpressibleByArgument {}

/// A file that takes its place only when it is whole.
private final class NewFile {
  private let path: String
  private let temporary: String
  private let descriptor: Int32
  private var isKept = false

  init(beside path: String) throws(Problem) {
    self.path = path
    temporary = "\(path).tmp-\(getpid())"
    unlink(temporary)
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw NewFile.failure(path) }
  }

  deinit {
    close(descriptor)
    if !isKept { unlink(temporary) }
  }

  func write(_ bytes: [UInt8]) throws(Problem) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw NewFile.failure(path) }
      written += count
    }
  }

  func keep() throws(Problem) {
    guard rename(temporary, path) == 0 else { throw NewFile.failure(path) }
    isKept = true
  }

  private static func failure(_ path: String) -> Problem {
    Problem(
      "cannot be written (\(String(cString: strerror(errno))))", path: path,
      remedy: "check the disk's space and the folder's permissions")
  }
}
