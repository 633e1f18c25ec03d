/// Comma-separated values as RFC 4180 has them, with line feeds.
package enum CSV {
  /// A cell that shows `text`: quoted where it must be, and never a formula to a spreadsheet.
  ///
  /// - Source: https://owasp.org/www-community/attacks/CSV_Injection
  package static func cell(_ text: String) -> String {
    var shown = SafeText.oneLine(text)
    // Scalars, not characters: a mark that combines with a comma does not make it another.
    let start = text.unicodeScalars.first
    if let first = shown.unicodeScalars.first,
      "=+-@".unicodeScalars.contains(first) || start == "\t" || start == "\r"
    {
      shown = "'" + shown
    }
    guard shown.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") })
    else { return shown }
    var quoted = "\""
    for scalar in shown.unicodeScalars {
      if scalar == "\"" { quoted.unicodeScalars.append("\"") }
      quoted.unicodeScalars.append(scalar)
    }
    quoted.unicodeScalars.append("\"")
    return quoted
  }

  /// A row with its line end, of cells that are written already.
  package static func row(_ cells: [String]) -> String { cells.joined(separator: ",") + "\n" }
}
