/// What went wrong, where, and what to do: the one error type of the package.
///
/// Each layer adds what it knows (a reader the line, a command the path) and never wraps text in text.
package struct Problem: Error, Hashable, Sendable {
  /// The file, as the user named it.
  package var path: String?
  /// 1-based.
  package var line: Int?
  /// 1-based, in bytes.
  package var column: Int?
  /// A clause: `testcase has no name attribute`.
  package var what: String
  /// An order: `name it, or exclude the file under inputs:`.
  package var remedy: String?

  package init(
    _ what: String, path: String? = nil, line: Int? = nil, column: Int? = nil,
    remedy: String? = nil
  ) {
    self.path = path
    self.line = line
    self.column = column
    self.what = what
    self.remedy = remedy
  }

  /// The same problem, in the file `path` if it names none yet.
  package func inFile(_ path: String) -> Problem {
    var problem = self
    problem.path = problem.path ?? path
    return problem
  }
}

extension Problem: CustomStringConvertible {
  /// `results/a.xml:14:3: testcase has no name attribute; name it, or exclude the file`
  package var description: String {
    var text = ""
    if let path {
      text += path
      if let line { text += ":\(line)" }
      if line != nil, let column { text += ":\(column)" }
      text += ": "
    } else if let line {
      text += "line \(line)"
      if let column { text += ", column \(column)" }
      text += ": "
    }
    text += what
    if let remedy { text += "; \(remedy)" }
    return text
  }
}
