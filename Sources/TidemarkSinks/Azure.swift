package import TidemarkModel
package import TidemarkReport

/// azure/: results for `PublishTestResults@2` and a summary for `##vso[task.uploadsummary]`.
package enum Azure: Sink {
  package static let name = "azure"
  /// The agent holds the whole file as one .NET string while it reads it; it states no limit.
  ///
  /// - Source: https://github.com/microsoft/azure-pipelines-tasks/issues/11437
  package static let byteBudget = 268_435_456

  package static func render(
    _ report: Report, options: SinkOptions
  ) throws(Problem) -> Rendering {
    let (bytes, cuts) = TRXFile(report, byteBudget: byteBudget).render()
    // What the summary tab shows of HTML is not documented, so nothing is folded there.
    let summary = Summary.render(report, sink: name, path: "azure/summary.md", canFold: false)
    return Rendering(
      files: [OutputFile(path: "azure/results.trx", bytes: bytes)] + summary.files,
      cuts: cuts + summary.cuts)
  }
}
