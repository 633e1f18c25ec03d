import Testing

@testable import TidemarkStatistics

@Suite struct FamilyTests {
  @Test("adjusted p agree with SciPy's false_discovery_control")
  func agreesWithSciPy() {
    let p = [0.212, 0.001, 0.041, 0.039, 0.008, 0.042, 0.06, 0.205, 0.074, 0.216]
    let expected = [
      0.216, 0.01, 0.084, 0.084, 0.04, 0.084, 0.1, 0.216, 0.1057142857142857, 0.216,
    ]
    let adjusted = BenjaminiHochberg.adjusted(p, tests: 10)
    #expect(zip(adjusted, expected).allSatisfy { expectClose($0, $1) })
  }

  @Test("more tests make every p larger")
  func moreTests() {
    #expect(BenjaminiHochberg.adjusted([0.01], tests: 10) == [0.1])
    #expect(BenjaminiHochberg.adjusted([0.2], tests: 1000) == [1])
    #expect(BenjaminiHochberg.adjusted([], tests: 10) == [])
  }
}
