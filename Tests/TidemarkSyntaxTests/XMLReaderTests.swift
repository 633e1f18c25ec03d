import Testing
import TidemarkModel

@testable import TidemarkSyntax

/// Bytes given out in pieces of at most `piece` bytes.
final class Pieces: ByteSource {
  private let bytes: [UInt8]
  private let piece: Int
  private var position = 0
  private(set) var givenOut = 0

  let sizeHint: Int

  /// - Parameter size: How many bytes the source says it has.
  init(_ bytes: [UInt8], piece: Int = .max, size: Int? = nil) {
    self.bytes = bytes
    self.piece = piece
    sizeHint = size ?? bytes.count
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, piece, bytes.count - position)
    buffer.copyBytes(from: bytes[position..<position + count])
    position += count
    return count
  }
}

/// Writes each event down: `<a k=v>`, `text`, `</a>`; pieces of text are joined.
final class EventLog: XMLEvents {
  private(set) var log = ""
  private var text: [UInt8] = []
  private let reader: XMLReader
  var lines: [Int] = []

  init(_ reader: XMLReader) { self.reader = reader }

  func start(_ name: XMLName, _ attributes: XMLAttributes) {
    flush()
    lines.append(reader.line)
    log += "<" + name.string
    for index in 0..<attributes.count {
      log += " \(attributes.name(at: index)?.string ?? "?")=\(attributes.value(at: index).string)"
    }
    log += ">"
  }

  func text(_ text: XMLText) { self.text += text.bytes }

  func end(_ name: XMLName) {
    flush()
    log += "</" + name.string + ">"
  }

  private func flush() {
    log += text.withUnsafeBufferPointer { XMLText($0).string }
    text = []
  }
}

/// What a reading of `bytes` comes to: the events, and the repairs or the problem.
func readXML(
  _ bytes: [UInt8], piece: Int = .max, block: Int = 262_144, size: Int? = nil
) -> String {
  do {
    let reader = try XMLReader(Pieces(bytes, piece: piece, size: size), blockSize: block)
    let log = EventLog(reader)
    do {
      let documents = try reader.read(log)
      let repairs = reader.repairs.map { " {\($0.repair)×\($0.count)}" }.joined()
      return log.log + (documents == 1 ? "" : " [\(documents)]") + repairs
    } catch {
      return "\(error)"
    }
  } catch {
    return "\(error)"
  }
}

func readXML(_ text: String) -> String { readXML(Array(text.utf8)) }

@Suite struct XMLReaderTests {
  @Test(
    "events come in the file's order",
    arguments: [
      ("<a/>", "<a></a>"),
      ("<a x='1' y=\"&lt;&#65;\">t&amp;u<b/></a>", "<a x=1 y=<A>t&u<b></b></a>"),
      ("<?xml version='1.0'?>\n<!-- c --><a><!-- <b> -->t<?pi?></a>\n", "<a>t</a>"),
      ("<n:a xmlns:n='u' n:x='1' y='2'/>", "<a ?=1 y=2></a>"),
      ("<a x='&amp;lt; &#38; &amp;#38;'/>", "<a x=&lt; & &#38;></a>"),
      ("<a>1<![CDATA[<b>&amp;]]>2</a>", "<a>1<b>&amp;2</a>"),
      ("<a><![CDATA[]]]]><![CDATA[>]]></a>", "<a>]]></a>"),
      ("<a><![CDATA[x]]]></a>", "<a>x]</a>"),
      ("<a><!-- <![CDATA[ --><b>]]&gt;</b></a>", "<a><b>]]></b></a>"),
    ])
  func events(xml: String, log: String) {
    #expect(readXML(xml) == log)
  }

  @Test(
    "what producers get wrong is mended and said",
    arguments: [
      ("log line\n<?xml version='1.0'?><a/>", "<a></a> {textOutside×1}"),
      ("<a/>\nDone in 3 s\n", "<a></a> {textOutside×1}"),
      ("\u{FEFF}\n\n<?xml version='1.0'?><a/>", "<a></a>"),
      ("<a x='1' x='2'/>", "<a x=1 x=2></a> {repeatedAttribute×1}"),
      ("<a x='b & c'>d & e &lt;</a>", "<a x=b  c>d  e <</a> {bareAmpersand×2}"),
      ("<a x='b&nbsp;c'>&auml;&lt;</a>", "<a x=bc><</a> {unknownEntity×2}"),
      ("<a>&#8;&#27;&#xD800;x&lt;</a>", "<a>x<</a> {illegalReference×3}"),
      ("<a x='\u{1B}[31mred\u{1B}[0m'>\u{7}b\u{0}</a>", "<a x=red>b</a> {controlCharacters×1}"),
      ("<?xml version='1.0' encoding='UTF-16'?><a/>", "<a></a> {wrongEncodingName×1}"),
    ])
  func mended(xml: String, log: String) {
    #expect(readXML(xml) == log)
  }

  @Test(
    "several documents in one file are all read",
    arguments: [
      ("<a/><b/>", "<a></a><b></b> [2]"),
      ("<?xml version='1.0'?><a/>\n<?xml version='1.0'?>\n<b>t</b>\n", "<a></a><b>t</b> [2]"),
      ("<a/><!-- c --><?pi?>\n", "<a></a>"),
      (
        "<a/>\ntest result: FAILED\n<?xml version='1.0'?><b/>", "<a></a><b></b> [2] {textOutside×1}"
      ),
      ("<a><![CDATA[<]]></a><b><![CDATA[]]]]></b>", "<a><</a><b>]]</b> [2]"),
    ])
  func documents(xml: String, log: String) {
    #expect(readXML(xml) == log)
  }

  @Test(
    "a fault is told with its line and column",
    arguments: [
      ("<a>\n<b></a>", "line 2, column 8: closes <a> where <b> of line 2 is open"),
      ("<a>\n<b", "line 2, column 3: ends in the middle"),
      ("<a>\n<![CDATA[x", "line 2, column 2: ends in the middle"),
      ("<a x='<'/>", "line 1, column 7: has an unescaped `<` in an attribute"),
      ("", "line 1: holds no XML"),
      (" \n ", "line 2: holds no XML"),
      ("<a>\n<<<<<<< HEAD\n</a>", "line 2, column 2: holds the marks of an unfinished merge"),
      (
        "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        "line 1, column 37: uses an entity that the file defines itself"
      ),
      ("<?xml version='1.0' encoding='GBK'?><a>\u{E9}</a>", "line 1: is in the encoding GBK"),
    ])
  func faults(xml: String, problem: String) {
    #expect(readXML(xml).hasPrefix(problem), "\(readXML(xml))")
  }

  @Test("no entity is expanded, whatever it would come to")
  func entities() {
    var declarations = "<!ENTITY a0 'lol'>"
    for level in 1...9 {
      let body = String(repeating: "&a\(level - 1);", count: 10)
      declarations += "<!ENTITY a\(level) '\(body)'>"
    }
    #expect(!readXML("<!DOCTYPE a [\(declarations)]><a>&a9;</a>").contains("lol"))
    // The same in an attribute, and declarations from outside.
    #expect(!readXML("<!DOCTYPE a [\(declarations)]><a x='&a9;'/>").contains("lol"))
    let parameter = "<!ENTITY % p SYSTEM 'file:///etc/passwd'> %p;"
    #expect(!readXML("<!DOCTYPE a [\(parameter)]><a x='&amp;'/>").contains("root"))
    let outside = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"
    #expect(!readXML(outside).contains("root:"))
  }

  @Test("an element may nest 512 deep and no deeper")
  func depth() {
    func nested(_ depth: Int) -> String {
      String(repeating: "<a>", count: depth) + String(repeating: "</a>", count: depth)
    }
    #expect(readXML(nested(512)) == nested(512))
    #expect(readXML(nested(513)).contains("nests elements more than 512 deep"))
    #expect(readXML(nested(100_000)).contains("nests elements more than 512 deep"))
  }

  @Test("a fault far behind the 65,535th line has its line")
  func farLine() {
    let text = "<a>" + String(repeating: "\n", count: 100_000) + "</b>"
    #expect(readXML(text).hasPrefix("line 100001, column 5:"))
  }

  @Test("text and CDATA of any size come without being held")
  func largeText() throws {
    final class Length: XMLEvents {
      var largest = 0
      var sum = 0
      func start(_ name: XMLName, _ attributes: XMLAttributes) {}
      func text(_ text: XMLText) {
        largest = max(largest, text.bytes.count)
        sum += text.bytes.count
      }
      func end(_ name: XMLName) {}
    }
    let size = 3_000_000
    let body = [UInt8](repeating: UInt8(ascii: "x"), count: size)
    let bytes = Array("<a><![CDATA[".utf8) + body + Array("]]></a>".utf8)
    let length = Length()
    try XMLReader(Pieces(bytes)).read(length)
    #expect(length.sum == size)
    #expect(length.largest < 100_000)
  }

  @Test("an event's problem ends the reading and comes out of it")
  func thrown() throws {
    final class Refusing: XMLEvents {
      var count = 0
      func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem) {
        count += 1
        if count == 2 { throw Problem("no more") }
      }
      func text(_ text: XMLText) {}
      func end(_ name: XMLName) {}
    }
    let events = Refusing()
    let xml = "<a>" + String(repeating: "<b/>", count: 100_000) + "</a>"
    let error = #expect(throws: Problem.self) {
      try XMLReader(Pieces(Array(xml.utf8))).read(events)
    }
    #expect(error?.what == "no more")
    #expect(events.count == 2)
  }

  @Test("a source's problem comes out of the reading")
  func brokenSource() throws {
    final class Broken: ByteSource {
      let sizeHint = 0
      func read(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
        throw Problem("the disk is gone")
      }
    }
    let error = #expect(throws: Problem.self) {
      let reader = try XMLReader(Broken())
      try reader.read(EventLog(reader))
    }
    #expect(error?.what == "the disk is gone")
  }

  @Test("names are equal where their addresses are, in every document of a file")
  func names() throws {
    final class Counting: XMLEvents {
      let name: XMLName
      var count = 0
      init(_ name: XMLName) { self.name = name }
      func start(_ name: XMLName, _ attributes: XMLAttributes) {
        count += name == self.name ? 1 : 0
      }
      func text(_ text: XMLText) {}
      func end(_ name: XMLName) {}
    }
    let reader = try XMLReader(Pieces(Array("<a><b/></a><b/><c><b/></c>".utf8)))
    let events = Counting(reader.name("b"))
    try reader.read(events)
    #expect(events.count == 3)
  }

  @Test("a start tag's line is the file's, past declarations and documents")
  func lines() throws {
    let xml = "\n<?xml version='1.0'?>\n<a>\n<b/>\n</a>\n\n<?xml version='1.0'?>\n<c\n/>"
    let reader = try XMLReader(Pieces(Array(xml.utf8)))
    let log = EventLog(reader)
    try reader.read(log)
    #expect(log.lines == [3, 4, 9])
  }
}

/// Documents that a cut in the wrong place would change.
private let chunkedDocuments: [[UInt8]] = [
  Array("log\n<?xml version='1.0' encoding='utf-8'?><a x='é&lt;€'>😀<![CDATA[<]]]]>t</a>".utf8),
  Array("<a><!-- <![CDATA[ -- --><b><![CDATA[a&b<c>]]]]><![CDATA[>]]></b></a>\n<c/>\nend".utf8),
  Array("<a>caf".utf8) + [0xE9] + Array("é".utf8) + [0xE2, 0x82] + Array("</a>".utf8),
  [0xFF, 0xFE] + "<a x='é😀'>t</a>".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
  [0xFE, 0xFF] + "<a x='é😀'>t</a>".utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
  "<a>t</a>".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
  Array("<?xml version='1.0' encoding='ISO-8859-15'?><a>".utf8) + [0xA4, 0xE9]
    + Array("</a>".utf8),
  Array("<a x='\u{1B}[1m'>\u{7}</a><b".utf8),
  Array("<a><b></a>".utf8),
  Array("<a>\u{FFFF}</a>".utf8),
]

@Suite struct XMLChunkingTests {
  @Test("reading is the same however the bytes come", arguments: chunkedDocuments.indices)
  func chunks(index: Int) {
    let bytes = chunkedDocuments[index]
    let whole = readXML(bytes)
    for piece in [1, 2, 3, 5, 7, 16, 64] {
      for block in [1, 4, 9, 4096] {
        #expect(readXML(bytes, piece: piece, block: block) == whole, "\(piece) of \(block)")
      }
    }
  }

  @Test("a section is text wherever the parser's blocks end")
  func sectionsAtBlockEnds() {
    let section = "<![CDATA[]]]]><![CDATA[><&]]>"
    for offset in 3960..<4040 {
      let padding = String(repeating: "x", count: offset)
      #expect(readXML("<a>\(padding)\(section)</a>") == "<a>\(padding)]]><&</a>")
    }
  }
}

@Suite struct XMLEncodingTests {
  @Test(
    "a single-byte encoding gives its own characters",
    arguments: [
      ("ISO-8859-1", [0xE9], "é"), ("iso8859-1", [0x80], "€"),
      ("windows-1252", [0x93, 0x80], "“€"),
      ("cp1251", [0xCF, 0xF0], "Пр"), ("ISO-8859-15", [0xA4], "€"), ("koi8-r", [0xF0], "П"),
      ("windows-1255", [0xE0], "א"), ("latin2", [0xB3], "ł"),
    ] as [(String, [UInt8], String)])
  func singleByte(name: String, raw: [UInt8], text: String) {
    let xml = Array("<?xml version='1.0' encoding='\(name)'?><a>".utf8) + raw + Array("</a>".utf8)
    #expect(readXML(xml) == "<a>\(text)</a>")
  }

  @Test("an encoding that is not known is read while the text is ASCII, and named where it is not")
  func unknown() {
    let declaration = "<?xml version='1.0' encoding='Shift_JIS'?>"
    #expect(readXML(declaration + "<a>b</a>") == "<a>b</a>")
    #expect(readXML(declaration + "<a>\u{E9}</a>").contains("Shift_JIS"))
  }

  @Test("bytes that are no UTF-8 are read as windows-1252")
  func invalid() {
    let xml = Array("<a>caf".utf8) + [0xE9, 0x20, 0x93] + Array("é</a>".utf8)
    #expect(readXML(xml) == "<a>café “é</a> {invalidUTF8×1}")
  }

  @Test("every byte of a table has one character")
  func tables() {
    for name in ["windows-1250", "windows-1256", "windows-1258", "iso-8859-5", "iso-8859-7"] {
      let encoding = SingleByteEncoding(name: name)
      for byte in UInt8(0x80)...0xFF {
        var out: [UInt8] = []
        encoding?.append(byte, to: &out)
        #expect(String(decoding: out, as: UTF8.self).unicodeScalars.count == 1, "\(name) \(byte)")
      }
    }
  }
}
