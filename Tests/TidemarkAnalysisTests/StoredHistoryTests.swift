import Testing
import TidemarkAnalysis
import TidemarkHistory
import TidemarkModel
import TidemarkReport

#if canImport(Glibc)
  import Glibc
#endif

/// A report depends on which runs are stored, and on nothing of how they are: in how many segments, copied in
/// which order, how often.
@Suite struct StoredHistoryTests {
  private let folder = HistoryFolders()

  private func bytes(_ laboratory: Laboratory, _ history: History) throws -> [UInt8] {
    let report = Judge(options: laboratory.options).report(
      on: laboratory.current, against: try history.load())
    #expect(report.baseline.runs > 0)
    return ReportJSON.encode(report).bytes
  }

  private func history(_ name: String, _ runs: some Sequence<Run>) throws -> (History, [String]) {
    let history = History(directory: "\(folder.path)/\(name)")
    var names: [String] = []
    for run in runs { names.append(try history.append(run, normalisationVersion: 1)) }
    return (history, names)
  }

  @Test("However a history came together, a run is judged the same", arguments: [1, 2, 3])
  func merged(seed: UInt64) throws {
    let laboratory = RandomHistory(seed: seed).laboratory
    let earlier = laboratory.runs.dropLast()
    let (one, _) = try history("one\(seed)", earlier)
    _ = try one.append(laboratory.records)
    let expected = try bytes(laboratory, one)
    // Two copies that share some runs, the younger first, one of them compacted, merged twice.
    let (young, _) = try history("young\(seed)", earlier.dropFirst(40).reversed())
    let (old, _) = try history("old\(seed)", earlier.prefix(70))
    _ = try old.append(laboratory.records)
    _ = try old.compact()
    let merged = History(directory: "\(folder.path)/merged\(seed)")
    for _ in 0..<2 { _ = try merged.merge(from: [young.directory, old.directory]) }
    #expect(try bytes(laboratory, merged) == expected)
    _ = try merged.compact()
    #expect(try bytes(laboratory, merged) == expected)
  }

  @Test("A segment that is gone, or a run that is excluded, is as if it had never been")
  func removed() throws {
    let laboratory = RandomHistory(seed: 4).laboratory
    let earlier = Array(laboratory.runs.dropLast())
    let gone = earlier.count - 7
    var others = earlier
    others.remove(at: gone)
    let (without, _) = try history("without", others)
    let expected = try bytes(laboratory, without)
    let (whole, names) = try history("whole", earlier)
    #expect(try bytes(laboratory, whole) != expected)
    let (excluded, _) = try history("excluded", earlier)
    _ = try excluded.append([.exclude(run: earlier[gone].header.id, reason: "a broken machine")])
    #expect(try bytes(laboratory, excluded) == expected)
    #expect(unlink("\(whole.directory)/\(names[gone])") == 0)
    #expect(try bytes(laboratory, whole) == expected)
  }
}

/// A folder that is made for one test and removed after it.
private final class HistoryFolders {
  let path: String

  init() {
    var template = Array("/tmp/tidemark-judged-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/tmp"
    }
  }

  deinit { Self.remove(path) }

  private static func remove(_ path: String) {
    guard unlink(path) != 0 else { return }
    if let stream = opendir(path) {
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { remove("\(path)/\(name)") }
      }
    }
    rmdir(path)
  }
}
