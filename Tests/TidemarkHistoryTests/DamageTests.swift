import Testing
import TidemarkHistory
import TidemarkModel

@Suite struct DamageTests {
  private let folder = TemporaryFolder()

  @Test("One damaged segment is named, and the rest is read")
  func oneDamaged() throws {
    let history = try made(4)
    let names = fileNames(history.directory)
    damage(history, names[1]) { $0[$0.count - 3] ^= 0x40 }
    let contents = try history.load()
    #expect(contents.runs.count == 3)
    #expect(contents.damaged.count == 1)
    #expect(contents.damaged[0].path == "\(history.directory)/\(names[1])")
    #expect(contents.damaged[0].what.hasPrefix("its section "))
    #expect(try history.list().count >= 3)
  }

  @Test("Verify names the section, sets the segment aside, and is content afterwards")
  func verify() throws {
    let history = try made(3)
    let names = fileNames(history.directory)
    damage(history, names[0]) { $0[$0.count - 3] ^= 0x40 }
    damage(history, names[2]) { $0.removeLast() }
    let dry = try history.verify(setsAside: false)
    #expect(dry.damaged.count == 2 && dry.setAside.isEmpty && dry.segments == 3)
    #expect(dry.damaged[0].what.contains(" of block "))
    #expect(dry.damaged[1].what == "it is cut short, or longer than its directory says")
    let result = try history.verify(setsAside: true)
    #expect(result.setAside == [names[0] + ".damaged", names[2] + ".damaged"])
    #expect(try history.verify(setsAside: true).damaged.isEmpty)
    #expect(try history.load().damaged.isEmpty)
    #expect(try history.load().runs.count == 1)
  }

  @Test("What is set aside is named until a whole copy brings it back")
  func setAside() throws {
    let history = try made(3)
    let copy = folder.history("copy")
    _ = try copy.merge(from: [history.directory])
    let name = fileNames(history.directory)[1]
    damage(history, name) { $0.removeLast() }
    _ = try history.verify(setsAside: true)
    let aside = "\(history.directory)/\(name).damaged"
    #expect(try history.load().setAside.map(\.path) == [aside])
    #expect(try history.listing().damaged.map(\.path) == [aside])
    _ = try history.merge(from: [copy.directory])
    #expect(try history.load().setAside.isEmpty)
    #expect(!fileNames(history.directory).contains { $0.hasSuffix(".damaged") })
  }

  @Test("A damaged block of a large segment loses only its runs")
  func damagedBlock() throws {
    let history = folder.history()
    let sample = SampleHistory(tests: 4, series: 2, jobs: ["ci"], hasDetails: false)
    _ = try history.append(
      (0..<100).map { RecordedRun(run: sample.run($0)) }, normalisationVersion: 1)
    damage(history, fileNames(history.directory)[0]) { $0[$0.count - 2] ^= 1 }
    let contents = try history.load()
    #expect(contents.runs.count == 64)
    #expect(contents.damaged.count == 1)
    #expect(contents.damaged[0].what == "its section VALU of block 1 is damaged")
    // Compacting does not make the loss final.
    #expect(try history.compact().removed.isEmpty)
  }

  @Test("What another segment has whole is read from there")
  func secondCopy() throws {
    let history = try made(3)
    let copy = folder.history("copy")
    _ = try copy.merge(from: [history.directory])
    _ = try copy.compact()
    let whole = try copy.load()
    _ = try history.merge(from: [copy.directory])
    for name in fileNames(history.directory) where !fileNames(copy.directory).contains(name) {
      damage(history, name) { $0[$0.count - 1] ^= 1 }
    }
    let contents = try history.load()
    #expect(contents.runs == whole.runs)
    #expect(contents.damaged.count <= 3)
  }

  @Test("A history of which nothing can be read is a problem")
  func nothingReadable() throws {
    let history = try made(2)
    for name in fileNames(history.directory) { damage(history, name) { $0[3] ^= 1 } }
    let problem = try #require(throws: Problem.self) { _ = try history.load() }
    #expect(problem.path == history.directory)
    #expect(problem.what.hasPrefix("none of its 2 segments can be read"))
  }

  @Test("Files that are no segments are passed over and left alone")
  func otherFiles() throws {
    let history = try made(2)
    let names = ["README.md", ".gitkeep", "0123.tms", "note.tms.damaged"]
    for name in names { writeBytes([1, 2, 3], "\(history.directory)/\(name)") }
    #expect(try history.load().damaged.isEmpty)
    _ = try history.compact()
    _ = try history.verify(setsAside: true)
    #expect(Set(names).isSubset(of: fileNames(history.directory)))
  }

  @Test("A segment of a newer major format is refused, named, and left alone")
  func newerMajor() throws {
    let history = try made(2)
    let name = fileNames(history.directory)[0]
    damage(history, name) { $0[8] = 2 }
    #expect(try history.load().runs.count == 1)
    let result = try history.verify(setsAside: true)
    #expect(
      result.damaged.map(\.what) == ["it is written in format 2, and this tidemark reads format 1"])
    #expect(result.damaged[0].remedy == "use a newer tidemark" && result.setAside.isEmpty)
    #expect(try history.compact().removed.isEmpty)
  }

  @Test("A flipped bit is found wherever it is, and nothing traps", arguments: 0..<8)
  func flips(seed: UInt64) throws {
    let history = try made(1)
    let name = fileNames(history.directory)[0]
    let whole = readBytes("\(history.directory)/\(name)")
    var generator = SeededGenerator(seed)
    for _ in 0..<60 {
      var bytes = whole
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      writeBytes(bytes, "\(history.directory)/\(name)")
      #expect(try history.verify(setsAside: false).damaged.count == 1, "byte \(place)")
      _ = try? history.load()
    }
  }

  @Test(
    "Hostile sections with right checksums are refused or read, and nothing traps", arguments: 0..<8
  )
  func hostile(seed: UInt64) throws {
    let history = try made(1)
    let whole = readBytes("\(history.directory)/\(fileNames(history.directory)[0])")
    let hostile = folder.history("hostile\(seed)")
    _ = try hostile.append([])
    for name in fileNames(hostile.directory) { removeFile("\(hostile.directory)/\(name)") }
    var generator = SeededGenerator(seed &+ 100)
    for _ in 0..<80 {
      var segment = RawSegment(whole)
      segment.mutate(&generator)
      let path = "\(hostile.directory)/\(String(repeating: "ab", count: 16)).tms"
      writeBytes(segment.assembled(), path)
      _ = try? hostile.load()
      _ = try? hostile.list()
      _ = try? hostile.statistics()
      _ = try? hostile.compact()
      for name in fileNames(hostile.directory) { removeFile("\(hostile.directory)/\(name)") }
    }
  }

  private func made(_ runs: Int) throws -> History {
    let history = folder.history("h\(runs)")
    let sample = SampleHistory(tests: 24, series: 8, jobs: ["ci"])
    for number in 0..<runs {
      _ = try history.append(sample.run(number), normalisationVersion: 1)
    }
    return history
  }

  private func damage(_ history: History, _ name: String, _ change: (inout [UInt8]) -> Void) {
    let path = "\(history.directory)/\(name)"
    var bytes = readBytes(path)
    change(&bytes)
    writeBytes(bytes, path)
  }
}
