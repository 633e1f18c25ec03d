internal import TidemarkModel

/// A tar archive's files, one after the other (POSIX.1-2017, pax; GNU's long names; both are
/// unpacked as they come, so members are held whole).
struct TarArchive {
  struct Member {
    var name: String
    var bytes: [UInt8]
    /// Why it is not read, if so.
    var fault: String?
  }

  private let stream: ByteStream
  private var count = 0
  private static let block = 512
  /// Headers that stand for a name or for attributes are short.
  private static let headerLimit = 1 << 20

  init(_ file: InputFile) throws(Problem) { stream = try file.open() }

  /// The next regular file; nil behind the last.
  mutating func next() throws(Problem) -> Member? {
    var longName: String?
    while let header = try header() {
      count += 1
      guard count <= Archive.memberLimit else {
        throw Problem(
          "holds more than \(Archive.memberLimit) files", remedy: "pack the reports by themselves")
      }
      guard let size = TarArchive.number(header[124..<136]), size >= 0 else {
        throw TarArchive.damaged
      }
      switch header[156] {
      case UInt8(ascii: "L"): longName = TarArchive.text(try content(size)[...])
      case UInt8(ascii: "x"):
        longName = TarArchive.path(inAttributes: try content(size)) ?? longName
      case UInt8(ascii: "0"), UInt8(ascii: "7"), 0:
        let name = longName ?? TarArchive.name(header)
        if name.hasSuffix("/") {
          try skip(size)
          longName = nil
          continue
        }
        return try member(name, size: size)
      default:
        try skip(size)
        longName = nil
      }
    }
    return nil
  }

  private func member(_ name: String, size: Int) throws(Problem) -> Member {
    guard size <= Archive.memoryLimit else {
      try skip(size)
      return Member(name: name, bytes: [], fault: "is larger than 512 MiB")
    }
    let shown = name.hasPrefix("./") ? String(name.dropFirst(2)) : name
    return Member(name: shown, bytes: try content(size), fault: Archive.fault(inName: shown))
  }

  private static var damaged: Problem {
    Problem("is a damaged tar archive", remedy: "pack it again")
  }

  /// The next header; nil at the end, which two blocks of zeros or the file's end mark.
  private func header() throws(Problem) -> [UInt8]? {
    let bytes = try read(TarArchive.block)
    guard bytes.count == TarArchive.block else {
      if bytes.isEmpty { return nil }
      throw TarArchive.damaged
    }
    if !bytes.contains(where: { $0 != 0 }) { return nil }
    // The sum of all bytes, with blanks for the sum's own.
    let sum = bytes.enumerated().reduce(0) {
      $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element))
    }
    guard TarArchive.number(bytes[148..<156]) == sum else { throw TarArchive.damaged }
    return bytes
  }

  private func content(_ size: Int) throws(Problem) -> [UInt8] {
    guard size <= Archive.memoryLimit else { throw TarArchive.damaged }
    let bytes = try read(size)
    guard bytes.count == size else { throw TarArchive.damaged }
    try skipPadding(size)
    return bytes
  }

  private func skip(_ size: Int) throws(Problem) {
    var left = size
    while left > 0 {
      let got = try read(min(left, 1 << 16)).count
      guard got > 0 else { throw TarArchive.damaged }
      left -= got
    }
    try skipPadding(size)
  }

  private func skipPadding(_ size: Int) throws(Problem) {
    let rest = size % TarArchive.block
    if rest > 0 { _ = try read(TarArchive.block - rest) }
  }

  /// Up to `count` bytes; fewer only at the end. Memory grows with what is there, not with `count`.
  private func read(_ count: Int) throws(Problem) -> [UInt8] {
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: min(max(count, 1), 1 << 16))
    while bytes.count < count {
      if count - bytes.count < room.count { room.removeLast(room.count - (count - bytes.count)) }
      let got = try stream.fill(&room)
      if got == 0 { break }
      bytes += room[..<got]
    }
    return bytes
  }

  /// Octal digits, or a binary number of GNU tar's for what they cannot hold.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    if let first = field.first, first & 0x80 != 0 {
      var value = Int(first & 0x7F)
      for byte in field.dropFirst() {
        let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
        guard !overflow, shifted <= 1 << 50 else { return nil }
        value = shifted + Int(byte)
      }
      return value
    }
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    if digits.isEmpty { return 0 }
    return Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }

  private static func text(_ field: ArraySlice<UInt8>) -> String {
    String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Prefix and name of a POSIX header.
  private static func name(_ header: [UInt8]) -> String {
    let name = text(header[0..<100])
    // GNU's own header has times where POSIX has the prefix.
    guard header[262] == 0 else { return name }
    let prefix = text(header[345..<500])
    return prefix.isEmpty ? name : "\(prefix)/\(name)"
  }

  /// `path` of records like `27 path=a/b.xml\n`, each with its own length.
  private static func path(inAttributes bytes: [UInt8]) -> String? {
    var rest = bytes[...]
    var found: String?
    while let blank = rest.firstIndex(of: 0x20),
      let length = Int(String(decoding: rest[..<blank], as: UTF8.self)),
      length > blank - rest.startIndex, length <= rest.count
    {
      let record = rest[(blank + 1)..<(rest.startIndex + length)]
      if record.starts(with: "path=".utf8) {
        found = String(decoding: record.dropFirst(5).prefix { $0 != 0x0A }, as: UTF8.self)
      }
      rest = rest[(rest.startIndex + length)...]
    }
    return found
  }
}
