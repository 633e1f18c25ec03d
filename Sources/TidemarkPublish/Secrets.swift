/// Texts that must never be seen: tokens, and what they travel as.
package struct Secrets: Sendable {
  private var texts: [String] = []

  package init(_ texts: [String] = []) {
    for text in texts { insert(text) }
  }

  /// Adds a text; one shorter than four bytes would only make everything unreadable.
  package mutating func insert(_ text: String) {
    guard text.utf8.count >= 4, !texts.contains(text) else { return }
    texts.append(text)
    // A longer one may hold a shorter one.
    texts.sort { $0.utf8.count > $1.utf8.count }
  }

  /// `text` with `***` in place of each.
  package func masked(_ text: String) -> String {
    texts.reduce(text) { $0.replacing($1, with: "***") }
  }
}
