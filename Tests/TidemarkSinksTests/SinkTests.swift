internal import Foundation
internal import Testing
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSinks

/// What holds for every sink.
@Suite struct SinkTests {
  @Test("the sinks have the names that --only takes, and their files the places that users name")
  func namesAndPlaces() throws {
    #expect(
      sinks.map { $0.name } == [
        "json", "comment", "summary", "junit", "jenkins", "azure", "gitlab", "github",
      ])
    let paths = try sinks.flatMap { sink in
      try sink.render(SampleReport.small(), options: SinkOptions()).files.map(\.path)
    }
    #expect(
      Set(paths) == [
        "report.json", "comment.md", "summary.md", "junit/tidemark.xml", "jenkins/index.html",
        "jenkins/tidemark.css", "jenkins/warnings.json", "jenkins/tidemark-plot.csv",
        "jenkins/junit.xml", "azure/results.trx", "azure/summary.md", "gitlab/junit.xml",
        "gitlab/codequality.json", "gitlab/metrics.txt", "gitlab/annotations.json",
        "github/annotations.json", "github/summary.md", "github/results.sarif",
      ])
    #expect(paths.count == Set(paths).count)
  }

  @Test("a small report's files are the ones on record", arguments: ["small", "calm", "nothing"])
  func golden(name: String) throws {
    let report =
      switch name {
      case "small": SampleReport.small()
      case "calm": SampleReport.calm()
      default: SampleReport.nothing()
      }
    for sink in sinks {
      for file in try sink.render(report, options: SinkOptions()).files {
        // The calm report's thousand tests would be the same line a thousand times.
        if name != "small", !file.path.hasSuffix(".md") { continue }
        try Golden.expect(file, in: name)
      }
    }
  }

  @Test("the same report gives the same bytes")
  func deterministic() throws {
    for sink in sinks {
      let first = try sink.render(SampleReport.hostileReport(), options: SinkOptions())
      let second = try sink.render(SampleReport.hostileReport(), options: SinkOptions())
      #expect(first == second, "\(sink.name)")
    }
  }

  @Test("every file keeps its sink's budget, and what is left out is told", arguments: [0, 1, 2])
  func budgets(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed) + 7)
    let report = SampleReport.large(
      tests: Int(random.next() % 2500), series: Int(random.next() % 1200),
      nameLength: Int(random.next() % 300))
    for sink in sinks {
      let rendering = try sink.render(report, options: SinkOptions())
      for file in rendering.files {
        #expect(file.bytes.count <= sink.byteBudget, "\(file.path)")
        #expect(String(validating: file.bytes, as: UTF8.self) != nil, "\(file.path)")
      }
      for cut in rendering.cuts { #expect(cut.kept < cut.total && cut.sink == sink.name) }
    }
  }

  @Test("no output has a line that a log takes for a command, or a character that hides")
  func nothingHides() throws {
    for sink in sinks {
      for file in try sink.render(SampleReport.hostileReport(), options: SinkOptions()).files {
        let text = String(decoding: file.bytes, as: UTF8.self)
        #expect(!text.contains("##vso[") && !text.contains("##["), "\(file.path)")
        let commands = text.split(separator: "\n").filter {
          $0.drop { $0 == " " || $0 == "\t" }.hasPrefix("::")
        }
        #expect(commands.isEmpty, "\(file.path)")
        #expect(
          !text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" },
          "\(file.path)")
        // report.json is data: it keeps names as they are, and readers show them their way.
        guard file.path != "report.json" else { continue }
        #expect(
          !text.unicodeScalars.contains {
            $0 == "\u{202E}" || $0 == "\u{200B}" || $0 == "\u{FEFF}" || $0 == "\u{9B}"
          }, "\(file.path)")
      }
    }
  }
}

/// SplitMix64: small numbers for tests, the same in every run.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
