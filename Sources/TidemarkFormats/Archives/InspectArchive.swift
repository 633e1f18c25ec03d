internal import TidemarkModel
internal import TidemarkSyntax

/// Inspect's log as a zip archive (`.eval`): a header with all but the samples, summaries of those,
/// and each sample by itself
/// (https://github.com/UKGovernmentBEIS/inspect_ai/blob/main/src/inspect_ai/log/_recorders/eval.py).
///
/// Logs from before version 0.3.44, and ones that were never finished, have the evaluation's start
/// and its results apart.
struct InspectArchive {
  private let file: InputFile
  private let members: [String: ZipArchive.Member]

  private static let starts = ["_journal/start.json", "start.json"]
  private static let summaries = ["summaries.json", "summary.json"]
  private static let journals = ["_journal/summaries/", "summaries/"]

  /// nil where the archive is none.
  init?(_ archive: ZipArchive, of file: InputFile) {
    let names = Set(archive.members.map(\.name))
    let isLog =
      names.contains("_journal/start.json")
      || (names.contains("start.json") && names.contains("results.json"))
    guard isLog else { return nil }
    self.file = file
    // What is wrong with one is said when it is opened.
    members = Dictionary(archive.members.map { ($0.name, $0) }) { first, _ in first }
  }

  func read() throws(Problem) -> Results {
    var samples = InspectSamples()
    var notes = Results()
    for summary in summaries {
      notes.problems += try open(summary).readJSON { (root, _) in
        for sample in root.elements { samples.add(sample) }
      }.problems
    }
    if members["reductions.json"] != nil {
      notes.problems += try open("reductions.json").readJSON { (root, _) in
        samples.add(reductions: root)
      }.problems
    }
    var results = try readHeader(samples)
    results.problems += notes.problems
    return results
  }

  private func readHeader(_ samples: InspectSamples) throws(Problem) -> Results {
    if members["header.json"] != nil {
      return try open("header.json").readJSON { (root, results) throws(Problem) in
        try Inspect.append(root["eval"], outcome: root, samples, into: &results)
      }
    }
    let start = InspectArchive.starts.first { members[$0] != nil } ?? InspectArchive.starts[0]
    return try open(start).readJSON { (root, results) throws(Problem) in
      guard members["results.json"] != nil else {
        return try Inspect.append(root["eval"], outcome: nil, samples, into: &results)
      }
      let inner = try open("results.json").readJSON { (outcome, results) throws(Problem) in
        try Inspect.append(root["eval"], outcome: outcome, samples, into: &results)
      }
      results = inner
    }
  }

  /// The summaries of all samples; of a log that was never finished those of each time that it was
  /// written to disk; of none the samples themselves.
  private var summaries: [String] {
    if let whole = InspectArchive.summaries.first(where: { members[$0] != nil }) { return [whole] }
    let parts = members.keys.filter { name in
      InspectArchive.journals.contains { name.hasPrefix($0) } && name.hasSuffix(".json")
    }
    return parts.sorted(by: utf8Precedes)
  }

  private func open(_ name: String) throws(Problem) -> InputFile {
    guard let member = members[name] else { throw Problem("has no \(name)") }
    if let fault = member.fault { throw Problem("\(name) \(fault)") }
    return InputFile(member, in: file)
  }
}
