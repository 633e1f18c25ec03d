import Testing

@testable import TidemarkStatistics

@Suite struct PairedBootstrapTests {
  @Test("finds a difference that all items share, and says how large")
  func finds() {
    var noisy = Noisy(seed: 4)
    let first = (0..<100).map { _ in noisy.normal() }
    let second = first.map { $0 + 0.5 + 0.2 * noisy.normal() }
    let (difference, low, high, p) = PairedBootstrap.compare(first, second)
    #expect(abs(difference - 0.5) < 0.1)
    #expect(low > 0.4 && high < 0.6 && low < difference && difference < high)
    #expect(expectClose(p, 2.0 / 2001))
  }

  @Test("finds none where there is none")
  func findsNone() {
    var noisy = Noisy(seed: 8)
    let first = (0..<100).map { _ in noisy.normal() }
    let second = first.map { $0 + 0.2 * noisy.normal() }
    #expect(PairedBootstrap.compare(first, second).p > 0.05)
  }

  @Test("samples of one prompt are one item: repeating them makes nothing surer")
  func clusters() {
    var noisy = Noisy(seed: 2)
    let first = (0..<30).map { _ in noisy.normal() }
    let second = first.map { $0 + 0.3 + noisy.normal() }
    let alone = PairedBootstrap.compare(first, second)
    let repeated = PairedBootstrap.compare(
      first + first + first, second + second + second,
      groups: Array(0..<30) + Array(0..<30) + Array(0..<30))
    #expect(expectClose(alone.difference, repeated.difference))
    #expect(expectClose(alone.low, repeated.low) && expectClose(alone.p, repeated.p))
  }

  @Test("draws the same every time, and others from another seed")
  func seeded() {
    let first = [1.0, 2, 3, 4, 5, 6]
    let second = [1.5, 1, 4, 4, 7, 6.5]
    let one = PairedBootstrap.compare(first, second)
    #expect(one == PairedBootstrap.compare(first, second))
    #expect(one != PairedBootstrap.compare(first, second, seed: 2))
  }

  @Test("absent scores and unequal lengths leave pairs out")
  func absent() {
    let found = PairedBootstrap.compare([1, .nan, 3, 4], [2, 5, 4])
    #expect(found.difference == 1 && found.low == 1 && found.high == 1)
    #expect(PairedBootstrap.compare([], []) == (0, 0, 0, 1))
  }
}
