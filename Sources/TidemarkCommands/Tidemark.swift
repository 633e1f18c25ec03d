package import ArgumentParser

/// The command line's root.
package struct Tidemark: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "tidemark",
    abstract: "Says what a pipeline run made worse, how sure that is, and since which commit.",
    version: "0.1.0")
  package init() {}
}
