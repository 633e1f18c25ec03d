private import Synchronization

/// How long one command may wait in all, over every try of every request (`--max-wait`).
package final class Patience: Sendable {
  /// Seconds.
  package let limit: Double
  private let spent = Mutex(0.0)

  package init(limit: Double) { self.limit = limit }

  package var left: Double { max(limit - spent.withLock { $0 }, 0) }

  /// Counts time that went by, in seconds.
  package func spend(_ seconds: Double) { spent.withLock { $0 += max(seconds, 0) } }
}

/// Full jitter: between nothing and a bound that doubles from 1 s to 30 s.
///
/// - Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
package enum Backoff {
  package static let tries = 5

  /// - Parameters:
  ///   - attempt: The one that failed, from 1.
  ///   - fraction: From 0 to 1, by chance.
  /// - Returns: Seconds.
  package static func seconds(after attempt: Int, fraction: Double) -> Double {
    var bound = 1.0
    for _ in 1..<max(attempt, 1) { bound = min(bound * 2, 30) }
    return bound * fraction
  }
}
