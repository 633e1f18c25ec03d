package import TidemarkHistory
package import TidemarkModel

/// A history in other forms. Each is the same for the same history, to the byte.
package enum Export {
  /// What a table or a file of lines is of.
  package enum Subject: String, Sendable, CaseIterable {
    case series, tests, runs
  }

  /// Takes bytes as they are made.
  package typealias Write = (_ bytes: [UInt8]) throws(Problem) -> Void

  /// One line for each series (or test) of each branch and job, and one for each run.
  package static func jsonLines(
    of contents: HistoryContents, _ subject: Subject, project: String?, to write: Write
  ) throws(Problem) {
    switch subject {
    case .series: try SeriesLines(contents: contents, project: project).write(to: write)
    case .tests: try TestLines(contents: contents, project: project).write(to: write)
    case .runs: try RunLines.write(contents, to: write)
    }
  }

  /// One row for each value (or outcome, or run), with a row of names first. Cells that a
  /// spreadsheet would take for a formula are not taken for one.
  package static func csv(
    of contents: HistoryContents, _ subject: Subject, to write: Write
  ) throws(Problem) {
    switch subject {
    case .series: try Tables.values(contents, to: write)
    case .tests: try Tables.outcomes(contents, to: write)
    case .runs: try Tables.runs(contents, to: write)
    }
  }
}
