internal import Foundation
internal import Testing
internal import TidemarkConfig
internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

@testable internal import TidemarkPublish

@Suite struct WebhookTests {
  private func publication(_ report: Report) throws -> Publication {
    try Publication(report, key: "main", facts: TestedRun(), folder: "")
  }

  private func object(_ bytes: [UInt8]) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  @Test("a message's code is what RFC 4231 says")
  func code() {
    let first = MessageCode.make(of: Array("Hi There".utf8), key: Array(repeating: 0x0B, count: 20))
    #expect(
      Digest.hex(first) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    let short = MessageCode.make(
      of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(
      Digest.hex(short) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let long = MessageCode.make(
      of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      key: Array(repeating: 0xAA, count: 131))
    #expect(
      Digest.hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test("the addresses of the services tell the form")
  func forms() {
    #expect(WebhookTarget.Form.usual(at: "hooks.slack.com") == .slack)
    #expect(WebhookTarget.Form.usual(at: "x.webhook.office.com") == .teams)
    #expect(WebhookTarget.Form.usual(at: "prod-1.westeurope.logic.azure.com") == .teams)
    #expect(WebhookTarget.Form.usual(at: "hooks.slack.com.example.org") == .generic)
  }

  @Test("the generic form has the gist, and stays within its budget", arguments: [0, 3, 3000])
  func generic(failing: Int) throws {
    let report = SampleReport.report(
      failing: failing, name: { "a rather long name of test \($0) \u{202E}<b>" })
    let bytes = WebhookMessage(try publication(report)).generic()
    #expect(bytes.count <= WebhookMessage.genericBudget)
    let root = try object(bytes)
    #expect(root["schema"] as? String == "tidemark.webhook/1")
    #expect(root["verdict"] as? String == "fail")
    #expect(root["findings_total"] as? Int == failing + 1)
    #expect((root["run"] as? [String: Any])?["commit"] as? String == SampleReport.commit)
    #expect(
      (root["findings"] as? [Any])?.count
        == min(failing + 1, (root["findings"] as? [Any])?.count ?? 0))
  }

  @Test("Slack's blocks keep their limits, and text in them is plain", arguments: [0, 2, 500])
  func slack(failing: Int) throws {
    let report = SampleReport.report(
      failing: failing,
      name: { "<!channel> *bold* \($0) " + String(repeating: "ä", count: 400) })
    let root = try object(WebhookMessage(try publication(report)).slack())
    let blocks = try #require(root["blocks"] as? [[String: Any]])
    #expect(blocks.map { $0["type"] as? String } == ["header", "section", "actions"])
    for block in blocks {
      guard let text = block["text"] as? [String: Any] else { continue }
      #expect(text["type"] as? String == "plain_text")
      let limit = block["type"] as? String == "header" ? 150 : 3000
      #expect((text["text"] as? String ?? "").count <= limit)
    }
    #expect(root["mrkdwn"] as? Bool == false)
    #expect(!(root["text"] as? String ?? "").contains("<"))
  }

  @Test("Teams' card has no block that reads Markdown, and fits", arguments: [0, 2, 500])
  func teams(failing: Int) throws {
    let report = SampleReport.report(
      failing: failing,
      name: { "[x](https://evil.example) \($0) " + String(repeating: "字", count: 400) })
    let bytes = WebhookMessage(try publication(report)).teams()
    #expect(bytes.count <= WebhookMessage.teamsBudget)
    let attachment = try #require((try object(bytes)["attachments"] as? [[String: Any]])?.first)
    let card = try #require(attachment["content"] as? [String: Any])
    let body = try #require(card["body"] as? [[String: Any]])
    #expect(body.allSatisfy { $0["type"] as? String == "RichTextBlock" })
  }

  // MARK: Sending

  private static let address = "http://127.0.0.1:1/services/T0/B0/secretpart?sig=othersecret"

  private func send(
    _ outlet: FakeOutlet, form: String = "generic", isDryRun: Bool = false
  ) async throws -> PartOutcome {
    var scene = try outlet.scene(["WEBHOOK_URL": Self.address, "WEBHOOK_SECRET": "key-of-ours"])
    scene.options.others["webhook-form"] = form
    scene.conduct.isDryRun = isDryRun
    let target = try WebhookTarget(
      publication(SampleReport.report()), run: TestedRun(), in: scene)
    return try await target.publish(.summary)
  }

  @Test("a delivery is signed over time and body, and a repetition is the same delivery")
  func signature() async throws {
    let outlet = FakeOutlet([
      .failure(TransportFailure("the connection broke", mayHaveArrived: true)),
      .success(Response(status: 503)), .success(Response(status: 200, body: Array("ok".utf8))),
    ])
    #expect(try await send(outlet) == .done("sent (generic)"))
    #expect(outlet.requests.count == 3)
    let request = outlet.requests[0]
    func header(_ name: String) -> String? { request.headers.first { $0.name == name }?.value }
    let time = try #require(header("X-Timestamp"))
    let code = MessageCode.make(
      of: Array("\(time).".utf8) + request.body, key: Array("key-of-ours".utf8))
    #expect(header("X-Signature-256") == "sha256=\(Digest.hex(code))")
    #expect(header("X-Delivery-Id")?.count == 36)
    #expect(Set(outlet.requests).count == 1)
  }

  @Test(
    "a channel that may have got the message does not get it twice", arguments: ["slack", "teams"])
  func once(form: String) async throws {
    let lost = FakeOutlet([
      .failure(TransportFailure("the connection broke", mayHaveArrived: true))
    ])
    await #expect(throws: Failure.self) { try await self.send(lost, form: form) }
    #expect(lost.requests.count == 1)
    let limited = FakeOutlet([
      .success(Response(status: 429, headers: [(name: "Retry-After", value: "3")])),
      .success(Response(status: 200, body: Array("ok".utf8))),
    ])
    _ = try await send(limited, form: form)
    #expect(limited.waits == [3] && limited.requests.count == 2)
  }

  @Test("a receiver whose clock is another gets the delivery by its own clock")
  func skew() async throws {
    let outlet = FakeOutlet { request in
      let time = request.headers.first { $0.name == "X-Timestamp" }?.value
      let date = (name: "Date", value: "Fri, 15 Jan 2027 09:00:00 GMT")
      return .success(
        .json("{}", status: time == "1800003600" ? 200 : 401, headers: [date]))
    }
    #expect(try await send(outlet) == .done("sent (generic)"))
    #expect(outlet.requests.count == 2)
  }

  @Test("nothing of the address or the key is ever shown", arguments: [200, 404, 500])
  func secrets(status: Int) async throws {
    let outlet = FakeOutlet([.success(.json("{}", status: status))])
    var text = ""
    do throws(any Error) {
      _ = try await send(outlet)
    } catch { text = "\(error)" }
    let dry = FakeOutlet([.success(.json("{}"))])
    _ = try await send(dry, isDryRun: true)
    for secret in ["secretpart", "othersecret", "key-of-ours"] {
      #expect(!outlet.everything.contains(secret) && !dry.everything.contains(secret))
      #expect(!text.contains(secret))
    }
    #expect(dry.requests.isEmpty && !dry.answers.isEmpty)
  }
}

/// The built program against a receiver that checks signatures.
@Suite(.enabled(if: MockForge.isAvailable), .serialized)
struct WebhookSharedTests {
  @Test(
    "a delivery arrives, is known when it comes again, and lets no key out",
    arguments: [
      nil, "lost times=1", "502 times=2", "429 retry-after=1 times=1", "skew seconds=4000",
      "drop times=1", "reset times=1",
    ])
  func delivers(fault: String?) async throws {
    let forge = try await MockForge(faults: fault.map { [$0] } ?? [])
    let answer = try await forge.publish(
      ["webhook"], SampleReport.report(),
      environment: [
        "WEBHOOK_URL": forge.address("/hook/generic"), "WEBHOOK_SECRET": "hooksecret",
      ])
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(!answer.everything.contains("hooksecret") && !answer.everything.contains("/hook/"))
    #expect(try await forge.state("deliveries").count == 1)
  }

  @Test("a wrong key is an error, no address is wrong usage of it")
  func wrong() async throws {
    let forge = try await MockForge()
    let answer = try await forge.publish(
      ["webhook"], SampleReport.report(),
      environment: [
        "WEBHOOK_URL": forge.address("/hook/generic"), "WEBHOOK_SECRET": "another-key",
      ])
    #expect(answer.status == 4 && !answer.everything.contains("another-key"))
    let none = try await forge.publish(["webhook"], SampleReport.report(), environment: [:])
    #expect(none.status == 4 && none.errors.contains("WEBHOOK_URL"))
  }
}
