private import CZstd
internal import TidemarkModel

/// Unpacks Zstandard frames (RFC 8878), one after another, block by block.
final class ZstandardInflation: ByteProducer {
  private let source: any ByteProducer
  private let context = ZSTD_createDStream()
  private var input = [UInt8](repeating: 0, count: 65_536)
  private var start = 0
  private var end = 0
  private var consumed = 0
  private var produced = 0
  private var isInFrame = false
  private var isDone = false

  init(_ source: any ByteProducer) { self.source = source }

  deinit { ZSTD_freeDStream(context) }

  func produce(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    var filled = 0
    while filled == 0, !isDone {
      if start == end {
        start = 0
        end = try source.fill(&input)
        if end == 0 {
          // Even without further input the decoder may hold output back.
          if try !step(into: buffer, filled: &filled), filled == 0 { isDone = true }
          guard !isDone || !isInFrame else {
            throw Problem(
              "ends in the middle of its compressed data",
              remedy: "look at how it was transferred")
          }
          continue
        }
      }
      _ = try step(into: buffer, filled: &filled)
    }
    return filled
  }

  /// - Returns: Whether the decoder took or gave anything.
  private func step(
    into buffer: UnsafeMutableRawBufferPointer, filled: inout Int
  ) throws(Problem) -> Bool {
    var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
    var taken = 0
    let status = input.withUnsafeBytes { bytes in
      var source = ZSTD_inBuffer(
        src: bytes.baseAddress.map { $0 + start }, size: end - start, pos: 0)
      let status = ZSTD_decompressStream(context, &output, &source)
      taken = source.pos
      return status
    }
    guard ZSTD_isError(status) == 0 else {
      throw Problem(
        "its compressed data is damaged (\(String(cString: ZSTD_getErrorName(status))))")
    }
    // Asked again behind a frame's end, it would name the size of the next one's beginning.
    if taken > 0 || output.pos > 0 { isInFrame = status != 0 }
    filled = output.pos
    start += taken
    consumed += taken
    produced += filled
    try ExpansionLimit.check(expanded: produced, from: consumed)
    return taken > 0 || filled > 0
  }
}
