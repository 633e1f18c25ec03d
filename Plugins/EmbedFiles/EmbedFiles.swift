import Foundation
import PackagePlugin

/// Puts files of the repository into the program: every one becomes a raw string literal of one
/// generated Swift file, made anew when one of them changes.
@main struct EmbedFiles: BuildToolPlugin {
  /// What a target gets: a constant of this name, with the files below a folder, or below some
  /// folders of it.
  private static let contents: [String: (constant: String, root: String, folders: [String])] = [
    "TidemarkSite": ("embeddedTheme", "themes/default", [""]),
    "TidemarkCommands": (
      "embeddedExamples", "examples", ["github-actions", "gitlab", "azure", "jenkins"]
    ),
  ]
  /// Names below those that are for the repository alone.
  private static let left: Set<String> = ["extension", "test", "README.md", ".DS_Store"]

  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let content = Self.contents[target.name] else { return [] }
    let root = context.package.directoryURL.appending(path: content.root)
    let inputs = try content.folders.flatMap { folder in
      try files(below: folder.isEmpty ? root : root.appending(path: folder))
    }.sorted { $0.path() < $1.path() }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(content.root)",
        executable: try context.tool(named: "embed-files").url,
        arguments: [output.path(), content.constant, root.path()] + inputs.map { $0.path() },
        inputFiles: inputs,
        outputFiles: [output])
    ]
  }

  private func files(below folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: [.isDirectoryKey]
    ).filter { !Self.left.contains($0.lastPathComponent) }.flatMap { url in
      let isFolder = try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory ?? false
      return isFolder ? try files(below: url) : [url]
    }
  }
}
