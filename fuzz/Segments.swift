private import Glibc
private import TidemarkHistory

/// Segments of a history under mutation: nothing in them is believed before its checksum fits, so the
/// checksums are put right before each reading, and the seeds hold their sections uncompressed
/// (docs/history-format.md).
enum Segments {
  private static let headSize = 32
  private static let entrySize = 40
  static func read(_ bytes: [UInt8]) {
    guard Scratch.write(mended(bytes), to: Scratch.segment) else { return }
    let history = History(directory: Scratch.folder)
    _ = try? history.load()
    _ = try? history.list()
    _ = try? history.statistics()
  }

  /// Writes a segment's sections as they are before compression.
  static func unpack(_ source: String, to target: String) -> Bool {
    guard let bytes = contents(of: source), bytes.count >= headSize else { return false }
    var head = Array(bytes[..<headSize])
    var directory: [UInt8] = []
    var body: [UInt8] = []
    let count = number(bytes[16..<18])
    var offset = headSize + count * entrySize
    for index in 0..<count {
      var entry = Array(bytes[headSize + index * entrySize..<headSize + (index + 1) * entrySize])
      let (stored, size) = (number(entry[16..<24]), number(entry[24..<32]))
      let raw = bytes[offset..<offset + stored]
      guard let section = entry[8] == 1 ? try? Unpacker().unpacked(raw, count: size) : Array(raw)
      else { return false }
      entry[8] = 0
      entry.replaceSubrange(16..<24, with: little(UInt64(section.count)))
      entry.replaceSubrange(24..<32, with: little(UInt64(section.count)))
      directory += entry
      body += section
      offset += stored
    }
    head.replaceSubrange(24..<32, with: little(0))
    return Scratch.write(mended(head + directory + body), to: target)
  }

  /// The bytes with the checksums that they should have, as far as they are a segment at all.
  private static func mended(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.count >= headSize else { return bytes }
    var bytes = bytes
    let end = headSize + number(bytes[16..<18]) * entrySize
    guard end <= bytes.count else { return bytes }
    var offset = end
    for start in stride(from: headSize, to: end, by: entrySize) {
      let stored = number(bytes[start + 16..<start + 24])
      guard stored >= 0, stored <= bytes.count - offset else { break }
      let checksum = XXHash64.hash(bytes[offset..<offset + stored])
      bytes.replaceSubrange(start + 32..<start + 40, with: little(checksum))
      offset += stored
    }
    let checksum = XXHash64.hash(bytes[0..<24] + bytes[headSize..<end])
    bytes.replaceSubrange(24..<32, with: little(checksum))
    return bytes
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(truncatingIfNeeded: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }

  private static func little(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  private static func contents(of path: String) -> [UInt8]? {
    guard let file = fopen(path, "rb") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    bytes.removeLast(bytes.count - fread(&bytes, 1, bytes.count, file))
    return bytes
  }
}
