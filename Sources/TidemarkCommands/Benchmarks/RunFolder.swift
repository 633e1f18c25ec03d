private import Glibc
private import TidemarkFormats
internal import TidemarkModel
private import TidemarkSyntax

/// The folder that `tidemark run` writes: the run document in it, and below `logs/` each command's log,
/// its results and the journal. `logs/` is marked as output, so that `report` on the folder reads
/// the document alone.
struct RunFolder: Sendable {
  let path: String

  private var logs: String { path + "/logs" }

  func log(_ task: BenchmarkTask) -> String { "\(logs)/\(task.name).log" }

  /// Standard output, where a command names no results.
  func output(_ task: BenchmarkTask) -> String { "\(logs)/\(task.name).out" }

  /// The task's results, for a go that is resumed.
  func document(_ task: BenchmarkTask) -> String { "\(logs)/\(task.name).json" }

  var journal: String { logs + "/journal.jsonl" }

  /// - Parameter share: The job of a matrix: documents of several may come into one folder.
  func runDocument(_ share: String?) -> String {
    path + (share.map { "/tidemark-run-\($0).json" } ?? "/tidemark-run.json")
  }

  /// Makes the folder, and keeps other goes out of it for as long as the answer is held.
  func open() throws(Problem) -> FolderLock {
    let mark = logs + "/" + InputSearch.outputMark
    try OutputFolder.make(for: mark)
    guard FileBytes.read(mark, limit: 1 << 20) == nil else { return try FolderLock(mark) }
    try FileBytes.write([], to: mark)
    return try FolderLock(mark)
  }
}

/// An exclusive hold on a folder, gone with the process at the latest.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// - Parameter file: A file in the folder, which is there.
  init(_ file: String) throws(Problem) {
    descriptor = Glibc.open(file, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw Problem(
        "another `tidemark run` works in this folder, or it cannot be written", path: file,
        remedy: "wait for it, or choose another --results")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }
}

/// A command's output on disk.
struct TaskLog: Sendable {
  let path: String

  /// More is cut out of the middle once the command has ended.
  static let sizeLimit = 16 << 20
  private static let headLimit = 1 << 20

  /// An empty file.
  func clear() throws(Problem) { try FileBytes.write([], to: path) }

  /// 0 where there is none.
  var size: Int {
    var facts = stat()
    return stat(path, &facts) == 0 ? Int(facts.st_size) : 0
  }

  func append(_ line: String) {
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }

  /// The last `limit` bytes of what stands behind `offset`.
  func tail(_ limit: Int, from offset: Int = 0) -> [UInt8] {
    let end = size
    return bytes(from: max(offset, end - limit), count: min(limit, max(0, end - offset)))
  }

  private func bytes(from offset: Int, count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        pread(
          descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, offset + filled)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { break }
      filled += got
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  /// Takes secrets and what is too much out of the file.
  func finish(_ secrets: Secrets) throws(Problem) {
    let size = size
    guard size > 0 else { return }
    guard size > TaskLog.sizeLimit else {
      let all = bytes(from: 0, count: size)
      let masked = secrets.masked(all)
      return masked == all ? () : try FileBytes.write(masked, to: path)
    }
    // At whole lines: half a secret could not be found.
    let newLine = UInt8(ascii: "\n")
    let head = bytes(from: 0, count: TaskLog.headLimit)
    let tail = tail(TaskLog.sizeLimit - TaskLog.headLimit)
    let start = head.lastIndex(of: newLine).map { head[...$0] } ?? []
    let end = tail.firstIndex(of: newLine).map { tail[($0 + 1)...] } ?? []
    let left = NumberText.count(size - start.count - end.count)
    let cut = Array("[tidemark: \(left) bytes were cut out here]\n".utf8)
    try FileBytes.write(secrets.masked(start + cut + end), to: path)
  }
}
