/// The texts that a CI system takes for a command when they are printed in a job's log.
///
/// - Source: `::command` at a line's start and `##[command]` in
///   https://docs.github.com/actions/reference/workflow-commands-for-github-actions, `##vso[` in
///   https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands, `##teamcity[` in
///   https://www.jetbrains.com/help/teamcity/service-messages.html.
package enum LogCommands {
  /// `text` with an invisible U+2060 inside each such token, so that it is none.
  package static func broken(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "#") || $0 == UInt8(ascii: ":") }) else {
      return text
    }
    var out = String.UnicodeScalarView()
    var previous: Unicode.Scalar = "\n"
    var isAtLineStart = true
    for scalar in text.unicodeScalars {
      if scalar == previous, scalar == "#" || scalar == ":" && isAtLineStart {
        out.append("\u{2060}")
      }
      out.append(scalar)
      let startsWithColon = isAtLineStart && scalar == ":" && previous != ":"
      isAtLineStart =
        scalar == "\n" || scalar == "\r" || isAtLineStart && (scalar == " " || scalar == "\t")
        || startsWithColon
      previous = scalar
    }
    return String(out)
  }

  /// HTML without such a token, in character references that show the same.
  package static func brokenHTML(_ html: String) -> String {
    html.replacing("##", with: "#&#35;").split(
      separator: "\n", omittingEmptySubsequences: false
    ).map { line in
      let blanks = line.prefix { $0 == " " || $0 == "\t" }
      let rest = line.dropFirst(blanks.count)
      return rest.hasPrefix("::") ? blanks + "&#58;" + rest.dropFirst() : line
    }.joined(separator: "\n")
  }
}
