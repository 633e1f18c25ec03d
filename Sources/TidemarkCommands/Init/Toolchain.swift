/// What a repository is built and tested with, as far as a pipeline has to know.
struct Toolchain: Hashable, Sendable {
  /// `Go`.
  var name: String
  /// Where it was found; empty for the root.
  var folder: String
  /// What runs the tests, and the benchmarks that there are, so that they write reports: lines of a
  /// shell that stops at the first that fails.
  var lines: [String]
  /// The reports, as patterns below `folder`.
  var inputs: [String]
  /// A container image that has the tools.
  var image: String

  /// The reports, as patterns below the root.
  var rootedInputs: [String] { inputs.map { folder.isEmpty ? $0 : "\(folder)/\($0)" } }

  /// The lines, in its folder.
  var rootedLines: [String] { (folder.isEmpty ? [] : ["cd \(folder)"]) + lines }

  /// A word for a job's name: `go`, `node_js`.
  var word: String {
    SafeNames.names(for: [[name, folder]])[0]
  }

  /// What stands in where nothing was found: it fails, so that nobody takes it for tests.
  static let unknown = Toolchain(
    name: "Test", folder: "",
    lines: [
      "mkdir -p results",
      #"echo "Run the tests here, and let them write their reports below results/." >&2"#,
      "exit 1",
    ],
    inputs: ["results/**"], image: "debian:12")
}
