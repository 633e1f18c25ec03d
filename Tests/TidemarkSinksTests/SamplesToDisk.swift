internal import Foundation
internal import Testing
internal import TidemarkSinks

/// Writes every sample below the folder that `TM_SAMPLES` names, to be looked at.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["TM_SAMPLES"] != nil))
struct SamplesToDisk {
  @Test("every sample is written", arguments: ["small", "calm", "nothing", "hostile", "large"])
  func write(name: String) throws {
    let folder = try #require(ProcessInfo.processInfo.environment["TM_SAMPLES"])
    let report = try #require(OutputSharedTests.reports.first { $0.name == name }).report
    for sink in sinks {
      for file in try sink.render(report, options: SinkOptions()).files {
        let url = URL(fileURLWithPath: "\(folder)/\(name)/\(file.path)")
        try FileManager.default.createDirectory(
          at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(file.bytes).write(to: url)
      }
    }
  }
}
