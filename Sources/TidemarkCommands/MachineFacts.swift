private import Glibc

/// Facts of the machine: recorded with a run and compared, but part of no identity.
enum MachineFacts {
  /// `cpu`, `cpus`, `arch`, `kernel`, `os`, and the hosted runner's `image` where there is one.
  static func read(environment: [String: String]) -> [String: String] {
    var facts: [String: String] = [:]
    facts["cpu"] = cpuModel()
    facts["cpus"] = String(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var names = utsname()
    if uname(&names) == 0 {
      facts["arch"] = string(of: &names.machine)
      facts["kernel"] = string(of: &names.sysname) + " " + string(of: &names.release)
    }
    facts["os"] = operatingSystem()
    // GitHub's and Azure's hosted runners name their image by these.
    if let image = environment["ImageOS"], !image.isEmpty {
      facts["image"] = image + (environment["ImageVersion"].map { " \($0)" } ?? "")
    }
    return facts
  }

  private static func cpuModel() -> String? {
    value(of: "model name", in: "/proc/cpuinfo", separator: ":")
      ?? value(of: "CPU part", in: "/proc/cpuinfo", separator: ":").map { "ARM part \($0)" }
  }

  private static func operatingSystem() -> String? {
    value(of: "PRETTY_NAME", in: "/etc/os-release", separator: "=").map { name in
      name.hasPrefix("\"") ? String(name.dropFirst().prefix { $0 != "\"" }) : name
    }
  }

  private static func value(of key: String, in path: String, separator: Character) -> String? {
    // Files below /proc have no size: their beginning is read as it comes.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count > 0 else { return nil }
    for line in String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2, parts[0].drop(while: \.isWhitespace).hasPrefix(key) else { continue }
      return String(parts[1].drop(while: \.isWhitespace))
    }
    return nil
  }

  private static func string<Field>(of field: inout Field) -> String {
    withUnsafeBytes(of: &field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
