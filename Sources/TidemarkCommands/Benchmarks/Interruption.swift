private import Glibc
private import Synchronization

/// Whether the process was asked to stop. A pipeline that is cancelled sends SIGINT or SIGTERM and
/// kills a little later: time to stop what runs and to write down what is done.
enum Interruption {
  private static let received = Atomic<Int32>(0)

  /// From now on both signals are noted in place of ending the process.
  static func watch() {
    // Made before a handler could be the first to ask for it.
    _ = received.load(ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      _ = Glibc.signal(number) { Interruption.received.store($0, ordering: .relaxed) }
    }
  }

  static var isRequested: Bool { signal != nil }

  /// The one that was noted.
  static var signal: Int32? {
    let number = received.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// Ends the process by the signal that was noted, as if it had never been caught.
  static func end() {
    guard let number = signal else { return }
    _ = Glibc.signal(number, SIG_DFL)
    // To the process: this thread is one of a pool that takes no signals. The end comes meanwhile.
    kill(getpid(), number)
    sleep(5)
  }
}
