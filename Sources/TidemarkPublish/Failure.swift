package import TidemarkModel

/// Why something could not be published.
package struct Failure: Error, Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// A permission is missing, or there is no token at all: by design on a fork's pull request.
    case denied
    /// The token itself is not accepted.
    case badCredential
    /// The server does not take what was sent.
    case rejected
    /// What was to be changed is not there, or may not be seen.
    case missing
    /// It changed under our hands: the decision must be made again on what is there now.
    case conflict
    /// No usable answer after all tries.
    case unreachable
    /// A wait would take longer than ``Patience`` allows.
    case overBudget
    /// A page for people came back where an answer for programs was due.
    case notSignedIn
    /// We do not do it: what the report claims is not what the platform says.
    case refused
  }

  package var kind: Kind
  package var problem: Problem
  /// The answer's status, where there was one.
  package var status: Int?
  /// The server's clock, where it was told.
  package var serverTime: Timestamp?
  /// Set by ``StickyComment``: what is missing is the comment itself, not the way to it.
  var isOfComment = false

  package init(_ kind: Kind, _ what: String, remedy: String? = nil, status: Int? = nil) {
    self.kind = kind
    self.status = status
    problem = Problem(what, remedy: remedy)
  }

  /// For an answer that came and is not what it must be: the same as none, so it may be asked for
  /// again.
  package static func unreadable(_ what: String) -> Failure {
    Failure(.unreachable, "the server's answer cannot be read: \(what)")
  }

  /// Whether it is a notice and no failure unless `--require-publish` is given.
  package var isByDesign: Bool { kind == .denied }
}
