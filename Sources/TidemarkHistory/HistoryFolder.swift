private import Glibc
internal import TidemarkModel

/// The folder of a history as the system sees it. Files that are no segments are never touched,
/// but for temporary files of our own that were left behind.
struct HistoryFolder {
  let path: String

  private static let temporaryPrefix = ".tidemark-"
  private static let temporarySuffix = ".tmp"
  private static let asideSuffix = ".damaged"

  /// The names of the segments, sorted; nil where there is no such folder.
  func segmentNames() throws(Problem) -> [String]? {
    try names()?.filter(SegmentLayout.isName)
  }

  /// The names of the segments that ``setAside(_:)`` took out of the way, sorted.
  func namesSetAside() throws(Problem) -> [String] {
    try (names() ?? []).filter { name in
      name.hasSuffix(HistoryFolder.asideSuffix)
        && SegmentLayout.isName(String(name.dropLast(HistoryFolder.asideSuffix.count)))
    }
  }

  /// All names in the folder, in the order of their bytes; nil where there is no such folder.
  private func names() throws(Problem) -> [String]? {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return nil }
      throw FileBytes.failure("cannot be opened", path)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    return names.sorted(by: utf8Precedes)
  }

  func contains(_ name: String) -> Bool { access("\(path)/\(name)", F_OK) == 0 }

  /// The size of a file in bytes; 0 where it is not there.
  func size(of name: String) -> Int {
    var status = stat()
    return lstat("\(path)/\(name)", &status) == 0 ? Int(status.st_size) : 0
  }

  /// Writes a segment so that it is there whole or not at all, also after a loss of power.
  ///
  /// - Returns: Its name, and whether it is new.
  func write(_ bytes: [UInt8]) throws(Problem) -> (name: String, isNew: Bool) {
    let name = SegmentLayout.name(of: bytes)
    if holds(bytes, as: name) { return (name, false) }
    try makeFolder()
    let temporary = "\(path)/\(HistoryFolder.temporaryPrefix)\(getpid())-\(name.prefix(32))-"
    // Two writers of one process may be at the same segment: each has a file of its own.
    let unique =
      temporary + String(UInt64.random(in: 0...UInt64.max), radix: 36)
      + HistoryFolder.temporarySuffix
    do throws(Problem) {
      try fill(unique, with: bytes)
      guard rename(unique, "\(path)/\(name)") == 0 else {
        throw FileBytes.failure("cannot be renamed to \(name)", unique)
      }
    } catch {
      unlink(unique)
      throw error
    }
    // What was set aside is here whole again.
    unlink("\(path)/\(name)\(HistoryFolder.asideSuffix)")
    sync()
    return (name, true)
  }

  /// Whether the segment is there with just these bytes; a damaged one is written anew.
  private func holds(_ bytes: [UInt8], as name: String) -> Bool {
    guard size(of: name) == bytes.count else { return false }
    do throws(Problem) {
      let file = try FileBytes(path: "\(path)/\(name)")
      defer { file.close() }
      return try file.read(0..<bytes.count) == bytes
    } catch { return false }
  }

  private func fill(_ file: String, with bytes: [UInt8]) throws(Problem) {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileBytes.failure("cannot be made", file) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw FileBytes.failure("cannot be written", file) }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw FileBytes.failure("cannot be written", file) }
  }

  private func makeFolder() throws(Problem) {
    var made = ""
    for part in path.split(separator: "/") {
      made += made.isEmpty && !path.hasPrefix("/") ? part : "/\(part)"
      guard mkdir(made, 0o755) != 0, errno != EEXIST else { continue }
      // A parent that may not be written but is there says so otherwise (EROFS, EACCES).
      guard access(made, F_OK) == 0 else { throw FileBytes.failure("cannot be made", made) }
    }
  }

  /// Makes the folder's names durable. Some file systems refuse; the files themselves are safe.
  private func sync() {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  /// Removes segments, after what covers them is written. One that is gone already is no error.
  func remove(_ names: [String]) throws(Problem) {
    for name in names where unlink("\(path)/\(name)") != 0 && errno != ENOENT {
      throw FileBytes.failure("cannot be removed", "\(path)/\(name)")
    }
    sync()
  }

  /// Renames a segment to `NAME.damaged`; the new name, or nil where it is gone.
  func setAside(_ name: String) throws(Problem) -> String? {
    let aside = name + HistoryFolder.asideSuffix
    guard rename("\(path)/\(name)", "\(path)/\(aside)") == 0 else {
      if errno == ENOENT { return nil }
      throw FileBytes.failure("cannot be renamed to \(aside)", "\(path)/\(name)")
    }
    sync()
    return aside
  }

  /// Removes temporary files that a writer left behind more than a day ago.
  func removeLeftovers() throws(Problem) {
    for name in try names() ?? []
    where name.hasPrefix(HistoryFolder.temporaryPrefix)
      && name.hasSuffix(HistoryFolder.temporarySuffix)
    {
      var status = stat()
      let file = "\(path)/\(name)"
      guard lstat(file, &status) == 0, time(nil) - status.st_mtim.tv_sec > 86_400 else {
        continue
      }
      unlink(file)
    }
  }
}
