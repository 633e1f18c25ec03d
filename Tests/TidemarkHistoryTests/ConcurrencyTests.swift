import Testing
import TidemarkHistory
import TidemarkModel

@Suite struct ConcurrencyTests {
  private let folder = TemporaryFolder()

  @Test("Writers, compactions and readers beside one another lose nothing")
  func together() async throws {
    let history = folder.history()
    let sample = SampleHistory(tests: 6, series: 3)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<3 {
        group.addTask {
          for number in 0..<10 {
            _ = try history.append(sample.run(writer * 10 + number), normalisationVersion: 1)
            // What another writer has written too.
            _ = try history.append(sample.run(number), normalisationVersion: 1)
          }
        }
      }
      for _ in 0..<2 {
        group.addTask { for _ in 0..<6 { _ = try history.compact() } }
      }
      group.addTask {
        var seen = 0
        for _ in 0..<20 {
          let contents = try history.load()
          #expect(contents.damaged.isEmpty)
          #expect(contents.runs.count >= seen, "a run that was there is gone")
          seen = contents.runs.count
        }
      }
      try await group.waitForAll()
    }
    let contents = try history.load()
    #expect(Set(contents.runs.map(\.header.id)) == Set((0..<30).map { "run-\($0)" }))
    #expect(try history.verify(setsAside: false).damaged.isEmpty)
    #expect(!fileNames(history.directory).contains { $0.hasSuffix(".tmp") })
  }

  @Test("A temporary file that a killed writer left is never read")
  func leftover() throws {
    let history = folder.history()
    _ = try history.append(SampleHistory().run(1), normalisationVersion: 1)
    let name = ".tidemark-1-\(String(repeating: "ab", count: 16))-x.tmp"
    writeBytes([1, 2, 3], "\(history.directory)/\(name)")
    #expect(try history.load().damaged.isEmpty)
    _ = try history.compact()
    // It is young: its writer may be alive.
    #expect(fileNames(history.directory).contains(name))
    setAge("\(history.directory)/\(name)", seconds: 200_000)
    _ = try history.compact()
    #expect(!fileNames(history.directory).contains(name))
  }
}
