internal import TidemarkModel
private import TidemarkSyntax

/// How a platform says that it has had enough.
package enum RateRules: Sendable {
  /// 429 with `Retry-After`, or with a header that tells when the limit is lifted.
  case plain
  /// The same, and 403 in two ways.
  ///
  /// - Source: https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
  case github
  /// As `plain`; before it is refused, a good answer asks with `Retry-After` to be left alone.
  ///
  /// - Source: https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits
  case azure

  struct Limit: Hashable, Sendable {
    /// nil where the server does not say: then 60, doubling.
    var seconds: Double?
    var isSecondary = false
  }

  /// - Parameter now: The server's clock.
  /// - Returns: nil for an answer that is about something else.
  func limit(_ response: Response, now: Timestamp) -> Limit? {
    let asked = response["retry-after"].flatMap { RateRules.seconds($0, now: now) }
    if response.status == 429 {
      return Limit(seconds: asked ?? RateRules.reset(response, now: now) ?? 60)
    }
    guard self == .github, response.status == 403 else { return nil }
    if response["x-ratelimit-remaining"] == "0" {
      return Limit(seconds: asked ?? RateRules.reset(response, now: now) ?? 60)
    }
    if let asked { return Limit(seconds: asked, isSecondary: true) }
    return RateRules.isSecondary(response) ? Limit(seconds: nil, isSecondary: true) : nil
  }

  /// Seconds until the next request may come, after an answer that is no refusal.
  func pause(after response: Response, now: Timestamp) -> Double? {
    guard self == .azure, (200...299).contains(response.status) else { return nil }
    return response["retry-after"].flatMap { RateRules.seconds($0, now: now) }
  }

  /// `120`, or a date.
  static func seconds(_ text: String, now: Timestamp) -> Double? {
    if let seconds = Double(text), seconds.isFinite { return max(seconds, 1) }
    return HTTPDate.parse(text).map { max($0.seconds(since: now), 1) }
  }

  /// Seconds until the moment (in seconds since 1970) that a header tells.
  private static func reset(_ response: Response, now: Timestamp) -> Double? {
    let text = response["x-ratelimit-reset"] ?? response["ratelimit-reset"]
    guard let text, let moment = Double(text), moment.isFinite, moment < 1e11 else { return nil }
    return max(moment - Double(now.millisecondsSince1970) / 1000, 1)
  }

  /// GitHub has no header for this one: it is told in words, and by the page that explains it.
  private static func isSecondary(_ response: Response) -> Bool {
    let text = String(decoding: response.body.prefix(4096), as: UTF8.self).lowercased()
    return text.contains("secondary rate limit") || text.contains("secondary-rate-limits")
  }

  /// GitHub names what would do: `issues=write; pull_requests=write`, each enough by itself.
  func missingPermission(_ response: Response) -> String? {
    guard self == .github, let header = response["x-accepted-github-permissions"],
      !header.isEmpty
    else { return nil }
    let alternatives = header.split(separator: ";").map { alternative in
      let lines = alternative.split(separator: ",").map { pair in
        "`" + pair.filter { $0 != " " }.replacing("=", with: ": ").replacing("_", with: "-") + "`"
      }
      return lines.joined(separator: " and ")
    }
    return alternatives.joined(separator: " or ") + " under permissions: in the workflow"
  }
}
