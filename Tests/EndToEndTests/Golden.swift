import Foundation
import Testing

/// Compares with a file of the repository. `TM_RECORD=1` writes it instead, and fails so that the
/// difference is read before it is kept.
func expectGolden(
  _ actual: String, _ path: String, at location: SourceLocation = #_sourceLocation
) throws {
  let url = Program.root.appendingPathComponent(path)
  if ProcessInfo.processInfo.environment["TM_RECORD"] == "1" {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(actual.utf8).write(to: url)
    Issue.record("recorded \(path)", sourceLocation: location)
    return
  }
  let expected = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
  if actual != expected { Attachment.record(actual, named: url.lastPathComponent) }
  #expect(
    actual == expected, "\(path) is not what the program says: `make golden` records it",
    sourceLocation: location)
}
