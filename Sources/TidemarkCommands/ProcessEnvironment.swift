private import Glibc

/// What the process was given; read here once and passed on as values.
enum ProcessEnvironment {
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

  /// The clock, in milliseconds since 1970.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
