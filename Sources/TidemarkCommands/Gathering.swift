internal import TidemarkFormats
internal import TidemarkModel
internal import TidemarkRun
private import TidemarkSyntax

/// The inputs of a run, read: what every command that takes PATHs begins with.
struct Gathering: Sendable {
  /// Files that were read, in the order of their paths.
  private(set) var inputs: [RunInput] = []
  /// Files that were not, and names that led to no file.
  private(set) var unread: [InputRecord] = []
  /// Files in folders that hold no results, passed over.
  private var passedOver = 0

  /// - Parameters:
  ///   - excluded: Folders that are passed over.
  ///   - labels: The labels that the config gives to an input, by its path.
  init(
    _ names: [String], excluding excluded: [String], labels: @escaping @Sendable (String) -> Labels,
    progress: Progress
  ) async {
    let search = InputSearch(names: names, excluding: excluded)
    if search.skippedLinks > 0 {
      progress.detail("\(search.skippedLinks) symbolic links below folders were not followed")
    }
    let total = search.files.count
    let files = await Reading.read(
      search.files, keep: { FileOrDocument($0, labels) },
      done: { progress.bar($0, of: total, "files") })
    // The same document twice, as artifacts that are unpacked side by side hold it, is one.
    var documents: Set<Identifier> = []
    let distinct = files.filter { file in
      guard let digest = file.documentDigest, !documents.insert(digest).inserted else {
        return true
      }
      progress.detail("\(file.path): the same document stands elsewhere among the inputs")
      return false
    }
    let entries = distinct.flatMap(\.entries)
    let places = Set(entries.compactMap(\.place))
    let tested = Counted.tested(entries)
    for var file in entries {
      if let twin = file.twin(among: tested) {
        file.leaveTests(to: twin)
        progress.detail("\(file.record.path): its tests are read from \(twin)")
      }
      switch file.record.status {
      case .read: inputs.append(file.input)
      case _ where file.results.part != nil: inputs.append(file.input)
      case .failed: unread.append(file.record)
      case .unrecognised where file.companionOf.map(places.contains) ?? false:
        progress.detail("\(file.record.path): read along with the results beside it")
      case .unrecognised where file.wasNamed: unread.append(file.record)
      case .unrecognised:
        passedOver += 1
        progress.detail("\(file.record.path): passed over: \(file.record.error?.what ?? "")")
      }
    }
    if passedOver > 0 {
      progress.say(
        "passed over \(NumberText.count(passedOver, "file")) in no known format; --verbose names "
          + (passedOver == 1 ? "it" : "them"))
    }
    for problem in search.problems {
      var record = InputRecord(path: problem.path ?? "", format: nil, status: .failed)
      record.error = problem
      unread.append(record)
    }
    unread.sort { utf8Precedes($0.path, $1.path) }
  }

  /// Whether any result was read: a test, a benchmark, or a problem that stands for them.
  var hasResults: Bool {
    inputs.contains { input in
      !input.results.tests.isEmpty || !input.results.measurements.isEmpty
    }
  }

}

/// A file as it came, or the files that a run document tells of.
private struct FileOrDocument: Sendable {
  let path: String
  var entries: [Counted]
  /// Of a run document's bytes.
  var documentDigest: Identifier?

  init(_ file: ReadFile, _ labels: (String) -> Labels) {
    path = file.path
    guard file.formatName == RunDocument.name, case .read(let results) = file.content,
      let header = results.part
    else {
      entries = [Counted(file, labels)]
      return
    }
    do throws(Problem) {
      documentDigest = Digest.identifier(of: try file.file.contents().bytes)
      entries = try RunDocument.entries(in: file.file).entries.map { entry in
        Counted(entry, of: header, in: file)
      }
    } catch {
      var record = InputRecord(path: file.path, format: RunDocument.name, status: .failed)
      record.error = error.inFile(file.path)
      entries = [Counted(record: record, results: Results(), labels: .none, wasNamed: true)]
    }
  }
}

private struct Counted: Sendable {
  var record: InputRecord
  var results: Results
  var labels: Labels
  var wasNamed: Bool
  /// The place of results that this file is a part of, if they are there.
  var companionOf: Place?
  /// Reports of the same tests, where this one was found and not named.
  private var twinPaths: [String] = []

  /// Where files of a format were read.
  struct Place: Hashable {
    var folder: Substring
    var format: String

    init(_ path: String, _ format: String) {
      folder = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
      self.format = format
    }
  }

  /// nil of what was not read.
  var place: Place? {
    guard record.status == .read else { return nil }
    return record.format.map { Place(record.path, $0) }
  }

  /// Files that hold tests, and whether a test in them failed.
  static func tested(_ files: [Counted]) -> [String: Bool] {
    let tested = files.filter { $0.record.status == .read && !$0.results.tests.isEmpty }
    return Dictionary(
      tested.map { ($0.record.path, $0.hasFailure) }, uniquingKeysWith: { $0 || $1 })
  }

  private var hasFailure: Bool { results.tests.contains { $0.outcome.isFailure } }

  /// A file that says all that this one says of the same tests. One that shows no failure where this one
  /// does is none.
  func twin(among tested: [String: Bool]) -> String? {
    guard !twinPaths.isEmpty, !results.tests.isEmpty else { return nil }
    let hasFailure = hasFailure
    return twinPaths.first { path in tested[path].map { $0 || !hasFailure } ?? false }
  }

  /// Keeps what is no test.
  mutating func leaveTests(to twin: String) {
    let name = twin.split(separator: "/").last ?? ""
    results.tests = []
    results.details = []
    results.suites = []
    results.text = TextArena()
    results.leafTests = nil
    results.problems.append(
      ResultProblem(
        .limit, "its tests are those of \(name) beside it, and are read from there",
        isBlocking: false))
    record.counts = ResultCounts(results).tests
    record.problems = results.problems
  }

  var input: RunInput { RunInput(record: record, results: results, labels: labels) }

  init(record: InputRecord, results: Results, labels: Labels, wasNamed: Bool) {
    self.record = record
    self.results = results
    self.labels = labels
    self.wasNamed = wasNamed
  }

  /// An entry stays in its job's part whether it could be read there or not.
  init(_ entry: RunDocument.Entry, of header: PartHeader, in file: ReadFile) {
    self.init(
      record: entry.record, results: entry.results, labels: entry.labels, wasNamed: true)
    results.part = header
    results.part?.inputs = [entry.record]
    results.part?.document = file.path
  }

  init(_ file: ReadFile, _ labels: (String) -> Labels) {
    var record = InputRecord(path: file.path, format: file.formatName, status: .read)
    var results = Results()
    switch file.content {
    case .read(let value):
      results = value
      let counts = ResultCounts(value)
      record.counts = counts.tests
      record.benchmarks = counts.benchmarks
      record.series = counts.series
      record.problems = value.problems
    case .failed(let problem):
      record.status = .failed
      record.error = problem
    case .unrecognised(let problem):
      record.status = .unrecognised
      record.error = problem
    }
    self.init(
      record: record, results: results, labels: labels(file.path), wasNamed: file.wasNamed)
    companionOf = file.companionOf.map { Place(file.path, $0) }
    if !file.wasNamed { twinPaths = file.twinPaths }
  }
}
