import ArgumentParser
private import Glibc
private import TidemarkModel

/// `tidemark publish` and `tidemark trigger`: another program's work. The one that may run on a
/// stranger's pull request has no network code in it; its sibling `tidemark-publish` holds the token.
enum PublishProgram {
  private static let name = "tidemark-publish"

  /// Whether `arguments` are the sibling's: everything behind the first word is handed on as it is,
  /// options and help too.
  static func isMeant(by arguments: [String]) -> Bool {
    arguments.first == "publish" || arguments.first == "trigger"
  }

  /// Becomes the sibling. Only comes back where there is none.
  static func become(with arguments: [String]) -> Int32 {
    for path in candidates where access(path, X_OK) == 0 {
      let strings = ([path] + arguments).map { strdup($0) }
      defer { strings.forEach { free($0) } }
      execv(path, strings + [nil])
    }
    let problem = Problem(
      "the program \(name), which publishes and triggers, is not there",
      remedy: "install it beside tidemark, or in a folder of PATH")
    Terminal.complain("\(problem)", after: "error: ")
    return ExitStatus.usage.rawValue
  }

  /// Beside this program, then in PATH's folders.
  private static var candidates: [String] {
    let folders = (ProcessEnvironment.variables()["PATH"] ?? "").split(separator: ":")
    return ([ownFolder].compactMap { $0 } + folders.map { String($0) }).map { "\($0)/\(name)" }
  }

  private static var ownFolder: String? {
    let path = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
      guard let start = buffer.baseAddress else { return }
      count = start.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
        max(readlink("/proc/self/exe", $0, buffer.count), 0)
      }
    }
    guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return String(decoding: path[..<slash], as: UTF8.self)
  }
}

/// Stands in `tidemark help`; ``PublishProgram`` does the work.
struct PublishCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Publish a report on GitHub and others; runs the program tidemark-publish.",
    discussion: "`tidemark publish --help` prints that program's help.")

  @Argument(parsing: .captureForPassthrough, help: "What tidemark-publish takes.")
  var arguments: [String] = []

  func run() async throws {
    throw ExitStatus(rawValue: PublishProgram.become(with: ["publish"] + arguments)) ?? .usage
  }
}

/// As ``PublishCommand``.
struct TriggerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trigger",
    abstract: "Start, schedule or follow a pipeline; runs the program tidemark-publish.",
    discussion: "`tidemark trigger --help` prints that program's help.")

  @Argument(parsing: .captureForPassthrough, help: "What tidemark-publish takes.")
  var arguments: [String] = []

  func run() async throws {
    throw ExitStatus(rawValue: PublishProgram.become(with: ["trigger"] + arguments)) ?? .usage
  }
}
