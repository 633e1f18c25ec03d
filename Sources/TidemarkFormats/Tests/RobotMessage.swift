internal import TidemarkModel

/// A test's message in Robot Framework's outputs: plain, or behind `*HTML*` as markup. In markup too
/// `rebot --merge` tells of the runs that a test had before the one that counts:
/// https://github.com/robotframework/robotframework/blob/master/src/robot/result/merger.py
struct RobotMessage {
  /// What the last run says; nil where it says nothing.
  private(set) var text: String?
  /// The runs before, oldest first.
  private(set) var attempts: [Attempt] = []

  init(_ message: String?) {
    guard let message, message.hasPrefix("*HTML*") else {
      text = message
      return
    }
    let parts = message.dropFirst("*HTML*".count).split(separator: "<hr>").map(RobotMessage.plain)
    let runs = parts.compactMap(RobotMessage.run)
    guard let last = runs.first(where: \.isNew) else {
      text = parts.joined(separator: "\n").nonEmpty
      return
    }
    text = last.message
    attempts = runs.lazy.filter { !$0.isNew }.reversed().suffix(100).map {
      Attempt(outcome: Robot.outcome($0.status), message: $0.message?.firstLine, text: $0.message)
    }
  }

  /// A part of a merged message: `New status: PASS`, and a message where it has one.
  private static func run(_ part: String) -> (isNew: Bool, status: String, message: String?)? {
    let isNew = part.hasPrefix("New status:")
    guard isNew || part.hasPrefix("Old status:") else { return nil }
    let rest = part.dropFirst("New status:".count)
    let end = rest.firstIndex(of: "\n") ?? rest.endIndex
    let status = rest[..<end].filter { !$0.isWhitespace }
    let mark = rest.firstRange(of: "message:")
    let message = mark.map { rest[$0.upperBound...].trimming(while: \.isWhitespace) }
    return (isNew, status, message?.nonEmpty)
  }

  /// Without tags, with the entities that Robot Framework writes resolved.
  private static func plain(_ markup: Substring) -> String {
    var text = ""
    var rest = markup.replacing("<br>", with: "\n")[...]
    while let start = rest.firstIndex(of: "<") {
      text += rest[..<start]
      let end = rest[start...].firstIndex(of: ">").map { rest.index(after: $0) }
      rest = rest[(end ?? rest.endIndex)...]
    }
    text += rest
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
      text = text.replacing(entity, with: character)
    }
    return text.trimming(while: \.isWhitespace)
  }
}

extension StringProtocol {
  /// Without what `isBlank` holds for at both ends.
  fileprivate func trimming(while isBlank: (Character) -> Bool) -> String {
    guard let first = firstIndex(where: { !isBlank($0) }),
      let last = lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(self[first...last])
  }
}
