/// What a reader says of itself: `tidemark formats` and docs/formats.md are made from it.
package struct FormatFacts: Hashable, Sendable {
  package var name: String
  package var producers: String
  package var kept: String
  package var dropped: String
  package var specification: String

  private init(_ format: any Format.Type) {
    name = format.name
    producers = format.producers
    kept = format.kept
    dropped = format.dropped
    specification = format.specification
  }

  /// All readers, in the order in which they are tried.
  package static var all: [FormatFacts] { formats.map { FormatFacts($0) } }
}
