private import TidemarkFormats
internal import TidemarkModel
internal import TidemarkSite

/// Reads `--theme DIR`: the files that replace the theme's.
enum ThemeFolder {
  /// The most bytes of one file of a theme.
  private static let fileLimit = 4 << 20

  static func theme(_ folder: String?, language: String?) throws(Problem) -> Theme {
    let language = language ?? Theme.defaultLanguage
    guard let folder else { return try Theme(language: language) }
    let search = InputSearch(names: [folder], excluding: [])
    if let problem = search.problems.first { throw problem }
    var overrides: [String: [UInt8]] = [:]
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    for found in search.files {
      let path = found.file.path
      guard let bytes = FileBytes.read(path, limit: fileLimit) else {
        throw Problem("cannot be read, or is over 4 MiB", path: path, remedy: "mend the theme")
      }
      let name = path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
      overrides[name] = bytes
    }
    return try Theme(overrides: overrides, folder: folder, language: language)
  }
}
