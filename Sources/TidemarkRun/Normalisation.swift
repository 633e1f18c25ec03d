/// Takes out of a name what varies from run to run, so that the same test keeps its identity:
/// memory addresses, uuids, temporary paths, dates, seeds and the ports of this machine.
///
/// For matching only; what people read is the name as it was written.
package enum Normalisation {
  /// Rises with every change of the rules; each history segment carries the one it was written by.
  package static let version = 1

  /// `name` with each varying piece replaced by a mark of its kind (`0x…`, `uuid…`, `tmp…`,
  /// `date…`, `seed…`, `port…`). O(n).
  package static func normalise(_ name: String) -> String {
    var name = name
    return name.withUTF8 { utf8 in
      guard mayVary(utf8) else { return nil }
      var scanner = Scanner(source: utf8)
      return scanner.run()
    } ?? name
  }

  /// Nearly every name has no digit behind one of the marks below: those cost one look.
  private static func mayVary(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    var digits = 0
    for byte in utf8 where (48...57).contains(byte) || byte == UInt8(ascii: "/") {
      digits += 1
      if digits >= 2 { return true }
    }
    return utf8.contains(UInt8(ascii: "@")) || utf8.contains(UInt8(ascii: "\\"))
      || (digits > 0 && containsSeed(utf8))
  }

  private static func containsSeed(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    guard utf8.count > 4 else { return false }
    return (0...(utf8.count - 4)).contains { start in
      zip(utf8[start..<start + 4], "seed".utf8).allSatisfy { $0 | 0x20 == $1 }
    }
  }
}

/// Walks a name once; at each place the first rule that fits consumes its piece.
private struct Scanner {
  let source: UnsafeBufferPointer<UInt8>
  var index = 0
  var out: [UInt8] = []
  var hasChanged = false

  init(source: UnsafeBufferPointer<UInt8>) { self.source = source }

  /// nil where nothing varies.
  mutating func run() -> String? {
    out.reserveCapacity(source.count)
    while index < source.count {
      if let (end, mark) = variablePiece() {
        out.append(contentsOf: mark.utf8)
        index = end
        hasChanged = true
      } else {
        out.append(source[index])
        index += 1
      }
    }
    return hasChanged ? String(decoding: out, as: UTF8.self) : nil
  }

  private func variablePiece() -> (end: Int, mark: String)? {
    let byte = source[index]
    switch byte {
    case UInt8(ascii: "0"):
      if let end = address() { return (end, "0x…") }
    case UInt8(ascii: "@"):
      if let end = objectHash() { return (end, "@…") }
    case UInt8(ascii: "/"), UInt8(ascii: "C"), UInt8(ascii: "c"):
      if let end = temporaryPath() { return (end, "tmp…") }
    case UInt8(ascii: "s"), UInt8(ascii: "S"):
      if let (end, digits) = seed() {
        return (end, String(decoding: source[index..<digits], as: UTF8.self) + "…")
      }
    case UInt8(ascii: "l"), UInt8(ascii: "1"):
      if let (end, digits) = port() {
        return (end, String(decoding: source[index..<digits], as: UTF8.self) + "…")
      }
    default: break
    }
    guard !isWord(index - 1) else { return nil }
    if isHex(byte), let end = uuid() { return (end, "uuid…") }
    if byte == UInt8(ascii: "2") || byte == UInt8(ascii: "1"), let end = date() {
      return (end, "date…")
    }
    return nil
  }

  /// `0x` and 6 to 16 hex digits: shorter ones are constants that a test is named for.
  private func address() -> Int? {
    guard matches("0x", at: index) || matches("0X", at: index) else { return nil }
    let end = endOfRun(from: index + 2, isHex)
    return (6...16).contains(end - index - 2) && !isWord(end) ? end : nil
  }

  /// Java's `Object.toString()`: a word, `@`, and 5 to 8 hex digits, one of them a digit.
  private func objectHash() -> Int? {
    guard isWord(index - 1) else { return nil }
    let end = endOfRun(from: index + 1, isHex)
    guard (5...8).contains(end - index - 1), !isWord(end) else { return nil }
    return source[(index + 1)..<end].contains { isDigit($0) } ? end : nil
  }

  private func uuid() -> Int? {
    var end = index
    for (group, count) in [8, 4, 4, 4, 12].enumerated() {
      if group > 0 {
        guard byte(at: end) == UInt8(ascii: "-") || byte(at: end) == UInt8(ascii: "_") else {
          return nil
        }
        end += 1
      }
      guard endOfRun(from: end, isHex) >= end + count else { return nil }
      end += count
    }
    return isWord(end) ? nil : end
  }

  /// A path below a system's folder for temporary files, up to what ends a path in a name.
  private func temporaryPath() -> Int? {
    let roots = ["/tmp/", "/var/tmp/", "/var/folders/", "/private/var/folders/", "/private/tmp/"]
    if source[index] == UInt8(ascii: "/") {
      guard roots.contains(where: { matches($0, at: index) }), !isWord(index - 1) else {
        return nil
      }
    } else {
      guard byte(at: index + 1) == UInt8(ascii: ":"), byte(at: index + 2) == UInt8(ascii: "\\"),
        let temp = windowsTemp()
      else { return nil }
      return endOfPath(from: temp)
    }
    return endOfPath(from: index)
  }

  private func windowsTemp() -> Int? {
    let end = endOfPath(from: index)
    let path = String(decoding: source[index..<end], as: UTF8.self).lowercased()
    return path.contains("\\temp\\") ? end : nil
  }

  private func endOfPath(from start: Int) -> Int {
    endOfRun(from: start) { byte in
      byte > 0x20 && !"\"'`,;)]}|<>".utf8.contains(byte)
    }
  }

  /// `seed` and its number: `seed=12`, `seed: 12`, `--seed 12`, `seed_12`, `seed12`.
  private func seed() -> (end: Int, digits: Int)? {
    guard index + 4 < source.count else { return nil }
    for (offset, letter) in "seed".utf8.enumerated() where source[index + offset] | 0x20 != letter {
      return nil
    }
    var digits = index + 4
    let separators = Array("=:-_ (".utf8)
    while let next = byte(at: digits), separators.contains(next), digits < index + 8 { digits += 1 }
    let end = endOfRun(from: digits, isDigit)
    return end > digits ? (end, digits) : nil
  }

  /// The port of a server on this machine: `localhost:54321`, `127.0.0.1:54321`.
  private func port() -> (end: Int, digits: Int)? {
    for host in ["localhost:", "127.0.0.1:"] where matches(host, at: index) {
      let digits = index + host.utf8.count
      let end = endOfRun(from: digits, isDigit)
      if (4...5).contains(end - digits) { return (end, digits) }
    }
    return nil
  }

  /// `2026-11-23`, with a time of day behind it or without.
  private func date() -> Int? {
    guard let year = digits(4, at: index), (1970...2199).contains(year),
      byte(at: index + 4) == UInt8(ascii: "-"), let month = digits(2, at: index + 5),
      (1...12).contains(month), byte(at: index + 7) == UInt8(ascii: "-"),
      let day = digits(2, at: index + 8), (1...31).contains(day)
    else { return nil }
    let end = index + 10
    if let time = timeOfDay(at: end) { return time }
    return isWord(end) ? nil : end
  }

  private func timeOfDay(at start: Int) -> Int? {
    guard let separator = byte(at: start), "Tt _".utf8.contains(separator),
      digits(2, at: start + 1) != nil
    else { return nil }
    let isTime = { (byte: UInt8) in isDigit(byte) || ":.-+Zz".utf8.contains(byte) }
    let end = endOfRun(from: start + 1, isTime)
    return end - start >= 5 ? end : nil
  }

  private func digits(_ count: Int, at start: Int) -> Int? {
    guard start + count <= source.count else { return nil }
    var value = 0
    for byte in source[start..<start + count] {
      guard isDigit(byte) else { return nil }
      value = value * 10 + Int(byte) - 48
    }
    return value
  }

  private func endOfRun(from start: Int, _ belongs: (UInt8) -> Bool) -> Int {
    var end = start
    while end < source.count, belongs(source[end]) { end += 1 }
    return end
  }

  private func matches(_ text: String, at start: Int) -> Bool {
    guard start + text.utf8.count <= source.count else { return false }
    return source[start..<start + text.utf8.count].elementsEqual(text.utf8)
  }

  private func byte(at position: Int) -> UInt8? {
    source.indices.contains(position) ? source[position] : nil
  }

  private func isWord(_ position: Int) -> Bool {
    guard let byte = byte(at: position) else { return false }
    return isDigit(byte) || (97...122).contains(byte | 0x20) || byte >= 0x80
  }
}

private func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

private func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (97...102).contains(byte | 0x20) }
