import FoundationEssentials
import Testing

@testable import TidemarkStatistics

@Suite struct DetectorSettingsTests {
  @Test("every constant can be set by its name, and nothing else changes")
  func everySetting() throws {
    for setting in DetectorOptions.settings {
      var options = DetectorOptions()
      let other =
        setting.range.lowerBound == setting.defaultValue
        ? setting.range.upperBound : setting.range.lowerBound
      try options.set(setting.name, to: other)
      for each in DetectorOptions.settings {
        #expect(
          each.value(in: options) == (each.name == setting.name ? other : each.defaultValue))
      }
    }
  }

  @Test("names are unique, and as many as there are constants")
  func names() {
    let names = Set(DetectorOptions.settings.map(\.name))
    #expect(names.count == DetectorOptions.settings.count)
    #expect(names.count == Mirror(reflecting: DetectorOptions()).children.count)
  }

  @Test("defaults are in range")
  func defaults() {
    for setting in DetectorOptions.settings {
      #expect(setting.range.contains(setting.defaultValue), "\(setting.name)")
    }
  }

  @Test("docs/detection.md lists every constant with its default")
  func documented() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "docs/detection.md"), encoding: .utf8)
    let rows = page.split(separator: "\n").map { $0.split(separator: "|") }
    for setting in DetectorOptions.settings {
      let row = rows.first { $0.first?.contains("`\(setting.name)`") == true }
      let value = row.flatMap { $0.count > 1 ? Double($0[1].filter { $0 != " " }) : nil }
      #expect(value == setting.defaultValue, "\(setting.name)")
    }
  }

  @Test("an unknown name or a value out of range is an error")
  func errors() {
    var options = DetectorOptions()
    #expect(throws: DetectorSettingError.unknownName("windw")) { try options.set("windw", to: 3) }
    for value in [1, 256.5, .nan, .infinity] {
      #expect(
        throws: DetectorSettingError.outOfRange(name: "window", range: 16...4096, isWhole: true)
      ) { try options.set("window", to: value) }
    }
    #expect(options == DetectorOptions())
  }
}
