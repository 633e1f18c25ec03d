internal import TidemarkModel

/// A column of integers, in the smallest of four codings. Its length is known to the reader; an
/// empty column has no bytes.
enum IntegerColumn {
  private enum Coding: UInt8 {
    /// One value for all.
    case constant = 0
    /// The least value; then each one's distance from it, packed.
    case packed = 1
    /// The first value; then the steps from each to the next as a `packed` column's values.
    case steps = 2
    /// Each as a varint of its own: for few large ones among small.
    case varints = 3
  }

  static func write(_ values: [Int64], to writer: inout ByteWriter) {
    guard let first = values.first else { return }
    if values.allSatisfy({ $0 == first }) {
      writer.byte(Coding.constant.rawValue)
      writer.signed(first)
      return
    }
    let steps = zip(values.dropFirst(), values).map { $0 &- $1 }
    let packedSize = size(of: values)
    let stepsSize = size(of: steps) + varintSize(first)
    let varintsSize = values.reduce(0) { $0 + varintSize($1) }
    if varintsSize < min(packedSize, stepsSize) {
      writer.byte(Coding.varints.rawValue)
      for value in values { writer.signed(value) }
    } else if stepsSize < packedSize {
      writer.byte(Coding.steps.rawValue)
      writer.signed(first)
      pack(steps, to: &writer)
    } else {
      writer.byte(Coding.packed.rawValue)
      pack(values, to: &writer)
    }
  }

  static func read(_ count: Int, from reader: inout ByteReader) throws(Problem) -> [Int64] {
    guard count > 0 else { return [] }
    switch Coding(rawValue: try reader.byte()) {
    case .constant:
      return [Int64](repeating: try reader.signed(), count: count)
    case .packed:
      return try unpack(count, from: &reader)
    case .steps:
      var value = try reader.signed()
      let steps = try unpack(count - 1, from: &reader)
      var values = [Int64]()
      values.reserveCapacity(count)
      values.append(value)
      for step in steps {
        value &+= step
        values.append(value)
      }
      return values
    case .varints:
      guard count <= reader.remaining else { throw Problem("it ends too early") }
      var values = [Int64]()
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try reader.signed()) }
      return values
    case nil:
      throw Problem("a column in it has an unknown coding")
    }
  }

  /// The same, as indexes below `limit`.
  static func readIndexes(
    _ count: Int, below limit: Int, from reader: inout ByteReader
  ) throws(Problem) -> [Int32] {
    let values = try read(count, from: &reader)
    var isInside = true
    let indexes = values.map { value -> Int32 in
      isInside = isInside && value >= 0 && value < limit
      return Int32(truncatingIfNeeded: value)
    }
    guard isInside, limit <= Int(Int32.max) else {
      throw Problem("an index in it points nowhere")
    }
    return indexes
  }

  static func write(_ indexes: [Int32], to writer: inout ByteWriter) {
    write(indexes.map(Int64.init), to: &writer)
  }

  private static func pack(_ values: [Int64], to writer: inout ByteWriter) {
    let (base, width) = frame(values)
    writer.signed(base)
    writer.byte(UInt8(width))
    writer.packed(values.lazy.map { UInt64(bitPattern: $0 &- base) }, width: width)
  }

  private static func unpack(
    _ count: Int, from reader: inout ByteReader
  ) throws(Problem) -> [Int64] {
    let base = try reader.signed()
    let width = Int(try reader.byte())
    var values = [Int64](repeating: base, count: count)
    if width > 0 {
      try reader.unpack(count: count, width: width) { index, offset in
        values[index] = base &+ Int64(bitPattern: offset)
      }
    }
    return values
  }

  /// The least value, and how many bits the distance of the greatest from it needs.
  private static func frame(_ values: [Int64]) -> (base: Int64, width: Int) {
    let base = values.min() ?? 0
    return (base, bitWidth(UInt64(bitPattern: (values.max() ?? 0) &- base)))
  }

  private static func size(of values: [Int64]) -> Int {
    let (base, width) = frame(values)
    return varintSize(base) + 1 + (values.count * width + 7) / 8
  }

  private static func varintSize(_ value: Int64) -> Int {
    max((bitWidth(zigzag(value)) + 6) / 7, 1)
  }
}

/// Which of many have something: none, all, or a bit each.
enum Mask {
  static func write(_ mask: [Bool], to writer: inout ByteWriter) {
    let count = mask.count { $0 }
    if count == 0 || count == mask.count {
      writer.byte(count == 0 ? 0 : 1)
    } else {
      writer.byte(2)
      writer.packed(mask.lazy.map { $0 ? 1 : 0 }, width: 1)
    }
  }

  /// - Returns: nil for all.
  static func read(_ count: Int, from reader: inout ByteReader) throws(Problem) -> [Bool]? {
    switch try reader.byte() {
    case 0: return [Bool](repeating: false, count: count)
    case 1: return nil
    case 2:
      var mask = [Bool](repeating: false, count: count)
      try reader.unpack(count: count, width: 1) { index, bit in mask[index] = bit == 1 }
      return mask
    default: throw Problem("a mask in it has an unknown coding")
    }
  }
}
