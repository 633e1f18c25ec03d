import ArgumentParser
private import TidemarkConfig
internal import TidemarkHistory
internal import TidemarkModel
private import TidemarkSyntax

/// `tidemark history merge`: takes in other histories.
struct HistoryMergeCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Take in the runs and records of other histories; what is there already stays.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Argument(help: "The folders of the other histories.")
  var sources: [String]

  func run() async throws {
    let session = try Session(common)
    let result = try session.orExit(.nothingRead) { () throws(Problem) in
      try options.folder(session.settings).merge(from: sources)
    }
    result.damaged.collapsed().forEach(session.progress.warn)
    if session.isJSON {
      var json = JSONWriter()
      json.object { json in
        json.member("added", array: result.added) { $0.string($1) }
        json.member("present", result.present)
        json.member("damaged", array: result.damaged) { $0.string($1.description) }
      }
      json.newLine()
      Terminal.print(bytes: json.bytes)
    } else {
      Terminal.print(
        "\(NumberText.count(result.added.count, "segment")) taken in, "
          + "\(NumberText.count(result.present)) were there already")
    }
  }
}

/// `tidemark history verify`: reads every byte; any damage is exit status 3.
struct HistoryVerifyCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Read every segment whole, name what is damaged and set it aside.",
    discussion: """
      A damaged segment is renamed to NAME.damaged, out of every reader's way; the rest of the history
      is used, and a merge or pull from a copy that has it whole brings it back. Segments of a newer
      format are named and left. Exits 3 if anything is damaged.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Flag(inversion: .prefixedNo, help: "Rename what is damaged, or only name it.")
  var setAside: Bool?

  func run() async throws {
    let session = try Session(common)
    let setsAside = setAside ?? session.settings.flag("set_aside") ?? true
    let result = try session.orExit(.nothingRead) { () throws(Problem) in
      try options.folder(session.settings).verify(setsAside: setsAside)
    }
    if session.isJSON {
      var json = JSONWriter()
      json.object { json in
        json.member("segments", result.segments)
        json.member("bytes", result.bytes)
        json.member("damaged", array: result.damaged) { $0.string($1.description) }
        json.member("set_aside", array: result.setAside) { $0.string($1) }
      }
      json.newLine()
      Terminal.print(bytes: json.bytes)
    } else {
      result.damaged.collapsed().forEach(session.progress.fail)
      result.setAside.forEach { session.progress.say("set aside: \($0)") }
      Terminal.print(
        "\(NumberText.count(result.segments, "segment")), \(NumberText.count(result.bytes, "byte")), "
          + (result.damaged.isEmpty ? "none damaged" : "\(result.damaged.count) damaged"))
    }
    if !result.damaged.isEmpty { throw ExitStatus.nothingRead }
  }
}

/// `tidemark history compact`: fewer, larger segments.
struct HistoryCompactCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    abstract: "Write fewer, larger segments, and only then remove what they cover.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  func run() async throws {
    let session = try Session(common)
    let result = try session.orExit(.nothingRead) { () throws(Problem) in
      try options.folder(session.settings).compact()
    }
    result.damaged.collapsed().forEach(session.progress.warn)
    if session.isJSON {
      var json = JSONWriter()
      json.object { json in
        json.member("written", array: result.written) { $0.string($1) }
        json.member("removed", array: result.removed) { $0.string($1) }
        json.member("bytes_before", result.bytesBefore)
        json.member("bytes_after", result.bytesAfter)
      }
      json.newLine()
      Terminal.print(bytes: json.bytes)
    } else {
      Terminal.print(
        "\(NumberText.count(result.removed.count, "segment")) became "
          + "\(NumberText.count(result.written.count)): \(NumberText.count(result.bytesBefore)) "
          + "bytes are now \(NumberText.count(result.bytesAfter))")
    }
  }
}

/// `tidemark history exclude RUN --reason`: a run that does not count.
struct HistoryExcludeCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "exclude",
    abstract: "Keep a run out of every comparison, in every copy of the history.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  @Argument(help: "The run's id.")
  var run: String

  @Option(help: "Why: it is shown where the run is missing.")
  var reason: String?

  func run() async throws {
    let session = try Session(common)
    let history = options.folder(session.settings)
    let reason = reason ?? session.settings.text("reason") ?? ""
    try session.orExit(.usage) { () throws(Problem) in
      guard reason.contains(where: { !$0.isWhitespace }) else {
        throw Problem("there is no --reason", remedy: "say why the run does not count")
      }
      guard try history.list().contains(where: { $0.header.id == run }) else {
        throw Problem(
          "has no run \(run)", path: history.directory,
          remedy: "`tidemark history list` prints the ids")
      }
      _ = try history.append([.exclude(run: run, reason: reason)])
    }
    if session.isJSON {
      var json = JSONWriter()
      json.object { json in
        json.member("run", run)
        json.member("reason", reason)
      }
      json.newLine()
      Terminal.print(bytes: json.bytes)
    } else {
      Terminal.print(Terminal.harmless("run \(SafeText.oneLine(run)) no longer counts"))
    }
  }
}

/// `tidemark history stat`: what the history holds and costs.
struct HistoryStatCommand: TidemarkCommand {
  static let configuration = CommandConfiguration(
    commandName: "stat", abstract: "Count what the history holds and what it costs in bytes.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var options: HistoryOptions

  func run() async throws {
    let session = try Session(common)
    let facts = try session.orExit(.nothingRead) { () throws(Problem) in
      try options.folder(session.settings).statistics()
    }
    facts.damaged.collapsed().forEach(session.progress.warn)
    let numbers = [
      ("segments", facts.segments), ("bytes", facts.bytes), ("runs", facts.runs),
      ("parts", facts.parts), ("tests", facts.tests), ("series", facts.series),
      ("outcomes", facts.outcomes), ("points", facts.points), ("records", facts.records),
    ]
    let sections = facts.bytesBySection.sorted { utf8Precedes($0.key, $1.key) }
    if session.isJSON {
      var json = JSONWriter()
      json.object { json in
        for (name, number) in numbers { json.member(name, number) }
        json.key("bytes_by_section")
        json.object { json in
          for (name, bytes) in sections { json.member(name, bytes) }
        }
      }
      json.newLine()
      Terminal.print(bytes: json.bytes)
    } else {
      for (name, number) in numbers { Terminal.print("\(name): \(NumberText.count(number))") }
      for (name, bytes) in sections {
        Terminal.print("  \(name): \(NumberText.count(bytes)) bytes")
      }
    }
  }
}
