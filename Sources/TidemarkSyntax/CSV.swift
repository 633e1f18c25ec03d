/// Comma-separated values as RFC 4180 has them, with line feeds.
package enum CSV {
  /// A cell that shows `text`: quoted where it must be, and never a formula to a spreadsheet.
  ///
  /// - Source: https://owasp.org/www-community/attacks/CSV_Injection
  package static func cell(_ text: String) -> String {
    var shown = SafeText.oneLine(text)
    if let first = shown.first, "=+-@".contains(first) || text.first == "\t" || text.first == "\r" {
      shown = "'" + shown
    }
    guard shown.contains(where: { $0 == "," || $0 == "\"" }) else { return shown }
    var quoted = "\""
    for character in shown {
      if character == "\"" { quoted.append("\"") }
      quoted.append(character)
    }
    return quoted + "\""
  }

  /// A row with its line end, of cells that are written already.
  package static func row(_ cells: [String]) -> String { cells.joined(separator: ",") + "\n" }
}
