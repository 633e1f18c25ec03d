internal import Subprocess
internal import TidemarkModel

/// One call of git: bounded in time and output, never asking anybody anything.
struct GitProcess: Sendable {
  /// The whole environment that git gets.
  var environment: [String: String]
  /// Where it runs; nil for the working folder.
  var folder: String?

  struct Answer: Sendable {
    /// nil where it was ended by a signal, or was not there.
    var status: Int32?
    var output: [UInt8] = []
    var errors = ""
    var hasRunOut = false

    var isSuccess: Bool { status == 0 }
    var text: String { String(decoding: output, as: UTF8.self) }

    /// The output's first line.
    var line: String? {
      let line = text.prefix { $0 != "\n" }
      return line.isEmpty ? nil : String(line)
    }
  }

  /// - Parameters:
  ///   - seconds: After this time it is ended, with all that it started.
  ///   - limit: The most bytes of output; more is a failure.
  func run(
    _ arguments: [String], input: [UInt8] = [], seconds: Double, limit: Int = 8 << 20
  ) async -> Answer {
    await withTaskGroup(of: Answer?.self) { group in
      group.addTask { await run(arguments, input, limit) }
      group.addTask {
        try? await Task.sleep(for: .seconds(max(seconds, 0)))
        return Task.isCancelled ? nil : Answer(hasRunOut: true)
      }
      var answer = Answer()
      while let next = await group.next() {
        guard let next else { continue }
        answer = next
        break
      }
      group.cancelAll()
      return answer
    }
  }

  private func run(_ arguments: [String], _ input: [UInt8], _ limit: Int) async -> Answer {
    let pairs = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
    var options = PlatformOptions()
    // A group of its own, so that what git starts (ssh, remote helpers) ends with it.
    options.processGroupID = 0
    do {
      let result = try await Subprocess.run(
        .name("git"), arguments: Arguments((folder.map { ["-C", $0] } ?? []) + arguments),
        environment: .custom(Dictionary(pairs) { $1 }),
        platformOptions: options,
        input: .array(input), output: .bytes(limit: limit), error: .string(limit: 1 << 20))
      guard case .exited(let code) = result.terminationStatus else {
        return Answer(output: result.standardOutput, errors: result.standardError)
      }
      return Answer(
        status: Int32(code), output: result.standardOutput, errors: result.standardError)
    } catch {
      return Answer(errors: "git cannot be run, or wrote more than \(limit) bytes")
    }
  }
}
