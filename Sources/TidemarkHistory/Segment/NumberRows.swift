internal import TidemarkModel

/// Rows of exact doubles: one row for each series or test, its values through the runs of a block.
///
/// What a file wrote with few digits is kept as a whole number and a power of ten, everything else
/// as its bits in an order that is the numbers' own. Either way a row is its least value and each
/// one's distance from it, packed into as few bits as the widest needs: a series with 0.3 % noise
/// takes 47 bits a value where its doubles are full, 10 to 20 where they have four to six digits.
enum NumberRows {
  /// Above this exponent of ten the mode means the number's bits.
  private static let bitsMode = 31
  private static let greatestExponent = 22
  private static let powers: [Double] = (0...22).map { Double("1e\($0)") ?? .nan }

  /// How one row is written.
  private struct Frame {
    var mode: Int
    var base: Int64
    var width: Int
    var whole: [Int64]
  }

  static func write(_ rows: [[Double]], to writer: inout ByteWriter) {
    let frames = rows.map(frame)
    IntegerColumn.write(frames.map { Int64($0.mode) }, to: &writer)
    IntegerColumn.write(frames.map { Int64($0.width) }, to: &writer)
    for frame in frames where !frame.whole.isEmpty {
      if frame.mode == bitsMode {
        writer.uint64(UInt64(bitPattern: frame.base))
      } else {
        writer.signed(frame.base)
      }
    }
    for frame in frames {
      writer.packed(
        frame.whole.lazy.map { UInt64(bitPattern: $0 &- frame.base) }, width: frame.width)
    }
  }

  /// - Parameter counts: How many values each row has.
  static func read(
    counts: [Int], from reader: inout ByteReader
  ) throws(Problem) -> NumberTable {
    let modes = try IntegerColumn.read(counts.count, from: &reader)
    let widths = try IntegerColumn.read(counts.count, from: &reader)
    var rows: [NumberTable.Row] = []
    rows.reserveCapacity(counts.count)
    for row in counts.indices {
      guard counts[row] > 0 else {
        rows.append(NumberTable.Row(start: 0, base: 0, width: 0, power: 1))
        continue
      }
      guard (0...64).contains(widths[row]) else { throw Problem(unknownCoding) }
      let power = try power(ofMode: modes[row])
      let base = power == 0 ? Int64(bitPattern: try reader.uint64()) : try reader.signed()
      rows.append(
        NumberTable.Row(start: 0, base: base, width: Int32(widths[row]), power: power))
    }
    for row in counts.indices where counts[row] > 0 {
      rows[row].start = reader.position
      let bits = counts[row].multipliedReportingOverflow(by: Int(rows[row].width))
      guard !bits.overflow else { throw Problem(unknownCoding) }
      _ = try reader.raw(bits.partialValue / 8 + (bits.partialValue % 8 == 0 ? 0 : 1))
    }
    return NumberTable(bytes: reader.bytes, rows: rows)
  }

  private static let unknownCoding = "a row in it has an unknown coding"

  /// The power of ten of a mode, 0 for the numbers' bits.
  private static func power(ofMode mode: Int64) throws(Problem) -> Double {
    if mode == Int64(bitsMode) { return 0 }
    guard (0...Int64(greatestExponent)).contains(mode) else { throw Problem(unknownCoding) }
    return powers[Int(mode)]
  }

  private static func frame(of row: [Double]) -> Frame {
    guard !row.isEmpty else { return Frame(mode: 0, base: 0, width: 0, whole: []) }
    let bits = packed(row.map(ordered), mode: bitsMode)
    guard let (exponent, whole) = decimals(row) else { return bits }
    let decimal = packed(whole, mode: exponent)
    return decimal.width <= bits.width || row.count == 1 ? decimal : bits
  }

  private static func packed(_ whole: [Int64], mode: Int) -> Frame {
    let base = whole.min() ?? 0
    let width = bitWidth(UInt64(bitPattern: (whole.max() ?? 0) &- base))
    return Frame(mode: mode, base: base, width: width, whole: whole)
  }

  /// The row as whole numbers over the smallest power of ten that gives every value back exactly.
  private static func decimals(_ row: [Double]) -> (exponent: Int, whole: [Int64])? {
    var exponent = 0
    for value in row {
      while wholeNumber(value, exponent: exponent) == nil {
        exponent += 1
        if exponent > greatestExponent { return nil }
      }
    }
    var whole: [Int64] = []
    whole.reserveCapacity(row.count)
    for value in row {
      guard let number = wholeNumber(value, exponent: exponent) else { return nil }
      whole.append(number)
    }
    return (exponent, whole)
  }

  /// `value` × 10^exponent, if dividing that by the power again gives `value` to the bit.
  ///
  /// Both are exact below 2^53 and up to 10^22, so the one division rounds as reading the decimal
  /// text does.
  private static func wholeNumber(_ value: Double, exponent: Int) -> Int64? {
    let product = (value * powers[exponent]).rounded()
    guard abs(product) < 9_007_199_254_740_992 else { return nil }
    let whole = Int64(product)
    return (Double(whole) / powers[exponent]).bitPattern == value.bitPattern ? whole : nil
  }

  /// The bits of a double as an integer whose order is the numbers' own.
  private static func ordered(_ value: Double) -> Int64 {
    let bits = Int64(bitPattern: value.bitPattern)
    return bits < 0 ? bits ^ Int64.max : bits
  }
}

/// Rows of packed numbers, each to be had without unpacking the rest.
struct NumberTable {
  struct Row {
    /// Of its first value's byte.
    var start: Int
    var base: Int64
    var width: Int32
    /// What the whole numbers are divided by; 0 where they are a double's bits.
    var power: Double
  }

  let bytes: [UInt8]
  let rows: [Row]

  /// The values of `row` whose indexes lie in `range`.
  func values(_ range: Range<Int>, ofRow row: Int) -> [Double] {
    bytes.withUnsafeBytes { bytes in range.map { value($0, of: rows[row], bytes) } }
  }

  /// One value, out of the table's bytes, which a loop over many has at hand.
  @inline(__always)
  func value(_ index: Int, of row: Row, _ bytes: UnsafeRawBufferPointer) -> Double {
    let width = Int(row.width)
    let offset = bits(bytes, at: row.start &* 8 &+ index &* width, width: width)
    let whole = row.base &+ Int64(bitPattern: offset)
    return row.power == 0 ? NumberTable.number(ordered: whole) : Double(whole) / row.power
  }

  @inline(__always)
  private static func number(ordered: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: ordered < 0 ? ordered ^ Int64.max : ordered))
  }
}
