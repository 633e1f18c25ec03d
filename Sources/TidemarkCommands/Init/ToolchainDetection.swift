private import TidemarkModel

/// Finds out what a folder is built and tested with, by the files that its tools look for themselves.
struct ToolchainDetection: Sendable {
  /// A folder as far as it is looked at.
  protocol Folder: Sendable {
    /// Names of the files and folders in it.
    var names: Set<String> { get }
    /// A file's text, up to a bound; nil where there is none.
    func text(_ name: String) -> String?
    /// Whether a file of that ending, in the folder or a few levels below it, has the text in it.
    func contains(_ text: String, inFilesEnding ending: String) -> Bool
  }

  let folder: any Folder
  /// Its path below the root; empty for the root.
  let path: String

  /// Everything that is found, in the order of this list.
  var found: [Toolchain] {
    [node, python, go, rust, swift, cmake, maven, gradle, dotnet, php, ruby].compactMap(\.self)
  }

  private func toolchain(
    _ name: String, _ lines: [String], inputs: [String] = ["results/**"], image: String
  ) -> Toolchain {
    Toolchain(
      name: name, folder: path, lines: ["mkdir -p results"] + lines, inputs: inputs, image: image)
  }

  private func has(_ names: String...) -> Bool { names.contains { folder.names.contains($0) } }

  private func mentions(_ word: String, in names: String...) -> Bool {
    names.contains { folder.text($0)?.contains(word) ?? false }
  }

  private var node: Toolchain? {
    guard let package = folder.text("package.json") else { return nil }
    let (install, exec) =
      switch true {
      case has("pnpm-lock.yaml"): ("corepack enable && pnpm install --frozen-lockfile", "pnpm exec")
      case has("yarn.lock"): ("corepack enable && yarn install --immutable", "yarn")
      case has("package-lock.json"): ("npm ci", "npx")
      default: ("npm install", "npx")
      }
    var lines = [install]
    if package.contains("\"vitest\"") {
      lines.append(
        "\(exec) vitest run --reporter=default --reporter=junit --outputFile.junit=results/vitest.xml"
      )
    } else if package.contains("\"jest\"") {
      lines.append("\(exec) jest --json --outputFile=results/jest.json")
    } else if package.contains("\"mocha\"") {
      lines.append("\(exec) mocha --reporter json --reporter-option output=results/mocha.json")
    } else if !package.contains("\"@playwright/test\"") {
      lines.append(
        "node --test --test-reporter=spec --test-reporter-destination=stdout "
          + "--test-reporter=junit --test-reporter-destination=results/node.xml")
    }
    if package.contains("\"@playwright/test\"") {
      lines.append(
        "PLAYWRIGHT_JSON_OUTPUT_NAME=results/playwright.json \(exec) playwright test --reporter=json"
      )
    }
    if package.contains("\"promptfoo\"") {
      lines.append("\(exec) promptfoo eval --output results/promptfoo.json")
    }
    return toolchain("Node.js", lines, image: "node:22")
  }

  private var python: Toolchain? {
    guard
      has("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "pytest.ini", "tox.ini")
    else { return nil }
    var lines = ["python3 -m venv .venv", ". .venv/bin/activate"]
    if has("requirements.txt") { lines.append("pip install -r requirements.txt") }
    if has("pyproject.toml", "setup.py") { lines.append("pip install -e .") }
    let measures = mentions(
      "pytest-benchmark", in: "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt",
      "requirements-dev.txt", "tox.ini")
    lines.append(measures ? "pip install pytest pytest-benchmark" : "pip install pytest")
    lines.append(
      "pytest --junitxml=results/pytest.xml"
        + (measures ? " --benchmark-json=results/pytest-benchmark.json" : ""))
    return toolchain("Python", lines, image: "python:3.13")
  }

  private var go: Toolchain? {
    guard has("go.mod") else { return nil }
    var lines = ["go test -json ./... > results/go-test.json"]
    if folder.contains("func Benchmark", inFilesEnding: "_test.go") {
      // Six, so that a change can be confirmed in one run.
      lines.append("go test -run '^$' -bench . -benchmem -count 6 ./... > results/go-bench.txt")
    }
    return toolchain("Go", lines, image: "golang:1.24")
  }

  private var rust: Toolchain? {
    guard let manifest = folder.text("Cargo.toml") else { return nil }
    // The test runner's JSON is for nightly compilers, or those that are told to be one.
    var lines = [
      "RUSTC_BOOTSTRAP=1 cargo test --no-fail-fast -- -Z unstable-options --format json"
        + " --report-time > results/cargo-test.json"
    ]
    var inputs = ["results/**"]
    if manifest.contains("criterion") {
      lines.append("cargo bench")
      inputs.append("target/criterion/**/new/estimates.json")
    }
    return toolchain("Rust", lines, inputs: inputs, image: "rust:1")
  }

  private var swift: Toolchain? {
    guard has("Package.swift") else { return nil }
    return toolchain("Swift", ["swift test --xunit-output results/swift.xml"], image: "swift:6.1")
  }

  private var cmake: Toolchain? {
    guard has("CMakeLists.txt") else { return nil }
    return toolchain(
      "CMake",
      [
        "cmake -S . -B build", "cmake --build build --parallel",
        #"ctest --test-dir build --output-on-failure --output-junit "$PWD/results/ctest.xml""#,
      ], image: "gcc:14")
  }

  private var maven: Toolchain? {
    guard has("pom.xml") else { return nil }
    let maven = has("mvnw") ? "./mvnw" : "mvn"
    return toolchain(
      "Maven", ["\(maven) --batch-mode verify"],
      inputs: ["**/target/surefire-reports/*.xml", "**/target/failsafe-reports/*.xml"],
      image: "maven:3-eclipse-temurin-21")
  }

  private var gradle: Toolchain? {
    guard has("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts") else {
      return nil
    }
    let gradle = has("gradlew") ? "./gradlew" : "gradle"
    return toolchain(
      "Gradle", ["\(gradle) test --continue"], inputs: ["**/build/test-results/**/*.xml"],
      image: "gradle:8-jdk21")
  }

  private var dotnet: Toolchain? {
    let endings = [".sln", ".slnx", ".csproj", ".fsproj"]
    guard folder.names.contains(where: { name in endings.contains { name.hasSuffix($0) } }) else {
      return nil
    }
    return toolchain(
      ".NET", ["dotnet test --logger trx --results-directory results"],
      image: "mcr.microsoft.com/dotnet/sdk:9.0")
  }

  private var php: Toolchain? {
    guard mentions("phpunit", in: "composer.json") || has("phpunit.xml", "phpunit.xml.dist") else {
      return nil
    }
    return toolchain(
      "PHP",
      ["composer install --no-interaction", "vendor/bin/phpunit --log-junit results/phpunit.xml"],
      image: "composer:2")
  }

  private var ruby: Toolchain? {
    guard has("Gemfile"), has(".rspec", "spec") else { return nil }
    return toolchain(
      "Ruby",
      [
        "bundle install",
        "bundle exec rspec --format progress --format json --out results/rspec.json",
      ], image: "ruby:3.4")
  }
}
