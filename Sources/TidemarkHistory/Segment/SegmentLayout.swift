internal import TidemarkModel
private import TidemarkSyntax

/// The outer form of a segment file, as docs/history-format.md has it: a head, a directory of
/// sections, the sections.
enum SegmentLayout {
  static let magic: [UInt8] = [0x89, 0x54, 0x4D, 0x53, 0x0D, 0x0A, 0x1A, 0x0A]
  /// A reader refuses a newer major version, and reads a newer minor one, of which it passes over
  /// the sections that it does not know.
  static let major: UInt8 = 1
  /// 1 for a segment that has ``SectionKind/derivedErrors``, else 0.
  static let minor: UInt8 = 1
  static let headSize = 32
  static let entrySize = 40
  /// The most sections that a segment may have.
  static let sectionLimit = 65_536
  /// The most bytes that one section may unpack to.
  static let sectionSizeLimit = 1 << 30
  static let fileSuffix = ".tms"

  /// The name of a segment with these bytes: 32 hex digits of their SHA-256.
  static func name(of bytes: [UInt8]) -> String {
    String(Digest.hex(of: bytes).prefix(32)) + fileSuffix
  }

  /// Whether a file of this name is a segment.
  static func isName(_ name: String) -> Bool {
    let digits = name.utf8.dropLast(fileSuffix.utf8.count)
    return name.hasSuffix(fileSuffix) && digits.count == 32
      && digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }
}

/// What a section holds, by the four letters in the directory.
enum SectionKind: String, CaseIterable {
  /// The parts' headers and the blocks that they stand in.
  case head = "HEAD"
  case records = "RECS"
  case testIDs = "TIDS"
  case testNames = "TNAM"
  case seriesIDs = "SIDS"
  case seriesNames = "SNAM"
  case outcomes = "OUTC"
  case durations = "DURA"
  case values = "VALU"
  /// `n` and standard errors.
  case errors = "SERR"
  /// Which standard errors are those of the samples.
  case derivedErrors = "DERR"
  case samples = "SAMP"
  case items = "ITEM"
}

/// One line of a segment's directory.
struct SectionEntry: Hashable {
  enum Coding: UInt8 { case raw, zstd }

  /// Four letters; others than ``SectionKind``'s are passed over.
  var kind: String
  /// Which block's columns it holds; 0 where it is no block's.
  var block: UInt32
  var coding: Coding
  /// From the start of the file.
  var offset: Int
  var storedSize: Int
  var size: Int
  /// XXH64 of the stored bytes.
  var checksum: UInt64

  var title: String { block == 0 && !isOfBlock ? kind : "\(kind) of block \(block)" }

  private var isOfBlock: Bool {
    [.outcomes, .durations, .values, .errors, .derivedErrors, .samples, .items]
      .contains(SectionKind(rawValue: kind))
  }
}

/// Puts sections together to a segment's bytes.
struct SegmentAssembler {
  var normalisationVersion: Int
  /// The level of zstd; nil keeps every section as it is.
  var compression: Int32?
  private var entries: [SectionEntry] = []
  private var stored: [[UInt8]] = []

  init(normalisationVersion: Int, compression: Int32?) {
    self.normalisationVersion = normalisationVersion
    self.compression = compression
  }

  /// Adds a section, compressed where that saves a twentieth.
  mutating func add(_ kind: SectionKind, block: Int = 0, _ bytes: [UInt8]) {
    var coding = SectionEntry.Coding.raw
    var kept = bytes
    if let compression, bytes.count > 32,
      let frame = Zstandard.compressed(bytes, level: compression),
      frame.count < bytes.count - bytes.count / 20
    {
      coding = .zstd
      kept = frame
    }
    entries.append(
      SectionEntry(
        kind: kind.rawValue, block: UInt32(truncatingIfNeeded: block), coding: coding, offset: 0,
        storedSize: kept.count, size: bytes.count, checksum: XXHash64.hash(kept)))
    stored.append(kept)
  }

  func assembled() -> [UInt8] {
    var directory = ByteWriter()
    for entry in entries {
      directory.raw(entry.kind.utf8)
      directory.uint32(entry.block)
      directory.uint64(UInt64(entry.coding.rawValue))
      directory.uint64(UInt64(entry.storedSize))
      directory.uint64(UInt64(entry.size))
      directory.uint64(entry.checksum)
    }
    var head = ByteWriter()
    head.raw(SegmentLayout.magic)
    let isDerived = entries.contains { $0.kind == SectionKind.derivedErrors.rawValue }
    head.raw([SegmentLayout.major, isDerived ? SegmentLayout.minor : 0, 0, 0])
    head.uint32(UInt32(truncatingIfNeeded: normalisationVersion))
    head.uint32(UInt32(entries.count))
    head.uint32(0)
    head.uint64(XXHash64.hash(head.bytes + directory.bytes))
    head.raw(directory.bytes)
    for section in stored { head.raw(section) }
    return head.bytes
  }
}
