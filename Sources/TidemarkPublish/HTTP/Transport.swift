package import TidemarkModel

/// Carries one request to a server and its answer back. It repeats nothing, follows nothing and
/// knows no platform: ``Client`` does all that.
package protocol Transport: Sendable {
  /// - Throws: ``TransportFailure`` where no whole answer came back; a body that is shorter than
  ///   the server promised is none.
  func send(_ request: Request) async throws(TransportFailure) -> Response
}

package struct Request: Hashable, Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case patch = "PATCH"
    case put = "PUT"
    case delete = "DELETE"
  }

  package struct Header: Hashable, Sendable {
    package var name: String
    package var value: String
    /// Never shown, and dropped where a redirect leaves the origin.
    package var isSecret: Bool
    package init(_ name: String, _ value: String, isSecret: Bool = false) {
      self.name = name
      self.value = value
      self.isSecret = isSecret
    }
  }

  package var method: Method
  package var address: Address
  package var headers: [Header]
  package var body: [UInt8]
  /// The most bytes that its answer may have.
  package var answerLimit = 32 << 20
  /// Seconds until it is given up.
  package var timeout = 30.0

  package init(
    _ method: Method, _ address: Address, headers: [Header] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.address = address
    self.headers = headers
    self.body = body
  }
}

package struct Response: Hashable, Sendable {
  package var status: Int
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first header of that name, in any case.
  package subscript(name: String) -> String? {
    let wanted = name.lowercased()
    return headers.first { $0.name.lowercased() == wanted }?.value
  }

  package static func == (first: Response, second: Response) -> Bool {
    first.status == second.status && first.body == second.body
      && first.headers.elementsEqual(second.headers, by: ==)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(status)
    hasher.combine(body)
  }
}

/// No answer came.
package struct TransportFailure: Error, Hashable, Sendable {
  /// Whether the request may have reached the server and been carried out.
  package var mayHaveArrived: Bool
  /// A clause, without the address and without anything of the request.
  package var what: String
  package init(_ what: String, mayHaveArrived: Bool) {
    self.what = what
    self.mayHaveArrived = mayHaveArrived
  }
}

/// The clock, and waiting; tests have one of their own and never wait.
package protocol Timekeeper: Sendable {
  func now() -> Timestamp
  /// Seconds since some moment, never going back.
  func elapsed() -> Double
  func sleep(seconds: Double) async
}

/// Chance; tests have one that is none.
package protocol Randomness: Sendable {
  /// From 0 up to and without 1.
  func fraction() -> Double
  /// From a source that nobody can guess.
  func bytes(_ count: Int) -> [UInt8]
}

/// What is said while publishing. Implementations make text from outside harmless.
package protocol Voice: Sendable {
  /// A line of the answer, on standard output.
  func answer(_ line: String)
  /// A JSON object of the answer for machines, without a line's end; said only with `--json`.
  func result(_ json: [UInt8])
  /// A line that is meant for the CI platform, printed as it is: its maker has escaped it.
  func command(_ line: String)
  /// A diagnostic.
  func note(_ line: String)
  /// Only with `--verbose`.
  func detail(_ line: String)
  /// A line of `--audit-log`, with its end.
  func audit(_ line: [UInt8])
}

/// Signs texts with an RSA key (RS256): for platforms whose apps prove themselves so.
package protocol Signer: Sendable {
  /// - Parameter key: PEM, PKCS #1 or #8.
  /// - Throws: ``Problem`` where it is no such key.
  func signature(of message: [UInt8], key: String) throws(Problem) -> [UInt8]
}

/// Everything outside that publishing touches.
package struct Outlet: Sendable {
  package var transport: any Transport
  package var time: any Timekeeper
  package var random: any Randomness
  package var voice: any Voice
  /// Signs with an RSA key; nil where nothing can.
  package var signer: (any Signer)?
  /// Appends bytes to a file that a variable of the platform names (`GITHUB_STEP_SUMMARY`).
  package var append: @Sendable (_ path: String, _ bytes: [UInt8]) throws(Problem) -> Void

  package init(
    transport: any Transport, time: any Timekeeper, random: any Randomness, voice: any Voice,
    signer: (any Signer)? = nil,
    append: @escaping @Sendable (String, [UInt8]) throws(Problem) -> Void
  ) {
    self.signer = signer
    self.transport = transport
    self.time = time
    self.random = random
    self.voice = voice
    self.append = append
  }
}
