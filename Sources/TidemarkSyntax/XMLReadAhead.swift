private import Dispatch
private import Glibc
private import Synchronization
internal import TidemarkModel

/// Decodes a file on a thread of its own, a few blocks ahead of who reads them: reading, checking
/// and copying take a sixth of the time of a large file, which the parser then does not wait for.
///
/// One thread reads; ``stop()`` must come before the last reference to it goes, for the other
/// thread holds one.
final class XMLReadAhead: @unchecked Sendable {
  private struct Block {
    let bytes: UnsafeMutablePointer<UInt8>
    var count = 0
    /// How many of the source's bytes were given out before this block, and with it.
    var given = (before: 0, after: 0)
    var isLast = false
    var failure: Problem?
  }

  private static let blockCount = 4
  private static let blockSize = 262_144

  private let decoder: XMLDecoder
  /// Each is either thread's by turns: the decoding one's from `free` to `filled`.
  private let blocks: UnsafeMutablePointer<Block>
  private let free = DispatchSemaphore(value: 0)
  private let filled = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let isStopping = Atomic(false)

  /// Which block is being read, and how much of it was; the reader's alone, as all below.
  private var current = 0
  private var offset = 0
  private var hasBlock = false
  private var hasEnded = false

  /// - Returns: nil where no thread is to be had.
  init?(_ decoder: XMLDecoder) {
    self.decoder = decoder
    blocks = .allocate(capacity: XMLReadAhead.blockCount)
    for index in 0..<XMLReadAhead.blockCount {
      (blocks + index).initialize(to: Block(bytes: .allocate(capacity: XMLReadAhead.blockSize)))
      free.signal()
    }
    var thread = pthread_t()
    let me = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { me in
        guard let me else { return nil }
        Unmanaged<XMLReadAhead>.fromOpaque(me).takeRetainedValue().decodeAll()
        return nil
      }, me.toOpaque())
    guard failure == 0 else {
      me.release()
      return nil
    }
    pthread_detach(thread)
  }

  deinit {
    for index in 0..<XMLReadAhead.blockCount { blocks[index].bytes.deallocate() }
    blocks.deinitialize(count: XMLReadAhead.blockCount)
    blocks.deallocate()
  }

  /// Ends the other thread; the decoder is the caller's from then on.
  func stop() {
    guard !hasEnded else { return }
    hasEnded = true
    isStopping.store(true, ordering: .releasing)
    free.signal()
    ended.wait()
  }

  /// Whether nothing is left.
  var isExhausted: Bool { !findBytes() && blocks[current].failure == nil }

  /// How many bytes of the source were given out, roughly.
  var bytesGiven: Int {
    let block = blocks[current]
    guard hasBlock, block.count > 0 else { return block.given.before }
    let share = Double(offset) / Double(block.count)
    return block.given.before + Int(share * Double(block.given.after - block.given.before))
  }

  /// Copies up to `count` bytes to `target`.
  ///
  /// - Returns: How many; 0 at the end.
  func read(into target: UnsafeMutablePointer<UInt8>, count: Int) throws(Problem) -> Int {
    guard findBytes() else {
      if let failure = blocks[current].failure { throw failure }
      return 0
    }
    let got = min(count, blocks[current].count - offset)
    target.update(from: blocks[current].bytes + offset, count: got)
    offset += got
    return got
  }

  /// Waits for a block that is not used up.
  ///
  /// - Returns: false at the end or a failure, which the current block then tells.
  private func findBytes() -> Bool {
    while !hasBlock || offset == blocks[current].count {
      if hasEnded { return false }
      if hasBlock {
        if blocks[current].isLast { return false }
        free.signal()
        current = (current + 1) % XMLReadAhead.blockCount
      }
      filled.wait()
      hasBlock = true
      offset = 0
    }
    return true
  }

  private func decodeAll() {
    var index = 0
    while true {
      free.wait()
      if isStopping.load(ordering: .acquiring) { break }
      fill(blocks + index)
      let isLast = blocks[index].isLast
      filled.signal()
      if isLast { break }
      index = (index + 1) % XMLReadAhead.blockCount
    }
    ended.signal()
  }

  private func fill(_ block: UnsafeMutablePointer<Block>) {
    block.pointee.count = 0
    block.pointee.given.before = decoder.bytesGiven
    do throws(Problem) {
      // The decoder may need room for one whole escape.
      while block.pointee.count + 16 <= XMLReadAhead.blockSize, !block.pointee.isLast {
        let got = try decoder.read(
          into: block.pointee.bytes + block.pointee.count,
          count: XMLReadAhead.blockSize - block.pointee.count)
        block.pointee.count += got
        block.pointee.isLast = got == 0
      }
    } catch {
      block.pointee.failure = error
      block.pointee.isLast = true
    }
    block.pointee.given.after = decoder.bytesGiven
  }
}
