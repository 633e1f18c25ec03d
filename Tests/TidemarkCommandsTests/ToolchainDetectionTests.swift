import Testing

@testable import TidemarkCommands

@Suite struct ToolchainDetectionTests {
  /// Files that are told, not written.
  private struct Told: ToolchainDetection.Folder {
    var files: [String: String]
    var names: Set<String> { Set(files.keys) }
    func text(_ name: String) -> String? { files[name] }
    func contains(_ text: String, inFilesEnding ending: String) -> Bool {
      files.contains { $0.key.hasSuffix(ending) && $0.value.contains(text) }
    }
  }

  private func found(_ files: [String: String]) -> [Toolchain] {
    ToolchainDetection(folder: Told(files: files), path: "").found
  }

  @Test(
    "Each tool is found by its own file, and told to write a report that is read",
    arguments: [
      (["package.json": #"{"devDependencies":{"jest":"29"}}"#], "npx jest --json"),
      (["package.json": #"{"devDependencies":{"vitest":"3"}}"#], "--outputFile.junit="),
      (["package.json": #"{"devDependencies":{"mocha":"1"}}"#], "mocha --reporter json"),
      (["package.json": "{}"], "--test-reporter=junit"),
      (
        ["package.json": #"{"dependencies":{"@playwright/test":"1"}}"#],
        "PLAYWRIGHT_JSON_OUTPUT_NAME"
      ),
      (["pyproject.toml": ""], "pytest --junitxml="),
      (["requirements.txt": "pytest-benchmark"], "--benchmark-json="),
      (["go.mod": ""], "go test -json"),
      (["go.mod": "", "a_test.go": "func BenchmarkA"], "-count 6"),
      (["Cargo.toml": ""], "--format json"),
      (["Cargo.toml": "criterion = 1"], "cargo bench"),
      (["Package.swift": ""], "--xunit-output"),
      (["CMakeLists.txt": ""], "--output-junit"),
      (["pom.xml": "", "mvnw": ""], "./mvnw --batch-mode verify"),
      (["build.gradle.kts": ""], "gradle test"),
      (["App.csproj": ""], "--logger trx"),
      (["composer.json": "phpunit/phpunit"], "--log-junit"),
      (["Gemfile": "", ".rspec": ""], "--format json"),
    ])
  func tools(files: [String: String], line: String) {
    let toolchains = found(files)
    #expect(toolchains.count == 1)
    #expect(toolchains.first?.lines.contains { $0.contains(line) } == true)
    #expect(toolchains.first?.inputs.isEmpty == false)
  }

  @Test("The lock file says which package manager installs")
  func packageManagers() {
    let manifest = #"{"devDependencies":{"jest":"29"}}"#
    for (lock, install) in [
      ("package-lock.json", "npm ci"), ("yarn.lock", "yarn install"),
      ("pnpm-lock.yaml", "pnpm install"),
    ] {
      let lines = found(["package.json": manifest, lock: ""]).first?.lines ?? []
      #expect(lines.contains { $0.contains(install) })
    }
  }

  @Test("Nothing is found where there is nothing")
  func nothing() {
    #expect(found(["README.md": "pytest jest go test"]).isEmpty)
  }
}

@Suite struct PipelineFilesTests {
  private let tools = [
    Toolchain(
      name: "A", folder: "", lines: ["one", #"two '$x' \n"#], inputs: ["results/**"], image: "i"),
    Toolchain(name: "B", folder: "sub", lines: ["three"], inputs: ["out/*.xml"], image: "j"),
  ]

  private func files(
    _ platform: PipelinePlatform, _ toolchains: [Toolchain], hasBenchmarks: Bool = true
  ) -> [PipelineFiles.File] {
    PipelineFiles(
      platform: platform.platform, toolchains: toolchains, branch: "trunk",
      hasBenchmarks: hasBenchmarks
    ).files()
  }

  private typealias PipelinePlatform = InitCommand.PipelinePlatform

  @Test("What is written is not empty, has no mark left in it, and its tidemark.yml is read")
  func whole() throws {
    for platform in PipelinePlatform.allCases {
      for toolchains in [tools, [Toolchain.unknown], Array(tools.prefix(1))] {
        let files = files(platform, toolchains)
        try InitCommand.check(files)
        for file in files {
          let marks = ["tests: ", "job: ", "image: ", "results: ", "matrix: "].flatMap {
            ["# \($0)begin", "# \($0)end", "// \($0)begin", "// \($0)end"]
          }
          #expect(!marks.contains { file.text.contains($0) }, "\(file.path)")
          #expect(file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n"), "\(file.path)")
        }
      }
    }
  }

  @Test("Every toolchain's lines are in the pipeline, as they are")
  func lines() throws {
    for platform in PipelinePlatform.allCases {
      let text = files(platform, tools)[1].text
      #expect(text.contains("one") && text.contains("cd sub") && text.contains("three"))
      let second = platform == .jenkins ? #"two '$x' \\n"# : #"two '$x' \n"#
      #expect(text.contains(second), "\(platform)")
    }
  }

  @Test("Its reports are the inputs, and the default branch is the pipeline's")
  func inputsAndBranch() throws {
    let files = files(.github, tools)
    #expect(files[0].text.contains("- \"results/**\"\n  - \"sub/out/*.xml\"\n"))
    #expect(files[1].text.contains("branches: [trunk]"))
  }

  @Test("It is measured when `schedule` says, and nothing but a schedule can be put there")
  func schedule() {
    for platform in [PipelinePlatform.github, .azure, .jenkins] {
      let files = PipelineFiles(
        platform: platform.platform, toolchains: [.unknown], branch: "main", hasBenchmarks: true,
        schedule: "5 4 * * 1-5"
      ).files()
      #expect(files.last?.text.contains("5 4 * * 1-5") == true)
      #expect(files.last?.text.contains("3 * * *") == false)
    }
    for text in ["", "1 2 3", "1 2 3 4 5 6", "* * * * '", "* * * * \"", "* * * *\n*"] {
      #expect(!PipelineFiles.isSchedule(text))
    }
  }

  @Test("The pipeline that measures is written where benchmarks are configured alone")
  func benchmarks() {
    for platform in PipelinePlatform.allCases {
      let with = files(platform, tools).map(\.path)
      let without = files(platform, tools, hasBenchmarks: false).map(\.path)
      #expect(with.count == without.count + 1)
      #expect(
        !files(platform, tools, hasBenchmarks: false).contains { file in
          file.path == ".gitlab-ci.yml" && file.text.contains("tidemark matrix")
        })
    }
  }
}
