/// The program's version, the same as that of `tidemark`; a test holds them together.
package enum Version {
  package static let text = "0.1.0"
}
