package import TidemarkModel
package import TidemarkReport

/// Turns a finished report into files. Pure: no clock, no disk, no network, no analysis.
package protocol Sink: Sendable {
  /// The name that `--only` takes.
  static var name: String { get }
  /// The most bytes of one file that the platform takes, with the address of the page that says so.
  static var byteBudget: Int { get }
  static func render(_ report: Report, options: SinkOptions) throws(Problem) -> Rendering
}

/// What a sink may be told.
package struct SinkOptions: Hashable, Sendable {
  package enum JUnitProfile: String, Sendable {
    case standard = "default"
    /// What the Jenkins xunit plugin's schema takes.
    case xunit
  }

  package var junitProfile: JUnitProfile

  package init(junitProfile: JUnitProfile = .standard) { self.junitProfile = junitProfile }
}

/// One file of the output, with its place under `--out`.
package struct OutputFile: Hashable, Sendable {
  /// Relative, with `/` between folders.
  package var path: String
  package var bytes: [UInt8]
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// What a sink made, and what it had to leave out.
package struct Rendering: Hashable, Sendable {
  package var files: [OutputFile]
  package var cuts: [Cut]
  package init(files: [OutputFile], cuts: [Cut] = []) {
    self.files = files
    self.cuts = cuts
  }
}

/// Every sink, in the order in which they are written.
package let sinks: [any Sink.Type] = [
  ReportFile.self, Comment.self, Summary.self, JUnitFile.self, Jenkins.self, Azure.self,
  GitLab.self, GitHub.self,
]
