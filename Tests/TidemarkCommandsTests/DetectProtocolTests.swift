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

  /// Values that no benchmark has, and lists that do not go together.
  private static let hostile = [
    #"{"id":"x","values":[]}"#,
    #"{"id":"x","values":[1e308,-1e308,1e308,-1e308,1e308,-1e308,1e308,-1e308,1e308,-1e308]}"#,
    #"{"id":"x","values":[1e308,1e308,1e308,1e308,1e308,1e308,5e-324,5e-324,5e-324,5e-324,5e-324]}"#,
    #"{"id":"x","values":[0,0,0,0,0,0,0,0,0,0,0,1,1,1,1]}"#,
    #"{"id":"x","values":[-0.0,0,-0.0,0,-0.0,0,-0.0,0,-0.0,0,-5e-324,-5e-324,-5e-324]}"#,
    #"{"id":"x","values":[-3,-3,-2,-3,-3,-2,-3,-9,-9,-8,-9,-9]}"#,
    #"{"id":"x","values":[null,null,null,null,null,null,NaN,NaN,Infinity,-Infinity,1e999]}"#,
    #"{"id":"x","unit":"ratio","n":1e300,"values":[0.5,0.5,0.5,0.5,0.5,0.5,0.9,0.9,0.9,0.9]}"#,
    #"{"id":"x","unit":"ratio","n":[-1,0,null,1e18,0.5,3,3,3,3,3],"values":[2,-2,0.5,1,0,0.5,0.9,0.9,1.5,0.9]}"#,
    #"{"id":"x","unit":"rate","stderr":[0,-1,1e308,null,0,0,0,0,0,0],"values":[1,1,1,1,1,1,2,2,2,2]}"#,
    #"{"id":"x","values":[1,1,1,1,1,1,2,2],"runs":["r","r","r","r","r","r","r","r"]}"#,
    #"{"id":"x","values":[1,2,1,2,1,2,1,2],"runs":["r9","r8","r7","r6","r5","r4","r3","r2"]}"#,
    #"{"id":"x","values":[1,2,1,2,1,2,9,9],"runs":["a","b","a","b","a","b","a","b"],"env":["m"]}"#,
    #"{"id":"x","values":[1,2,1,2,1,2,9,9],"env":[null,"",1,"m","m","","m",null],"samples":[[],null,[1e308]]}"#,
  ]

  @Test("Hostile values are answered, within range, and change no other series' answer")
  func hostileValues() async throws {
    let good = #"{"id":"good","values":[10,11,10,11,10,10,11,10,20,21,20,21]}"#
    let (alone, _) = await answer([good])
    let (lines, failed) = await answer(Self.hostile + [good])
    #expect(!failed)
    #expect(lines.count == Self.hostile.count + 1)
    // But for q, which counts how many series were looked at.
    func withoutQ(_ line: String?) -> [Substring] {
      (line ?? "").split(separator: ",").filter { !$0.hasPrefix("\"q\"") }
    }
    #expect(withoutQ(lines.last) == withoutQ(alone.first))
    #expect(alone.first?.contains("\"index\":8") == true)
    for line in lines {
      #expect(!line.contains("nan") && !line.contains("inf"), "\(line)")
      #expect(line.contains(#""verdict_at_end":""#), "\(line)")
    }
  }

  @Test("The order of a batch's lines changes the order of the answers and nothing else")
  func order() async {
    // Some forty series of one project: what moves all of them is taken out of each.
    var seed: UInt64 = 7
    func noise() -> Double {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(seed >> 40) / Double(1 << 24)
    }
    let lines = (0..<40).map { series -> String in
      let values = (0..<48).map { run -> Double in
        let machine = run > 30 ? 1.2 : 1
        let step = series % 7 == 0 && run > 40 ? 1.4 : 1
        return (100 + 3 * noise()) * machine * step
      }
      let runs = (0..<48).map { run in #""r\#(run + 100)""# }.joined(separator: ",")
      let numbers = values.map { "\($0)" }.joined(separator: ",")
      return #"{"id":"s\#(series)","unit":"ns","values":[\#(numbers)],"runs":[\#(runs)]}"#
    }
    let (straight, _) = await answer(lines)
    #expect(straight.contains { $0.contains(#""state":"confirmed""#) })
    for step in [7, 11, 39] {
      let order = (0..<40).map { $0 * step % 40 }
      let (shuffled, _) = await answer(order.map { lines[$0] })
      #expect(shuffled == order.map { straight[$0] })
    }
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
