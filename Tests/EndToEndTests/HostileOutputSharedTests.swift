import Foundation
import Testing

/// The hostile files of the shared folder, from the program that reads them to every file and every
/// log line that somebody else's program reads.
@Suite(.enabled(if: HostileFiles.isAvailable), .serialized)
struct HostileOutputSharedTests {
  /// The report of every small file at once.
  private func report() async throws -> (folder: TemporaryFolder, files: [String: Data]) {
    let folder = try TemporaryFolder()
    let answer = try await Program.run(
      ["report", HostileFiles.folder, "--out", "out", "--allow-empty", "--quiet", "--run-id", "1"],
      in: folder.path)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(!answer.output.contains("\u{1B}") && !answer.errors.contains("\u{1B}"))
    let files = folder.files.filter { $0.key.hasPrefix("out/") }
    #expect(files.count > 20)
    return (folder, files)
  }

  @Test("every file keeps its platform's rules, by an independent checker")
  func rules() async throws {
    let (folder, files) = try await report()
    var checked: Set<String> = []
    for path in files.keys.sorted() {
      guard let (kind, platform) = HostileFiles.kind(of: path) else { continue }
      checked.insert(kind)
      let faults = try HostileFiles.check("\(folder.path)/\(path)", kind, platform)
      #expect(faults == nil, "\(path): \(faults ?? "")")
    }
    #expect(
      checked == [
        "junit", "trx", "warnings-ng", "codequality", "openmetrics", "sarif", "markdown", "plotcsv",
      ])
  }

  @Test("no name is mark-up, a command, a mention or a formula in any file")
  func inert() async throws {
    let (_, files) = try await report()
    for (path, data) in files {
      // In Markdown a name is often code: there it is text whatever it is.
      let whole = String(decoding: data, as: UTF8.self)
      let text = path.hasSuffix(".md") ? HostileFiles.withoutCode(whole) : whole
      // What programs read has the names as they are.
      let isData = path == "out/report.json" || path.hasPrefix("out/site/api/")
      #expect(isData || !whole.unicodeScalars.contains { HostileFiles.isControl($0) }, "\(path)")
      #expect(!text.contains("root:") && !text.contains("lollollol"), "\(path)")
      if path.hasSuffix(".html") || path.hasSuffix(".md") {
        let lower = text.lowercased()
        for mark in ["<script>", "<script ", "<img src=x", "<iframe", "<svg onload", "<svg/onload"]
        where !path.contains("/site/") || mark != "<script " {
          #expect(!lower.contains(mark), "\(path): \(mark)")
        }
      }
      if path.hasSuffix(".md") {
        for line in text.split(separator: "\n") {
          let start = line.drop { $0 == " " || $0 == "\t" }
          #expect(
            !["::", "##vso[", "##[", "/"].contains { start.hasPrefix($0) }, "\(path): \(line)")
        }
        #expect(text.firstMatch(of: /(^|[^\w`])@(everyone|here|all|octocat)\b/) == nil, "\(path)")
      }
      if path.hasSuffix(".csv") {
        for cell in text.split(whereSeparator: { $0 == "," || $0.isNewline }) {
          #expect(!"=+@".contains(cell.drop { $0 == "\"" }.first ?? " "), "\(path): \(cell)")
        }
      }
    }
  }

  @Test("no name is a command in the log of any platform, or lets one through in the summary")
  func logs() async throws {
    let (folder, _) = try await report()
    let scenes: [(String, [String: String])] = [
      ("github", ["GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "\(folder.path)/summary.md"]),
      ("gitlab", ["GITLAB_CI": "true", "CI_PROJECT_ID": "1"]),
      ("azure", ["TF_BUILD": "True", "AGENT_TEMPDIRECTORY": folder.path]),
      ("jenkins", ["JENKINS_URL": "https://ci.example/"]),
    ]
    for (platform, variables) in scenes {
      let answer = try await Program.run(
        ["publish", platform, "--report", "out", "--only", "annotations,summary"],
        in: folder.path,
        environment: [
          "GITHUB_REPOSITORY": "o/r", "SYSTEM_COLLECTIONURI": "https://dev.azure.com/o/",
        ].merging(variables) { $1 })
      #expect(answer.status == 0, "\(platform): \(answer.errors)")
      let lines = answer.output.split(separator: "\n")
      #expect(lines.count > 10)
      for line in lines {
        #expect(HostileFiles.isOwn(line, of: platform), "\(platform): \(line)")
      }
      #expect(!answer.errors.contains("##vso[") && !answer.errors.contains("\n::"))
    }
    let summary = HostileFiles.withoutCode(try #require(folder.read("summary.md"))).lowercased()
    #expect(!summary.contains("<script") && !summary.contains("<img"))
  }
}

private enum HostileFiles {
  static let shared = ProcessInfo.processInfo.environment["TM_SHARED"]
  static var folder: String { (shared ?? "") + "/hostile/files" }
  private static var script: String { (shared ?? "") + "/tools/check_outputs.py" }

  private static let python: String = {
    let environment = ProcessInfo.processInfo.environment
    return environment["TM_TOOLS_PYTHON"]
      ?? (environment["TMPDIR"] ?? "/tmp") + "/tidemark-tools/bin/python"
  }()

  static var isAvailable: Bool {
    shared != nil && FileManager.default.fileExists(atPath: folder)
      && FileManager.default.isExecutableFile(atPath: python)
  }

  /// What the checker calls it; it wants a marker in Azure's summary that the program does not write.
  static func kind(of path: String) -> (String, String)? {
    switch path.dropFirst("out/".count) {
    case "comment.md": ("markdown", "gitlab")
    case "summary.md", "github/summary.md": ("markdown", "summary")
    case "azure/results.trx": ("trx", "github")
    case let path where path.hasSuffix(".xml") && !path.hasPrefix("site/"): ("junit", "github")
    case "jenkins/warnings.json": ("warnings-ng", "github")
    case "jenkins/tidemark-plot.csv": ("plotcsv", "github")
    case "gitlab/codequality.json": ("codequality", "github")
    case "gitlab/metrics.txt": ("openmetrics", "github")
    case "github/results.sarif": ("sarif", "github")
    default: nil
    }
  }

  /// nil where every rule holds.
  static func check(_ path: String, _ kind: String, _ platform: String) throws -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script, kind, path, "--platform", platform]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? nil : String(output.prefix(3000))
  }

  /// Markdown without its fenced blocks and its spans of code.
  static func withoutCode(_ markdown: String) -> String {
    markdown.replacing(/(?m)^ *(```+)[^\n]*\n(?:[^\n]*\n)*? *\1 *$/, with: "")
      .replacing(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/, with: "")
      .replacing(/<code>[^\n<]*<\/code>/, with: "")
  }

  /// A control, or a mark that turns the direction of text.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D: false
    case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
    default: false
    }
  }

  /// Whether a line of a log is plain text there, or a command of ours.
  static func isOwn(_ line: Substring, of platform: String) -> Bool {
    let own: [String]
    switch platform {
    case "github":
      own = [
        "::error file=", "::warning file=", "::notice file=", "::group::", "::endgroup::",
        "::stop-commands::tidemark-", "::tidemark-",
      ]
    case "azure":
      own = ["##vso[task.logissue ", "##vso[task.uploadsummary]", "##[group]", "##[endgroup]"]
    case "gitlab":
      own = ["\u{1B}[0Ksection_start:", "\u{1B}[0Ksection_end:"]
    default: own = []
    }
    let start = line.drop { $0 == " " || $0 == "\t" }
    var rest = line
    if let command = own.first(where: { start.hasPrefix($0) }) {
      guard start == line else { return false }
      rest = line.dropFirst(command.count)
      if platform == "gitlab" { rest = rest.replacing("\r\u{1B}[0K", with: "")[...] }
    } else if start.hasPrefix("::") {
      return false
    }
    return !rest.contains("##vso[") && !rest.contains("##[") && !rest.contains("section_start:")
      && !rest.contains("section_end:") && !rest.unicodeScalars.contains(where: isControl)
  }
}
