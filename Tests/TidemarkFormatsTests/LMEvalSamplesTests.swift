import FoundationEssentials
import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct LMEvalSamplesTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "tidemark-lm-eval-\(UInt64.random(in: .min ... .max))")

  /// The results of a file of `text`, beside others by their names.
  private func read(_ name: String, _ text: String, beside others: [String: String]) throws
    -> Results
  {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in others {
      try Data(text.utf8).write(to: folder.appending(path: name))
    }
    let path = folder.appending(path: name)
    try Data(text.utf8).write(to: path)
    return try LMEval.read(InputFile(path: path.path))
  }

  @Test("the samples of the same date beside the results are their items, each filter's own")
  func besides() throws {
    let samples = """
      {"doc_id":0,"doc":{"q":"a"},"target":"1","filter":"strict","metrics":["em"],"doc_hash":"h0","em":1.0}
      {"doc_id":1,"doc":{"q":"b"},"target":"2","filter":"strict","metrics":["em"],"doc_hash":"h1","em":0.0}
      {"doc_id":0,"doc":{"q":"a"},"target":"1","filter":"loose","metrics":["em"],"doc_hash":"h0","em":1.0}
      {"doc_id":1,"doc":{"q":"b"},"target":"2","filter":"loose","metrics":["em"],"doc_hash":"h1","em":1.0}
      """
    let results = try read(
      "results_2026-01-02T03-04-05.678.json",
      """
      {"results":{"a_b":{"alias":"a_b","em,strict":0.5,"em_stderr,strict":0.5,"em,loose":1.0}},
      "config":{"model":"hf","model_args":{"pretrained":"o/m"}},"model_name":"o/m"}
      """,
      beside: [
        "samples_a_b_2026-01-02T03-04-05.678.jsonl": samples,
        "samples_a_b_2025-01-01T00-00-00.000.jsonl": "{",
      ])
    #expect(results.measurements.map { $0.items.map(\.score) } == [[1, 0], [1, 1]])
    #expect(results.measurements.map(\.n) == [2, 2])
    #expect(results.problems.isEmpty)
  }

  @Test("before 0.4.3: an array named by the model's arguments, without the filters' names")
  func arrays() throws {
    let results = try read(
      "results.json",
      """
      {"results":{"t":{"alias":"t","em,strict":0,"em,loose":0.5}},"versions":{"t":1},
      "config":{"model":"hf","model_args":"pretrained=o/m"}}
      """,
      beside: [
        "pretrained__o__m_t.jsonl": """
        [{"doc_id":0,"doc":{},"em":0.0},{"doc_id":1,"doc":{},"em":0.0},
        {"doc_id":0,"doc":{},"em":1.0},{"doc_id":1,"doc":{},"em":0.0}]
        """
      ])
    #expect(results.measurements.map { $0.items.map(\.score) } == [[0, 0], [1, 0]])
    #expect(results.measurements[0].labels["model"] == "o/m")
  }

  @Test("scores of which the value is not the mean are no items")
  func notTheMean() throws {
    let text = """
      {"results":{"t":{"perplexity,none":7.389,"acc,none":0.5}},"n-shot":{"t":0},"samples":{"t":[
      {"doc_id":0,"filter":"none","perplexity":-1.0,"acc":1.0},
      {"doc_id":1,"filter":"none","perplexity":-3.0,"acc":0.0}]}}
      """
    let results = try LMEval.read(memory(text))
    #expect(results.measurements.map { $0.items.count } == [0, 2])
    #expect(results.measurements[0].direction == .lower)
  }

  @Test("samples that cannot be read are said and no more")
  func unreadable() throws {
    let results = try read(
      "results_1.json", #"{"results":{"t":{"acc,none":0.5}},"n-shot":{"t":0}}"#,
      beside: ["samples_t_1.jsonl": "[{"])
    #expect(results.measurements.map(\.value) == [0.5])
    #expect(results.problems.map(\.isBlocking) == [false])
    #expect(results.problems[0].message.hasPrefix("samples_t_1.jsonl beside it"))
  }

  @Test("a name drawn for a model without one is none, and `--predict_only` has no score")
  func drawnNames() throws {
    let text = """
      {"results":{"t":{"alias":"t","bypass,none":999,"acc,none":0.5}},"n-shot":{"t":0},
      "config":{"model":"dummy","model_args":{}},"model_source":"dummy","model_name":"x7k2p9ab"}
      """
    let results = try LMEval.read(memory(text))
    #expect(results.measurements.map(\.metric) == ["acc"])
    let none = #"{"results":{"t":{"name":"t","alias":"t","sample_len":2}},"n-shot":{"t":0}}"#
    #expect(try LMEval.read(memory(none)).measurements.isEmpty)
    #expect(results.measurements[0].labels["model"] == "dummy")
  }

  @Test("samples found are passed over, and named say what they are")
  func alone() {
    let line = #"{"doc_id":0,"doc":{"q":"a"},"target":"1","arguments":{},"resps":[],"acc":1.0}"#
    for text in [line + "\n" + line, "[\(line)]"] {
      #expect(Reading.recognise(head(text)) == nil)
      #expect(!Unrecognised.isLostReport(head(text), path: "samples_t_1.jsonl"))
      #expect(
        Unrecognised.explain(head(text), path: "samples_t_1.jsonl").what.hasPrefix(
          "is lm-eval's samples of one task"))
    }
  }
}
