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
  /// Symbolic links below folders, which are never followed.
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
    let excludedPaths = Set(excluded.compactMap(InputSearch.canonical))
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

  fileprivate static func canonical(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private struct Walk {
    let excluded: Set<String>
    var forced: (any Format.Type)?
    var found: [String: Found] = [:]
    var problems: [Problem] = []
    var skippedLinks = 0

    init(excluded: Set<String>) { self.excluded = excluded }

    mutating func add(_ path: String) {
      if kind(path, following: true) != nil || !Glob.isPattern(path) {
        add(existing: path)
      } else {
        expand(path)
      }
    }

    private mutating func add(existing path: String) {
      switch kind(path, following: true) {
      case .folder: walk(path, depth: 0) { _ in true }
      case .file: keep(path, wasNamed: true)
      case .other:
        problems.append(
          Problem("is neither a file nor a folder", path: path, remedy: "name a file or a folder"))
      case nil:
        problems.append(
          Problem("does not exist", path: path, remedy: "check the path; patterns need quotes"))
      }
    }

    private mutating func expand(_ pattern: String) {
      let parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
      let fixed = parts.prefix { !Glob.isPattern(String($0)) }
      let root = fixed.isEmpty ? "." : fixed.joined(separator: "/")
      let glob = Glob(pattern)
      let before = found.count
      let start = root.isEmpty ? "/" : root
      // A folder that is not there holds no match: one fault, not two.
      if kind(start, following: true) == .folder {
        walk(start, depth: 0) { path in
          glob.matches(fixed.isEmpty && path.hasPrefix("./") ? String(path.dropFirst(2)) : path)
        }
      }
      if found.count == before {
        problems.append(
          Problem("matches no file", path: pattern, remedy: "check the pattern and where you stand")
        )
      }
    }

    private mutating func walk(
      _ folder: String, depth: Int, _ belongs: (String) -> Bool
    ) {
      guard depth < InputSearch.depthLimit else {
        problems.append(Problem("is nested too deeply", path: folder, remedy: "name it by itself"))
        return
      }
      let real = InputSearch.canonical(folder)
      if let real, excluded.contains(real) { return }
      guard let entries = list(folder) else { return }
      // The outputs of an earlier report are no results.
      if entries.contains(InputSearch.outputMark) { return }
      let prefix = folder.hasSuffix("/") ? folder : folder + "/"
      for entry in entries where entry != ".git" {
        let path = prefix + entry
        switch kind(path, following: false) {
        case .folder: walk(path, depth: depth + 1, belongs)
        // A plain file in a resolved folder needs no resolving of its own.
        case .file:
          if belongs(path) { keep(path, as: real.map { "\($0)/\(entry)" }, wasNamed: false) }
        case .other: skippedLinks += 1
        case nil: break
        }
      }
    }

    /// - Parameter real: Where the file is, if that is known.
    private mutating func keep(_ path: String, as real: String? = nil, wasNamed: Bool) {
      guard found.count < InputSearch.fileLimit else { return }
      let key = real ?? InputSearch.canonical(path) ?? path
      if let standing = found[key], standing.forced != nil || forced == nil { return }
      let shown = path.hasPrefix("./") ? String(path.dropFirst(2)) : path
      found[key] = Found(
        file: InputFile(path: shown, onDisk: path), forced: forced, wasNamed: wasNamed)
    }

    private mutating func list(_ folder: String) -> [String]? {
      guard let directory = opendir(folder) else {
        problems.append(
          Problem(
            "cannot be opened (\(String(cString: strerror(errno))))", path: folder,
            remedy: "check its permissions"))
        return nil
      }
      defer { closedir(directory) }
      var names: [String] = []
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
      }
      return names.sorted(by: utf8Precedes)
    }

    private enum Kind { case file, folder, other }

    private func kind(_ path: String, following: Bool) -> Kind? {
      var facts = stat()
      let status = following ? stat(path, &facts) : lstat(path, &facts)
      guard status == 0 else { return nil }
      switch facts.st_mode & S_IFMT {
      case S_IFREG: return .file
      case S_IFDIR: return .folder
      default: return .other
      }
    }
  }
}
