import FoundationEssentials
import Testing
import TidemarkConfig

@Suite struct ConfigReferenceTests {
  private static let path = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "docs/configuration.md")
  private static let heading = "\n## Reference\n\n"

  @Test("The reference in docs/configuration.md is the reader's table")
  func reference() throws {
    let page = String(decoding: try Data(contentsOf: Self.path), as: UTF8.self)
    let heading = try #require(page.firstRange(of: Self.heading))
    if ProcessInfo.processInfo.environment["TM_RECORD"] != nil {
      let text = page[..<heading.upperBound] + ConfigReference.markdown()
      try Data(text.utf8).write(to: Self.path)
      Issue.record("recorded \(Self.path.path)")
    }
    #expect(page[heading.upperBound...] == ConfigReference.markdown())
  }

  @Test("The example in docs/configuration.md is read")
  func example() throws {
    let page = String(decoding: try Data(contentsOf: Self.path), as: UTF8.self)
    let start = try #require(page.firstRange(of: "```yaml\n")).upperBound
    let end = try #require(page[start...].firstRange(of: "```")).lowerBound
    let config = try Config.read(
      Array(page[start..<end].utf8), path: "tidemark.yml", environment: [:],
      branch: "release/2")
    #expect(config.overlays == ["releases"])
    #expect(config.quarantine.count == 1 && config.thresholds.count == 1)
    #expect(config.detection.map(\.effectFloor) == [0.02, 0.005])
  }
}
