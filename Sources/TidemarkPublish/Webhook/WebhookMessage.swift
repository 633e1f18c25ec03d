private import TidemarkModel
private import TidemarkReport
private import TidemarkSinks
private import TidemarkSyntax

/// A report's gist as the JSON that receivers take. Text from outside stands only where the receiver
/// takes it for plain text.
struct WebhookMessage {
  /// Bytes of the generic form; many receivers take no more than 64 KiB or 100 KiB.
  static let genericBudget = 60_000
  /// Teams refuses messages from 28 KB on.
  ///
  /// - Source: https://learn.microsoft.com/microsoftteams/limits-specifications-teams
  static let teamsBudget = 24_000
  /// Characters of one block of text, and of a header.
  ///
  /// - Source: https://docs.slack.dev/reference/block-kit/blocks/section-block/
  private static let slackSection = 3000
  private static let slackHeader = 150
  private static let shownFindings = 10

  private let publication: Publication
  private let findings: [Finding]

  init(_ publication: Publication) {
    self.publication = publication
    findings = publication.findings
  }

  // MARK: Our own form

  func generic() -> [UInt8] {
    let report = publication.report
    var json = JSONWriter()
    json.object { json in
      json.member("schema", "tidemark.webhook/1")
      json.member("event", "report")
      json.member("key", publication.key)
      json.member("verdict", report.verdict.rawValue)
      json.member("headline", publication.headline(limit: 500))
      json.member("run", object: { writeRun(&$0) })
      json.member("tests", object: { writeTests(&$0) })
      json.member("benchmarks", object: { writeBenchmarks(&$0) })
      json.member("reasons", array: report.reasons.prefix(20)) { json, reason in
        json.object { json in
          json.member("code", reason.code.rawValue)
          json.member("message", WebhookMessage.short(reason.message, 500))
        }
      }
      json.member(
        "links",
        object: { json in
          json.member("site", report.links.site)
          json.member("run", report.links.run)
        })
      json.member("findings_total", findings.count)
      json.key("findings")
      json.array { json in
        for finding in findings where json.bytes.count < WebhookMessage.genericBudget - 4000 {
          WebhookMessage.write(finding, to: &json)
        }
      }
    }
    return json.bytes
  }

  private func writeRun(_ json: inout JSONWriter) {
    let run = publication.report.run
    json.member("id", WebhookMessage.short(run.id, 200))
    json.member("attempt", run.attempt)
    json.member("time", TimeText.rfc3339(run.time))
    json.member("commit", run.commit)
    json.member("branch", run.branch.map { WebhookMessage.short($0, 250) })
    json.member("base", run.base.map { WebhookMessage.short($0, 250) })
    json.member("pull_request", run.pullRequest)
    json.member("url", run.url)
  }

  private func writeTests(_ json: inout JSONWriter) {
    let totals = publication.report.testTotals
    json.member("total", totals.counts.total)
    json.member("passed", totals.counts.passed)
    json.member("failed", totals.counts.failed)
    json.member("errored", totals.counts.errored)
    json.member("skipped", totals.counts.skipped)
    json.member("newly_failing", totals.newlyFailing)
    json.member("still_failing", totals.stillFailing)
    json.member("fixed", totals.fixed)
    json.member("flaky", totals.flaky)
  }

  private func writeBenchmarks(_ json: inout JSONWriter) {
    let totals = publication.report.seriesTotals
    json.member("series", totals.series)
    json.member("regressed", totals.regressed)
    json.member("suspected", totals.suspected)
    json.member("improved", totals.improved)
    json.member("missing", totals.missing)
  }

  private static func write(_ finding: Finding, to json: inout JSONWriter) {
    let level =
      switch finding.level {
      case .failure: "failure"
      case .warning: "warning"
      case .notice: "notice"
      }
    json.object { json in
      json.member("fingerprint", finding.fingerprint)
      json.member("rule", finding.rule.rawValue)
      json.member("level", level)
      json.member("state", finding.state)
      json.member("title", short(finding.title, 300))
      json.member("message", short(finding.message, 600))
      json.member("path", short(finding.path, 300))
      json.member("line", finding.line)
    }
  }

  /// At most `bytes` of UTF-8.
  private static func short(_ text: String, _ bytes: Int) -> String {
    String(SafeText.prefix(SafeText.oneLine(text), bytes: bytes))
  }

  // MARK: Slack

  /// - Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
  func slack() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      // What a notification shows; not read as mark-up.
      json.member("text", WebhookMessage.slackSafe(publication.headline(limit: 300)))
      json.member("mrkdwn", false)
      json.key("blocks")
      json.array { json in
        block("header", publication.headline(limit: WebhookMessage.slackHeader), &json)
        if !lines.isEmpty {
          block("section", text(limit: WebhookMessage.slackSection), &json)
        }
        if let address = publication.address { button(address, &json) }
      }
    }
    return json.bytes
  }

  private func block(_ type: String, _ text: String, _ json: inout JSONWriter) {
    json.object { json in
      json.member("type", type)
      json.member("text", object: { WebhookMessage.plain(text, &$0) })
    }
  }

  private func button(_ address: String, _ json: inout JSONWriter) {
    json.object { json in
      json.member("type", "actions")
      json.key("elements")
      json.array { json in
        json.object { json in
          json.member("type", "button")
          json.member("text", object: { WebhookMessage.plain("Report", &$0) })
          json.member("url", address)
        }
      }
    }
  }

  private static func plain(_ text: String, _ json: inout JSONWriter) {
    json.member("type", "plain_text")
    json.member("text", text)
    json.member("emoji", false)
  }

  /// - Source: https://docs.slack.dev/messaging/formatting-message-text/#escaping
  private static func slackSafe(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("@", with: "@\u{2060}")
  }

  // MARK: Teams

  /// - Source: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
  func teams() -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.member("type", "message")
      json.key("attachments")
      json.array { json in
        json.object { json in
          json.member("contentType", "application/vnd.microsoft.card.adaptive")
          json.member("content", object: { card(&$0) })
        }
      }
    }
    return json.bytes
  }

  private func card(_ json: inout JSONWriter) {
    json.member("$schema", "http://adaptivecards.io/schemas/adaptive-card.json")
    json.member("type", "AdaptiveCard")
    json.member("version", "1.4")
    json.key("body")
    json.array { json in
      WebhookMessage.run(publication.headline(limit: 300), isBold: true, &json)
      for line in shown(bytes: WebhookMessage.teamsBudget - 4000) {
        WebhookMessage.run(line, isBold: false, &json)
      }
    }
    if let address = publication.address {
      json.key("actions")
      json.array { json in
        json.object { json in
          json.member("type", "Action.OpenUrl")
          json.member("title", "Report")
          json.member("url", address)
        }
      }
    }
  }

  /// A paragraph in which nothing is mark-up: a block of text would read Markdown.
  private static func run(_ text: String, isBold: Bool, _ json: inout JSONWriter) {
    json.object { json in
      json.member("type", "RichTextBlock")
      json.key("inlines")
      json.array { json in
        json.object { json in
          json.member("type", "TextRun")
          json.member("text", text)
          if isBold { json.member("weight", "Bolder") }
        }
      }
    }
  }

  // MARK: What both say

  private var lines: [String] {
    findings.map { WebhookMessage.short("\($0.title): \($0.message)", 400) }
  }

  /// The worst findings, and how many there are more.
  private func shown(bytes: Int) -> [String] {
    var shown: [String] = []
    var left = bytes
    for line in lines.prefix(WebhookMessage.shownFindings) {
      left -= line.utf8.count + 150
      guard left > 0 else { break }
      shown.append(line)
    }
    let more = findings.count - shown.count
    return more > 0 ? shown + ["\(NumberText.count(more)) more in the full report"] : shown
  }

  private func text(limit: Int) -> String {
    // A character is at least a byte: what fits in bytes fits in characters.
    shown(bytes: limit - 100).map { "• \($0)" }.joined(separator: "\n")
  }
}
