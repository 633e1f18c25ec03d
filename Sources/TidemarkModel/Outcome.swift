/// How a test ended.
@frozen @usableFromInline
package enum Outcome: UInt8, Hashable, Sendable, CaseIterable {
  case passed, failed, errored, skipped

  package var name: String {
    switch self {
    case .passed: "passed"
    case .failed: "failed"
    case .errored: "errored"
    case .skipped: "skipped"
    }
  }

  package init?(name: some StringProtocol) {
    switch name {
    case "passed": self = .passed
    case "failed": self = .failed
    case "errored": self = .errored
    case "skipped": self = .skipped
    default: return nil
    }
  }

  /// Failed or errored.
  package var isFailure: Bool { self == .failed || self == .errored }
}

/// How many tests ended how; total = passed + failed + errored + skipped.
package struct OutcomeCounts: Hashable, Sendable {
  package var passed = 0
  package var failed = 0
  package var errored = 0
  package var skipped = 0

  package init() {}

  package var total: Int { passed + failed + errored + skipped }

  package mutating func add(_ outcome: Outcome) {
    switch outcome {
    case .passed: passed += 1
    case .failed: failed += 1
    case .errored: errored += 1
    case .skipped: skipped += 1
    }
  }

  package static func += (sum: inout OutcomeCounts, more: OutcomeCounts) {
    sum.passed += more.passed
    sum.failed += more.failed
    sum.errored += more.errored
    sum.skipped += more.skipped
  }
}
