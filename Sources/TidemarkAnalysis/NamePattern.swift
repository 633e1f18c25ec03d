package import TidemarkModel
private import TidemarkSyntax

/// What a rule of the config applies to: an id, a name, or a pattern over names.
///
/// A test is met by its id, its name, `class.name`, the path `suite/class/name` or its file; a series
/// by its id, its name or `name/metric`.
package struct NamePattern: Hashable, Sendable {
  package let text: String
  let id: Identifier?
  private let glob: Glob?

  package init(_ text: String) {
    self.text = text
    id = Identifier(text)
    glob = Glob.isPattern(text) ? Glob(text) : nil
  }

  package func matches(_ test: TestIdentity, id: Identifier, file: String?) -> Bool {
    if let own = self.id { return own == id || text == test.name }
    if matches(test.name) { return true }
    if let file, matches(file) { return true }
    if !test.className.isEmpty, matches(test.className + "." + test.name) { return true }
    let names = test.suite + [test.className, test.name]
    return matches(names.lazy.filter { !$0.isEmpty }.joined(separator: "/"))
  }

  package func matches(_ series: SeriesIdentity, id: Identifier) -> Bool {
    if let own = self.id { return own == id || text == series.name }
    return matches(series.name) || matches(series.name + "/" + series.metric)
  }

  private func matches(_ name: String) -> Bool { glob?.matches(name) ?? (name == text) }
}
