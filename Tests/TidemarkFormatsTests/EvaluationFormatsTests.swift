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

  @Test("Inspect: values of one scorer, and items reduced as the metric is")
  func inspectScores() throws {
    let text = """
      {"status":"success","eval":{"task":"t","run_id":"r"},"results":{"total_samples":4,
      "completed_samples":4,"scores":[
      {"name":"a","scorer":"multi","metrics":{"mean":{"value":0.5},"std":{"value":0.1}}},
      {"name":"m","scorer":"m","reducer":"at_least_2","metrics":{"accuracy":{"value":1}}},
      {"name":"m","scorer":"m","reducer":"mode","metrics":{"accuracy":{"value":1}}}]},
      "samples":[{"id":"x","epoch":1,"scores":{"multi":{"value":{"a":0.5,"b":2}},"m":{"value":"I"}}}],
      "reductions":[{"scorer":"m","reducer":"at_least_2","samples":[{"sample_id":"x","value":1}]}]}
      """
    #expect(Inspect.recognises(head(text)) == .yes)
    let results = try Inspect.read(memory(text))
    #expect(
      results.measurements.map { "\($0.metric) \($0.items.map(\.score))" } == [
        "a/mean [0.5]", "a/std []", "m/accuracy [1.0]", "m/accuracy []",
      ])
    #expect(results.problems.isEmpty)
  }

  @Test("Inspect: samples that ended in an error are no wrong answers, and none but those block")
  func inspectErrors() throws {
    let text = """
      {"status":"success","eval":{"task":"t","model":"m"},"results":null,"samples":[
      {"id":1,"epoch":1,"error":{"message":"ConnectionError()"}}]}
      """
    let results = try Inspect.read(memory(text))
    #expect(results.measurements.isEmpty)
    #expect(
      results.problems.map(\.message) == [
        "t: 1 of 1 samples ended in an error: ConnectionError()"
      ])
    #expect(results.problems.allSatisfy { $0.isBlocking })
  }

  @Test("lm-eval: samples of the file as items, a group's own counts, names without a model")
  func languageModels() throws {
    let text = """
      {"results":{"t":{"alias":"t","sample_len":2,"acc,none":0.5,"acc_stderr,none":"N/A",
      "em,strict":1},"g":{"acc,none":0.25,"acc_stderr,none":0.1,"sample_count":{"acc,none":7}}},
      "groups":{"g":{"acc,none":0.25}},"n-shot":{"t":5},"n-samples":{"t":{"original":9,
      "effective":2}},"higher_is_better":{"t":{"acc":false,"em":null}},"model_name":"",
      "config":{"model":"dummy","model_args":""},"samples":{"t":[
      {"doc_id":0,"filter":"none","acc":1.0},{"doc_id":1,"filter":"none","acc":0.0},
      {"doc_id":0,"filter":"strict","em":true}]}}
      """
    #expect(LMEval.recognises(head(text)) == .yes)
    let results = try LMEval.read(memory(text))
    #expect(
      results.measurements.map { "\($0.metric) \($0.n ?? 0) \($0.items.map(\.score))" } == [
        "acc 2 [1.0, 0.0]", "em,strict 2 [1.0]", "acc 7 []",
      ])
    #expect(results.measurements.map(\.direction) == [.lower, .higher, .higher])
    #expect(results.measurements[0].labels.description == "model=dummy, provider=dummy, task=t")
  }

  @Test("MTEB before 1.11: what each kind of task has as its main score")
  func oldMTEB() throws {
    let text = """
      {"mteb_dataset_name":"B","mteb_version":"1.0.0","test":{"evaluation_time":3.5,
      "de-en":{"accuracy":0.5,"f1":0.25,"precision":0.3,"recall":0.4},
      "en":{"accuracy":0.75,"f1":0.125}},"dev":{"cos_sim":{"pearson":0.1,"spearman":0.625}}}
      """
    #expect(MTEB.recognises(head(text)) == .yes)
    #expect(try MTEB.read(memory(text)).measurements.map(\.value) == [0.25, 0.75, 0.625])
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
      "namedScores":{"tone":3},"namedScoresCount":{"tone":9},"namedScoreWeights":{"tone":2}}}],
      "results":[
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

  @Test("promptfoo: a test that ended in an error is no wrong answer, and blocks")
  func promptfooErrors() throws {
    // What its `evaluate()` returns: the same without an object around it.
    let text = """
      {"version":3,"prompts":[{"label":"p","provider":"a","metrics":{"score":1,"testPassCount":1,
      "testFailCount":1,"testErrorCount":1,"totalLatencyMs":90,"cost":0,
      "tokenUsage":{"prompt":7,"completion":3}}},{"label":"p","provider":"b","metrics":{"score":0,
      "testPassCount":0,"testFailCount":0,"testErrorCount":1}}],"results":[
      {"promptIdx":0,"testIdx":0,"success":true,"failureReason":0,"latencyMs":10,"vars":{"a":"1"}},
      {"promptIdx":0,"testIdx":1,"success":false,"failureReason":1,"error":"Expected x",
      "latencyMs":20,"vars":{"a":"2"}},
      {"promptIdx":0,"testIdx":2,"success":false,"failureReason":2,"error":"API error: 503",
      "latencyMs":60,"vars":{"a":"3"}},
      {"promptIdx":1,"testIdx":0,"success":false,"failureReason":2,"error":"timed out\\nafter 9 s"}]}
      """
    #expect(Promptfoo.recognises(head(text)) == .yes)
    let results = try Promptfoo.read(memory(text))
    #expect(
      results.measurements.map { "\($0.metric) \($0.value)" } == [
        "pass rate 0.5", "score 0.5", "latency 15.0", "cost 0.0", "prompt tokens 7.0",
        "completion tokens 3.0",
      ])
    #expect(results.measurements[0].items.map(\.score) == [1, 0])
    #expect(results.measurements[0].n == 2)
    #expect(
      results.problems.filter { $0.isBlocking }.map { "\($0.code.rawValue) \($0.message)" } == [
        "outside_error p by a: 1 of 3 tests ended in an error: API error: 503",
        "provider_outage p by b: 1 of 1 tests ended in an error: timed out",
      ])
  }

  @Test("promptfoo before errors were counted: an outcome without a grading is one")
  func olderPromptfoo() throws {
    let text = """
      {"results":{"version":2,"table":{"head":{"prompts":[{"raw":"{{a}}","display":"{{a}}",
      "provider":"x","metrics":{"score":1,"testPassCount":1,"testFailCount":2}}]}},"results":[
      {"provider":{"id":"x"},"prompt":{"raw":"1","display":"{{a}}"},"success":true,
      "gradingResult":{"pass":true},"vars":{"a":"1"}},
      {"provider":{"id":"x"},"prompt":{"raw":"2","display":"{{a}}"},"success":false,"error":"no",
      "gradingResult":{"pass":false},"vars":{"a":"2"}},
      {"provider":{"id":"x"},"prompt":{"raw":"3","display":"{{a}}"},"success":false,
      "error":"API call error","vars":{"a":"3"}}]}}
      """
    let results = try Promptfoo.read(memory(text))
    #expect(results.measurements.first?.value == 0.5)
    #expect(results.measurements.first?.items.count == 2)
    #expect(
      results.problems.map(\.message) == [
        "{{a}} by x: 1 of 3 tests ended in an error: API call error"
      ])
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

  @Test("HELM: scores of single instances as items, each the mean of its trials")
  func helmInstances() throws {
    let stat = """
      {"name":{"name":"exact_match","split":"test"},"count":1,"sum":SUM,"sum_squared":1,"mean":SUM}
      """
    func entry(_ id: String, _ trial: Int, _ sum: Int) -> String {
      let stat = stat.split(separator: "SUM").joined(separator: String(sum))
      return #"{"instance_id":"\#(id)","train_trial_index":\#(trial),"stats":[\#(stat)]}"#
    }
    let text = "[\(entry("a", 0, 1)),\(entry("b", 0, 0)),\(entry("a", 1, 0))]"
    #expect(HELM.recognises(head(text)) == .yes)
    let path = "runs/v1/boolq:model=openai_gpt-4/per_instance_stats.json"
    let results = try HELM.read(InputFile(path: path, bytes: Array(text.utf8)))
    let measurement = try #require(results.measurements.first)
    #expect(results.measurements.count == 1)
    #expect(measurement.value == 0.25)
    #expect(measurement.items.map(\.score) == [0.5, 0])
    #expect(measurement.n == 2 && measurement.standardError == 0.25)
    #expect(measurement.parameters.description == "of=instances, split=test")
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
