import Testing
import TidemarkStatistics

@Suite struct WelchTestTests {
  @Test("difference, interval and p are those of scipy.stats.ttest_ind(equal_var=False)")
  func agreesWithSciPy() throws {
    let test = try #require(WelchTest([10.1, 10.4, 9.9, 10.2, 10.0], [10.9, 11.2, 10.7, 11.4]))
    #expect(abs(test.difference - 0.93) < 1e-12)
    #expect(abs(test.low - 0.46695764137678564) < 1e-9)
    #expect(abs(test.high - 1.3930423586232137) < 1e-9)
    #expect(abs(test.p - 0.0038374290118245906) < 1e-12)
  }

  @Test("one value, or values that do not vary, tell no certainty")
  func tooLittle() {
    #expect(WelchTest([1], [2, 3]) == nil)
    #expect(WelchTest([1, 1], [2, 2]) == nil)
    #expect(WelchTest([1, .nan], [2, 3]) == nil)
  }

  @Test("turning the sides turns the sign and nothing else")
  func symmetry() throws {
    let test = try #require(WelchTest([1, 2, 4], [2, 5, 9]))
    let turned = try #require(WelchTest([2, 5, 9], [1, 2, 4]))
    #expect(test.difference == -turned.difference)
    #expect(test.p == turned.p)
  }
}
