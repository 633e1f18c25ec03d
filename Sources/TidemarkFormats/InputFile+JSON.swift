package import TidemarkModel
package import TidemarkSyntax

extension InputFile {
  /// Reads the file as one JSON document, and lets `body` make results of its root.
  ///
  /// What had to be mended (``JSONNotes``) becomes problems of the results.
  ///
  /// - Parameter spellsNaN: Whether `NaN` is read as the string `NaN`, not as `null`.
  package func readJSON(
    spellsNaN: Bool = false, _ body: (JSONValue, inout Results) throws(Problem) -> Void
  ) throws(Problem) -> Results {
    let (bytes, count) = try contents(padding: JSONReader.padding)
    return try JSONReader.read(bytes, count: count, spellsNaN: spellsNaN) {
      (root, notes) throws(Problem) -> Results in
      var results = Results()
      try body(root, &results)
      results.note(notes)
      return results
    }
  }

  /// Reads the file as JSON lines: each but blank ones goes to `body`, which says whether it is
  /// one of its format. Those that are not are counted in a problem of the results, which does not
  /// block: log lines between events are common.
  package func readJSONLines(
    _ body: (JSONLine, inout Results) throws(Problem) -> Bool
  ) throws(Problem) -> Results {
    let (bytes, count) = try contents(padding: JSONReader.padding)
    var results = Results()
    var skipped = 0
    var firstSkipped: Int?
    let notes = try JSONReader.lines(bytes, count: count) { (line) throws(Problem) in
      if try body(line, &results) { return }
      skipped += 1
      firstSkipped = firstSkipped ?? line.number
    }
    results.note(notes)
    if skipped > 0 {
      results.problems.append(
        ResultProblem(
          .linesSkipped, "\(skipped) \(skipped == 1 ? "line is" : "lines are") no event",
          line: firstSkipped, isBlocking: false))
    }
    return results
  }
}

extension Results {
  /// Says what had to be mended.
  mutating func note(_ notes: JSONNotes) {
    guard notes.droppedNumbers > 0 else { return }
    let what = notes.droppedNumbers == 1 ? "1 number" : "\(notes.droppedNumbers) numbers"
    problems.append(
      ResultProblem(
        .valueSkipped, "\(what) not finite or too large, left out", line: notes.firstDroppedLine,
        isBlocking: false))
  }

  /// Says that a value was left out, once for each reason and at most 20 times a file.
  package mutating func skipValue(of name: String, _ why: String, line: Int? = nil) {
    let skipped = problems.count { $0.code == .valueSkipped }
    guard skipped < 20 else { return }
    problems.append(ResultProblem(.valueSkipped, "\(name): \(why)", line: line, isBlocking: false))
  }
}
