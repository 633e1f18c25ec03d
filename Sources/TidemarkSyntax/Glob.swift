/// Patterns over paths and names: `*` (not across `/`), `**` (across), `?`, `[a-z]`, `[!a]`,
/// `{one,two}`. A pattern without any of these matches itself.
package struct Glob: Hashable, Sendable {
  package let pattern: String
  private let alternatives: [[UInt8]]

  /// At most this many alternatives of braces are looked at; beyond it braces are taken as they are.
  private static let alternativeLimit = 256

  package init(_ pattern: String) {
    self.pattern = pattern
    alternatives = Glob.expandBraces(Array(pattern.utf8))
  }

  /// Whether `text` has a mark that makes it a pattern.
  package static func isPattern(_ text: String) -> Bool {
    text.contains { "*?[{".contains($0) }
  }

  package func matches(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return alternatives.contains { Matcher(pattern: $0, text: bytes).matches() }
  }

  private static func expandBraces(_ pattern: [UInt8]) -> [[UInt8]] {
    var done: [[UInt8]] = []
    var open = [pattern]
    while let next = open.popLast() {
      guard done.count + open.count < alternativeLimit,
        let end = next.firstIndex(of: UInt8(ascii: "}")),
        let start = next[..<end].lastIndex(of: UInt8(ascii: "{"))
      else {
        done.append(next)
        continue
      }
      let choices = next[(start + 1)..<end].split(
        separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      open += choices.map { next[..<start] + $0 + next[(end + 1)...] }.map(Array.init)
    }
    return done
  }
}

/// Matches by trying the last star again from the next place: O(pattern × text), no recursion.
private struct Matcher {
  let pattern: [UInt8]
  let text: [UInt8]

  private static let star = UInt8(ascii: "*")
  private static let slash = UInt8(ascii: "/")

  func matches() -> Bool {
    var place = 0
    var position = 0
    var single: (place: Int, position: Int)?
    var double: (place: Int, position: Int)?
    while true {
      if place < pattern.count, pattern[place] == Matcher.star {
        let stars = pattern[place...].prefix { $0 == Matcher.star }.count
        place += stars
        if stars > 1 {
          // `**/` matches no folder at all, too.
          if place < pattern.count, pattern[place] == Matcher.slash,
            position == 0 || text[position - 1] == Matcher.slash
          {
            place += 1
          }
          double = (place, position)
          single = nil
        } else {
          single = (place, position)
        }
        continue
      }
      if position == text.count, place == pattern.count { return true }
      if position < text.count, let next = step(place, text[position]) {
        place = next
        position += 1
        continue
      }
      if let retry = single, retry.position < text.count, text[retry.position] != Matcher.slash {
        single = (retry.place, retry.position + 1)
        (place, position) = (retry.place, retry.position + 1)
      } else if let retry = double, retry.position < text.count {
        single = nil
        double = (retry.place, retry.position + 1)
        (place, position) = (retry.place, retry.position + 1)
      } else {
        return false
      }
    }
  }

  /// The place behind the pattern's element at `place` if it takes `byte`.
  private func step(_ place: Int, _ byte: UInt8) -> Int? {
    guard place < pattern.count else { return nil }
    switch pattern[place] {
    case UInt8(ascii: "?"): return byte == Matcher.slash ? nil : place + 1
    case UInt8(ascii: "["): return set(at: place, byte)
    case UInt8(ascii: "\\") where place + 1 < pattern.count:
      return pattern[place + 1] == byte ? place + 2 : nil
    default: return pattern[place] == byte ? place + 1 : nil
    }
  }

  private func set(at start: Int, _ byte: UInt8) -> Int? {
    guard let end = pattern[(start + 1)...].firstIndex(of: UInt8(ascii: "]")), end > start + 1
    else {
      return byte == UInt8(ascii: "[") ? start + 1 : nil
    }
    var members = pattern[(start + 1)..<end]
    let isNegated = members.first == UInt8(ascii: "!") || members.first == UInt8(ascii: "^")
    if isNegated { members = members.dropFirst() }
    var contains = false
    while let low = members.popFirst() {
      if members.count >= 2, members.first == UInt8(ascii: "-") {
        members = members.dropFirst()
        let high = members.removeFirst()
        contains = contains || (low <= high && (low...high).contains(byte))
      } else {
        contains = contains || low == byte
      }
    }
    return contains != isNegated && byte != Matcher.slash ? end + 1 : nil
  }
}
