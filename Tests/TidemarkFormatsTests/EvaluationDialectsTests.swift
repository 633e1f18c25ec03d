import FoundationEssentials
import Testing
import TidemarkModel

@testable import TidemarkFormats

@Suite struct EvaluationDialectsTests {
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "tidemark-evaluations-\(UInt64.random(in: .min ... .max))")

  /// The results of a file on disk beside others, all by their paths.
  private func read(_ format: any Format.Type, _ path: String, _ files: [String: String]) throws
    -> Results
  {
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, text) in files {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return try format.read(InputFile(path: folder.appending(path: path).path))
  }

  @Test("promptfoo's JSON lines: a prompt's outcomes together, a test that came twice once")
  func promptfooLines() throws {
    let text = """
      {"cost":0.1,"error":"slow","failureReason":2,"gradingResult":null,"latencyMs":1,"namedScores":{},"prompt":{"raw":"p {{a}}","label":"p"},"promptIdx":0,"provider":{"id":"openai:chat:m","label":""},"score":0,"success":false,"testIdx":0,"vars":{"a":1}}
      {"cost":0.2,"failureReason":0,"gradingResult":{"pass":true},"latencyMs":20,"namedScores":{"tone":0.5},"prompt":{"raw":"p {{a}}","label":"p"},"promptIdx":0,"provider":{"id":"openai:chat:m","label":""},"score":1,"success":true,"testIdx":0,"tokenUsage":{"prompt":7,"completion":3},"vars":{"a":1}}
      {"cost":0.2,"failureReason":1,"gradingResult":{"pass":false},"latencyMs":40,"namedScores":{"tone":0.25},"prompt":{"raw":"p {{a}}","label":"p"},"promptIdx":0,"provider":{"id":"openai:chat:m","label":""},"score":0.5,"success":false,"testIdx":1,"tokenUsage":{"prompt":7,"completion":3},"vars":{"a":2}}
      """
    #expect(Promptfoo.recognises(head(text)) == .yes)
    #expect(Reading.recognise(head(text)).map { $0 == Promptfoo.self } == true)
    let results = try Promptfoo.read(memory(text))
    #expect(
      results.measurements.map { "\($0.metric) \($0.value)" } == [
        "pass rate 0.5", "score 0.75", "latency 30.0", "cost 0.4", "prompt tokens 14.0",
        "completion tokens 6.0", "score tone 0.375",
      ])
    #expect(results.measurements[0].items.map(\.score) == [1, 0])
    #expect(
      results.measurements[0].labels.description == "model=m, provider=openai, task=p")
    #expect(results.problems.isEmpty)
  }

  @Test("promptfoo's JSON lines: an error and a line cut in the middle block")
  func promptfooStopped() throws {
    let text = """
      {"error":"no key","failureReason":2,"latencyMs":1,"namedScores":{},"prompt":{"raw":"p"},"promptIdx":0,"provider":{"id":"file://m.py"},"success":false,"testIdx":0}
      {"failureReason":0,"latencyMs":2,"namedScores":{},"prompt":{"raw":"p"},"promptI
      """
    let results = try Promptfoo.read(memory(text))
    #expect(results.measurements.isEmpty)
    #expect(results.problems.filter(\.isBlocking).map(\.code) == [.unterminated, .providerOutage])
  }

  @Test(
    "promptfoo: provider and model of an id, and an id that is none",
    arguments: [
      ("openai:gpt-4o", "model=gpt-4o, provider=openai, task=p"),
      ("anthropic:messages:claude-3", "model=claude-3, provider=anthropic, task=p"),
      ("bedrock:x.v2:0", "model=x.v2:0, provider=bedrock, task=p"),
      ("file://my.py:call", "model=file://my.py:call, task=p"),
      ("python:my.py", "model=python:my.py, task=p"),
      ("https://a.example/api", "model=https://a.example/api, task=p"),
      ("My model: fast", "model=My model: fast, task=p"),
    ])
  func promptfooProviders(_ id: String, _ labels: String) throws {
    let text = """
      {"version":3,"prompts":[{"label":"p","provider":"\(id)","metrics":{"testPassCount":1,
      "testFailCount":0,"testErrorCount":0}}],"results":[]}
      """
    #expect(try Promptfoo.read(memory(text)).measurements[0].labels.description == labels)
  }

  @Test("Inspect: a task that was told to stop is no success, nor is one without a finite score")
  func inspectGaps() throws {
    func problems(_ results: String) throws -> [String] {
      let text = #"{"status":"success","eval":{"task":"t","model":"a/m"},"results":\#(results)}"#
      return try Inspect.read(memory(text)).problems.filter(\.isBlocking).map(\.message)
    }
    let score = #""scores":[{"name":"s","scorer":"s","metrics":{"mean":{"value":0.5}}}]"#
    let none = #""scores":[{"name":"s","scorer":"s","metrics":{"mean":{"value":NaN}}}]"#
    #expect(
      try problems("{\"total_samples\":9,\"completed_samples\":3,\"logged_samples\":3,\(score)}")
        == ["t was stopped after 3 of 9 samples"])
    #expect(try problems("{\"total_samples\":9,\"completed_samples\":9,\(score)}") == [])
    #expect(
      try problems("{\"total_samples\":9,\"completed_samples\":9,\(none)}")
        == ["t has no finite score"])
  }

  @Test("Inspect: arguments that were passed and another solver tell evaluations apart")
  func inspectParameters() throws {
    let text = """
      {"status":"success","eval":{"task":"t","model":"m","solver":"cot","task_args":{"a":1,"b":2},
      "task_args_passed":{"a":1,"c":[1]}},"results":{"scores":[{"name":"s","scorer":"s",
      "scored_samples":2,"unscored_samples":1,"metrics":{"accuracy":{"value":1.0}}}]},"samples":[
      {"id":1,"epoch":1,"scores":{"88F74D2C":{"value":"C"}}},
      {"id":2,"epoch":1,"scores":{"88F74D2C":{"value":"C"}}},
      {"id":3,"epoch":1,"scores":{"88F74D2C":{"value":NaN}}}]}
      """
    let results = try Inspect.read(memory(text))
    #expect(results.measurements[0].parameters.description == "a=1, solver=cot")
    #expect(results.measurements[0].items.map(\.score) == [1, 1])
    #expect(results.problems.contains { $0.message == "t: s could not score 1 samples" })
    #expect(results.problems.allSatisfy { !$0.isBlocking })
  }

  @Test("MTEB: the model as model_meta.json tells it; an experiment by its folder")
  func mteb() throws {
    let text =
      #"{"dataset_revision":"r","task_name":"T","scores":{"test":[{"main_score":0.5,"hf_subset":"d"}]}}"#
    let meta = try read(
      MTEB.self, "bm25/1/T.json",
      ["bm25/1/T.json": text, "bm25/1/model_meta.json": #"{"name":"baseline/bm25"}"#])
    #expect(meta.measurements[0].labels["model"] == "baseline/bm25")
    let experiment = try read(
      MTEB.self, "o__m/1/experiments/dim_8/T.json", ["o__m/1/experiments/dim_8/T.json": text])
    #expect(
      experiment.measurements[0].labels.description == "experiment=dim_8, model=o/m, task=T")
  }

  @Test("HELM: the run's name from its specification, where the folder has another")
  func helm() throws {
    let stats = """
      [{"name":{"name":"exact_match","split":"test"},"count":1,"sum":0.5,"sum_squared":0.25,"mean":0.5},
      {"name":{"name":"exact_match","split":"test","perturbation":{"name":"gender","mode":"terms",
      "computed_on":"worst"}},"count":1,"sum":0.25,"sum_squared":0.25,"mean":0.25}]
      """
    let results = try read(
      HELM.self, "a/stats.json",
      [
        "a/stats.json": stats,
        "a/run_spec.json": #"{"name":"mmlu:subject=anatomy,model=openai/gpt-4"}"#,
      ])
    #expect(results.measurements.map(\.name) == ["mmlu", "mmlu"])
    #expect(
      results.measurements[0].labels.description == "model=gpt-4, provider=openai, task=mmlu")
    #expect(
      results.measurements[1].parameters.description
        == "perturbation=gender, terms, worst, split=test, subject=anatomy")
  }

  @Test("OpenAI evals: numbers of samples are items of the metric that is their mean")
  func openAIEvals() throws {
    let text = """
      {"spec":{"eval_name":"e","run_id":"r","completion_fns":["gpt-4"]}}
      {"run_id":"r","event_id":0,"sample_id":"a","type":"metrics","data":{"score":1.0,"choice":"A"}}
      {"run_id":"r","event_id":1,"sample_id":"b","type":"metrics","data":{"score":0.5,"choice":"B"}}
      {"final_report":{"score":0.75,"counts/A":1}}
      """
    let results = try OpenAIEvals.read(memory(text))
    #expect(results.measurements[0].items.map(\.score) == [1, 0.5])
    #expect(results.measurements[0].n == 2)
    #expect(results.measurements[1].items.isEmpty)
  }

  @Test("LightEval: shots, directions and errors of each task, and averages without one")
  func lightEval() throws {
    let text = """
      {"config_general":{"lighteval_sha":"abc","model_name":"o/m","model_config":{"provider":"p"}},
      "results":{"gsm8k|5":{"em":0.5,"em_stderr":0.1,"loss":2.0,"odd":NaN},
      "mmlu:_average|5":{"acc":0.25,"acc_stderr":0.2},"all":{"em":0.5,"em_stderr":0.1}},"versions":{},
      "config_tasks":{"gsm8k|5":{"effective_num_docs":4,"metrics":[
      {"metric_name":["em"],"higher_is_better":{"em":false}},{"metric_name":"loss"}]}},
      "summary_tasks":{}}
      """
    #expect(Reading.recognise(head(text)).map { $0 == LightEval.self } == true)
    let results = try LightEval.read(memory(text))
    #expect(
      results.measurements.map { "\($0.name) \($0.metric) \($0.direction) \($0.n ?? 0)" } == [
        "gsm8k em lower 4", "gsm8k loss lower 4", "mmlu:_average acc higher 0", "all em higher 0",
      ])
    #expect(results.measurements.map(\.standardError) == [0.1, nil, nil, nil])
    #expect(results.measurements[0].parameters.description == "shots=5")
    #expect(
      results.measurements[0].labels.description == "model=o/m, provider=p, task=gsm8k")
  }

  @Test("SWE-bench: the share of all instances, each an item; errors are said")
  func sweBench() throws {
    let text = """
      {"total_instances":4,"submitted_instances":3,"completed_instances":1,"resolved_instances":1,
      "unresolved_instances":0,"empty_patch_instances":1,"error_instances":1,"completed_ids":["a"],
      "incomplete_ids":["d"],"empty_patch_ids":["b"],"submitted_ids":["a","b","c"],
      "resolved_ids":["a"],"unresolved_ids":[],"error_ids":["c"],"schema_version":2}
      """
    #expect(Reading.recognise(head(text)).map { $0 == SWEBench.self } == true)
    let file = InputFile(path: "out/openai__gpt-4.1.nightly.json", bytes: Array(text.utf8))
    let results = try SWEBench.read(file)
    #expect(
      results.measurements.map { "\($0.metric) \($0.value)" } == [
        "resolved 0.25", "empty patches 1.0", "errors 1.0",
      ])
    #expect(results.measurements[0].items.map(\.score) == [1, 0, 0, 0])
    #expect(results.measurements[0].labels["model"] == "openai/gpt-4.1")
    #expect(results.problems.map(\.isBlocking) == [false, false])
  }

  @Test("SWE-bench: a run that completed no instance blocks and measures nothing")
  func sweBenchWithoutRuns() throws {
    let text = """
      {"total_instances":2,"completed_instances":0,"resolved_instances":0,"empty_patch_instances":0,
      "error_instances":2,"error_ids":["a","b"]}
      """
    let results = try SWEBench.read(memory(text))
    #expect(results.measurements.isEmpty)
    #expect(results.problems.map(\.isBlocking) == [true])
  }

  @Test("DeepEval: cases as tests, scores as items; what ended in an error has no score")
  func deepEval() throws {
    let text = """
      {"testFile":"test_a.py","testCases":[{"name":"test_a","input":"x","success":true,"tokenCost":0.5,
      "completionTime":2.0,"runDuration":1.5,"metricsData":[
      {"name":"Relevancy","threshold":0.5,"success":true,"score":0.75,"strictMode":false},
      {"name":"Drift","threshold":0.5,"success":true,"score":0.25,"strictMode":false}]},
      {"name":"test_b","input":"y","success":false,"metricsData":[
      {"name":"Relevancy","threshold":0.5,"success":false,"score":0.25,"reason":"off","strictMode":false}]},
      {"name":"test_c","input":"z","success":false,"metricsData":[
      {"name":"Relevancy","threshold":0.5,"success":false,"error":"no key","strictMode":false}]}],
      "conversationalTestCases":[],"metricsScores":[],"hyperparameters":{"model":"gpt-4"},
      "testPassed":1,"testFailed":2,"runDuration":3.0}
      """
    let copy = "{\"testRunData\":\(text)}"
    #expect(Reading.recognise(head(text)).map { $0 == DeepEval.self } == true)
    #expect(Reading.recognise(head(copy)) == nil)
    #expect(Unrecognised.companion(head(copy)) == "deepeval")
    for document in [text, copy] {
      let results = try DeepEval.read(memory(document))
      #expect(results.tests.map(\.outcome) == [.passed, .failed, .errored])
      #expect(
        results.details.map(\.message) == [
          "Relevancy is 0.25 (threshold 0.5): off", "Relevancy: no key",
        ])
      #expect(
        results.measurements.map { "\($0.name) \($0.metric) \($0.value) \($0.direction)" } == [
          "test_a.py Relevancy 0.5 higher", "test_a.py Relevancy pass rate 0.5 higher",
          "test_a.py Drift 0.25 lower", "test_a.py Drift pass rate 1.0 higher",
          "test_a.py latency 2.0 lower", "test_a.py cost 0.5 lower",
        ])
      #expect(results.measurements[0].items.map(\.score) == [0.75, 0.25])
      #expect(results.measurements[0].labels.description == "model=gpt-4, task=test_a.py")
    }
  }

  @Test("EvalPlus: pass@1 of base and extra tests, a problem's share as its item")
  func evalPlus() throws {
    func solution(_ base: String, _ plus: String) -> String {
      #"{"task_id":"HumanEval/0","solution":"s","base_status":"\#(base)","plus_status":\#(plus)}"#
    }
    func document(_ first: [String], _ second: [String]) -> String {
      "{\"date\":\"2026-01-02 03:04\",\"hash\":\"h\",\"eval\":{\"HumanEval/0\":["
        + first.joined(separator: ",") + "],\"HumanEval/1\":[" + second.joined(separator: ",")
        + "]}}"
    }
    let text = document(
      [solution("pass", "\"pass\""), solution("pass", "\"timeout\"")],
      [solution("fail", "\"fail\""), solution("pass", "\"pass\"")])
    #expect(Reading.recognise(head(text)).map { $0 == EvalPlus.self } == true)
    let file = InputFile(
      path: "humaneval/o--m_x_vllm_temp_0.0_eval_results.json", bytes: Array(text.utf8))
    let results = try EvalPlus.read(file)
    #expect(
      results.measurements.map { "\($0.name) \($0.metric) \($0.value)" } == [
        "HumanEval pass@1 0.75", "HumanEval+ pass@1 0.5",
      ])
    #expect(results.measurements.map { $0.items.map(\.score) } == [[1, 0.5], [0.5, 0.5]])
    #expect(
      results.measurements[0].labels.description == "model=o/m_x, provider=vllm, task=HumanEval")
    let base = try EvalPlus.read(memory(document([solution("pass", "null")], [])))
    #expect(base.measurements.isEmpty)
    #expect(base.problems.map(\.isBlocking) == [true])
  }

  @Test("EvalPlus: the estimate of pass@10 is that of its paper")
  func evalPlusEstimate() throws {
    let solutions = (0..<20).map {
      "{\"task_id\":\"Mbpp/2\",\"base_status\":\"\($0 == 0 ? "pass" : "fail")\",\"plus_status\":null}"
    }
    let text =
      "{\"date\":\"d\",\"hash\":\"h\",\"eval\":{\"Mbpp/2\":[\(solutions.joined(separator: ","))]}}"
    let values = try EvalPlus.read(memory(text)).measurements.map(\.value)
    #expect(values.count == 2)
    #expect(abs(values[0] - 0.05) < 1e-12 && abs(values[1] - 0.5) < 1e-12)
  }

  @Test("lm-eval's fork: a list of one entry for each prompt and metric")
  func lmEvalFork() throws {
    let text = """
      {"results":[{"task_name":"t","prompt_name":"p","acc":0.5,"subset":null,"prompt_id":"x",
      "prompt_original_task":true,"acc_stderr":0.125},
      {"task_name":"t","prompt_name":null,"bits_per_byte":2.5}],"versions":{"t+p":0},
      "table_results":{"t+p":{"acc":0.5}},"config":{"num_fewshot":0}}
      """
    #expect(Reading.recognise(head(text)).map { $0 == LMEval.self } == true)
    let results = try LMEval.read(memory(text))
    #expect(
      results.measurements.map { "\($0.name) \($0.parameters) \($0.metric) \($0.value)" } == [
        "t prompt=p, shots=0 acc 0.5", "t shots=0 bits_per_byte 2.5",
      ])
    #expect(results.measurements.map(\.standardError) == [0.125, nil])
    #expect(results.problems.isEmpty)
  }

  @Test("Inspect: samples that a limit stopped are said; a group's value rests on fewer samples")
  func inspectLimits() throws {
    let text = """
      {"status":"success","eval":{"task":"t","model":"m"},"results":{"scores":[{"name":"s","scorer":"s",
      "scored_samples":2,"metrics":{"a":{"name":"a","group":"grouped","value":0.5},
      "mean":{"name":"mean","value":0.5}}}]},"samples":[
      {"id":1,"epoch":1,"limit":{"type":"token","limit":9},"scores":{"s":{"value":0}}},
      {"id":2,"epoch":1,"limit":null,"scores":{"s":{"value":1}}}]}
      """
    let results = try Inspect.read(memory(text))
    #expect(results.measurements.map(\.n) == [nil, 2])
    #expect(
      results.problems.map(\.message) == ["t: 1 of 2 samples were stopped by a limit (token)"])
    #expect(results.problems.allSatisfy { !$0.isBlocking })
  }

  @Test("promptfoo: tests whose variables are lists are told apart by their numbers")
  func promptfooLists() throws {
    let text = """
      {"version":3,"prompts":[{"label":"p","provider":"a:b","metrics":{"testPassCount":1,
      "testFailCount":1,"testErrorCount":0}}],"results":[
      {"promptIdx":0,"testIdx":0,"success":true,"vars":{"a":["x"]}},
      {"promptIdx":0,"testIdx":1,"success":false,"vars":{"a":["y"]}}]}
      """
    let items = try Promptfoo.read(memory(text)).measurements[0].items
    #expect(Set(items.map(\.id)).count == 2)
  }
}
