private import TidemarkSyntax

/// HMAC with SHA-256: who has the key can tell that a message is ours and as we sent it.
///
/// - Source: RFC 2104
enum MessageCode {
  private static let blockSize = 64

  /// 32 bytes.
  static func make(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    let short = key.count > blockSize ? digest(key) : key
    let padded = short + Array(repeating: 0, count: blockSize - short.count)
    return digest(padded.map { $0 ^ 0x5C } + digest(padded.map { $0 ^ 0x36 } + message))
  }

  private static func digest(_ bytes: [UInt8]) -> [UInt8] {
    var digest = Digest()
    digest.update(bytes)
    return digest.finish()
  }
}
