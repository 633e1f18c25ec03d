import Testing

@testable import TidemarkStatistics

@Suite struct NoiseTests {
  private func noise(_ y: [Double], isLogarithmic: Bool = true, known: Double = 0) -> Noise {
    var sample = OrderedSample()
    return y.withUnsafeBufferPointer {
      Noise(
        of: $0, isLogarithmic: isLogarithmic, knownDeviation: known, options: DetectorOptions(),
        sample: &sample)
    }
  }

  @Test("sigma is the sd, with or without a step")
  func sigma() {
    var noisy = Noisy(seed: 1)
    let flat = (0..<250).map { _ in 0.05 * noisy.normal() }
    let stepped = flat.enumerated().map { $0 < 120 ? $1 : $1 + 3 }
    #expect(abs(noise(flat).sigma - 0.05) < 0.01)
    #expect(abs(noise(stepped).sigma - 0.05) < 0.01)
    #expect(noise(stepped).correlation < 0.1)
  }

  @Test("correlated noise is seen as such, white noise is not")
  func correlation() {
    var noisy = Noisy(seed: 5)
    var correlated: [Double] = []
    var last = 0.0
    for _ in 0..<250 {
      last = 0.6 * last + noisy.normal()
      correlated.append(last)
    }
    #expect(noise(correlated).correlation > 0.3)
    #expect(noise((0..<250).map { _ in noisy.normal() }).correlation < 0.1)
  }

  @Test("a step in a short series is no correlation", arguments: [20, 25, 30, 40], [8.0, 20, 160])
  func step(count: Int, size: Double) {
    var noisy = Noisy(seed: UInt64(count))
    var found = 0
    for _ in 0..<200 {
      let y = (0..<count).map { noisy.normal() + ($0 >= count - 5 ? size : 0) }
      if noise(y).correlation > 0.3 { found += 1 }
    }
    // White noise alone has as many.
    #expect(found < 30, "\(found) of 200")
  }

  @Test("few different values make a tick")
  func tick() {
    let values = (0..<40).map { Double($0 * 7 % 5) }
    #expect(noise(values, isLogarithmic: false).tick == 1)
    #expect(noise((0..<40).map(Double.init), isLogarithmic: false).tick == 0)
  }

  @Test("a known sd is the least one")
  func known() {
    #expect(noise([1, 1, 1, 1, 1], known: 0.2).sigma == 0.2)
    #expect(noise([1, 1], known: 0.2).sigma == 0)
  }

  @Test("a mean of correlated runs varies more, never more than one run")
  func varianceOfMean() {
    var correlated = Noise(of: UnsafeBufferPointer(start: nil, count: 0))
    for count in 1...50 {
      correlated.correlation = 0
      let white = correlated.varianceOfMean(count)
      correlated.correlation = 0.5
      #expect(white == 1 / Double(count))
      #expect(correlated.varianceOfMean(count) >= white)
      #expect(correlated.varianceOfMean(count) <= 1)
    }
  }
}

extension Noise {
  /// The noise of nothing, for setting what a test needs.
  fileprivate init(of nothing: UnsafeBufferPointer<Double>) {
    var sample = OrderedSample()
    self.init(
      of: nothing, isLogarithmic: false, knownDeviation: 0, options: DetectorOptions(),
      sample: &sample)
  }
}
