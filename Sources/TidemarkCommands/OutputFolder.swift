private import Glibc
private import TidemarkFormats
internal import TidemarkModel
private import TidemarkSinks
private import TidemarkSyntax

/// The folder under `--out`: files are written whole or not at all, one that has not changed is
/// left alone, and what an earlier report wrote and this one did not is removed.
struct OutputFolder: Sendable {
  let path: String

  /// The names of all files that reports wrote here, a line each: only these are ever removed.
  private static let ledger = InputSearch.outputMark

  struct File: Sendable {
    var path: String
    var bytes: [UInt8]
  }

  /// - Parameter owned: What this report is responsible for: files of an earlier report below
  ///   these names are removed unless they are written again.
  func write(_ files: [File], owned: [String]) async throws(Problem) {
    try makeFolder(path)
    let before = Set(readLedger())
    var folders: Set<String> = []
    for file in files {
      let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
      if !folder.isEmpty, folders.insert(folder).inserted { try makeFolder(path + "/" + folder) }
    }
    try await write(files)
    let written = Set(files.map(\.path))
    let stale = before.filter { name in
      !written.contains(name) && owned.contains { name == $0 || name.hasPrefix($0 + "/") }
    }
    for name in stale where isBelow(name) { unlink(path + "/" + name) }
    let names = written.union(before.subtracting(stale)).sorted(by: utf8Precedes)
    try write(
      File(path: OutputFolder.ledger, bytes: Array((names.joined(separator: "\n") + "\n").utf8)))
  }

  /// Two tasks: the system spends longer on a new file than on its bytes.
  private func write(_ files: [File]) async throws(Problem) {
    let middle = files.count / 2
    async let second = writing(files[middle...])
    let first = writing(files[..<middle])
    if let problem = await second ?? first { throw problem }
  }

  private func writing(_ files: ArraySlice<File>) -> Problem? {
    do throws(Problem) {
      for file in files { try write(file) }
      return nil
    } catch {
      return error
    }
  }

  /// Whether files can be written here: writes `probe` and removes it again, with the folder if it
  /// was not there.
  func check(_ probe: [File]) throws(Problem) {
    var facts = stat()
    let wasThere = stat(path, &facts) == 0
    try makeFolder(path)
    for file in probe {
      try write(file)
      unlink(path + "/" + file.path)
    }
    if !wasThere { rmdir(path) }
  }

  private func readLedger() -> [String] {
    guard let bytes = FileBytes.read(path + "/" + OutputFolder.ledger, limit: 64 << 20) else {
      return []
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// A ledger that somebody else wrote cannot make us remove a file outside.
  private func isBelow(_ name: String) -> Bool {
    !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
  }

  private func write(_ file: File) throws(Problem) {
    let target = path + "/" + file.path
    // A first report finds nothing here: the attempt is the question whether there is a file.
    if try FileBytes.createNew(file.bytes, at: target) || FileBytes.equal(target, file.bytes) {
      return
    }
    try FileBytes.write(file.bytes, to: target)
  }

  /// Makes the folder that a file is to stand in, with those above it.
  static func make(for file: String) throws(Problem) {
    guard let slash = file.lastIndex(of: "/"), slash > file.startIndex else { return }
    try OutputFolder(path: "").makeFolder(String(file[..<slash]))
  }

  private func makeFolder(_ folder: String) throws(Problem) {
    var built = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      built += built.isEmpty || built == "/" ? String(part) : "/" + part
      if mkdir(built, 0o777) != 0, errno != EEXIST {
        throw Problem(
          "cannot be created (\(String(cString: strerror(errno))))", path: built,
          remedy: "choose another --out")
      }
    }
  }
}

/// Whole files, by the system's own calls.
enum FileBytes {
  /// nil where the file is not there, cannot be read, or is larger than `limit`.
  static func read(_ path: String, limit: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
      facts.st_size <= limit
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: Int(facts.st_size))
    var filled = 0
    while filled < bytes.count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { break }
      filled += got
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  /// Whether there is anything at `path`, also a link that leads nowhere.
  static func isThere(_ path: String) -> Bool {
    var facts = stat()
    return lstat(path, &facts) == 0
  }

  /// Whether the file at `path` holds just `bytes`: reads no further than to the first difference, and nothing
  /// of one that has another size.
  static func equal(_ path: String, _ bytes: [UInt8]) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG,
      Int(facts.st_size) == bytes.count
    else { return false }
    return withUnsafeTemporaryAllocation(byteCount: min(bytes.count, 1 << 16), alignment: 16) {
      part in
      var place = 0
      while place < bytes.count {
        let got = Glibc.read(descriptor, part.baseAddress, min(part.count, bytes.count - place))
        if got < 0, errno == EINTR { continue }
        guard got > 0, bytes[place..<place + got].elementsEqual(part[..<got]) else { return false }
        place += got
      }
      return true
    }
  }

  /// Writes beside the target and renames: a reader never sees half a file, and a link that stands
  /// in the way is replaced, not followed.
  static func write(_ bytes: [UInt8], to path: String) throws(Problem) {
    let temporary = "\(path).tmp-\(getpid())"
    unlink(temporary)
    do throws(Problem) {
      try create(bytes, at: temporary)
    } catch {
      var problem = error
      problem.path = path
      throw problem
    }
    guard rename(temporary, path) == 0 else {
      let problem = cannotWrite(path)
      unlink(temporary)
      throw problem
    }
  }

  /// Takes a file away; one that is not there is no problem.
  static func remove(_ path: String) throws(Problem) {
    guard unlink(path) == 0 || errno == ENOENT else { throw cannotWrite(path) }
  }

  /// Writes a file that is not there yet; nothing is left of it if that fails.
  static func create(_ bytes: [UInt8], at path: String) throws(Problem) {
    guard try createNew(bytes, at: path) else { throw cannotWrite(path) }
  }

  /// As ``create(_:at:)``.
  ///
  /// - Returns: false where there is something at `path`, which stays as it is.
  static func createNew(_ bytes: [UInt8], at path: String) throws(Problem) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
    if descriptor < 0, errno == EEXIST { return false }
    guard descriptor >= 0 else { throw cannotWrite(path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        let problem = cannotWrite(path)
        close(descriptor)
        unlink(path)
        throw problem
      }
      written += count
    }
    guard close(descriptor) == 0 else {
      let problem = cannotWrite(path)
      unlink(path)
      throw problem
    }
    return true
  }

  private static func cannotWrite(_ path: String) -> Problem {
    Problem(
      "cannot be written (\(String(cString: strerror(errno))))", path: path,
      remedy: "check the disk's space and the folder's permissions")
  }
}
