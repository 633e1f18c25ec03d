import Foundation

/// Writes one Swift file with a constant that holds each of the given files, by its path below a
/// folder, as a raw string literal: `embed-files OUTPUT CONSTANT FOLDER INPUT…`. Literals of bytes
/// would take minutes to compile.
@main enum EmbedFiles {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count >= 3 else { throw Failure.usage }
    let folder = arguments[2].hasSuffix("/") ? arguments[2] : arguments[2] + "/"
    var swift = """
      /// Files of the repository, by their paths.
      let \(arguments[1]): [(name: StaticString, text: StaticString)] = [

      """
    for path in arguments.dropFirst(3) {
      guard path.hasPrefix(folder) else { throw Failure.usage }
      let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
      swift += "  (\n\(literal(String(path.dropFirst(folder.count)))),\n\(literal(text))\n  ),\n"
    }
    swift += "]\n"
    try Data(swift.utf8).write(to: URL(filePath: arguments[0]), options: .atomic)
  }

  private enum Failure: Error { case usage }

  /// A multi-line raw literal: with more `#` than any run of them in `text`, so that nothing in it
  /// ends the literal or begins an escape.
  private static func literal(_ text: String) -> String {
    var longest = 0
    var current = 0
    for character in text.utf8 {
      current = character == UInt8(ascii: "#") ? current + 1 : 0
      longest = max(longest, current)
    }
    let fence = String(repeating: "#", count: longest + 1)
    return "\(fence)\"\"\"\n\(text)\n\"\"\"\(fence)"
  }
}
