import Testing
import TidemarkModel

@Suite struct LabelsTests {
  @Test("the order in which labels come does not show")
  func orderDoesNotShow() {
    #expect(
      Labels([("os", "linux"), ("arch", "arm64")]) == Labels([("arch", "arm64"), ("os", "linux")]))
    #expect(Labels([("os", "linux"), ("arch", "arm64")]).description == "arch=arm64, os=linux")
  }

  @Test("of two values of one key the last counts")
  func lastValueCounts() {
    #expect(Labels([("os", "linux"), ("os", "windows")]).pairs.map(\.value) == ["windows"])
  }

  @Test("merging lets the other's value count")
  func mergingPrefersTheOther() {
    let merged = Labels([("a", "1"), ("b", "1")]).merging(Labels([("b", "2"), ("c", "2")]))
    #expect(merged == Labels([("a", "1"), ("b", "2"), ("c", "2")]))
  }

  @Test("a key set to nil is gone")
  func nilRemoves() {
    var labels = Labels([("a", "1")])
    labels["a"] = nil
    labels["b"] = nil
    #expect(labels.isEmpty)
  }
}
