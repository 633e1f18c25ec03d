import TidemarkHistory
import TidemarkModel
import Testing

@Suite struct ExchangeTests {
  private let folder = TemporaryFolder()

  @Test("taking news gives the history that merging gives, whatever was joined before")
  func likeMerging() throws {
    let sample = SampleHistory()
    for seed in 0..<12 as Range<UInt64> {
      var generator = SeededGenerator(seed)
      let one = folder.history("one\(seed)")
      let other = folder.history("other\(seed)")
      for number in 0..<8 {
        let run = sample.run(number)
        if Bool.random(using: &generator) { _ = try one.append(run, normalisationVersion: 1) }
        if Bool.random(using: &generator) { _ = try other.append(run, normalisationVersion: 1) }
      }
      if Bool.random(using: &generator) {
        _ = try other.append([.exclude(run: "run-3", reason: "noise")])
      }
      let merged = folder.history("merged\(seed)")
      _ = try merged.merge(from: [one.directory, other.directory])
      if Bool.random(using: &generator) { _ = try one.compact() }
      if Bool.random(using: &generator) { _ = try other.compact() }
      let result = try one.takeNews(from: other)
      #expect(result.damaged.isEmpty)
      #expect(try one.load().runs.map(\.header) == merged.load().runs.map(\.header))
      #expect(try one.load().records == merged.load().records)
      // Once more changes nothing.
      #expect(try one.takeNews(from: other).added.isEmpty)
    }
  }

  @Test("segments of which everything is here already, joined, do not come back")
  func coveredSegments() throws {
    let sample = SampleHistory()
    let one = folder.history("one")
    for number in 0..<5 { _ = try one.append(sample.run(number), normalisationVersion: 1) }
    let copy = folder.history("copy")
    _ = try copy.merge(from: [one.directory])
    _ = try one.compact()
    let result = try one.takeNews(from: copy)
    #expect(result.added.isEmpty)
    #expect(result.present == 5)
    #expect(try one.segmentNames().count == 1)
  }

  @Test("a pruned run is no news")
  func prunedRuns() throws {
    let sample = SampleHistory()
    let one = folder.history("one")
    let other = folder.history("other")
    for number in 0..<3 { _ = try other.append(sample.run(number), normalisationVersion: 1) }
    _ = try one.append([.prune(policy: "all", runs: ["run-0", "run-1"])])
    let result = try one.takeNews(from: other)
    #expect(result.runs == ["run-2"])
    #expect(result.added.count == 1)
  }

  @Test("a segment that is damaged here is taken whole from there, and the other way is refused")
  func damage() throws {
    let one = folder.history("one")
    let name = try one.append(SampleHistory().run(1), normalisationVersion: 1)
    let copy = folder.history("copy")
    _ = try copy.merge(from: [one.directory])
    let path = "\(one.directory)/\(name)"
    var bytes = readBytes(path)
    bytes[bytes.count - 5] ^= 1
    writeBytes(bytes, path)
    #expect(try copy.takeNews(from: one).damaged.count == 1)
    #expect(try one.takeNews(from: copy).added == [name])
    #expect(try one.verify(setsAside: false).damaged.isEmpty)
  }

  @Test("more than the limits allow is refused and named")
  func limits() throws {
    let sample = SampleHistory()
    let other = folder.history("other")
    for number in 0..<3 { _ = try other.append(sample.run(number), normalisationVersion: 1) }
    let result = try folder.history("one").takeNews(
      from: other, limits: ExchangeLimits(segments: 2))
    #expect(result.added.count == 2)
    #expect(result.damaged.map(\.what) == ["it is larger than what is taken in"])
    let none = try folder.history("two").takeNews(
      from: other, limits: ExchangeLimits(segmentBytes: 100))
    #expect(none.added.isEmpty)
    #expect(none.damaged.count == 3)
  }

  @Test("joining waits until there are more small segments than the limit")
  func joiningWhenMany() throws {
    let sample = SampleHistory()
    let one = folder.history("one")
    for number in 0..<4 { _ = try one.append(sample.run(number), normalisationVersion: 1) }
    #expect(try one.compact(whenMoreThan: 4) == nil)
    _ = try one.append(sample.run(4), normalisationVersion: 1)
    let before = try one.load()
    #expect(try one.compact(whenMoreThan: 4)?.written.count == 1)
    #expect(try one.load().runs == before.runs)
    #expect(try one.segmentNames().count == 1)
  }

  @Test("segments that came back although they were joined go again, and nothing is written for it")
  func coveredAgain() throws {
    let sample = SampleHistory()
    let one = folder.history("one")
    for number in 0..<5 { _ = try one.append(sample.run(number), normalisationVersion: 1) }
    _ = try one.append([.exclude(run: "run-9", reason: "noise")])
    let copy = folder.history("copy")
    _ = try copy.merge(from: [one.directory])
    _ = try one.compact()
    let joined = try one.segmentNames()
    _ = try one.merge(from: [copy.directory])
    let fresh = try one.append(sample.run(7), normalisationVersion: 1)
    let result = try #require(try one.compact(whenMoreThan: 4))
    #expect(result.written.isEmpty)
    #expect(result.removed.count == 6)
    #expect(try one.segmentNames() == (joined + [fresh]).sorted())
  }

  @Test("what a damaged segment holds too is not taken for covered")
  func damagedCover() throws {
    let sample = SampleHistory()
    let one = folder.history("one")
    for number in 0..<5 { _ = try one.append(sample.run(number), normalisationVersion: 1) }
    let copy = folder.history("copy")
    _ = try copy.merge(from: [one.directory])
    _ = try one.compact()
    let joined = try #require(try one.segmentNames().first)
    var bytes = readBytes("\(one.directory)/\(joined)")
    bytes[bytes.count - 5] ^= 1
    writeBytes(bytes, "\(one.directory)/\(joined)")
    _ = try one.merge(from: [copy.directory])
    _ = try one.compact(whenMoreThan: 5)
    #expect(try one.load().runs.count == 5)
    _ = try one.verify(setsAside: true)
    #expect(try one.load().runs.count == 5)
  }

  @Test("what a full segment that is damaged holds is kept where another has it whole")
  func damagedFullSegment() throws {
    let sample = SampleHistory()
    let one = folder.history("one")
    for number in 0..<6 { _ = try one.append(sample.run(number), normalisationVersion: 1) }
    let copy = folder.history("copy")
    _ = try copy.merge(from: [one.directory])
    _ = try one.compact()
    let full = try #require(try one.segmentNames().first)
    var bytes = readBytes("\(one.directory)/\(full)")
    bytes[bytes.count - 5] ^= 1
    writeBytes(bytes, "\(one.directory)/\(full)")
    _ = try one.merge(from: [copy.directory])
    // Twelve parts are more than half of sixteen: the damaged segment stays as it is.
    _ = try one.compact(CompactionLimits(parts: 16))
    _ = try one.verify(setsAside: true)
    #expect(try one.load().runs.map(\.header) == copy.load().runs.map(\.header))
  }
}
