/// Appends what a segment is made of: little-endian integers, varints, texts, packed bits.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func raw(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  mutating func uint32(_ value: UInt32) {
    for shift in stride(from: 0, to: 32, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
    }
  }

  mutating func uint64(_ value: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
    }
  }

  /// Seven bits a byte, the lowest first; the high bit says that more follow.
  mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A count or an index: never negative.
  mutating func count(_ value: Int) { varint(UInt64(bitPattern: Int64(value))) }

  mutating func signed(_ value: Int64) { varint(zigzag(value)) }

  mutating func text(_ text: String) {
    var text = text
    text.withUTF8 {
      count($0.count)
      bytes.append(contentsOf: $0)
    }
  }

  /// `values`, `width` bits each, the lowest bit of the first value first; the last byte is filled
  /// with zeros.
  mutating func packed(_ values: some Sequence<UInt64>, width: Int) {
    guard width > 0 else { return }
    var pending: UInt64 = 0
    var filled = 0
    for value in values {
      pending |= value << UInt64(filled)
      if filled + width < 64 {
        filled += width
        continue
      }
      uint64(pending)
      let taken = 64 - filled
      pending = taken < 64 ? value >> UInt64(taken) : 0
      filled = width - taken
    }
    while filled > 0 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      filled -= 8
    }
  }
}

/// 0, −1, 1, −2 … as 0, 1, 2, 3 …
func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value &<< 1 ^ value &>> 63) }

/// The reverse of ``zigzag(_:)``.
func unzigzag(_ value: UInt64) -> Int64 {
  Int64(bitPattern: value >> 1) ^ (0 &- Int64(bitPattern: value & 1))
}

/// How many bits `value` needs, 0 to 64.
func bitWidth(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }
