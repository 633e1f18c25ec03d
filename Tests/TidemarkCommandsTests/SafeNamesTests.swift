import Testing

@testable import TidemarkCommands

@Suite struct SafeNamesTests {
  @Test(
    "Every name is letters, digits and `_`, a letter first, at most 80 bytes",
    arguments: [
      ["openai", "gpt-4o", "mmlu"], ["meta/llama-3.1:8b"], ["4o"], ["日本"], [""], ["--x--", "Ü"],
      [String(repeating: "a", count: 500)], ["$(id)", "`x`", "'\""], ["../../etc/passwd"],
    ])
  func charset(parts: [String]) {
    let name = SafeNames.names(for: [parts])[0]
    #expect((1...80).contains(name.utf8.count))
    #expect(name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 })
    #expect(name.utf8.first.map { (97...122).contains($0) } == true)
  }

  @Test("A plain name shows its parts")
  func plain() {
    #expect(
      SafeNames.names(for: [["OpenAI", "gpt-4o.mini", "mmlu"], ["4o"]])
        == ["openai__gpt_4o_mini__mmlu", "x4o"])
  }

  @Test("Equal names are told apart, whatever order they come in, and the others keep theirs")
  func collisions() {
    let forwards = SafeNames.names(for: [["gpt-4o"], ["gpt_4o"], ["x"]])
    let backwards = SafeNames.names(for: [["x"], ["gpt_4o"], ["gpt-4o"]])
    #expect(Set(forwards).count == 3)
    #expect(forwards == backwards.reversed())
    #expect(forwards[2] == "x")
  }

  @Test("Long names that begin alike stay apart")
  func long() {
    let stem = String(repeating: "model-", count: 40)
    let names = SafeNames.names(for: [[stem + "a"], [stem + "b"]])
    #expect(names[0] != names[1])
  }

  @Test("A name that is made to look like a told-apart one takes none away")
  func lookalike() {
    let apart = SafeNames.names(for: [["a"], ["A"]])
    let names = SafeNames.names(for: [["a"], ["A"], [apart[0]]])
    #expect(Set(names).count == 3)
  }
}
