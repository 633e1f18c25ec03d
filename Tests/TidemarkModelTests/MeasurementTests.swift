import Testing
import TidemarkModel

@Suite struct SamplesTests {
  @Test("up to 64 samples are kept as they were measured")
  func fewAreKept() {
    let values = (0..<64).map { Double(64 - $0) }
    let samples = Samples(values)
    #expect(samples?.values == values)
    #expect(samples?.areQuantiles == false)
  }

  @Test("more than 64 become ascending quantiles between the least and the greatest")
  func manyBecomeQuantiles() throws {
    let samples = try #require(Samples((0..<1000).map { Double(($0 * 7919) % 1000) }))
    #expect(samples.count == 1000)
    #expect(samples.values.count == Samples.limit)
    #expect(samples.values == samples.values.sorted())
    #expect(samples.areQuantiles)
    #expect(abs(samples.values[31] - 491.7) < 1)
  }

  @Test("values that are not finite are no samples")
  func nonFiniteIsLeftOut() {
    #expect(Samples([.nan, .infinity]) == nil)
    #expect(Samples([1, .nan])?.values == [1])
  }
}

@Suite struct IdentifierTests {
  @Test("an id is sixteen hex digits, and reads back")
  func roundTrip() {
    let id = Identifier(bits: 0xAB)
    #expect(id.description == "00000000000000ab")
    #expect(Identifier(id.description) == id)
  }

  @Test(
    "what is no id is not read",
    arguments: ["", "ab", "00000000000000AB", "00000000000000ag", "00000000000000ab0"])
  func refused(text: String) { #expect(Identifier(text) == nil) }
}

@Suite struct ProblemTests {
  @Test("a problem reads: where, what, what to do")
  func description() {
    let problem = Problem(
      "testcase has no name attribute", path: "a.xml", line: 14, column: 3, remedy: "name it")
    #expect(problem.description == "a.xml:14:3: testcase has no name attribute; name it")
  }

  @Test("the first layer that knows the file names it")
  func firstPathCounts() {
    let problem = Problem("is empty").inFile("inner.xml").inFile("outer.zip")
    #expect(problem.path == "inner.xml")
  }
}
