private import Glibc
package import TidemarkModel
package import TidemarkReport

/// The report.json that is named, by itself or by its folder.
package struct ReportFile {
  package let path: String
  /// With what else `report` wrote.
  package let folder: String

  /// - Parameter name: A file or a folder.
  /// - Throws: ``Problem`` where neither is there.
  package init(_ name: String) throws(Problem) {
    var facts = stat()
    guard stat(name, &facts) == 0 else {
      throw Problem(
        "the report is not there", path: name,
        remedy: "name with --report the folder that `tidemark report` wrote, or its report.json")
    }
    if facts.st_mode & S_IFMT == S_IFDIR {
      folder = name
      path = name.hasSuffix("/") ? name + "report.json" : name + "/report.json"
    } else {
      path = name
      let slash = name.lastIndex(of: "/")
      folder = slash.map { $0 == name.startIndex ? "/" : String(name[..<$0]) } ?? "."
    }
  }

  package func read() throws(Problem) -> Report {
    let bytes = try HostileFile.read(path, limit: ReportJSON.byteBudget)
    do throws(Problem) {
      return try ReportReader.read(bytes)
    } catch { throw error.inFile(path) }
  }
}

/// A file that may have come in a stranger's artifact.
package enum HostileFile {
  /// The bytes of a regular file; never of what a symbolic link points to, of a pipe or a device.
  ///
  /// - Parameter followsLinks: For a file of the user's own.
  /// - Throws: ``Problem`` for anything else, and for more than `limit` bytes.
  package static func read(
    _ path: String, limit: Int, followsLinks: Bool = false
  ) throws(Problem) -> [UInt8] {
    let links = followsLinks ? 0 : O_NOFOLLOW
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | links)
    guard descriptor >= 0 else {
      throw Problem("the file cannot be opened (\(String(cString: strerror(errno))))", path: path)
    }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
      throw Problem("it is no regular file", path: path)
    }
    guard facts.st_size <= limit else {
      throw Problem("the file is larger than \(limit >> 20) MiB", path: path)
    }
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
}
