internal import TidemarkModel

/// Gives bytes in order: a file, or what is unpacked from one. Not shared between tasks.
protocol ByteProducer: AnyObject {
  /// Fills `buffer` from its beginning.
  ///
  /// - Parameter buffer: Not empty.
  /// - Returns: How many bytes it got; 0 only at the end.
  func produce(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int
}

extension ByteProducer {
  /// Fills an array's elements from the first on.
  func fill(_ bytes: inout [UInt8]) throws(Problem) -> Int {
    var failure: Problem?
    let got = bytes.withUnsafeMutableBytes { buffer -> Int in
      do throws(Problem) {
        return try produce(into: buffer)
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return got
  }
}

extension ByteStream: ByteProducer {
  func produce(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    try read(into: buffer)
  }
}
