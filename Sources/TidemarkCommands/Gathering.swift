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
  private(set) var passedOver = 0

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
      search.files, keep: { Gathering.counted($0, labels) },
      done: { progress.bar($0, of: total, "files") })
    for file in files {
      switch file.record.status {
      case .read: inputs.append(file.input)
      case .failed: unread.append(file.record)
      case .unrecognised where file.wasNamed: unread.append(file.record)
      case .unrecognised:
        passedOver += 1
        progress.detail("\(file.record.path): passed over: \(file.record.error?.what ?? "")")
      }
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

  private struct Counted: Sendable {
    var record: InputRecord
    var results: Results
    var labels: Labels
    var wasNamed: Bool

    var input: RunInput { RunInput(record: record, results: results, labels: labels) }
  }

  private static func counted(_ file: ReadFile, _ labels: (String) -> Labels) -> Counted {
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
    return Counted(
      record: record, results: results, labels: labels(file.path), wasNamed: file.wasNamed)
  }
}
