internal import TidemarkModel
internal import TidemarkReport
internal import TidemarkSyntax

/// `feed.xml`: the open alerts as an Atom feed, the newest first.
///
/// An entry's id is made from what failed and since which run, so it is the same in every site that
/// shows the same alert, wherever that is served. Addresses are absolute where the site's own is
/// known, else relative to where the feed was fetched, as `xml:base` says.
///
/// - Source: <https://www.rfc-editor.org/rfc/rfc4287>, <https://www.w3.org/TR/xmlbase/>
struct AlertFeed {
  static let path = "feed.xml"
  private static let limit = 100

  private let context: SiteContext

  init(_ context: SiteContext) { self.context = context }

  private var report: Report { context.report }
  private var words: Words { context.words }

  func render() -> SiteFile {
    let open = Alert.all(context).filter(\.isOpen).reversed().prefix(AlertFeed.limit)
    let title = words.text(
      "feed.title", ["project": context.options.project ?? report.generator.name])
    var xml = XMLWriter()
    xml.raw(XMLWriter.declaration)
    xml.raw("<feed xmlns=\"http://www.w3.org/2005/Atom\"")
    xml.attribute("xml:lang", words.text("lang"))
    if report.links.site == nil { xml.attribute("xml:base", "./") }
    xml.raw(">\n")
    element("id", AlertFeed.name(["feed", report.key, context.options.project ?? ""]), to: &xml)
    element("title", title, to: &xml)
    element("subtitle", words.count("alerts.open", open.count), to: &xml)
    let newest = open.map(updated).max() ?? report.run.time
    element("updated", TimeText.rfc3339(newest), to: &xml)
    xml.raw("<author>")
    element("name", context.options.project ?? report.generator.name, to: &xml)
    xml.raw("</author>\n<generator")
    xml.attribute("version", report.generator.version)
    xml.raw(">")
    xml.text(report.generator.name)
    xml.raw("</generator>\n")
    link("self", AlertFeed.path, to: &xml)
    link("alternate", "alerts.html", to: &xml)
    for alert in open { entry(alert, to: &xml) }
    xml.raw("</feed>\n")
    return SiteFile(path: AlertFeed.path, bytes: xml.bytes)
  }

  private func entry(_ alert: Alert, to xml: inout XMLWriter) {
    let id: Identifier
    let name: String
    let state: String
    let term: String
    let path: String
    switch alert.subject {
    case .test(let index):
      let test = report.tests[index]
      (id, name, term) = (test.id, context.testName(test), test.state.rawValue)
      state = words.text(test.state.mark.key)
      path = context.testAddresses[index] ?? "tests.html"
    case .series(let index):
      let series = report.series[index]
      (id, name, term) = (series.id, context.seriesName(series), series.state.rawValue)
      state = words.text(series.state.mark.key)
      path = context.seriesPaths[index]
    }
    let time = TimeText.rfc3339(updated(alert))
    xml.raw("<entry>\n")
    element(
      "id", AlertFeed.name(["alert", report.key, id.description, alert.since?.run ?? ""]), to: &xml)
    element("title", words.text("feed.entry", ["state": state, "name": name]), to: &xml)
    element("published", time, to: &xml)
    element("updated", time, to: &xml)
    xml.raw("<category")
    xml.attribute("term", term)
    xml.raw("/>\n")
    link("alternate", path, to: &xml)
    xml.raw("<content type=\"html\">")
    xml.text(content(alert.subject))
    xml.raw("</content>\n</entry>\n")
  }

  /// What happened, as markup: the text of an element of type `html` is escaped once more.
  private func content(_ subject: Alert.Subject) -> String {
    var html: [UInt8] = []
    func paragraph(_ value: Value) {
      guard value.isTruthy else { return }
      html += "<p>".utf8
      switch value {
      case .text(let text): HTML.append(text, to: &html)
      case .html(let markup): html += markup
      default: break
      }
      html += "</p>".utf8
    }
    switch subject {
    case .test(let index):
      let test = report.tests[index]
      paragraph(Value(context.firstLine(test.detail)))
      paragraph(context.since(test.since))
      paragraph(.text(context.testPlace(test)))
    case .series(let index):
      let series = report.series[index]
      paragraph(context.sentence(series))
      paragraph(context.prose(series.explanation))
      paragraph(.text(context.seriesPlace(series)))
    }
    return String(decoding: html, as: UTF8.self)
  }

  /// When it began: an entry does not become new again while its alert stands.
  private func updated(_ alert: Alert) -> Timestamp { alert.since?.time ?? report.run.time }

  private func element(_ name: StaticString, _ text: String, to xml: inout XMLWriter) {
    xml.raw("<")
    xml.raw(name)
    xml.raw(">")
    xml.text(text)
    xml.raw("</")
    xml.raw(name)
    xml.raw(">\n")
  }

  private func link(_ relation: String, _ path: String, to xml: inout XMLWriter) {
    xml.raw("<link")
    xml.attribute("rel", relation)
    xml.attribute("href", report.links.site.map { "\($0)/\(path)" } ?? path)
    xml.raw("/>\n")
  }

  /// A name that depends on `parts` alone: a UUID of version 8, its bits from SHA-256.
  ///
  /// - Source: <https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8>
  static func name(_ parts: [String]) -> String {
    var json = JSONWriter()
    json.array(parts) { $0.string($1) }
    var digest = Digest()
    digest.update(json.bytes)
    var bytes = Array(digest.finish().prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    let hex = Array(Digest.hex(bytes).utf8)
    let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map {
      String(decoding: hex[$0], as: UTF8.self)
    }
    return "urn:uuid:" + groups.joined(separator: "-")
  }
}
