private import Glibc
package import TidemarkModel

/// A file to read: a path on disk, bytes already here, or what a compressed file or a member of an
/// archive unpacks to, each time it is opened.
package struct InputFile: Sendable {
  /// As the user named it; `a.zip!/b.xml` for a member of an archive.
  package let path: String
  private let source: Source
  /// Where it lies on disk; nil for what lies in an archive or was never there.
  private let place: String?

  private indirect enum Source: Sendable {
    case disk(DiskPath)
    case memory([UInt8])
    /// What is unpacked from a compressed file.
    case unpacked(InputFile, Archive)
    case member(InputFile, ZipArchive.Member)
  }

  /// The file on disk at `path`.
  package init(path: String) {
    self.path = path
    source = .disk(DiskPath(path))
    place = path
  }

  /// A file on disk that is shown under another name.
  package init(path: String, onDisk: DiskPath) {
    self.path = path
    source = .disk(onDisk)
    place = onDisk.shown
  }

  /// Bytes that are here already, shown as `path`.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    source = .memory(bytes)
    place = nil
  }

  /// A file whose bytes are here already.
  init(_ file: InputFile, bytes: [UInt8]) {
    path = file.path
    source = .memory(bytes)
    place = file.place
  }

  /// What a compressed file holds, shown under the same name.
  init(unpacking file: InputFile, _ archive: Archive) {
    path = file.path
    source = .unpacked(file, archive)
    place = file.place
  }

  /// A member of a zip archive, unpacked whenever it is read.
  init(_ member: ZipArchive.Member, in archive: InputFile) {
    path = Archive.path(of: member.name, in: archive.path)
    source = .member(archive, member)
    place = nil
  }

  /// The regular file `name` in the same folder on disk, or in the one above: for formats that keep a
  /// part of what they say in a file beside. nil where there is none.
  ///
  /// - Parameter limit: The most bytes that it may have.
  package func companion(_ name: String, limit: Int) -> InputFile? {
    guard let place else { return nil }
    let folder = place.lastIndex(of: "/").map { String(place[...$0]) } ?? ""
    for candidate in [folder + name, folder + "../" + name] {
      var facts = stat()
      let isFile = stat(candidate, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
      if isFile, facts.st_size <= limit { return InputFile(path: candidate) }
    }
    return nil
  }

  /// The most bytes of one file that are read.
  package static let sizeLimit = 4 << 30

  /// Opens the file to be read block by block: for formats that stream.
  package func open() throws(Problem) -> ByteStream {
    switch source {
    case .memory(let bytes): return ByteStream(bytes: bytes)
    case .unpacked(let packed, .zstandard):
      return ByteStream(ZstandardInflation(try packed.open()), sizeHint: 0)
    case .unpacked(let packed, _):
      return ByteStream(try Inflation(packed.open(), wrapping: .gzip), sizeHint: 0)
    case .member(let archive, let member):
      return ByteStream(try member.open(in: archive), sizeHint: member.sizeHint)
    case .disk(let name):
      let descriptor = name.withCString { Glibc.open($0, O_RDONLY | O_CLOEXEC) }
      guard descriptor >= 0 else { throw cannotRead(errno) }
      let stream = ByteStream(descriptor: descriptor)
      var facts = stat()
      guard fstat(descriptor, &facts) == 0 else { throw cannotRead(errno) }
      guard facts.st_mode & S_IFMT == S_IFREG else {
        throw Problem("is not a regular file", path: path, remedy: "name a file or a folder")
      }
      guard facts.st_size <= InputFile.sizeLimit else {
        throw Problem("is larger than 4 GiB", path: path, remedy: "split the report")
      }
      return stream
    }
  }

  /// Opens a file of which stretches are read in any order. What is unpacked is held in memory then.
  func openAtAnyPlace() throws(Problem) -> ByteAccess {
    switch source {
    case .memory(let bytes): return ByteAccess(memory: bytes)
    case .disk(let name):
      let descriptor = name.withCString { Glibc.open($0, O_RDONLY | O_CLOEXEC) }
      guard descriptor >= 0 else { throw cannotRead(errno) }
      var facts = stat()
      guard fstat(descriptor, &facts) == 0 else {
        let code = errno
        close(descriptor)
        throw cannotRead(code)
      }
      return ByteAccess(descriptor: descriptor, size: Int(facts.st_size))
    case .unpacked, .member: return ByteAccess(memory: try held().bytes)
    }
  }

  /// The file so that ``openAtAnyPlace()`` costs nothing each time: what is unpacked is held in memory.
  func withRandomAccess() throws(Problem) -> InputFile {
    switch source {
    case .disk, .memory: self
    case .unpacked, .member: InputFile(path: path, bytes: try held().bytes)
    }
  }

  private func held() throws(Problem) -> (bytes: [UInt8], count: Int) {
    let stream = try open()
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 65_536)
    while true {
      let got = try stream.fill(&room)
      if got == 0 { return (bytes, bytes.count) }
      bytes += room[..<got]
      guard bytes.count <= Archive.memoryLimit else {
        throw Problem("is larger than 512 MiB", path: path, remedy: "pack it without the other")
      }
    }
  }

  /// Up to `count` bytes from the beginning, as they are.
  package func prefix(_ count: Int) throws(Problem) -> [UInt8] {
    let stream = try open()
    let hint = stream.sizeHint
    // Of a small file no more than it is said to have, and a byte, so that its end is met.
    let room = hint > 0 ? min(count, hint + 1) : count
    var (bytes, isWhole) = try InputFile.fill(room, from: stream, path: path)
    guard !isWhole, bytes.count < count else { return bytes }
    bytes.append(
      contentsOf: try InputFile.fill(count - bytes.count, from: stream, path: path).bytes)
    return bytes
  }

  /// The next bytes of `stream`, in memory that is not cleared before.
  ///
  /// - Parameter padding: Room behind them for as many more.
  /// - Returns: `count` bytes or fewer, and whether the end was met.
  private static func fill(
    _ count: Int, keeping padding: Int = 0, from stream: ByteStream, path: String
  ) throws(Problem) -> (bytes: [UInt8], isWhole: Bool) {
    var failure: Problem?
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count + padding) { buffer, filled in
      while filled < count, !isWhole {
        let room = UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: buffer[filled..<count]))
        do throws(Problem) {
          let got = try stream.read(into: room)
          filled += got
          isWhole = got == 0
        } catch {
          failure = error
          return
        }
      }
    }
    if let failure { throw failure.inFile(path) }
    return (bytes, isWhole)
  }

  /// The whole content, with at least `padding` further zero bytes behind it that are not counted:
  /// for parsers that need the document whole.
  ///
  /// - Returns: The buffer and how many of its bytes are the content.
  package func contents(padding: Int = 0) throws(Problem) -> (bytes: [UInt8], count: Int) {
    if case .memory(let bytes) = source {
      return (padding == 0 ? bytes : bytes + [UInt8](repeating: 0, count: padding), bytes.count)
    }
    let stream = try open()
    // One byte more than promised, so that the end is met too.
    var (bytes, isWhole) = try InputFile.fill(
      stream.sizeHint + 1, keeping: padding, from: stream, path: path)
    var filled = bytes.count
    while !isWhole {
      bytes.append(contentsOf: repeatElement(0, count: filled + 65_536 - bytes.count))
      let got = try read(stream, into: &bytes, from: filled)
      isWhole = got == 0
      filled += got
      guard filled <= InputFile.sizeLimit else {
        throw Problem("is larger than 4 GiB", path: path, remedy: "split the report")
      }
    }
    bytes.removeLast(bytes.count - filled)
    if padding > 0 { bytes.append(contentsOf: repeatElement(0, count: padding)) }
    return (bytes, filled)
  }

  private func read(_ stream: ByteStream, into bytes: inout [UInt8], from start: Int)
    throws(Problem) -> Int
  {
    var failure: Problem?
    let got = bytes.withUnsafeMutableBytes { buffer -> Int in
      do throws(Problem) {
        return try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure.inFile(path) }
    return got
  }

  private func cannotRead(_ code: Int32) -> Problem {
    Problem(
      "cannot be read (\(String(cString: strerror(code))))", path: path,
      remedy: "check the path and its permissions")
  }
}

/// The bytes of a file, block by block; of a compressed one what is unpacked. Not shared between
/// tasks; closes its file when it goes.
package final class ByteStream {
  private let descriptor: Int32
  private let bytes: [UInt8]
  private var position = 0
  private let producer: (any ByteProducer)?
  private let producedHint: Int

  fileprivate init(descriptor: Int32) {
    self.descriptor = descriptor
    bytes = []
    producer = nil
    producedHint = 0
  }

  package init(bytes: [UInt8]) {
    descriptor = -1
    self.bytes = bytes
    producer = nil
    producedHint = 0
  }

  /// - Parameter sizeHint: How many bytes will come, as far as known; else 0.
  init(_ producer: any ByteProducer, sizeHint: Int) {
    descriptor = -1
    bytes = []
    self.producer = producer
    producedHint = sizeHint
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  /// The file's size where it is known, else 0.
  package var sizeHint: Int {
    if producer != nil { return producedHint }
    guard descriptor >= 0 else { return bytes.count }
    var facts = stat()
    return fstat(descriptor, &facts) == 0 ? max(Int(facts.st_size), 0) : 0
  }

  /// Fills `buffer` from its beginning.
  ///
  /// - Returns: How many bytes it got; 0 only at the end (or into an empty buffer).
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
    guard let target = buffer.baseAddress, !buffer.isEmpty else { return 0 }
    if let producer { return try producer.produce(into: buffer) }
    guard descriptor >= 0 else {
      let count = min(buffer.count, bytes.count - position)
      bytes.withUnsafeBytes { source in
        buffer.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[position..<position + count]))
      }
      position += count
      return count
    }
    while true {
      let got = Glibc.read(descriptor, target, buffer.count)
      if got >= 0 { return got }
      if errno != EINTR {
        throw Problem("reading stopped (\(String(cString: strerror(errno))))")
      }
    }
  }
}
