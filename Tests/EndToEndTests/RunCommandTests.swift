import Foundation
import Testing

@Suite struct RunCommandTests {
  /// A folder with a tidemark.yml whose `benchmarks.commands` are these lines.
  private func folder(_ commands: String, before: String = "") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("benchmarks:\n\(before)  commands:\n\(commands)\n", to: "tidemark.yml")
    return folder
  }

  /// A command that writes a hyperfine-like result of one benchmark.
  private let bench = """
    printf '{"results":[{"command":"%s","mean":%s,"stddev":0.1,"median":%s,"user":0.1,"system":0.1,"min":%s,"max":%s,"times":[%s]}]}'
    """

  private func states(_ answer: Program.Answer) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: answer.lines.map {
        ($0["name"] as? String ?? "", $0["state"] as? String ?? "")
      })
  }

  @Test("What commands write and what they print becomes one document that report takes in")
  func collecting() async throws {
    let folder = try folder(
      """
          - name: written
            run: \(bench) a 1 1 1 1 1 > out.json
            results: out.json
          - name: printed
            run: \(bench) b 2 2 2 2 2
      """)
    let answer = try await Program.run(["run", "--json"], in: folder.path)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(states(answer) == ["written": "passed", "printed": "passed"])
    #expect(answer.lines.map { $0["series"] as? Int ?? 0 }.allSatisfy { $0 > 0 })
    let report = try await Program.run(
      ["report", "tidemark-results", "--only", "json", "--quiet"], in: folder.path)
    #expect(report.status == 0, "\(report.errors)")
    let json = try #require(folder.read("tidemark-report/report.json"))
    #expect(json.contains(#""path":"out.json""#))
    #expect(json.contains("tidemark-results/logs/printed.out"))
  }

  @Test("Each combination runs by itself, is told by variables and labels, and by nothing else")
  func cells() async throws {
    let folder = try folder(
      """
          - name: eval
            run: \(bench) score 1 1 1 1 1 > "out-$TIDEMARK_NAME.json"; echo "$TIDEMARK_PROVIDER/$TIDEMARK_MODEL/${TIDEMARK_TASK-unset}" >> seen
            results: out-$TIDEMARK_NAME.json
            labels: {suite: nightly}
      """, before: "  providers: [p]\n  models: [a, b]\n")
    let answer = try await Program.run(["run", "--json"], in: folder.path)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(folder.read("seen") == "p/a/unset\np/b/unset\n")
    let document = try #require(folder.read("tidemark-results/tidemark-run.json"))
    #expect(document.contains(#""labels":{"model":"a","provider":"p","suite":"nightly"}"#))
    #expect(document.contains(#""labels":{"model":"b","provider":"p","suite":"nightly"}"#))
  }

  @Test(
    "A failure is told with the end of its log, stops what needs it alone, and is exit status 1")
  func failure() async throws {
    let folder = try folder(
      """
          - {name: bad, run: "echo oops >&2; exit 3", retries: 1, retry_wait: 0 s}
          - {name: after, run: "true", needs: bad}
          - name: good
            run: \(bench) a 1 1 1 1 1
      """)
    let answer = try await Program.run(["run", "--json"], in: folder.path)
    #expect(answer.status == 1)
    #expect(states(answer) == ["bad": "failed", "after": "skipped", "good": "passed"])
    let bad = answer.lines.first { $0["name"] as? String == "bad" }
    #expect(bad?["attempts"] as? Int == 2 && bad?["exit_status"] as? Int == 3)
    #expect(answer.errors.contains("  | oops"))
    #expect(folder.read("tidemark-results/logs/bad.log") == "oops\n[tidemark: attempt 2]\noops\n")
    let report = try await Program.run(
      ["report", "tidemark-results", "--gate", "problems", "--quiet", "--only", "json"],
      in: folder.path)
    #expect(report.status == 1)
    #expect(folder.read("tidemark-report/report.json")?.contains("command_failed") == true)
    let allowed = try await Program.run(["run", "--allow-failed"], in: folder.path)
    #expect(allowed.status == 0)
  }

  @Test("A command that writes nothing of what it says it writes has failed")
  func nothingWritten() async throws {
    let folder = try folder("    - {name: a, run: 'true', results: out.json}")
    try folder.write("{}", to: "out.json")
    let answer = try await Program.run(["run", "--json"], in: folder.path)
    #expect(answer.lines.first?["reason"] as? String == "it wrote none of `out.json`")
    #expect(answer.status == 3)
  }

  @Test("An outage is neither a failure nor a pass, and report tells it apart")
  func outage() async throws {
    let folder = try folder(
      """
          - {name: down, run: "echo 'HTTP/1.1 503 Service Unavailable'; exit 1", each: provider}
          - name: good
            run: \(bench) a 1 1 1 1 1
            each: []
      """, before: "  providers: [p]\n")
    let answer = try await Program.run(["run", "--json"], in: folder.path)
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(states(answer) == ["down__p": "unavailable", "good": "passed"])
    let strict = try await Program.run(["run", "--fail-on-outage"], in: folder.path)
    #expect(strict.status == 1)
    let report = try await Program.run(
      ["report", "tidemark-results", "--gate", "problems", "--quiet", "--only", "json"],
      in: folder.path)
    #expect(report.status == 0)
    let json = try #require(folder.read("tidemark-report/report.json"))
    #expect(json.contains(#""code":"provider_outage","message":"#))
  }

  @Test("A timeout stops a command with all that it started, also what ignores being told to")
  func timeout() async throws {
    let folder = try folder(
      """
          - name: slow
            run: |
              sh -c 'trap "" TERM; echo $$ > pid; sleep 60' &
              wait
            timeout: 1 s
      """)
    let answer = try await Program.run(["run", "--json"], in: folder.path)
    #expect(states(answer) == ["slow": "timed_out"])
    let process = try #require(
      folder.read("pid").flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
    // A process that is ended and not yet reaped by anybody is dead all the same.
    let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
    #expect(state == nil || state?.contains(") Z ") == true)
  }

  @Test("A go that was stopped goes on where it was; one that ended begins anew")
  func resuming() async throws {
    let folder = try folder(
      """
          - name: first
            run: echo first >> ran; \(bench) a 1 1 1 1 1
          - name: second
            run: echo second >> ran; test -e go || kill -TERM $PPID; sleep 1; \(bench) b 1 1 1 1 1
      """)
    let stopped = try await Program.run(["run"], in: folder.path)
    #expect(stopped.status == 128 + 15, "\(stopped.errors)")
    #expect(folder.read("tidemark-results/tidemark-run.json")?.contains("bailed_out") == true)
    try folder.write("", to: "go")
    let resumed = try await Program.run(["run", "--json"], in: folder.path)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.lines.map { $0["resumed"] as? Bool } == [true, false])
    #expect(resumed.lines.map { $0["series"] as? Int ?? 0 }.allSatisfy { $0 > 0 })
    #expect(folder.read("ran") == "first\nsecond\nsecond\n")
    let anew = try await Program.run(["run", "--json"], in: folder.path)
    #expect(anew.lines.map { $0["resumed"] as? Bool } == [false, false])
    let kept = try await Program.run(["run", "--json", "--resume", "always"], in: folder.path)
    #expect(kept.lines.map { $0["resumed"] as? Bool } == [true, true])
  }

  @Test(
    "A signal ends all that runs, keeps what is done, and is written to the audit log",
    arguments: [("INT", 2), ("TERM", 15)])
  func interrupted(signal: String, number: Int32) async throws {
    let folder = try folder(
      """
          - name: done
            run: \(bench) a 1 1 1 1 1
          - name: slow
            needs: done
            run: |
              sh -c 'echo $$ > child; exec sleep 60' &
              wait
          - name: stop
            needs: done
            run: |
              until test -s child; do sleep 0.05; done
              test -e go || kill -\(signal) $PPID
              test -e go || sleep 60
              \(bench) b 2 2 2 2 2
          - {name: never, run: "touch never", needs: [slow, stop]}
      """)
    try folder.write(
      "audit_log: audit.jsonl\n" + (folder.read("tidemark.yml") ?? ""), to: "tidemark.yml")
    let stopped = try await Program.run(["run", "--concurrency", "2"], in: folder.path)
    #expect(stopped.status == 128 + number, "\(stopped.errors)")
    let child = try #require(
      folder.read("child").flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) })
    let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8)
    #expect(state == nil || state?.contains(") Z ") == true)
    #expect(!folder.exists("never"))
    let document = try #require(folder.read("tidemark-results/tidemark-run.json"))
    #expect(document.contains("\"value\":1,") && document.contains("stop: the go was stopped"))
    let audit = try #require(folder.read("audit.jsonl"))
    #expect(audit.contains("\"status\":\(128 + number),"))
    try folder.write("", to: "go")
    let resumed = try await Program.run(
      ["run", "done", "stop", "--json"], in: folder.path,
      environment: ["TIDEMARK_AUDIT_LOG": "other.jsonl"])
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(states(resumed) == ["done": "passed", "stop": "passed"])
    #expect(resumed.lines.map { $0["resumed"] as? Bool } == [true, false])
    #expect(folder.read("other.jsonl")?.contains("\"status\":0,") == true)
  }

  @Test("No secret is shown or kept, and no command sees another provider's")
  func secrets() async throws {
    let folder = try folder(
      """
          - name: leak
            run: env > "seen-$TIDEMARK_PROVIDER"; echo "token $MINE$THEIRS$GITHUB_TOKEN"; exit 1
      """,
      before: """
          providers: [{name: mine, authentication: MINE}, {name: theirs, authentication: THEIRS}]

        """)
    try folder.write(
      (folder.read("tidemark.yml") ?? "") + "authentication: {github: GITHUB_TOKEN}\n",
      to: "tidemark.yml")
    let answer = try await Program.run(
      ["run", "--json", "--verbose", "--audit-log", "audit"], in: folder.path,
      environment: ["MINE": "alpha-secret", "THEIRS": "beta-secret", "GITHUB_TOKEN": "ghs-secret"])
    #expect(answer.errors.contains("token ***"))
    let kept = folder.files.filter { !$0.key.hasPrefix("seen-") }.map {
      String(decoding: $0.value, as: UTF8.self)
    }
    for secret in ["alpha-secret", "beta-secret", "ghs-secret"] {
      #expect(!answer.errors.contains(secret) && !answer.output.contains(secret))
      #expect(!kept.contains { $0.contains(secret) })
    }
    let mine = try #require(folder.read("seen-mine"))
    #expect(mine.contains("alpha-secret") && !mine.contains("beta") && !mine.contains("ghs"))
  }

  @Test("A provider whose token is not there is not available")
  func noToken() async throws {
    let folder = try folder(
      "    - {name: a, run: touch ran}",
      before: "  providers: [{name: p, authentication: P_TOKEN}]\n")
    let answer = try await Program.run(["run", "--json"], in: folder.path)
    #expect(answer.lines.first?["state"] as? String == "unavailable")
    #expect(answer.lines.first?["reason"] as? String == "P_TOKEN is not set")
    #expect(answer.status == 3)
    #expect(!folder.exists("ran"))
  }

  @Test("All jobs of a matrix together run what a go without a matrix runs")
  func matrix() async throws {
    let commands = """
          - {name: data, run: "true", each: []}
          - {name: eval, run: "true", needs: data}
          - {name: plain, run: "true", each: []}
      """
    let folder = try folder(commands, before: "  models: [a, b]\n  tasks: [x, y]\n")
    let all = try await Program.run(["run", "--dry-run", "--json"], in: folder.path)
    let jobs = try await Program.run(["matrix", "--json"], in: folder.path)
    var found: Set<String> = []
    for job in jobs.lines {
      let name = try #require(job["cell"] as? String)
      let answer = try await Program.run(
        ["run", "--dry-run", "--json"], in: folder.path, environment: ["TIDEMARK_CELL": name])
      found.formUnion(answer.lines.compactMap { $0["name"] as? String })
    }
    #expect(found == Set(all.lines.compactMap { $0["name"] as? String }))
    var shared: Set<String> = []
    for number in 1...2 {
      let answer = try await Program.run(
        ["run", "--dry-run", "--json", "--shard", "\(number)/2"], in: folder.path)
      shared.formUnion(answer.lines.compactMap { $0["name"] as? String })
    }
    #expect(shared == found)
  }

  @Test(
    "A selection runs what it names and what that needs",
    arguments: [
      (["--model", "b"], ["data", "eval__b"]), (["data"], ["data"]),
      (["eval", "--model", "a*"], ["data", "eval__a"]),
    ])
  func selection(arguments: [String], names: [String]) async throws {
    let folder = try folder(
      """
          - {name: data, run: "true", each: []}
          - {name: eval, run: "true", needs: data}
      """, before: "  models: [a, b]\n")
    let answer = try await Program.run(["run", "--dry-run", "--json"] + arguments, in: folder.path)
    #expect(answer.lines.compactMap { $0["name"] as? String } == names)
  }

  @Test(
    "What cannot be run is exit status 2, with what to do",
    arguments: [
      (["--cell", "b"], "did you mean `a`?"), (["--shard", "3/2"], "write it as K/N"),
      (["--model", "zzz"], "nothing is left to run"), (["--concurrency", "0"], "give 1 to 1024"),
    ])
  func usage(arguments: [String], message: String) async throws {
    let folder = try folder(
      "    - {name: eval, run: 'true'}", before: "  models: [a]\n")
    let answer = try await Program.run(["run"] + arguments, in: folder.path)
    #expect(answer.status == 2)
    #expect(answer.errors.contains(message))
    #expect(!folder.exists("tidemark-results"))
  }

  @Test("Two goes in one folder do not mix")
  func locked() async throws {
    let folder = try folder(
      "    - {name: a, run: \"\(Program.path) run --results tidemark-results > inner 2>&1 || echo $? >> inner\"}"
    )
    _ = try await Program.run(["run"], in: folder.path)
    let inner = try #require(folder.read("inner"))
    #expect(inner.contains("another `tidemark run` works in this folder") && inner.hasSuffix("2\n"))
  }
}
