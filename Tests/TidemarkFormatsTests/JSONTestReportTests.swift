import Testing
import TidemarkModel

@testable import TidemarkFormats

/// `name outcome` of every test.
private func lines(_ results: Results) -> [String] {
  results.tests.map { "\(results.text.string($0.name)) \($0.outcome.name)" }
}

/// What the test number `index` has beyond its name.
private func detail(_ results: Results, _ index: Int) throws -> TestDetail {
  try #require(results.detail(of: results.tests[index]))
}

private func problems(_ results: Results) -> [String] {
  results.problems.map { "\($0.isBlocking ? "!" : "")\($0.code.rawValue) \($0.message)" }
}

@Suite struct CTRFTests {
  @Test("retries are attempts without the last, other statuses are no pass")
  func complete() throws {
    let text = #"""
      {"reportFormat":"CTRF","results":{"tool":{"name":"t"},
       "summary":{"failed":2,"stop":1609459210000},
       "environment":{"osPlatform":"linux"},
       "tests":[
        {"name":"a","status":"passed","duration":150,"suite":["s","t"]},
        {"name":"b","status":"passed","duration":300,"flaky":true,"retries":2,"retryAttempts":[
          {"status":"failed","duration":120,"message":"timeout"},{"status":"failed"},
          {"status":"passed"}]},
        {"name":"c","status":"failed","duration":-5,"suite":"old > style","message":"m\nmore",
         "trace":"m\n  at x","filePath":"c.js","line":3,"stdout":["out"]},
        {"name":"d","status":"pending"},{"name":"e","status":"other"}]}}
      """#
    #expect(CTRF.recognises(head(text)) == .yes)
    let results = try CTRF.read(memory(text))
    #expect(lines(results) == ["a passed", "b passed", "c failed", "d skipped", "e errored"])
    #expect(results.suites.map(\.path) == [["s", "t"], ["old > style"]])
    #expect(results.tests.map(\.duration) == [0.15, 0.3, nil, nil, nil])
    let flaky = try detail(results, 1)
    #expect(flaky.isMarkedFlaky && flaky.attempts.map(\.outcome) == [.failed, .failed])
    #expect(flaky.attempts.first?.message == "timeout" && flaky.attempts.first?.duration == 0.12)
    let failed = try detail(results, 2)
    #expect(failed.message == "m" && failed.text == "m\n  at x" && failed.output == "out")
    #expect(failed.file == "c.js" && failed.line == 3)
    #expect(results.environment == ["os": "linux"])
    #expect(results.problems.isEmpty)
  }

  @Test("failures that only the summary knows of block")
  func hiddenFailures() throws {
    let results = try CTRF.read(
      memory(#"{"results":{"summary":{"failed":3},"tests":[{"name":"a","status":"passed"}]}}"#))
    #expect(
      problems(results) == ["!plan_mismatch the summary counts 3 failures, the tests show 0"])
  }

  @Test("a pass after retries is flaky, unless the producer says that it is not")
  func retried() throws {
    let text = #"""
      {"reportFormat":"CTRF","results":{"tests":[{"name":"a","status":"passed","retries":1},
       {"name":"b","status":"passed","retries":1,"flaky":false},
       {"name":"c","status":"failed","retries":2},{"name":"d","status":"passed","retries":0}]}}
      """#
    let results = try CTRF.read(memory(text))
    let marks = results.tests.map { results.detail(of: $0)?.isMarkedFlaky ?? false }
    #expect(marks == [true, false, false, false])
  }

  @Test("a test without name or status is refused")
  func wrongTypes() {
    #expect(throws: Problem.self) {
      try CTRF.read(memory(#"{"results":{"tests":[{"name":1,"status":"passed"}]}}"#))
    }
    #expect(throws: Problem.self) { try CTRF.read(memory(#"{"results":{"tests":{}}}"#)) }
  }
}

@Suite struct JestTests {
  @Test("files and describe blocks are suites; a file that could not run blocks")
  func complete() throws {
    let text = #"""
      {"numFailedTestSuites":2,"numFailedTests":1,"success":false,"startTime":1627105768580,
       "testResults":[
        {"name":"/a.test.js","status":"failed","endTime":1627105769947,"assertionResults":[
          {"ancestorTitles":["A","b"],"title":"works","status":"passed","duration":5},
          {"ancestorTitles":["A"],"title":"fails","status":"failed","duration":null,
           "failureMessages":["\u001b[31mError: no\u001b[39m\n  at x"],"location":{"line":4}},
          {"ancestorTitles":[],"title":"later","status":"todo"},
          {"ancestorTitles":[],"title":"again","status":"passed","retryReasons":["Error: once"]}]},
        {"name":"/b.test.js","status":"failed","message":"Cannot find module","assertionResults":[]}]}
      """#
    #expect(Jest.recognises(head(text)) == .yes)
    let results = try Jest.read(memory(text))
    #expect(lines(results) == ["works passed", "fails failed", "later skipped", "again passed"])
    #expect(
      results.suites.map(\.path) == [
        ["/a.test.js", "A", "b"], ["/a.test.js", "A"], ["/a.test.js"],
      ])
    let failed = try detail(results, 1)
    #expect(failed.message == "Error: no" && failed.file == "/a.test.js" && failed.line == 4)
    #expect(try detail(results, 3).attempts.map(\.message) == ["Error: once"])
    #expect(problems(results) == ["!suite_error /b.test.js: Cannot find module"])
    #expect(results.newestTime?.millisecondsSince1970 == 1_627_105_769_947)
  }

  @Test("a run that failed without a test that did is no pass")
  func failedRun() throws {
    let results = try Jest.read(
      memory(#"{"numTotalTestSuites":0,"success":false,"testResults":[]}"#))
    #expect(results.problems.map(\.isBlocking) == [true])
  }

  @Test("results as a reporter gets them are the same results")
  func raw() throws {
    let text = #"""
      {"numTotalTestSuites":2,"success":false,"testResults":[{"testFilePath":"/a.js",
       "perfStats":{"end":1700000000000},"testExecError":null,"testResults":[
       {"ancestorTitles":["d"],"title":"t","status":"failed","duration":5,"failureMessages":["no"]}]},
       {"testFilePath":"/b.js","testExecError":{"code":"E"},"failureMessage":"cannot parse",
        "testResults":[]}]}
      """#
    #expect(Jest.recognises(head(text)) == .yes)
    let results = try Jest.read(memory(text))
    #expect(lines(results) == ["t failed"])
    #expect(results.suites.map(\.path) == [["/a.js", "d"]])
    #expect(results.tests.map(\.duration) == [0.005])
    #expect(problems(results) == ["!suite_error /b.js: cannot parse"])
    #expect(results.newestTime == Timestamp(millisecondsSince1970: 1_700_000_000_000))
  }

  @Test("a test that passed after others of its runs failed is flaky, by either tool's mark")
  func retried() throws {
    let text = #"""
      {"numTotalTestSuites":1,"testResults":[{"name":"a.js","status":"passed","assertionResults":[
       {"title":"j","status":"passed","invocations":2,"failureMessages":[]},
       {"title":"v","status":"passed","failureMessages":["once"]},
       {"title":"r","status":"passed","invocations":2,"retryReasons":["once"]},
       {"title":"p","status":"passed","invocations":1,"failureMessages":[]}]}]}
      """#
    let results = try Jest.read(memory(text))
    let flaky = results.tests.map { results.detail(of: $0)?.isMarkedFlaky }
    #expect(flaky == [true, true, false, nil])
    #expect(try detail(results, 2).attempts.map(\.outcome) == [.failed])
  }

  @Test("a file that is called failed for a skipped test is no failure of a run that passed")
  func skippedFile() throws {
    let file = #"{"name":"a.ts","status":"failed","message":"","assertionResults":[]}"#
    let text = #"{"numTotalTestSuites":1,"success":true,"testResults":[\#(file)]}"#
    #expect(try Jest.read(memory(text)).problems.isEmpty)
    let failed = text.replacing("true", with: "false")
    #expect(
      problems(try Jest.read(memory(failed))) == ["!suite_error a.ts: failed outside its tests"])
  }
}

@Suite struct PlaywrightTests {
  @Test("the test's own status is the verdict; projects are labels; errors outside block")
  func complete() throws {
    let text = #"""
      {"config":{"rootDir":"/p","version":"1.40.0"},"suites":[{"title":"a.spec.ts","specs":[
        {"title":"top","file":"a.spec.ts","line":1,"tests":[
          {"projectName":"chromium","status":"expected","expectedStatus":"passed",
           "results":[{"status":"passed","duration":100}]},
          {"projectName":"firefox","status":"flaky","results":[
           {"status":"failed","duration":20,"error":{"message":"Error: x","stack":"Error: x\n at"}},
           {"status":"passed","duration":30}]}]}],
        "suites":[{"title":"group","specs":[
         {"title":"slow","file":"a.spec.ts","line":9,"tests":[
          {"projectName":"chromium","status":"unexpected","results":[
           {"status":"timedOut","duration":5000,"error":{"message":"Timeout"},
            "stdout":[{"text":"out\n"}]}]},
          {"projectName":"firefox","status":"expected","expectedStatus":"failed",
           "results":[{"status":"failed"}]},
          {"projectName":"webkit","status":"skipped","results":[]}]}]}]}],
       "errors":[{"message":"Error: global setup"}],"stats":{"unexpected":1,
        "startTime":"2026-01-02T03:04:05.000Z"}}
      """#
    #expect(Playwright.recognises(head(text)) == .yes)
    let results = try Playwright.read(memory(text))
    #expect(
      lines(results) == ["top passed", "top passed", "slow errored", "slow passed", "slow skipped"])
    #expect(
      results.suites.map { "\($0.path) \($0.labels)" } == [
        #"["a.spec.ts"] project=chromium"#, #"["a.spec.ts"] project=firefox"#,
        #"["a.spec.ts", "group"] project=chromium"#, #"["a.spec.ts", "group"] project=firefox"#,
        #"["a.spec.ts", "group"] project=webkit"#,
      ])
    #expect(results.tests.map(\.duration) == [0.1, 0.03, 5, nil, nil])
    let flaky = try detail(results, 1)
    #expect(flaky.isMarkedFlaky && flaky.message == nil)
    #expect(flaky.attempts.map(\.outcome) == [.failed])
    let slow = try detail(results, 2)
    #expect(slow.message == "Timeout" && slow.output == "out\n" && slow.line == 9)
    #expect(problems(results) == ["!outside_error Error: global setup"])
  }

  @Test("the change under test, kept in the configuration, may fill the head")
  func longConfiguration() {
    let metadata = String(repeating: "+ line ", count: 10_000)
    let text =
      #"{"config":{"configFile":"c","rootDir":"r","forbidOnly":false,"metadata":{"diff":""#
      + metadata
    #expect(
      Playwright.recognises(Head(raw: Array(text.utf8.prefix(65_536)), isWhole: false)) == .yes)
  }

  @Test(
    "without a verdict of its own a test is what its attempts make of what was expected",
    arguments: [
      ("passed", ["passed"], Outcome.passed), ("passed", ["failed", "passed"], .passed),
      ("failed", ["failed"], .passed), ("passed", ["failed", "timedOut"], .errored),
      ("passed", ["timedOut", "failed"], .failed), ("skipped", ["skipped"], .skipped),
      ("passed", [], .skipped), ("passed", ["interrupted"], .errored),
    ])
  func older(expected: String, attempts: [String], outcome: Outcome) throws {
    let runs = attempts.map { #"{"status":"\#($0)"}"# }.joined(separator: ",")
    let text = #"""
      {"config":{},"suites":[{"title":"a","specs":[{"title":"t","tests":[
      {"expectedStatus":"\#(expected)","results":[\#(runs)]}]}]}]}
      """#
    #expect(try Playwright.read(memory(text)).tests.map(\.outcome) == [outcome])
  }

  @Test("a run that was interrupted is told, though its tests count as skipped")
  func interrupted() throws {
    let text = #"""
      {"config":{"rootDir":"/"},"errors":[],"suites":[{"title":"a.ts","specs":[{"title":"t","tests":[
      {"status":"skipped","expectedStatus":"passed","results":[{"status":"interrupted"}]}]}]}]}
      """#
    let results = try Playwright.read(memory(text))
    #expect(lines(results) == ["t skipped"])
    #expect(problems(results) == ["!bailed_out the run was interrupted"])
  }
}

@Suite struct MochaJSONTests {
  @Test("pending tests are skipped, failed hooks block, equal names are told apart by number")
  func complete() throws {
    let text = #"""
      {"stats":{"suites":1,"tests":4,"passes":2,"pending":1,"failures":2,
        "end":"2021-02-24T20:26:09.309Z"},
       "tests":[{"title":"ok","fullTitle":"A ok","duration":2,"currentRetry":0,"err":{}},
        {"title":"later","fullTitle":"A later","currentRetry":0,"err":{}},
        {"title":"bad","fullTitle":"A bad","duration":8,"currentRetry":0,"file":"/t.js",
         "err":{"message":"no","stack":"Error: no\n at"}},
        {"title":"again","fullTitle":"A again","duration":1,"currentRetry":2,"err":{}}],
       "pending":[{"title":"later","fullTitle":"A later"}],
       "failures":[{"title":"bad","fullTitle":"A bad","file":"/t.js","err":{"message":"no"}},
        {"title":"\"before all\" hook","fullTitle":"A \"before all\" hook",
         "err":{"message":"down"}}],"passes":[]}
      """#
    #expect(MochaJSON.recognises(head(text)) == .yes)
    let results = try MochaJSON.read(memory(text))
    #expect(lines(results) == ["ok passed", "later skipped", "bad failed", "again passed"])
    #expect(results.suites.map(\.path) == [["A"], ["/t.js", "A"]])
    #expect(try detail(results, 2).message == "no")
    #expect(try detail(results, 3).isMarkedFlaky)
    #expect(problems(results) == [#"!suite_error A "before all" hook: down"#])
  }

  @Test("equal names are told apart by time and error; old reports by their lists and times")
  func sameNames() throws {
    let text = #"""
      {"stats":{"suites":1,"tests":3,"passes":1,"pending":1,"failures":1},
       "tests":[{"title":"t","fullTitle":"t","duration":1,"err":{}},
        {"title":"t","fullTitle":"t","duration":1,"err":{"message":"no"}},
        {"title":"t","fullTitle":"t","err":{}}],
       "pending":[{"title":"t","fullTitle":"t","err":{}}],
       "failures":[{"title":"t","fullTitle":"t","duration":1,"err":{"message":"no"}}]}
      """#
    #expect(lines(try MochaJSON.read(memory(text))) == ["t passed", "t failed", "t skipped"])
    let old = #"""
      {"stats":{"suites":1,"tests":3,"passes":1,"pending":1,"failures":1},
       "tests":[{"title":"a","fullTitle":"a","duration":1},{"title":"b","fullTitle":"b"},
        {"title":"c","fullTitle":"c","duration":2}],
       "failures":[{"title":"c","fullTitle":"c","duration":2}],
       "passes":[{"title":"a","fullTitle":"a","duration":1}]}
      """#
    #expect(MochaJSON.recognises(head(old)) == .yes)
    let results = try MochaJSON.read(memory(old))
    #expect(lines(results) == ["a passed", "b skipped", "c failed"])
    #expect(results.problems.isEmpty)
  }
}

@Suite struct CucumberJSONTests {
  @Test(
    "a scenario is its worst step",
    arguments: [
      (["passed", "passed"], .passed), (["passed", "failed", "skipped"], .failed),
      (["passed", "undefined", "skipped"], .errored), (["ambiguous"], .errored),
      (["passed", "pending"], .skipped), (["skipped"], .skipped), ([], .skipped),
      (["undefined", "failed"], .failed),
    ] as [([String], Outcome)])
  func worstStep(statuses: [String], outcome: Outcome) throws {
    let steps = statuses.map {
      #"{"keyword":"Given ","name":"s","result":{"status":"\#($0)","duration":500000000}}"#
    }
    let text =
      #"[{"keyword":"Feature","name":"F","uri":"f.feature","elements":[{"type":"scenario","#
      + #""name":"S","line":3,"steps":["# + steps.joined(separator: ",") + "]}]}]"
    #expect(CucumberJSON.recognises(head(text)) == .yes)
    let results = try CucumberJSON.read(memory(text))
    #expect(results.tests.map(\.outcome) == [outcome])
    #expect(results.suites.map(\.path) == [["F"]])
    #expect(results.tests[0].duration == (statuses.isEmpty ? nil : 0.5 * Double(statuses.count)))
  }

  @Test("a failed background or hook fails the scenario, and behave's times are seconds")
  func backgroundsAndHooks() throws {
    let text = #"""
      [{"keyword":"Feature","name":"F","location":"features/f.feature:1","elements":[
        {"type":"background","name":"","steps":[{"name":"base","keyword":"Given",
          "result":{"status":"failed","error_message":["no","base"]}}]},
        {"type":"scenario","name":"a","location":"features/f.feature:7",
         "steps":[{"result":{"status":"skipped","duration":0.25}}]},
        {"type":"scenario","name":"b","steps":[{"result":{"status":"passed"}}],
         "after":[{"result":{"status":"failed","error_message":"hook"}}]}]}]
      """#
    let results = try CucumberJSON.read(memory(text))
    #expect(lines(results) == ["a failed", "b failed"])
    #expect(results.tests.map(\.duration) == [0.25, nil])
    let first = try detail(results, 0)
    #expect(first.message == "no" && first.file == "features/f.feature" && first.line == 7)
    #expect(try detail(results, 1).message == "hook")
  }

  @Test("an outline beside its rows is no test, one alone did not run")
  func outlines() throws {
    let text = #"""
      [{"keyword":"Feature","name":"F","id":"f","uri":"f.feature","elements":[
        {"type":"scenario_outline","id":"f;o","name":"o","steps":[{"name":"s"}]},
        {"type":"scenario","id":"f;o;e;2","name":"o","steps":[{"result":{"status":"passed"}}]},
        {"type":"scenario","id":"f;o;;3","name":"o","steps":[{"result":{"status":"failed"}}]},
        {"type":"scenario_outline","id":"f;p","name":"p","steps":[{"name":"s"}]}]}]
      """#
    #expect(lines(try CucumberJSON.read(memory(text))) == ["o passed", "o failed", "p skipped"])
    let bare = #"[{"id":"f","name":"F","keyword":"Feature","line":2,"uri":"f.feature"}]"#
    #expect(CucumberJSON.recognises(head(bare)) == .yes)
  }

  @Test("a scenario of which steps have no result is no pass")
  func missingResult() throws {
    let text = #"""
      [{"keyword":"Feature","name":"F","uri":"f.feature","elements":[
        {"type":"scenario","name":"a","steps":[{"result":{"status":"passed"}},{"name":"b"}]},
        {"type":"scenario","name":"dry","steps":[{"name":"b"}]}]}]
      """#
    let results = try CucumberJSON.read(memory(text))
    #expect(lines(results) == ["a errored", "dry skipped"])
    #expect(try detail(results, 0).message == "a step has no result")
  }

  @Test("behave's hooks show in the status of scenario and feature only")
  func behaveHooks() throws {
    let text = #"""
      [{"keyword":"Feature","name":"F","location":"f.feature:1","status":"error","elements":[
        {"type":"scenario","name":"after","status":"hook_error",
         "steps":[{"result":{"status":"passed"}}]},
        {"type":"scenario","name":"old","status":"failed",
         "steps":[{"result":{"status":"passed"}}]},
        {"type":"scenario","name":"later","status":"passed",
         "steps":[{"result":{"status":"pending_warn"}}]}]},
       {"keyword":"Feature","name":"G","location":"g.feature:1","status":"hook_error"},
       {"keyword":"Feature","name":"H","location":"h.feature:1","status":"passed","elements":[
        {"type":"scenario","name":"at odds","status":"failed",
         "steps":[{"result":{"status":"passed"}}]}]}]
      """#
    let results = try CucumberJSON.read(memory(text))
    #expect(
      lines(results) == ["after errored", "old failed", "later skipped", "at odds passed"])
    #expect(problems(results) == ["!suite_error G: hook_error outside its scenarios"])
    let alone =
      #"[{"keyword":"Feature","name":"G","location":"g.feature:1","status":"hook_error"}]"#
    #expect(CucumberJSON.recognises(head(alone)) == .yes)
  }
}

@Suite struct AllureResultTests {
  @Test("a result is a test with its labels and parameters")
  func result() throws {
    let text = #"""
      {"uuid":"u","historyId":"h","name":"test_a","fullName":"t#a","status":"broken",
       "statusDetails":{"message":"boom","trace":"boom\n at","flaky":true,"known":true},
       "start":1000,"stop":1500,
       "labels":[{"name":"parentSuite","value":"P"},{"name":"suite","value":"S"},
        {"name":"testClass","value":"C"}],
       "parameters":[{"name":"n","value":"1"},{"name":"key","value":"s3","mode":"masked"},{"name":"h","value":"s4","mode":"hidden"},{"name":"seed","value":"9","excluded":true}]}
      """#
    #expect(AllureResult.recognises(head(text)) == .yes)
    let results = try AllureResult.read(memory(text))
    #expect(lines(results) == ["test_a errored"])
    #expect(results.suites.map(\.path) == [["P", "S"]])
    #expect(results.text.string(results.tests[0].className) == "C")
    #expect(results.tests[0].duration == 0.5)
    let detail = try detail(results, 0)
    #expect(detail.parameters == "n=1, key=******" && detail.isMarkedFlaky && detail.isKnownFailure)
    #expect(results.suites[0].retryKey == "h")
  }

  @Test("a trace or a name may fill the head; a fixture may have no children")
  func longTexts() throws {
    let trace = String(repeating: "at x\\n", count: 20_000)
    let text = #"{"name":"t","status":"broken","statusDetails":{"message":""# + trace
    let cut = Head(raw: Array(text.utf8.prefix(65_536)), isWhole: false)
    #expect(AllureResult.recognises(cut) == .yes)
    let name = String(repeating: "n", count: 300)
    let named = #"{"uuid":"u","name":"\#(name)","status":"passed","labels":[]}"#
    #expect(AllureResult.recognises(head(named)) == .yes)
    let fixture = #"{"uuid":"u","befores":[{"name":"db","status":"broken"}],"start":1}"#
    #expect(AllureResult.recognises(head(fixture)) == .yes)
    #expect(problems(try AllureResult.read(memory(fixture))) == ["!suite_error db: broken"])
  }

  @Test(
    "a result without its status is no pass, and one of the fewest keys is recognised",
    arguments: [
      (#"{"uuid":"u","name":"a","start":1,"stop":3}"#, "a errored"),
      (#"{"uuid":"u","name":"a","status":null,"start":1,"stop":3}"#, "a errored"),
      (#"{"uuid":"u","name":"a","status":"passed","start":1,"stop":3}"#, "a passed"),
      (#"{"name":"a","status":"passed","start":1,"stop":3}"#, "a passed"),
    ])
  func bare(text: String, line: String) throws {
    #expect(AllureResult.recognises(head(text)) == .yes)
    #expect(lines(try AllureResult.read(memory(text))) == [line])
  }

  @Test("where there are no suite labels, the title path is the suite")
  func titlePath() throws {
    let text = #"{"uuid":"u","name":"a","fullName":"f","titlePath":["A","B"],"status":"passed"}"#
    #expect(try AllureResult.read(memory(text)).suites.map(\.path) == [["A", "B"]])
  }

  @Test("errors of the whole run block")
  func globals() throws {
    let text = #"""
      {"errors":[{"timestamp":1724662800000,"message":"no database\nat all","trace":"at x"}],
       "attachments":[]}
      """#
    let takers = formats.filter { $0.recognises(head(text)) == .yes }.map { $0.name }
    #expect(takers == ["allure"])
    #expect(problems(try AllureResult.read(memory(text))) == ["!outside_error no database"])
  }

  @Test("a container may have a name")
  func namedContainer() throws {
    let text = #"""
      {"uuid":"u","children":["c"],"name":"S","befores":[{"name":"db","status":"failed"}]}
      """#
    #expect(AllureResult.recognises(head(text)) == .yes)
    #expect(problems(try AllureResult.read(memory(text))) == ["!suite_error db: failed"])
  }

  @Test("a fixture that failed blocks")
  func container() throws {
    let text = #"""
      {"uuid":"u","children":["c"],"befores":[{"name":"db","status":"broken",
       "statusDetails":{"message":"down"}}],"afters":[{"name":"x","status":"passed"}]}
      """#
    #expect(AllureResult.recognises(head(text)) == .yes)
    let results = try AllureResult.read(memory(text))
    #expect(results.tests.isEmpty)
    #expect(problems(results) == ["!suite_error db: down"])
  }
}

@Suite struct RSpecJSONTests {
  @Test("examples, and errors outside of them")
  func complete() throws {
    let text = #"""
      {"version":"3.12.0","messages":["\nAn error occurred while loading ./e.rb.\n"],
       "examples":[{"full_description":"A ok","status":"passed","file_path":"./a.rb",
         "run_time":0.25},
        {"full_description":"A bad","status":"failed","file_path":"./a.rb","line_number":3,
         "exception":{"class":"E","message":"no","backtrace":["a.rb:3"]}},
        {"full_description":"A later","status":"pending","file_path":"./a.rb",
         "pending_message":"soon"}],
       "summary":{"failure_count":1,"errors_outside_of_examples_count":1},"summary_line":"3"}
      """#
    #expect(RSpecJSON.recognises(head(text)) == .yes)
    let results = try RSpecJSON.read(memory(text))
    #expect(lines(results) == ["A ok passed", "A bad failed", "A later skipped"])
    let failed = try detail(results, 1)
    #expect(failed.type == "E" && failed.message == "no" && failed.text == "no\na.rb:3")
    #expect(try detail(results, 2).message == "soon")
    #expect(
      problems(results) == [
        "!outside_error 1 error outside of examples: An error occurred while loading ./e.rb."
      ])
  }
}

@Suite struct GoogleTestJSONTests {
  @Test("failures, skips and disabled tests, with times that end in s")
  func complete() throws {
    let text = #"""
      {"tests":4,"failures":1,"disabled":1,"errors":0,"timestamp":"2026-11-23T13:40:49Z",
       "name":"AllTests","testsuites":[{"name":"M","testsuite":[
        {"name":"Ok","status":"RUN","result":"COMPLETED","time":"1.5s"},
        {"name":"Bad","file":"g.cpp","line":3,"status":"RUN","result":"COMPLETED","time":"0s",
         "failures":[{"failure":"g.cpp:3\nExpected 3\n","type":""}]},
        {"name":"DISABLED_Off","status":"NOTRUN","result":"SUPPRESSED","time":"0s"},
        {"name":"Skip","status":"RUN","result":"SKIPPED","skipped":[{"message":"g:4\nno gpu\n"}]}]}]}
      """#
    #expect(GoogleTestJSON.recognises(head(text)) == .yes)
    let results = try GoogleTestJSON.read(memory(text))
    #expect(lines(results) == ["Ok passed", "Bad failed", "DISABLED_Off skipped", "Skip skipped"])
    #expect(results.tests.map(\.duration) == [1.5, 0, 0, nil])
    #expect(try detail(results, 1).message == "Expected 3")
    #expect(try detail(results, 3).message == "no gpu")
  }
}

@Suite struct GoogleTestListTests {
  @Test("a list of tests is no run")
  func list() throws {
    let text = #"""
      {"tests":2,"name":"AllTests","testsuites":[{"name":"A","tests":2,"testsuite":[
       {"name":"x","file":"a.cc","line":3},{"name":"y","file":"a.cc","line":9}]}]}
      """#
    #expect(GoogleTestJSON.recognises(head(text)) == .yes)
    let results = try GoogleTestJSON.read(memory(text))
    #expect(lines(results) == ["x skipped", "y skipped"])
    #expect(results.problems.map(\.isBlocking) == [true])
    let old =
      #"{"failures":0,"disabled":0,"testsuites":[{"testsuite":[{"name":"x","status":"RUN"}]}]}"#
    #expect(lines(try GoogleTestJSON.read(memory(old))) == ["x passed"])
  }
}

@Suite struct CucumberMessagesTests {
  @Test("scenarios with feature and rule, retries as attempts, rows of examples by their lines")
  func complete() throws {
    let text = #"""
      {"meta":{"protocolVersion":"28.0.0","implementation":{"name":"cucumber-js","version":"12"}}}
      npm notice
      {"gherkinDocument":{"uri":"a.feature","feature":{"name":"F","children":[
      {"gherkinDocument":{"uri":"a.feature","feature":{"name":"F","children":[{"scenario":{"id":"1","location":{"line":2},"name":"S","examples":[]}},{"rule":{"id":"9","name":"R","children":[{"scenario":{"id":"2","location":{"line":5},"name":"O","examples":[{"tableBody":[{"id":"3","location":{"line":9}}]}]}}]}}]}}}
      {"pickle":{"id":"p1","uri":"a.feature","name":"S","astNodeIds":["1"],"steps":[{"id":"s1","text":"a step"}]}}
      {"pickle":{"id":"p2","uri":"a.feature","name":"O","astNodeIds":["2","3"],"steps":[{"id":"s2","text":"another"}]}}
      {"testRunStarted":{"timestamp":{"seconds":0,"nanos":0}}}
      {"testCase":{"id":"c1","pickleId":"p1","testSteps":[{"id":"h","hookId":"x"},{"id":"t1","pickleStepId":"s1"}]}}
      {"testCase":{"id":"c2","pickleId":"p2","testSteps":[{"id":"t2","pickleStepId":"s2"}]}}
      {"testCaseStarted":{"id":"r1","testCaseId":"c1","attempt":0}}
      {"testStepFinished":{"testCaseStartedId":"r1","testStepId":"t1","testStepResult":{"status":"FAILED","message":"no\nat x","duration":{"seconds":1,"nanos":0}}}}
      {"testCaseFinished":{"testCaseStartedId":"r1","willBeRetried":true}}
      {"testCaseStarted":{"id":"r2","testCaseId":"c1","attempt":1}}
      {"testStepFinished":{"testCaseStartedId":"r2","testStepId":"h","testStepResult":{"status":"PASSED","duration":{"seconds":0,"nanos":250000000}}}}
      {"testStepFinished":{"testCaseStartedId":"r2","testStepId":"t1","testStepResult":{"status":"PASSED","duration":{"seconds":1,"nanos":0}}}}
      {"testCaseFinished":{"testCaseStartedId":"r2","willBeRetried":false}}
      {"testCaseStarted":{"id":"r3","testCaseId":"c2","attempt":0}}
      {"testStepFinished":{"testCaseStartedId":"r3","testStepId":"t2","testStepResult":{"status":"UNDEFINED","duration":{"seconds":0,"nanos":0}}}}
      {"testCaseFinished":{"testCaseStartedId":"r3","willBeRetried":false}}
      {"testRunFinished":{"success":false,"timestamp":{"seconds":1700000000,"nanos":0}}}
      """#
    #expect(CucumberMessages.recognises(head(text)) == .yes)
    let results = try CucumberMessages.read(memory(text))
    #expect(lines(results) == ["S passed", "O errored"])
    #expect(results.suites.map(\.path) == [["F"], ["F", "R"]])
    #expect(results.tests.map(\.duration) == [1.25, 0])
    let flaky = try detail(results, 0)
    #expect(flaky.attempts.map(\.outcome) == [.failed] && flaky.attempts.first?.message == "no")
    let undefined = try detail(results, 1)
    #expect(undefined.message == "undefined: another")
    #expect(undefined.file == "a.feature" && undefined.line == 9)
    #expect(problems(results) == ["lines_skipped 2 lines are no event"])
    #expect(results.environment == ["cucumber-js": "12"])
  }

  @Test("what cannot be parsed, a hook of the run, and a stream without its end are no pass")
  func outsideTests() throws {
    let text = #"""
      {"parseError":{"source":{"uri":"b.feature"},"message":"(1:1): expected: #Feature\nmore"}}
      {"testRunStarted":{"timestamp":{"seconds":0,"nanos":0}}}
      {"testRunHookFinished":{"result":{"status":"FAILED","message":"no database"}}}
      {"pickle":{"id":"p","uri":"a.feature","name":"S","astNodeIds":[],"steps":[]}}
      {"testCase":{"id":"c","pickleId":"p","testSteps":[]}}
      {"testCaseStarted":{"id":"r","testCaseId":"c","attempt":0}}
      """#
    let results = try CucumberMessages.read(memory(text))
    #expect(lines(results) == ["S errored"])
    #expect(
      problems(results) == [
        "!suite_error b.feature: (1:1): expected: #Feature",
        "!suite_error a hook of the run: no database",
        "!unterminated S began and never ended",
        "!unterminated the stream ends without the run's end",
      ])
  }
}

@Suite struct LibtestJSONTests {
  @Test("several suites in one stream, benchmarks between tests")
  func complete() throws {
    let text = #"""
      { "type": "suite", "event": "started", "test_count": 4 }
      { "type": "test", "event": "started", "name": "a" }
      { "type": "test", "name": "a", "event": "ok", "exec_time": 0.25 }
      { "type": "test", "name": "b", "event": "failed",
      { "type": "test", "name": "b", "event": "failed", "stdout": "thread 'b' panicked at x.rs:1:2:\nno\n" }
      { "type": "test", "name": "c", "event": "ignored", "message": "slow" }
      { "type": "test", "event": "started", "name": "d" }
      { "type": "bench", "name": "d", "median": 143.5, "deviation": 16.0 }
      { "type": "suite", "event": "failed", "passed": 1, "failed": 1 }
      { "type": "suite", "event": "started", "test_count": 0 }
      { "type": "suite", "event": "ok", "passed": 0, "failed": 0 }
      """#
    #expect(LibtestJSON.recognises(head(text)) == .yes)
    let results = try LibtestJSON.read(memory(text))
    #expect(lines(results) == ["a passed", "b failed", "c skipped"])
    #expect(try detail(results, 1).message == "no")
    #expect(results.measurements.map(\.value) == [143.5])
    #expect(problems(results) == ["lines_skipped 1 line is no event"])
  }

  @Test("a time may be a text and output stderr's, as Rust once wrote; a limit is a reason")
  func textTimes() throws {
    let text = #"""
      {"type":"suite","event":"started","test_count":"1"}
      {"type":"test","event":"ok","name":"a","exec_time":"0.012s"}
      {"type":"test","event":"failed","name":"b","exec_time":1.5,"reason":"time limit exceeded"}
      {"type":"test","event":"failed","name":"c","stderr":"thread 'c' panicked at x.rs:1:2:\nno\n"}
      {"type":"suite","event":"failed","passed":1,"failed":2}
      """#
    let results = try LibtestJSON.read(memory(text))
    #expect(results.tests.map(\.duration) == [0.012, 1.5, nil])
    #expect(try detail(results, 1).message == "time limit exceeded")
    #expect(try detail(results, 2).message == "no")
  }

  @Test("nextest's retries are attempts of the test that began")
  func retries() throws {
    let text = #"""
      {"type":"suite","event":"started","test_count":2}
      {"type":"test","event":"started","name":"c::b$flaky"}
      {"type":"test","event":"started","name":"c::b$issue#2"}
      {"type":"test","event":"ok","name":"c::b$flaky#3","exec_time":0.5}
      {"type":"test","event":"ok","name":"c::b$issue#2"}
      {"type":"suite","event":"ok","passed":2,"failed":0}
      """#
    let results = try LibtestJSON.read(memory(text))
    #expect(lines(results) == ["c::b$flaky passed", "c::b$issue#2 passed"])
    #expect(try detail(results, 0).attempts.map(\.outcome) == [.failed, .failed])
    #expect(results.problems.isEmpty)
  }

  @Test("what began and never ended is no pass")
  func unterminated() throws {
    let results = try LibtestJSON.read(
      memory(
        #"{"type":"suite","event":"started","test_count":2}"# + "\n"
          + #"{"type":"test","event":"started","name":"a"}"#))
    #expect(lines(results) == ["a failed"])
    #expect(
      problems(results) == [
        "!unterminated a began and never ended", "!unterminated a suite began and never ended",
      ])
  }

  @Test("fewer tests than announced is no pass")
  func planMismatch() throws {
    let results = try LibtestJSON.read(
      memory(
        #"{"type":"suite","event":"started","test_count":2}"# + "\n"
          + #"{"type":"test","event":"ok","name":"a"}"# + "\n" + #"{"type":"suite","event":"ok"}"#))
    #expect(problems(results) == ["!plan_mismatch 2 tests were announced, 1 ended"])
  }
}

@Suite struct DartJSONTests {
  @Test("an error after a test's end is its failure, platforms are labels, a closed run is no pass")
  func late() throws {
    let text = #"""
      {"protocolVersion":"0.1.1","runnerVersion":"1.25.0","type":"start","time":0}
      {"suite":{"id":0,"platform":"vm","path":"a.dart"},"type":"suite","time":0}
      {"suite":{"id":1,"platform":"chrome","path":"a.dart"},"type":"suite","time":0}
      {"test":{"id":2,"name":"t","suiteID":0},"type":"testStart","time":1}
      {"testID":2,"result":"success","skipped":false,"hidden":false,"type":"testDone","time":3}
      {"testID":2,"error":"late","stackTrace":"","isFailure":false,"type":"error","time":4}
      {"test":{"id":3,"name":"(tearDownAll)","suiteID":1},"type":"testStart","time":5}
      {"testID":3,"result":"success","skipped":false,"hidden":true,"type":"testDone","time":6}
      {"testID":3,"error":"later","stackTrace":"","isFailure":true,"type":"error","time":7}
      {"success":null,"type":"done","time":8}
      """#
    let results = try DartJSON.read(memory(text))
    #expect(lines(results) == ["t errored", "(tearDownAll) failed"])
    #expect(results.tests.map(\.duration) == [0.002, 0.001])
    #expect(try detail(results, 0).message == "late")
    #expect(results.suites.map(\.labels.description) == ["platform=vm", "platform=chrome"])
    #expect(problems(results) == ["!bailed_out the run was closed before all tests ran"])
  }

  @Test("hidden tests are none, errors are no failures, and a stream has an end")
  func complete() throws {
    let start = #"{"protocolVersion":"0.1.1","runnerVersion":"1.15.4","type":"start","time":0}"#
    let text = #"""
      {"suite":{"id":0,"path":"test/a.dart"},"type":"suite","time":0}
      {"test":{"id":1,"name":"loading test/a.dart","suiteID":0},"type":"testStart","time":1}
      {"testID":1,"result":"success","skipped":false,"hidden":true,"type":"testDone","time":2}
      {"test":{"id":2,"name":"ok","suiteID":0,"line":3,"url":"file:///a.dart"},"type":"testStart","time":10}
      {"testID":2,"result":"success","skipped":false,"hidden":false,"type":"testDone","time":260}
      {"test":{"id":3,"name":"bad","suiteID":0,"line":5,"url":"file:///a.dart"},"type":"testStart","time":260}
      {"testID":3,"messageType":"print","message":"hello","type":"print","time":261}
      {"testID":3,"error":"Expected: <2>","stackTrace":"a.dart 5","isFailure":true,"type":"error"}
      {"testID":3,"result":"failure","skipped":false,"hidden":false,"type":"testDone","time":270}
      {"test":{"id":4,"name":"boom","suiteID":0},"type":"testStart","time":270}
      {"testID":4,"result":"error","skipped":false,"hidden":false,"type":"testDone","time":271}
      {"test":{"id":5,"name":"later","suiteID":0,"metadata":{"skip":true,"skipReason":"soon"}},"type":"testStart","time":271}
      {"testID":5,"result":"success","skipped":true,"hidden":false,"type":"testDone","time":272}
      """#
    #expect(DartJSON.recognises(head(start + "\n" + text)) == .yes)
    let done = "\n" + #"{"success":false,"type":"done","time":300}"#
    let results = try DartJSON.read(memory(start + "\n" + text + done))
    #expect(lines(results) == ["ok passed", "bad failed", "boom errored", "later skipped"])
    #expect(results.tests[0].duration == 0.25)
    let failed = try detail(results, 1)
    #expect(failed.message == "Expected: <2>" && failed.output == "hello\n" && failed.line == 5)
    #expect(results.problems.isEmpty)
    let cut = try DartJSON.read(memory(text))
    #expect(problems(cut) == ["!unterminated the stream ends without its last event"])
  }
}
