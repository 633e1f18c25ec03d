/// What changes in a file, as `diff -u` writes it.
struct UnifiedDiff: Sendable {
  private static let context = 3
  /// The most lines on each side of what differs that are compared one by one.
  private static let lineLimit = 2000

  private enum Edit: Hashable {
    case keep(Substring)
    case remove(Substring)
    case add(Substring)

    var line: String {
      switch self {
      case .keep(let text): " \(text)"
      case .remove(let text): "-\(text)"
      case .add(let text): "+\(text)"
      }
    }

    var isKept: Bool { if case .keep = self { true } else { false } }
    var isOld: Bool { if case .add = self { false } else { true } }
    var isNew: Bool { if case .remove = self { false } else { true } }
  }

  /// Empty where nothing changes.
  let text: String

  /// - Parameter old: nil for a file that is not there yet.
  init(path: String, old: String?, new: String) {
    let edits = UnifiedDiff.edits(UnifiedDiff.lines(old ?? ""), UnifiedDiff.lines(new))
    let hunks = UnifiedDiff.hunks(edits)
    guard !hunks.isEmpty else {
      text = ""
      return
    }
    let before = old == nil ? "/dev/null" : "a/\(path)"
    text = "--- \(before)\n+++ b/\(path)\n" + hunks.joined()
  }

  private static func lines(_ text: String) -> [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  private static func edits(_ old: [Substring], _ new: [Substring]) -> [Edit] {
    let head = zip(old, new).prefix { $0 == $1 }.count
    let rest = min(old.count, new.count) - head
    let tail = zip(old.reversed(), new.reversed()).prefix(rest).prefix { $0 == $1 }.count
    let middle = changed(
      Array(old[head..<(old.count - tail)]), Array(new[head..<(new.count - tail)]))
    return old[..<head].map(Edit.keep) + middle + old[(old.count - tail)...].map(Edit.keep)
  }

  /// By the longest common subsequence: O(old × new), within the limit.
  private static func changed(_ old: [Substring], _ new: [Substring]) -> [Edit] {
    guard old.count <= lineLimit, new.count <= lineLimit, !old.isEmpty, !new.isEmpty else {
      return old.map(Edit.remove) + new.map(Edit.add)
    }
    let width = new.count + 1
    var common = [Int32](repeating: 0, count: (old.count + 1) * width)
    for row in old.indices.reversed() {
      for column in new.indices.reversed() {
        common[row * width + column] =
          old[row] == new[column]
          ? common[(row + 1) * width + column + 1] + 1
          : max(common[(row + 1) * width + column], common[row * width + column + 1])
      }
    }
    var edits: [Edit] = []
    var row = 0
    var column = 0
    while row < old.count || column < new.count {
      if row < old.count, column < new.count, old[row] == new[column] {
        edits.append(.keep(old[row]))
        row += 1
        column += 1
      } else if row < old.count,
        column == new.count
          || common[(row + 1) * width + column] >= common[row * width + column + 1]
      {
        edits.append(.remove(old[row]))
        row += 1
      } else {
        edits.append(.add(new[column]))
        column += 1
      }
    }
    return edits
  }

  /// Changes with the lines around them; those that are near one another in one.
  private static func hunks(_ edits: [Edit]) -> [String] {
    let changes = edits.indices.filter { !edits[$0].isKept }
    var ranges: [Range<Int>] = []
    for place in changes {
      let range = max(0, place - context)..<min(edits.count, place + context + 1)
      if let last = ranges.last, range.lowerBound <= last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    return ranges.map { range in
      let before = edits[..<range.lowerBound]
      let own = edits[range]
      let old = span(before.count(where: \.isOld), own.count(where: \.isOld))
      let new = span(before.count(where: \.isNew), own.count(where: \.isNew))
      return "@@ -\(old) +\(new) @@\n" + own.map { $0.line + "\n" }.joined()
    }
  }

  /// `START,COUNT`; of nothing it starts at the line before.
  private static func span(_ before: Int, _ count: Int) -> String {
    "\(count == 0 ? before : before + 1),\(count)"
  }
}
