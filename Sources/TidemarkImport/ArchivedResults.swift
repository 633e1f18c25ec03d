private import Glibc
internal import TidemarkFormats
internal import TidemarkModel
private import TidemarkSyntax

/// A folder in which each file is one run's results: pytest-benchmark's storage, a folder of JMH
/// files, or any other format that is read.
///
/// Time, commit and branch are the ones that the file tells (pytest-benchmark's `commit_info` and
/// `datetime`), else those in its path (``PathFacts``); the time is last the file's own. The run's
/// id is the digest of its bytes, so that a file that was moved is the same run.
struct ArchivedResults {
  var contents = ForeignContents()
  var format: String
  /// Whether nothing but the file's own time was to be had.
  var isDatedByFile = false

  /// - Returns: nil for a file that holds no results and was only found.
  static func read(
    _ found: InputSearch.Found, job: String
  ) throws(Problem) -> ArchivedResults? {
    let file = Reading.read(found)
    switch file.content {
    case .failed(let problem): throw problem
    case .unrecognised(let problem):
      if found.wasNamed { throw problem }
      return nil
    case .read(let results):
      guard let format = file.formatName, results.part == nil else {
        throw Problem(
          "is a run document", remedy: "give it to `tidemark report`, which knows its run")
      }
      var archived = ArchivedResults(format: format)
      guard !results.tests.isEmpty || !results.measurements.isEmpty else {
        archived.contents.skip("has no result")
        return archived
      }
      try archived.add(results, found.file, job: job)
      return archived
    }
  }

  private mutating func add(
    _ results: Results, _ file: InputFile, job: String
  ) throws(Problem) {
    let path = PathFacts(file.path)
    let told = commitInfo(file)
    var time = results.newestTime ?? told.time ?? path.time
    if time == nil {
      time = ArchivedResults.modification(of: file.path)
      isDatedByFile = time != nil
    }
    guard let time else { throw Problem("nothing tells when it was measured") }
    let (bytes, _) = try file.contents()
    let id = Digest.identifier(of: bytes)
    var part = ForeignPart(runID: "file-\(id)", time: time, job: job, results: results)
    part.commit = told.commit ?? path.commit
    part.branch = told.branch
    contents.parts = [part]
  }

  /// What pytest-benchmark writes of the commit.
  ///
  /// - Source: https://github.com/ionelmc/pytest-benchmark, `src/pytest_benchmark/utils.py`
  ///   (`get_commit_info`): `id` is `unversioned` outside of a repository, and `branch` is
  ///   `(detached head)` on none.
  private func commitInfo(
    _ file: InputFile
  ) -> (commit: String?, branch: String?, time: Timestamp?) {
    guard format == PytestBenchmark.name else { return (nil, nil, nil) }
    let told = try? file.readRoot { (root) throws(Problem) -> (String?, String?, Timestamp?) in
      guard let info = root["commit_info"] else { return (nil, nil, nil) }
      let commit = info["id"]?.string.flatMap { PathFacts.isCommit($0) ? $0 : nil }
      let branch = info["branch"]?.string.flatMap { name in
        name.hasPrefix("(") || name.isEmpty ? nil : name
      }
      return (commit, branch, info["time"]?.string.flatMap { TimeText.parse($0) })
    }
    return told ?? (nil, nil, nil)
  }

  private static func modification(of path: String) -> Timestamp? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    return Timestamp(millisecondsSince1970: Int64(facts.st_mtim.tv_sec) &* 1000)
  }
}
