internal import TidemarkModel
private import TidemarkSyntax

/// What a path tells of a run: `2024-03-01_12-30-00`, `20240301T123000Z`, a commit's hash.
struct PathFacts {
  var time: Timestamp?
  var commit: String?

  init(_ path: String) {
    // The nearest to the file counts.
    for step in path.split(separator: "/").reversed() {
      time = time ?? PathFacts.time(in: Array(step.utf8))
      commit = commit ?? PathFacts.commit(in: step)
    }
  }

  /// 7 to 64 hex digits in lower case, a digit among them.
  static func isCommit(_ text: some StringProtocol) -> Bool {
    let bytes = text.utf8
    return (7...64).contains(bytes.count)
      && bytes.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      && bytes.contains { (48...57).contains($0) } && bytes.contains { (97...102).contains($0) }
  }

  /// A whole word of the name; of short ones only the whole name without its ending.
  private static func commit(in step: Substring) -> String? {
    let stem = step.prefix { $0 != "." }
    if isCommit(stem) { return String(stem) }
    let words = step.split { !$0.isLetter && !$0.isNumber }
    return words.first { $0.utf8.count == 40 && isCommit($0) }.map(String.init)
  }

  /// The first date in a name, with the time of day that follows it, in UTC.
  private static func time(in name: [UInt8]) -> Timestamp? {
    for start in name.indices where start == 0 || !isDigit(name[start - 1]) {
      var scanner = DigitScanner(name, from: start)
      guard let year = scanner.number(4), (1990...2200).contains(year),
        let month = scanner.number(2), let day = scanner.number(2)
      else { continue }
      let date = "\(padded(year))-\(padded(month))-\(padded(day))"
      var clock = "00:00:00"
      if let hour = scanner.number(2), let minute = scanner.number(2) {
        clock = "\(padded(hour)):\(padded(minute)):\(padded(scanner.number(2) ?? 0))"
      }
      if let time = TimeText.parse("\(date)T\(clock)Z") ?? TimeText.parse("\(date)T00:00:00Z") {
        return time
      }
    }
    return nil
  }

  private static func padded(_ number: Int) -> String {
    number < 10 ? "0\(number)" : String(number)
  }

  fileprivate static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}

/// Takes numbers of fixed width that at most one mark stands between.
private struct DigitScanner {
  private let bytes: [UInt8]
  private var place: Int

  init(_ bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    place = start
  }

  mutating func number(_ width: Int) -> Int? {
    var start = place
    if start < bytes.count, "-_:.T ".utf8.contains(bytes[start]) { start += 1 }
    guard start + width <= bytes.count,
      bytes[start..<start + width].allSatisfy(PathFacts.isDigit)
    else { return nil }
    place = start + width
    return bytes[start..<place].reduce(0) { $0 * 10 + Int($1 - 48) }
  }
}
