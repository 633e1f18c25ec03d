internal import TidemarkConfig
internal import TidemarkModel

/// A platform's pipeline for a repository: the files of `examples/`, with the repository's own tests
/// in the marked places.
struct PipelineFiles: Sendable {
  struct File: Hashable, Sendable {
    /// Below the root.
    var path: String
    var text: String
    /// What somebody who has a file of that name already adds to it; nil where it is ours alone.
    var addition: String?
  }

  let platform: Platform
  /// At least one.
  let toolchains: [Toolchain]
  let branch: String
  /// Whether tidemark.yml configures benchmarks.
  let hasBenchmarks: Bool
  /// When they are measured, a cron expression; nil: at night.
  var schedule: String?

  /// Every file, tidemark.yml first.
  func files() -> [File] { [configuration] + pipeline }

  private var configuration: File {
    let inputs = Set(toolchains.flatMap(\.rootedInputs)).sorted(by: utf8Precedes)
    // A failed status fails GitLab's pipeline: there it is the user's to ask for.
    let status =
      platform == .github || platform == .azure ? "status_checks: true" : "# status_checks: true"
    let text = """
      # What `tidemark` reads, keeps and reports.
      inputs:
      \(inputs.map { "  - \"\($0)\"" }.joined(separator: "\n"))

      history:
        directory: .tidemark
        branch: tidemark-history

      reporting:
        pull_request_comments: true
        \(status)
        # An issue for each confirmed regression of the default branch, closed when it is over.
        # regression_alerts: true

      # What fails the pipeline; until this is on, a report never does.
      # gate: [new-failures, regressions]

      """
    return File(path: "tidemark.yml", text: text)
  }

  private var pipeline: [File] {
    switch platform {
    case .github: gitHub
    case .gitlab: gitLab
    case .azure: azure
    case .jenkins: jenkins
    case .generic: []
    }
  }

  // MARK: Platforms

  private var gitHub: [File] {
    let folder = "github-actions/"
    let workflows = ".github/workflows/"
    let steps = toolchains.enumerated().flatMap { index, toolchain in
      ["- name: \(title(toolchain))"]
        + (index > 0 ? ["  if: ${{ !cancelled() }}"] : [])
        + ["  run: |"] + toolchain.rootedLines.map { "    " + $0 }
    }
    var files = [
      File(
        path: workflows + "tidemark.yml",
        text: example(folder + workflows + "tidemark.yml").filled("tests", steps)),
      File(
        path: workflows + "tidemark-publish.yml",
        text: example(folder + workflows + "tidemark-publish.yml")),
      File(
        path: ".github/actions/tidemark/action.yml",
        text: example(folder + ".github/actions/tidemark/action.yml")),
    ]
    if hasBenchmarks {
      let path = workflows + "tidemark-benchmarks.yml"
      files.append(File(path: path, text: scheduled(example(folder + path))))
    }
    return files.map(onBranch)
  }

  private var gitLab: [File] {
    let folder = "gitlab/"
    var text = example(folder + ".gitlab-ci.yml")
    let job = text.region("job")
    let jobs = toolchains.flatMap { toolchain -> [String] in
      let name = toolchains.count == 1 ? "test" : "test \(toolchain.word)"
      let script = ["- |"] + toolchain.rootedLines.map { "  " + $0 }
      let filled = job.joined(separator: "\n").filled("tests", script)
        .filled("image", ["image: \(toolchain.image)"])
        .filled("results", toolchain.rootedInputs.map { "- \"\($0.asArtifact)\"" })
        .replacing("test:\n", with: "\(name):\n", maxReplacements: 1)
      return filled.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        + (toolchain == toolchains.last ? [] : [""])
    }
    text = text.filled("job", jobs)
    text = text.filled("matrix", hasBenchmarks ? text.region("matrix") : [])
    while text.hasSuffix("\n\n") { text.removeLast() }
    var files = [
      File(
        path: ".gitlab-ci.yml", text: text,
        addition: """
          add `include: [{local: .gitlab/tidemark.yml}]`, a last stage `tidemark`, and to the jobs that \
          test `artifacts` with `when: always` and their reports under `paths`
          """),
      File(path: ".gitlab/tidemark.yml", text: example(folder + ".gitlab/tidemark.yml")),
    ]
    if hasBenchmarks {
      let path = ".gitlab/tidemark-cell.yml"
      files.append(File(path: path, text: example(folder + path)))
    }
    return files
  }

  private var azure: [File] {
    let folder = "azure/"
    let steps = toolchains.enumerated().flatMap { index, toolchain in
      ["- bash: |", "    set -e"] + toolchain.rootedLines.map { "    " + $0 }
        + ["  displayName: \(title(toolchain))"]
        + (index > 0 ? ["  condition: succeededOrFailed()"] : [])
    }
    var files = [
      File(
        path: "azure-pipelines.yml",
        text: example(folder + "azure-pipelines.yml").filled("tests", steps),
        addition: "add `- template: .azure/tidemark-report.yml` behind the steps that test")
    ]
    files += [".azure/tidemark-install.yml", ".azure/tidemark-report.yml"].map {
      File(path: $0, text: example(folder + $0))
    }
    if hasBenchmarks {
      files.append(
        File(
          path: "azure-benchmarks.yml", text: scheduled(example(folder + "azure-benchmarks.yml"))))
    }
    return files.map(onBranch)
  }

  private var jenkins: [File] {
    let steps = toolchains.enumerated().flatMap { index, toolchain -> [String] in
      let lines = toolchain.rootedLines.map { line in
        "  " + line.replacing("\\", with: "\\\\").replacing("'''", with: "\\'\\'\\'")
      }
      let script =
        ["sh label: '\(title(toolchain))', script: '''", "  set -e"] + lines + ["'''"]
      // What fails is told at the end: the others' tests run all the same.
      return toolchains.count == 1
        ? script : ["catchError {"] + script.map { "  " + $0 } + ["}"]
    }
    var files = [
      File(
        path: "Jenkinsfile",
        text: example("jenkins/Jenkinsfile").filled("tests", steps, comment: "//"),
        addition: """
          load ci/tidemark.groovy and call its `report()` under `post { always { script { … } } }`
          """),
      File(path: "ci/tidemark.groovy", text: example("jenkins/vars/tidemark.groovy")),
    ]
    if hasBenchmarks {
      files.append(
        File(
          path: "Jenkinsfile.benchmarks", text: scheduled(example("jenkins/Jenkinsfile.scripted"))))
    }
    return files
  }

  private func title(_ toolchain: Toolchain) -> String {
    let place = toolchain.folder.isEmpty ? "" : " in \(toolchain.folder)"
    return toolchain == .unknown ? "Test" : "Test (\(toolchain.name))\(place)"
  }

  private func onBranch(_ file: File) -> File {
    var file = file
    file.text = file.text.replacing("[main]", with: "[\(branch)]")
    return file
  }

  private func scheduled(_ text: String) -> String {
    guard let schedule, PipelineFiles.isSchedule(schedule) else { return text }
    return text.replacing("17 3 * * *", with: schedule)
      .replacing("'H 3 * * *'", with: "'\(schedule)'")
  }

  /// Five fields of digits, names and marks: nothing that could leave its quotes.
  static func isSchedule(_ text: String) -> Bool {
    text.split(separator: " ").count == 5
      && text.utf8.allSatisfy { byte in
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "*/,- #".utf8.contains(byte)
      }
  }

  /// Of a file that is not there nothing would be written; the tests hold that each is.
  private func example(_ path: String) -> String {
    embeddedExamples.first { "\($0.name)" == path }.map { "\($0.text)" } ?? ""
  }
}

// A region stands between lines `# NAME: begin` and `# NAME: end`, at any depth.
extension String {
  /// The lines of a region.
  fileprivate func region(_ name: String, comment: String = "#") -> [String] {
    let lines = allLines
    guard let (begin, end) = lines.bounds(of: name, comment) else { return [] }
    return Array(lines[(begin + 1)..<end])
  }

  /// With other lines in the place of a region and its marks, as deep as the marks stand.
  fileprivate func filled(_ name: String, _ lines: [String], comment: String = "#") -> String {
    var all = allLines
    guard let (begin, end) = all.bounds(of: name, comment) else { return self }
    let depth = all[begin].prefix { $0 == " " }
    let isDeep = lines.first.map { $0.hasPrefix(depth) && !depth.isEmpty } ?? false
    let placed = isDeep ? lines : lines.map { $0.isEmpty ? "" : depth + $0 }
    all.replaceSubrange(begin...end, with: placed)
    return all.joined(separator: "\n")
  }

  private var allLines: [String] {
    split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// A pattern over files as GitLab's artifacts take it: `results/**` is the folder.
  fileprivate var asArtifact: String { hasSuffix("/**") ? String(dropLast(3)) : self }
}

extension [String] {
  fileprivate func bounds(of name: String, _ comment: String) -> (begin: Int, end: Int)? {
    func place(_ word: String) -> Int? {
      firstIndex { $0.drop { $0 == " " } == "\(comment) \(name): \(word)" }
    }
    guard let begin = place("begin"), let end = place("end"), begin < end else { return nil }
    return (begin, end)
  }
}
