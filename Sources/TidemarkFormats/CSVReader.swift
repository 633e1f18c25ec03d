internal import TidemarkModel

/// Reads rows of comma-separated values (RFC 4180): quoted fields may hold the separator, doubled
/// quotes and line ends.
struct CSVReader {
  /// The most bytes and lines of one row, and the most of its fields.
  static let rowLimit = 1 << 18
  static let lineLimit = 1024
  static let fieldLimit = 1024

  private var lines: LineReader
  private let separator: Character

  init(_ file: InputFile, separator: Character = ",") throws(Problem) {
    lines = try LineReader(file)
    self.separator = separator
  }

  /// The next row that is not empty, and its first line's number; nil behind the last.
  mutating func next() throws(Problem) -> (fields: [String], line: Int)? {
    while let first = try lines.next() {
      if first.text.isEmpty { continue }
      if let fields = CSVReader.split(first.text, at: separator) { return (fields, first.number) }
      var text = String(first.text)
      var isOpen = true
      for _ in 0..<CSVReader.lineLimit {
        // Only a quote can close it: no need to read it all again with every line.
        if !isOpen, let fields = CSVReader.split(text, at: separator) {
          return (fields, first.number)
        }
        guard text.utf8.count < CSVReader.rowLimit, let more = try lines.next() else { break }
        text += "\n" + more.text
        isOpen = !more.text.utf8.contains(UInt8(ascii: "\""))
      }
      throw Problem("has a quoted field without an end", line: first.number)
    }
    return nil
  }

  /// - Returns: nil where a quoted field does not end.
  static func split(_ row: some StringProtocol, at separator: Character) -> [String]? {
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var index = row.startIndex
    while index < row.endIndex {
      let character = row[index]
      index = row.index(after: index)
      if isQuoted {
        guard character == "\"" else {
          field.append(character)
          continue
        }
        if index < row.endIndex, row[index] == "\"" {
          field.append("\"")
          index = row.index(after: index)
        } else {
          isQuoted = false
        }
      } else if character == "\"", field.isEmpty {
        isQuoted = true
      } else if character == separator {
        if fields.count >= fieldLimit { return fields }
        fields.append(field)
        field = ""
      } else {
        field.append(character)
      }
    }
    return isQuoted ? nil : fields + [field]
  }
}
