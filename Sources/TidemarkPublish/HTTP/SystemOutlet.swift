private import Glibc
package import TidemarkModel

/// The real clock.
package struct SystemTime: Timekeeper {
  package init() {}

  package func now() -> Timestamp {
    let (seconds, nanoseconds) = SystemTime.read(CLOCK_REALTIME)
    return Timestamp(millisecondsSince1970: seconds * 1000 + nanoseconds / 1_000_000)
  }

  package func elapsed() -> Double {
    let (seconds, nanoseconds) = SystemTime.read(CLOCK_MONOTONIC)
    return Double(seconds) + Double(nanoseconds) / 1e9
  }

  package func sleep(seconds: Double) async {
    try? await Task.sleep(for: .milliseconds(Int64(min(max(seconds, 0), 1e6) * 1000)))
  }

  private static func read(_ clock: clockid_t) -> (Int64, Int64) {
    var time = timespec()
    clock_gettime(clock, &time)
    return (Int64(time.tv_sec), Int64(time.tv_nsec))
  }
}

/// The system's own generator.
package struct SystemRandomness: Randomness {
  package init() {}

  package func fraction() -> Double { Double.random(in: 0..<1) }

  package func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }
}

/// Files that a CI platform reads after the step.
package enum PlatformFile {
  /// Appends `bytes` in one write: a platform may have others write to the same file.
  package static func append(_ path: String, _ bytes: [UInt8]) throws(Problem) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(path) }
      written += count
    }
  }

  private static func failure(_ path: String) -> Problem {
    Problem("the file cannot be written (\(String(cString: strerror(errno))))", path: path)
  }
}
