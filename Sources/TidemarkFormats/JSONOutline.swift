package import TidemarkSyntax

/// Which members a file's head has, for recognisers of JSON formats: the paths of all its values,
/// as far as the head goes.
///
/// Paths are written `benchmarks[].real_time`; one step may be `*`, but then all steps before the
/// last are: `*.*.value` is there if any path of three keys ends in `value`. Several documents one
/// after the other (JSON lines) are laid over one another.
package struct JSONOutline: Sendable {
  /// The kind of the first value at each path; the root's is the empty one.
  private var kinds: [String: JSONKind] = [:]
  /// The text of the first string at each path, where it is short.
  private var texts: [String: String] = [:]
  /// How many values stand side by side at the top.
  package private(set) var documents = 0

  private static let depthLimit = 6
  private static let pathLimit = 4096
  private static let textLimit = 200

  /// Of bytes that may end anywhere. Reads at most 64 KiB and stops at the first fault.
  init(_ bytes: [UInt8]) {
    var scanner = OutlineScanner(bytes: bytes)
    while scanner.skipToDocument(), read(&scanner, path: "", pattern: "", depth: 0) {
      documents += 1
    }
  }

  /// Whether the head has any value at `path`.
  package func has(_ path: String) -> Bool { kinds[path] != nil }

  /// The kind of the first value at `path`.
  package func kind(_ path: String) -> JSONKind? { kinds[path] }

  /// The first string at `path`, if it has at most 200 bytes.
  package func string(_ path: String) -> String? { texts[path] }

  /// Whether every member of the root that the head has is an object.
  package var hasOnlyObjects: Bool {
    !kinds.contains { path, kind in
      kind != .object && !path.isEmpty && !path.contains { $0 == "." || $0 == "[" }
    }
  }

  /// The members of the root that the head has, with their kinds, in no order.
  package var rootMembers: [(key: String, kind: JSONKind)] {
    kinds.compactMap { path, kind in
      let isRoot = path.isEmpty || path == "*" || path.contains { $0 == "." || $0 == "[" }
      return isRoot ? nil : (path, kind)
    }
  }

  /// Whether any path that begins with `prefix` fits.
  package func hasPath(_ prefix: String, where fits: (String) -> Bool) -> Bool {
    kinds.keys.contains { $0.hasPrefix(prefix) && fits($0) }
  }

  private mutating func note(_ path: String, _ kind: JSONKind) {
    if kinds.count < Self.pathLimit, kinds[path] == nil { kinds[path] = kind }
  }

  /// - Returns: Whether the value was whole.
  private mutating func read(
    _ scanner: inout OutlineScanner, path: String, pattern: String, depth: Int
  ) -> Bool {
    guard let kind = scanner.kind() else { return false }
    note(path, kind)
    if pattern != path { note(pattern, kind) }
    switch kind {
    case .object where depth < Self.depthLimit:
      return readObject(&scanner, path: path, pattern: pattern, depth: depth)
    case .array where depth < Self.depthLimit:
      return readArray(&scanner, path: path, pattern: pattern, depth: depth)
    case .object, .array: return scanner.skipContainer()
    case .string:
      guard let text = scanner.string() else { return false }
      if text.utf8.count <= Self.textLimit, texts.count < Self.pathLimit, texts[path] == nil {
        texts[path] = text
      }
      return true
    case .number, .bool, .null: return scanner.skipScalar()
    }
  }

  private mutating func readObject(
    _ scanner: inout OutlineScanner, path: String, pattern: String, depth: Int
  ) -> Bool {
    scanner.index += 1
    let stars = depth == 0 ? "" : starred(pattern) + "."
    while let next = scanner.ink(), next != UInt8(ascii: "}") {
      guard let key = scanner.string(), scanner.take(UInt8(ascii: ":")) else { return false }
      let inner = path.isEmpty ? key : "\(path).\(key)"
      guard read(&scanner, path: inner, pattern: stars + key, depth: depth + 1) else {
        return false
      }
      guard scanner.take(UInt8(ascii: ",")) else { break }
    }
    return scanner.take(UInt8(ascii: "}"))
  }

  private mutating func readArray(
    _ scanner: inout OutlineScanner, path: String, pattern: String, depth: Int
  ) -> Bool {
    scanner.index += 1
    while let next = scanner.ink(), next != UInt8(ascii: "]") {
      guard read(&scanner, path: path + "[]", pattern: pattern + "[]", depth: depth + 1) else {
        return false
      }
      guard scanner.take(UInt8(ascii: ",")) else { break }
    }
    return scanner.take(UInt8(ascii: "]"))
  }

  /// `*.value[]` as `*.*[]`.
  private func starred(_ pattern: String) -> String {
    let brackets = pattern.reversed().prefix { $0 == "[" || $0 == "]" }.count
    let dot = pattern.lastIndex(of: ".").map { pattern[...$0] } ?? ""
    return dot + "*" + String(repeating: "[]", count: brackets / 2)
  }
}

/// Steps over JSON that may end anywhere, without judging it.
private struct OutlineScanner {
  let bytes: [UInt8]
  var index = 0

  /// The next byte that is no white space.
  mutating func ink() -> UInt8? {
    while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    return index < bytes.count ? bytes[index] : nil
  }

  /// Whether an object or array follows.
  mutating func skipToDocument() -> Bool {
    let next = ink()
    return next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
  }

  mutating func take(_ byte: UInt8) -> Bool {
    guard ink() == byte else { return false }
    index += 1
    return true
  }

  mutating func kind() -> JSONKind? {
    guard let next = ink() else { return nil }
    return switch next {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    case UInt8(ascii: "n"): .null
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "N"),
      UInt8(ascii: "I"):
      .number
    default: nil
    }
  }

  /// A string, its escapes as they are; nil where the bytes end in it.
  mutating func string() -> String? {
    guard ink() == UInt8(ascii: "\"") else { return nil }
    let start = index + 1
    index = start
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard index < bytes.count else { return nil }
    index += 1
    return String(decoding: bytes[start..<(index - 1)], as: UTF8.self)
  }

  mutating func skipScalar() -> Bool {
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0...0x20: return true
      default: index += 1
      }
    }
    return true
  }

  mutating func skipContainer() -> Bool {
    var depth = 0
    while let next = ink() {
      switch next {
      case UInt8(ascii: "\""):
        guard string() != nil else { return false }
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      index += 1
      if depth == 0 { return true }
    }
    return false
  }
}
