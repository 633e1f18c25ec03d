private import Glibc
private import TidemarkModel

/// A folder of the repository that `init` stands in. Whatever it holds is looked at within bounds.
struct RepositoryFolder: ToolchainDetection.Folder {
  let path: String
  let names: Set<String>

  private static let textLimit = 1 << 20
  private static let fileLimit = 2000
  private static let depthLimit = 6

  init(_ path: String) {
    self.path = path
    names = Set(RepositoryFolder.list(path))
  }

  func text(_ name: String) -> String? {
    guard names.contains(name) else { return nil }
    return FileBytes.read("\(path)/\(name)", limit: RepositoryFolder.textLimit)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  func contains(_ text: String, inFilesEnding ending: String) -> Bool {
    var left = RepositoryFolder.fileLimit
    let bytes = Array(text.utf8)
    return RepositoryFolder.search(path, ending, depth: 0, left: &left) { $0.contains(bytes) }
  }

  private static func search(
    _ folder: String, _ ending: String, depth: Int, left: inout Int, _ found: ([UInt8]) -> Bool
  ) -> Bool {
    guard depth < depthLimit else { return false }
    for name in list(folder) where left > 0 {
      left -= 1
      let path = "\(folder)/\(name)"
      if name.hasSuffix(ending) {
        if let bytes = FileBytes.read(path, limit: textLimit), found(bytes) { return true }
      } else if !isLeft(name), isFolder(path),
        search(path, ending, depth: depth + 1, left: &left, found)
      {
        return true
      }
    }
    return false
  }

  /// Folders below it that may be projects of their own, in the order of their names.
  var subfolders: [String] {
    names.filter { !RepositoryFolder.isLeft($0) && RepositoryFolder.isFolder("\(path)/\($0)") }
      .filter { name in
        // It becomes a word of a shell.
        name.utf8.allSatisfy {
          (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0)
            || [45, 46, 95].contains($0)
        } && !name.hasPrefix("-")
      }.sorted(by: utf8Precedes)
  }

  /// Hidden ones, and what tools put beside the sources.
  private static func isLeft(_ name: String) -> Bool {
    name.hasPrefix(".")
      || ["node_modules", "vendor", "target", "build", "dist", "third_party"].contains(name)
  }

  private static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return lstat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }

  private static func list(_ folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory), names.count < fileLimit {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted(by: utf8Precedes)
  }
}
