import Testing
import TidemarkModel

@testable import TidemarkSyntax

@Suite struct JSONReaderTests {
  @Test("values are read as what they are")
  func values() throws {
    let text = #"""
      {"text":"naïve \u2603 \ud83e\udda6","whole":-12,"big":18446744073709551615,"real":0.1,
       "yes":true,"no":false,"nothing":null,"list":[1,[2],{"a":3}],"empty":{},"none":[]}
      """#
    try read(text) { root in
      #expect(root.kind == .object)
      #expect(root["text"]?.string == "naïve ☃ 🦦")
      #expect(root["whole"]?.int == -12 && root["whole"]?.double == -12)
      #expect(root["big"]?.int == nil && root["big"]?.double == 18_446_744_073_709_551_616)
      #expect(root["big"]?.scalarText == "18446744073709551615")
      #expect(root["real"]?.double == 0.1 && root["real"]?.int == nil)
      #expect(root["yes"]?.bool == true && root["no"]?.bool == false)
      #expect(root["nothing"]?.isNull == true)
      let list = root["list"].map { Array($0.elements) } ?? []
      #expect(list.map(\.kind) == [.number, .array, .object])
      #expect(list.last?["a"]?.int == 3)
      #expect(root["empty"]?.members.map { $0.key.string } == [])
      #expect(root["none"]?.elements.map(\.kind) == [])
      #expect(root["list"]?["a"] == nil && root["text"]?.elements.map(\.kind) == [])
      #expect(root.members.map { $0.key.string }.count == 10)
    }
  }

  @Test("of members of one name the last counts")
  func duplicateKeys() throws {
    try read(#"{"a":1,"b":2,"a":3}"#) { #expect($0["a"]?.int == 3) }
  }

  @Test("a byte order mark and UTF-16 are read")
  func encodings() throws {
    let utf16 = Array(#"{"a":"ü"}"#.utf16)
    var little: [UInt8] = [0xFF, 0xFE]
    var big: [UInt8] = [0xFE, 0xFF]
    for unit in utf16 {
      let (low, high) = (UInt8(unit & 0xFF), UInt8(unit >> 8))
      little += [low, high]
      big += [high, low]
    }
    let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array(#"{"a":"ü"}"#.utf8)
    for bytes in [marked, little, big] {
      let text = try JSONReader.read(bytes, count: bytes.count) { root, _ in root["a"]?.string }
      #expect(text == "ü")
    }
  }

  @Test(
    "a fault is told with its line and column",
    arguments: [
      ("", "is empty", nil, nil),
      (" \n ", "is empty", nil, nil),
      ("{\n  \"a\": 1,\n}", "a key in quotes is due", 3, 1),
      ("[1,]", "a value is due", 1, 4),
      ("[1 2]", "a comma or `]` is due", 1, 4),
      ("{\"a\" 1}", "a colon is due", 1, 6),
      ("{\"a\":1", "ends in the middle", 1, 7),
      ("[1,\n \"abc", "never ends", 2, 2),
      ("{} x", "after its end", 1, 4),
      ("{}{}", "after its end", 1, 3),
      ("[01]", "a number that is none", 1, 2),
      ("[1.]", "a number that is none", 1, 2),
      ("[truth]", "a value is due", 1, 2),
      ("[\"\\x\"]", "broken escape", 1, 3),
      ("[\"a\tb\"]", "raw control character", 1, 4),
      ("// no\n[]", "a value is due", 1, 1),
    ] as [(String, String, Int?, Int?)])
  func faults(text: String, what: String, line: Int?, column: Int?) {
    let problem = #expect(throws: Problem.self) { try read(text) { _ in } }
    #expect(problem?.what.contains(what) == true, "\(problem?.what ?? "")")
    if let line { #expect(problem?.line == line) }
    if let column { #expect(problem?.column == column) }
  }

  @Test("nesting is bounded", arguments: [257, 10_000, 100_000])
  func depth(levels: Int) {
    let open = String(repeating: "[", count: levels)
    for text in [open, open + String(repeating: "]", count: levels)] {
      let problem = #expect(throws: Problem.self) { try read(text) { _ in } }
      #expect(problem?.what.contains("nests deeper than 256 levels") == true)
    }
  }

  @Test("256 levels are read")
  func deepest() throws {
    let text = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
    try read(text) { #expect($0.isArray) }
  }

  @Test(
    "numbers that are not finite become null, and are counted",
    arguments: [
      "NaN", "-NaN", "nan", "Infinity", "-Infinity", "inf", "-inf", "+Infinity", "1e400", "-1e999",
    ])
  func notFinite(token: String) throws {
    let bytes = Array("{\n\"a\":\(token),\"b\":2}".utf8)
    try JSONReader.read(bytes, count: bytes.count) { root, notes in
      #expect(root["a"]?.isNull == true)
      #expect(root["b"]?.int == 2)
      #expect(notes.droppedNumbers == 1)
      #expect(notes.firstDroppedLine == 2)
    }
  }

  @Test("whole numbers beyond 64 bits are read as doubles")
  func bigIntegers() throws {
    try read("[123456789012345678901234567890,-99999999999999999999,18446744073709551616]") {
      root in
      let values = root.elements.map(\.double)
      #expect(
        values == [
          1.2345678901234568e+29, -1e20, 18_446_744_073_709_551_616,
        ])
    }
  }

  @Test(
    "text that is no Unicode is shown as U+FFFD",
    arguments: [
      (#"["\ud800"]"#, "\u{FFFD}"), (#"["\udc00x"]"#, "\u{FFFD}x"),
      (#"["\ud800\u0041"]"#, "\u{FFFD}A"), (#"["\ud83e\ud83e\udda6"]"#, "\u{FFFD}🦦"),
    ])
  func halfSurrogates(text: String, shown: String) throws {
    try expect(Array(text.utf8), shown: shown)
  }

  @Test(
    "bytes that are no UTF-8 are shown as U+FFFD",
    arguments: [([0xC0, 0xAF], "\u{FFFD}\u{FFFD}"), ([0x61, 0xFF, 0x62], "a\u{FFFD}b")]
      as [([UInt8], String)])
  func brokenText(bytes: [UInt8], shown: String) throws {
    try expect(Array("[\"".utf8) + bytes + Array("\"]".utf8), shown: shown)
  }

  private func expect(_ bytes: [UInt8], shown: String) throws {
    try JSONReader.read(bytes, count: bytes.count) { root, notes in
      #expect(root.elements.first { _ in true }?.string == shown)
      #expect(notes.mendedText > 0)
    }
  }

  @Test("every prefix of a document is refused and none is taken for whole")
  func prefixes() {
    let text = Array(#"{"a":[1,-2.5e3,true,null,"x\u00e9\\"],"b":{"c":{}}}"#.utf8)
    for count in 0..<text.count {
      #expect(throws: Problem.self) {
        try JSONReader.read(Array(text[..<count]), count: count) { _, _ in }
      }
    }
  }

  @Test("lines are read one by one, and what is no document is passed on as noise")
  func lines() throws {
    let text = "{\"a\":1}\n\nnoise\r\n{\"a\":\n{\"a\":NaN}\n  {\"a\":2}"
    var seen: [String] = []
    let notes = try JSONReader.lines(Array(text.utf8), count: text.utf8.count) { line in
      switch line {
      case .value(let value, let number):
        seen.append("\(number):\(value["a"]?.scalarText ?? "none")")
      case .noise(let bytes, let number):
        seen.append("\(number):noise \(bytes.count)")
      }
    }
    #expect(seen == ["1:1", "3:noise 6", "4:noise 5", "5:none", "6:2"])
    #expect(notes.droppedNumbers == 1 && notes.firstDroppedLine == 5)
  }

  @Test(
    "numbers in texts are read, with commas between thousands",
    arguments: [
      ("12.5", 12.5), ("1,234.5", 1234.5), ("-1,234,567", -1_234_567), ("1e3", 1000),
      ("12,34", nil), ("1,2345", nil), (",123", nil), ("nan", nil), ("0x10", nil), ("1e999", nil),
      ("", nil), ("12 ms", nil),
    ] as [(String, Double?)])
  func numbersInTexts(text: String, value: Double?) throws {
    try read("[\"\(text)\"]") { root in
      #expect(root.elements.first { _ in true }?.lenientDouble == value)
    }
  }

  private func read(_ text: String, _ body: (JSONValue) throws(Problem) -> Void) throws(Problem) {
    let bytes = Array(text.utf8)
    try JSONReader.read(bytes, count: bytes.count) { (root, _) throws(Problem) in try body(root) }
  }
}
