package import TidemarkFormats
package import TidemarkModel
private import TidemarkSyntax

/// A file of airspeed velocity's tree of results, `results/MACHINE/COMMIT-ENVIRONMENT.json`.
///
/// A commit is a run, each machine and environment a job of it. Its time is the commit's, as asv
/// itself orders results. Values of a benchmark that has changed since (its `version` is not the one
/// in `benchmarks.json`) are left out, as asv does.
/// - Source: https://github.com/airspeed-velocity/asv, `asv/results.py`, `asv/benchmarks.py`.
package enum ASVResults: ForeignHistory {
  package static let name = "asv"

  package static func recognises(_ head: Head) -> Bool { ASV.recognises(head) == .yes }

  package static func read(
    _ file: InputFile, in folder: ImportFolder
  ) throws(Problem) -> ForeignContents {
    var results = try ASV.read(file)
    var contents = ForeignContents()
    let versions = currentVersions(file, folder)
    let facts = try file.readRoot { (root) throws(Problem) in Facts(root) }
    guard let time = facts.time else { throw Problem("has no `date`") }
    guard let commit = facts.commit else { throw Problem("has no `commit_hash`") }
    var outdated: Set<String> = []
    results.measurements.removeAll { measurement in
      guard let version = facts.versions[measurement.name], let current = versions[measurement.name]
      else { return false }
      if version != current { outdated.insert(measurement.name) }
      return version != current
    }
    for name in outdated.sorted(by: utf8Precedes) {
      contents.skip("\(name): was measured by an older version of the benchmark")
    }
    guard !results.measurements.isEmpty else {
      contents.skip("has no value")
      return contents
    }
    let folderName = ImportFolder.name(of: ImportFolder.folder(of: file.path))
    let machine = facts.machine ?? (folderName.isEmpty ? "asv" : folderName)
    let environment = results.measurements[0].labels["env"].map { " \($0)" } ?? ""
    var part = ForeignPart(runID: "asv-\(commit)", time: time, job: machine + environment)
    part.commit = commit
    part.machine = machine
    part.results = results
    contents.parts = [part]
    return contents
  }

  private struct Facts {
    var commit: String?
    var time: Timestamp?
    var machine: String?
    var versions: [String: String] = [:]

    init(_ root: JSONValue) {
      commit = root["commit_hash"]?.string
      time = root.time("date")
      machine = root["params"]?["machine"]?.string
      for (name, version) in root.entries("benchmark_version") { versions[name] = version.string }
      let columns = root.strings("result_columns")
      guard let place = columns.firstIndex(of: "version") else { return }
      for (name, row) in root.entries("results") {
        let version = row.elements.dropFirst(place).first { _ in true }
        versions[name] = version?.string
      }
    }
  }

  /// The versions in `benchmarks.json`, which stands at the top of the tree.
  private static func currentVersions(
    _ file: InputFile, _ folder: ImportFolder
  ) -> [String: String] {
    let above = InputFile(path: ImportFolder.folder(of: file.path))
    for place in [file, above] {
      guard let list = folder.file("benchmarks.json", beside: place) else { continue }
      let versions = try? list.readRoot { (root) throws(Problem) -> [String: String] in
        var versions: [String: String] = [:]
        for (name, benchmark) in root.members where benchmark.isObject {
          versions[name.string] = benchmark["version"]?.string
        }
        return versions
      }
      if let versions { return versions }
    }
    return [:]
  }
}
