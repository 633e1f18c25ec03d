import Foundation
import Subprocess
import SystemPackage
import Testing

/// The built program, run as a pipeline runs it.
enum Program {
  /// `TM_PROGRAM` names another build (the release) to run the same tests on.
  static let path: String =
    ProcessInfo.processInfo.environment["TM_PROGRAM"] ?? built + "/tidemark"

  /// The folder with what was built for these tests, `tidemark-publish` among it.
  static let built: String = {
    let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let beside = products.appendingPathComponent("tidemark").path
    if FileManager.default.isExecutableFile(atPath: beside) { return products.path }
    return root.appendingPathComponent(".build/debug").path
  }()

  /// The project's root.
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func fixture(_ path: String) -> String {
    root.appendingPathComponent("fixtures/" + path).path
  }

  struct Answer {
    var status: Int32
    var output: String
    var errors: String

    /// Standard output as JSON objects, one a line.
    var lines: [[String: Any]] {
      output.split(separator: "\n").compactMap {
        (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
      }
    }
  }

  /// Runs the program with nothing in its environment but `PATH` and `variables`.
  ///
  /// - Parameter prefix: A command that runs the program (`taskset -c 0`); without arguments, it alone.
  static func run(
    _ arguments: [String], in folder: String = NSTemporaryDirectory(),
    environment variables: [String: String] = [:], prefix: [String] = []
  ) async throws -> Answer {
    let command = prefix.isEmpty || !arguments.isEmpty ? prefix + [path] + arguments : prefix
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    // Another build may lie without its sibling.
    var environment = ["PATH": "\(folders):\(built)"]
    environment.merge(variables) { $1 }
    let pairs = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
    let result = try await Subprocess.run(
      .path(FilePath(command[0])), arguments: Arguments(Array(command.dropFirst())),
      environment: .custom(Dictionary(uniqueKeysWithValues: pairs)),
      workingDirectory: FilePath(folder), output: .string(limit: 64 << 20),
      error: .string(limit: 16 << 20))
    let status: Int32 =
      switch result.terminationStatus {
      case .exited(let code): Int32(code)
      case .signaled(let signal): 128 + Int32(signal)
      }
    return Answer(status: status, output: result.standardOutput, errors: result.standardError)
  }
}

/// A folder of a test's own, gone with the test.
final class TemporaryFolder {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "tidemark-test-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file below the folder.
  @discardableResult func write(_ text: String, to name: String) throws -> String {
    let url = URL(fileURLWithPath: path).appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return url.path
  }

  func read(_ name: String) -> String? {
    (try? Data(contentsOf: URL(fileURLWithPath: path).appendingPathComponent(name)))
      .map { String(decoding: $0, as: UTF8.self) }
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

  /// All files below the folder with their bytes, by their relative path.
  var files: [String: Data] {
    var files: [String: Data] = [:]
    let root = URL(fileURLWithPath: path)
    let walk = FileManager.default.enumerator(atPath: path)
    while let name = walk?.nextObject() as? String {
      let url = root.appendingPathComponent(name)
      if let data = try? Data(contentsOf: url) { files[name] = data }
    }
    return files
  }
}
