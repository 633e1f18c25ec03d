internal import TidemarkFormats
internal import TidemarkModel
internal import TidemarkSyntax

extension InputFile {
  /// Reads the file as one JSON document, whatever `body` makes of it.
  func readRoot<Answer>(
    _ body: (JSONValue) throws(Problem) -> Answer
  ) throws(Problem) -> Answer {
    let (bytes, count) = try contents(padding: JSONReader.padding)
    return try JSONReader.read(bytes, count: count) { (root, _) throws(Problem) in
      try body(root)
    }
  }
}
