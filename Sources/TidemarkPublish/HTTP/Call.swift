private import TidemarkModel
package import TidemarkSyntax

/// One thing to ask of a platform, before it is known how often it must be asked.
package struct Call: Sendable {
  package enum Content: Sendable {
    case json([UInt8])
    /// `application/x-www-form-urlencoded`
    case form([(String, String)])
    case bytes([UInt8], type: String)
    case none
  }

  /// What an answer of 2xx must be; another one is a failure and not an empty result.
  package enum Expectation: Hashable, Sendable {
    case json
    /// Whatever it is, it is not looked at.
    case anything
  }

  package var method: Request.Method
  /// Behind the client's base, percent-encoded.
  package var path: String
  package var query: [(String, String)] = []
  package var headers: [Request.Header] = []
  package var content = Content.none
  package var expectation = Expectation.json
  /// Statuses beyond 2xx that are an answer too (Jenkins' 303).
  package var accepted: Set<Int> = []
  /// Whether carrying it out twice leaves more than once would. Every POST and PATCH does, unless
  /// its maker knows better: setting a text to the same text again does no harm.
  package var isRepeatable: Bool
  /// Whether what others did meanwhile may forbid another try: it is looked before each, also before
  /// one of a call that never arrived or is repeatable.
  package var looksBeforeRetry = false
  /// Whether it is asked again and again: a server that gave its answer a mark is asked for another
  /// one only, which costs nothing of its limits.
  package var isPolled = false

  package init(_ method: Request.Method, _ path: String, query: [(String, String)] = []) {
    self.method = method
    self.path = path
    self.query = query
    isWrite = method != .get
    isRepeatable = method != .post && method != .patch
  }

  /// As ``init(_:_:query:)``, with a JSON object as its content.
  package init(_ method: Request.Method, _ path: String, json: (inout JSONWriter) -> Void) {
    self.init(method, path)
    var writer = JSONWriter()
    writer.object(json)
    content = .json(writer.bytes)
  }

  /// Whether it changes anything: a dry run does not send it, and others are not crowded by it.
  package var isWrite: Bool
}

extension Response {
  /// Reads the body as JSON.
  ///
  /// - Parameter body: Must not keep the value; see ``Failure/unreadable(_:)``.
  /// - Throws: ``Failure`` of the kind `unreachable`: an answer that cannot be read is none.
  package func json<Answer>(
    _ body: (JSONValue) throws(Failure) -> Answer
  ) throws(Failure) -> Answer {
    let result: Result<Answer, Failure>
    do throws(Problem) {
      result = try JSONReader.read(self.body, count: self.body.count) { (root, _) in
        do throws(Failure) {
          return .success(try body(root))
        } catch { return .failure(error) }
      }
    } catch {
      throw Failure.unreadable(error.what)
    }
    return try result.get()
  }
}
