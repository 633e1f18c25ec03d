private import TidemarkConfig
internal import TidemarkFormats
internal import TidemarkModel

/// The names of inputs as a user gave them, before anything is searched.
enum InputNames {
  /// - Throws: ``Problem`` for the first `FORMAT:PATH` whose format there is not.
  static func check(_ names: [String]) throws(Problem) {
    for name in names {
      guard let format = InputSearch.unknownFormat(in: name) else { continue }
      let known = FormatFacts.all.map(\.name)
      let nearest = NearestName.of(format, among: known)
      throw Problem(
        "there is no format `\(format)` to read `\(name)` in",
        remedy: nearest.map { "did you mean `\($0)`?" } ?? "`tidemark formats` lists them")
    }
  }
}
