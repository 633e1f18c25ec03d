import Testing
import TidemarkModel

@testable import TidemarkSyntax

/// A file that claims to be this large is decoded on a thread of its own.
private let large = 64 << 20

@Suite struct XMLReadAheadTests {
  @Test("a large file reads as a small one does", arguments: 0..<4)
  func sameEvents(seed: Int) {
    let sections = "<![CDATA[a<b]]]]><![CDATA[>é]]>"
    let lines = (0..<60_000).map {
      "<c n='\($0 &* (seed + 7))'>\($0 % 5 == 0 ? sections : "t")</c>\n"
    }
    let document = Array(("<?xml version='1.0'?><a>" + lines.joined() + "</a>\n").utf8)
    let bytes = document + document
    #expect(readXML(bytes, size: large) == readXML(bytes))
    #expect(readXML(bytes, piece: 4001, block: 5000, size: large) == readXML(bytes))
  }

  @Test(
    "what is mended or refused is so in a large file too",
    arguments: [
      "<a>\u{7}</a>", "<a><b></a>", "<a>", "", "log\n<a/>end", "<a>\u{FFFF}</a>", "<a>&nbsp;</a>",
    ])
  func sameAnswers(text: String) {
    #expect(readXML(Array(text.utf8), size: large) == readXML(text))
  }

  @Test("a source that fails far inside says so after the events before it")
  func brokenSource() throws {
    final class Broken: ByteSource {
      var sizeHint: Int { large }
      var reads = 0
      func read(into buffer: UnsafeMutableRawBufferPointer) throws(Problem) -> Int {
        reads += 1
        guard reads < 20 else { throw Problem("the disk is gone") }
        let line = Array((reads == 1 ? "<a>" : "<b/>\n").utf8)
        buffer.copyBytes(from: line)
        return line.count
      }
    }
    let reader = try XMLReader(Broken())
    let log = EventLog(reader)
    let error = #expect(throws: Problem.self) { try reader.read(log) }
    #expect(error?.what == "the disk is gone")
  }

  @Test("who stops reading early waits for nobody, and the thread ends")
  func stoppedEarly() throws {
    final class Refusing: XMLEvents {
      func start(_ name: XMLName, _ attributes: XMLAttributes) throws(Problem) {
        throw Problem("enough")
      }
      func text(_ text: XMLText) {}
      func end(_ name: XMLName) {}
    }
    let bytes = Array(("<a>" + String(repeating: "<b/>", count: 2_000_000)).utf8)
    var reader: XMLReader? = try XMLReader(Pieces(bytes, size: large))
    let error = #expect(throws: Problem.self) { try reader?.read(Refusing()) }
    #expect(error?.what == "enough")
    reader = nil
  }

  @Test("how far a file was read grows to its end")
  func progress() throws {
    final class Watching: XMLEvents {
      let reader: XMLReader
      var seen: [Double] = []
      init(_ reader: XMLReader) { self.reader = reader }
      func start(_ name: XMLName, _ attributes: XMLAttributes) { seen.append(reader.progress) }
      func text(_ text: XMLText) {}
      func end(_ name: XMLName) {}
    }
    let bytes = Array(("<a>" + String(repeating: "<bcd/>", count: 1_600_000) + "</a>").utf8)
    let reader = try XMLReader(Pieces(bytes))
    let events = Watching(reader)
    try reader.read(events)
    #expect(zip(events.seen, events.seen.dropFirst()).allSatisfy { $0 <= $1 })
    let half = events.seen[events.seen.count / 2]
    #expect((0.45...0.55).contains(half))
  }
}
