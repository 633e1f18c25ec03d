private import Glibc
internal import TidemarkModel

/// A zip archive's members, from its central directory
/// (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT): zip64 and data descriptors are
/// read, spanned archives are not.
struct ZipArchive {
  struct Member: Hashable, Sendable {
    var name: String
    fileprivate(set) var method: UInt16
    fileprivate(set) var packedSize: Int
    fileprivate(set) var size: Int
    fileprivate(set) var checkSum: UInt32
    fileprivate(set) var offset: Int
    /// Why it is not read, if so: an encrypted one, a name twice, a place inside another's.
    fileprivate(set) var fault: String?
  }

  /// In the order of their names; folders and symbolic links are left out.
  private(set) var members: [Member] = []

  private static let endSize = 22
  private static let entrySize = 46
  private static let localSize = 30
  /// A directory of more bytes than this is none of reports.
  private static let directoryLimit = 64 << 20

  init(_ file: InputFile) throws(Problem) {
    let access = try file.openAtAnyPlace()
    let directory = try ZipArchive.directory(of: access)
    guard directory.size <= ZipArchive.directoryLimit,
      directory.count <= Archive.memberLimit
    else {
      throw Problem(
        "holds more than \(Archive.memberLimit) files", remedy: "pack the reports by themselves")
    }
    let bytes = try access.bytes(at: directory.offset, count: directory.size)
    try read(bytes, count: directory.count, archiveSize: directory.offset)
    let sizes = members.reduce(0) { $0 + min($1.size, InputFile.sizeLimit) }
    try ExpansionLimit.checkRatio(expanded: sizes, from: access.size)
    markOverlaps()
    members.sort { utf8Precedes($0.name, $1.name) }
    markDoubles()
  }

  private static var damaged: Problem {
    Problem("is a zip archive whose directory cannot be read", remedy: "pack it again")
  }

  /// Finds the end record, which a comment of up to 65,535 bytes may follow.
  private static func directory(
    of access: ByteAccess
  ) throws(Problem) -> (offset: Int, size: Int, count: Int) {
    let tailSize = min(access.size, endSize + 65_535)
    let tail = Record(try access.bytes(at: access.size - tailSize, count: tailSize))
    var place = tailSize - endSize
    while place >= 0 {
      if tail.u32(place) == 0x0605_4b50, place + endSize + Int(tail.u16(place + 20)) == tailSize {
        break
      }
      place -= 1
    }
    guard place >= 0 else { throw damaged }
    var (count, size, offset) = (
      UInt64(tail.u16(place + 10)), UInt64(tail.u32(place + 12)), UInt64(tail.u32(place + 16))
    )
    if count == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
      let locator = access.size - tailSize + place - 20
      if locator >= 0 {
        let found = try zip64(of: access, locator: locator)
        (count, size, offset) = found ?? (count, size, offset)
      }
    }
    let end = UInt64(access.size)
    guard offset <= end, size <= end - offset, count <= size / UInt64(entrySize) else {
      throw damaged
    }
    return (Int(offset), Int(size), Int(count))
  }

  private static func zip64(
    of access: ByteAccess, locator place: Int
  ) throws(Problem) -> (UInt64, UInt64, UInt64)? {
    let locator = Record(try access.bytes(at: place, count: 20))
    guard locator.u32(0) == 0x0706_4b50, let offset = Int(exactly: locator.u64(8)),
      offset <= access.size - 56, offset >= 0
    else { return nil }
    let record = Record(try access.bytes(at: offset, count: 56))
    guard record.u32(0) == 0x0606_4b50 else { throw damaged }
    return (record.u64(32), record.u64(40), record.u64(48))
  }

  private mutating func read(_ bytes: [UInt8], count: Int, archiveSize: Int) throws(Problem) {
    let record = Record(bytes)
    var place = 0
    for _ in 0..<count {
      guard place + ZipArchive.entrySize <= bytes.count, record.u32(place) == 0x0201_4b50 else {
        throw ZipArchive.damaged
      }
      let nameSize = Int(record.u16(place + 28))
      let extraSize = Int(record.u16(place + 30))
      let end =
        place + ZipArchive.entrySize + nameSize + extraSize + Int(record.u16(place + 32))
      guard end <= bytes.count else { throw ZipArchive.damaged }
      let nameStart = place + ZipArchive.entrySize
      let name = String(decoding: bytes[nameStart..<nameStart + nameSize], as: UTF8.self)
      // The upper half of a file made under Unix is its mode.
      let isLink =
        record.u16(place + 4) >> 8 == 3 && (record.u32(place + 38) >> 16) & 0o170000 == 0o120000
      if !name.hasSuffix("/"), !isLink {
        let extra = nameStart + nameSize..<nameStart + nameSize + extraSize
        members.append(try member(record, at: place, name: name, extra: extra, archiveSize))
      }
      place = end
    }
  }

  private func member(
    _ record: Record, at place: Int, name: String, extra: Range<Int>, _ archiveSize: Int
  ) throws(Problem) -> Member {
    var size = UInt64(record.u32(place + 24))
    var packed = UInt64(record.u32(place + 20))
    var offset = UInt64(record.u32(place + 42))
    var field = extra.lowerBound
    while field + 4 <= extra.upperBound {
      let end = field + 4 + Int(record.u16(field + 2))
      guard end <= extra.upperBound else { break }
      if record.u16(field) == 1 {
        // Only the numbers that did not fit stand here, in this order.
        var next = field + 4
        func take(_ value: inout UInt64) {
          guard value == 0xFFFF_FFFF, next + 8 <= end else { return }
          value = record.u64(next)
          next += 8
        }
        take(&size)
        take(&packed)
        take(&offset)
      }
      field = end
    }
    let limit = UInt64(archiveSize)
    guard offset <= limit, packed <= limit - offset, let wholeSize = Int(exactly: size) else {
      throw ZipArchive.damaged
    }
    let isEncrypted = record.u16(place + 8) & 1 == 1
    return Member(
      name: name, method: record.u16(place + 10), packedSize: Int(packed), size: wholeSize,
      checkSum: record.u32(place + 16), offset: Int(offset),
      fault: isEncrypted ? "is encrypted" : Archive.fault(inName: name))
  }

  /// Members that share bytes are how a small archive holds a large one many times.
  private mutating func markOverlaps() {
    members.sort { $0.offset < $1.offset }
    var end = 0
    for index in members.indices {
      let start = members[index].offset
      if start < end { members[index].fault = "stands in the place of another file" }
      let size = ZipArchive.localSize + members[index].name.utf8.count
      end = max(end, start + size + members[index].packedSize)
    }
  }

  private mutating func markDoubles() {
    for index in members.indices.dropFirst() where members[index].name == members[index - 1].name {
      members[index].fault = "stands more than once in its archive"
      members[index - 1].fault = members[index].fault
    }
  }
}

extension ZipArchive.Member {
  /// Its bytes, unpacked, and held against its check sum at the end.
  func open(in file: InputFile) throws(Problem) -> ZipMemberBytes {
    let access = try file.openAtAnyPlace()
    let header = Record(try access.bytes(at: offset, count: 30))
    guard header.u32(0) == 0x0403_4b50 else {
      throw Problem("is not where its archive's directory says")
    }
    let start = offset + 30 + Int(header.u16(26)) + Int(header.u16(28))
    guard start <= access.size, packedSize <= access.size - start else {
      throw Problem("is not whole in its archive", remedy: "look at how it was transferred")
    }
    let packed = ByteRange(access, from: start, count: packedSize)
    switch method {
    case 0: return ZipMemberBytes(packed, of: self)
    case 8: return ZipMemberBytes(try Inflation(packed, wrapping: .none), of: self)
    case 93: return ZipMemberBytes(ZstandardInflation(packed), of: self)
    default:
      throw Problem(
        "is packed by method \(method)", remedy: "pack it with deflate, as most programs do")
    }
  }

  /// How many bytes it has, as far as that is believed.
  var sizeHint: Int { ExpansionLimit.believed(size, packed: packedSize) }
}

/// Bytes of a member, counted and summed.
final class ZipMemberBytes: ByteProducer {
  private let source: any ByteProducer
  private let member: ZipArchive.Member
  private var sum = CheckSum()
  private var count = 0

  init(_ source: any ByteProducer, of member: ZipArchive.Member) {
    self.source = source
    self.member = member
  }

  func produce(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    let got = try source.produce(into: buffer)
    count += got
    sum.add(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
    if got == 0 || count > member.size {
      guard count == member.size, sum.value == member.checkSum else {
        throw Problem(
          "differs from its archive's check sum", remedy: "look at how it was transferred")
      }
    }
    return got
  }
}

/// Little-endian numbers in bytes; 0 where they end before.
private struct Record {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func u16(_ place: Int) -> UInt16 { UInt16(truncatingIfNeeded: number(place, 2)) }
  func u32(_ place: Int) -> UInt32 { UInt32(truncatingIfNeeded: number(place, 4)) }
  func u64(_ place: Int) -> UInt64 { number(place, 8) }

  private func number(_ place: Int, _ size: Int) -> UInt64 {
    guard place >= 0, place + size <= bytes.count else { return 0 }
    return (0..<size).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
  }
}
