import Foundation
import Testing
import TidemarkModel
import TidemarkReport

@testable import TidemarkSite

/// Runs the independent checker of sites (links, validity, contrast, content policies, in a
/// browser) over one site. `TM_SHARED` names the folder with its `tools/check_site.py`,
/// `TM_TOOLS_PYTHON` an interpreter that has what it needs.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["TM_SHARED"] != nil))
struct SiteSharedTests {
  @Test("the checker finds nothing in the site of every state")
  func checked() throws {
    let environment = ProcessInfo.processInfo.environment
    let shared = try #require(environment["TM_SHARED"])
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "tidemark-site-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for file in try Site.render(
      report: SampleReports.rich(), theme: Theme(), options: SiteOptions(project: "acme/parser"))
    {
      let place = folder.appending(path: file.path)
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(file.bytes).write(to: place)
    }
    let checker = Process()
    let output = Pipe()
    checker.executableURL = URL(
      filePath: environment["TM_TOOLS_PYTHON"] ?? "/tmp/tidemark-tools/bin/python")
    checker.arguments = [
      "\(shared)/tools/check_site.py", folder.path(), "--require-all", "--weight-kib", "250",
    ]
    checker.standardOutput = output
    try checker.run()
    let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
    let text = String(decoding: bytes, as: UTF8.self)
    checker.waitUntilExit()
    #expect(checker.terminationStatus == 0, "\(text.suffix(4000))")
    #expect(text.contains(", 0 failed"))
  }
}
