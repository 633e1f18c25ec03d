import Testing
import TidemarkStatistics

@testable import TidemarkCommands

@Suite struct DetectProtocolTests {
  private func answer(_ lines: [String]) async -> (lines: [String], failed: Bool) {
    let lines = lines.map { Array($0.utf8)[...] }
    let answer = await DetectProtocol(detector: Detector(), extent: .whole).answer(lines)
    let text = String(decoding: answer.bytes, as: UTF8.self)
    return (text.split(separator: "\n").map(String.init), answer.failed)
  }

  @Test(
    "A line that says something else than a series is answered with what is wrong",
    arguments: [
      (#"[1]"#, "the line is no object"),
      (#"{"values":[1]}"#, "the series has no id"),
      (#"{"id":true,"values":[1]}"#, "the id is neither text nor number"),
      (#"{"id":"a"}"#, "the series has no values"),
      (#"{"id":"a","values":[1,"x"]}"#, "`values[1]` is no number"),
      (#"{"id":"a","values":[1,[2]]}"#, "`values[1]` is no number"),
      (#"{"id":"a","values":[1,true]}"#, "`values[1]` is no number"),
      (#"{"id":"a","values":[1],"n":["x"]}"#, "`n[0]` is no number"),
      (#"{"id":"a","values":[1],"stderr":3}"#, "`stderr` is no array"),
      (#"{"id":"a","values":[1],"samples":[["y"]]}"#, "`samples[0][0]` is no number"),
      (#"{"id":"a","values":[1,2],"runs":["r1"]}"#, "there are 1 runs for 2 values"),
      (#"{"id":"a","values":[1],"runs":[{}]}"#, "`runs[0]` is no name"),
      (#"{"id":"a","values":[1],"direction":"up"}"#, "`direction` is `up`"),
      (#"{"id":"a","values":[1"#, ""),
    ])
  func badLine(line: String, what: String) async {
    let (lines, failed) = await answer([line, #"{"id":"good","values":[1,2,3]}"#])
    #expect(failed)
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix(#"{"id":null,"error":"\#(what)"#) == true, "\(lines)")
    #expect(lines.last?.hasPrefix(#"{"id":"good","changes":[]"#) == true)
  }

  @Test(
    "An id comes back as it was given",
    arguments: [#""a\"b""#, "7", "-3", "2.5", #""""#])
  func ids(id: String) async {
    let (lines, failed) = await answer([#"{"id":\#(id),"values":[1,2,3]}"#])
    #expect(!failed)
    #expect(lines.first?.hasPrefix(#"{"id":\#(id),"changes""#) == true, "\(lines)")
  }

  @Test("null and NaN among the values are runs without a value; an unknown key says nothing")
  func missingValues() async {
    let (lines, failed) = await answer([
      #"{"id":"a","values":[1,null,NaN,2],"runs":["a","b","c",4],"n":5,"env":null,"colour":[{}]}"#
    ])
    #expect(!failed)
    #expect(lines.first?.contains(#""verdict_at_end":"insufficient""#) == true)
  }
}
