import Testing

@testable import TidemarkSyntax

private func with(_ text: String, _ body: (XMLText) -> Void) {
  Array(text.utf8).withUnsafeBufferPointer { body(XMLText($0)) }
}

@Suite struct BoundedTextTests {
  @Test(
    "a text is kept up to its limit, at a whole character, and says what is missing",
    arguments: [
      ("abcdef", "abcdef"), ("abcdefgh", "abcdefgh"), ("abcdefghi", "abcdefgh\n… 1 more bytes"),
      ("abcdefgé", "abcdefg\n… 1 more bytes"), ("abcd😀é", "abcd😀\n… 2 more bytes"),
    ])
  func bounded(text: String, kept: String) {
    var bounded = BoundedText(limit: 8)
    with(text) { bounded.append($0) }
    #expect(bounded.string == kept)
  }

  @Test("blank lines around a text go, its first line's indentation stays")
  func trimmed() {
    var text = BoundedText(limit: 100)
    with("\n \n   at f()\n  at g() \n\t") { text.append($0) }
    #expect(text.string == "   at f()\n  at g()")
    text.reset()
    #expect(text.string == nil)
  }

  @Test("a tail is the end of what came, from the beginning of a line")
  func tail() {
    var tail = TextTail(limit: 16)
    with("short") { tail.append($0) }
    #expect(tail.string == "short")
    for line in 1...20 { with("line \(line)\n") { tail.append($0) } }
    #expect(tail.string == "line 20")
    tail.reset()
    with(String(repeating: "x", count: 100) + "\nlast é") { tail.append($0) }
    #expect(tail.string == "last é")
    tail.reset()
    with(String(repeating: "é", count: 100)) { tail.append($0) }
    #expect(tail.string == String(repeating: "é", count: 8))
  }
}
