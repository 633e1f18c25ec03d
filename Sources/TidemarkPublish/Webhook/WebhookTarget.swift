private import TidemarkConfig
private import TidemarkModel
internal import TidemarkSyntax

/// Any server that takes a report's gist as JSON: a receiver of our own form, signed, or a channel of
/// Slack or Teams.
package final class WebhookTarget: Target {
  package static let name = "webhook"
  package static let parts: [PublishedPart] = [.summary]
  package static let defaults: Set<PublishedPart> = [.summary]
  /// Not a token but the key of the signature.
  package static let tokenVariables = ["WEBHOOK_SECRET"]

  enum Form: String, CaseIterable {
    case generic, slack, teams

    /// What the services' own addresses end in.
    static func usual(at host: String) -> Form {
      if host == "hooks.slack.com" || host == "hooks.slack-gov.com" { return .slack }
      let teams = [".webhook.office.com", ".logic.azure.com", ".api.powerplatform.com"]
      return teams.contains { host.hasSuffix($0) } ? .teams : .generic
    }
  }

  private let scene: Scene
  private let publication: Publication
  private let client: Client
  private let path: String
  private let form: Form

  package init(_ publication: Publication, run: TestedRun, in scene: Scene) throws(Failure) {
    var scene = scene
    self.publication = publication
    var address = try WebhookTarget.address(in: scene)
    // Who knows such an address may write there.
    for part in [address.path, address.query ?? "", address.description] where part != "/" {
      scene.conduct.secrets.insert(part)
    }
    path = address.path.hasSuffix("/") ? "/" : ""
    if path == "/" { address.path.removeLast() }
    form = try WebhookTarget.form(in: scene, at: address.host)
    client = scene.client(ClientOptions(base: address, headers: []))
    self.scene = scene
  }

  private static func address(in scene: Scene) throws(Failure) -> Address {
    let name = scene.config.authentication["webhook_url"] ?? "WEBHOOK_URL"
    guard let text = scene.options.apiURL ?? scene.variables[name] else {
      throw Failure(
        .refused, "it is not known where the webhook is",
        remedy: "set the variable \(name) (or give --api-url, if everybody may know the address)")
    }
    do throws(Problem) {
      return try Address(text)
    } catch {
      // The problem's text would show the address.
      throw Failure(
        .refused, "the webhook's address is none", remedy: "write it as in https://example.org/hook"
      )
    }
  }

  private static func form(in scene: Scene, at host: String) throws(Failure) -> Form {
    guard let name = scene.options.others["webhook-form"] else { return Form.usual(at: host) }
    guard let form = Form(rawValue: name) else {
      throw Failure(
        .refused, "`\(SafeText.oneLine(name))` is no form of a webhook",
        remedy: "give one of " + Form.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return form
  }

  package func publish(_ part: PublishedPart) async throws(Failure) -> PartOutcome {
    do throws(Failure) {
      switch form {
      case .generic: try await sendSigned()
      case .slack: try await send(WebhookMessage(publication).slack())
      case .teams: try await send(WebhookMessage(publication).teams())
      }
    } catch {
      throw told(error)
    }
    return .done("sent (\(form.rawValue))")
  }

  /// A refusal in the words of who has no token but an address and a key.
  private func told(_ failure: Failure) -> Failure {
    var failure = failure
    switch failure.kind {
    case .denied, .badCredential, .missing, .rejected:
      let status = failure.status.map { " (\($0))" } ?? ""
      failure.kind = .rejected
      failure.problem.what = "the webhook's receiver refuses the delivery\(status)"
      failure.problem.remedy =
        form == .generic
        ? "check the address, and that WEBHOOK_SECRET is the key that the receiver knows"
        : "check the address; make a new webhook if that one was removed"
    default: break
    }
    return failure
  }

  /// These services know no delivery's number: one that may have arrived is not sent again.
  private func send(_ body: [UInt8]) async throws(Failure) {
    var call = Call(.post, path)
    call.content = .bytes(body, type: "application/json")
    try await client.perform(call)
  }

  private func sendSigned() async throws(Failure) {
    let body = WebhookMessage(publication).generic()
    do throws(Failure) {
      try await client.perform(signed(body, at: client.outlet.time.now()))
    } catch {
      // A receiver does not take what is minutes away from its own clock.
      guard error.kind == .badCredential, let time = error.serverTime else { throw error }
      try await client.perform(signed(body, at: time))
    }
  }

  /// A receiver that got it twice knows it by its number, so that it may be sent again.
  private func signed(_ body: [UInt8], at time: Timestamp) -> Call {
    var call = Call(.post, path)
    call.content = .bytes(body, type: "application/json")
    call.isRepeatable = true
    let seconds = String(time.millisecondsSince1970 / 1000)
    call.headers = [
      Request.Header("X-Event", "report"), Request.Header("X-Delivery-Id", delivery(of: body)),
      Request.Header("X-Timestamp", seconds),
    ]
    if let secret = scene.token(WebhookTarget.self) {
      let code = MessageCode.make(of: Array("\(seconds).".utf8) + body, key: Array(secret.utf8))
      call.headers.append(Request.Header("X-Signature-256", "sha256=\(Digest.hex(code))"))
    }
    return call
  }

  /// In the form of a UUID; the same report has the same.
  private func delivery(of body: [UInt8]) -> String {
    let digits = Array(Digest.hex(of: body).prefix(32))
    let parts = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
    return parts.map { String($0) }.joined(separator: "-")
  }
}
