internal import Synchronization
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkPublish

/// A world outside for tests: answers that are laid out beforehand, a clock that only waiting moves,
/// chance that is none, and everything that was said.
final class FakeOutlet: Transport, Timekeeper, Randomness, Voice {
  /// What answers a request: an answer, or no connection.
  typealias Server = @Sendable (Request) -> Result<Response, TransportFailure>

  private struct State {
    var requests: [Request] = []
    var waits: [Double] = []
    var clock = 0.0
    var answers: [String] = []
    var commands: [String] = []
    var notes: [String] = []
    var details: [String] = []
    var audits: [String] = []
    var files: [String: [UInt8]] = [:]
  }

  private let state = Mutex(State())
  private let server: Server
  /// The local clock; the server's may be another.
  let start: Timestamp
  private let chance: Double

  init(
    start: Timestamp = Timestamp(millisecondsSince1970: 1_800_000_000_000), chance: Double = 1,
    server: @escaping Server
  ) {
    self.server = server
    self.start = start
    self.chance = chance
  }

  /// Answers with each of `responses` in turn, then with the last again and again.
  ///
  /// - Parameter fast: Seconds that the local clock is fast.
  convenience init(_ responses: [Result<Response, TransportFailure>], fast: Int64 = 0) {
    let next = NextIndex()
    self.init(
      start: Timestamp(millisecondsSince1970: (1_800_000_000 + fast) * 1000)
    ) { _ in responses[min(next.take(), responses.count - 1)] }
  }

  // MARK: What was seen

  var requests: [Request] { state.withLock { $0.requests } }
  var writes: [Request] { requests.filter { $0.method != .get } }
  /// Seconds of each wait.
  var waits: [Double] { state.withLock { $0.waits } }
  var answers: [String] { state.withLock { $0.answers } }
  var commands: [String] { state.withLock { $0.commands } }
  var notes: [String] { state.withLock { $0.notes } }
  var audits: [String] { state.withLock { $0.audits } }
  /// Everything that anybody could read afterwards.
  var everything: String {
    state.withLock { state in
      (state.answers + state.commands + state.notes + state.details + state.audits
        + state.files.values.map { String(decoding: $0, as: UTF8.self) }).joined(separator: "\n")
    }
  }

  func file(_ path: String) -> String {
    state.withLock { String(decoding: $0.files[path] ?? [], as: UTF8.self) }
  }

  // MARK: What is asked of it

  func send(_ request: Request) async throws(TransportFailure) -> Response {
    state.withLock { $0.requests.append(request) }
    return try server(request).get()
  }

  func now() -> Timestamp {
    let seconds = state.withLock { $0.clock }
    return Timestamp(
      millisecondsSince1970: start.millisecondsSince1970 + Int64(seconds * 1000))
  }

  func elapsed() -> Double { state.withLock { $0.clock } }

  func sleep(seconds: Double) async {
    state.withLock { state in
      state.waits.append(seconds)
      state.clock += seconds
    }
  }

  func fraction() -> Double { chance }
  func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0) } }

  func answer(_ line: String) { state.withLock { $0.answers.append(line) } }
  func result(_ json: [UInt8]) { answer(String(decoding: json, as: UTF8.self)) }
  func command(_ line: String) { state.withLock { $0.commands.append(line) } }
  func note(_ line: String) { state.withLock { $0.notes.append(line) } }
  func detail(_ line: String) { state.withLock { $0.details.append(line) } }
  func audit(_ line: [UInt8]) {
    state.withLock { $0.audits.append(String(decoding: line, as: UTF8.self)) }
  }

  private func append(_ path: String, _ bytes: [UInt8]) {
    state.withLock { $0.files[path, default: []] += bytes }
  }

  // MARK: What it makes

  var outlet: Outlet {
    Outlet(transport: self, time: self, random: self, voice: self) {
      (path, bytes) throws(Problem) in self.append(path, bytes)
    }
  }

  static let token = "secret-token-of-the-test"

  func client(
    _ base: String = "http://127.0.0.1:1/api", rates: RateRules = .github, spacing: Double = 1,
    maxWait: Double = 120, isDryRun: Bool = false
  ) throws(Failure) -> Client {
    let address: Address
    do throws(Problem) {
      address = try Address(base)
    } catch { throw Failure(.refused, error.what) }
    var options = ClientOptions(
      base: address,
      headers: [Request.Header("Authorization", "Bearer \(FakeOutlet.token)", isSecret: true)])
    options.rates = rates
    options.writeSpacing = spacing
    return Client(options, conduct: conduct(maxWait, isDryRun), outlet: outlet)
  }

  func conduct(_ maxWait: Double = 120, _ isDryRun: Bool = false) -> Conduct {
    Conduct(
      userAgent: "tidemark/test", isDryRun: isDryRun, patience: Patience(limit: maxWait),
      secrets: Secrets([FakeOutlet.token]))
  }

  /// - Parameter environment: The platform's variables.
  func scene(
    _ environment: [String: String], report: String = "report.json", config: String? = nil,
    readFile: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }
  ) throws(Problem) -> Scene {
    Scene(
      options: PublishOptions(report: report, key: "main"),
      variables: PlatformVariables(environment),
      config: try Config.read(
        config.map { Array($0.utf8) }, path: "tidemark.yml", environment: environment),
      facts: PlatformFacts.read(environment, readFile: readFile), conduct: conduct(),
      outlet: outlet, readFile: readFile)
  }
}

private final class NextIndex: Sendable {
  private let index = Mutex(0)
  func take() -> Int {
    index.withLock { index in
      defer { index += 1 }
      return index
    }
  }
}

extension Response {
  static func json(
    _ text: String, status: Int = 200, headers: [(name: String, value: String)] = []
  ) -> Response {
    Response(
      status: status,
      headers: [(name: "Content-Type", value: "application/json; charset=utf-8")] + headers,
      body: Array(text.utf8))
  }
}
