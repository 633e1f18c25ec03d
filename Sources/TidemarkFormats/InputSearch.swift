private import Glibc
package import TidemarkModel
private import TidemarkSyntax

/// Files found for what a user named, in the order of their paths.
package struct InputSearch: Sendable {
  package struct Found: Sendable {
    package var file: InputFile
    /// The format that `FORMAT:PATH` forces.
    package var forced: (any Format.Type)?
    /// Named by the user (or expanded by the shell), not found in a folder or an archive.
    package var wasNamed: Bool
    /// In how many archives it stands.
    package var depth = 0
  }

  package private(set) var files: [Found] = []
  /// Names that led to nothing, and what a walk passed over.
  package private(set) var problems: [Problem] = []
  /// Symbolic links below folders that were not followed.
  package private(set) var skippedLinks = 0

  /// The file that marks a folder of outputs: `report` keeps its list of files in it.
  package static let outputMark = ".tidemark-files"

  /// The most files of one search, and the deepest folder.
  private static let fileLimit = 1_000_000
  private static let depthLimit = 64

  /// - Parameters:
  ///   - names: Files, folders, patterns, each with `FORMAT:` before it or without.
  ///   - excluded: Folders that are passed over (the output, the history).
  package init(names: [String], excluding excluded: [String]) {
    let excludedPaths = Set(excluded.compactMap { InputSearch.canonical(DiskPath($0)) })
    var walk = Walk(excluded: excludedPaths)
    for name in names {
      let (format, path) = InputSearch.split(name)
      walk.forced = format
      walk.add(path)
    }
    files = walk.found.values.sorted { utf8Precedes($0.file.path, $1.file.path) }
    problems = walk.problems
    skippedLinks = walk.skippedLinks
  }

  private static func split(_ name: String) -> ((any Format.Type)?, String) {
    guard let colon = name.firstIndex(of: ":") else { return (nil, name) }
    let prefix = name[..<colon]
    guard let format = formats.first(where: { $0.name == prefix }) else { return (nil, name) }
    return (format, String(name[name.index(after: colon)...]))
  }

  /// The format that `name` forces, if it begins with the name of one that there is not.
  ///
  /// A file whose own name has a colon is that file; an address and a drive's letter are no format.
  package static func unknownFormat(in name: String) -> String? {
    guard let colon = name.firstIndex(of: ":"), split(name).0 == nil else { return nil }
    let prefix = name[..<colon]
    let isName =
      prefix.count > 1
      && prefix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    var facts = stat()
    guard isName, !name[colon...].hasPrefix("://"), lstat(name, &facts) != 0 else { return nil }
    return String(prefix)
  }

  /// The folder at `path` without links, `.` and `..` in it; nil where it is not there.
  private static func canonical(_ path: DiskPath) -> DiskPath? {
    guard let resolved = path.withCString({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return DiskPath(cString: resolved)
  }

  private struct Walk {
    let excluded: Set<DiskPath>
    var forced: (any Format.Type)?
    var found: [DiskPath: Found] = [:]
    var problems: [Problem] = []
    var skippedLinks = 0
    private var isFull = false

    init(excluded: Set<DiskPath>) { self.excluded = excluded }

    mutating func add(_ name: String) {
      let path = DiskPath(name)
      if kind(path, following: true) != nil || !Glob.isPattern(name) {
        add(existing: path)
      } else {
        expand(name)
      }
    }

    private mutating func add(existing path: DiskPath) {
      switch kind(path, following: true) {
      case .folder: walk(path, depth: 0, pattern: nil)
      case .file: keep(path, wasNamed: true)
      case .link, .other:
        problems.append(
          Problem(
            "is neither a file nor a folder", path: path.shown, remedy: "name a file or a folder"))
      case nil:
        problems.append(
          Problem(
            "does not exist", path: path.shown,
            remedy: "check the path, and that what writes it has run"))
      }
    }

    private mutating func expand(_ pattern: String) {
      let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
      let fixed = parts.prefix { !Glob.isPattern(String($0)) }
      let root = fixed.isEmpty ? "." : fixed.joined(separator: "/")
      let before = (found.count, problems.count)
      let start = DiskPath(root.isEmpty ? "/" : root)
      // A folder that is not there holds no match: one fault, not two.
      if kind(start, following: true) == .folder {
        walk(
          start, depth: 0,
          pattern: Pattern(
            glob: Glob(pattern), startsHere: fixed.isEmpty, root: InputSearch.canonical(start)))
      }
      if (found.count, problems.count) == before {
        problems.append(
          Problem(
            "matches no file", path: pattern,
            remedy: "check the pattern and where you stand; links to folders are not followed"))
      }
    }

    /// What is looked for below a folder.
    private struct Pattern {
      let glob: Glob
      /// Whether it begins where the process stands, without `./`.
      let startsHere: Bool
      /// The folder of its beginning.
      let root: DiskPath?

      func matches(_ path: DiskPath) -> Bool {
        glob.matches(startsHere ? path.withoutDot.shown : path.shown)
      }
    }

    private mutating func walk(_ folder: DiskPath, depth: Int, pattern: Pattern?) {
      guard depth < InputSearch.depthLimit else {
        problems.append(
          Problem("is nested too deeply", path: folder.shown, remedy: "name it by itself"))
        return
      }
      let real = InputSearch.canonical(folder)
      if let real, excluded.contains(real) { return }
      guard let entries = list(folder) else { return }
      // The outputs of an earlier report are no results.
      if entries.contains(where: { $0.shown == InputSearch.outputMark }) { return }
      for entry in entries where entry.shown != ".git" {
        let path = folder.appending(entry)
        switch kind(path, following: false) {
        case .folder: walk(path, depth: depth + 1, pattern: pattern)
        // A plain file in a resolved folder needs no resolving of its own.
        case .file:
          guard pattern?.matches(path) ?? true else { continue }
          keep(path, as: real?.appending(entry), wasNamed: false)
        case .link: follow(path, pattern)
        case .other, nil: break
        }
      }
    }

    /// A link that a pattern meets is read if it leads to a file below the pattern's own beginning.
    /// Others are not: results may come from strangers, and a link of theirs may lead anywhere.
    private mutating func follow(_ path: DiskPath, _ pattern: Pattern?) {
      guard pattern?.matches(path) ?? true else { return }
      guard let pattern, kind(path, following: true) == .file,
        let target = InputSearch.canonical(path)
      else {
        skippedLinks += 1
        return
      }
      if let root = pattern.root, target.shown.hasPrefix(root.shown + "/") || root.shown == "/" {
        keep(path, as: target, wasNamed: false)
      } else {
        problems.append(
          Problem(
            "is a link that leads elsewhere, so it was not followed", path: path.shown,
            remedy: "name it by itself, or name \(target.shown)"))
      }
    }

    /// - Parameter real: Where the file is, if that is known.
    private mutating func keep(_ path: DiskPath, as real: DiskPath? = nil, wasNamed: Bool) {
      guard found.count < InputSearch.fileLimit else { return tellOfLimit(path) }
      let key = real ?? InputSearch.canonical(path) ?? path
      if let standing = found[key], standing.forced != nil || forced == nil { return }
      found[key] = Found(
        file: InputFile(path: path.withoutDot.shown, onDisk: path), forced: forced,
        wasNamed: wasNamed)
    }

    private mutating func tellOfLimit(_ path: DiskPath) {
      guard !isFull else { return }
      isFull = true
      problems.append(
        Problem(
          "is beyond the \(InputSearch.fileLimit) files that are read", path: path.shown,
          remedy: "name fewer, or pack them into archives"))
    }

    private mutating func list(_ folder: DiskPath) -> [DiskPath]? {
      guard let directory = folder.withCString({ opendir($0) }) else {
        problems.append(
          Problem(
            "cannot be opened (\(String(cString: strerror(errno))))", path: folder.shown,
            remedy: "check its permissions"))
        return nil
      }
      defer { closedir(directory) }
      var names: [DiskPath] = []
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { DiskPath(cString: $0) }
        }
        if name.shown != ".", name.shown != ".." { names.append(name) }
      }
      return names.sorted { utf8Precedes($0.shown, $1.shown) }
    }

    private enum Kind { case file, folder, link, other }

    private func kind(_ path: DiskPath, following: Bool) -> Kind? {
      var facts = stat()
      let status = path.withCString { following ? stat($0, &facts) : lstat($0, &facts) }
      guard status == 0 else { return nil }
      switch facts.st_mode & S_IFMT {
      case S_IFREG: return .file
      case S_IFDIR: return .folder
      case S_IFLNK: return .link
      default: return .other
      }
    }
  }
}
