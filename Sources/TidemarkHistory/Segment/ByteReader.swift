internal import TidemarkModel

/// Reads what ``ByteWriter`` writes, out of bytes that may be anything.
struct ByteReader {
  let bytes: [UInt8]
  private(set) var position: Int
  let end: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = 0
    end = bytes.count
  }

  /// The bytes from `start` to `end` of `bytes`, both within it.
  init(_ bytes: [UInt8], from start: Int, to end: Int) {
    self.bytes = bytes
    position = start
    self.end = end
  }

  var remaining: Int { end - position }

  private static let short = "it ends too early"

  mutating func byte() throws(Problem) -> UInt8 {
    guard position < end else { throw Problem(ByteReader.short) }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func raw(_ count: Int) throws(Problem) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else { throw Problem(ByteReader.short) }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func uint32() throws(Problem) -> UInt32 {
    try raw(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func uint64() throws(Problem) -> UInt64 {
    guard remaining >= 8 else { throw Problem(ByteReader.short) }
    defer { position += 8 }
    return UInt64(
      littleEndian: bytes.withUnsafeBytes {
        $0.loadUnaligned(fromByteOffset: position, as: UInt64.self)
      })
  }

  mutating func varint() throws(Problem) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = bytes[position]
      position += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      if shift > 63 { break }
    }
    throw Problem(position >= end ? ByteReader.short : "a number in it is too long")
  }

  mutating func signed() throws(Problem) -> Int64 { unzigzag(try varint()) }

  /// A count or an index of at most `limit`.
  mutating func count(limit: Int) throws(Problem) -> Int {
    let value = try varint()
    guard value <= UInt64(limit) else { throw Problem("a count in it is out of range") }
    return Int(value)
  }

  /// A count of things that take at least `bytes` bytes each of what remains.
  mutating func count(ofAtLeast bytes: Int) throws(Problem) -> Int {
    try count(limit: remaining / max(bytes, 1))
  }

  mutating func text() throws(Problem) -> String {
    let count = try count(limit: remaining)
    return String(decoding: try raw(count), as: UTF8.self)
  }

  /// Calls `use` with `count` values of `width` bits each, in order.
  @inline(__always)
  mutating func unpack(
    count: Int, width: Int, _ use: (Int, UInt64) -> Void
  ) throws(Problem) {
    guard width > 0 else {
      for index in 0..<count { use(index, 0) }
      return
    }
    guard width <= 64, count <= remaining * 8 / width
    else { throw Problem(ByteReader.short) }
    bytes.withUnsafeBytes {
      for index in 0..<count {
        use(index, bits($0, at: position &* 8 &+ index &* width, width: width))
      }
    }
    position += (count * width + 7) / 8
  }
}

/// The `width` bits from the bit `position` of `bytes` on; what lies behind the end is 0.
@inline(__always)
func bits(_ bytes: UnsafeRawBufferPointer, at position: Int, width: Int) -> UInt64 {
  let byte = position >> 3
  // One load of eight bytes holds a value of up to 57 bits wherever it begins.
  guard width <= 57, byte &+ 8 <= bytes.count else {
    return bitsByByte(bytes, at: position, width: width)
  }
  let word = bytes.loadUnaligned(fromByteOffset: byte, as: UInt64.self)
  return UInt64(littleEndian: word) >> UInt64(position & 7) & (1 << UInt64(width) &- 1)
}

@inline(never)
private func bitsByByte(_ bytes: UnsafeRawBufferPointer, at position: Int, width: Int) -> UInt64 {
  var byte = position >> 3
  guard width > 0, byte < bytes.count else { return 0 }
  var value = UInt64(bytes[byte]) >> UInt64(position & 7)
  var got = 8 &- (position & 7)
  while got < width {
    byte &+= 1
    guard byte < bytes.count else { break }
    value |= UInt64(bytes[byte]) << UInt64(got)
    got &+= 8
  }
  return width == 64 ? value : value & (1 << UInt64(width) &- 1)
}
