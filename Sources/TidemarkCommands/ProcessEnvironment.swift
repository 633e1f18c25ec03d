private import Glibc
private import TidemarkFormats

/// What the process was given; read here once and passed on as values.
enum ProcessEnvironment {
  /// The arguments, without the program's name. Bytes that are no UTF-8, as in a file's name, are
  /// written as ``DiskPath`` shows and understands them.
  static func arguments() -> [String] {
    var arguments: [String] = []
    var argument = CommandLine.unsafeArgv + 1
    while let text = argument.pointee {
      arguments.append(DiskPath(cString: text).shown)
      argument += 1
    }
    return arguments
  }

  /// The environment's variables. Of one that stands twice the first counts, as for `getenv`.
  static func variables() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
      let pair = String(cString: text)
      if let equals = pair.firstIndex(of: "=") {
        let key = String(pair[..<equals])
        if variables[key] == nil { variables[key] = String(pair[pair.index(after: equals)...]) }
      }
      entry += 1
    }
    return variables
  }

  /// Gives a standard stream that the caller closed to `/dev/null`: else the next file that is opened
  /// would get its number, and what is said would be written into it. Standard output stays one that
  /// cannot be written, so that an answer that nobody gets is no success.
  static func openStandardStreams() {
    for stream in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(stream, F_GETFD) < 0 {
      _ = open("/dev/null", stream == STDERR_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// The clock, in milliseconds since 1970.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
