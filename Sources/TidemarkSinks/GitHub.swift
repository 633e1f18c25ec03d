package import TidemarkModel
package import TidemarkReport
private import TidemarkSyntax

/// github/: annotations for a check run, a job summary, and SARIF for code scanning.
package enum GitHub: Sink {
  package static let name = "github"
  /// Code scanning takes 10 MB, compressed; this many uncompressed are far below.
  ///
  /// - Source: https://docs.github.com/code-security/reference/code-scanning/sarif-files
  package static let byteBudget = 10_000_000
  /// Code scanning shows this many results of a run.
  private static let resultLimit = 5000
  /// More than anybody pages through; `publish` sends the first of them.
  private static let annotationLimit = 1000

  package static func render(
    _ report: Report, options: SinkOptions
  ) throws(Problem) -> Rendering {
    let findings = Finding.all(in: report)
    let summary = Summary.render(report, sink: name, path: "github/summary.md")
    let (annotations, annotated) = annotations(of: findings)
    let (sarif, kept) = sarif(of: findings, in: report)
    var cuts = summary.cuts
    for (what, count) in [("annotations", annotated), ("results.sarif", kept)]
    where count < findings.count {
      cuts.append(Cut(sink: name, what: what, kept: count, total: findings.count))
    }
    return Rendering(
      files: [
        OutputFile(path: "github/annotations.json", bytes: annotations),
        OutputFile(path: "github/results.sarif", bytes: sarif),
      ] + summary.files, cuts: cuts)
  }

  /// As the check runs API takes them.
  ///
  /// - Source: https://docs.github.com/rest/checks/runs
  private static func annotations(of findings: [Finding]) -> ([UInt8], kept: Int) {
    var json = JSONWriter(isIndented: true)
    let list = FindingList(count: annotationLimit, bytes: byteBudget - 131_072)
    let kept = list.write(findings, to: &json) { json, finding in
      json.object { json in
        json.member("path", finding.path)
        json.member("start_line", finding.line)
        json.member("end_line", finding.line)
        json.member("annotation_level", level(finding.level))
        json.member("message", String(SafeText.prefix(finding.message, bytes: 16_000)))
        json.member("title", SafeText.middleCut(finding.title, to: 120))
        if !finding.text.isEmpty {
          json.member("raw_details", String(SafeText.prefix(finding.text, bytes: 60_000)))
        }
      }
    }
    json.newLine()
    return (json.bytes, kept)
  }

  private static func level(_ level: Finding.Level) -> String {
    switch level {
    case .failure: "failure"
    case .warning: "warning"
    case .notice: "notice"
    }
  }

  /// SARIF 2.1.0, https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
  private static func sarif(of findings: [Finding], in report: Report) -> ([UInt8], kept: Int) {
    var json = JSONWriter(isIndented: true)
    var kept = 0
    json.object { json in
      json.member("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      json.member("version", "2.1.0")
      json.key("runs")
      json.array { json in
        json.object { json in
          json.key("tool")
          json.object { json in
            json.key("driver")
            json.object { json in writeDriver(report.generator, to: &json) }
          }
          json.key("automationDetails")
          json.object { json in json.member("id", "tidemark/\(report.key)/") }
          json.key("results")
          let list = FindingList(count: resultLimit, bytes: byteBudget - 131_072)
          kept = list.write(findings, to: &json, write)
        }
      }
    }
    json.newLine()
    return (json.bytes, kept)
  }

  private static func writeDriver(_ generator: Generator, to json: inout JSONWriter) {
    json.member("name", "Tidemark")
    json.member("version", generator.version)
    json.member("rules", array: Finding.Rule.allCases) { json, rule in
      json.object { json in
        json.member("id", rule.rawValue)
        json.key("shortDescription")
        json.object { json in json.member("text", rule.explanation) }
      }
    }
  }

  private static func write(to json: inout JSONWriter, _ finding: Finding) {
    json.object { json in
      json.member("ruleId", finding.rule.rawValue)
      json.member("ruleIndex", Finding.Rule.allCases.firstIndex(of: finding.rule))
      json.member("level", sarifLevel(finding.level))
      json.key("message")
      json.object { json in
        let text = "\(finding.title): \(finding.message)"
        json.member("text", plain(String(SafeText.prefix(text, bytes: 8000))))
      }
      json.key("locations")
      json.array { json in
        json.object { json in
          json.key("physicalLocation")
          json.object { json in
            json.key("artifactLocation")
            json.object { json in json.member("uri", uri(finding.path)) }
            json.key("region")
            json.object { json in json.member("startLine", finding.line) }
          }
        }
      }
      json.key("partialFingerprints")
      json.object { json in json.member("tidemark/v1", finding.fingerprint) }
    }
  }

  private static func sarifLevel(_ level: Finding.Level) -> String {
    switch level {
    case .failure: "error"
    case .warning: "warning"
    case .notice: "note"
    }
  }

  /// `text` without what a SARIF message takes for a link (section 3.11.6).
  private static func plain(_ text: String) -> String {
    var out = ""
    for character in text {
      if "\\[]".contains(character) { out.append("\\") }
      out.append(character)
    }
    return out
  }

  private static func uri(_ path: String) -> String {
    var out = ""
    for byte in path.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x2F, 0x5F, 0x7E:
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default: out += "%" + Digest.hex([byte]).uppercased()
      }
    }
    return out
  }
}
