import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct EvaluationFormatsTests {
  @Test("Inspect: a score with its error and items; a run that was cancelled blocks")
  func inspect() throws {
    let text = """
      {"version":2,"status":"cancelled","eval":{"task":"t","model":"openai/m","created":
      "2025-05-12T20:28:13-04:00","config":{"epochs":2}},"results":{"completed_samples":2,"scores":
      [{"name":"match","scorer":"match","metrics":{"accuracy":{"name":"accuracy","value":0.5},
      "stderr":{"name":"stderr","value":0.1}}}]},"samples":[
      {"id":1,"epoch":1,"scores":{"match":{"value":"C"}}},
      {"id":1,"epoch":2,"scores":{"match":{"value":"I"}}},
      {"id":2,"epoch":1,"scores":{"match":{"value":"P"}}}]}
      """
    #expect(Inspect.recognises(head(text)) == .yes)
    let results = try Inspect.read(memory(text))
    let measurement = try #require(results.measurements.first)
    #expect(results.measurements.count == 1)
    #expect(measurement.metric == "match/accuracy")
    #expect(measurement.standardError == 0.1)
    #expect(measurement.items.map(\.score) == [0.5, 0.5])
    #expect(
      measurement.labels.description == "model=m, provider=openai, scorer=match, task=t")
    #expect(results.problems.map(\.code) == [.bailedOut])
    #expect(results.problems.allSatisfy { $0.isBlocking })
  }

  @Test("MTEB: the main score of each subset; the model from the folders")
  func mteb() throws {
    let text = """
      {"dataset_revision":"r","task_name":"T","mteb_version":"1.38.0","scores":{"test":[
      {"ndcg":NaN,"main_score":0.5,"hf_subset":"en"},{"main_score":0.25,"hf_subset":"de"}]}}
      """
    #expect(MTEB.recognises(head(text)) == .yes)
    let file = InputFile(path: "results/org__model/abc/T.json", bytes: Array(text.utf8))
    let results = try MTEB.read(file)
    #expect(results.measurements.map(\.value) == [0.5, 0.25])
    #expect(
      results.measurements.map(\.parameters.description) == [
        "split=test, subset=en", "split=test, subset=de",
      ])
    #expect(results.measurements[0].labels["model"] == "org/model")
  }

  @Test("promptfoo: the share that passed, with each test as an item")
  func promptfoo() throws {
    let text = """
      {"evalId":"e","results":{"version":3,"timestamp":"2026-01-02T03:04:05.000Z","prompts":[
      {"label":"p","provider":"openai:m","metrics":{"score":1.5,"testPassCount":1,
      "testFailCount":1,"testErrorCount":0,"totalLatencyMs":30,"cost":0.5,
      "namedScores":{"tone":3},"namedScoresCount":{"tone":2}}}],"results":[
      {"promptIdx":0,"testIdx":0,"success":true,"vars":{"a":"1"}},
      {"promptIdx":0,"testIdx":1,"success":false,"vars":{"a":"2"}}]}}
      """
    #expect(Promptfoo.recognises(head(text)) == .yes)
    let results = try Promptfoo.read(memory(text))
    #expect(
      results.measurements.map { "\($0.metric) \($0.value)" } == [
        "pass rate 0.5", "score 0.75", "latency 15.0", "cost 0.5", "score tone 1.5",
      ])
    #expect(results.measurements[0].items.map(\.score) == [1, 0])
    #expect(results.measurements.map(\.isPrimary) == [true, false, false, false, false])
  }

  @Test("Lighthouse: numbers of both generations, categories beside them")
  func lighthouse() throws {
    let text = """
      {"lighthouseVersion":"6.0.0","fetchTime":"2020-01-01T00:00:00.000Z","requestedUrl":"u",
      "audits":{"a":{"numericValue":12.5,"numericUnit":"millisecond"},"b":{"rawValue":true},
      "total-byte-weight":{"rawValue":100}},"categories":{"seo":{"score":0.5}}}
      """
    #expect(Lighthouse.recognises(head(text)) == .yes)
    let results = try Lighthouse.read(memory(text))
    #expect(
      results.measurements.map { "\($0.metric) \($0.value) \($0.unit.quantity.name)" } == [
        "a 12.5 time", "total-byte-weight 100.0 bytes", "score seo 0.5 score",
      ])
  }

  @Test("size-limit: a limit that was passed blocks")
  func sizeLimit() throws {
    let text = """
      [{"name":"a","passed":true,"size":100,"loading":0.5},{"name":"b","passed":false,"size":200}]
      """
    #expect(SizeLimit.recognises(head(text)) == .yes)
    #expect(Reading.recognise(head(text))?.name == "size-limit")
    let results = try SizeLimit.read(memory(text))
    #expect(results.measurements.map(\.value) == [100, 0.5, 200])
    #expect(results.measurements.map(\.isPrimary) == [true, false, true])
    #expect(results.problems.map(\.isBlocking) == [true])
  }

  @Test("HELM: means of scores with labels from the run's folder, without its bookkeeping")
  func helm() throws {
    let text = """
      [{"name":{"name":"exact_match","split":"test"},"count":4,"sum":2,"sum_squared":1,"mean":0.5,
      "stddev":0.2},
      {"name":{"name":"exact_match","split":"test","perturbation":{"name":"robustness",
      "computed_on":"worst"}},"count":1,"sum":0.25,"sum_squared":0.1,"mean":0.25},
      {"name":{"name":"inference_runtime","split":"test"},"count":1,"sum":3,"sum_squared":9},
      {"name":{"name":"num_references","split":"test"},"count":1,"sum":3,"sum_squared":9,"mean":3},
      {"name":{"name":"training_co2_cost","split":"test"},"count":0,"sum":0,"sum_squared":0}]
      """
    #expect(HELM.recognises(head(text)) == .yes)
    let path = "runs/v1/mmlu:subject=anatomy,method=joint,model=openai_gpt-4/stats.json"
    let results = try HELM.read(InputFile(path: path, bytes: Array(text.utf8)))
    #expect(results.measurements.map(\.value) == [0.5, 0.25, 3])
    #expect(results.measurements.map(\.direction) == [.higher, .higher, .lower])
    let first = try #require(results.measurements.first)
    #expect(first.standardError == 0.1)
    #expect(first.n == 4)
    #expect(first.labels.description == "model=gpt-4, provider=openai, task=mmlu")
    #expect(first.parameters.description == "method=joint, split=test, subject=anatomy")
    #expect(results.measurements[1].parameters["perturbation"] == "robustness, worst")
  }

  @Test("OpenAI evals: the final report with items; a log without one is no pass")
  func openAIEvals() throws {
    let events = """
      {"spec": {"completion_fns": ["gpt-4"], "eval_name": "arithmetic.dev.v0", "run_id": "r",
      "created_at": "2026-01-02 03:04:05.000000"}}
      {"run_id": "r", "event_id": 0, "sample_id": "arithmetic.dev.0", "type": "sampling", "data": {}}
      {"run_id": "r", "event_id": 1, "sample_id": "arithmetic.dev.0", "type": "match", "data": \
      {"correct": true}}
      {"run_id": "r", "event_id": 2, "sample_id": "arithmetic.dev.1", "type": "match", "data": \
      {"correct": false}}
      {"run_id": "r", "event_id": 3, "sample_id": "arithmetic.dev.2", "type": "error", "data": {}}
      """.split(separator: "\n")
    let text = ([events[0] + events[1]] + events[2...]).joined(separator: "\n")
    let report =
      #"{"final_report": {"accuracy": 0.5, "boostrap_std": 0.1, "usage_total_tokens": 12}}"#
    #expect(OpenAIEvals.recognises(head(text)) == .yes)
    let results = try OpenAIEvals.read(memory(text + "\n" + report + "\n"))
    #expect(results.measurements.map(\.metric) == ["accuracy", "usage_total_tokens"])
    let first = try #require(results.measurements.first)
    #expect(first.standardError == 0.1)
    #expect(first.items.map(\.score) == [1, 0])
    #expect(first.labels.description == "model=gpt-4, task=arithmetic.dev.v0")
    #expect(results.problems.map(\.isBlocking) == [false])
    #expect(
      try OpenAIEvals.read(memory(text)).problems.map(\.code) == [.outsideError, .unterminated])
  }
}
