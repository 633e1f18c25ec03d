import Testing
import TidemarkConfig
import TidemarkModel

@Suite struct ConfigReaderTests {
  @Test("Every section is read to its type")
  func wholeFile() throws {
    let config = try read(
      """
      platform: gitlab
      repository: group/project
      inputs:
        - results/**/*.xml
        - junit:odd.txt
      site_url: https://pages.example/x
      benchmarks:
        providers: [openai, {name: local, models: [small], authentication: LOCAL_TOKEN}]
        models: [large, {name: small, provider: local, tasks: [qa]}]
        tasks: qa
        schedule: "0 3 * * *"
        regression_threshold: 5 %
        commands:
          - make bench
          - {name: eval, run: ./eval, needs: [make bench], timeout: 10 min, retries: 2,
             labels: {os: linux}, environment: {SEED: 1}, results: [out/*.json]}
      reporting: {pull_request_comments: true, status_checks: no, site_url: https://other.example}
      authentication: {github: GITHUB_TOKEN}
      history: {directory: .h, stale_after: 3 days, baseline_runs: 64, branch: tidemark,
                retention: {keep: [release/*], all: 90 days, daily: 1 year, weekly: 5 years}}
      gate:
        rules: [new-failures, regressions]
        thresholds: [{series: "startup*", maximum: 200, unit: ms}]
      detection:
        effect_floor: 2%
        rules:
          - {series: [bench/a*, bench/b*], effect_floor: 0.1, direction: higher, minimum: 3}
      labels: {"windows/**": {os: windows}, "**/*.json": {kind: json, os: any}}
      aliases: {old: new, 0123456789abcdef: fedcba9876543210}
      quarantine:
        - {tests: [a, b], owner: ann, reason: flaky host, expires: 2026-12-31}
      annotations: [{commit: abc, text: "**moved**", series: x}]
      owners: {"src/net/**": "@net"}
      theme: {directory: look, title: Ours}
      features: {clusters: on, links: false}
      """)
    #expect(config.platform == "gitlab" && config.repository == "group/project")
    #expect(config.list("inputs") == ["results/**/*.xml", "junit:odd.txt"])
    #expect(config.text("site_url") == "https://pages.example/x")
    #expect(config.benchmarks.providers.map(\.name) == ["openai", "local"])
    #expect(config.benchmarks.providers[1].authentication == "LOCAL_TOKEN")
    #expect(config.benchmarks.models[1].tasks == ["qa"])
    #expect(config.benchmarks.tasks == ["qa"])
    #expect(config.benchmarks.regressionThreshold == 0.05)
    #expect(config.benchmarks.commands.map(\.name) == ["make bench", "eval"])
    #expect(config.benchmarks.commands[1].timeout == 600)
    #expect(config.benchmarks.commands[1].environment == ["SEED": "1"])
    #expect(config.reporting.pullRequestComments == true && config.reporting.statusChecks == false)
    #expect(config.reporting.trendAnalysis == nil)
    #expect(config.authentication == ["github": "GITHUB_TOKEN"])
    #expect(config.text("history") == ".h" && config.history.staleAfter == 259_200)
    #expect(config.history.retention?.weekly == 157_680_000)
    #expect(config.list("gate") == ["new-failures", "regressions"])
    #expect(config.thresholds.map(\.pattern) == ["startup*", "bench/a*", "bench/b*"])
    #expect(config.thresholds[0].maximum == ConfigBound(value: 200, unit: "ms"))
    #expect(config.detection.map(\.effectFloor) == [0.05, 0.02, 0.1, 0.1])
    #expect(config.detection.last?.direction == .higher)
    #expect(config.labels(forInput: "windows/a.json") == Labels([("os", "any"), ("kind", "json")]))
    #expect(config.labels(forInput: "windows/a.xml") == Labels([("os", "windows")]))
    #expect(config.aliases.map(\.new) == ["new", "fedcba9876543210"])
    #expect(config.quarantine.map(\.pattern) == ["a", "b"] && config.quarantine[0].line == 31)
    #expect(config.annotations[0].text == "**moved**" && config.annotations[0].series == ["x"])
    #expect(config.owners.map(\.owner) == ["@net"])
    #expect(config.theme.title == "Ours" && config.text("theme") == "look")
    #expect(config.features == ["clusters": true, "links": false])
  }

  @Test("What benchmarks are repeated over, what is left out, and what an outage is are read")
  func benchmarks() throws {
    let config = try read(
      """
      benchmarks:
        models: [{name: small}]
        exclude:
          - {provider: [a, "b*"], task: qa}
        outage: {exit_status: [3, 4], output: "*overloaded*"}
        commands:
          - make bench
          - {name: once, run: ./x, each: [], retry_wait: 2 min}
          - {name: by, run: ./y, each: [model, task]}
      """)
    let benchmarks = config.benchmarks
    #expect(benchmarks.line == 2 && benchmarks.models[0].line == 2)
    #expect(benchmarks.exclusions[0].providers == ["a", "b*"])
    #expect(benchmarks.exclusions[0].models.isEmpty && benchmarks.exclusions[0].tasks == ["qa"])
    #expect(benchmarks.outage.exitStatuses == [3, 4])
    #expect(benchmarks.outage.output == ["*overloaded*"])
    #expect(benchmarks.outage.httpStatuses == OutageRule().httpStatuses)
    #expect(benchmarks.commands.map(\.each) == [nil, [], [.model, .task]])
    #expect(benchmarks.commands[1].retryWait == 120)
  }

  @Test("A section that is an option too takes the option's form")
  func shortForms() throws {
    let config = try read("history: .h\ngate: unjudged\ntheme: look\ninputs: a.xml\n")
    #expect(config.text("history") == ".h")
    #expect(config.list("gate") == ["unjudged"])
    #expect(config.text("theme") == "look")
    #expect(config.list("inputs") == ["a.xml"])
  }

  @Test("An empty file says nothing", arguments: ["", "# only a comment\n", "---\n", "~\n"])
  func emptyFile(text: String) throws {
    #expect(try read(text).path == "tidemark.yml")
  }

  @Test(
    "What is wrong is told with line, column and the nearest right key",
    arguments: [
      ("site-url: x", "1:1", "`site-url` is no key of the file", "did you mean `site_url`?"),
      (
        "history:\n  stale_afer: 3 days", "2:3", "`stale_afer` is no key of `history`",
        "did you mean `stale_after`?"
      ),
      ("zzzzzzzzzz: 1", "1:1", "`zzzzzzzzzz` is no key", "use one of aliases,"),
      (
        "history: {stale_after: 14}", "1:24", "`stale_after` is `14`, not a duration",
        "did you mean `14 days`? Write a duration"
      ),
      ("allow_empty: maybe", "1:14", "`allow_empty` is `maybe`, not true or false", "write true"),
      ("attempt: two", "1:10", "not a whole number", "write a whole number"),
      ("benchmarks: {regression_threshold: 5}", "1:36", "`5`, not a share", "did you mean `5 %`?"),
      ("platform: gitlabb", "1:11", "cannot be `gitlabb`", "did you mean `gitlab`?"),
      ("owners: [a]", "1:9", "`owners` is a list, not a mapping", "write a mapping"),
      ("key: {a: b}", "1:6", "`key` is a mapping, not a name of up to 64", "write a name"),
      ("gate: bogus", "1:7", "cannot be `bogus`", "write one of new-failures"),
      (
        "gate: [failures, regresions]", "1:18", "cannot be `regresions`",
        "did you mean `regressions`?"
      ),
      ("gate: {rules: [mising]}", "1:16", "cannot be `mising`", "did you mean `missing`?"),
      ("only: [comment, sit]", "1:17", "cannot be `sit`", "did you mean `site`?"),
      ("key: My Key", "1:6", "`key` is `My Key`, not a name", "did you mean `my-key`?"),
      ("time: yesterday", "1:7", "`time` is `yesterday`, not a date", "write a date"),
      ("attempt: 0", "1:10", "`attempt` is `0`", "write a whole number from 1"),
      ("url: example.org/x", "1:6", "not an address", "did you mean `https://example.org/x`?"),
      ("label: [os=a, arch:b]", "1:15", "`arch:b`, not KEY=VALUE", "did you mean `arch=b`?"),
      ("history: {stale_after: 14 dys}", "1:24", "`14 dys`", "did you mean `14 days`?"),
      ("history: {baseline_runs: -3}", "1:26", "`-3`", "from 1"),
      ("quiet: tru", "1:8", "`tru`, not true or false", "did you mean `true`?"),
      ("benchmarks: {regression_threshold: 7}", "1:36", "`7`, not a share", "did you mean `7 %`?"),
      ("detection: {constants: {alpha: x}}", "1:32", "`alpha` is `x`, not a number", "a number"),
      ("detection: [{series: a}]", "1:13", "the rule says nothing", "add an effect_floor"),
      ("gate: {thresholds: [{series: a}]}", "1:21", "the rule says nothing", "add a maximum"),
      (
        "detection: [{series: a, minimum: 3, maximum: 2}]", "1:34", "the minimum is above",
        "swap them"
      ),
      ("detection: [{series: a, maximum: MB}]", "1:34", "`MB`, not a number", "`10 MB`"),
      ("detection: [{series: a, reference: v1}]", "1:36", "has no `tolerance`", "tolerance: 5 %"),
      ("detection: [{series: a, tolerance: 1 %}]", "1:36", "has no `reference`", "reference: v1.0"),
      ("gate: {rule: x}", "1:8", "`rule` is no key of `gate`", "did you mean `rules`?"),
      (
        "quarantine:\n- tests: a\n  owner: b\n  reason: c", "2:3",
        "an item of `quarantine` has no `expires`", "add `expires`: a date"
      ),
      (
        "authentication: {github: ghp_abc-def}", "1:26", "is no name of a variable",
        "never the token"
      ),
      ("environments:\n  main:\n    gate: missing", "3:5", "`main` has no `when`", "add `when`"),
      ("a: 1\nkey: x\nkey: y", "3:1", "the key `key` stands on line 2 already", "keep one"),
      ("key: [1", "1:6", "did not find expected ',' or ']'", ""),
      ("key: *nowhere", "1:6", "the alias *nowhere has no anchor", ""),
      ("key: x\n---\nkey: y", "2:1", "a second document begins", "keep one"),
      ("? [a]\n: b", "1:3", "a key is no plain text", "write keys as words"),
    ])
  func faults(text: String, place: String, what: String, remedy: String) throws {
    let problem = try #require(throws: Problem.self) { _ = try read(text) }
    #expect("\(problem.line ?? 0):\(problem.column ?? 0)" == place || what.contains("expected"))
    #expect(problem.path == "tidemark.yml")
    #expect(problem.what.contains(what), "\(problem.what)")
    #expect((problem.remedy ?? "").contains(remedy), "\(problem.remedy ?? "")")
  }

  @Test("A mapping takes in another with <<, below its own keys")
  func mergeKeys() throws {
    let config = try read(
      """
      benchmarks:
        commands:
          - &base {name: one, run: make, retries: 2, timeout: 5 min}
          - {<<: *base, name: two, run: make two}
          - {name: three, <<: [*base, {directory: x, retries: 9}]}
      """)
    #expect(config.benchmarks.commands.map(\.name) == ["one", "two", "three"])
    #expect(config.benchmarks.commands.map(\.run) == ["make", "make two", "make"])
    #expect(config.benchmarks.commands.map(\.retries) == [2, 2, 2])
    #expect(config.benchmarks.commands[2].directory == "x")
    #expect(throws: Problem.self) { try read("reporting: {<<: text}") }
  }

  @Test("Aliases cannot make a document grow without bound")
  func aliasBomb() throws {
    var text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...8 {
      let name = ["b", "c", "d", "e", "f", "g", "h", "i"][level - 1]
      let last = ["a", "b", "c", "d", "e", "f", "g", "h"][level - 1]
      text +=
        "\(name): &\(name) [\(Array(repeating: "*\(last)", count: 10).joined(separator: ", "))]\n"
    }
    let problem = try #require(throws: Problem.self) { _ = try read(text) }
    #expect(problem.what.contains("100000 values"))
  }

  @Test("Nesting has a bound")
  func depth() throws {
    let text = "key: " + String(repeating: "[", count: 5000)
    let problem = try #require(throws: Problem.self) { _ = try read(text) }
    #expect(problem.what.contains("nests deeper than 32 levels"))
  }

  @Test("Any bytes are read or refused", arguments: 0..<200)
  func anyBytes(seed: UInt64) {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % below
    }
    let pieces = [
      "key", "gate", ":", ": ", "\n", "  ", "- ", "[", "]", "{", "}", "&a", "*a", "'", "\"", "|",
      "\u{0}", "\u{FF}", "history", "environments", "when", ",", "!!int ", "? ", "---", "%TAG",
    ]
    let text = (0..<next(60)).map { _ in pieces[next(pieces.count)] }.joined()
    _ = try? read(text)
  }

  @Test(
    "A bound has a number and the unit behind it",
    arguments: [
      ("200", ConfigBound(value: 200)), ("10 MB", ConfigBound(value: 10, unit: "MB")),
      ("80%", ConfigBound(value: 80, unit: "%")), ("-1.5e3", ConfigBound(value: -1500)),
      ("1e3 ns", ConfigBound(value: 1000, unit: "ns")),
      ("5 events", ConfigBound(value: 5, unit: "events")),
      ("5events", ConfigBound(value: 5, unit: "events")), ("MB", nil), ("", nil), ("inf", nil),
      ("nan", nil),
    ])
  func bounds(text: String, bound: ConfigBound?) {
    #expect(ConfigValue.bound(text) == bound)
  }

  @Test("Constants of the detector and thresholds against a reference are taken as they stand")
  func constantsAndReferences() throws {
    let config = try read(
      """
      detection:
        constants: {effect_floor: 0.05, guard-runs: 20}
        rules:
          - {series: size/*, maximum: 10 MB}
          - {series: [a, b], reference: v*, tolerance: 5 %, minimum: 1, unit: s}
      """)
    #expect(config.constants.map(\.name) == ["effect-floor", "guard-runs"])
    #expect(config.constants.map(\.value) == [0.05, 20])
    #expect(config.constants.map(\.line) == [2, 2])
    #expect(config.thresholds.count == 3)
    #expect(config.thresholds[0].maximum == ConfigBound(value: 10, unit: "MB"))
    #expect(config.thresholds[2].reference == "v*" && config.thresholds[2].tolerance == 0.05)
    #expect(config.thresholds[2].minimum == ConfigBound(value: 1, unit: "s"))
    #expect(config.thresholds.map(\.line) == [4, 5, 5])
  }

  @Test("The environment wins over the file, and a list has an item a line")
  func precedence() throws {
    let config = try read(
      "key: a\nallow_empty: true\nattempt: 2\ngate: [missing]\nlabel: [x=1]\n",
      [
        "TIDEMARK_KEY": "b", "TIDEMARK_ALLOW_EMPTY": "false", "TIDEMARK_ATTEMPT": "",
        "TIDEMARK_GATE": "failures\nproblems",
      ])
    #expect(config.text("key") == "b")
    #expect(config.flag("allow_empty") == false)
    #expect(config.number("attempt") == 2)
    #expect(config.list("gate") == ["failures", "problems"])
    #expect(config.list("label") == ["x=1"])
  }

  @Test("Without a file the environment alone counts")
  func noFile() throws {
    let config = try Config.read(
      nil, path: "tidemark.yml", environment: ["TIDEMARK_OUT": "there"])
    #expect(config.path == nil && config.text("out") == "there")
  }

  @Test("A variable that cannot be what its option is, is wrong usage")
  func wrongVariable() throws {
    let problem = try #require(throws: Problem.self) {
      _ = try read("", ["TIDEMARK_NO_RECORD": "perhaps"])
    }
    #expect(problem.what == "the variable TIDEMARK_NO_RECORD is `perhaps`")
  }

  @Test("Variables that are none of ours are named with the nearest that is")
  func unknownVariables() throws {
    let config = try read("", ["TIDEMARK_SITEURL": "x", "TIDEMARK_KEY": "a", "TM_X": "1"])
    #expect(config.unknownVariables().map(\.name) == ["TIDEMARK_SITEURL"])
    #expect(config.unknownVariables().first?.nearest == "TIDEMARK_SITE_URL")
  }

  @Test(
    "An overlay holds where everything that it names does",
    arguments: [
      ("main", nil, [:], ["on main"]), ("topic", nil, [:], []),
      ("release/2", "azure", [:], ["on azure"]),
      ("topic", nil, ["NIGHTLY": "1", "KIND": "full"], ["nightly"]),
      ("topic", nil, ["NIGHTLY": "1", "KIND": "quick"], []),
      ("main", "azure", ["NIGHTLY": "1", "KIND": "full"], ["on main", "on azure", "nightly"]),
    ] as [(String, String?, [String: String], [String])])
  func overlays(
    branch: String, platform: String?, variables: [String: String], expected: [String]
  ) throws {
    let config = try read(
      """
      key: base
      history: {directory: .h, stale_after: 3 days}
      environments:
        on main: {when: {branch: [main, trunk]}, key: main, history: {stale_after: 1 day}}
        on azure: {when: {platform: azure, branch: ["**"]}, key: azure, gate: [failures]}
        nightly: {when: {variable: [NIGHTLY, KIND=f*]}, key: nightly}
      """, variables, branch: branch, platform: platform)
    #expect(config.overlays == expected)
    let keys = ["on main": "main", "on azure": "azure", "nightly": "nightly"]
    #expect(config.text("key") == expected.last.flatMap { keys[$0] } ?? "base")
    #expect(config.history.staleAfter == (expected.contains("on main") ? 86_400 : 259_200))
    #expect(config.history.directory == ".h")
    #expect(config.list("gate") == (expected.contains("on azure") ? ["failures"] : []))
  }

  @Test(
    "The branch of an overlay is the given one, else the variable's, the file's, or what is told",
    arguments: [
      ("a", "b", "c", "d", "a"), (nil, "b", "c", "d", "b"), (nil, nil, "c", "d", "c"),
      (nil, nil, nil, "d", "d"), (nil, nil, nil, nil, nil),
    ] as [(String?, String?, String?, String?, String?)])
  func branchOfOverlay(
    given: String?, variable: String?, written: String?, told: String?, expected: String?
  ) throws {
    let names = ["a", "b", "c", "d"]
    let overlays = names.map { "  \($0): {when: {branch: \($0)}, key: \($0)}\n" }.joined()
    let text = (written.map { "branch: \($0)\n" } ?? "") + "environments:\n" + overlays
    let config = try Config.read(
      Array(text.utf8), path: "tidemark.yml",
      environment: variable.map { ["TIDEMARK_BRANCH": $0] } ?? [:], branch: given, told: told)
    #expect(config.text("key") == expected)
  }

  @Test("A token in place of a variable's name is refused", arguments: ["ghp_0a1b", "glpat-x1"])
  func tokens(text: String) throws {
    let problem = try #require(throws: Problem.self) {
      _ = try read("authentication: {github: \(text)}")
    }
    #expect(problem.what == "`github` of `authentication` is no name of a variable")
  }

  @Test(
    "A duration needs a unit",
    arguments: [
      ("14 days", 1_209_600), ("36h", 129_600), ("90 min", 5400), ("1.5 h", 5400),
      ("2w", 1_209_600),
      ("14", nil), ("-3 h", nil), ("h", nil), ("", nil), ("3 fortnights", nil),
    ] as [(String, Double?)])
  func durations(text: String, seconds: Double?) {
    #expect(ConfigValue.duration(text) == seconds)
  }

  @Test(
    "A share is a percentage, or a number up to 1",
    arguments: [
      ("5 %", 0.05), ("5%", 0.05), ("0.05", 0.05), ("1", 1), ("5", nil), ("-1 %", nil), ("x%", nil),
    ] as [(String, Double?)])
  func shares(text: String, share: Double?) {
    #expect(ConfigValue.share(text) == share)
  }

  private func read(
    _ text: String, _ environment: [String: String] = [:], branch: String? = nil,
    platform: String? = nil
  ) throws(Problem) -> Config {
    try Config.read(
      Array(text.utf8), path: "tidemark.yml", environment: environment, branch: branch,
      platform: platform)
  }
}
