internal import TidemarkModel
private import TidemarkSyntax

/// One request in `--audit-log`: what was asked of whom and what came of it. No header and no body
/// stand in it.
struct AuditEntry {
  private let time: Timestamp
  private let method: String
  private let origin: String
  private let path: String
  private let sent: Int
  private var status: Int?
  private var requestID: String?
  private var received: Int?
  private var seconds = 0.0
  private var failure: String?

  init(_ request: Request, at time: Timestamp, secrets: Secrets) {
    self.time = time
    method = request.method.rawValue
    origin = request.address.origin
    // A query may hold a token (a trigger's does) that nobody has named as one.
    let query = request.address.query == nil ? "" : "?…"
    path = secrets.masked(request.address.path + query)
    sent = request.body.count
  }

  mutating func take(_ response: Response, seconds: Double) {
    status = response.status
    received = response.body.count
    self.seconds = seconds
    let names = ["x-github-request-id", "x-request-id", "activityid", "x-vss-e2eid"]
    requestID = names.lazy.compactMap { response[$0] }.first.map {
      String(SafeText.prefix(SafeText.oneLine($0), bytes: 100))
    }
  }

  mutating func fail(_ what: String, seconds: Double) {
    failure = what
    self.seconds = seconds
  }

  /// `GET https://api.github.com:443/repos/o/r: 200`
  var text: String {
    "\(method) \(origin)\(path): " + (failure ?? status.map { String($0) } ?? "")
  }

  var line: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("time", TimeText.rfc3339(time))
      json.member("program", "tidemark-publish")
      json.member("method", method)
      json.member("server", origin)
      json.member("path", path)
      json.member("status", status)
      json.member("request_id", requestID)
      json.member("bytes_sent", sent)
      json.member("bytes_received", received)
      json.member("duration_s", seconds)
      if let failure { json.member("failure", failure) }
    }
    json.newLine()
    return json.bytes
  }
}
