package import TidemarkModel
package import TidemarkReport

/// report.json: the whole judgement, for other programs.
package enum ReportFile: Sink {
  package static let name = "json"
  /// What `publish` takes.
  package static let byteBudget = ReportJSON.byteBudget

  package static func render(
    _ report: Report, options: SinkOptions
  ) throws(Problem) -> Rendering {
    let (bytes, cuts) = ReportJSON.encode(report)
    return Rendering(files: [OutputFile(path: "report.json", bytes: bytes)], cuts: cuts)
  }
}
