private import CZstd
package import TidemarkModel

/// Zstandard frames. The only file of this module that imports CZstd.
enum Zstandard {
  /// The bytes as one frame; nil where the library refuses.
  static func compressed(_ bytes: [UInt8], level: Int32) -> [UInt8]? {
    let bound = ZSTD_compressBound(bytes.count)
    var size = 0
    let frame = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      size = bytes.withUnsafeBytes {
        ZSTD_compress(buffer.baseAddress, bound, $0.baseAddress, $0.count, level)
      }
      count = ZSTD_isError(size) == 0 ? size : 0
    }
    return ZSTD_isError(size) == 0 ? frame : nil
  }
}

/// Unpacks Zstandard frames, one after another: making its workspace costs more than unpacking a
/// small frame. For one reader at a time.
package final class Unpacker {
  private let context = ZSTD_createDCtx()

  package init() {}

  deinit { ZSTD_freeDCtx(context) }

  /// What a frame holds, which must be `count` bytes, no more and no less.
  package func unpacked(_ frame: ArraySlice<UInt8>, count: Int) throws(Problem) -> [UInt8] {
    var size = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      size = frame.withUnsafeBytes {
        ZSTD_decompressDCtx(context, buffer.baseAddress, count, $0.baseAddress, $0.count)
      }
      filled = ZSTD_isError(size) == 0 ? size : 0
    }
    guard ZSTD_isError(size) == 0, size == count else {
      throw Problem("its compressed bytes cannot be unpacked")
    }
    return bytes
  }
}
