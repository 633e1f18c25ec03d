import TidemarkHistory

/// A segment taken apart, to be put together again with right checksums and wrong contents.
struct RawSegment {
  struct Section {
    var kind: [UInt8]
    var block: [UInt8]
    var bytes: [UInt8]
  }

  private var head: [UInt8]
  var sections: [Section] = []

  init(_ bytes: [UInt8]) {
    head = Array(bytes[0..<32])
    let count = Int(bytes[16]) | Int(bytes[17]) << 8
    var offset = 32 + count * 40
    for index in 0..<count {
      let entry = Array(bytes[32 + index * 40..<72 + index * 40])
      let stored = RawSegment.number(entry[16..<24])
      let size = RawSegment.number(entry[24..<32])
      let raw = bytes[offset..<offset + stored]
      let isPacked = entry[8] == 1
      let unpacked = isPacked ? try? Unpacker().unpacked(raw, count: size) : Array(raw)
      sections.append(
        Section(
          kind: Array(entry[0..<4]), block: Array(entry[4..<8]), bytes: unpacked ?? []))
      offset += stored
    }
  }

  /// Changes some bytes of some section, all uncompressed.
  mutating func mutate(_ generator: inout SeededGenerator) {
    let section = Int.random(in: 0..<sections.count, using: &generator)
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let count = sections[section].bytes.count
      guard count > 0 else { return }
      // The beginning has the counts.
      let limit = Bool.random(using: &generator) ? min(count, 12) : count
      let place = Int.random(in: 0..<limit, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: sections[section].bytes[place] = 0xFF
      case 1: sections[section].bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 2: sections[section].bytes[place] &+= 1
      case 3: sections[section].bytes.removeSubrange(place...)
      default:
        sections[section].bytes.insert(
          contentsOf: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], at: place)
      }
    }
  }

  func assembled() -> [UInt8] {
    var directory: [UInt8] = []
    for section in sections {
      directory += section.kind + section.block + [UInt8](repeating: 0, count: 8)
      directory += RawSegment.bytes(UInt64(section.bytes.count))
      directory += RawSegment.bytes(UInt64(section.bytes.count))
      directory += RawSegment.bytes(XXHash64.hash(section.bytes))
    }
    let start = Array(head[0..<24])
    return start + RawSegment.bytes(XXHash64.hash(start + directory)) + directory
      + sections.flatMap(\.bytes)
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func bytes(_ value: UInt64) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
