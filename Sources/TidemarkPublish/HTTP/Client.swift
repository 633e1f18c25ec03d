internal import TidemarkModel
package import TidemarkSyntax

/// How a platform's client differs from another's.
package struct ClientOptions {
  package var base: Address
  /// Sent with every request, the credential among them (marked as a secret).
  package var headers: [Request.Header]
  package var rates = RateRules.plain
  /// Seconds between two writes once there were many, or once the server asked for less.
  package var writeSpacing = 0.0

  package init(base: Address, headers: [Request.Header]) {
    self.base = base
    self.headers = headers
  }
}

/// What holds for a whole command, whichever clients it makes.
package struct Conduct: Sendable {
  package var userAgent: String
  package var isDryRun: Bool
  package var patience: Patience
  package var secrets: Secrets

  package init(userAgent: String, isDryRun: Bool, patience: Patience, secrets: Secrets) {
    self.userAgent = userAgent
    self.isDryRun = isDryRun
    self.patience = patience
    self.secrets = secrets
  }
}

/// Speaks with one platform: repeats what may be repeated, waits as the server asks, follows pages,
/// keeps the credential at home, and writes down what it did.
///
/// It is used by one task, one request after the other: writes to a repository must not overlap.
package final class Client {
  package let options: ClientOptions
  package let conduct: Conduct
  package let outlet: Outlet
  private var writes = 0
  private var lastWrite: Double?
  private var isCautious = false
  private var secondaryLimits = 0
  /// Until when the server asked for no request, in the outlet's elapsed seconds.
  private var restEnd: Double?
  /// The last answers of calls that are polled, with their marks.
  private var polled: [Address: (mark: String, response: Response)] = [:]

  /// Writes that may follow one another at once.
  private static let freeWrites = 5
  private static let redirectLimit = 5
  private static let pageLimit = 500

  package init(_ options: ClientOptions, conduct: Conduct, outlet: Outlet) {
    self.options = options
    self.conduct = conduct
    self.outlet = outlet
  }

  // MARK: What targets call

  /// Asks, and reads the answer as JSON.
  ///
  /// - Parameters:
  ///   - dry: What a dry run takes for the answer of a write.
  ///   - look: For a call that is not repeatable: whether the server has carried it out although no
  ///     answer came. It is asked before each repetition; without it there is none.
  package func json<Answer>(
    _ call: Call, dry: Answer? = nil, look: (() async throws(Failure) -> Answer?)? = nil,
    _ read: (JSONValue) throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    try await send(call, dry: dry, look: look) { (response) throws(Failure) -> Answer in
      try response.json(read)
    }
  }

  /// Asks for something that has no answer worth reading.
  package func perform(
    _ call: Call, look: (() async throws(Failure) -> Void?)? = nil
  ) async throws(Failure) {
    var call = call
    call.expectation = .anything
    try await send(call, dry: (), look: look) { (_) throws(Failure) in }
  }

  /// Every element of a list that comes in pages, in the server's order.
  ///
  /// - Parameter read: Answers nil for an element that is of no interest.
  package func list<Element>(
    _ call: Call, paging: Paging = .link, in member: StaticString? = nil,
    _ read: (JSONValue) throws(Failure) -> Element?
  ) async throws(Failure) -> [Element] {
    var elements: [Element] = []
    var next: Address? = options.base.appending(call.path, query: call.query)
    var pages = 0
    while let address = next {
      pages += 1
      guard pages <= Client.pageLimit else {
        throw Failure(.unreachable, "a list has no end: gave up after \(Client.pageLimit) pages")
      }
      (elements, next) = try await send(call, to: address, dry: nil, look: nil) {
        (response) throws(Failure) in
        let page = try response.json { (root) throws(Failure) -> [Element] in
          let list = member.map { root[$0] } ?? root
          guard let list, list.isArray else { throw Failure.unreadable("it is no list") }
          var page: [Element] = []
          for value in list.elements {
            if let element = try read(value) { page.append(element) }
          }
          return page
        }
        return (elements + page, try paging.next(after: response, at: address))
      }
    }
    return elements
  }

  /// Asks, and reads the answer; ``json(_:dry:look:_:)`` and ``perform(_:look:)`` say it shorter.
  package func send<Answer>(
    _ call: Call, dry: Answer? = nil, look: (() async throws(Failure) -> Answer?)? = nil,
    _ read: (Response) throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    try await send(
      call, to: options.base.appending(call.path, query: call.query), dry: dry, look: look, read)
  }

  /// Makes a decision again, at most five times, while it meets a state that changed meanwhile.
  package func redoing<Answer>(
    _ body: () async throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    var attempt = 1
    while true {
      do throws(Failure) {
        return try await body()
      } catch {
        guard error.kind == .conflict, attempt < Backoff.tries else { throw error }
        try await wait(0.2 + outlet.random.fraction() * 0.8, for: error)
        attempt += 1
      }
    }
  }

  // MARK: Trying

  private func send<Answer>(
    _ call: Call, to address: Address, dry: Answer?,
    look: (() async throws(Failure) -> Answer?)?, _ read: (Response) throws(Failure) -> Answer
  ) async throws(Failure) -> Answer {
    if conduct.isDryRun, call.isWrite {
      show(request(for: call, to: address))
      guard let dry else {
        throw Failure(.refused, "a dry run ends here: what follows needs this request's answer")
      }
      return dry
    }
    var attempt = 1
    while true {
      try await pace(call)
      let began = outlet.time.elapsed()
      let trouble: Trouble
      do throws(Trouble) {
        return try await once(call, to: address, read)
      } catch {
        trouble = error
      }
      guard let retry = trouble.retry else { throw trouble.failure }
      // A try that took long before it failed counts as much as a wait.
      conduct.patience.spend(outlet.time.elapsed() - began)
      guard attempt < Backoff.tries else { throw trouble.failure }
      if retry.mayHaveArrived, !call.isRepeatable, look == nil { throw trouble.failure }
      let backoff = Backoff.seconds(after: attempt, fraction: outlet.random.fraction())
      try await wait(retry.seconds ?? backoff, for: trouble.failure)
      let mustLook = call.looksBeforeRetry || retry.mayHaveArrived && !call.isRepeatable
      if mustLook, let look, let found = try await look() { return found }
      attempt += 1
    }
  }

  /// One try, redirects followed.
  private func once<Answer>(
    _ call: Call, to address: Address, _ read: (Response) throws(Failure) -> Answer
  ) async throws(Trouble) -> Answer {
    var call = call
    let known = call.isPolled ? polled[address] : nil
    if let known { call.headers.append(Request.Header("If-None-Match", known.mark)) }
    var response = try await follow(call, to: address)
    serverTime = serverTime(response)
    if let pause = options.rates.pause(after: response, now: serverTime(response)) {
      restEnd = outlet.time.elapsed() + pause
    }
    if response.status == 304, let known {
      response = known.response
    } else if call.isPolled, response.status == 200 {
      polled[address] = response["etag"].map { ($0, response) }
    }
    if let trouble = trouble(with: response, of: call) { throw trouble }
    do throws(Failure) {
      return try read(response)
    } catch {
      // A 2xx that cannot be read may have been carried out: as if no answer had come.
      let retry = Trouble.Retry(seconds: nil, mayHaveArrived: true)
      throw Trouble(failure: error, retry: error.kind == .unreachable ? retry : nil)
    }
  }

  private func follow(_ call: Call, to address: Address) async throws(Trouble) -> Response {
    var request = request(for: call, to: address)
    for _ in 0...Client.redirectLimit {
      let response = try await exchange(request)
      guard (301...308).contains(response.status), response.status != 304, call.method == .get,
        let location = response["location"]
      else { return response }
      do throws(Problem) {
        let target = try request.address.resolving(location)
        if target.origin != request.address.origin { request.headers.removeAll { $0.isSecret } }
        request.address = target
      } catch {
        throw Trouble(failure: Failure(.unreachable, error.what, status: response.status))
      }
    }
    throw Trouble(failure: Failure(.unreachable, "the server redirects without an end"))
  }

  /// Sends one request, and writes down what came of it.
  private func exchange(_ request: Request) async throws(Trouble) -> Response {
    let began = outlet.time.elapsed()
    let time = outlet.time.now()
    var audit = AuditEntry(request, at: time, secrets: conduct.secrets)
    do throws(TransportFailure) {
      let response = try await outlet.transport.send(request)
      audit.take(response, seconds: outlet.time.elapsed() - began)
      outlet.voice.audit(audit.line)
      outlet.voice.detail(audit.text)
      if let promised = response["content-length"].flatMap({ Int($0) }),
        promised != response.body.count, response["content-encoding"] == nil,
        response.status != 304
      {
        throw TransportFailure("the answer is shorter than promised", mayHaveArrived: true)
      }
      return response
    } catch {
      audit.fail(error.what, seconds: outlet.time.elapsed() - began)
      outlet.voice.audit(audit.line)
      outlet.voice.detail(audit.text)
      throw Trouble(
        failure: Failure(.unreachable, error.what),
        retry: Trouble.Retry(seconds: nil, mayHaveArrived: error.mayHaveArrived))
    }
  }

  private func request(for call: Call, to address: Address) -> Request {
    var headers = [Request.Header("User-Agent", conduct.userAgent)]
    // A page's address comes from the server: the credential goes only where it is meant for.
    let isHome = address.origin == options.base.origin
    headers += options.headers.filter { isHome || !$0.isSecret } + call.headers
    var body: [UInt8] = []
    switch call.content {
    case .json(let bytes):
      headers.append(Request.Header("Content-Type", "application/json"))
      body = bytes
    case .form(let fields):
      headers.append(Request.Header("Content-Type", "application/x-www-form-urlencoded"))
      let pairs = fields.map { "\(Address.encoded($0))=\(Address.encoded($1))" }
      body = Array(pairs.joined(separator: "&").utf8)
    case .bytes(let bytes, let type):
      headers.append(Request.Header("Content-Type", type))
      body = bytes
    case .none: break
    }
    return Request(call.method, address, headers: headers, body: body)
  }

  // MARK: Answers

  /// What is wrong with `response`; nil for one to be read.
  private func trouble(with response: Response, of call: Call) -> Trouble? {
    let status = response.status
    if call.accepted.contains(status) { return nil }
    if (200...299).contains(status) { return trouble(withBodyOf: response, call) }
    if (300...399).contains(status) {
      return Trouble(
        failure: Failure(
          .notSignedIn, "the server sends us elsewhere (\(status))",
          remedy: "check the token, and the address of the API", status: status))
    }
    if let limit = options.rates.limit(response, now: serverTime(response)) {
      isCautious = true
      secondaryLimits += limit.isSecondary ? 1 : 0
      let seconds =
        limit.seconds ?? 60 * Double(1 << min(max(secondaryLimits - 1, 0), 6))
      return Trouble(
        failure: Failure(.unreachable, "the server's rate limit is reached", status: status),
        retry: Trouble.Retry(seconds: max(seconds, 1), mayHaveArrived: false))
    }
    switch status {
    case 401:
      var failure = Failure(
        .badCredential, "the server does not accept the token (401)",
        remedy: "check that it has not expired, and whose it is", status: status)
      failure.serverTime = response["date"].flatMap(HTTPDate.parse)
      return Trouble(failure: failure)
    case 403:
      isCautious = true
      let permission = options.rates.missingPermission(response)
      return Trouble(
        failure: Failure(
          .denied,
          "the token lacks a permission (403 for \(call.method.rawValue) \(call.path))",
          remedy: permission.map { "give it \($0)" }, status: status))
    case 404, 410:
      return Trouble(
        failure: Failure(
          .missing, "\(call.path) is not there, or the token may not see it (\(status))",
          status: status))
    case 409, 412:
      return Trouble(
        failure: Failure(.conflict, "the server's state changed (\(status))", status: status))
    case 408, 500...599:
      return Trouble(
        failure: Failure(.unreachable, "the server failed (\(status))", status: status),
        retry: Trouble.Retry(seconds: nil, mayHaveArrived: true))
    default:
      return Trouble(
        failure: Failure(
          .rejected,
          "the server does not take what was sent (\(status) for "
            + "\(call.method.rawValue) \(call.path))", status: status))
    }
  }

  /// A page in place of an answer means that we are not signed in.
  private func trouble(withBodyOf response: Response, _ call: Call) -> Trouble? {
    let type = response["content-type"]?.lowercased() ?? ""
    if type.hasPrefix("text/html"), call.expectation == .json || response.status == 203 {
      return Trouble(
        failure: Failure(
          .notSignedIn, "a page for people came in place of an answer",
          remedy: "check the token, and the address of the API", status: response.status))
    }
    guard call.expectation == .json, !type.contains("json") else { return nil }
    return Trouble(
      failure: Failure(.unreachable, "the answer is no JSON", status: response.status),
      retry: Trouble.Retry(seconds: nil, mayHaveArrived: true))
  }

  /// The server's clock: the ones of CI machines are often off.
  private func serverTime(_ response: Response) -> Timestamp {
    response["date"].flatMap(HTTPDate.parse) ?? outlet.time.now()
  }

  /// What the server's clock showed at its last answer.
  private(set) lazy var serverTime = outlet.time.now()

  // MARK: Waiting

  /// Keeps writes apart once there were many of them, or the server asked for less.
  private func pace(_ call: Call) async throws(Failure) {
    if let end = restEnd {
      restEnd = nil
      let rest = end - outlet.time.elapsed()
      let failure = Failure(.unreachable, "the server asks for a pause")
      if rest > 0 { try await wait(rest, for: failure) }
    }
    guard call.isWrite else { return }
    let now = outlet.time.elapsed()
    let due = (lastWrite ?? -.infinity) + options.writeSpacing
    if writes >= Client.freeWrites || isCautious, due > now {
      await outlet.time.sleep(seconds: due - now)
    }
    writes += 1
    lastWrite = outlet.time.elapsed()
  }

  /// - Throws: ``Failure`` of the kind `overBudget` instead of a wait that is too long.
  func wait(_ seconds: Double, for failure: Failure) async throws(Failure) {
    guard seconds <= conduct.patience.left else {
      var failure = failure
      failure.kind = .overBudget
      let text = NumberText.decimal(seconds, digits: 0)
      failure.problem.what += ", and the next try may be made in \(text) s at the earliest"
      failure.problem.remedy = "let it wait longer with --max-wait, or publish later"
      throw failure
    }
    conduct.patience.spend(seconds)
    outlet.voice.detail(
      "waiting \(NumberText.decimal(seconds, digits: 1)) s: \(failure.problem.what)")
    await outlet.time.sleep(seconds: seconds)
  }

  /// Prints a request that a dry run does not send.
  private func show(_ request: Request) {
    let secrets = conduct.secrets
    outlet.voice.answer(secrets.masked("\(request.method.rawValue) \(request.address)"))
    for header in request.headers {
      outlet.voice.answer(
        "\(header.name): \(header.isSecret ? "***" : secrets.masked(header.value))")
    }
    let body = String(decoding: request.body, as: UTF8.self)
    outlet.voice.answer(body.isEmpty ? "" : "\n\(secrets.masked(body))\n")
  }
}

/// What stands between a request and its answer.
private struct Trouble: Error {
  struct Retry {
    /// What the server asks for; nil leaves it to chance.
    var seconds: Double?
    /// Whether the request may have been carried out all the same.
    var mayHaveArrived: Bool
  }

  var failure: Failure
  /// nil where another try would fail like this one.
  var retry: Retry?
}
