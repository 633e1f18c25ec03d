internal import TidemarkModel

/// What the XML parser is fed: bytes that were looked at ahead or came back, then what the decoder
/// has next. A large file is decoded on a thread of its own while the parser is at work.
final class XMLInput {
  private let decoder: XMLDecoder
  private var ahead: XMLReadAhead?
  /// Those from `frontPosition` on are next.
  private var front: [UInt8] = []
  private var frontPosition = 0

  /// From how many bytes on a thread costs less than it saves.
  private static let largeSize = 8 << 20

  init(_ source: any ByteSource, blockSize: Int) {
    decoder = XMLDecoder(source, blockSize: blockSize)
  }

  deinit { ahead?.stop() }

  /// Looks at the first bytes and decides how the rest is decoded. To be called once, first.
  func begin() throws(Problem) {
    try decoder.begin()
    if decoder.sizeHint >= XMLInput.largeSize { ahead = XMLReadAhead(decoder) }
  }

  /// What was mended. To be asked for when nothing more is to be read.
  var repairs: Set<XMLRepair> {
    ahead?.stop()
    return decoder.repairs
  }

  /// The bytes that are next, as many as ``ensure(_:)`` has brought.
  func withWindow<Answer>(_ body: (UnsafeBufferPointer<UInt8>) -> Answer) -> Answer {
    front.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[frontPosition...])) }
  }

  /// How many bytes ``withWindow(_:)`` shows.
  var windowCount: Int { front.count - frontPosition }

  /// Whether nothing is left, here or in the source.
  var isExhausted: Bool { windowCount == 0 && (ahead?.isExhausted ?? decoder.isExhausted) }

  /// The share of the source that was given out, roughly; 0 where its size is not known.
  var progress: Double {
    guard decoder.sizeHint > 0 else { return 0 }
    return min(Double(ahead?.bytesGiven ?? decoder.bytesGiven) / Double(decoder.sizeHint), 1)
  }

  func consume(_ count: Int) { frontPosition += count }

  /// Copies up to `count` bytes to `target`.
  ///
  /// - Parameter count: 16 at least.
  /// - Returns: How many; 0 at the end.
  func read(into target: UnsafeMutablePointer<UInt8>, count: Int) throws(Problem) -> Int {
    if frontPosition < front.count {
      let got = min(count, front.count - frontPosition)
      withWindow { window in
        if let start = window.baseAddress { target.update(from: start, count: got) }
      }
      frontPosition += got
      return got
    }
    return try decoded(into: target, count: count)
  }

  private func decoded(into target: UnsafeMutablePointer<UInt8>, count: Int) throws(Problem) -> Int
  {
    if let ahead { return try ahead.read(into: target, count: count) }
    return try decoder.read(into: target, count: count)
  }

  /// Makes the window at least `count` bytes long, unless the end comes first.
  func ensure(_ count: Int) throws(Problem) {
    guard windowCount < count else { return }
    front.removeFirst(frontPosition)
    frontPosition = 0
    while front.count < count {
      let room = max(count - front.count, 64)
      var failure: Problem?
      let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, filled in
        guard let start = buffer.baseAddress else { return }
        do throws(Problem) { filled = try decoded(into: start, count: room) } catch {
          failure = error
        }
      }
      if let failure { throw failure }
      if piece.isEmpty { return }
      front += piece
    }
  }

  /// Puts bytes that ``read(into:count:)`` gave back in front.
  func unread(_ bytes: UnsafeBufferPointer<UInt8>) {
    front = Array(bytes) + front[frontPosition...]
    frontPosition = 0
  }
}
