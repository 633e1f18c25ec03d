package import TidemarkModel

/// One input file and what became of it.
package struct ReadFile: Sendable {
  package var path: String
  /// Named by the user, or most likely a report that went wrong: to be told even if it holds nothing.
  package var wasNamed: Bool
  package var format: (any Format.Type)?
  package var content: Content

  package enum Content: Sendable {
    case read(Results)
    /// It is in a known format, or cannot be opened, and could not be read.
    case failed(Problem)
    /// It is in no known format; the problem says what it is.
    case unrecognised(Problem)
  }

  package init(path: String, wasNamed: Bool, format: (any Format.Type)?, content: Content) {
    self.path = path
    self.wasNamed = wasNamed
    self.format = format
    self.content = content
  }
}

/// Recognises files by their content and reads them.
package enum Reading {
  /// - Parameter done: Told after each file how many are done.
  /// - Returns: In the order of `files`, whatever finished first.
  package static func read<Kept: Sendable>(
    _ files: [InputSearch.Found], keep: @escaping @Sendable (ReadFile) -> Kept,
    done: @escaping @Sendable (Int) -> Void = { _ in }
  ) async -> [Kept] {
    // A task takes a stretch of files: 2,000 small ones cost no 2,000 tasks. The stretches are
    // short, so that one large file does not keep a whole row of others waiting.
    let stride = max(1, min(16, files.count / 8))
    return await withTaskGroup(of: (Int, [Kept]).self) { group in
      for start in Swift.stride(from: 0, to: files.count, by: stride) {
        let stretch = files[start..<min(start + stride, files.count)]
        group.addTask { (start, stretch.map { keep(read($0)) }) }
      }
      var kept = [[Kept]](repeating: [], count: files.count)
      var count = 0
      for await (start, values) in group {
        kept[start] = values
        count += values.count
        done(count)
      }
      return kept.flatMap(\.self)
    }
  }

  /// Reads one file, in the format that was forced or that its content has.
  package static func read(_ found: InputSearch.Found) -> ReadFile {
    let path = found.file.path
    var file = found.file
    var format = found.forced
    do throws(Problem) {
      if format == nil {
        let raw = try file.prefix(Head.limit)
        let head = Head(raw: raw, isWhole: raw.count < Head.limit)
        // A small file is here already, and is not read again.
        if head.isWhole { file = InputFile(path: path, bytes: raw) }
        format = recognise(head)
        guard format != nil else {
          let isLost = Unrecognised.isLostReport(head, path: path)
          return ReadFile(
            path: path, wasNamed: found.wasNamed || isLost, format: nil,
            content: .unrecognised(Unrecognised.explain(head, path: path)))
        }
      }
      guard let format else { throw Problem("has no format", path: path) }
      let results = try format.read(file)
      return ReadFile(
        path: path, wasNamed: found.wasNamed, format: format, content: .read(results))
    } catch {
      return ReadFile(
        path: path, wasNamed: found.wasNamed, format: format,
        content: .failed(error.inFile(path)))
    }
  }

  /// The first format that takes a file's beginning.
  package static func recognise(_ head: Head) -> (any Format.Type)? {
    formats.first { $0.recognises(head) == .yes }
  }

  /// The file's beginning, decoded.
  package static func head(of file: InputFile) throws(Problem) -> Head {
    let raw = try file.prefix(Head.limit)
    return Head(raw: raw, isWhole: raw.count < Head.limit)
  }
}

extension ReadFile {
  /// The format's name; nil where none was recognised.
  package var formatName: String? { format.map { $0.name } }
}
