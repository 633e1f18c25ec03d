package import TidemarkFormats
package import TidemarkModel

/// A history that another tool keeps in a file.
package protocol ForeignHistory: Sendable {
  /// The tool, as `history import` names it.
  static var name: String { get }
  /// Whether a file's beginning is in this form. Content decides, never the name.
  static func recognises(_ head: Head) -> Bool
  /// Reads what the file tells of runs.
  /// - Throws: If the file cannot be read at all.
  static func read(_ file: InputFile, in folder: ImportFolder) throws(Problem) -> ForeignContents
}

/// Every foreign history, most specific first: the first that recognises a file reads it. What none
/// of them takes is read as a file of results, one run each.
let foreignHistories: [any ForeignHistory.Type] = [
  GitHubActionBenchmarkHistory.self, ASVResults.self, BencherExport.self, Allure3History.self,
  Allure2History.self,
]

/// What a file tells of runs.
package struct ForeignContents: Sendable {
  package var parts: [ForeignPart] = []
  /// What was left out, and why: each with the name that the file has for it.
  package var skipped: [Problem] = []

  package init() {}

  mutating func skip(_ what: String) { skipped.append(Problem(what)) }
}

/// One job's share of a run, as a file tells it.
package struct ForeignPart: Sendable {
  /// The same for all parts of a run, in whatever file and however often they are read.
  package var runID: String
  package var time: Timestamp
  /// Empty where none is told.
  package var job: String
  package var results: Results
  package var commit: String?
  package var branch: String?
  package var pullRequest: String?
  package var author: String?
  package var url: String?
  /// The class of machines that it ran on.
  package var machine: String?
  /// Where it was read.
  package var path = ""

  init(runID: String, time: Timestamp, job: String = "", results: Results = Results()) {
    self.runID = runID
    self.time = time
    self.job = job
    self.results = results
  }
}

/// The files that are imported together, for what a history keeps beside its runs.
package struct ImportFolder: Sendable {
  /// In the order of their paths.
  let files: [InputFile]
  private let indexes: [String: Int]

  package init(_ files: [InputFile]) {
    self.files = files
    indexes = Dictionary(files.enumerated().map { ($1.path, $0) }) { first, _ in first }
  }

  /// The file `name` in the same folder as `file`, if it is among them.
  func file(_ name: String, beside file: InputFile) -> InputFile? {
    let folder = ImportFolder.folder(of: file.path)
    return indexes[folder.isEmpty ? name : "\(folder)/\(name)"].map { files[$0] }
  }

  /// Everything before the last slash.
  static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
  }

  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }
}
