import Testing

@testable import TidemarkModel

@Suite struct UnitParsingTests {
  @Test(
    "a unit's text tells its quantity and scale",
    arguments: [
      ("ns", .time, 1e-9), ("ns/op", .time, 1e-9), ("ns/iter", .time, 1e-9), ("µs", .time, 1e-6),
      ("μs", .time, 1e-6), ("usec", .time, 1e-6), ("ms", .time, 1e-3), ("Seconds", .time, 1),
      ("min", .time, 60), ("B", .bytes, 1), ("B/op", .bytes, 1), ("kB", .bytes, 1e3),
      ("KiB", .bytes, 1024), ("MiB", .bytes, 1_048_576), ("MB/s", .rate, 1e6),
      ("KB/sec", .rate, 1e3), ("ops/s", .rate, 1), ("ops/ms", .rate, 1e3),
      ("ops/min", .rate, 1 / 60),
      ("Mops/s", .rate, 1e6), ("req/s", .rate, 1), ("requests per second", .rate, 1),
      ("iter/sec", .rate, 1), ("%", .ratio, 0.01), ("allocs/op", .allocations, 1),
      ("hz", .frequency, 1), ("J", .energy, 1), ("$", .money, 1), ("", .count, 1),
      ("ns/iter (+/- 12)", .time, 1e-9), ("Time (ms)", .time, 1e-3), ("GFLOPS", .rate, 1e9),
      ("K", .count, 1e3), ("M", .count, 1e6), ("#", .count, 1), ("# / s", .rate, 1),
      ("furlongs (long)", .other("furlongs (long)"), 1),
      ("furlongs", .other("furlongs"), 1), ("widgets/op", .other("widgets/op"), 1),
    ] as [(String, Quantity, Double)])
  func parsing(text: String, quantity: Quantity, scale: Double) {
    let unit = Unit(parsing: text)
    #expect(unit == Unit(text: text, quantity: quantity, scale: scale))
  }

  @Test(
    "the direction follows the quantity, and where that is open the metric's name",
    arguments: [
      ("time", "ns", .lower), ("value", "ops/s", .higher), ("size", "bytes", .lower),
      ("accuracy", "%", .higher), ("error rate", "%", .lower), ("success rate", "%", .higher),
      ("word_error", "%", .lower),
      ("acc", "score", .higher), ("perplexity", "score", .lower), ("items", "", .lower),
      ("http_reqs failed", "/s", .lower), ("hits", "", .higher), ("cache_misses", "", .lower),
      ("items_per_second", "", .higher),
    ] as [(String, String, Direction)])
  func direction(metric: String, unit: String, direction: Direction) {
    #expect(Direction.byDefault(metric: metric, unit: Unit(parsing: unit)) == direction)
  }
}
