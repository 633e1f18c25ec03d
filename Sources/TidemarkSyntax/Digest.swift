private import CMessageDigest
package import TidemarkModel

/// SHA-256, fed piece by piece. The only file that imports CMessageDigest (libmd).
package struct Digest: ~Copyable {
  private var context = SHA2_CTX()

  package init() { SHA256Init(&context) }

  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    SHA256Update(&context, start, bytes.count)
  }

  package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  package mutating func update(_ text: String) {
    var text = text
    text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
  }

  /// The 32 bytes of the digest of all that was fed.
  package consuming func finish() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256Final(&digest, &context)
    return digest
  }

  /// The first 64 bits of SHA-256 over `bytes`: an id of DESIGN's kind.
  package static func identifier(of bytes: [UInt8]) -> Identifier {
    var digest = Digest()
    digest.update(bytes)
    return Identifier(bits: digest.finish().prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// SHA-256 over `bytes` in hex.
  package static func hex(of bytes: [UInt8]) -> String {
    var digest = Digest()
    digest.update(bytes)
    return hex(digest.finish())
  }

  /// Two hex digits in lower case for each byte.
  package static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
