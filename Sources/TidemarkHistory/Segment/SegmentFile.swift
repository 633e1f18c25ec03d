private import Glibc
internal import TidemarkModel

/// A segment that can be read section by section. Nothing is believed before its checksum fits.
struct SegmentFile {
  /// `NAME.tms`
  let name: String
  let normalisationVersion: Int
  let minor: UInt8
  let entries: [SectionEntry]
  let size: Int
  private let path: String
  /// The whole file where it is small.
  private let bytes: [UInt8]?
  private let unpacker: Unpacker

  /// Files up to this size are read at once.
  private static let smallSize = 1 << 20

  /// Reads the directory of the segment `name` in the folder `directory`.
  init(
    directory: String, name: String, unpacker: Unpacker = Unpacker()
  ) throws(Problem) {
    let path = "\(directory)/\(name)"
    let file = try FileBytes(path: path)
    defer { file.close() }
    try self.init(name: name, path: path, size: file.size, unpacker: unpacker) {
      (range) throws(Problem) in
      try file.read(range)
    }
  }

  /// Reads the directory of a segment at hand.
  ///
  /// - Parameter path: What problems call it.
  init(name: String, path: String, bytes: [UInt8]) throws(Problem) {
    try self.init(
      name: name, path: path, size: bytes.count, whole: bytes, unpacker: Unpacker()
    ) { range in Array(bytes[range]) }
  }

  /// Whether bytes are those of a segment of a major version that this reader does not know.
  static func isOfNewerFormat(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: SegmentLayout.magic) && bytes.count > SegmentLayout.magic.count
      && bytes[SegmentLayout.magic.count] > SegmentLayout.major
  }

  private init(
    name: String, path: String, size: Int, whole: [UInt8]? = nil, unpacker: Unpacker,
    read: (Range<Int>) throws(Problem) -> [UInt8]
  ) throws(Problem) {
    guard size >= SegmentLayout.headSize else {
      throw Problem("it is no segment: it has only \(size) bytes", path: path)
    }
    let first = size <= SegmentFile.smallSize ? size : SegmentLayout.headSize
    let start = if let whole { whole } else { try read(0..<first) }
    var head = ByteReader(start, from: 0, to: SegmentLayout.headSize)
    guard Array(try head.raw(8)) == SegmentLayout.magic else {
      throw Problem("it is no segment: it does not begin like one", path: path)
    }
    let major = try head.byte()
    guard major == SegmentLayout.major else { throw SegmentFile.refusal(major, path) }
    minor = try head.byte()
    _ = try head.raw(2)
    normalisationVersion = Int(try head.uint32())
    let count = Int(try head.uint32())
    _ = try head.uint32()
    let checksum = try head.uint64()
    let end = SegmentLayout.headSize + count * SegmentLayout.entrySize
    guard count <= SegmentLayout.sectionLimit, end <= size else {
      throw Problem("its directory is damaged", path: path)
    }
    let outer = start.count >= end ? start : try read(0..<end)
    guard XXHash64.hash(outer[0..<24] + outer[32..<end]) == checksum else {
      throw Problem("its directory is damaged", path: path)
    }
    entries = try SegmentFile.entries(outer, count: count, path: path)
    guard (entries.last.map { $0.offset + $0.storedSize } ?? end) == size else {
      throw Problem("it is cut short, or longer than its directory says", path: path)
    }
    self.name = name
    self.path = path
    self.unpacker = unpacker
    self.size = size
    bytes = start.count == size ? start : nil
  }

  private static func refusal(_ major: UInt8, _ path: String) -> Problem {
    Problem(
      "it is written in format \(major), and this tidemark reads format \(SegmentLayout.major)",
      path: path, remedy: "use a newer tidemark")
  }

  private static func entries(
    _ bytes: [UInt8], count: Int, path: String
  ) throws(Problem) -> [SectionEntry] {
    var reader = ByteReader(
      bytes, from: SegmentLayout.headSize, to: SegmentLayout.headSize + count * 40)
    var entries: [SectionEntry] = []
    var offset = reader.end
    for _ in 0..<count {
      let kind = String(decoding: try reader.raw(4), as: UTF8.self)
      let block = try reader.uint32()
      let coding = try reader.uint64()
      let storedSize = try reader.uint64()
      let size = try reader.uint64()
      let checksum = try reader.uint64()
      // A frame of zstd cannot honestly be ten thousand times as large as its bytes; a section
      // that says so is made to fill memory.
      guard let coding = UInt8(exactly: coding).flatMap(SectionEntry.Coding.init(rawValue:)),
        storedSize <= UInt64(SegmentLayout.sectionSizeLimit),
        size <= UInt64(SegmentLayout.sectionSizeLimit),
        coding == .zstd ? size <= 1 << 20 + storedSize << 12 : size == storedSize
      else { throw Problem("its directory has a section of impossible size", path: path) }
      entries.append(
        SectionEntry(
          kind: kind, block: block, coding: coding, offset: offset, storedSize: Int(storedSize),
          size: Int(size), checksum: checksum))
      offset += Int(storedSize)
    }
    return entries
  }

  /// The most cells that all its blocks together may claim to have.
  var cellLimit: Int { 1 << 22 + size << 8 }

  /// Whether the file is still there: a compaction may have covered it.
  var isThere: Bool { bytes != nil || access(path, F_OK) == 0 }

  /// A reader of one section; nil where the segment has none of this kind and block.
  func section(_ kind: SectionKind, block: Int = 0) throws(Problem) -> ByteReader? {
    guard
      let entry = entries.first(where: { $0.kind == kind.rawValue && $0.block == block })
    else { return nil }
    return try read(entry)
  }

  /// A reader of one section's bytes, checked and unpacked.
  func read(_ entry: SectionEntry) throws(Problem) -> ByteReader {
    let range = entry.offset..<entry.offset + entry.storedSize
    let whole: [UInt8]
    let stored: Range<Int>
    if let bytes {
      (whole, stored) = (bytes, range)
    } else {
      let file = try FileBytes(path: path)
      defer { file.close() }
      whole = try file.read(range)
      stored = 0..<whole.count
    }
    guard XXHash64.hash(whole[stored]) == entry.checksum else { throw damage(entry) }
    guard entry.coding == .zstd else {
      return ByteReader(whole, from: stored.lowerBound, to: stored.upperBound)
    }
    do throws(Problem) {
      return ByteReader(try unpacker.unpacked(whole[stored], count: entry.size))
    } catch { throw damage(entry) }
  }

  private func damage(_ entry: SectionEntry) -> Problem {
    Problem("its section \(entry.title) is damaged", path: path)
  }

  /// The same problem, said of a section of this file.
  func problem(_ kind: SectionKind, block: Int = 0, _ cause: Problem) -> Problem {
    if cause.path != nil { return cause }
    let entry = entries.first { $0.kind == kind.rawValue && $0.block == block }
    let title = entry?.title ?? kind.rawValue
    return Problem("its section \(title) is damaged: \(cause.what)", path: path)
  }

  /// Calls `read` with a reader of a section, and names the section in what it throws; nil where
  /// the segment has no such section.
  func decode<Value>(
    _ kind: SectionKind, block: Int = 0,
    _ read: (inout ByteReader) throws(Problem) -> Value
  ) throws(Problem) -> Value? {
    guard var reader = try section(kind, block: block) else { return nil }
    do throws(Problem) {
      let value = try read(&reader)
      guard reader.remaining == 0 else { throw Problem("it is longer than what it holds") }
      return value
    } catch { throw problem(kind, block: block, error) }
  }
}

/// An open file's bytes.
struct FileBytes {
  private let descriptor: Int32
  private let path: String
  let size: Int

  init(path: String) throws(Problem) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileBytes.failure("cannot be opened", path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      _ = Glibc.close(descriptor)
      throw Problem("it is no regular file", path: path)
    }
    size = Int(status.st_size)
  }

  func close() { _ = Glibc.close(descriptor) }

  func read(_ range: Range<Int>) throws(Problem) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count, let start = buffer.baseAddress {
        let got = pread(
          descriptor, start + count, range.count - count, off_t(range.lowerBound + count))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else {
          failed = true
          break
        }
        count += got
      }
    }
    if failed { throw FileBytes.failure("cannot be read", path) }
    return bytes
  }

  /// A problem with what the system says of it.
  static func failure(_ what: String, _ path: String) -> Problem {
    let reason = String(cString: strerror(errno))
    return Problem("it \(what): \(reason)", path: path)
  }
}
