private import Glibc
internal import TidemarkModel

/// A file of which any stretch can be read: on disk, or in memory.
final class ByteAccess {
  private let descriptor: Int32
  private let memory: [UInt8]
  let size: Int

  init(memory: [UInt8]) {
    descriptor = -1
    self.memory = memory
    size = memory.count
  }

  /// - Parameter descriptor: Open for reading; closed when this goes.
  init(descriptor: Int32, size: Int) {
    self.descriptor = descriptor
    memory = []
    self.size = size
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// - Throws: ``Problem`` where the file ends before.
  func bytes(at offset: Int, count: Int) throws(Problem) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
      throw Problem("ends too early", remedy: "look at how it was transferred")
    }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      var got = 0
      bytes.withUnsafeMutableBytes { buffer in
        got = read(
          into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]), at: offset + filled)
      }
      guard got > 0 else { throw Problem("ends too early", remedy: "did it change meanwhile?") }
      filled += got
    }
    return bytes
  }

  /// - Returns: How many bytes it got; 0 at the end and where reading fails.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    guard let target = buffer.baseAddress, offset < size else { return 0 }
    guard descriptor < 0 else {
      while true {
        let got = pread(descriptor, target, buffer.count, off_t(offset))
        if got >= 0 || errno != EINTR { return max(got, 0) }
      }
    }
    let count = min(buffer.count, size - offset)
    memory.withUnsafeBytes { source in
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[offset..<offset + count]))
    }
    return count
  }
}

/// A stretch of a file, in order.
final class ByteRange: ByteProducer {
  private let access: ByteAccess
  private var position: Int
  private let end: Int

  init(_ access: ByteAccess, from start: Int, count: Int) {
    self.access = access
    position = start
    end = start + count
  }

  func produce(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    let count = min(buffer.count, end - position)
    guard count > 0 else { return 0 }
    let got = access.read(
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), at: position)
    position += got
    return got
  }
}
