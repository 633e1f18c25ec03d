/// Hits among a number of items, with nonsense taken into range.
struct Share {
  let hits: Int
  let count: Int

  /// More items than any evaluation has; larger counts are scaled down to it.
  private static let largest = 1 << 32

  init(_ hits: Int, of count: Int) {
    let some = max(count, 0)
    let within = min(max(hits, 0), some)
    self.count = min(some, Self.largest)
    self.hits =
      some > Self.largest
      ? min(Int(Double(within) / Double(some) * Double(Self.largest)), Self.largest) : within
  }

  var rate: Double { count > 0 ? Double(hits) / Double(count) : 0 }
}
