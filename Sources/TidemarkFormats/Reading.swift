package import TidemarkModel

/// One input file and what became of it.
package struct ReadFile: Sendable {
  package var path: String
  /// Named by the user, or most likely a report that went wrong: to be told even if it holds nothing.
  package var wasNamed: Bool
  /// Its bytes, unpacked.
  package var file: InputFile
  package var format: (any Format.Type)?
  package var content: Content
  /// The format whose reader takes this file along, where one of its files lies in the same folder.
  package var companionOf: String?

  package enum Content: Sendable {
    case read(Results)
    /// It is in a known format, or cannot be opened, and could not be read.
    case failed(Problem)
    /// It is in no known format; the problem says what it is.
    case unrecognised(Problem)
  }

  init(
    path: String, wasNamed: Bool, file: InputFile, format: (any Format.Type)?, content: Content
  ) {
    self.path = path
    self.wasNamed = wasNamed
    self.file = file
    self.format = format
    self.content = content
  }

  init(_ found: InputSearch.Found, format: (any Format.Type)?, content: Content) {
    self.init(
      path: found.file.path, wasNamed: found.wasNamed, file: found.file, format: format,
      content: content)
  }
}

extension InputSearch.Found {
  /// A member of this archive: found, not named, however the archive came here.
  fileprivate func member(_ file: InputFile) -> InputSearch.Found {
    InputSearch.Found(file: file, forced: forced, wasNamed: false, depth: depth + 1)
  }
}

/// Recognises files by their content and reads them.
package enum Reading {
  /// Reads files, and the members of those that are archives.
  ///
  /// - Parameter done: Told after each file how many are done.
  /// - Returns: In the order of `files`, and of names within an archive, whatever finished first.
  package static func read<Kept: Sendable>(
    _ files: [InputSearch.Found], keep: @escaping @Sendable (ReadFile) -> Kept,
    done: @escaping @Sendable (Int) -> Void = { _ in }
  ) async -> [Kept] {
    var taken = await inParallel(files, done: done) { take($0, keep: keep) }
    // Those of zip archives come in any order too, so they are read like files of their own.
    let members = taken.flatMap(\.members)
    guard !members.isEmpty else { return taken.flatMap(\.kept) }
    var read = await inParallel(members) { take($0, keep: keep) }[...]
    for index in taken.indices where !taken[index].members.isEmpty {
      let own = read.prefix(taken[index].members.count)
      read = read.dropFirst(own.count)
      taken[index].kept += own.flatMap(\.kept)
      guard own.contains(where: \.isKnown) || taken[index].isKnown else {
        taken[index].kept.append(keep(withoutResults(files[index], members: own.count)))
        continue
      }
    }
    return taken.flatMap(\.kept)
  }

  /// What `body` makes of each file, in the order of `files`.
  private static func inParallel<Made: Sendable>(
    _ files: [InputSearch.Found], done: @escaping @Sendable (Int) -> Void = { _ in },
    _ body: @escaping @Sendable (InputSearch.Found) -> Made
  ) async -> [Made] {
    // A task takes a stretch of files: 2,000 small ones cost no 2,000 tasks. The stretches are
    // short, so that one large file does not keep a whole row of others waiting.
    let stride = max(1, min(16, files.count / 8))
    return await withTaskGroup(of: (Int, [Made]).self) { group in
      for start in Swift.stride(from: 0, to: files.count, by: stride) {
        let stretch = files[start..<min(start + stride, files.count)]
        group.addTask { (start, stretch.map(body)) }
      }
      var made = [[Made]](repeating: [], count: files.count)
      var count = 0
      for await (start, values) in group {
        made[start] = values
        count += values.count
        done(count)
      }
      return made.flatMap(\.self)
    }
  }

  /// What became of one file that was found.
  private struct Taken<Kept: Sendable>: Sendable {
    var kept: [Kept] = []
    /// What is still to be read.
    var members: [InputSearch.Found] = []
    /// Whether there is anything to tell but that no reader knows it.
    var isKnown = false
  }

  private static func take<Kept: Sendable>(
    _ found: InputSearch.Found, keep: (ReadFile) -> Kept
  ) -> Taken<Kept> {
    var taken = Taken<Kept>()
    func add(_ file: ReadFile) {
      if case .unrecognised = file.content {} else { taken.isKnown = true }
      taken.kept.append(keep(file))
    }
    switch opened(found) {
    case .zip(let archive, let file) where found.depth == 0:
      let (members, faults) = split(archive, of: file, found)
      faults.forEach(add)
      taken.members = members
      if archive.members.isEmpty { add(withoutResults(found, members: 0)) }
    case let content:
      let count = each(content, of: found, add)
      if let count, !taken.isKnown, found.depth == 0 { add(withoutResults(found, members: count)) }
    }
    return taken
  }

  /// A file as it is, without what it was packed in.
  private enum Opened {
    case read(ReadFile)
    case zip(ZipArchive, InputFile)
    case tar(InputFile)
  }

  private static func opened(_ found: InputSearch.Found) -> Opened {
    var file = found.file
    do throws(Problem) {
      for _ in 0..<3 {
        let raw = try file.prefix(found.forced == nil ? Head.limit : Archive.headSize)
        guard let archive = Archive(raw) else { return .read(read(found, file, raw)) }
        switch archive {
        case .gzip, .zstandard: file = InputFile(unpacking: file, archive)
        case .zip where found.depth < Archive.depthLimit:
          // A folder of libraries holds no reports, and theirs would be thousands of members.
          if !found.wasNamed, raw.dropFirst(30).starts(with: "META-INF/".utf8) {
            let problem = Problem("is a library (a Java archive)", path: file.path)
            return .read(ReadFile(found, format: nil, content: .unrecognised(problem)))
          }
          // Its members are read from anywhere in it, each by itself.
          let whole = try file.withRandomAccess()
          let archive = try ZipArchive(whole)
          // A format that was forced is that of each member.
          if found.forced == nil || found.forced == Inspect.self,
            let log = InspectArchive(archive, of: whole)
          {
            return .read(ReadFile(found, format: Inspect.self, content: .read(try log.read())))
          }
          return .zip(archive, whole)
        case .tar where found.depth < Archive.depthLimit: return .tar(file)
        case .zip, .tar:
          throw Problem(
            "is an archive in an archive in another", remedy: "unpack it before this step")
        }
      }
      throw Problem("is compressed more than twice over", remedy: "unpack it before this step")
    } catch {
      return .read(
        ReadFile(found, format: found.forced, content: .failed(error.inFile(found.file.path))))
    }
  }

  /// - Returns: How many members there were; nil where it is no archive.
  @discardableResult
  private static func each(
    _ content: Opened, of found: InputSearch.Found, _ body: (ReadFile) -> Void
  ) -> Int? {
    switch content {
    case .read(let file):
      body(file)
      return nil
    case .zip(let archive, let file):
      let (members, faults) = split(archive, of: file, found)
      faults.forEach(body)
      for member in members { each(opened(member), of: member, body) }
      return archive.members.count
    case .tar(let file): return eachOfTar(file, found, body)
    }
  }

  private static func eachOfTar(
    _ file: InputFile, _ found: InputSearch.Found, _ body: (ReadFile) -> Void
  ) -> Int {
    var count = 0
    do throws(Problem) {
      var archive = try TarArchive(file)
      while let member = try archive.next() {
        count += 1
        let path = Archive.path(of: member.name, in: file.path)
        let inner = InputFile(path: path, bytes: member.bytes)
        let entry = found.member(inner)
        if let fault = member.fault {
          body(ReadFile(entry, format: nil, content: .failed(Problem(fault, path: path))))
        } else {
          each(opened(entry), of: entry, body)
        }
      }
    } catch {
      body(ReadFile(found, format: nil, content: .failed(error.inFile(file.path))))
    }
    return count
  }

  private static func split(
    _ archive: ZipArchive, of file: InputFile, _ found: InputSearch.Found
  ) -> (members: [InputSearch.Found], faults: [ReadFile]) {
    var faults: [ReadFile] = []
    var members: [InputSearch.Found] = []
    for member in archive.members {
      let entry = found.member(InputFile(member, in: file))
      guard let fault = member.fault else {
        members.append(entry)
        continue
      }
      let problem = Problem(fault, path: entry.file.path)
      if faults.last?.path != entry.file.path {
        faults.append(ReadFile(entry, format: nil, content: .failed(problem)))
      }
    }
    return (members, faults)
  }

  private static func withoutResults(_ found: InputSearch.Found, members: Int) -> ReadFile {
    let what =
      members == 0
      ? "is an archive that holds no file"
      : "is an archive of \(members) \(members == 1 ? "file" : "files"), none of which a reader knows"
    return ReadFile(
      found, format: nil,
      content: .unrecognised(
        Problem(
          what, path: found.file.path, remedy: "check that the tests ran and wrote their report")))
  }

  /// Reads one file that is no archive, in the format that was forced or that its content has.
  package static func read(_ found: InputSearch.Found) -> ReadFile {
    do throws(Problem) {
      return read(found, found.file, try found.file.prefix(Head.limit))
    } catch {
      return ReadFile(
        found, format: found.forced, content: .failed(error.inFile(found.file.path)))
    }
  }

  /// - Parameters:
  ///   - file: What was found, unpacked.
  ///   - raw: Its first ``Head/limit`` bytes; of a forced format less will do.
  private static func read(
    _ found: InputSearch.Found, _ file: InputFile, _ raw: [UInt8]
  ) -> ReadFile {
    var format = found.forced
    var source = file
    if format == nil {
      let head = Head(raw: raw, isWhole: raw.count < Head.limit)
      // A small file is here already, and is not read again.
      if head.isWhole { source = InputFile(file, bytes: raw) }
      format = recognise(head)
      guard format != nil else {
        if let report = readBehindLines(found, file, raw, head) { return report }
        let isLost = Unrecognised.isLostReport(head, path: file.path)
        var unknown = ReadFile(
          path: file.path, wasNamed: found.wasNamed || isLost, file: file, format: nil,
          content: .unrecognised(Unrecognised.explain(head, path: file.path)))
        unknown.companionOf = Unrecognised.companion(head)
        return unknown
      }
    }
    do throws(Problem) {
      guard let format else { throw Problem("has no format", path: file.path) }
      let results = try format.read(source)
      return ReadFile(
        path: file.path, wasNamed: found.wasNamed, file: file, format: format,
        content: .read(results))
    } catch {
      return ReadFile(found, format: format, content: .failed(error.inFile(file.path)))
    }
  }

  /// Reads a JSON report behind what the command printed before it (`npm run test > report.json`).
  ///
  /// - Returns: nil where there is none, or where it cannot be read: a page of documentation may
  ///   hold a piece of a report.
  private static func readBehindLines(
    _ found: InputSearch.Found, _ file: InputFile, _ raw: [UInt8], _ head: Head
  ) -> ReadFile? {
    // Blanks in place of the lines: so places in the file stay what they are.
    func blanked(_ bytes: [UInt8], _ start: Int) -> [UInt8] {
      var bytes = bytes
      for index in 0..<min(start, bytes.count) where bytes[index] != UInt8(ascii: "\n") {
        bytes[index] = UInt8(ascii: " ")
      }
      return bytes
    }
    guard head.bytes.count == raw.count, let start = head.documentStart,
      let format = recognise(Head(raw: blanked(raw, start), isWhole: head.isWhole))
    else { return nil }
    do throws(Problem) {
      let (bytes, count) = try file.contents()
      let document = InputFile(path: file.path, bytes: blanked(Array(bytes[..<count]), start))
      var results = try format.read(document)
      let lines = raw[..<start].count { $0 == UInt8(ascii: "\n") }
      results.problems.append(
        ResultProblem(
          .linesSkipped, "\(lines) \(lines == 1 ? "line stands" : "lines stand") before the report",
          line: 1, isBlocking: false))
      return ReadFile(found, format: format, content: .read(results))
    } catch {
      return nil
    }
  }

  /// The first format that takes a file's beginning.
  package static func recognise(_ head: Head) -> (any Format.Type)? {
    head.isBinary || head.isScript || head.isPage
      ? nil : formats.first { $0.recognises(head) == .yes }
  }

  /// The file's beginning, decoded.
  package static func head(of file: InputFile) throws(Problem) -> Head {
    let raw = try file.prefix(Head.limit)
    return Head(raw: raw, isWhole: raw.count < Head.limit)
  }
}

extension ReadFile {
  /// Where reports lie that hold the same tests, if they are there.
  package var twinPaths: [String] {
    guard let format else { return [] }
    let twins = format.twins
    let name = path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex
    let stem = path[..<(path[name...].lastIndex(of: ".") ?? path.endIndex)]
    return twins.map { stem + $0 }
  }

  /// The format's name; nil where none was recognised.
  package var formatName: String? { format.map { $0.name } }
}
