private import CZlib
internal import TidemarkModel

/// Unpacks deflated data, block by block: the only file that imports CZlib.
final class Inflation: ByteProducer {
  enum Wrapping {
    /// gzip (RFC 1952), of one stream or several after one another.
    case gzip
    /// Bare deflate data (RFC 1951), as zip archives hold it.
    case none
  }

  private let source: any ByteProducer
  private let wrapping: Wrapping
  private var stream = z_stream()
  private var isReady = false
  private var input = [UInt8](repeating: 0, count: 65_536)
  private var start = 0
  private var end = 0
  private var consumed = 0
  private var produced = 0
  private var isDone = false

  init(_ source: any ByteProducer, wrapping: Wrapping) throws(Problem) {
    self.source = source
    self.wrapping = wrapping
    // 15 is the largest window, 16 asks for gzip's wrapping, a negative one for none.
    isReady = tm_inflateInit2(&stream, wrapping == .gzip ? 15 + 16 : -15) == Z_OK
    guard isReady else { throw Problem("cannot be unpacked (no memory)") }
  }

  deinit {
    if isReady { inflateEnd(&stream) }
  }

  func produce(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    var filled = 0
    while filled == 0, !isDone {
      if start == end { try fill() }
      let status = step(into: buffer, filled: &filled)
      try ExpansionLimit.check(expanded: produced, from: consumed)
      switch status {
      case Z_OK: break
      case Z_BUF_ERROR where start == end && filled == 0: throw Inflation.truncated
      case Z_BUF_ERROR: break
      case Z_STREAM_END: try beginNext()
      default: throw Problem("its compressed data is damaged")
      }
    }
    return filled
  }

  private static var truncated: Problem {
    Problem("ends in the middle of its compressed data", remedy: "look at how it was transferred")
  }

  private func fill() throws(Problem) {
    start = 0
    end = try source.fill(&input)
  }

  private func step(into buffer: UnsafeMutableRawBufferPointer, filled: inout Int) -> Int32 {
    let available = min(buffer.count, Int(UInt32.max))
    var status = Z_OK
    input.withUnsafeMutableBufferPointer { bytes in
      stream.next_in = bytes.baseAddress.map { $0 + start }
      stream.avail_in = UInt32(end - start)
      stream.next_out = buffer.bindMemory(to: UInt8.self).baseAddress
      stream.avail_out = UInt32(available)
      status = inflate(&stream, Z_NO_FLUSH)
    }
    let taken = end - start - Int(stream.avail_in)
    filled = available - Int(stream.avail_out)
    start += taken
    consumed += taken
    produced += filled
    return status
  }

  /// A further gzip stream may follow; anything else behind the end is padding, as gzip has it too.
  private func beginNext() throws(Problem) {
    if start == end { try fill() }
    let isNext = wrapping == .gzip && start < end && input[start] == 0x1F
    guard isNext, inflateReset(&stream) == Z_OK else {
      isDone = true
      return
    }
  }
}

/// A check sum of what went through (CRC-32 of ISO 3309, as zip archives store it).
struct CheckSum {
  private(set) var value: UInt32 = 0

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, bytes.count))
  }
}
