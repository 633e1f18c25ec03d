/// A sample in ascending order, in storage that is used again: order statistics and what is made of them.
struct OrderedSample {
  private var storage: [Double] = []
  private(set) var count = 0

  subscript(rank: Int) -> Double { storage[rank] }

  /// Takes `size` numbers as `fill` writes them, and sorts them.
  @inline(__always)
  mutating func take(_ size: Int, _ fill: (UnsafeMutableBufferPointer<Double>) -> Void) {
    count = max(size, 0)
    if storage.count < count {
      storage = [Double](repeating: 0, count: max(256, count))
    }
    storage.withUnsafeMutableBufferPointer { all in
      let used = UnsafeMutableBufferPointer(rebasing: all[..<count])
      fill(used)
      sortAscending(used)
    }
  }

  mutating func take(_ values: UnsafeBufferPointer<Double>) {
    take(values.count) { target in
      for i in 0..<values.count { target[i] = values[i] }
    }
  }

  mutating func take(_ values: [Double]) {
    values.withUnsafeBufferPointer { take($0) }
  }

  mutating func take(_ values: [Double], _ range: Range<Int>) {
    values.withUnsafeBufferPointer { take(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  /// Takes one value away, if it is there.
  mutating func remove(_ value: Double) {
    guard let rank = storage[..<count].firstIndex(of: value) else { return }
    count -= 1
    for i in rank..<count { storage[i] = storage[i + 1] }
  }

  /// Takes the differences of values `step` apart.
  mutating func takeDifferences(of values: UnsafeBufferPointer<Double>, step: Int = 1) {
    take(values.count - step) { target in
      for i in 0..<target.count { target[i] = values[i + step] - values[i] }
    }
  }

  /// The middle one, or the mean of the two middle ones; 0 of an empty sample.
  var median: Double {
    count == 0 ? 0 : (storage[(count - 1) / 2] + storage[count / 2]) / 2
  }

  /// The quantile by linear interpolation at p (n − 1); 0 of an empty sample.
  func quantile(_ p: Double) -> Double {
    guard count > 0 else { return 0 }
    let position = min(max(p, 0), 1) * Double(count - 1)
    let below = Int(position)
    let low = storage[below]
    let high = storage[min(below + 1, count - 1)]
    return low + (position - Double(below)) * (high - low)
  }

  /// The median absolute deviation times 1.4826, so that it is a normal sample's sd.
  var medianAbsoluteDeviation: Double {
    guard count > 0 else { return 0 }
    let middle = median
    // The deviations to either side are in order already: walk outwards to the middle one.
    var right = count / 2
    while right > 0, storage[right - 1] >= middle { right -= 1 }
    while right < count, storage[right] < middle { right += 1 }
    var left = right - 1
    let lowRank = (count - 1) / 2
    let highRank = count / 2
    var low = 0.0
    var high = 0.0
    for rank in 0...highRank {
      let fromLeft = left >= 0 ? middle - storage[left] : .infinity
      let fromRight = right < count ? storage[right] - middle : .infinity
      if fromLeft < fromRight {
        high = fromLeft
        left -= 1
      } else {
        high = fromRight
        right += 1
      }
      if rank == lowRank { low = high }
    }
    return 1.4826 * (low + high) / 2
  }

  /// From the tenth lowest to the tenth highest of a hundred: ranks, without interpolation.
  var innerRange: Double {
    guard count > 0 else { return 0 }
    return storage[count - 1 - count / 10] - storage[count / 10]
  }

  /// The sd with n − 1; 0 of fewer than two.
  var standardDeviation: Double {
    guard count > 1 else { return 0 }
    let mean = mean(of: 0..<count)
    var squares = 0.0
    for i in 0..<count {
      let deviation = storage[i] - mean
      squares += deviation * deviation
    }
    return (squares / Double(count - 1)).squareRoot()
  }

  /// A robust sd: the larger of the median absolute deviation and the 10–90 % range, so that two
  /// modes, or values that share a few clock ticks, are not taken for no noise.
  ///
  /// Below ten values the range says nothing: there it is the sd, lowered by a fifth.
  var spread: Double {
    guard count >= 2 else { return 0 }
    if count < 10 {
      return max(medianAbsoluteDeviation, standardDeviation * (count > 3 ? 0.8 : 1))
    }
    return max(medianAbsoluteDeviation, (quantile(0.9) - quantile(0.1)) / 2.563)
  }

  /// The mean without the share `trim` at either end; the median of three or four. 0 if empty.
  func trimmedMean(_ trim: Double) -> Double {
    guard count > 0 else { return 0 }
    if count == 3 || count == 4 { return median }
    let cut = min(Int(trim * Double(count)), (count - 1) / 2)
    return mean(of: cut..<(count - cut))
  }

  /// The mean of some ranks, taken from the lowest of them: equal values have exactly that mean.
  private func mean(of ranks: Range<Int>) -> Double {
    let base = storage[ranks.lowerBound]
    var sum = 0.0
    for i in ranks { sum += storage[i] - base }
    return base + sum / Double(ranks.count)
  }

  /// The differences of neighbouring different values, ascending by place.
  var gaps: [Double] {
    guard count > 1 else { return [] }
    var gaps: [Double] = []
    for i in 1..<count where storage[i] != storage[i - 1] {
      gaps.append(storage[i] - storage[i - 1])
    }
    return gaps
  }
}
