import Foundation
import Testing

/// Compares with a file under fixtures/golden/site; with `TM_RECORD=1` it is written instead, and
/// the test fails, so that the difference is read before it is kept.
func expectGolden(
  _ actual: [UInt8], _ name: String, at location: SourceLocation = #_sourceLocation
) throws {
  let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../fixtures/golden/site/\(name)").standardized
  if ProcessInfo.processInfo.environment["TM_RECORD"] == "1" {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(actual).write(to: file)
    Issue.record("recorded \(name)", sourceLocation: location)
    return
  }
  let expected = try [UInt8](Data(contentsOf: file))
  #expect(actual == expected, "\(name) differs", sourceLocation: location)
}
