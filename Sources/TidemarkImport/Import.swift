internal import TidemarkFormats
package import TidemarkHistory
package import TidemarkModel
private import TidemarkRun
private import TidemarkSyntax

/// What was read of other tools' histories.
package struct Import: Sendable {
  /// Oldest first.
  package private(set) var runs: [RecordedRun] = []
  /// What was left out, and why, in the order of the files.
  package private(set) var skipped: [Problem] = []
  /// How many files of each kind were read.
  package private(set) var files: [String: Int] = [:]
  /// Runs whose time is that of their file, because nothing else tells any.
  package private(set) var datedByFile = 0

  /// The job of results in whose file none is named.
  private let job: String
  /// The branch of runs of which none is told.
  private let branch: String?
  /// Labels of all values and tests.
  private let labels: Labels

  /// - Parameters:
  ///   - names: Files, folders and patterns.
  ///   - branch: The branch of runs of which the file tells none: without one, no run is a
  ///     baseline.
  ///   - job: The job of results whose file tells none.
  ///   - labels: What `report` is given for the runs that are to go on with these.
  ///   - excluded: Folders that are passed over.
  package init(
    _ names: [String], branch: String?, job: String, labels: Labels = .none,
    excluding excluded: [String]
  ) {
    self.branch = branch
    self.job = job
    self.labels = labels
    let search = InputSearch(names: names, excluding: excluded)
    skipped = search.problems
    let folder = ImportFolder(search.files.map(\.file))
    let kinds = search.files.map { Import.kind(of: $0.file) }
    let hasAllureHistory = kinds.contains { $0 == Allure2History.name }
    var parts: [ForeignPart] = []
    for (found, kind) in zip(search.files, kinds) {
      // Beside an Allure history its results only tell the names in it.
      if hasAllureHistory, kind == nil, AllureNames.isSource(found.file) { continue }
      parts += read(found, kind, in: folder)
    }
    runs = joined(parts)
  }

  /// The name of the foreign history that a file is; nil for any other file.
  private static func kind(of file: InputFile) -> String? {
    guard let head = try? Reading.head(of: file) else { return nil }
    for history in foreignHistories where history.recognises(head) { return history.name }
    return nil
  }

  private mutating func read(
    _ found: InputSearch.Found, _ kind: String?, in folder: ImportFolder
  ) -> [ForeignPart] {
    let path = found.file.path
    do throws(Problem) {
      let contents: ForeignContents
      if let history = foreignHistories.first(where: { $0.name == kind }) {
        contents = try history.read(found.file, in: folder)
        files[history.name, default: 0] += 1
      } else {
        guard let archived = try ArchivedResults.read(found, job: job) else { return [] }
        contents = archived.contents
        files[archived.format, default: 0] += 1
        if archived.isDatedByFile { datedByFile += 1 }
      }
      skipped += contents.skipped.map { $0.inFile(path) }
      return contents.parts.map { part in
        var part = part
        part.path = path
        if part.job.isEmpty { part.job = job }
        return part
      }
    } catch {
      skipped.append(error.inFile(path))
      return []
    }
  }

  // MARK: Runs

  private func joined(_ parts: [ForeignPart]) -> [RecordedRun] {
    var groups: [String: [ForeignPart]] = [:]
    for part in parts { groups[part.runID, default: []].append(part) }
    return groups.values.map { RecordedRun(run: run($0)) }.sorted { first, second in
      first.run.header.time != second.run.header.time
        ? first.run.header.time < second.run.header.time
        : utf8Precedes(first.run.header.id, second.run.header.id)
    }
  }

  /// The header tells what any part tells, the first in order of time and job first.
  private func run(_ given: [ForeignPart]) -> Run {
    let parts = given.sorted { ($0.time, $0.job, $0.path) < ($1.time, $1.job, $1.path) }
    var header = RunHeader(id: parts[0].runID, attempt: 1, time: parts[0].time)
    for part in parts {
      header.commit = header.commit ?? part.commit
      header.branch = header.branch ?? part.branch
      header.pullRequest = header.pullRequest ?? part.pullRequest
      header.url = header.url ?? part.url
    }
    header.branch = header.branch ?? (header.pullRequest == nil ? branch : nil)
    var built: [Part] = []
    for part in parts {
      for made in build(part, header) where !built.contains(made) { built.append(made) }
    }
    return Run(header: header, parts: built)
  }

  private func build(_ part: ForeignPart, _ header: RunHeader) -> [Part] {
    var labelled = header
    labelled.labels = labels
    if let machine = part.machine, labels["machine"] == nil { labelled.labels["machine"] = machine }
    var facts: [String: String] = [:]
    facts[StoredJob.authorKey] = part.author
    // The same results in another place are the same part: the path does not count.
    let input = RunInput(
      record: InputRecord(path: "", format: nil, status: .read), results: part.results)
    return RunBuilder(header: labelled, job: part.job, environment: facts).build([input]).run.parts
  }
}
