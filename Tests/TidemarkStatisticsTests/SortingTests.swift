import Testing

@testable import TidemarkStatistics

@Suite struct SortingTests {
  @Test("sorts as the library does", arguments: [0, 1, 2, 24, 25, 26, 255, 1000, 5000])
  func sortsAsTheLibrary(count: Int) {
    var noisy = Noisy(seed: UInt64(count))
    let random = (0..<count).map { _ in noisy.normal() }
    let few = (0..<count).map { _ in (noisy.uniform() * 4).rounded() }
    let ascending = (0..<count).map(Double.init)
    for numbers in [
      random, few, ascending, ascending.reversed(), [Double](repeating: 7, count: count),
    ] {
      var sorted = numbers
      sorted.withUnsafeMutableBufferPointer { sortAscending($0) }
      #expect(sorted == numbers.sorted())
    }
  }
}
