private import Glibc

/// Files in memory, for what is read from a disk only.
enum Scratch {
  /// Made when it is first asked for.
  static let folder: String = {
    var template = Array("/dev/shm/tidemark-fuzz-XXXXXX".utf8CString)
    return mkdtemp(&template).map { String(cString: $0) } ?? "/dev/shm"
  }()

  static let archive = "\(folder)/archive"
  static let segment = "\(folder)/00000000000000000000000000000000.tms"

  static func write(_ bytes: [UInt8], to path: String) -> Bool {
    guard let file = fopen(path, "wb") else { return false }
    defer { fclose(file) }
    return fwrite(bytes, 1, bytes.count, file) == bytes.count
  }
}
