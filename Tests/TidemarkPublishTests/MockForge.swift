internal import Foundation
internal import Subprocess
internal import SystemPackage
internal import Testing
internal import TidemarkReport
internal import TidemarkSyntax

/// A stand-in of the platforms' APIs, run on this machine for one test: `TM_SHARED` names the folder
/// that its program is under. It is ended with the object.
final class MockForge: Sendable {
  /// Whether the program is there.
  static var isAvailable: Bool { script != nil }

  private static let script: String? = ProcessInfo.processInfo.environment["TM_SHARED"]
    .map { $0 + "/tools/mockforge.py" }
    .flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }

  let port: Int
  private let process: Process
  /// A folder of this object's own.
  let folder: URL

  /// - Parameters:
  ///   - faults: As the program's `--fault` takes them.
  ///   - arguments: Further ones.
  init(faults: [String] = [], arguments: [String] = []) async throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tidemark-publish-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let portFile = folder.appendingPathComponent("port")
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", try #require(MockForge.script), "--port", "0", "--port-file", portFile.path]
      + faults.flatMap { ["--fault", $0] } + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    var port: Int?
    for _ in 0..<600 where port == nil {
      try await Task.sleep(for: .milliseconds(50))
      let text = try? String(contentsOf: portFile, encoding: .utf8)
      port = text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }
    self.port = try #require(port, "the stand-in does not start")
  }

  deinit {
    // Not `terminate`: a child has the signal mask of the thread that made it, and that of a worker
    // thread keeps SIGTERM waiting for ever.
    kill(process.processIdentifier, SIGKILL)
    try? FileManager.default.removeItem(at: folder)
  }

  /// `http://127.0.0.1:PORT` and `path`.
  func address(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  // MARK: What it was asked, and what it is told

  /// A request that it got.
  struct Recorded: Sendable {
    var method: String
    var path: String
    var status: Int?
    var body: String
    var headers: [String: String]
    /// Whether its work was done.
    var isApplied: Bool
  }

  /// - Parameter match: A regular expression over the path.
  func requests(_ method: String? = nil, match: String = "") async throws -> [Recorded] {
    let list = try #require(try await control("GET", "/_mock/requests") as? [[String: Any]])
    return list.compactMap { entry in
      guard let name = entry["method"] as? String, let path = entry["path"] as? String,
        method == nil || name == method,
        match.isEmpty || path.range(of: match, options: .regularExpression) != nil
      else { return nil }
      return Recorded(
        method: name, path: path, status: entry["status"] as? Int,
        body: entry["body"] as? String ?? "", headers: entry["headers"] as? [String: String] ?? [:],
        isApplied: entry["applied"] as? Bool ?? false)
    }
  }

  /// The part of its state at `keys`, from the outermost in.
  func state(_ keys: String...) async throws -> [String: Any] {
    var state = try #require(try await control("GET", "/_mock/state") as? [String: Any])
    for key in keys { state = state[key] as? [String: Any] ?? [:] }
    return state
  }

  /// Merges JSON into its state.
  func change(state json: String) async throws {
    _ = try await control("PATCH", "/_mock/state", json)
  }

  func set(tokens json: String) async throws { _ = try await control("PUT", "/_mock/tokens", json) }

  func set(faults: [String]) async throws {
    let json = String(decoding: try JSONSerialization.data(withJSONObject: faults), as: UTF8.self)
    _ = try await control("PUT", "/_mock/faults", json)
  }

  func forgetRequests() async throws { _ = try await control("DELETE", "/_mock/requests") }

  /// How often each fault has fired.
  func fired() async throws -> [Int] {
    let list = try #require(try await control("GET", "/_mock/faults") as? [[String: Any]])
    return list.map { $0["fired"] as? Int ?? 0 }
  }

  private func control(_ method: String, _ path: String, _ body: String? = nil) async throws -> Any
  {
    var arguments = ["-sS", "-X", method, address(path)]
    if let body { arguments += ["--data-binary", body] }
    let result = try await Subprocess.run(
      .name("curl"), arguments: Arguments(arguments), output: .string(limit: 64 << 20),
      error: .string(limit: 1 << 20))
    let text = result.standardOutput
    return text.isEmpty
      ? [:] : try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
  }

  // MARK: The program

  struct Answer: Sendable {
    var status: Int32
    var output: String
    var errors: String
    /// The audit log's lines.
    var audit: String
    /// What was written to `GITHUB_STEP_SUMMARY`.
    var summary: String

    /// Everything that anybody can read afterwards.
    var everything: String { [output, errors, audit, summary].joined(separator: "\n") }
  }

  /// The built `tidemark-publish`, beside the tests.
  private static let program: String = {
    let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let beside = products.appendingPathComponent("tidemark-publish").path
    if FileManager.default.isExecutableFile(atPath: beside) { return beside }
    return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".build/debug/tidemark-publish").path
  }()

  /// A file in this object's folder.
  func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Publishes `report` once for each of `environments`, all at the same time.
  func publishAtOnce(
    _ arguments: [String], _ report: Report, environments: [[String: String]]
  ) async throws -> [Answer] {
    try await withThrowingTaskGroup(of: Answer.self) { group in
      for environment in environments {
        group.addTask { try await self.publish(arguments, report, environment: environment) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  /// Runs `tidemark-publish` on `report` with nothing in its environment but `PATH` and `variables`.
  ///
  /// - Parameters:
  ///   - report: Written into a folder of its own; nil for what `arguments` name.
  ///   - config: tidemark.yml.
  func publish(
    _ arguments: [String], _ report: Report?, environment variables: [String: String],
    config: String? = nil
  ) async throws -> Answer {
    let name = UUID().uuidString
    var arguments = arguments
    if let report {
      let file = try write("\(name)/report.json", ReportJSON.encode(report).bytes)
      arguments += ["--report", URL(fileURLWithPath: file).deletingLastPathComponent().path]
    }
    if let config {
      arguments += ["--config", try write("\(name)/tidemark.yml", Array(config.utf8))]
    }
    let audit = folder.appendingPathComponent("\(name).audit")
    let summary = folder.appendingPathComponent("\(name).summary")
    arguments += ["--audit-log", audit.path, "--verbose"]
    var environment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]
    environment["GITHUB_STEP_SUMMARY"] = summary.path
    environment.merge(variables) { $1 }
    let pairs = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
    let result = try await Subprocess.run(
      .path(FilePath(MockForge.program)), arguments: Arguments(arguments),
      environment: .custom(Dictionary(uniqueKeysWithValues: pairs)),
      workingDirectory: FilePath(folder.path), output: .string(limit: 64 << 20),
      error: .string(limit: 16 << 20))
    let status: Int32 =
      switch result.terminationStatus {
      case .exited(let code): Int32(code)
      case .signaled(let signal): 128 + Int32(signal)
      }
    return Answer(
      status: status, output: result.standardOutput, errors: result.standardError,
      audit: (try? String(contentsOf: audit, encoding: .utf8)) ?? "",
      summary: (try? String(contentsOf: summary, encoding: .utf8)) ?? "")
  }
}
