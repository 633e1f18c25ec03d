import Glibc
import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct InputSearchTests {
  @Test("a pattern below a folder that is not there is one fault")
  func missingFolder() {
    let search = InputSearch(names: ["no-such-folder/*.xml"], excluding: [])
    #expect(search.files.isEmpty)
    #expect(search.problems.map(\.what) == ["matches no file"])
  }

  @Test(
    "FORMAT: before a path has to be a format; a path may have a colon of its own",
    arguments: [
      ("junnit:a.xml", "junnit"), ("junit:a.xml", nil), ("a.xml", nil), ("C:\\a.xml", nil),
      ("https://a/b.xml", nil), ("dir/a:b.xml", nil), (":a.xml", nil),
    ] as [(String, String?)])
  func formatNames(name: String, unknown: String?) {
    #expect(InputSearch.unknownFormat(in: name) == unknown)
  }

  @Test("a file whose name is no UTF-8 is read, under a name that names it again")
  func namesOutsideUTF8() throws {
    let folder = ScratchFolder()
    folder.write("odd", named: [0x62, 0xFF, 0x2E, 0x78])
    folder.write("even", named: [0x62, 0xFE, 0x2E, 0x78])
    let search = InputSearch(names: [folder.path], excluding: [])
    #expect(search.problems.isEmpty)
    let paths = search.files.map(\.file.path)
    #expect(paths == ["\(folder.path)/b\\xFE.x", "\(folder.path)/b\\xFF.x"])
    for (path, text) in zip(paths, ["even", "odd"]) {
      let again = try #require(InputSearch(names: [path], excluding: []).files.first)
      #expect(try again.file.contents().bytes == Array(text.utf8))
    }
  }

  @Test("a link that a pattern meets is read if it leads to a file below the pattern's beginning")
  func links() {
    let folder = ScratchFolder()
    folder.write("x", named: Array("a.xml".utf8))
    folder.link("near.xml", to: "a.xml")
    folder.link("far.xml", to: "/etc/hostname")
    folder.link("nowhere.xml", to: "gone")
    let near = InputSearch(names: ["\(folder.path)/n*.xml"], excluding: [])
    #expect(near.files.map(\.file.path) == ["\(folder.path)/near.xml"])
    #expect(near.skippedLinks == 1)  // nowhere.xml
    let all = InputSearch(names: ["\(folder.path)/*.xml"], excluding: [])
    #expect(all.files.map(\.file.path) == ["\(folder.path)/a.xml"])
    #expect(all.problems.map(\.path) == ["\(folder.path)/far.xml"])
    #expect(InputSearch(names: [folder.path], excluding: []).files.count == 1)
  }

  @Test(
    "what is shown of a path is the path again", arguments: [[0x61], [0xC3, 0xA4], [0xF0, 0x9F]])
  func shownPaths(bytes: [UInt8]) {
    let path = bytes.map { CChar(bitPattern: $0) } + [0]
    let shown = path.withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { DiskPath(cString: $0).shown } ?? ""
    }
    let again = DiskPath(shown).withCString { text in
      Array(UnsafeBufferPointer(start: text, count: strlen(text))).map { UInt8(bitPattern: $0) }
    }
    #expect(again == bytes)
  }
}

/// A folder of a test's own, with files of any name; gone with the test.
private final class ScratchFolder {
  let path: String

  init() {
    var template = Array("/tmp/tidemark-search-XXXXXX".utf8CString)
    path = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? "/tmp"
    }
  }

  deinit {
    for file in InputSearch(names: ["\(path)/*"], excluding: []).files {
      _ = DiskPath(file.file.path).withCString { unlink($0) }
    }
    for name in ["near.xml", "far.xml", "nowhere.xml"] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  func write(_ text: String, named name: [UInt8]) {
    let bytes = (Array("\(path)/".utf8) + name).map { CChar(bitPattern: $0) } + [0]
    guard let file = fopen(bytes, "w") else { return }
    fputs(text, file)
    fclose(file)
  }

  func link(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }
}
