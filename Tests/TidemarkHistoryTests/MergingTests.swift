import Testing
import TidemarkHistory
import TidemarkModel

@Suite struct MergingTests {
  private let folder = TemporaryFolder()
  private let sample = SampleHistory(tests: 12, series: 4)

  @Test("A merge is a set union: in any order, any grouping, any number of times")
  func laws() throws {
    let parts = [[0, 1, 2], [2, 3], [1, 4]].enumerated().map { index, numbers in
      made("part\(index)", numbers)
    }
    let forwards = folder.history("forwards")
    _ = try forwards.merge(from: parts)
    let backwards = folder.history("backwards")
    for part in parts.reversed() { _ = try backwards.merge(from: [part]) }
    let grouped = folder.history("grouped")
    let inner = folder.history("inner")
    _ = try inner.merge(from: [parts[1], parts[2]])
    _ = try grouped.merge(from: [inner.directory, parts[0]])
    let names = fileNames(forwards.directory)
    #expect(names.count == 5)
    #expect(fileNames(backwards.directory) == names)
    #expect(fileNames(grouped.directory) == names)
    let again = try forwards.merge(from: parts + [forwards.directory])
    #expect(again.added.isEmpty && again.present == 12)
    #expect(fileNames(forwards.directory) == names)
    #expect(try forwards.load().runs.map(\.header.id) == (0..<5).map { "run-\($0)" })
  }

  @Test("Of a folder that is not there nothing is taken in, nor of those beside it")
  func missingSource() throws {
    let history = folder.history("whole")
    let problem = try #require(throws: Problem.self) {
      _ = try history.merge(from: [made("part", [0]), folder.history("gone").directory])
    }
    #expect(problem.what == "does not exist" && problem.path?.hasSuffix("/gone") == true)
    #expect(fileNames(history.directory).isEmpty)
  }

  @Test("What was compacted in one copy and not in the other is read once")
  func compactedAndNot() throws {
    let one = History(directory: made("one", Array(0..<8)))
    let other = History(directory: made("other", Array(4..<12)))
    let whole = try History(directory: made("whole", Array(0..<12))).load()
    _ = try one.compact()
    _ = try other.compact()
    _ = try one.merge(from: [other.directory])
    #expect(fileNames(one.directory).count == 2)
    let joined = try one.load()
    #expect(joined.runs == whole.runs && joined.tests == whole.tests)
    _ = try one.compact()
    #expect(fileNames(one.directory).count == 1)
    #expect(try one.load().runs == whole.runs)
  }

  @Test("A damaged segment is named and not taken in")
  func damagedSource() throws {
    let source = made("source", [0, 1])
    let name = fileNames(source)[0]
    var bytes = readBytes("\(source)/\(name)")
    bytes[bytes.count / 2] ^= 1
    writeBytes(bytes, "\(source)/\(name)")
    let target = folder.history("target")
    let result = try target.merge(from: [source])
    #expect(result.added.count == 1 && result.damaged.count == 1)
    #expect(result.damaged[0].path == "\(source)/\(name)")
  }

  @Test("A whole copy takes the place of a damaged one of the same name")
  func repair() throws {
    let source = made("source", [0, 1])
    let target = folder.history("target")
    _ = try target.merge(from: [source])
    let name = fileNames(target.directory)[0]
    let whole = readBytes("\(target.directory)/\(name)")
    writeBytes(Array(whole.dropLast(9)), "\(target.directory)/\(name)")
    #expect(try target.load().damaged.count == 1)
    #expect(try target.merge(from: [source]).added == [name])
    #expect(readBytes("\(target.directory)/\(name)") == whole)
  }

  private func made(_ name: String, _ numbers: [Int]) -> String {
    let history = folder.history(name)
    for number in numbers {
      #expect(throws: Never.self) {
        try history.append(sample.run(number), normalisationVersion: 1)
      }
    }
    return history.directory
  }
}
