private import Glibc
private import Subprocess
private import Synchronization
private import SystemPackage
internal import TidemarkModel

/// One go of one command: a shell in a process group of its own, so that all it starts can be
/// stopped together.
struct CommandProcess: Sendable {
  /// For `sh -e -c`: of several lines none may fail.
  var commandLine: String
  /// nil: where this program stands.
  var directory: String?
  /// All variables.
  var environment: [String: String]
  /// The file that standard output is appended to.
  var output: String
  /// The file that standard error is appended to; it may be `output`.
  var errors: String
  /// Seconds.
  var timeout: Double?

  enum End: Hashable, Sendable {
    case exited(Int)
    case signaled(Int)
    case timedOut
    /// This program was asked to stop.
    case interrupted
    case notStarted(String)
  }

  /// How long a group that was told to end may take before it is killed.
  private static let grace = Duration.seconds(5)
  private static let beat = Duration.milliseconds(50)

  func run() async -> End {
    let process = ProcessGroup()
    return await withTaskGroup(of: End?.self) { group in
      group.addTask { await start(process) }
      group.addTask { await watch() }
      let first = await group.next().flatMap(\.self)
      group.cancelAll()
      let second = await group.next().flatMap(\.self)
      switch first {
      case .timedOut, .interrupted: await process.end(within: CommandProcess.grace)
      default: break
      }
      return first ?? second ?? .interrupted
    }
  }

  private func start(_ process: ProcessGroup) async -> End {
    guard let output = Self.descriptor(output), let errors = Self.descriptor(errors) else {
      return .notStarted("its log cannot be written (\(String(cString: strerror(errno))))")
    }
    defer {
      try? output.close()
      try? errors.close()
    }
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(
        signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: CommandProcess.grace)
    ]
    let pairs = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
    do {
      let result = try await Subprocess.run(
        .path("/bin/sh"), arguments: ["-e", "-c", commandLine],
        environment: .custom(Dictionary(pairs) { $1 }),
        workingDirectory: directory.map { FilePath($0) }, platformOptions: options, input: .none,
        output: .fileDescriptor(output, closeAfterSpawningProcess: false),
        error: .fileDescriptor(errors, closeAfterSpawningProcess: false)
      ) { execution in process.began(execution.processIdentifier.value) }
      return switch result.terminationStatus {
      case .exited(let code): .exited(Int(code))
      case .signaled(let signal): .signaled(Int(signal))
      }
    } catch let error as SubprocessError where error.code == .failedToChangeWorkingDirectory {
      return .notStarted("its folder \(directory ?? "") cannot be entered")
    } catch {
      return .notStarted("it could not be started (\(error))")
    }
  }

  /// Answers when the time is up or this program is to stop; nil once it is cancelled.
  private func watch() async -> End? {
    let clock = ContinuousClock()
    // A bound that no clock overflows at: 30 years.
    let deadline = timeout.map { clock.now + .seconds(min($0, 1e9)) }
    while !Task.isCancelled {
      if Interruption.isRequested { return .interrupted }
      if let deadline, clock.now >= deadline { return .timedOut }
      try? await Task.sleep(for: CommandProcess.beat)
    }
    return nil
  }

  private static func descriptor(_ path: String) -> FileDescriptor? {
    let number = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    return number < 0 ? nil : FileDescriptor(rawValue: number)
  }
}

/// The group that a command's processes are in.
private final class ProcessGroup: Sendable {
  private let leader = Atomic<Int32>(0)

  func began(_ process: pid_t) { leader.store(process, ordering: .sequentiallyConsistent) }

  /// Waits for what is left once its leader has ended, and kills what is left then.
  func end(within grace: Duration) async {
    let group = leader.load(ordering: .sequentiallyConsistent)
    // 0 and 1 would mean this program's own group, and everything.
    guard group > 1 else { return }
    let clock = ContinuousClock()
    let deadline = clock.now + grace
    while kill(-group, 0) == 0 {
      guard clock.now < deadline else {
        kill(-group, SIGKILL)
        return
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
  }
}
