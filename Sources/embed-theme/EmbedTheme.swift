import Foundation

/// Writes one Swift file that holds each of the given files as a raw string literal:
/// `embed-theme OUTPUT INPUT…`. Literals of bytes would take minutes to compile.
@main enum EmbedTheme {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    guard let output = arguments.first else { throw Failure.usage }
    var swift = """
      /// The files of the default theme, by name.
      let embeddedTheme: [(name: StaticString, text: StaticString)] = [

      """
    for path in arguments.dropFirst() {
      let name = URL(filePath: path).lastPathComponent
      let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
      swift += "  (\n\(literal(name)),\n\(literal(text))\n  ),\n"
    }
    swift += "]\n"
    try Data(swift.utf8).write(to: URL(filePath: output), options: .atomic)
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
