internal import Foundation
internal import Testing
internal import TidemarkSinks

/// Compares with fixtures/golden/sinks. `TM_RECORD=1` writes instead, and fails so that the
/// difference is read before it is kept.
enum Golden {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func expect(
    _ file: OutputFile, in folder: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let url = root.appendingPathComponent("fixtures/golden/sinks/\(folder)/\(file.path)")
    if ProcessInfo.processInfo.environment["TM_RECORD"] != nil {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.bytes).write(to: url)
      Issue.record("recorded \(file.path)", sourceLocation: location)
      return
    }
    let expected = try Data(contentsOf: url)
    #expect(
      Data(file.bytes) == expected, "\(folder)/\(file.path) differs", sourceLocation: location)
  }
}
