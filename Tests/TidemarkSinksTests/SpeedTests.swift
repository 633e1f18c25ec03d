internal import Foundation
internal import Testing
internal import TidemarkSinks

/// Prints how long each sink takes; only where `TM_SPEED` is set, in a release build.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["TM_SPEED"] != nil))
struct SpeedTests {
  @Test("how fast the sinks are")
  func speed() throws {
    for (name, report) in [
      ("100,000 tests, a tenth failing twice", SampleReport.large(tests: 100_000, series: 1000)),
      ("hostile", SampleReport.hostileReport()), ("passing", SampleReport.passing(100_000)),
    ] {
      for sink in sinks {
        let clock = ContinuousClock()
        var bytes = 0
        let least =
          try (0..<3).map { _ in
            try clock.measure {
              bytes = try sink.render(report, options: SinkOptions()).files.map(\.bytes.count)
                .reduce(0, +)
            }
          }.min() ?? .zero
        print(name, sink.name, bytes, least)
      }
    }
  }
}
